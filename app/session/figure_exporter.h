// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QByteArray>
#include <QObject>
#include <QString>
#include <QStringList>

#include "core/base/result.h"
#include "core/experiment/run_figures.h"
#include "core/figure/figure_writer.h"

namespace rosler {

class JobThread;

/// Which files a figure becomes.
struct FigureFormats {
    bool png = true;
    bool svg = true;
    bool pdf = true;
    bool csv = true;

    friend bool operator==(const FigureFormats &, const FigureFormats &) = default;
};

/// Figures to be written to one folder, which is made when missing.
struct FigureExport {
    std::vector<NamedFigure> figures;
    PublicationStyle style;
    FigureOrigin origin;
    FigureFormats formats;
    QString folder;
};

/// One figure as the clipboard offers it.
struct RenderedFigure {
    QByteArray png;
    QByteArray svg;
    QString tsv;
};

/// Draws and writes figures on a worker thread, in order. GUI thread only; its signals come on the GUI
/// thread.
class FigureExporter : public QObject
{
    Q_OBJECT

public:
    explicit FigureExporter(QObject *parent = nullptr);
    ~FigureExporter() override;

public Q_SLOTS:
    void write(const rosler::FigureExport &what);
    /// The data alone, as CSV.
    void writeData(const QString &path, const rosler::Figure &figure);
    /// For the clipboard; answers rendered().
    void render(const rosler::Figure &figure, const rosler::PublicationStyle &style,
                const rosler::FigureOrigin &origin);
    /// A PNG at the style's pngDpi; answers previewed(). Of several that wait only the last is drawn.
    void preview(const rosler::Figure &figure, const rosler::PublicationStyle &style);

Q_SIGNALS:
    void written(const QStringList &files);
    void rendered(const rosler::RenderedFigure &figure);
    void previewed(const QByteArray &png);
    void failed(const rosler::Error &error);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
