// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QString>
#include <QStringList>
#include <QWidget>

#include "core/experiment/run_figures.h"
#include "widgets/charts/chart_theme.h"

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
class ComparePage : public QWidget
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
    void setReadiness(Readiness readiness);
    void setTheme(const ChartTheme &theme);

    [[nodiscard]] CurveX curveX() const;
    [[nodiscard]] CurveY curveY() const;
    void setCurve(CurveX x, CurveY y);

    /// Every figure of the runs on the page, as `rosler export` writes them. Empty without runs.
    [[nodiscard]] std::vector<NamedFigure> allRunFigures() const;
    /// One of the page's figures: "curve" and "loss" as they stand on the screen, "memory", "inference" and
    /// "training" as they are printed.
    [[nodiscard]] std::optional<NamedFigure> shownFigure(const QString &which, bool visibleRangeOnly) const;
    /// The sentence over the scoreboard.
    [[nodiscard]] QString sentence() const;

public Q_SLOTS:
    void resetZoom();
    void setLogX(bool on);
    void setLogY(bool on);
    /// The loss curve beside the chosen one, with the same crosshair.
    void setLossBeside(bool on);

public:
    [[nodiscard]] bool isLogX() const;
    [[nodiscard]] bool isLogY() const;
    [[nodiscard]] bool isLossBeside() const;

Q_SIGNALS:
    void trainRequested();
    void digitsRequested();
    void openDataRequested();
    void exportRequested(const QString &which); ///< as for shownFigure()
    void exportAllRequested();
    void copyRequested(const QString &which);
    void visibleDataRequested(const QString &which);
    void logAxesChanged(bool x, bool y);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
