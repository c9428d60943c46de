// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace rosler {

/// Writes the wire format of Protocol Buffers [1]: fields, each a number and a value, one after the other.
///
/// [1] https://protobuf.dev/programming-guides/encoding
class WireWriter
{
public:
    void integer(std::uint32_t field, std::int64_t value);
    void real(std::uint32_t field, float value);
    /// Text, bytes, or a message that another writer made.
    void bytes(std::uint32_t field, std::string_view value);

    [[nodiscard]] const std::string &text() const noexcept { return m_text; }

private:
    void varint(std::uint64_t value);
    void tag(std::uint32_t field, std::uint32_t type);

    std::string m_text;
};

/// One field of a message, in place.
struct WireField {
    enum class Type { Varint, Fixed64, Bytes, Fixed32 };

    std::uint32_t number = 0;
    Type type = Type::Varint;
    std::uint64_t value = 0;   ///< of all but Bytes: its bits
    std::string_view contents; ///< of Bytes
    std::size_t offset = 0;    ///< of the contents, in the file

    [[nodiscard]] std::int64_t integer() const noexcept { return static_cast<std::int64_t>(value); }
};

/// Reads a message field by field. Nothing is copied or allocated: lengths are compared with what is there.
class WireReader
{
public:
    /// @param offset  of @p message in the file
    /// @param where   the file's name
    WireReader(std::string_view message, std::size_t offset, const std::string &where)
        : m_message(message)
        , m_offset(offset)
        , m_where(where)
    {
    }

    /// The next field; none at the end.
    /// @return Malformed  the message ends within it, or it is of no known type; `where` is file:offset
    [[nodiscard]] Result<std::optional<WireField>> next();

    /// One after the other of the integers that lie in a field of Bytes without anything between them.
    /// None at the end. Errors as next().
    [[nodiscard]] Result<std::optional<std::int64_t>> nextPacked();

private:
    [[nodiscard]] Result<std::uint64_t> varint();
    [[nodiscard]] Result<std::string_view> take(std::uint64_t count);
    [[nodiscard]] std::string place() const;

    std::string_view m_message;
    std::size_t m_offset;
    const std::string &m_where;
    std::size_t m_at = 0;
};

} // namespace rosler
