// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_LAYOUT_H
#define RSL_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How numbers lie: what packer and kernels agree upon (PROTOCOL.md, section "Factors").

/// Of weights.
typedef enum rsl_number {
    RSL_F32 = 0,
    RSL_F16 = 1, ///< stored as IEEE binary16, everything else float32
    RSL_I8 = 2,  ///< with activations int8, intermediates and the last outputs int16
} rsl_number;

/// How a factor's numbers lie (PROTOCOL.md, section "Factors").
typedef enum rsl_layout {
    RSL_LAYOUT_F_4X1 = 1,   ///< float: four rows side by side; the one of f32 and f16
    RSL_LAYOUT_I8_4X4 = 2,  ///< int8, portable: 4x4 blocks
    RSL_LAYOUT_I8_4X16 = 3, ///< int8 for Helium: 4x16 blocks
    RSL_LAYOUT_I8_2X2 = 4,  ///< int8 for SMLAD: 2x2 blocks, so that a half word is a number of two rows
    RSL_LAYOUT_TAPS = 5,    ///< no factor's: pixel by pixel of a window, its channels side by side
} rsl_layout;

/// Bit of a layout in a mask.
#define RSL_LAYOUT_BIT(layout) (1U << (layout))

/// Whether int8 weights may lie so. Any number may be asked for.
static inline bool rsl_holds_int8(unsigned layout)
{
    return layout >= RSL_LAYOUT_I8_4X4 && layout <= RSL_LAYOUT_I8_2X2;
}

/// How a tensor's numbers lie in RAM.
typedef enum rsl_tensor_type {
    RSL_TENSOR_F32 = 0,
    RSL_TENSOR_I8 = 2,
    RSL_TENSOR_I16 = 3,
    RSL_TENSOR_I8_WIDE = 4, ///< int8 numbers, each in two bytes
} rsl_tensor_type;

/// How kernels read and write int8 activations beside int8 weights of a layout.
static inline uint8_t rsl_act_type(unsigned layout)
{
    return layout == RSL_LAYOUT_I8_4X16 ? RSL_TENSOR_I8 : RSL_TENSOR_I8_WIDE;
}

/// A factor is rows x cols: a sequence of groups of rows, read from front to end in one stream,
///
///     float group:  float32 bias[g]   weights, column by column, g numbers each   to a multiple of 4 bytes
///     int8 group:   int32 bias[g]     weights in blocks      int32 multiplier[g]
///
/// with g = 4, but in the last group. Where those are is told by the functions below, to packer and kernels
/// alike. Places that no row or column of the factor maps to hold 0. RSL_LAYOUT_I8_2X2 stores other numbers
/// than the factor's: rsl_factor_join() makes them of those.
typedef struct rsl_factor {
    uint8_t number; ///< rsl_number
    uint8_t layout; ///< rsl_layout
    uint32_t rows;
    uint32_t cols;
} rsl_factor;

uint64_t rsl_factor_bytes(const rsl_factor *factor);
/// Bytes from the factor's begin to weight (row, col): float32, binary16 or int8.
uint64_t rsl_factor_weight(const rsl_factor *factor, uint32_t row, uint32_t col);
/// To row's bias: float32 or int32.
uint64_t rsl_factor_bias(const rsl_factor *factor, uint32_t row);
/// int8: to row's multiplier, int32, >= 0, by which its sum is brought to the scale of the outputs.
uint64_t rsl_factor_multiplier(const rsl_factor *factor, uint32_t row);

/// The last step of a packer, when all numbers of a factor are in their places in @p bytes: brings them into
/// the form that its layout stores. Nothing to do but for RSL_LAYOUT_I8_2X2, where of each pair of rows the
/// first one's weights get their sign bit flipped, and its bias has 256 times the second's added, modulo
/// 2^32.
void rsl_factor_join(const rsl_factor *factor, uint8_t *bytes);

/// Weights of a depthwise convolution, on every machine alike:
///
///     float:  float32 bias[channels]                              weights[taps][channels]
///     int8:   int32 bias[channels]   int32 multiplier[channels]   weights[taps][channels]
typedef struct rsl_taps {
    uint8_t number; ///< rsl_number
    uint32_t channels;
    uint32_t taps; ///< pixels of a window, row by row
} rsl_taps;

static inline uint64_t rsl_taps_multiplier(const rsl_taps *t, uint32_t channel)
{
    return 4U * ((uint64_t)t->channels + channel);
}
static inline uint64_t rsl_taps_weight(const rsl_taps *t, uint32_t tap, uint32_t channel)
{
    const uint64_t begin = (t->number == RSL_I8 ? 8U : 4U) * (uint64_t)t->channels;
    const uint64_t size = t->number == RSL_F32 ? 4U : t->number == RSL_F16 ? 2U : 1U;
    return begin + size * ((uint64_t)tap * t->channels + channel);
}
static inline uint64_t rsl_taps_bytes(const rsl_taps *t)
{
    return rsl_taps_weight(t, t->taps, 0);
}

/// Tables of an extraction of features, float32 but for the bands (PROTOCOL.md, section "Features"):
///
///     window[frame / 2 + 1]   cosines[frame / 4 + 1]   {u16 first bin, u16 bins}[bands]
///     teeth[bins of all bands]   transform[coefficients][bands]
static inline uint32_t rsl_extract_cosines(uint32_t frame)
{
    return 4U * (frame / 2U + 1U);
}
static inline uint32_t rsl_extract_bands(uint32_t frame)
{
    return rsl_extract_cosines(frame) + 4U * (frame / 4U + 1U);
}
static inline uint32_t rsl_extract_teeth(uint32_t frame, uint32_t bands)
{
    return rsl_extract_bands(frame) + 4U * bands;
}
/// Numbers of the scratch.
static inline uint32_t rsl_extract_scratch(uint32_t frame, uint32_t bands)
{
    return frame + 1U + bands;
}

/// binary16 to float32, exactly, by integer arithmetic (subnormals, infinities, NaNs included).
float rsl_half_to_float(uint16_t half);

#ifdef __cplusplus
}
#endif

#endif
