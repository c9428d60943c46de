// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace rosler {

/// Takes members out of a JSON object and remembers the first that is missing or of the wrong type.
/// Members that nobody takes are passed over: later versions may add some.
class JsonFields
{
public:
    /// @param where  how errors call the object: "run/meta.json:/dataset"
    JsonFields(const nlohmann::json &object, std::string where)
        : m_object(object)
        , m_where(std::move(where))
    {
    }

    /// A member that must be there.
    template <typename T>
    void take(const char *key, T &value)
    {
        if (const nlohmann::json *found = member(key))
            assign(*found, key, value);
        else
            complain("missing", key);
    }

    /// A member that may be absent; the value then stays.
    template <typename T>
    void takeIfThere(const char *key, T &value)
    {
        if (const nlohmann::json *found = member(key))
            assign(*found, key, value);
    }

    /// An object among the members, read by @p read(JsonFields &).
    template <typename Read>
    void takeObject(const char *key, Read read)
    {
        const nlohmann::json *found = member(key);
        if (found == nullptr || !found->is_object()) {
            complain(found == nullptr ? "missing" : "not an object", key);
            return;
        }
        JsonFields fields(*found, m_where + "/" + key);
        read(fields);
        if (m_outcome && !fields.m_outcome)
            m_outcome = fields.m_outcome;
    }

    [[nodiscard]] const Result<void> &outcome() const noexcept { return m_outcome; }

private:
    [[nodiscard]] const nlohmann::json *member(const char *key) const
    {
        const auto found = m_object.find(key);
        return found == m_object.end() ? nullptr : &*found;
    }

    void complain(const char *what, const char *key)
    {
        if (m_outcome)
            m_outcome = fail(ErrorCode::Malformed, what, m_where + "/" + key);
    }

    void assign(const nlohmann::json &found, const char *key, std::string &value)
    {
        if (found.is_string())
            value = found.get<std::string>();
        else
            complain("not a text", key);
    }

    void assign(const nlohmann::json &found, const char *key, bool &value)
    {
        if (found.is_boolean())
            value = found.get<bool>();
        else
            complain("not true or false", key);
    }

    /// JSON has no NaN: null stands for it.
    void assign(const nlohmann::json &found, const char *key, double &value)
    {
        if (found.is_number())
            value = found.get<double>();
        else if (found.is_null())
            value = std::numeric_limits<double>::quiet_NaN();
        else
            complain("not a number", key);
    }

    void assign(const nlohmann::json &found, const char *key, std::int64_t &value)
    {
        if (found.is_number_integer()
            && (!found.is_number_unsigned()
                || found.get<std::uint64_t>() <= std::uint64_t {std::numeric_limits<std::int64_t>::max()}))
            value = found.get<std::int64_t>();
        else
            complain("not a whole number", key);
    }

    void assign(const nlohmann::json &found, const char *key, std::uint64_t &value)
    {
        if (found.is_number_unsigned())
            value = found.get<std::uint64_t>();
        else
            complain("not a whole number from 0 on", key);
    }

    template <typename T>
    void assign(const nlohmann::json &found, const char *key, std::vector<T> &values)
    {
        if (!found.is_array()) {
            complain("not an array", key);
            return;
        }
        values.clear();
        for (const nlohmann::json &element : found) {
            T value {};
            assign(element, key, value);
            values.push_back(std::move(value));
        }
    }

    const nlohmann::json &m_object;
    std::string m_where;
    Result<void> m_outcome;
};

/// The JSON object that @p text is, of schema @p schema.
/// @return Malformed    not JSON (with file:byte), not an object, no schema
/// @return Unsupported  another schema
[[nodiscard]] Result<nlohmann::json> parseDocument(std::string_view text, std::string_view schema,
                                                   const std::string &where);

/// Indented, with a line end; what is no UTF-8 is replaced.
[[nodiscard]] std::string documentText(const nlohmann::ordered_json &document);

/// A number, or null for NaN and infinity, which JSON does not have.
[[nodiscard]] inline nlohmann::ordered_json jsonNumber(double value)
{
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

} // namespace rosler
