// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/export_dialog.h"

#include <algorithm>
#include <array>
#include <utility>

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

namespace rosler {

namespace {

/// Widths that journals ask for.
constexpr std::array columnWidths {85.0, 120.0, 170.0};
constexpr double millimetresAnInch = 25.4;
constexpr int previewDelay = 120; ///< ms after the last change

QDoubleSpinBox *numberBox(double value, double least, double most, double step, int decimals,
                          const QString &unit, const QString &name)
{
    auto *box = new QDoubleSpinBox;
    box->setRange(least, most);
    box->setSingleStep(step);
    box->setDecimals(decimals);
    box->setSuffix(unit);
    box->setValue(value);
    box->setAccessibleName(name);
    return box;
}

QString figureTitle(const std::string &stem)
{
    QString title = QString::fromStdString(stem);
    title.replace(QLatin1Char('-'), QLatin1Char(' '));
    if (!title.isEmpty())
        title[0] = title[0].toUpper();
    return title;
}

} // namespace

class ExportDialog::Private
{
public:
    explicit Private(ExportDialog *dialog)
        : q(dialog)
    {
    }

    void build(const QString &current, const ExportSettings &start);
    QWidget *buildFigures(const QString &current);
    QWidget *buildStyle(const PublicationStyle &style);
    QWidget *buildFormats(const ExportSettings &start);
    [[nodiscard]] PublicationStyle style() const;
    void askPreview();
    void updateAccept();

    ExportDialog *q;
    std::vector<NamedFigure> figures;
    QString fontFamily;

    QListWidget *list = nullptr;
    QComboBox *width = nullptr;
    QDoubleSpinBox *height = nullptr;
    QDoubleSpinBox *font = nullptr;
    QDoubleSpinBox *line = nullptr;
    QDoubleSpinBox *dpi = nullptr;
    QComboBox *legend = nullptr;
    QCheckBox *grid = nullptr;
    QCheckBox *png = nullptr;
    QCheckBox *svg = nullptr;
    QCheckBox *pdf = nullptr;
    QCheckBox *csv = nullptr;
    QLineEdit *folder = nullptr;
    QLabel *preview = nullptr;
    QPushButton *accept = nullptr;
    QTimer previewTimer;
};

QWidget *ExportDialog::Private::buildFigures(const QString &current)
{
    auto *box = new QGroupBox(tr("Figures"));
    auto *layout = new QVBoxLayout(box);
    list = new QListWidget;
    list->setObjectName(QStringLiteral("figureList"));
    list->setAccessibleName(tr("Figures to export"));
    for (const NamedFigure &figure : figures) {
        auto *item = new QListWidgetItem(figureTitle(figure.stem), list);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        const bool ticked = current.isEmpty() || current.toStdString() == figure.stem;
        item->setCheckState(ticked ? Qt::Checked : Qt::Unchecked);
        if (ticked && list->currentRow() < 0)
            list->setCurrentItem(item);
    }
    if (list->currentRow() < 0 && list->count() > 0)
        list->setCurrentRow(0);
    layout->addWidget(list);

    auto *buttons = new QHBoxLayout;
    for (const auto &[text, state] :
         {std::pair {tr("All"), Qt::Checked}, std::pair {tr("None"), Qt::Unchecked}}) {
        auto *button = new QPushButton(text);
        connect(button, &QPushButton::clicked, q, [this, state = state] {
            for (int i = 0; i < list->count(); ++i)
                list->item(i)->setCheckState(state);
        });
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    layout->addLayout(buttons);
    connect(list, &QListWidget::currentRowChanged, q, [this] { askPreview(); });
    connect(list, &QListWidget::itemChanged, q, [this] { updateAccept(); });
    return box;
}

QWidget *ExportDialog::Private::buildStyle(const PublicationStyle &start)
{
    auto *box = new QGroupBox(tr("Print style"));
    auto *form = new QFormLayout(box);
    width = new QComboBox;
    width->setObjectName(QStringLiteral("figureWidth"));
    width->setAccessibleName(tr("Figure width"));
    for (const double mm : columnWidths)
        width->addItem(tr("%1 mm").arg(mm), mm);
    const auto known = std::find(columnWidths.begin(), columnWidths.end(), start.widthMm);
    if (known == columnWidths.end())
        width->addItem(tr("%1 mm").arg(start.widthMm), start.widthMm);
    width->setCurrentIndex(known == columnWidths.end() ? width->count() - 1
                                                       : static_cast<int>(known - columnWidths.begin()));
    height = numberBox(start.heightMm, 30, 250, 5, 0, tr(" mm"), tr("Figure height"));
    font = numberBox(start.fontPt, 5, 24, 0.5, 1, tr(" pt"), tr("Font size"));
    line = numberBox(start.linePt, 0.25, 4, 0.25, 2, tr(" pt"), tr("Line width"));
    dpi = numberBox(start.pngDpi, 72, 1200, 50, 0, tr(" dpi"), tr("PNG resolution"));
    legend = new QComboBox;
    legend->setAccessibleName(tr("Legend"));
    legend->addItem(tr("Inside the axes"), static_cast<int>(LegendPlace::Inside));
    legend->addItem(tr("Below"), static_cast<int>(LegendPlace::Below));
    legend->addItem(tr("Above"), static_cast<int>(LegendPlace::Above));
    legend->addItem(tr("None"), static_cast<int>(LegendPlace::None));
    legend->setCurrentIndex(legend->findData(static_cast<int>(start.legend)));
    grid = new QCheckBox(tr("Grid lines"));
    grid->setChecked(start.grid);
    form->addRow(tr("&Width"), width);
    form->addRow(tr("&Height"), height);
    form->addRow(tr("&Font"), font);
    form->addRow(tr("&Lines"), line);
    form->addRow(tr("L&egend"), legend);
    form->addRow(QString(), grid);
    form->addRow(tr("PNG &resolution"), dpi);

    for (QDoubleSpinBox *spin : {height, font, line})
        connect(spin, &QDoubleSpinBox::valueChanged, q, [this] { askPreview(); });
    for (QComboBox *combo : {width, legend})
        connect(combo, &QComboBox::currentIndexChanged, q, [this] { askPreview(); });
    connect(grid, &QCheckBox::toggled, q, [this] { askPreview(); });
    return box;
}

QWidget *ExportDialog::Private::buildFormats(const ExportSettings &start)
{
    auto *box = new QGroupBox(tr("Files"));
    auto *form = new QFormLayout(box);
    auto *formats = new QHBoxLayout;
    const auto format = [&](const QString &text, const QString &tip, bool on) {
        auto *check = new QCheckBox(text);
        check->setToolTip(tip);
        check->setChecked(on);
        connect(check, &QCheckBox::toggled, q, [this] { updateAccept(); });
        formats->addWidget(check);
        return check;
    };
    png = format(tr("PNG"), tr("Pixels, for slides and web pages"), start.png);
    svg = format(tr("SVG"), tr("Vectors with editable text"), start.svg);
    pdf = format(tr("PDF"), tr("Vectors with embedded fonts, for papers"), start.pdf);
    csv = format(tr("CSV"), tr("The data"), start.csv);
    formats->addStretch(1);
    form->addRow(tr("Formats"), formats);

    auto *where = new QHBoxLayout;
    folder = new QLineEdit(start.folder);
    folder->setObjectName(QStringLiteral("exportFolder"));
    folder->setAccessibleName(tr("Folder"));
    folder->setMinimumWidth(folder->fontMetrics().averageCharWidth() * 32);
    auto *choose = new QPushButton(tr("&Choose…"));
    where->addWidget(folder, 1);
    where->addWidget(choose);
    auto *words = new QLabel(tr("F&older"));
    words->setBuddy(folder); // a form knows none of a layout's
    form->addRow(words, where);
    connect(folder, &QLineEdit::textChanged, q, [this] { updateAccept(); });
    connect(choose, &QPushButton::clicked, q, [this] {
        const QString chosenFolder =
            QFileDialog::getExistingDirectory(q, tr("Folder for figures"), folder->text());
        if (!chosenFolder.isEmpty())
            folder->setText(chosenFolder);
    });
    return box;
}

void ExportDialog::Private::build(const QString &current, const ExportSettings &start)
{
    fontFamily = QString::fromStdString(start.style.fontFamily);
    q->setWindowTitle(tr("Export figures"));
    auto *left = new QVBoxLayout;
    left->addWidget(buildFigures(current), 1);
    left->addWidget(buildStyle(start.style));

    preview = new QLabel(tr("Drawing the preview…"));
    preview->setObjectName(QStringLiteral("preview"));
    preview->setAlignment(Qt::AlignCenter);
    preview->setFrameShape(QFrame::StyledPanel);
    preview->setAccessibleName(tr("Preview of the printed figure"));
    const int em = q->fontMetrics().height();
    preview->setMinimumSize(em * 24, em * 18);

    auto *columns = new QHBoxLayout;
    columns->addLayout(left);
    columns->addWidget(preview, 1);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    accept = buttons->addButton(tr("&Export"), QDialogButtonBox::AcceptRole);
    accept->setObjectName(QStringLiteral("exportNow"));
    accept->setDefault(true);
    connect(buttons, &QDialogButtonBox::rejected, q, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, q, [this] {
        Q_EMIT q->exportRequested(q->chosen(), q->settings());
        q->accept();
    });

    auto *layout = new QVBoxLayout(q);
    layout->addLayout(columns, 1);
    layout->addWidget(buildFormats(start));
    layout->addWidget(buttons);

    previewTimer.setSingleShot(true);
    previewTimer.setInterval(previewDelay);
    connect(&previewTimer, &QTimer::timeout, q, [this] {
        const int row = list->currentRow();
        if (row < 0)
            return;
        PublicationStyle shown = style();
        // As many pixels as the label has for the figure's millimetres.
        const double ratio = q->devicePixelRatioF();
        const double perMm = std::min(preview->width() / shown.widthMm, preview->height() / shown.heightMm);
        shown.pngDpi = std::clamp(perMm * 0.94 * millimetresAnInch * ratio, 50.0, 600.0);
        Q_EMIT q->previewRequested(figures[static_cast<std::size_t>(row)].figure, shown);
    });
    updateAccept();
}

PublicationStyle ExportDialog::Private::style() const
{
    PublicationStyle chosen;
    chosen.widthMm = width->currentData().toDouble();
    chosen.heightMm = height->value();
    chosen.fontPt = font->value();
    chosen.linePt = line->value();
    chosen.fontFamily = fontFamily.toStdString();
    chosen.legend = static_cast<LegendPlace>(legend->currentData().toInt());
    chosen.grid = grid->isChecked();
    chosen.pngDpi = dpi->value();
    return chosen;
}

void ExportDialog::Private::askPreview()
{
    previewTimer.start();
}

void ExportDialog::Private::updateAccept()
{
    if (accept == nullptr)
        return;
    const bool anyFormat = png->isChecked() || svg->isChecked() || pdf->isChecked() || csv->isChecked();
    accept->setEnabled(anyFormat && !folder->text().trimmed().isEmpty() && !q->chosen().empty());
}

ExportDialog::ExportDialog(std::vector<NamedFigure> figures, const QString &current,
                           const ExportSettings &settings, QWidget *parent)
    : QDialog(parent)
    , d(std::make_unique<Private>(this))
{
    d->figures = std::move(figures);
    d->build(current, settings);
}

ExportDialog::~ExportDialog() = default;

ExportSettings ExportDialog::settings() const
{
    return {d->style(),          d->png->isChecked(), d->svg->isChecked(),
            d->pdf->isChecked(), d->csv->isChecked(), d->folder->text().trimmed()};
}

std::vector<NamedFigure> ExportDialog::chosen() const
{
    std::vector<NamedFigure> ticked;
    for (int i = 0; i < d->list->count(); ++i)
        if (d->list->item(i)->checkState() == Qt::Checked)
            ticked.push_back(d->figures[static_cast<std::size_t>(i)]);
    return ticked;
}

void ExportDialog::setPreview(const QByteArray &png)
{
    QPixmap picture;
    if (!picture.loadFromData(png, "PNG"))
        return;
    picture.setDevicePixelRatio(devicePixelRatioF());
    d->preview->setPixmap(picture);
}

void ExportDialog::showEvent(QShowEvent *event)
{
    QDialog::showEvent(event);
    d->askPreview();
}

} // namespace rosler
