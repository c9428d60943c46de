// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include "app/session/figure_exporter.h"
#include "widgets/pages/export_dialog.h"

namespace rosler {

class FigureSource;

/// Export and copy of the figures of the page in front: asks how, has the exporter do it, and puts what was
/// copied on the clipboard as picture, SVG and table at once. What is written says where its page has it
/// from.
class FigureCommands : public QObject
{
    Q_OBJECT

public:
    /// @param window  the dialogs' parent; both are not owned and outlive this
    FigureCommands(FigureExporter *exporter, QWidget *window);

    /// From now on what the page's own menus and buttons ask for is done. Not owned.
    void add(FigureSource *page);
    /// The page that the commands without one mean; null: they tell that there is nothing.
    void setFront(FigureSource *page) { m_front = page; }
    [[nodiscard]] FigureSource *front() const noexcept { return m_front; }

    [[nodiscard]] const ExportSettings &settings() const noexcept { return m_settings; }
    void setSettings(const ExportSettings &settings) { m_settings = settings; }

    void exportFigure(); ///< the chart that is meant (FigureSource::currentFigure), with the others to tick
    void exportAll();
    void copy();
    void exportVisibleData();
    /// Without asking, all formats: for the scripted mode.
    void writeAllTo(const FigureSource &page, const QString &folder);

Q_SIGNALS:
    void written(const QStringList &files);
    void copied();
    /// There is nothing to export.
    void nothingToExport();

private:
    void exportFrom(const FigureSource *page, const QString &stem);
    void exportAllOf(const FigureSource *page);
    void copyFrom(const FigureSource *page, const QString &stem);
    void exportDataOf(const FigureSource *page, const QString &stem);
    void ask(std::vector<NamedFigure> figures, const QString &current, const FigureOrigin &origin);
    void putOnClipboard(const RenderedFigure &figure);

    FigureSource *m_front = nullptr;
    FigureExporter *m_exporter;
    QWidget *m_window;
    ExportSettings m_settings;
};

} // namespace rosler
