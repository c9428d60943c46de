// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QFrame>

class QLabel;
class QPushButton;

namespace rosler {

/// One message over the pages that does not stop the work: an icon, a sentence, perhaps a button, and a
/// cross. A newer message takes the older one's place; nothing is lost, problems are listed in their pane.
class NoticeBar : public QFrame
{
    Q_OBJECT

public:
    enum class Kind { Information, Problem };

    explicit NoticeBar(QWidget *parent = nullptr);

    void tell(Kind kind, const QString &text, const QString &actionText = {},
              std::function<void()> action = {});
    [[nodiscard]] QString text() const;

private:
    QLabel *m_icon;
    QLabel *m_text;
    QPushButton *m_button;
    std::function<void()> m_action;
};

} // namespace rosler
