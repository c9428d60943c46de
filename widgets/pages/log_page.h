// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include <QDateTime>
#include <QString>
#include <QWidget>

class QComboBox;
class QPlainTextEdit;

namespace rosler {

enum class LogLevel { Debug, Info, Warning, Error };

/// What the program says while it works: appended at the end, filtered by level. Keeps the last 5,000
/// lines and follows the end unless the user scrolled up.
class LogPage : public QWidget
{
    Q_OBJECT

public:
    static constexpr std::size_t maxLines = 5000;

    explicit LogPage(QWidget *parent = nullptr);

    [[nodiscard]] std::size_t lineCount() const noexcept { return m_lines.size(); }
    [[nodiscard]] QString shownText() const;
    [[nodiscard]] QString lastLine() const; ///< for the status bar; empty when there is none

public Q_SLOTS:
    void append(rosler::LogLevel level, const QString &text);
    void clear();

Q_SIGNALS:
    void appended(const QString &line);

private:
    struct Line {
        QTime time;
        LogLevel level;
        QString text;
    };

    [[nodiscard]] static QString format(const Line &line);
    [[nodiscard]] bool isShown(const Line &line) const;
    void showAll();

    std::deque<Line> m_lines;
    QComboBox *m_level;
    QPlainTextEdit *m_view;
};

} // namespace rosler
