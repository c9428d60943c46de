// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include <QByteArray>
#include <QDialog>
#include <QString>

#include "core/experiment/run_figures.h"

namespace rosler {

/// How figures were last exported; the next export starts from it.
struct ExportSettings {
    PublicationStyle style;
    bool png = true;
    bool svg = true;
    bool pdf = true;
    bool csv = true;
    QString folder; ///< empty = the user must choose

    [[nodiscard]] bool anyFormat() const noexcept { return png || svg || pdf || csv; }
};

/// Asks which figures to write, as what and where, with a preview of the printed figure. Writes nothing
/// itself: it asks by signals for the preview and for the export, and closes. GUI thread only.
class ExportDialog : public QDialog
{
    Q_OBJECT

public:
    /// @param current  stem of the figure that is ticked alone; empty ticks all
    ExportDialog(std::vector<NamedFigure> figures, const QString &current, const ExportSettings &settings,
                 QWidget *parent = nullptr);
    ~ExportDialog() override;

    [[nodiscard]] ExportSettings settings() const;
    [[nodiscard]] std::vector<NamedFigure> chosen() const;

public Q_SLOTS:
    /// The answer to previewRequested(): a PNG.
    void setPreview(const QByteArray &png);

Q_SIGNALS:
    void previewRequested(const rosler::Figure &figure, const rosler::PublicationStyle &style);
    void exportRequested(const std::vector<rosler::NamedFigure> &figures,
                         const rosler::ExportSettings &settings);

protected:
    void showEvent(QShowEvent *event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
