// SPDX-License-Identifier: Apache-2.0
#include "core/store/json_fields.h"

namespace rosler {

namespace {

/// Hears where parsing failed; builds nothing.
class FirstError : public nlohmann::json_sax<nlohmann::json>
{
public:
    bool null() override { return true; }
    bool boolean(bool /*value*/) override { return true; }
    bool number_integer(number_integer_t /*value*/) override { return true; }
    bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
    bool number_float(number_float_t /*value*/, const string_t & /*text*/) override { return true; }
    bool string(string_t & /*value*/) override { return true; }
    bool binary(binary_t & /*value*/) override { return true; }
    bool start_object(std::size_t /*size*/) override { return true; }
    bool key(string_t & /*name*/) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t /*size*/) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t position, const std::string & /*token*/,
                     const nlohmann::detail::exception & /*reason*/) override
    {
        m_position = position;
        return false;
    }

    [[nodiscard]] std::size_t position() const noexcept { return m_position; }

private:
    std::size_t m_position = 0;
};

} // namespace

Result<nlohmann::json> parseDocument(std::string_view text, std::string_view schema, const std::string &where)
{
    nlohmann::json document = nlohmann::json::parse(text, nullptr, false);
    if (document.is_discarded()) {
        FirstError error;
        nlohmann::json::sax_parse(text, &error);
        return fail(ErrorCode::Malformed, "not JSON", where + ":" + std::to_string(error.position()));
    }
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
    return document;
}

std::string documentText(const nlohmann::ordered_json &document)
{
    return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

} // namespace rosler
