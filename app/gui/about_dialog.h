// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace rosler {

/// Says what the program is, of what version, how it was built and under which licences it comes.
void showAbout(QWidget *parent);

} // namespace rosler
