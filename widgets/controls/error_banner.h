// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QString>

class QLabel;
class QPushButton;
class QToolButton;

namespace rosler {

/// What went wrong, inside the pane it concerns: icon, text, an optional action, and close. Never modal.
/// Hidden until showMessage(); the same text again counts up instead of piling up.
class ErrorBanner : public QFrame
{
    Q_OBJECT

public:
    enum class Severity { Note, Warning, Error };

    explicit ErrorBanner(QWidget *parent = nullptr);

    /// @param details  where it happened: below the text, selectable; may be empty
    void showMessage(Severity severity, const QString &text, const QString &details = {});
    /// A button behind the text; an empty text removes it.
    void setAction(const QString &text);
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] int repeats() const noexcept { return m_repeats; }

public Q_SLOTS:
    void dismiss();

Q_SIGNALS:
    void actionTriggered();
    void dismissed();

protected:
    void changeEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void updateLabel();

    Severity m_severity = Severity::Note;
    QString m_text;
    QString m_details;
    int m_repeats = 0;
    QLabel *m_icon;
    QLabel *m_label;
    QPushButton *m_action;
    QToolButton *m_close;
};

} // namespace rosler
