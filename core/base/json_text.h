// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/base/result.h"

namespace rosler {

/// Reads a JSON document from outside.
/// @tparam Json  nlohmann::json or nlohmann::ordered_json
/// @param where  what to call the document in errors, as its file name
/// @param most  bytes that it may have
/// @return Malformed   not JSON (where + ": line 3, column 7"), or an object that says a key twice
///                     (where + ":/models/0/rank"): which of the two was meant nobody can know, or lists and
///                     objects more than 100 deep in one another
/// @return OutOfRange  longer than @p most
template <typename Json>
[[nodiscard]] Result<Json> parseJson(std::string_view text, const std::string &where, std::size_t most);

extern template Result<nlohmann::json> parseJson(std::string_view, const std::string &, std::size_t);
extern template Result<nlohmann::ordered_json> parseJson(std::string_view, const std::string &, std::size_t);

} // namespace rosler
