// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>

#include "device_link/host/link.h"
#include "device_link/host/model_image.h"

struct rsl_twin;

namespace rosler {

/// What a twin has; 0 and empty leave its own choice.
struct TwinOptions {
    std::uint32_t arenaBytes = 0;
    std::uint32_t slotBytes = 0;
    std::filesystem::path slotFile; ///< keeps its models; empty = they end with it
};

/// The firmware in this program's memory. It answers at once; waiting for it takes no time, but time passes
/// on its clock.
class TwinLink final : public Link
{
public:
    /// @return Unreadable  no memory, or the slot file cannot be had
    [[nodiscard]] static Result<std::unique_ptr<TwinLink>> open(const TwinOptions &options = {});
    ~TwinLink() override;

    std::string name() const override { return "twin"; }
    Result<std::size_t> read(std::span<std::uint8_t> buffer, std::chrono::milliseconds timeout) override;
    Result<void> write(std::span<const std::uint8_t> bytes) override;
    Result<void> setBaud(std::uint32_t rate) override;
    std::uint32_t baud() const override { return 0; }
    void discard() override;
    Clock::time_point now() const override { return m_now; }

    /// Loses its power and starts anew; its models stay.
    void powerCycle();
    /// For tests of lost power: the twin itself. This object owns it.
    [[nodiscard]] rsl_twin *twin() noexcept { return m_twin.get(); }

private:
    struct Destroy {
        void operator()(rsl_twin *twin) const noexcept;
    };
    explicit TwinLink(std::unique_ptr<rsl_twin, Destroy> twin);

    std::unique_ptr<rsl_twin, Destroy> m_twin;
    Clock::time_point m_now = Clock::now();
};

/// The twin's arithmetic, for packing images and for comparing with boards.
[[nodiscard]] ReferenceInference twinInference();

} // namespace rosler
