// SPDX-License-Identifier: Apache-2.0
#include "core/data/dataset.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/digest.h"

namespace rosler {

namespace {

static_assert(std::endian::native == std::endian::little, "digests are over little-endian bytes");

constexpr std::size_t mostClasses = std::numeric_limits<std::uint16_t>::max();

/// NaN and infinity are the floats whose exponent bits are all set.
bool isFinite(float value)
{
    return (std::bit_cast<std::uint32_t>(value) & 0x7F800000U) != 0x7F800000U;
}

bool allFinite(std::span<const float> values)
{
    bool every = true; // no early end: the loop then runs at the memory's speed
    for (const float value : values)
        every &= isFinite(value);
    return every;
}

std::string at(std::string_view part, std::string_view what, Index number)
{
    return std::string(part).append(":").append(what).append(" ").append(std::to_string(number));
}

Result<void> checkShape(const ExampleShape &shape)
{
    constexpr Index most = std::numeric_limits<std::int32_t>::max();
    for (const Index extent : {shape.channels, shape.height, shape.width}) {
        if (extent < 1 || extent > most)
            return fail(ErrorCode::OutOfRange,
                        "examples of " + std::to_string(shape.channels) + " x " + std::to_string(shape.height)
                            + " x " + std::to_string(shape.width) + " features",
                        "shape");
    }
    if (shape.channels * shape.height > most || shape.channels * shape.height * shape.width > most)
        return fail(ErrorCode::OutOfRange, "more than " + std::to_string(most) + " features", "shape");
    return {};
}

tl::unexpected<Error> cancelled()
{
    return fail(ErrorCode::Cancelled, "checking the dataset was stopped");
}

Result<void> checkExamples(const Examples &examples, const DatasetParts &parts, std::string_view part,
                           const std::stop_token &stop)
{
    const Index count = examples.count();
    if (count == 0 && examples.labels.empty())
        return fail(ErrorCode::OutOfRange, "no examples", std::string(part));
    if (std::cmp_not_equal(count, examples.labels.size()))
        return fail(ErrorCode::Malformed,
                    std::to_string(count) + " examples but " + std::to_string(examples.labels.size())
                        + " labels",
                    std::string(part));
    if (!examples.groups.empty() && std::cmp_not_equal(count, examples.groups.size()))
        return fail(ErrorCode::Malformed,
                    std::to_string(count) + " examples but " + std::to_string(examples.groups.size())
                        + " of them with a group",
                    std::string(part));
    const Index columns = examples.features.cols();
    if (columns != parts.shape.size())
        return fail(ErrorCode::Malformed,
                    std::to_string(columns) + " features where the shape has "
                        + std::to_string(parts.shape.size()),
                    std::string(part));
    for (std::size_t i = 0; i < examples.labels.size(); ++i) {
        if (examples.labels[i] >= parts.classNames.size())
            return fail(ErrorCode::Malformed,
                        "label " + std::to_string(examples.labels[i]) + " where there are "
                            + std::to_string(parts.classNames.size()) + " classes",
                        at(part, "row", static_cast<Index>(i)));
    }
    std::vector<float> values(static_cast<std::size_t>(columns));
    for (Index row = 0; row < count; ++row) {
        if (stop.stop_requested())
            return cancelled();
        examples.features.widen(row, values.data());
        if (allFinite(values))
            continue;
        const auto bad = std::ranges::find_if_not(std::as_const(values), isFinite);
        const std::string value = *bad != *bad ? "NaN" : *bad > 0 ? "infinity" : "-infinity";
        return fail(ErrorCode::Malformed, "a feature is " + value,
                    at(part, "row", row) + ", column " + std::to_string(bad - values.begin()));
    }
    return {};
}

/// Every piece is preceded by its length, so that no two datasets run into the same bytes.
Result<std::string> digestOf(const DatasetParts &parts, const std::stop_token &stop)
{
    constexpr Index pieceFloats = 1 << 18;
    Sha256 digest;
    const auto addNumber = [&](std::size_t number) {
        const std::array<std::uint64_t, 1> word {number};
        digest.add(std::as_bytes(std::span(word)));
    };
    const auto addExtent = [&](Index extent) { addNumber(static_cast<std::size_t>(extent)); };
    digest.add("rosler.dataset/1");
    Matrix room;
    addExtent(parts.shape.channels);
    addExtent(parts.shape.height);
    addExtent(parts.shape.width);
    addNumber(parts.classNames.size());
    for (const std::string &name : parts.classNames) {
        addNumber(name.size());
        digest.add(name);
    }
    for (const Examples *examples : {&parts.train, &parts.test}) {
        addExtent(examples->count());
        const Index pieceRows = std::max(Index {1}, pieceFloats / examples->features.cols());
        for (Index row = 0; row < examples->count(); row += pieceRows) {
            if (stop.stop_requested())
                return cancelled();
            const Index rows = std::min(pieceRows, examples->count() - row);
            const ConstMatrixView piece = examples->features.rows(row, rows, room);
            digest.add(std::as_bytes(std::span(piece.data(), static_cast<std::size_t>(piece.size()))));
        }
        digest.add(std::as_bytes(std::span(examples->labels)));
        digest.add(std::as_bytes(std::span(examples->groups)));
    }
    return digest.hex();
}

} // namespace

Dataset::Dataset(DatasetParts parts, std::string digest)
    : m_parts(std::move(parts))
    , m_digest(std::move(digest))
{
}

Result<std::shared_ptr<const Dataset>> Dataset::make(DatasetParts parts, const std::stop_token &stop)
{
    if (auto checked = checkShape(parts.shape); !checked)
        return tl::unexpected(std::move(checked.error()));
    if (parts.classNames.empty() || parts.classNames.size() > mostClasses)
        return fail(ErrorCode::OutOfRange,
                    std::to_string(parts.classNames.size()) + " classes; 1 to " + std::to_string(mostClasses)
                        + " are allowed",
                    "classes");
    if (auto checked = checkExamples(parts.train, parts, "train", stop); !checked)
        return tl::unexpected(std::move(checked.error()));
    if (auto checked = checkExamples(parts.test, parts, "test", stop); !checked)
        return tl::unexpected(std::move(checked.error()));
    auto digest = digestOf(parts, stop);
    if (!digest)
        return tl::unexpected(std::move(digest.error()));
    return std::shared_ptr<const Dataset>(new Dataset(std::move(parts), std::move(*digest)));
}

std::vector<Index> classCounts(const Examples &examples, Index classes)
{
    std::vector<Index> counts(static_cast<std::size_t>(classes));
    for (const std::uint16_t label : examples.labels)
        ++counts.at(label);
    return counts;
}

} // namespace rosler
