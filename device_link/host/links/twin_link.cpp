// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/links/twin_link.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "device_link/firmware/twin/rsl_twin.h"

namespace rosler {

void TwinLink::Destroy::operator()(rsl_twin *twin) const noexcept
{
    rsl_twin_destroy(twin);
}

TwinLink::TwinLink(std::unique_ptr<rsl_twin, Destroy> twin)
    : m_twin(std::move(twin))
{
}

TwinLink::~TwinLink() = default;

Result<std::unique_ptr<TwinLink>> TwinLink::open(const TwinOptions &options)
{
    const std::string file = options.slotFile.string();
    rsl_twin_options raw {};
    raw.arena_bytes = options.arenaBytes;
    raw.slot_bytes = options.slotBytes;
    raw.slot_file = file.empty() ? nullptr : file.c_str();
    errno = 0;
    std::unique_ptr<rsl_twin, Destroy> twin(rsl_twin_create(&raw));
    if (!twin)
        return fail(ErrorCode::Unreadable,
                    "no twin: " + std::error_code(errno, std::generic_category()).message(),
                    file.empty() ? "twin" : file);
    return std::unique_ptr<TwinLink>(new TwinLink(std::move(twin)));
}

Result<std::size_t> TwinLink::read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout)
{
    const std::size_t count = rsl_twin_take(m_twin.get(), buffer.data(), buffer.size());
    if (count == 0)
        m_now += timeout; // all that it had to say has been said
    return count;
}

Result<void> TwinLink::write(std::span<const std::uint8_t> bytes)
{
    rsl_twin_feed(m_twin.get(), bytes.data(), bytes.size());
    return {};
}

Result<void> TwinLink::setBaud(std::uint32_t)
{
    return fail(ErrorCode::Unsupported, "a twin has no baud rate", name());
}

void TwinLink::discard()
{
    std::array<std::uint8_t, 1024> rest {};
    while (rsl_twin_take(m_twin.get(), rest.data(), rest.size()) > 0) { }
}

void TwinLink::powerCycle()
{
    rsl_twin_power_cycle(m_twin.get());
}

ReferenceInference twinInference()
{
    return [](std::span<const std::uint8_t> image, std::span<const std::uint8_t> input,
              std::span<std::uint8_t> output) {
        std::uint16_t classIndex = 0;
        return rsl_twin_infer(image.data(), image.size(), input.data(), input.size(), output.data(),
                              output.size(), &classIndex);
    };
}

} // namespace rosler
