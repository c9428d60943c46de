// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/fuzzy_match.h"

#include <algorithm>
#include <vector>

namespace rosler {

namespace {
constexpr int letterScore = 10;
constexpr int wordStartBonus = 30;
constexpr int runBonus = 35;
constexpr int missed = -1'000'000;

bool beginsWord(QStringView text, qsizetype i)
{
    return i == 0 || !text[i - 1].isLetterOrNumber();
}
} // namespace

std::optional<int> fuzzyScore(QStringView pattern, QStringView text)
{
    const auto n = static_cast<std::size_t>(text.size());
    // best[i]: the best score of the letters so far, with the last of them at text[i].
    std::vector<int> best(n, missed);
    bool first = true;
    for (const QChar raw : pattern) {
        if (raw.isSpace())
            continue;
        const QChar letter = raw.toCaseFolded();
        std::vector<int> next(n, missed);
        int before = first ? 0 : missed; // the best score that ends anywhere before i
        for (std::size_t i = 0; i < n; ++i) {
            const auto at = static_cast<qsizetype>(i);
            if (text[at].toCaseFolded() == letter) {
                const int bonus = beginsWord(text, at) ? wordStartBonus : 0;
                next[i] = before + letterScore + bonus;
                if (!first && i > 0)
                    next[i] = std::max(next[i], best[i - 1] + letterScore + bonus + runBonus);
            }
            if (!first)
                before = std::max(before, best[i]);
        }
        best = std::move(next);
        first = false;
    }
    if (first)
        return 0;
    const int found = n == 0 ? missed : *std::max_element(best.begin(), best.end());
    if (found < 0)
        return std::nullopt;
    return found - static_cast<int>(std::min<std::size_t>(n, 100)) / 10;
}

} // namespace rosler
