// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/quiet_wheel.h"

#include <QEvent>
#include <QWidget>

namespace rosler {

namespace {

class WheelFilter : public QObject
{
public:
    using QObject::QObject;

    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() != QEvent::Wheel || static_cast<QWidget *>(watched)->hasFocus())
            return false;
        event->ignore(); // the scroll area behind it gets it
        return true;
    }
};

} // namespace

void keepWheelForFocus(QWidget *control)
{
    control->setFocusPolicy(Qt::StrongFocus);
    control->installEventFilter(new WheelFilter(control));
}

} // namespace rosler
