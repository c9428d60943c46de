// SPDX-License-Identifier: Apache-2.0
// Random and damaged frames, text, noise and losses of power: the device answers, and goes on.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "device_link/firmware/twin/rsl_twin.h"
#include "tests/device_link/support/damage.h"

using namespace rosler;

int main(int argc, char **argv)
{
    const unsigned long count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10000;
    const auto seed = static_cast<std::uint32_t>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1);
    const rsl_twin_options options {nullptr, 2048, 4096, 1, nullptr};
    const std::unique_ptr<rsl_twin, void (*)(rsl_twin *)> twin(rsl_twin_create(&options), &rsl_twin_destroy);
    FrameStorm storm(seed, false);
    std::mt19937 random(seed + 1);
    std::vector<std::uint8_t> said(1U << 16);
    rsl_decoder decoder;
    rsl_decoder_start(&decoder);
    unsigned long answers[256] = {};
    unsigned long cuts = 0;
    for (unsigned long i = 0; i < count; ++i) {
        const std::vector<std::uint8_t> wire = storm.next();
        if (random() % 512 == 0)
            rsl_twin_cut_power_after(twin.get(), random() % 8192);
        rsl_twin_feed(twin.get(), wire.data(), wire.size());
        for (std::size_t n = rsl_twin_take(twin.get(), said.data(), said.size()); n > 0;
             n = rsl_twin_take(twin.get(), said.data(), said.size()))
            for (std::size_t b = 0; b < n; ++b)
                if (rsl_decoder_feed(&decoder, said[b]) == RSL_FEED_FRAME)
                    ++answers[decoder.frame.type];
        if (!rsl_twin_has_power(twin.get()) || random() % 4096 == 0) {
            ++cuts;
            rsl_twin_power_cycle(twin.get());
            storm.startSession();
        }
    }
    unsigned kinds = 0;
    for (unsigned type = 0; type < RSL_BUSY; ++type)
        kinds += answers[type] > 0 ? 1 : 0;
    std::printf(
        "%lu frames, %lu losses of power: %lu commits, %lu runs, %lu errors, %u of 13 kinds of answers\n",
        count, cuts, answers[RSL_COMMIT], answers[RSL_RUN], answers[RSL_ERROR], kinds);
    return kinds == 13 ? 0 : 1;
}
