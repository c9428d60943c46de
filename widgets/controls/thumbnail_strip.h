// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QImage>
#include <QList>
#include <QStringList>
#include <QWidget>

#include "core/data/dataset.h"

namespace rosler {

/// Some training examples of each class under the class's name, in as many columns as fit: pictures for
/// images of one or three channels, small curves for data of height 1. What a low widget has no room for is
/// left out. Read-only.
class ThumbnailStrip : public QWidget
{
    Q_OBJECT

public:
    explicit ThumbnailStrip(QWidget *parent = nullptr);

    /// Copies what it shows; @p dataset may be null. Looks at most at the first 20,000 examples.
    void setExamples(const std::shared_ptr<const Dataset> &dataset);

    [[nodiscard]] int shownClasses() const noexcept { return static_cast<int>(m_groups.size()); }

    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    struct Group {
        QString name;
        QList<QImage> images;
        QList<QList<double>> curves; ///< values in [0, 1]
    };
    struct Grid {
        int columns = 1;
        int rows = 1;
        double cell = 1;  ///< width and height of one example
        double slot = 1;  ///< distance of columns
        double block = 1; ///< height of a class with its name
    };

    [[nodiscard]] Grid gridFor(int width) const;
    [[nodiscard]] QFont smallFont() const;

    QList<Group> m_groups;
    int m_perClass = 0;
    int m_hidden = 0;      ///< classes that are not shown
    bool m_frames = false; ///< pictures are of frames
};

} // namespace rosler
