// SPDX-License-Identifier: Apache-2.0
#include "core/data/dataset_request.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/base/text_number.h"

namespace rosler {

namespace {

std::string placeOf(std::string_view name)
{
    return "options/" + std::string(name);
}

const char *kindOf(const OptionValue &value)
{
    static constexpr const char *names[] = {"true or false", "a whole number", "a number", "text"};
    return names[value.index()];
}

tl::unexpected<Error> unknownOption(std::string_view name, std::span<const ReaderOption> known)
{
    std::string what = "unknown option \"" + std::string(name) + '"';
    for (std::size_t i = 0; i < known.size(); ++i)
        what += (i == 0 ? "; there are: " : ", ") + std::string(known[i].name);
    return fail(ErrorCode::Malformed, known.empty() ? what + "; this data takes none" : what, placeOf(name));
}

const ReaderOption *find(std::string_view name, std::span<const ReaderOption> known)
{
    const auto found = std::ranges::find(known, name, &ReaderOption::name);
    return found == known.end() ? nullptr : &*found;
}

Result<OptionValue> checked(OptionValue value, const ReaderOption &option)
{
    if (std::holds_alternative<double>(option.fallback) && std::holds_alternative<Index>(value))
        value = static_cast<double>(std::get<Index>(value));
    if (value.index() != option.fallback.index())
        return fail(ErrorCode::Malformed,
                    std::string("expected ") + kindOf(option.fallback) + ", found " + kindOf(value),
                    placeOf(option.name));
    double number = option.low;
    if (const Index *whole = std::get_if<Index>(&value))
        number = static_cast<double>(*whole);
    else if (const double *real = std::get_if<double>(&value))
        number = *real;
    if (!(number >= option.low && number <= option.high))
        return fail(ErrorCode::OutOfRange,
                    optionText(value) + " is out of range: allowed are " + numberText(option.low) + " to "
                        + numberText(option.high),
                    placeOf(option.name));
    return value;
}

} // namespace

std::string optionText(const OptionValue &value)
{
    return std::visit(
        [](const auto &held) -> std::string {
            using Held = std::decay_t<decltype(held)>;
            if constexpr (std::is_same_v<Held, bool>)
                return held ? "true" : "false";
            else if constexpr (std::is_same_v<Held, Index>)
                return std::to_string(held);
            else if constexpr (std::is_same_v<Held, double>)
                return numberText(held);
            else
                return held;
        },
        value);
}

Result<DatasetOptions> resolveOptions(const DatasetOptions &given, std::span<const ReaderOption> known)
{
    DatasetOptions resolved;
    for (const ReaderOption &option : known)
        resolved.emplace(option.name, option.fallback);
    for (const auto &[name, value] : given) {
        const ReaderOption *option = find(name, known);
        if (option == nullptr)
            return unknownOption(name, known);
        auto good = checked(value, *option);
        if (!good)
            return tl::unexpected(good.error());
        resolved[name] = std::move(*good);
    }
    return resolved;
}

Result<std::pair<std::string, OptionValue>> parseOption(std::string_view text,
                                                        std::span<const ReaderOption> known)
{
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const ReaderOption *option = find(name, known);
    if (option == nullptr)
        return unknownOption(name, known);
    const std::string_view said = equals == std::string_view::npos ? "" : text.substr(equals + 1);
    OptionValue value = std::string(said);
    if (std::holds_alternative<bool>(option->fallback) && (said == "true" || said == "false"))
        value = said == "true";
    else if (const auto whole = numberIn<Index>(said);
             whole && !std::holds_alternative<std::string>(option->fallback))
        value = *whole;
    else if (const auto real = numberIn<double>(said);
             real && std::holds_alternative<double>(option->fallback))
        value = *real;
    auto good = checked(std::move(value), *option);
    if (!good)
        return tl::unexpected(good.error());
    return std::pair(std::string(name), std::move(*good));
}

} // namespace rosler
