// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/figure_exporter.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/session/file_path.h"
#include "app/session/job_thread.h"
#include "core/base/atomic_file.h"

namespace rosler {

class FigureExporter::Private
{
public:
    explicit Private(FigureExporter *exporter)
        : q(exporter)
        , thread([this](const Error &error) { report(error); })
    {
    }

    template <typename F>
    void post(F f)
    {
        QMetaObject::invokeMethod(q, std::move(f), Qt::QueuedConnection);
    }
    void report(const Error &error)
    {
        post([this, error] { Q_EMIT q->failed(error); });
    }

    FigureExporter *q;
    std::atomic<std::uint64_t> newestPreview = 0;
    JobThread thread;
};

namespace {

/// Writes one file and notes it, unless there were no bytes to write.
Result<void> put(const std::filesystem::path &path, const Result<std::string> &bytes, QStringList &files)
{
    if (!bytes)
        return tl::unexpected(bytes.error());
    if (Result<void> written = writeFileAtomically(path, *bytes); !written)
        return written;
    files << QString::fromStdU16String(path.u16string());
    return {};
}

Result<void> writeOne(const FigureExport &what, const NamedFigure &figure, QStringList &files)
{
    const std::filesystem::path base = filePath(what.folder) / figure.stem;
    const auto named = [&](const char *extension) {
        std::filesystem::path path = base;
        path += extension;
        return path;
    };
    Result<void> done;
    if (what.formats.svg)
        done = put(named(".svg"), figureSvg(figure.figure, what.style, what.origin), files);
    if (done && what.formats.pdf)
        done = put(named(".pdf"), figurePdf(figure.figure, what.style, what.origin), files);
    if (done && what.formats.png)
        done = put(named(".png"), figurePng(figure.figure, what.style, what.origin), files);
    if (done && what.formats.csv)
        done = put(named(".csv"), figureCsv(figure.figure), files);
    return done;
}

Result<QStringList> writeAll(const FigureExport &what)
{
    std::error_code failure;
    std::filesystem::create_directories(filePath(what.folder), failure);
    if (failure)
        return fail(ErrorCode::Unwritable, "the folder cannot be made: " + failure.message(),
                    what.folder.toStdString());
    QStringList files;
    for (const NamedFigure &figure : what.figures)
        if (const Result<void> done = writeOne(what, figure, files); !done)
            return tl::unexpected(done.error());
    return files;
}

} // namespace

FigureExporter::FigureExporter(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
}

FigureExporter::~FigureExporter() = default;

void FigureExporter::write(const FigureExport &what)
{
    d->thread.post([this, what] {
        const Result<QStringList> files = writeAll(what);
        if (!files)
            d->report(files.error());
        else
            d->post([this, list = *files] { Q_EMIT written(list); });
    });
}

void FigureExporter::writeData(const QString &path, const Figure &figure)
{
    d->thread.post([this, path, figure] {
        QStringList files;
        if (const Result<void> done = put(filePath(path), figureCsv(figure), files); !done)
            d->report(done.error());
        else
            d->post([this, files] { Q_EMIT written(files); });
    });
}

void FigureExporter::render(const Figure &figure, const PublicationStyle &style, const FigureOrigin &origin)
{
    d->thread.post([this, figure, style, origin] {
        const Result<std::string> png = figurePng(figure, style, origin);
        if (!png) {
            d->report(png.error());
            return;
        }
        const RenderedFigure all {QByteArray::fromStdString(*png),
                                  QByteArray::fromStdString(figureSvg(figure, style, origin)),
                                  QString::fromStdString(figureTsv(figure))};
        d->post([this, all] { Q_EMIT rendered(all); });
    });
}

void FigureExporter::preview(const Figure &figure, const PublicationStyle &style)
{
    const std::uint64_t number = ++d->newestPreview;
    d->thread.post([this, number, figure, style] {
        if (number != d->newestPreview)
            return;
        const Result<std::string> png = figurePng(figure, style);
        if (!png)
            d->report(png.error());
        else
            d->post([this, bytes = QByteArray::fromStdString(*png)] { Q_EMIT previewed(bytes); });
    });
}

} // namespace rosler
