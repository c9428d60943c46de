// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/figure_commands.h"

#include <memory>
#include <utility>

#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QGuiApplication>
#include <QImage>
#include <QMimeData>
#include <QStandardPaths>

#include "widgets/pages/figure_source.h"

namespace rosler {

FigureCommands::FigureCommands(FigureExporter *exporter, QWidget *window)
    : QObject(window)
    , m_exporter(exporter)
    , m_window(window)
{
    m_settings.folder = QDir(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation))
                            .filePath(QStringLiteral("rosler-figures"));
    connect(exporter, &FigureExporter::written, this, &FigureCommands::written);
    connect(exporter, &FigureExporter::rendered, this, &FigureCommands::putOnClipboard);
}

void FigureCommands::add(FigureSource *page)
{
    connect(page, &FigureSource::exportRequested, this,
            [this, page](const QString &stem) { exportFrom(page, stem); });
    connect(page, &FigureSource::exportAllRequested, this, [this, page] { exportAllOf(page); });
    connect(page, &FigureSource::copyRequested, this,
            [this, page](const QString &stem) { copyFrom(page, stem); });
    connect(page, &FigureSource::visibleDataRequested, this,
            [this, page](const QString &stem) { exportDataOf(page, stem); });
}

void FigureCommands::exportFigure()
{
    exportFrom(m_front, m_front != nullptr ? m_front->currentFigure() : QString());
}

void FigureCommands::exportAll()
{
    exportAllOf(m_front);
}

void FigureCommands::copy()
{
    copyFrom(m_front, m_front != nullptr ? m_front->currentFigure() : QString());
}

void FigureCommands::exportVisibleData()
{
    exportDataOf(m_front, m_front != nullptr ? m_front->currentFigure() : QString());
}

void FigureCommands::exportFrom(const FigureSource *page, const QString &stem)
{
    std::vector<NamedFigure> all = page != nullptr ? page->figures() : std::vector<NamedFigure>();
    std::optional<NamedFigure> shown;
    if (!all.empty())
        shown = page->shownFigure(stem, true);
    if (!shown) {
        Q_EMIT nothingToExport();
        return;
    }
    std::vector<NamedFigure> figures {std::move(*shown)};
    for (NamedFigure &other : all)
        if (other.stem != figures.front().stem)
            figures.push_back(std::move(other));
    ask(std::move(figures), stem, page->origin());
}

void FigureCommands::exportAllOf(const FigureSource *page)
{
    std::vector<NamedFigure> figures = page != nullptr ? page->figures() : std::vector<NamedFigure>();
    if (figures.empty())
        Q_EMIT nothingToExport();
    else
        ask(std::move(figures), {}, page->origin());
}

void FigureCommands::ask(std::vector<NamedFigure> figures, const QString &current, const FigureOrigin &origin)
{
    auto *dialog = new ExportDialog(std::move(figures), current, m_settings, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExportDialog::previewRequested, m_exporter, &FigureExporter::preview);
    connect(m_exporter, &FigureExporter::previewed, dialog, &ExportDialog::setPreview);
    connect(dialog, &ExportDialog::exportRequested, this,
            [this, origin](const std::vector<NamedFigure> &chosen, const ExportSettings &settings) {
                m_settings = settings;
                m_exporter->write({chosen,
                                   settings.style,
                                   origin,
                                   {settings.png, settings.svg, settings.pdf, settings.csv},
                                   settings.folder});
            });
    dialog->open();
}

void FigureCommands::copyFrom(const FigureSource *page, const QString &stem)
{
    const std::optional<NamedFigure> shown = page != nullptr ? page->shownFigure(stem, true) : std::nullopt;
    if (!shown)
        Q_EMIT nothingToExport();
    else
        m_exporter->render(shown->figure, m_settings.style, page->origin());
}

void FigureCommands::putOnClipboard(const RenderedFigure &figure)
{
    auto data = std::make_unique<QMimeData>();
    data->setImageData(QImage::fromData(figure.png, "PNG"));
    data->setData(QStringLiteral("image/svg+xml"), figure.svg);
    data->setText(figure.tsv);
    QGuiApplication::clipboard()->setMimeData(data.release());
    Q_EMIT copied();
}

void FigureCommands::exportDataOf(const FigureSource *page, const QString &stem)
{
    const std::optional<NamedFigure> shown = page != nullptr ? page->shownFigure(stem, true) : std::nullopt;
    if (!shown) {
        Q_EMIT nothingToExport();
        return;
    }
    const QString proposed = QDir(m_settings.folder).filePath(stem + QStringLiteral(".csv"));
    auto *dialog =
        new QFileDialog(m_window, tr("Export visible data"), proposed, tr("Comma-separated values (*.csv)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(stem + QStringLiteral(".csv"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, figure = shown->figure](const QString &path) { m_exporter->writeData(path, figure); });
    dialog->open();
}

void FigureCommands::writeAllTo(const FigureSource &page, const QString &folder)
{
    m_exporter->write({page.figures(), PublicationStyle {}, page.origin(), FigureFormats {}, folder});
}

} // namespace rosler
