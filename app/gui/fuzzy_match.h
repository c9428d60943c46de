// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QStringView>

namespace rosler {

/// How well the letters of @p pattern, in order but not side by side, are found in @p text: more for
/// letters at the beginnings of words and for letters that follow each other, less for long texts.
/// Case and spaces of the pattern do not count. None when they are not all there; 0 for no pattern.
[[nodiscard]] std::optional<int> fuzzyScore(QStringView pattern, QStringView text);

} // namespace rosler
