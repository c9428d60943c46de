// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QList>
#include <QString>
#include <QWidget>

namespace rosler {

/// A slider for whole numbers of which the small ones matter most: ranks and sketch sizes. Its scale is
/// logarithmic and it snaps to 1, 2, 3, 4, 6, 8, 12, 16, 24, ..., and the top of its scale; with Ctrl any
/// integer. Marks on the track: the break-even value, the value of the last run (a ghost), and a hatched
/// zone in which moving this slider pushes another one.
///
/// Keys: arrows step through the snapping values (with Ctrl by one), page keys by a factor of two, Home
/// and End. Double click = default. The wheel does nothing unless the slider has the focus.
/// Every press of the mouse or of a key is one drag: dragStarted, valueChanged..., dragFinished.
class RankSlider : public QWidget
{
    Q_OBJECT
    Q_PROPERTY(int value READ value WRITE setValue NOTIFY valueChanged USER true)

public:
    /// @param quantity  what it is a number of: "rank"; read out as "rank 16 of 256"
    explicit RankSlider(const QString &quantity, QWidget *parent = nullptr);

    [[nodiscard]] int value() const noexcept { return m_value; }
    [[nodiscard]] int maximum() const noexcept { return m_maximum; }
    [[nodiscard]] QString valueText() const; ///< "rank 16 of 256"

    /// The scale is 1..@p maximum; the value is moved into it without a signal.
    void setMaximum(int maximum);
    void setDefaultValue(int value) { m_default = value; }
    /// Beyond this rank the sketched layer stores more than the dense one; none = no mark.
    void setBreakEven(std::optional<int> value);
    /// What the last run was trained with; none = no ghost.
    void setGhost(std::optional<int> value);
    /// Values above @p above, or below @p below, push another slider: hatched.
    void setPushZone(std::optional<int> above, std::optional<int> below);

    /// The values it snaps to on a scale of 1..@p maximum, ascending, without repeats.
    [[nodiscard]] static QList<int> admissibleValues(int maximum);

    /// Where the middle of the handle is when the value is @p value; pixels from the left.
    [[nodiscard]] double positionOf(int value) const;

    /// Middle of the track, pixels from the top: what stands beside the slider aligns with it.
    [[nodiscard]] double trackY() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

public Q_SLOTS:
    /// Moves the handle and emits the change; out of range is cut.
    void setValue(int value);

Q_SIGNALS:
    void valueChanged(int value);
    void dragStarted();
    void dragFinished();

protected:
    bool event(QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void keyReleaseEvent(QKeyEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    enum class Snap { ToList, ToInteger };

    [[nodiscard]] QFont scaleFont() const;
    [[nodiscard]] QFontMetrics scaleFontMetrics() const;
    [[nodiscard]] double radius() const;
    [[nodiscard]] int valueAt(double x, Snap snap) const;
    [[nodiscard]] int stepped(int steps) const;
    void beginDrag();
    void endDrag();
    void paintScale(QPainter &painter) const;
    void paintTrack(QPainter &painter) const;
    void paintMarks(QPainter &painter) const;
    void paintHandle(QPainter &painter) const;

    QString m_quantity;
    QList<int> m_values;
    int m_maximum = 1;
    int m_value = 1;
    int m_default = 1;
    std::optional<int> m_breakEven;
    std::optional<int> m_ghost;
    std::optional<int> m_pushAbove;
    std::optional<int> m_pushBelow;
    double m_grab = 0; ///< from the pointer to the middle of the handle
    bool m_mouseDown = false;
    bool m_dragging = false;
    int m_wheelRest = 0; ///< eighths of a degree that made no step yet
};

} // namespace rosler
