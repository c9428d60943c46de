// SPDX-License-Identifier: Apache-2.0
#include "core/data/held_out.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "core/base/random.h"

namespace rosler {

namespace {

constexpr std::uint64_t splitSeed = 0; // one split a dataset, whatever the experiment's seed

Index heldOutCount(Index train, const ValidationSpec &spec)
{
    return spec.share > 0 ? static_cast<Index>(std::llround(spec.share * static_cast<double>(train)))
                          : spec.count;
}

/// Of each class how many are held out: its share, and what is missing to @p wanted from the largest
/// remainders.
std::vector<Index> shareOut(const std::vector<Index> &ofClass, Index wanted, Index all)
{
    std::vector<Index> shares;
    std::vector<std::pair<double, std::size_t>> remainders;
    Index given = 0;
    for (std::size_t c = 0; c < ofClass.size(); ++c) {
        const double exact =
            static_cast<double>(ofClass[c]) * static_cast<double>(wanted) / static_cast<double>(all);
        shares.push_back(static_cast<Index>(exact));
        given += shares.back();
        remainders.emplace_back(static_cast<double>(shares.back()) - exact, c);
    }
    std::sort(remainders.begin(), remainders.end());
    for (std::size_t i = 0; given < wanted; ++i, ++given)
        ++shares[remainders[i].second];
    return shares;
}

std::vector<bool> drawExamples(const Examples &train, Index classes, Index wanted)
{
    const std::vector<Index> shares = shareOut(classCounts(train, classes), wanted, train.count());
    std::vector<std::vector<std::uint32_t>> ofClass(static_cast<std::size_t>(classes));
    for (std::size_t i = 0; i < train.labels.size(); ++i)
        ofClass[train.labels[i]].push_back(static_cast<std::uint32_t>(i));
    std::vector<bool> held(train.labels.size());
    for (std::size_t c = 0; c < ofClass.size(); ++c) {
        const auto order = RandomStream(splitSeed, Draw::Split, static_cast<std::uint32_t>(c))
                               .permutation(static_cast<std::uint32_t>(ofClass[c].size()));
        for (std::size_t i = 0; std::cmp_less(i, shares[c]); ++i)
            held[ofClass[c][order[i]]] = true;
    }
    return held;
}

std::vector<bool> drawGroups(const Examples &train, Index wanted)
{
    std::map<std::uint32_t, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < train.groups.size(); ++i)
        groups[train.groups[i]].push_back(i);
    std::vector<const std::vector<std::size_t> *> list;
    for (const auto &[name, members] : groups)
        list.push_back(&members);
    std::vector<bool> held(train.groups.size());
    std::size_t taken = 0;
    const auto order =
        RandomStream(splitSeed, Draw::Split, 0).permutation(static_cast<std::uint32_t>(list.size()));
    for (std::size_t i = 0; i + 1 < order.size() && std::cmp_less(taken, wanted); ++i) {
        for (const std::size_t member : *list[order[i]])
            held[member] = true;
        taken += list[order[i]]->size();
    }
    return held;
}

} // namespace

Index trainingCountOf(Index train, const ValidationSpec &spec) noexcept
{
    return std::max(Index {0}, train - heldOutCount(train, spec));
}

Result<TrainingSplit> splitTraining(const Examples &train, Index classes, const ValidationSpec &spec)
{
    TrainingSplit split;
    if (!spec.any())
        return split;
    const Index wanted = heldOutCount(train.count(), spec);
    if (wanted < 1)
        return fail(ErrorCode::OutOfRange,
                    "no validation examples are left of " + std::to_string(train.count()),
                    "/training/validation");
    if (wanted >= train.count())
        return fail(ErrorCode::OutOfRange,
                    std::to_string(wanted) + " validation examples leave none of "
                        + std::to_string(train.count()) + " to train on",
                    "/training/validation");
    const std::vector<bool> held =
        train.groups.empty() ? drawExamples(train, classes, wanted) : drawGroups(train, wanted);
    for (std::uint32_t i = 0; i < held.size(); ++i)
        (held[i] ? split.validation : split.training).push_back(i);
    if (split.validation.empty())
        return fail(ErrorCode::OutOfRange,
                    "all training examples are of one group, which cannot be torn apart",
                    "/training/validation");
    return split;
}

} // namespace rosler
