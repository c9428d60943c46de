// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QObject>
#include <QString>

#include "app/session/figure_exporter.h"
#include "widgets/pages/export_dialog.h"

namespace rosler {

class ComparePage;

/// Export and copy of the Compare page's figures: asks how, has the exporter do it, and puts what was
/// copied on the clipboard as picture, SVG and table at once.
class FigureCommands : public QObject
{
    Q_OBJECT

public:
    /// @param origin  what the files are to say about where their figures come from
    /// @param window  the dialogs' parent; all three are not owned and outlive this
    FigureCommands(ComparePage *page, FigureExporter *exporter, std::function<FigureOrigin()> origin,
                   QWidget *window);

    [[nodiscard]] const ExportSettings &settings() const noexcept { return m_settings; }
    void setSettings(const ExportSettings &settings) { m_settings = settings; }

    void exportFigure(const QString &which);
    void exportAll();
    void exportFigures(std::vector<NamedFigure> figures);
    void copy(const QString &which);
    void exportVisibleData(const QString &which);
    /// Without asking, all formats: for the scripted mode.
    void writeAllTo(const QString &folder);

Q_SIGNALS:
    void written(const QStringList &files);
    void copied();
    /// There is nothing to export.
    void nothingToExport();

private:
    void ask(std::vector<NamedFigure> figures, const QString &current);
    void putOnClipboard(const RenderedFigure &figure);

    ComparePage *m_page;
    FigureExporter *m_exporter;
    std::function<FigureOrigin()> m_origin;
    QWidget *m_window;
    ExportSettings m_settings;
};

} // namespace rosler
