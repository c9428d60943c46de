// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace rosler {

/// Makes a spin box or combo box leave the wheel alone until it has the focus, so that scrolling the page
/// it stands on never changes it.
void keepWheelForFocus(QWidget *control);

} // namespace rosler
