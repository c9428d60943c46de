// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace rosler {

/// A field of a CSV line (RFC 4180): in quotation marks when it needs them.
[[nodiscard]] inline std::string csvField(const std::string &field)
{
    if (field.find_first_of(",\"\n\r") == std::string::npos)
        return field;
    std::string out = "\"";
    for (const char c : field) {
        if (c == '"')
            out += '"';
        out += c;
    }
    return out + '"';
}

} // namespace rosler
