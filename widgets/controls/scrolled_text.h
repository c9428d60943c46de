// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>
#include <QString>

class QLabel;

namespace rosler {

/// Sentences that wrap, as high as they need where there is room, and scrolled where there is not; never less
/// than three lines. They are its accessible description; it wants a name. Hidden while there is none.
class ScrolledText : public QScrollArea
{
    Q_OBJECT

public:
    explicit ScrolledText(QWidget *parent = nullptr);

    void setText(const QString &text); ///< plain
    [[nodiscard]] QString text() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    [[nodiscard]] int wholeHeight() const;
    void fit();

    QLabel *m_label;
};

} // namespace rosler
