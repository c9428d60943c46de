// SPDX-License-Identifier: Apache-2.0
#include "core/store/json_fields.h"

#include "core/base/json_text.h"

namespace rosler {

Result<nlohmann::json> parseDocument(std::string_view text, std::string_view schema, const std::string &where)
{
    auto parsed = parseJson<nlohmann::json>(text, where, text.size());
    if (!parsed)
        return parsed;
    nlohmann::json &document = *parsed;
    if (!document.is_object())
        return fail(ErrorCode::Malformed, "not a JSON object", where);
    std::string found;
    JsonFields fields(document, where + ":");
    fields.take("schema", found);
    if (!fields.outcome())
        return tl::unexpected(fields.outcome().error());
    if (found != schema)
        return fail(ErrorCode::Unsupported,
                    "schema \"" + found + "\"; this version knows " + std::string(schema),
                    where + ":/schema");
    return parsed;
}

std::string documentText(const nlohmann::ordered_json &document)
{
    return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace rosler
