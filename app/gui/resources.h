// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace rosler {

/// Makes what resources/rosler.qrc embeds readable: in a static library nothing else does. May be called
/// again and again.
void initResources();

} // namespace rosler
