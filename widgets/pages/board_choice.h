// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace rosler {

/// A board that can be chosen: on a port, emulated, or the twin. A meter likewise.
struct BoardChoice {
    QString id;     ///< "emulated:mps2-an386", "port:/dev/ttyACM0", "twin"
    QString title;  ///< "Emulated Cortex-M4F (QEMU mps2-an386)"
    QString reason; ///< why it cannot be used now; empty = it can

    friend bool operator==(const BoardChoice &, const BoardChoice &) = default;
};

} // namespace rosler
