// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QWidget>

#include "core/data/dataset.h"
#include "core/data/signal/amplitude_spectrum.h"
#include "core/experiment/run_figures.h"
#include "widgets/models/example_axes.h"

class QLabel;
class QSplitter;
class QStackedWidget;
class QVBoxLayout;

namespace rosler {

class FeatureImage;
class PlotWidget;

/// One example of some data, large, and what is known of it in words: a picture, a curve, a waveform above
/// its spectrum, or frames as a picture of time and band. GUI thread only.
class ExampleView : public QWidget
{
    Q_OBJECT

public:
    explicit ExampleView(QWidget *parent = nullptr);

    /// What examples are of; may be none. Shows none of them yet.
    void setData(std::shared_ptr<const Dataset> dataset);
    /// @param features  of one example of the data; none: nothing is shown
    void setExample(const std::vector<float> &features, const QString &words);

    [[nodiscard]] PlotWidget *curve() noexcept { return m_curve; }       ///< the example's figure
    [[nodiscard]] PlotWidget *spectrum() noexcept { return m_spectrum; } ///< that of a waveform
    /// The stems of these figures.
    [[nodiscard]] static QString curveStem();
    [[nodiscard]] static QString spectrumStem();
    /// Of what is shown as curves.
    [[nodiscard]] std::vector<NamedFigure> figures() const;

private:
    void showPictures(const std::vector<float> &features);
    void showCurves(const std::vector<float> &features, const QString &words);
    [[nodiscard]] FeatureImage *picture(Index number);

    std::shared_ptr<const Dataset> m_data;
    ExampleAxes m_axes;
    std::optional<AmplitudeSpectrum> m_amplitudes; ///< of waveforms
    QStackedWidget *m_views;
    QWidget *m_picturePage;
    QVBoxLayout *m_pictureLayout;
    std::vector<FeatureImage *> m_pictures; ///< a channel each, where they are frames
    QSplitter *m_curves;
    PlotWidget *m_curve;
    PlotWidget *m_spectrum;
    QLabel *m_words;
};

/// What the columns and rows of a picture of frames stand for.
void setFrameAxes(FeatureImage &picture, const ExampleAxes &axes, Index channel);

} // namespace rosler
