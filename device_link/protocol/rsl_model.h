// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_MODEL_H
#define RSL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The model image: what lies in a board's flash and is computed from, in place (PROTOCOL.md, sections "Model
/// image" and "Arithmetic"). Little-endian; the image and every table and factor in it begin at multiples of
/// 16 bytes.

#define RSL_MODEL_MAGIC 0x4D4C5352U ///< "RSLM"

enum {
    RSL_MODEL_FORMAT = 1, ///< of the bytes
    RSL_KERNEL_ABI = 1,   ///< of the arithmetic: equal numbers mean equal outputs, bit for bit
    RSL_MODEL_ALIGNMENT = 16,
    RSL_MODEL_CRC_FROM = 16, ///< the CRC-32 covers [16, total_bytes)
    RSL_MAX_LAYERS = 32,
    RSL_MAX_WIDTH = 65535, ///< inputs, outputs, rank
};

typedef enum rsl_number {
    RSL_F32 = 0,
    RSL_F16 = 1, ///< weights stored as IEEE binary16, everything else float32
    RSL_I8 = 2,  ///< weights and activations int8, intermediates and the last outputs int16
} rsl_number;

typedef enum rsl_layer_kind {
    RSL_DENSE = 1,    ///< y = act(W x + b)
    RSL_SKETCHED = 2, ///< y = act(C U R x + b), one operation; U may be left out (folded into C or R)
} rsl_layer_kind;

enum { RSL_LAYER_RELU = 1, RSL_LAYER_HAS_U = 2 };

/// How a factor's numbers lie (PROTOCOL.md, section "Factors").
typedef enum rsl_layout {
    RSL_LAYOUT_F_4X1 = 1,   ///< float: four rows side by side; the one of f32 and f16
    RSL_LAYOUT_I8_4X4 = 2,  ///< int8, portable: 4x4 blocks
    RSL_LAYOUT_I8_4X16 = 3, ///< int8 for Helium: 4x16 blocks
    RSL_LAYOUT_I8_2X2 = 4,  ///< int8 for SMLAD: 2x2 blocks, so that a half word is a number of two rows
} rsl_layout;

/// Bit of a layout in a mask.
#define RSL_LAYOUT_BIT(layout) (1U << (layout))

/// Whether int8 weights may lie so. Any number may be asked for.
static inline bool rsl_holds_int8(unsigned layout)
{
    return layout >= RSL_LAYOUT_I8_4X4 && layout <= RSL_LAYOUT_I8_2X2;
}

/// First in an image.
typedef struct rsl_model_header {
    uint32_t magic;
    uint16_t format;
    uint16_t kernel_abi;
    uint32_t total_bytes;  ///< of the image, a multiple of 16
    uint32_t crc;          ///< CRC-32 of [RSL_MODEL_CRC_FROM, total_bytes)
    uint8_t number;        ///< rsl_number
    uint8_t layers;        ///< 1..RSL_MAX_LAYERS
    uint8_t layout;        ///< rsl_layout of all factors
    uint8_t reserved0;     ///< 0
    uint32_t inputs;       ///< numbers that an inference is handed: float32, or int8
    uint32_t outputs;      ///< numbers that it gives: float32, or int16
    uint32_t layer_table;  ///< offset of `layers` rsl_model_layer
    uint32_t known_input;  ///< offset of the known-answer vector: `inputs` numbers
    uint32_t known_output; ///< offset of what it has to give, bit for bit: `outputs` numbers
    float input_scale;     ///< int8: real = input_scale * (q - input_zero); else 1
    int32_t input_zero;    ///< int8: -128..127; else 0
    float output_scale;    ///< int8: real = output_scale * q; else 1
    uint32_t reserved1[3]; ///< 0
    char name[32];         ///< for people: ASCII, ended and filled by zeros
} rsl_model_header;

typedef struct rsl_model_layer {
    uint8_t kind;      ///< rsl_layer_kind
    uint8_t flags;     ///< RSL_LAYER_RELU, RSL_LAYER_HAS_U
    uint16_t reserved; ///< 0
    uint32_t inputs;   ///< outputs of the layer before, or the image's inputs
    uint32_t read;     ///< how many of them it reads: all, or as many as it has kept-input indices
    uint32_t rank;     ///< r of a sketched layer, else 0
    uint32_t outputs;
    uint32_t kept;     ///< offset of `read` uint16 below `inputs`, ascending; 0 = reads all. First layer only
    uint32_t r_factor; ///< offset of R (rank x read); 0 when dense
    uint32_t u_factor; ///< offset of U (rank x rank); 0 when there is none
    uint32_t c_factor; ///< offset of C (outputs x rank), or of W (outputs x read)
    int32_t output_zero; ///< int8: zero point of its int8 outputs, -128 with ReLU; 0 in the last layer
    float output_scale;  ///< int8, for people: real = output_scale * (q - output_zero); else 1
    uint32_t reserved1;  ///< 0
} rsl_model_layer;

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

/// Why bytes are no image. Numbers are part of the protocol: append, never renumber.
typedef enum rsl_fault {
    RSL_FAULT_NONE = 0,
    RSL_FAULT_TRUNCATED = 1, ///< fewer bytes than it says, or than a header
    RSL_FAULT_MAGIC = 2,
    RSL_FAULT_FORMAT = 3,
    RSL_FAULT_KERNEL_ABI = 4,
    RSL_FAULT_LENGTH = 5, ///< total_bytes is no multiple of 16, or too small
    RSL_FAULT_CRC = 6,
    RSL_FAULT_NUMBER = 7, ///< unknown number type
    RSL_FAULT_LAYOUT = 8, ///< unknown, or not one for this number type
    RSL_FAULT_LAYER_COUNT = 9,
    RSL_FAULT_WIDTH = 10,  ///< inputs, outputs or rank are 0 or beyond RSL_MAX_WIDTH
    RSL_FAULT_OFFSET = 11, ///< not aligned, or what begins there does not fit in the image
    RSL_FAULT_KIND = 12,   ///< unknown kind of layer
    RSL_FAULT_FLAGS = 13,  ///< unknown, or not of this kind
    RSL_FAULT_SHAPE = 14,  ///< layers do not meet, or factors are there that the kind has not
    RSL_FAULT_INDEX = 15,  ///< kept inputs out of range, or not ascending
    RSL_FAULT_ZERO_POINT = 16,
    RSL_FAULT_MULTIPLIER = 17, ///< negative
    RSL_FAULT_RESERVED = 18,   ///< a reserved field is not 0
    RSL_FAULT_NAME = 19,       ///< not printable ASCII, or not ended
    RSL_FAULT_SCALE = 20,      ///< not finite, or not above 0
    RSL_FAULT_ALIGNMENT = 21,  ///< the image's own address is no multiple of 16
} rsl_fault;

typedef struct rsl_check {
    rsl_fault fault;
    uint32_t offset; ///< of the field that is wrong
} rsl_check;

/// A short English sentence without the offset.
const char *rsl_fault_text(rsl_fault fault);

/// An image that has been checked.
typedef struct rsl_model {
    const uint8_t *bytes;
    const rsl_model_header *header;
    const rsl_model_layer *layers;
} rsl_model;

/// Checks everything that a computation relies on, in time proportional to the image, reading no byte beyond
/// @p length. After RSL_FAULT_NONE every offset, shape and index in the image is safe to use.
rsl_check rsl_model_check(const void *bytes, size_t length);

/// The same, and gives the parts.
rsl_check rsl_model_open(const void *bytes, size_t length, rsl_model *model);

uint32_t rsl_model_input_bytes(const rsl_model *model);
uint32_t rsl_model_output_bytes(const rsl_model *model);

/// Bytes of RAM that an inference needs beside its input and its outputs, a multiple of 16: exact.
uint32_t rsl_model_scratch_bytes(const rsl_model *model);

/// Bytes of RAM that a device needs to hold it ready: input, outputs and scratch, each rounded up to 16.
/// What BEGIN announces.
uint32_t rsl_model_ram_bytes(const rsl_model *model);

/// Multiply-adds of an inference, of the factors as they are stored, without padding.
uint64_t rsl_model_macs(const rsl_model *model);
uint64_t rsl_layer_macs(const rsl_model_layer *layer);

/// binary16 to float32, exactly, by integer arithmetic (subnormals, infinities, NaNs included).
float rsl_half_to_float(uint16_t half);

#ifdef __cplusplus
}
#endif

#endif
