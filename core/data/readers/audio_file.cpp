// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/audio_file.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include <sndfile.h>

#include "core/data/loading_stopped.h"
#include "core/data/test_part.h"

namespace rosler {

namespace {

constexpr sf_count_t framesAtOnce = 16'384;
constexpr std::size_t mostSamples = 200'000'000;
constexpr int mostChannels = 64;

/// The file as libsndfile reads it: bytes in memory.
struct MemoryFile {
    std::span<const std::byte> bytes;
    sf_count_t at = 0;

    [[nodiscard]] sf_count_t size() const { return static_cast<sf_count_t>(bytes.size()); }
};

MemoryFile &memory(void *user)
{
    return *static_cast<MemoryFile *>(user);
}

sf_count_t lengthOf(void *user)
{
    return memory(user).size();
}

sf_count_t seekTo(sf_count_t offset, int whence, void *user)
{
    MemoryFile &file = memory(user);
    const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.at : file.size();
    if (offset < -base || offset > file.size() - base) // nowhere: it stays
        return -1;
    file.at = base + offset;
    return file.at;
}

sf_count_t readFrom(void *to, sf_count_t count, void *user)
{
    MemoryFile &file = memory(user);
    const sf_count_t length = std::clamp(count, sf_count_t {0}, file.size() - file.at);
    std::memcpy(to, file.bytes.data() + file.at, static_cast<std::size_t>(length));
    file.at += length;
    return length;
}

sf_count_t tell(void *user)
{
    return memory(user).at;
}

bool isText(std::span<const std::byte> bytes, std::size_t at, std::string_view text)
{
    return bytes.size() >= at + text.size() && std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

/// The library takes what there is of a chunk whose length lies; here that is an error.
Result<void> checkChunks(std::span<const std::byte> bytes, const std::string &name)
{
    constexpr std::size_t header = 12;
    constexpr std::size_t tag = 8;
    for (std::size_t at = header; at + tag <= bytes.size();) {
        std::uint32_t length = 0;
        std::memcpy(&length, bytes.data() + at + 4, sizeof length);
        const std::size_t left = bytes.size() - at - tag;
        if (length > left)
            return fail(ErrorCode::Malformed,
                        "a chunk of " + std::to_string(length) + " bytes, but " + std::to_string(left)
                            + " are left",
                        name + ":" + std::to_string(at));
        at += tag + length + length % 2;
    }
    return {};
}

} // namespace

Result<AudioFile> decodeAudio(std::span<const std::byte> bytes, const std::string &name, bool mono,
                              const std::stop_token &stop)
{
    const bool wave = isText(bytes, 0, "RIFF") && isText(bytes, 8, "WAVE");
    if (!wave && !isText(bytes, 0, "fLaC"))
        return fail(ErrorCode::Unsupported, "by its bytes neither WAV nor FLAC", name);
    if (wave)
        if (auto good = checkChunks(bytes, name); !good)
            return tl::unexpected(good.error());
    SF_VIRTUAL_IO io {&lengthOf, &seekTo, &readFrom, nullptr, &tell};
    MemoryFile file {bytes};
    SF_INFO info {};
    const std::unique_ptr<SNDFILE, decltype(&sf_close)> sound(sf_open_virtual(&io, SFM_READ, &info, &file),
                                                              &sf_close);
    if (!sound)
        return fail(ErrorCode::Malformed, className(sf_strerror(nullptr)), name);
    if (info.channels < 1 || info.channels > mostChannels)
        return fail(ErrorCode::Unsupported, std::to_string(info.channels) + " channels", name);
    if (info.samplerate < 1)
        return fail(ErrorCode::Malformed, std::to_string(info.samplerate) + " samples a second", name);
    const auto width = static_cast<std::size_t>(info.channels);
    AudioFile audio;
    audio.rate = info.samplerate;
    audio.channels.resize(mono ? 1 : width);
    std::vector<float> piece(static_cast<std::size_t>(framesAtOnce) * width);
    sf_count_t frames = 0; // counted, not claimed
    while (true) {
        if (stop.stop_requested())
            return loadingStopped();
        const sf_count_t count = sf_readf_float(sound.get(), piece.data(), framesAtOnce);
        if (count <= 0)
            break;
        frames += count;
        if (static_cast<std::size_t>(frames) > mostSamples / width)
            return fail(ErrorCode::OutOfRange, "more than " + std::to_string(mostSamples) + " samples", name);
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            const float *const frame = piece.data() + i * width;
            if (!mono) {
                for (std::size_t c = 0; c < width; ++c)
                    audio.channels[c].push_back(frame[c]);
                continue;
            }
            double sum = 0;
            for (std::size_t c = 0; c < width; ++c)
                sum += static_cast<double>(frame[c]);
            audio.channels[0].push_back(static_cast<float>(sum / static_cast<double>(width)));
        }
    }
    if (sf_error(sound.get()) != SF_ERR_NO_ERROR)
        return fail(ErrorCode::Malformed, className(sf_strerror(sound.get())), name);
    if (frames == 0 || frames != info.frames)
        return fail(
            ErrorCode::Malformed,
            std::to_string(frames) + " samples where its header claims " + std::to_string(info.frames), name);
    return audio;
}

} // namespace rosler
