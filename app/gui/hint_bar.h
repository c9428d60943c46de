// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

#include <QFrame>

class QLabel;

namespace rosler {

/// Three steps to a first result, under the toolbar: ticked as they are done, not shown again once
/// dismissed.
class HintBar : public QFrame
{
    Q_OBJECT

public:
    enum Step { Design, Train, Export, StepCount };

    explicit HintBar(QWidget *parent = nullptr);

    void setDone(Step step);
    void setModelCount(int models);

Q_SIGNALS:
    void dismissed();

private:
    void updateTexts();

    std::array<QLabel *, StepCount> m_labels {};
    std::array<bool, StepCount> m_done {};
    int m_models = 2;
};

} // namespace rosler
