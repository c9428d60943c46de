// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/printable.h"

#include <cstdio>

namespace rosler::cli {

std::string printable(std::string_view text, bool lines)
{
    std::string shown;
    shown.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool lineOrTab = lines && (byte == '\n' || byte == '\t');
        // U+0080 .. U+009F are controls as well: a terminal may take C2 9B for ESC [.
        const bool second = byte == 0xC2 && i + 1 < text.size()
            && static_cast<unsigned char>(text[i + 1]) >= 0x80
            && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if ((byte < 0x20 && !lineOrTab) || byte == 0x7F || second) {
            char code[8];
            std::snprintf(code, sizeof code, "\\x%02X",
                          second ? static_cast<unsigned>(static_cast<unsigned char>(text[++i]))
                                 : unsigned {byte});
            shown += code;
        } else {
            shown += text[i];
        }
    }
    return shown;
}

} // namespace rosler::cli
