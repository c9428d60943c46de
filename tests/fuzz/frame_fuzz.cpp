// SPDX-License-Identifier: Apache-2.0
// Random and damaged frames, in and out of order, text, noise and losses of power: the device answers, and
// goes on.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>

#include "device_link/firmware/twin/rsl_twin.h"
#include "device_link/protocol/rsl_bytes.h"
#include "tests/device_link/support/oracle.h"
#include "tests/device_link/support/wire_host.h"

using namespace rosler;

namespace {

using Bytes = std::vector<std::uint8_t>;

AlignedBytes image(std::uint32_t seed)
{
    SampleModel model;
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

/// A payload that makes sense, or nearly.
Bytes payloadOf(unsigned type, const AlignedBytes &model, std::mt19937 &random)
{
    Bytes p(RSL_MAX_PAYLOAD);
    const rsl_begin begin = announcement(model);
    switch (type) {
    case RSL_HELLO:
        return {1, 1};
    case RSL_BEGIN:
        p.resize(rsl_encode_begin(&begin, p.data()));
        return p;
    case RSL_DATA:
        return chunkOf(model,
                       static_cast<std::uint32_t>(random() % (model.size() / RSL_CHUNK + 1) * RSL_CHUNK));
    case RSL_COMMIT:
        return {begin.sha256, begin.sha256 + 32};
    case RSL_INPUT:
        return Bytes(4 + 12);
    case RSL_RUN:
        return {12, 0, 0, 0, 0x6F, 0xC6, 0xD5, 0x7B}; // CRC-32 of twelve zeros
    case RSL_OUTPUT:
        return {static_cast<std::uint8_t>(random() % 9), 0, 0, 0};
    case RSL_BENCH:
        return {1,
                0,
                0,
                0,
                static_cast<std::uint8_t>(1 + random() % 3),
                0,
                0,
                0,
                static_cast<std::uint8_t>(random() % 4),
                0};
    case RSL_BAUD:
        return {0, 0xC2, 1, 0, static_cast<std::uint8_t>(random() % 2)};
    case RSL_SLOT:
        return {static_cast<std::uint8_t>(random() % 3), static_cast<std::uint8_t>(random() % 3)};
    default:
        p.resize(random() % 20);
        return p;
    }
}

} // namespace

int main(int argc, char **argv)
{
    const unsigned long count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10000;
    std::mt19937 random(static_cast<unsigned>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1));
    const rsl_twin_options options {nullptr, 2048, 4096, 1, nullptr};
    const std::unique_ptr<rsl_twin, void (*)(rsl_twin *)> twin(rsl_twin_create(&options), &rsl_twin_destroy);
    const AlignedBytes models[2] = {image(1), image(2)};
    static const char *const texts[] = {
        "name%",   "%",        "db load 12%", "db 0011zz%",  "infer 1 1%",
        "db%",     "results%", "db print%",   "infer%",      "  %",
        "mode x%", "help%",    "db load 48%", "timestamp%%", "db 01020304050607080910111213%"};
    Bytes stream;
    Bytes said(1U << 16);
    rsl_decoder decoder;
    rsl_decoder_start(&decoder);
    unsigned long answers[16] = {};
    unsigned long errors = 0;
    std::uint16_t session = 1;
    bool newSession = true;
    std::vector<unsigned> script;
    std::size_t next = 0;
    const AlignedBytes *scripted = &models[0];
    for (unsigned long i = 0; i < count; ++i) {
        unsigned type = static_cast<unsigned>(random() % 16);
        const AlignedBytes &model = models[random() % 2];
        if (random() % 40 == 0) { // a whole push, of which something may be damaged
            script = {RSL_BEGIN};
            script.insert(script.end(), model.size() / RSL_CHUNK + 1, RSL_DATA);
            script.insert(script.end(), {RSL_COMMIT, RSL_INPUT, RSL_RUN, RSL_OUTPUT});
            scripted = &model;
            next = 0;
        }
        const bool follows = next < script.size();
        std::uint32_t chunk = 0;
        if (newSession || random() % 256 == 0) {
            type = RSL_HELLO;
            ++session;
        } else if (follows) {
            type = script[next];
            chunk = static_cast<std::uint32_t>(next - 1) * RSL_CHUNK;
            ++next;
        }
        const bool harm = random() % (follows ? 64 : 4) == 0 && !newSession;
        newSession = false;
        Bytes payload = follows && type == RSL_DATA && chunk < scripted->size()
            ? chunkOf(*scripted, chunk)
            : payloadOf(type, follows ? *scripted : model, random);
        if (harm && !payload.empty()) {
            payload[random() % payload.size()] = static_cast<std::uint8_t>(random());
            if (random() % 4 == 0)
                payload.resize(random() % (RSL_MAX_PAYLOAD + 1));
        }
        if (type == RSL_BENCH && payload.size() >= 8) { // not for hours
            payload[1] = payload[2] = payload[3] = payload[5] = payload[6] = payload[7] = 0;
        }
        const rsl_frame frame {static_cast<std::uint8_t>(random() % 64 == 0 ? random() % 16 : 1),
                               static_cast<std::uint8_t>(type),
                               static_cast<std::uint8_t>(random() % 64 == 0 ? random() : 0),
                               static_cast<std::uint16_t>(i),
                               static_cast<std::uint16_t>(random() % 64 == 0 ? random() : session),
                               static_cast<std::uint16_t>(payload.size())};
        Bytes wire(RSL_MAX_WIRE_FRAME);
        wire.resize(rsl_frame_encode(&frame, payload.data(), wire.data(), wire.size()));
        if (random() % 32 == 0) // on the way
            wire[random() % wire.size()] = static_cast<std::uint8_t>(random());
        if (random() % 64 == 0)
            wire.resize(random() % wire.size());
        if (random() % 16 == 0) {
            const char *text = texts[random() % std::size(texts)];
            wire.insert(wire.end(), text, text + std::strlen(text));
        }
        if (random() % 32 == 0)
            for (unsigned n = static_cast<unsigned>(random() % 40); n > 0;
                 --n) // no '%': a chance `infer` of many would take long
                wire.push_back(static_cast<std::uint8_t>(random() % 256 == '%' ? 0 : random() | 0x80));
        if (random() % 512 == 0)
            rsl_twin_cut_power_after(twin.get(), random() % 8192);
        rsl_twin_feed(twin.get(), wire.data(), wire.size());
        for (std::size_t n = rsl_twin_take(twin.get(), said.data(), said.size()); n > 0;
             n = rsl_twin_take(twin.get(), said.data(), said.size()))
            for (std::size_t b = 0; b < n; ++b)
                if (rsl_decoder_feed(&decoder, said[b]) == RSL_FEED_FRAME) {
                    ++answers[decoder.frame.type];
                    errors += decoder.frame.type == RSL_ERROR ? 1 : 0;
                }
        if (!rsl_twin_has_power(twin.get()) || random() % 4096 == 0) {
            rsl_twin_power_cycle(twin.get());
            newSession = true;
        }
    }
    unsigned kinds = 0;
    for (unsigned type = 0; type < RSL_BUSY; ++type)
        kinds += answers[type] > 0 ? 1 : 0;
    std::printf("%lu frames: %lu commits, %lu runs, %lu errors, %u of 13 kinds of answers\n", count,
                answers[RSL_COMMIT], answers[RSL_RUN], errors, kinds);
    return kinds == 13 ? 0 : 1;
}
