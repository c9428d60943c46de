// SPDX-License-Identifier: Apache-2.0
#include "tests/device_link/support/damage.h"

#include <algorithm>

#include "device_link/protocol/rsl_bytes.h"
#include "tests/device_link/support/oracle.h"

namespace rosler {
namespace {

using Bytes = std::vector<std::uint8_t>;

AlignedBytes smallModel(std::uint32_t seed, rsl_layout layout)
{
    SampleModel model;
    model.layout = layout;
    model.inputs = 12;
    model.kept = 7;
    model.layers = {{6, 3, true, true}, {3, 0, false, false}};
    model.seed = seed;
    AlignedBytes bytes = sampleImage(model);
    answerImage(bytes);
    return bytes;
}

Bytes chunkOf(const AlignedBytes &model, std::uint32_t offset)
{
    const std::size_t length = std::min<std::size_t>(RSL_CHUNK, model.size() - offset);
    const rsl_data data {offset, static_cast<std::uint16_t>(length), model.data() + offset};
    Bytes p(RSL_MAX_PAYLOAD);
    p.resize(rsl_encode_data(&data, p.data()));
    return p;
}

} // namespace

void damageImage(AlignedBytes &image, std::mt19937 &random)
{
    static const std::uint32_t telling[] = {0,   1,      2,      3,      15,      16,         17,
                                            96,  0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFF0,
                                            255, 128,    240,    256,    512,     0x80000000, 0xFFFFFFFF};
    // Mostly where the structure is: header, table, indices.
    const std::size_t structure = 96 + 4 * 32 + 6 * 32 + 32;
    const std::size_t from = random() % 8 == 0 ? image.size() : std::min(structure, image.size());
    for (unsigned n = 1 + static_cast<unsigned>(random() % 3); n > 0; --n) {
        const std::size_t at = random() % from;
        switch (random() % 4) {
        case 0:
            image.data()[at] = static_cast<std::uint8_t>(random());
            break;
        case 1:
            image.data()[at] = static_cast<std::uint8_t>(image.data()[at] ^ (1U << (random() % 8)));
            break;
        case 2:
            rsl_write_u32(image.data() + at / 4 * 4, telling[random() % std::size(telling)]);
            break;
        default: // a field's neighbour: small changes of good values
            rsl_write_u32(image.data() + at / 4 * 4,
                          rsl_read_u32(image.data() + at / 4 * 4) + static_cast<std::uint32_t>(random() % 65)
                              - 32U);
        }
    }
    if (random() % 16 != 0)
        sealImage(image);
}

FrameStorm::FrameStorm(std::uint32_t seed, bool calm, rsl_layout layout)
    : m_random(seed)
    , m_calm(calm)
    , m_models {smallModel(1, layout), smallModel(2, layout)}
    , m_model(&m_models[0])
{
}

std::vector<std::uint8_t> FrameStorm::next()
{
    if (m_calm && !m_greets && m_random() % 16 == 0)
        return text();
    Bytes wire = frame();
    if (!m_calm && m_random() % 16 == 0) {
        const Bytes more = text();
        wire.insert(wire.end(), more.begin(), more.end());
    }
    if (m_random() % 32 == 0)
        for (auto n = m_random() % 40; n > 0; --n) // no '%': a chance `infer` of many would take long
            wire.push_back(static_cast<std::uint8_t>(m_random() % 256 == '%' ? 0 : m_random() | 0x80));
    return wire;
}

std::vector<std::uint8_t> FrameStorm::text()
{
    static const std::string commands[] = {
        "name%",        "%",           "db load 12%",         "db 0011zz%",  "infer 1 1%",
        "db%",          "results%",    "db print%",           "infer%",      "  %",
        "mode x%",      "help%",       "db load 48%",         "timestamp%%", "db 01020304050607080910111213%",
        "db load 300%", "db load -1%", "db load 9999999999%", "db load%",    "infer 2x 1y%"};
    const std::string &command = commands[m_random() % std::size(commands)];
    return {command.begin(), command.end()};
}

unsigned FrameStorm::chooseType()
{
    if (m_random() % 40 == 0) { // a whole push, of which something may be damaged
        m_model = &m_models[m_random() % 2];
        m_script = {RSL_BEGIN};
        m_script.insert(m_script.end(), m_model->size() / RSL_CHUNK + 1, RSL_DATA);
        m_script.insert(m_script.end(), {RSL_COMMIT, RSL_INPUT, RSL_RUN, RSL_OUTPUT});
        m_step = 0;
    }
    m_follows = m_step < m_script.size();
    if (m_greets || m_random() % 256 == 0) {
        ++m_session;
        m_follows = false;
        return RSL_HELLO;
    }
    if (m_follows)
        return m_script[m_step++];
    m_model = &m_models[m_random() % 2];
    // A key would end all pushes; of the later groups, types that nobody has.
    auto type = static_cast<unsigned>(m_random() % 18);
    if (type == 17)
        type = 48 + static_cast<unsigned>(m_random() % 208);
    return m_calm && (type == RSL_RESET || type == RSL_BAUD) ? unsigned {RSL_ECHO} : type;
}

/// A payload that makes sense, or nearly.
std::vector<std::uint8_t> FrameStorm::payloadOf(unsigned type)
{
    Bytes p(RSL_MAX_PAYLOAD);
    const rsl_begin begin = announcement(*m_model);
    const auto any = [this](unsigned below) { return static_cast<std::uint8_t>(m_random() % below); };
    switch (type) {
    case RSL_HELLO:
        return {RSL_PROTOCOL_VERSION, RSL_PROTOCOL_VERSION};
    case RSL_BEGIN:
        p.resize(rsl_encode_begin(&begin, p.data()));
        return p;
    case RSL_DATA: {
        const std::size_t chunks = m_model->size() / RSL_CHUNK + 1;
        const std::size_t chunk = m_follows ? m_step - 2 : m_random() % chunks;
        return chunkOf(*m_model,
                       static_cast<std::uint32_t>(std::min(chunk * RSL_CHUNK, m_model->size() - 1)));
    }
    case RSL_COMMIT:
        return {begin.sha256, begin.sha256 + 32};
    case RSL_INPUT: {
        Bytes input(12);
        if (m_random() % 2 == 0)
            ++m_vector;
        const rsl_input data {m_vector, 0, 12, input.data()};
        p.resize(rsl_encode_input(&data, p.data()));
        return p;
    }
    case RSL_RUN:
        return {m_vector, 0, 0, 0, 12, 0, 0, 0, 0x6F, 0xC6, 0xD5, 0x7B}; // CRC-32 of twelve zeros
    case RSL_OUTPUT:
        return {any(9), 0, 0, 0};
    case RSL_BENCH:
        return {1, 0, 0, 0, static_cast<std::uint8_t>(1 + any(3)), 0, 0, 0, any(4), 0, m_vector, 0, 0, 0};
    case RSL_BAUD:
        return {0, 0xC2, 1, 0, any(2)};
    case RSL_SLOT:
        return {any(3), any(3)};
    case RSL_READ:
        return {any(3), any(3), any(2), any(9), 0, 0, 0, any(13), 0, 0, 0};
    default:
        p.resize(m_random() % 20);
        return p;
    }
}

std::vector<std::uint8_t> FrameStorm::frame()
{
    const bool greets = m_greets;
    const unsigned type = chooseType();
    m_greets = false;
    Bytes payload = payloadOf(type);
    if (!greets && m_random() % (m_follows ? 64 : 4) == 0 && !payload.empty()) {
        payload[m_random() % payload.size()] = static_cast<std::uint8_t>(m_random());
        if (m_random() % 4 == 0)
            payload.resize(m_random() % (RSL_MAX_PAYLOAD + 1));
    }
    if (type == RSL_BENCH && payload.size() >= 8) // not for hours
        payload[1] = payload[2] = payload[3] = payload[5] = payload[6] = payload[7] = 0;
    const bool odd = !greets && m_random() % 16 == 0;
    const rsl_frame header {static_cast<std::uint8_t>(odd && type < 16 && m_random() % 4 == 0
                                                          ? 1U + m_random() % 15U
                                                          : unsigned {RSL_PROTOCOL_VERSION}),
                            static_cast<std::uint8_t>(type),
                            static_cast<std::uint8_t>(odd && m_random() % 4 == 0 ? m_random() : 0),
                            m_seq++,
                            static_cast<std::uint16_t>(odd && m_random() % 4 == 0 ? m_random() : m_session),
                            static_cast<std::uint16_t>(payload.size())};
    Bytes wire(RSL_MAX_WIRE_FRAME);
    wire.resize(rsl_frame_encode(&header, payload.data(), wire.data(), wire.size()));
    if (!greets && m_random() % 32 == 0) // on the way
        wire[m_random() % wire.size()] = static_cast<std::uint8_t>(m_random());
    if (!greets && m_random() % 64 == 0)
        wire.resize(m_random() % wire.size());
    return wire;
}

} // namespace rosler
