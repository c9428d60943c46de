// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <QImage>
#include <QWidget>

#include "core/base/example_shape.h"
#include "widgets/controls/picture_axes.h"

namespace rosler {

/// One image as large as the widget, with the features marked that a sketch reads: pixels of which nothing
/// is kept are veiled. Read-only.
class FeatureImage : public QWidget
{
    Q_OBJECT

public:
    explicit FeatureImage(QWidget *parent = nullptr);

    /// @param features  shape.size() numbers in [0, 1], or none: nothing is shown
    void setImage(const std::vector<float> &features, const ExampleShape &shape);
    /// The image is one of frames: it is turned, fills what the axes leave of the widget, and has no
    /// proportions of its own.
    void setAxes(const std::optional<PictureAxes> &axes);
    /// @param kept  ascending numbers of features; empty = all are read and nothing is veiled
    void setKept(const std::vector<std::uint32_t> &kept);
    /// Pixels of which a feature is kept; all without setKept().
    [[nodiscard]] int keptPixels() const noexcept;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void veil();

    QImage m_image;
    QImage m_veil; ///< of the image's size; null: nothing is veiled
    ExampleShape m_shape;
    std::optional<PictureAxes> m_axes;
    std::vector<std::uint32_t> m_kept;
    int m_keptPixels = 0;
};

} // namespace rosler
