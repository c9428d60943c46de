// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/data_page.h"

#include <functional>
#include <utility>

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QUrl>
#include <QVBoxLayout>

#include "core/data/dataset_reader.h"
#include "widgets/controls/elided_label.h"
#include "widgets/controls/error_banner.h"
#include "widgets/controls/histogram_view.h"
#include "widgets/controls/scrolled_text.h"
#include "widgets/controls/thumbnail_strip.h"
#include "widgets/pages/data_options_dialog.h"

namespace rosler {

namespace {

QString builtIn()
{
    return QString::fromUtf8(builtInDigits.data(), static_cast<qsizetype>(builtInDigits.size()));
}

/// "1x28x28" as people write it.
QString shapeText(const ExampleShape &shape)
{
    const QString count = QLocale().toString(static_cast<qlonglong>(shape.size()));
    if (shape.height == 1 && shape.channels == 1)
        return DataPage::tr("%1 features").arg(count);
    const QString plane = QStringLiteral("%1\u00D7%2").arg(shape.height).arg(shape.width);
    if (shape.channels == 1)
        return DataPage::tr("%1 = %2 features", "image size and features").arg(plane, count);
    return DataPage::tr("%1 in %2 channels = %3 features").arg(plane, QString::number(shape.channels), count);
}

/// The one source that several paths name: the file itself, or the folder that all lie in. Empty when
/// they lie in several folders.
QString commonSource(const QStringList &paths)
{
    if (paths.size() == 1)
        return paths.first();
    QString folder;
    for (const QString &path : paths) {
        const QString parent = QFileInfo(path).absolutePath();
        if (!folder.isEmpty() && parent != folder)
            return {};
        folder = parent;
    }
    return folder;
}

QStringList localPaths(const QMimeData *mime)
{
    QStringList paths;
    if (!mime->hasUrls())
        return paths;
    const QList<QUrl> urls = mime->urls();
    for (const QUrl &url : urls) {
        if (!url.isLocalFile())
            return {};
        paths << url.toLocalFile();
    }
    return paths;
}

/// The frame over the whole page while files hover over it.
class DropFrame : public QWidget
{
public:
    explicit DropFrame(QWidget *page)
        : QWidget(page)
    {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        hide();
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        QColor tint = palette().color(QPalette::Highlight);
        painter.setPen(QPen(tint, 2, Qt::DashLine));
        tint.setAlphaF(0.15F);
        painter.setBrush(tint);
        painter.drawRoundedRect(QRectF(rect()).adjusted(2, 2, -2, -2), 6, 6);
    }
};

} // namespace

class DataPage::Private
{
public:
    enum View { Empty, Loaded };

    explicit Private(DataPage *page)
        : q(page)
    {
    }

    void build();
    QWidget *buildEmpty();
    void askForOptions(std::span<const ReaderOption> asked, const DatasetOptions &now,
                       std::function<void(const DatasetOptions &)> take);
    QWidget *buildLoaded();
    QWidget *buildLoading();
    void request(const QString &source);
    void beginLoading(const QString &source);
    void endLoading();
    void fillRecent(const QStringList &sources);

    DataPage *q;
    ErrorBanner *banner = nullptr;
    QWidget *loading = nullptr;
    ElidedLabel *loadingText = nullptr;
    QProgressBar *progress = nullptr;
    QStackedWidget *views = nullptr;
    QLabel *name = nullptr;
    ElidedLabel *source = nullptr;
    QLabel *counts = nullptr;
    QLabel *shape = nullptr;
    ScrolledText *notes = nullptr;
    HistogramView *histogram = nullptr;
    ThumbnailStrip *thumbnails = nullptr;
    QPushButton *options = nullptr;
    std::span<const ReaderOption> known;
    DatasetOptions given;
    QMenu *recent = nullptr;
    DropFrame *frame = nullptr;
    QString failedSource;
    std::span<const ReaderOption> failedKnown; ///< of the data that failed
    DatasetOptions failedGiven;
    QString loadingSource;
    bool instead = false; ///< they stand in for those that failed
};

void DataPage::Private::build()
{
    banner = new ErrorBanner(q);
    banner->setObjectName(QStringLiteral("errorBanner"));
    connect(banner, &ErrorBanner::actionTriggered, q, [this] {
        if (failedKnown.empty())
            request(failedSource);
        else
            askForOptions(failedKnown, failedGiven, [this](const DatasetOptions &chosen) {
                Q_EMIT q->loadAsRequested(failedSource, chosen);
            });
    });

    views = new QStackedWidget(q);
    views->insertWidget(Empty, buildEmpty());
    views->insertWidget(Loaded, buildLoaded());

    auto *folder = new QPushButton(tr("Open &folder\u2026"), q);
    folder->setToolTip(tr("Open a folder of data files"));
    auto *files = new QPushButton(tr("Open f&iles\u2026"), q);
    auto *again = new QPushButton(tr("&Recent"), q);
    recent = new QMenu(again);
    recent->setAccessibleName(tr("Recent data"));
    again->setMenu(recent);
    connect(folder, &QPushButton::clicked, q, &DataPage::chooseFolder);
    connect(files, &QPushButton::clicked, q, &DataPage::chooseFiles);
    fillRecent({});

    auto *buttons = new QHBoxLayout;
    for (QPushButton *button : {folder, files, again}) {
        button->setMinimumWidth(button->minimumSizeHint().width());
        buttons->addWidget(button, 1);
    }

    auto *layout = new QVBoxLayout(q);
    layout->addWidget(banner);
    layout->addWidget(buildLoading());
    layout->addWidget(views, 1);
    layout->addLayout(buttons);

    frame = new DropFrame(q);
    q->setAcceptDrops(true);
    q->setAccessibleName(tr("Data"));
}

QWidget *DataPage::Private::buildEmpty()
{
    auto *page = new QWidget;
    auto *words =
        new QLabel(tr("Drop a dataset here: a folder or an archive of IDX files (MNIST), CIFAR or pictures, "
                      "or a table (CSV) or arrays (.npz)."),
                   page);
    words->setWordWrap(true);
    words->setAlignment(Qt::AlignCenter);
    auto *digits = new QPushButton(tr("Use the built-in digits"), page);
    digits->setObjectName(QStringLiteral("useDigits"));
    connect(digits, &QPushButton::clicked, q, [this] { request(builtIn()); });
    auto *layout = new QVBoxLayout(page);
    layout->addStretch();
    layout->addWidget(words);
    layout->addWidget(digits, 0, Qt::AlignCenter);
    layout->addStretch();
    return page;
}

QWidget *DataPage::Private::buildLoaded()
{
    auto *page = new QWidget;
    name = new QLabel(page);
    name->setObjectName(QStringLiteral("name"));
    name->setTextFormat(Qt::PlainText);
    QFont bold = name->font();
    bold.setBold(true);
    bold.setPointSizeF(1.15 * bold.pointSizeF());
    name->setFont(bold);
    source = new ElidedLabel(Qt::ElideMiddle, page);
    source->setObjectName(QStringLiteral("source"));
    counts = new QLabel(page);
    counts->setObjectName(QStringLiteral("counts"));
    shape = new QLabel(page);
    shape->setObjectName(QStringLiteral("shape"));
    notes = new ScrolledText(page);
    notes->setObjectName(QStringLiteral("notes"));
    notes->setAccessibleName(tr("Notes about the data"));
    for (QLabel *label : {counts, shape})
        label->setWordWrap(true);
    histogram = new HistogramView(page);
    thumbnails = new ThumbnailStrip(page);

    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(layout->spacing() / 3);
    options = new QPushButton(tr("O&ptions\u2026"), page);
    options->setObjectName(QStringLiteral("dataOptions"));
    options->setToolTip(tr("How these data are read"));
    options->hide();
    connect(options, &QPushButton::clicked, q, [this] {
        askForOptions(known, given, [this](const DatasetOptions &chosen) {
            if (chosen != given)
                Q_EMIT q->optionsRequested(chosen);
        });
    });
    auto *heading = new QHBoxLayout; // in the row of buttons below, the dock would become too wide
    heading->addWidget(name, 1);
    heading->addWidget(options);
    layout->addLayout(heading);
    layout->addWidget(source);
    layout->addWidget(counts);
    layout->addWidget(shape);
    layout->addWidget(notes);
    layout->addSpacing(page->fontMetrics().height() / 2);
    layout->addWidget(histogram);
    layout->addSpacing(page->fontMetrics().height() / 3);
    layout->addWidget(thumbnails);
    layout->addStretch(1);
    return page;
}

QWidget *DataPage::Private::buildLoading()
{
    loading = new QWidget(q);
    loadingText = new ElidedLabel(Qt::ElideMiddle, loading);
    progress = new QProgressBar(loading);
    progress->setObjectName(QStringLiteral("progress"));
    progress->setAccessibleName(tr("Loading"));
    auto *cancel = new QPushButton(tr("Cancel"), loading);
    cancel->setObjectName(QStringLiteral("cancel"));
    cancel->setAccessibleName(tr("Cancel loading"));
    cancel->setToolTip(tr("Stop loading; the data that were there before stay (Esc)"));
    connect(cancel, &QPushButton::clicked, q, &DataPage::cancelLoading);
    auto *bar = new QHBoxLayout;
    bar->addWidget(progress, 1);
    bar->addWidget(cancel);
    auto *layout = new QVBoxLayout(loading);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(loadingText);
    layout->addLayout(bar);
    loading->hide();
    return loading;
}

void DataPage::Private::request(const QString &wanted)
{
    if (!wanted.isEmpty())
        Q_EMIT q->loadRequested(wanted);
}

void DataPage::Private::beginLoading(const QString &which)
{
    loadingSource = which;
    loadingText->setText(tr("Loading %1\u2026").arg(which));
    progress->setRange(0, 0); // until the first figure comes
    if (!loading->isHidden())
        return;
    loading->show();
    Q_EMIT q->loadingChanged(true);
}

void DataPage::Private::endLoading()
{
    if (loading->isHidden())
        return;
    loading->hide();
    Q_EMIT q->loadingChanged(false);
}

void DataPage::Private::fillRecent(const QStringList &sources)
{
    recent->clear();
    connect(recent->addAction(tr("Built-in digits")), &QAction::triggered, q, [this] { request(builtIn()); });
    const auto bearing =
        QString::fromUtf8(builtInBearing.data(), static_cast<qsizetype>(builtInBearing.size()));
    connect(recent->addAction(tr("Built-in bearings")), &QAction::triggered, q,
            [this, bearing] { request(bearing); });
    bool separated = false;
    for (const QString &path : sources) {
        if (path == builtIn())
            continue;
        if (!separated)
            recent->addSeparator();
        separated = true;
        QString label = QFileInfo(path).fileName();
        if (label.isEmpty())
            label = path;
        QAction *action = recent->addAction(
            label.replace(QLatin1Char('&'), QLatin1String("&&")) + QStringLiteral(" \u2014 ")
            + q->fontMetrics().elidedText(path, Qt::ElideMiddle, 40 * q->fontMetrics().averageCharWidth()));
        action->setToolTip(path);
        connect(action, &QAction::triggered, q, [this, path] { request(path); });
    }
}

DataPage::DataPage(QWidget *parent)
    : QWidget(parent)
    , d(std::make_unique<Private>(this))
{
    d->build();
}

DataPage::~DataPage() = default;

void DataPage::setDataset(std::shared_ptr<const Dataset> dataset)
{
    d->endLoading();
    if (!std::exchange(d->instead, false))
        d->banner->dismiss();
    d->thumbnails->setExamples(dataset);
    if (!dataset) {
        d->views->setCurrentIndex(Private::Empty);
        return;
    }
    const QLocale locale;
    d->name->setText(QString::fromStdString(dataset->name()));
    d->source->setText(QString::fromStdString(dataset->source()));
    d->counts->setText(tr("training set %1, test set %2, %3 classes")
                           .arg(locale.toString(static_cast<qlonglong>(dataset->train().count())),
                                locale.toString(static_cast<qlonglong>(dataset->test().count())),
                                locale.toString(static_cast<qlonglong>(dataset->classes()))));
    d->shape->setText(shapeText(dataset->shape()));
    QStringList notes;
    for (const std::string &note : dataset->notes())
        notes << QString::fromStdString(note);
    d->notes->setText(notes.join(QLatin1Char('\n')));
    QStringList names;
    for (const std::string &name : dataset->classNames())
        names << QString::fromStdString(name);
    QList<qint64> counts;
    for (const Index count : classCounts(dataset->train(), dataset->classes()))
        counts << static_cast<qint64>(count);
    d->histogram->setCounts(names, counts);
    d->views->setCurrentIndex(Private::Loaded);
}

void DataPage::setOptions(std::span<const ReaderOption> known, const DatasetOptions &given)
{
    d->known = known;
    d->given = given;
    d->options->setVisible(!known.empty());
}

void DataPage::Private::askForOptions(std::span<const ReaderOption> asked, const DatasetOptions &now,
                                      std::function<void(const DatasetOptions &)> take)
{
    auto *dialog = new DataOptionsDialog(asked, now, q);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, q, [dialog, take = std::move(take)] { take(dialog->options()); });
    dialog->open();
}

void DataPage::setRecent(const QStringList &sources)
{
    d->fillRecent(sources);
}

void DataPage::setLoading(const QString &source)
{
    d->instead = false;
    d->banner->dismiss();
    d->beginLoading(source);
}

void DataPage::setLoadingInstead(const QString &source)
{
    d->instead = true;
    d->beginLoading(source);
}

void DataPage::cancelLoading()
{
    if (d->loading->isHidden())
        return;
    d->endLoading();
    Q_EMIT cancelRequested();
}

void DataPage::setProgress(double fraction)
{
    d->progress->setRange(0, 1000);
    d->progress->setValue(static_cast<int>(1000 * qBound(0.0, fraction, 1.0)));
}

void DataPage::showError(const Error &error)
{
    d->endLoading();
    if (error.code == ErrorCode::Cancelled)
        return;
    d->failedSource = d->loadingSource;
    d->failedKnown = {};
    d->banner->setAction(d->failedSource.isEmpty() ? QString() : tr("Try again"));
    d->banner->showMessage(ErrorBanner::Severity::Error, QString::fromStdString(error.what),
                           QString::fromStdString(error.where));
}

void DataPage::offerOptions(std::span<const ReaderOption> known, const DatasetOptions &given)
{
    if (known.empty() || d->failedSource.isEmpty() || d->banner->isHidden())
        return;
    d->failedKnown = known;
    d->failedGiven = given;
    d->banner->setAction(tr("Options\u2026"));
}

void DataPage::chooseFolder()
{
    d->request(QFileDialog::getExistingDirectory(window(), tr("Open a folder of data files")));
}

void DataPage::chooseFiles()
{
    QStringList filters;
    for (const DatasetReader &reader : datasetReaders()) {
        const auto text = [](std::string_view part) {
            return QString::fromUtf8(part.data(), static_cast<qsizetype>(part.size()));
        };
        filters << QStringLiteral("%1 (%2)").arg(text(reader.name).toUpper(), text(reader.patterns));
    }
    filters << tr("All files (*)");
    const QStringList paths = QFileDialog::getOpenFileNames(window(), tr("Open data files"), {},
                                                            filters.join(QStringLiteral(";;")));
    if (!paths.isEmpty())
        d->request(commonSource(paths));
}

void DataPage::dragEnterEvent(QDragEnterEvent *event)
{
    if (localPaths(event->mimeData()).isEmpty())
        return;
    event->acceptProposedAction();
    d->frame->setGeometry(rect());
    d->frame->raise();
    d->frame->show();
}

void DataPage::dragLeaveEvent(QDragLeaveEvent *event)
{
    d->frame->hide();
    QWidget::dragLeaveEvent(event);
}

void DataPage::dropEvent(QDropEvent *event)
{
    d->frame->hide();
    const QStringList paths = localPaths(event->mimeData());
    if (paths.isEmpty())
        return;
    event->acceptProposedAction();
    const QString source = commonSource(paths);
    if (source.isEmpty()) {
        d->banner->setAction({});
        d->banner->showMessage(ErrorBanner::Severity::Warning,
                               tr("These files lie in several folders; drop those of one dataset."));
        return;
    }
    d->request(source);
}

} // namespace rosler
