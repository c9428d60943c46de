// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/example_view.h"

#include <utility>

#include <QLabel>
#include <QLocale>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "widgets/charts/plot_widget.h"
#include "widgets/controls/feature_image.h"

namespace rosler {

namespace {

QString channelTitle(Index channel)
{
    return ExampleView::tr("channel %1").arg(channel + 1);
}

/// The series of each channel; those that were there before and are not any more go.
QString channelId(const QString &stem, Index channel)
{
    return channel == 0 ? stem : QStringLiteral("%1/%2").arg(stem).arg(channel);
}

/// Keeps the axes as they are looked at: a curve like the one before is compared with it.
void setAxesOf(PlotWidget &plot, const PlaceAxis &across, const QString &up)
{
    plot.setAxes(across.figureAxis(plot.isLogX()), {up.toStdString(), plot.isLogY(), {}, {}});
}

} // namespace

ExampleView::ExampleView(QWidget *parent)
    : QWidget(parent)
    , m_views(new QStackedWidget(this))
    , m_picturePage(new QWidget)
    , m_pictureLayout(new QVBoxLayout(m_picturePage))
    , m_curves(new QSplitter(Qt::Vertical))
    , m_curve(new PlotWidget)
    , m_spectrum(new PlotWidget)
    , m_words(new QLabel(this))
{
    m_words->setObjectName(QStringLiteral("exampleWords"));
    m_words->setAccessibleName(tr("About the example"));
    m_words->setWordWrap(true);
    m_words->setTextFormat(Qt::PlainText);
    m_words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_pictureLayout->setContentsMargins(0, 0, 0, 0);
    auto *scrolled = new QScrollArea; // many channels are many pictures
    scrolled->setFrameShape(QFrame::NoFrame);
    scrolled->setWidgetResizable(true);
    scrolled->setFocusPolicy(Qt::NoFocus);
    scrolled->setWidget(m_picturePage);
    m_curve->setObjectName(QStringLiteral("exampleCurve"));
    m_curve->setEmptyText(tr("Choose an example."));
    m_spectrum->setObjectName(QStringLiteral("exampleSpectrum"));
    m_spectrum->hide();
    m_curves->addWidget(m_curve);
    m_curves->addWidget(m_spectrum);
    m_curves->setChildrenCollapsible(false);
    m_views->addWidget(scrolled);
    m_views->addWidget(m_curves);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_views, 1);
    layout->addWidget(m_words);
    (void)picture(0);
    setData(nullptr);
}

QString ExampleView::curveStem()
{
    return QStringLiteral("example");
}

QString ExampleView::spectrumStem()
{
    return QStringLiteral("spectrum");
}

FeatureImage *ExampleView::picture(Index number)
{
    while (std::cmp_less_equal(m_pictures.size(), number)) {
        auto *next = new FeatureImage(m_picturePage);
        next->setAccessibleName(tr("Example"));
        m_pictureLayout->addWidget(next);
        m_pictures.push_back(next);
    }
    return m_pictures[static_cast<std::size_t>(number)];
}

void ExampleView::setData(std::shared_ptr<const Dataset> dataset)
{
    if (dataset != m_data) // axes are kept from example to example, not from data to data
        for (PlotWidget *plot : {m_curve, m_spectrum}) {
            plot->setLogX(false);
            plot->setLogY(false);
        }
    m_data = std::move(dataset);
    m_axes = m_data ? exampleAxes(*m_data) : ExampleAxes {};
    m_amplitudes.reset();
    if (m_axes.kind == ExampleKind::Waveform)
        if (auto made = AmplitudeSpectrum::make(m_data->signal()->window))
            m_amplitudes = std::move(*made);
    const bool asPicture = m_axes.kind == ExampleKind::Picture || m_axes.kind == ExampleKind::Frames;
    m_views->setCurrentIndex(asPicture ? 0 : 1);
    m_spectrum->setVisible(m_amplitudes.has_value());
    for (std::size_t i = 0; i < m_pictures.size(); ++i)
        m_pictures[i]->setVisible(i == 0 || std::cmp_less(i, m_axes.channels));
    setExample({}, {});
}

void ExampleView::setExample(const std::vector<float> &features, const QString &words)
{
    QString text = words;
    if (!features.empty() && m_amplitudes && m_amplitudes->transformed() < m_amplitudes->samples())
        text += tr("; the spectrum is of the %1 samples in the middle")
                    .arg(QLocale().toString(static_cast<qlonglong>(m_amplitudes->transformed())));
    m_words->setText(text);
    if (features.empty()) {
        for (FeatureImage *picture : m_pictures)
            picture->setImage({}, {});
        m_curve->clear();
        m_spectrum->clear();
    } else if (m_axes.kind == ExampleKind::Picture || m_axes.kind == ExampleKind::Frames) {
        showPictures(features);
    } else {
        showCurves(features, words);
    }
}

void setFrameAxes(FeatureImage &picture, const ExampleAxes &axes, Index channel)
{
    if (axes.kind != ExampleKind::Frames) {
        picture.setAxes(std::nullopt);
        return;
    }
    const QString bands = axes.channels > 1
        ? ExampleView::tr("%1, %2").arg(channelTitle(channel), axes.up.title)
        : axes.up.title;
    picture.setAxes(PictureAxes {{axes.across.title, axes.across.low, axes.across.high},
                                 {bands, axes.up.low, axes.up.high}});
}

void ExampleView::showPictures(const std::vector<float> &features)
{
    const Index count = m_axes.kind == ExampleKind::Frames ? m_axes.channels : 1;
    for (Index c = 0; c < count; ++c) {
        FeatureImage *image = picture(c);
        setFrameAxes(*image, m_axes, c);
        if (count == 1)
            image->setImage(features, m_data->shape());
        else
            image->setImage(channelOf(features, count, c),
                            {1, m_data->shape().height, m_data->shape().width});
        image->setAccessibleDescription(m_words->text());
    }
}

void ExampleView::showCurves(const std::vector<float> &features, const QString &words)
{
    setAxesOf(*m_curve, m_axes.across, m_axes.up.title);
    PlaceAxis frequencies;
    if (m_amplitudes) {
        frequencies = frequencyAxis(m_data->signal()->rate, m_amplitudes->frequency(0));
        setAxesOf(*m_spectrum, frequencies, tr("amplitude spectrum"));
    }
    const bool alone = m_axes.channels == 1;
    const auto show = [alone](PlotWidget *plot, const QString &id, const QString &name, Index channel,
                              QList<QPointF> points) {
        SeriesStyle style = seriesStyle(static_cast<std::size_t>(channel));
        style.dash = DashStyle::Solid; // dashes are lost on curves that go up and down in each pixel
        if (alone)
            style.marker = MarkerShape::None;
        plot->setSeries(id, name, style);
        plot->replacePoints(id, std::move(points));
    };
    for (Index c = 0; c < m_axes.channels; ++c) {
        const std::vector<float> own = channelOf(features, m_axes.channels, c);
        const QString name = alone ? words : channelTitle(c);
        show(m_curve, channelId(curveStem(), c), name, c, pointsAlong(m_axes.across, own));
        if (m_amplitudes)
            show(m_spectrum, channelId(spectrumStem(), c), name, c,
                 pointsAlong(frequencies, m_amplitudes->of(own)));
    }
}

std::vector<NamedFigure> ExampleView::figures() const
{
    std::vector<NamedFigure> all;
    if (!m_data || m_axes.kind == ExampleKind::Picture || m_axes.kind == ExampleKind::Frames)
        return all;
    all.push_back({curveStem().toStdString(), m_curve->figure(false)});
    if (m_amplitudes)
        all.push_back({spectrumStem().toStdString(), m_spectrum->figure(false)});
    return all;
}

} // namespace rosler
