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

#include "widgets/pages/compare_page.h"

namespace rosler {

FigureCommands::FigureCommands(ComparePage *page, FigureExporter *exporter,
                               std::function<FigureOrigin()> origin, QWidget *window)
    : QObject(window)
    , m_page(page)
    , m_exporter(exporter)
    , m_origin(std::move(origin))
    , m_window(window)
{
    m_settings.folder = QDir(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation))
                            .filePath(QStringLiteral("rosler-figures"));
    connect(page, &ComparePage::exportRequested, this, &FigureCommands::exportFigure);
    connect(page, &ComparePage::exportAllRequested, this, &FigureCommands::exportAll);
    connect(page, &ComparePage::copyRequested, this, &FigureCommands::copy);
    connect(page, &ComparePage::visibleDataRequested, this, &FigureCommands::exportVisibleData);
    connect(exporter, &FigureExporter::written, this, &FigureCommands::written);
    connect(exporter, &FigureExporter::rendered, this, &FigureCommands::putOnClipboard);
}

void FigureCommands::exportFigure(const QString &which)
{
    std::optional<NamedFigure> shown = m_page->shownFigure(which, true);
    if (!shown || m_page->runIds().isEmpty()) {
        Q_EMIT nothingToExport();
        return;
    }
    const QString stem = QString::fromStdString(shown->stem);
    std::vector<NamedFigure> figures {std::move(*shown)};
    for (NamedFigure &other : m_page->allRunFigures())
        if (other.stem != figures.front().stem)
            figures.push_back(std::move(other));
    ask(std::move(figures), stem);
}

void FigureCommands::exportAll()
{
    exportFigures(m_page->allRunFigures());
}

void FigureCommands::exportFigures(std::vector<NamedFigure> figures)
{
    if (figures.empty())
        Q_EMIT nothingToExport();
    else
        ask(std::move(figures), {});
}

void FigureCommands::ask(std::vector<NamedFigure> figures, const QString &current)
{
    auto *dialog = new ExportDialog(std::move(figures), current, m_settings, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExportDialog::previewRequested, m_exporter, &FigureExporter::preview);
    connect(m_exporter, &FigureExporter::previewed, dialog, &ExportDialog::setPreview);
    connect(dialog, &ExportDialog::exportRequested, this,
            [this](const std::vector<NamedFigure> &chosen, const ExportSettings &settings) {
                m_settings = settings;
                m_exporter->write({chosen,
                                   settings.style,
                                   m_origin(),
                                   {settings.png, settings.svg, settings.pdf, settings.csv},
                                   settings.folder});
            });
    dialog->open();
}

void FigureCommands::copy(const QString &which)
{
    const std::optional<NamedFigure> shown = m_page->shownFigure(which, true);
    if (shown)
        m_exporter->render(shown->figure, m_settings.style, m_origin());
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

void FigureCommands::exportVisibleData(const QString &which)
{
    const std::optional<NamedFigure> shown = m_page->shownFigure(which, true);
    if (!shown)
        return;
    const QString proposed = QDir(m_settings.folder).filePath(which + QStringLiteral(".csv"));
    auto *dialog =
        new QFileDialog(m_window, tr("Export visible data"), proposed, tr("Comma-separated values (*.csv)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    dialog->selectFile(which + QStringLiteral(".csv"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, figure = shown->figure](const QString &path) { m_exporter->writeData(path, figure); });
    dialog->open();
}

void FigureCommands::writeAllTo(const QString &folder)
{
    m_exporter->write({m_page->allRunFigures(), PublicationStyle {}, m_origin(), FigureFormats {}, folder});
}

} // namespace rosler
