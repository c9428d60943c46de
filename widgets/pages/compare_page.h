// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QString>
#include <QStringList>

#include "core/experiment/run_figures.h"
#include "widgets/pages/figure_source.h"

namespace rosler {

/// One run as the page compares it.
struct ComparedRun {
    QString id;
    bool sketched = false;
    PlottedRun plotted;                ///< name, style, metrics so far, modelled cost
    std::optional<TrialResult> result; ///< once ended
};

/// The Compare page: accuracy or loss of the checked runs as curves, what each costs as bars, and a
/// scoreboard that says the saving in one sentence. Without runs it shows the design's forecast and what
/// to do next. Touches no file and starts nothing: it asks by signals. GUI thread only.
class ComparePage : public FigureSource
{
    Q_OBJECT

public:
    /// What the empty page offers to do.
    enum class Readiness { NoData, Ready, Training };

    explicit ComparePage(QWidget *parent = nullptr);
    ~ComparePage() override;

    /// Adds the run, or takes its new name, style and metrics.
    void setRun(const ComparedRun &run);
    void removeRun(const QString &id);
    [[nodiscard]] QStringList runIds() const; ///< in the order they are drawn
    /// More samples of a run that trains. Samples up to a step it already has replace those from there on.
    void append(const QString &id, const std::vector<MetricSample> &samples);
    void setResult(const QString &id, const TrialResult &result);
    /// The design's models with their modelled costs, shown while there are no runs.
    void setForecast(const std::vector<ComparedRun> &models);
    /// How many models the next training has.
    void setModelCount(int models);
    void setReadiness(Readiness readiness);

    [[nodiscard]] CurveX curveX() const;
    [[nodiscard]] CurveY curveY() const;
    void setCurve(CurveX x, CurveY y);

    /// Every figure of the runs on the page, as `rosler export` writes them. Empty without runs.
    [[nodiscard]] std::vector<NamedFigure> figures() const override;
    [[nodiscard]] FigureOrigin origin() const override;
    /// Without runs the bars are those of the design's forecast. @p stem is "curve", "loss", "memory",
    /// "inference" or "training".
    [[nodiscard]] std::optional<NamedFigure> shownFigure(const QString &stem,
                                                         bool visibleRangeOnly) const override;
    /// The sentence over the scoreboard.
    [[nodiscard]] QString sentence() const;

public Q_SLOTS:
    void setLogX(bool on) override;
    void setLogY(bool on) override; ///< of the first curve alone: accuracy and loss have their own scales
    /// The loss curve beside the chosen one, with the same crosshair.
    void setLossBeside(bool on);

public:
    [[nodiscard]] bool isLogX() const override;
    [[nodiscard]] bool isLogY() const override;
    [[nodiscard]] bool isLossBeside() const;

Q_SIGNALS:
    void trainRequested();
    void digitsRequested();
    void openDataRequested();

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
