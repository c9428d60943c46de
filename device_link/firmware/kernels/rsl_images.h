// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_IMAGES_H
#define RSL_IMAGES_H

#include "device_link/firmware/kernels/rsl_kernels.h"

/// Instructions of Arm's 32-bit FPUs may be named: AArch64 says __ARM_FP as well, and names others.
#if defined(__GNUC__) && defined(__arm__) && defined(__ARM_FP) && (__ARM_FP & 4)
#define RSL_ARM_FPU 1
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// Windows that slide over images, height x width x channels with the channels of a pixel side by side: what
/// goes beyond products of vectors. Portable C; the products are those of rsl_kernels.h.

/// Where the windows lie. Those that hang over an edge read padding there.
typedef struct rsl_grid {
    uint16_t height; ///< of the input
    uint16_t width;
    uint16_t channels;
    uint16_t window_height;
    uint16_t window_width;
    uint8_t stride_down;
    uint8_t stride_across;
    uint8_t top; ///< rows of padding
    uint8_t left;
    uint16_t down; ///< windows, pixels of the output
    uint16_t across;
} rsl_grid;

/// One of the products that make a window's outputs.
typedef struct rsl_step {
    rsl_s8_product product; ///< of floats, too, without the zero point
    bool from_wide;         ///< int8 models: what kinds of vectors it reads and writes
    bool to_wide;
    bool relu; ///< of floats
    void *to;  ///< where its outputs go; those of the last step, without a pixel, where they belong
} rsl_step;

/// y = last(... first(window)) for each window.
///
/// A row of windows is read from a strip, which holds its rows of pixels column by column, so that each
/// window is one run of numbers: weights are in that order, columns of pixels from left to right, each from
/// top to bottom, channels side by side. From one row of windows to the next the strip moves up by a stride.
typedef struct rsl_convolution {
    rsl_grid grid;
    uint8_t number;  ///< rsl_number
    uint8_t bytes;   ///< of a number in the strip
    uint8_t y_bytes; ///< of an output
    uint8_t count;   ///< steps
    int32_t zero;    ///< int8: what padding is
    uint32_t column; ///< numbers of a strip's column
    void *strip;
    void *pixel; ///< where the last step writes when it cannot write to the output; or null
    uint8_t pixel_bytes;
    rsl_step steps[3];
} rsl_convolution;

void rsl_convolve(const rsl_convolution *c, const void *x, void *y);

/// The largest number of each channel of each window; one that is none is the largest. y may be x. No
/// padding, here and in means.
void rsl_max_pool_s8(const rsl_grid *g, const int8_t *x, int8_t *y);
void rsl_max_pool_f32(const rsl_grid *g, const float *x, float *y);

/// How a sum becomes an output.
typedef struct rsl_mean {
    int32_t multiplier;
    int32_t bias;
    int32_t zero;
    bool wide; ///< y holds int16
} rsl_mean;

/// y = saturate(zero + (((sum + bias) * multiplier + 2^31) >> 32)), sums modulo 2^32. y may be x, unless
/// wide.
void rsl_average_pool_s8(const rsl_grid *g, const rsl_mean *m, const int8_t *x, void *y);
/// The sum, row by row from left to right, times the float nearest to 1 / pixels. y may be x.
void rsl_average_pool_f32(const rsl_grid *g, const float *x, float *y);

/// Each channel by itself: y = bias + sum over the window, row by row, of weight * x.
/// @param weights  as rsl_taps says
/// @param x_zero, y_zero  zero points of int8
/// @param wide  y holds int16
void rsl_depthwise_s8(const rsl_grid *g, const uint8_t *weights, int32_t x_zero, int32_t y_zero, bool wide,
                      const int8_t *x, void *y);
void rsl_depthwise_float(const rsl_grid *g, uint8_t number, const uint8_t *weights, bool relu, const float *x,
                         float *y);

/// y = (x - mean) factor, each rounded to float32; to int8: y_zero + the integer nearest to that, halves to
/// even, a NaN as 0, saturated.
/// @param map  n means, then n factors; those of int8 hold 1 / y's scale
/// @param y_type  rsl_tensor_type: float32, or int8 in one byte or two
void rsl_standardise(const float *map, uint32_t n, int32_t y_zero, uint8_t y_type, const float *x, void *y);

/// How windows of samples become features, as rsl_extract and its tensors say.
typedef struct rsl_extraction {
    uint32_t samples; ///< of a channel
    uint32_t channels;
    uint32_t frame;
    uint32_t hop;
    uint32_t bands;
    uint32_t coefficients;
    const uint8_t *tables;
    float *scratch; ///< rsl_extract_scratch() numbers
    float y_scale;
    int32_t y_zero;
    uint8_t y_type; ///< rsl_tensor_type: float32, or int8 as inputs are made (rsl_quantise.h)
} rsl_extraction;

/// Features by a real FFT of float32, radix 4 (PROTOCOL.md, section "Features").
void rsl_extract_features(const rsl_extraction *e, const float *x, void *y);

#ifdef __cplusplus
}
#endif

#endif
