// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/matrix.h"
#include "core/base/result.h"
#include "core/experiment/spec_names.h"

namespace rosler {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t maxLayers = 64;

/// Thrown while a document is read, and caught by whoever reads the whole of it.
struct SpecError {
    Error error;
};

[[noreturn]] inline void raise(ErrorCode code, std::string what, std::string where)
{
    throw SpecError {{code, std::move(what), std::move(where)}};
}

/// One JSON object of the document, read key by key; complains about keys that nobody asked for.
class Section
{
public:
    Section(const Json &json, std::string where, std::initializer_list<std::string_view> known)
        : Section(json, std::move(where), std::span(known.begin(), known.size()))
    {
    }

    Section(const Json &json, std::string where, std::span<const std::string_view> keys)
        : m_json(json)
        , m_where(std::move(where))
    {
        if (!json.is_object())
            raise(ErrorCode::Malformed, std::string("expected an object, found ") + json.type_name(),
                  m_where);
        for (const auto &item : json.items()) {
            if (std::find(keys.begin(), keys.end(), item.key()) != keys.end())
                continue;
            const auto nearest = nearestName(item.key(), keys);
            raise(
                ErrorCode::Malformed,
                "unknown key \"" + item.key() + '"'
                    + (nearest.empty() ? std::string() : "; did you mean \"" + std::string(nearest) + "\"?"),
                at(item.key()));
        }
    }

    [[nodiscard]] std::string at(std::string_view key) const { return m_where + '/' + std::string(key); }
    [[nodiscard]] bool has(std::string_view key) const { return m_json.contains(key); }

    [[nodiscard]] const Json &required(std::string_view key) const
    {
        if (!has(key))
            raise(ErrorCode::Malformed, "the key \"" + std::string(key) + "\" is missing", at(key));
        return m_json.at(std::string(key));
    }

    void read(std::string_view key, std::string &into) const
    {
        if (!has(key))
            return;
        const Json &value = required(key);
        if (!value.is_string())
            raise(ErrorCode::Malformed, std::string("expected text, found ") + value.type_name(), at(key));
        into = value.get<std::string>();
    }

    void read(std::string_view key, bool &into) const
    {
        if (!has(key))
            return;
        const Json &value = required(key);
        if (!value.is_boolean())
            raise(ErrorCode::Malformed, std::string("expected true or false, found ") + value.type_name(),
                  at(key));
        into = value.get<bool>();
    }

    void read(std::string_view key, Index &into, Index low, Index high) const
    {
        if (has(key))
            into = integer(required(key), at(key), low, high);
    }

    /// All 64 bits are allowed, which no Index holds.
    void readSeed(std::string_view key, std::uint64_t &into) const
    {
        if (!has(key))
            return;
        const Json &value = required(key);
        if (value.is_number_unsigned()) {
            into = value.get<std::uint64_t>();
            return;
        }
        into = static_cast<std::uint64_t>(integer(value, at(key), 0, std::numeric_limits<Index>::max()));
    }

    void read(std::string_view key, std::vector<Index> &into, Index low, Index high) const
    {
        if (!has(key))
            return;
        const Json &value = list(key);
        into.clear();
        for (std::size_t i = 0; i < value.size(); ++i)
            into.push_back(integer(value[i], at(key) + '/' + std::to_string(i), low, high));
    }

    /// A list of @p count integers from 1 on or nulls; empty when the key is absent.
    [[nodiscard]] std::vector<std::optional<Index>> readOptional(std::string_view key,
                                                                 std::size_t count) const
    {
        std::vector<std::optional<Index>> values;
        if (!has(key))
            return values;
        const Json &value = list(key);
        if (value.size() != count)
            raise(ErrorCode::OutOfRange,
                  std::to_string(value.size()) + " values for " + std::to_string(count)
                      + " layers (the hidden ones and the output)",
                  at(key));
        for (std::size_t i = 0; i < value.size(); ++i)
            values.push_back(
                value[i].is_null()
                    ? std::nullopt
                    : std::optional(integer(value[i], at(key) + '/' + std::to_string(i), 1, 1'000'000'000)));
        return values;
    }

    void read(std::string_view key, double &into, double low, double high, bool withLow) const
    {
        if (!has(key))
            return;
        const Json &value = required(key);
        if (!value.is_number())
            raise(ErrorCode::Malformed, std::string("expected a number, found ") + value.type_name(),
                  at(key));
        const double number = value.get<double>();
        if (!(number <= high) || !(withLow ? number >= low : number > low)) {
            const auto text = [](double n) { return Json(n).dump(); };
            raise(ErrorCode::OutOfRange,
                  value.dump() + " is out of range: allowed are numbers " + (withLow ? "from " : "above ")
                      + text(low) + " to " + text(high),
                  at(key));
        }
        into = number;
    }

    template <typename Value>
    void read(std::string_view key, Value &into, std::optional<Value> (*named)(std::string_view),
              std::initializer_list<std::string_view> words) const
    {
        if (!has(key))
            return;
        std::string word;
        read(key, word);
        const auto value = named(word);
        if (!value) {
            std::string list;
            for (const std::string_view w : words)
                list += (list.empty() ? "" : ", ") + std::string(w);
            raise(ErrorCode::Malformed, '"' + word + "\" is not one of " + list, at(key));
        }
        into = *value;
    }

private:
    [[nodiscard]] const Json &list(std::string_view key) const
    {
        const Json &value = required(key);
        if (!value.is_array())
            raise(ErrorCode::Malformed,
                  std::string("expected a list of integers, found ") + value.type_name(), at(key));
        if (value.size() > maxLayers)
            raise(ErrorCode::OutOfRange,
                  std::to_string(value.size()) + " values; at most " + std::to_string(maxLayers)
                      + " are allowed",
                  at(key));
        return value;
    }

    static Index integer(const Json &value, const std::string &where, Index low, Index high)
    {
        if (!value.is_number_integer())
            raise(ErrorCode::Malformed,
                  std::string("expected an integer, found ")
                      + (value.is_number() ? value.dump() : value.type_name()),
                  where);
        const bool huge =
            value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(high);
        const Index number = huge ? high : value.get<Index>();
        if (huge || number < low || number > high)
            raise(ErrorCode::OutOfRange,
                  value.dump() + " is out of range: allowed are " + std::to_string(low) + " to "
                      + std::to_string(high),
                  where);
        return number;
    }

    const Json &m_json;
    std::string m_where;
};

} // namespace rosler
