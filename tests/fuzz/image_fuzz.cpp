// SPDX-License-Identifier: Apache-2.0
// Damaged model images: each is either refused, or computed from within the memory it asked for.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "device_link/firmware/rsl_infer.h"
#include "tests/device_link/support/damage.h"

using namespace rosler;

namespace {

std::vector<AlignedBytes> seeds()
{
    std::vector<AlignedBytes> all;
    for (const auto &[number, layout] : {std::pair {RSL_F32, RSL_LAYOUT_F_4X1},
                                         {RSL_F16, RSL_LAYOUT_F_4X1},
                                         {RSL_I8, RSL_LAYOUT_I8_4X4},
                                         {RSL_I8, RSL_LAYOUT_I8_4X16},
                                         {RSL_I8, RSL_LAYOUT_I8_2X2}}) {
        SampleModel model;
        model.number = number;
        model.layout = layout;
        model.inputs = 12;
        model.kept = 7;
        model.layers = {{6, 3, true, true}, {5, 2, false, false}, {3, 0, false, false}};
        all.push_back(sampleImage(model));
        model.kept = 0;
        model.layers = {{4, 0, true, false}, {2, 0, false, false}};
        all.push_back(sampleImage(model));
        model.rows = 3; // more than a chain
        model.layers = {{12, 3, true, true, true}, {12, 0, false, false, true}, {3, 0, false, false}};
        all.push_back(sampleImage(model));
        for (const SampleExtraction &extraction :
             {SampleExtraction {16, 2, 8, 4, 0, 0}, {16, 1, 16, 16, 5, 3}}) {
            SampleModel samples;
            samples.number = number;
            samples.layout = layout;
            samples.extraction = extraction;
            samples.inputs = extraction.features();
            samples.layers = {{4, 2, false, false}};
            all.push_back(sampleImage(samples));
        }
    }
    return all;
}

struct Freed {
    void operator()(void *p) const { std::free(p); }
};

/// Memory of just that size, so that a sanitizer sees the first byte beyond it.
std::unique_ptr<std::uint8_t, Freed> exactly(std::size_t size)
{
    void *p = nullptr;
    if (posix_memalign(&p, 16, size == 0 ? 1 : size) != 0)
        std::abort();
    std::memset(p, 0x5A, size);
    return std::unique_ptr<std::uint8_t, Freed>(static_cast<std::uint8_t *>(p));
}

} // namespace

int main(int argc, char **argv)
{
    const unsigned long count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10000;
    std::mt19937 random(static_cast<unsigned>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1));
    const std::vector<AlignedBytes> good = seeds();
    unsigned long accepted = 0;
    unsigned long faults[32] = {};
    for (unsigned long i = 0; i < count; ++i) {
        AlignedBytes image = good[random() % good.size()];
        damageImage(image, random);
        const std::size_t length = random() % 16 == 0 ? random() % (image.size() + 1) : image.size();
        const auto bytes = exactly(length);
        std::memcpy(bytes.get(), image.data(), length);
        rsl_model model;
        const rsl_check check = rsl_model_open(bytes.get(), length, &model);
        ++faults[check.fault];
        if (check.fault != RSL_FAULT_NONE)
            continue;
        ++accepted;
        if (rsl_model_ram_bytes(&model) > 1U << 24)
            continue; // an arena with room that nothing uses: a board refuses it by its size
        const auto arena = exactly(rsl_model_ram_bytes(&model));
        rsl_infer_prepare(&model, arena.get());
        std::uint8_t *const input = rsl_infer_input(&model, arena.get());
        std::memcpy(input, bytes.get() + model.header->known_input, rsl_model_input_bytes(&model));
        const std::vector<std::uint8_t> given(input, input + rsl_model_input_bytes(&model));
        rsl_infer(&model, input, arena.get());
        if (!std::equal(given.begin(), given.end(), input)) {
            std::fprintf(stderr, "input %lu: the input was written over\n", i);
            return 1;
        }
        if (rsl_infer_class(&model, rsl_infer_output(&model, arena.get()))
            >= rsl_tensor_numbers(model.output)) {
            std::fprintf(stderr, "input %lu: class out of range\n", i);
            return 1;
        }
    }
    unsigned kinds = 0;
    for (const unsigned long n : faults)
        kinds += n > 0 ? 1 : 0;
    std::printf("%lu images: %lu computed, the others refused for %u reasons\n", count, accepted, kinds - 1);
    return accepted > 0 && accepted < count && kinds > 15 ? 0 : 1;
}
