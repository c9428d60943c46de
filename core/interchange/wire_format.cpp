// SPDX-License-Identifier: Apache-2.0
#include "core/interchange/wire_format.h"

#include <bit>

namespace rosler {

namespace {

constexpr std::uint32_t varintType = 0;
constexpr std::uint32_t fixed64Type = 1;
constexpr std::uint32_t bytesType = 2;
constexpr std::uint32_t fixed32Type = 5;

std::uint64_t littleEndian(std::string_view bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

} // namespace

void WireWriter::varint(std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        m_text.push_back(static_cast<char>(value | 0x80));
    m_text.push_back(static_cast<char>(value));
}

void WireWriter::tag(std::uint32_t field, std::uint32_t type)
{
    varint(std::uint64_t {field} << 3 | type);
}

void WireWriter::integer(std::uint32_t field, std::int64_t value)
{
    tag(field, varintType);
    varint(static_cast<std::uint64_t>(value));
}

void WireWriter::real(std::uint32_t field, float value)
{
    tag(field, fixed32Type);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8)
        m_text.push_back(static_cast<char>(bits >> shift));
}

void WireWriter::bytes(std::uint32_t field, std::string_view value)
{
    tag(field, bytesType);
    varint(value.size());
    m_text.append(value);
}

std::string WireReader::place() const
{
    return m_where + ':' + std::to_string(m_offset + m_at);
}

Result<std::uint64_t> WireReader::varint()
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (m_at == m_message.size())
            return fail(ErrorCode::Malformed, "the message ends within a number", place());
        const auto byte = static_cast<unsigned char>(m_message[m_at++]);
        if (shift == 63 && byte > 1)
            break;
        value |= std::uint64_t {byte & 0x7FU} << shift;
        if (byte < 0x80)
            return value;
    }
    return fail(ErrorCode::Malformed, "a number of more than 64 bits", place());
}

Result<std::string_view> WireReader::take(std::uint64_t count)
{
    if (count > m_message.size() - m_at)
        return fail(ErrorCode::Malformed,
                    "a field of " + std::to_string(count) + " bytes where "
                        + std::to_string(m_message.size() - m_at) + " are left",
                    place());
    const std::string_view taken = m_message.substr(m_at, static_cast<std::size_t>(count));
    m_at += taken.size();
    return taken;
}

Result<std::optional<WireField>> WireReader::next()
{
    if (m_at == m_message.size())
        return std::nullopt;
    const std::string start = place();
    const auto tag = varint();
    if (!tag)
        return tl::unexpected(tag.error());
    const std::uint64_t number = *tag >> 3;
    if (number == 0 || number >= 1U << 29)
        return fail(ErrorCode::Malformed, "a field of number " + std::to_string(number), start);
    WireField field;
    field.number = static_cast<std::uint32_t>(number);
    const auto fixed = [&](std::size_t size, WireField::Type type) -> Result<std::optional<WireField>> {
        const auto bits = take(size);
        if (!bits)
            return tl::unexpected(bits.error());
        field.type = type;
        field.value = littleEndian(*bits);
        return field;
    };
    switch (*tag & 7) {
    case varintType: {
        const auto value = varint();
        if (!value)
            return tl::unexpected(value.error());
        field.value = *value;
        return field;
    }
    case fixed64Type:
        return fixed(8, WireField::Type::Fixed64);
    case fixed32Type:
        return fixed(4, WireField::Type::Fixed32);
    case bytesType: {
        const auto length = varint();
        if (!length)
            return tl::unexpected(length.error());
        const auto contents = take(*length);
        if (!contents)
            return tl::unexpected(contents.error());
        field.type = WireField::Type::Bytes;
        field.contents = *contents;
        field.offset = m_offset + m_at - contents->size();
        return field;
    }
    default:
        return fail(ErrorCode::Malformed, "a field of unknown type " + std::to_string(*tag & 7), start);
    }
}

Result<std::optional<std::int64_t>> WireReader::nextPacked()
{
    if (m_at == m_message.size())
        return std::nullopt;
    const auto value = varint();
    if (!value)
        return tl::unexpected(value.error());
    return static_cast<std::int64_t>(*value);
}

} // namespace rosler
