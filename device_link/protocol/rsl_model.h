// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_MODEL_H
#define RSL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device_link/protocol/rsl_layout.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The model image: what lies in a board's flash and is computed from, in place (PROTOCOL.md, sections "Model
/// image" and "Arithmetic"). Little-endian; the image and every table and factor in it begin at multiples of
/// 16 bytes.

#define RSL_MODEL_MAGIC 0x4D4C5352U ///< "RSLM"

enum {
    RSL_MODEL_FORMAT = 2, ///< of the bytes
    RSL_KERNEL_ABI = 1,   ///< of the arithmetic: equal numbers mean equal outputs, bit for bit
    RSL_MODEL_ALIGNMENT = 16,
    RSL_MODEL_CRC_FROM = 16, ///< the CRC-32 covers [16, total_bytes)
    RSL_MAX_OPERATIONS = 64,
    RSL_MAX_TENSORS = 128,
    RSL_MAX_WIDTH = 65535,     ///< height, width, channels of a tensor
    RSL_MAX_NUMBERS = 1 << 24, ///< in one tensor
    RSL_NO_TENSOR = 0xFFFF,
};

/// What an operation does. 16 bits wide; appended, never renumbered.
typedef enum rsl_kind {
    RSL_DENSE = 1,         ///< y = act(W x + b)
    RSL_SKETCHED = 2,      ///< y = act(C U R x + b), one operation; U may be left out (folded into C or R)
    RSL_GATHER = 3,        ///< y_i = x_kept[i]
    RSL_ADD = 4,           ///< y = act(x + other)
    RSL_FLATTEN = 5,       ///< y = x as a vector; nothing moves where both have the same place
    RSL_COPY = 6,          ///< y = x, perhaps in numbers of another width
    RSL_CONV = 7,          ///< y = act(W P + b) for each window P of x
    RSL_CONV_SKETCHED = 8, ///< y = act(C U R P + b), one operation; U may be left out
    RSL_MAX_POOL = 9,      ///< the largest number of each channel of each window
    RSL_AVERAGE_POOL = 10, ///< the mean of each channel of each window
    RSL_DEPTHWISE = 11,    ///< y_c = act(w_c P_c + b_c): each channel by itself
    RSL_STANDARDISE = 12,  ///< y = (x - mean) factor, number by number; x is float32, y perhaps int8
    RSL_EXTRACT = 13,      ///< y = features of the windows of samples x: spectra, mel bands, MFCC
} rsl_kind;

/// "dense", "sketched", ..., or "?".
const char *rsl_kind_name(uint16_t kind);

/// Bit of a kind in a mask of the first 32.
#define RSL_KIND_BIT(kind) (UINT32_C(1) << (kind))

enum {
    RSL_RELU = 1,  ///< all with weights, add
    RSL_HAS_U = 2, ///< sketched, sketched convolution
};

/// First in an image.
typedef struct rsl_model_header {
    uint32_t magic;
    uint16_t format;
    uint16_t kernel_abi;
    uint32_t total_bytes;     ///< of the image, a multiple of 16
    uint32_t crc;             ///< CRC-32 of [RSL_MODEL_CRC_FROM, total_bytes)
    uint16_t operations;      ///< 1..RSL_MAX_OPERATIONS
    uint16_t tensors;         ///< 2..RSL_MAX_TENSORS
    uint32_t operation_table; ///< offset of the first record; one follows the other
    uint32_t tensor_table;    ///< offset of `tensors` rsl_tensor
    uint32_t arena_bytes;     ///< of RAM, to the end of the last tensor
    uint16_t input;           ///< tensor that an inference is handed: float32 or int8
    uint16_t output;          ///< tensor that it gives: float32 or int16
    uint32_t known_input;     ///< offset of the known-answer vector: the input's numbers
    uint32_t known_output;    ///< offset of what it has to give, bit for bit: the output's numbers
    uint32_t reserved[5];     ///< 0
    char name[32];            ///< for people: ASCII, ended and filled by zeros
} rsl_model_header;

/// A tensor: height x width x channels numbers, channels next to each other. A vector is 1 x 1 x n.
typedef struct rsl_tensor {
    uint8_t type;      ///< rsl_tensor_type
    uint8_t reserved0; ///< 0
    uint16_t height;
    uint16_t width;
    uint16_t channels;
    uint32_t arena;        ///< offset in the arena, a multiple of 16; rsl_tensor_room() bytes are its own
    float scale;           ///< int8, int16: real = scale * (q - zero); else 1
    int32_t zero;          ///< int8: -128..127; else 0
    uint32_t reserved1[3]; ///< 0
} rsl_tensor;

/// What all records of operations begin with; a dense, gather, flatten and copy has no more.
typedef struct rsl_operation {
    uint16_t kind;    ///< rsl_kind
    uint16_t size;    ///< of the record in bytes, a multiple of 16
    uint16_t input;   ///< tensor
    uint16_t output;  ///< tensor, written by this operation alone
    uint8_t flags;    ///< RSL_RELU, RSL_HAS_U
    uint8_t number;   ///< rsl_number of the weights; 0 where there are none
    uint8_t layout;   ///< rsl_layout of the weights; 0 where there are none
    uint8_t reserved; ///< 0
    uint32_t weights; ///< offset of W (outputs x inputs), C (outputs x rank), the uint16 kept indices,
                      ///< ascending, float32 means and then factors, or tables; 0 where there are none
} rsl_operation;

typedef struct rsl_sketched {
    rsl_operation head; ///< weights: C (outputs x rank)
    uint32_t r_factor;  ///< offset of R (rank x inputs)
    uint32_t u_factor;  ///< offset of U (rank x rank); 0 when there is none
    uint16_t r_product; ///< tensor of R x: rank numbers, int16 or float32
    uint16_t u_product; ///< tensor of U R x, or RSL_NO_TENSOR
    uint8_t r_layout;   ///< rsl_layout
    uint8_t u_layout;   ///< rsl_layout; 0 when there is no U
    uint16_t reserved;  ///< 0
} rsl_sketched;

/// int8: y = saturate(zero + floor((multiplier * x + other_multiplier * other + offset) / 2^16))
typedef struct rsl_add {
    rsl_operation head;
    uint16_t other;           ///< tensor of the second summand
    uint16_t reserved;        ///< 0
    int32_t multiplier;       ///< 0..2^21 - 1; 0 in floats
    int32_t other_multiplier; ///< 0..2^21 - 1; 0 in floats
    int32_t offset;           ///< -2^30..2^30, with 2^15 for rounding in it; 0 in floats
} rsl_add;

/// Where windows lie on an image: down x across of them, as many as the output has pixels, which is as many
/// as fit. They may hang over the edges, where there is padding: x's zero point.
typedef struct rsl_window {
    uint16_t height;       ///< of a window, at least 1
    uint16_t width;        ///< at least 1
    uint8_t stride_down;   ///< at least 1
    uint8_t stride_across; ///< at least 1
    uint8_t top;           ///< rows of padding above and below
    uint8_t left;          ///< columns of padding on either side
} rsl_window;

/// How a convolution goes over its input: what comes after the record of the layer that it makes of a window.
typedef struct rsl_sliding {
    rsl_window window;
    uint16_t strip; ///< tensor: as much of the input as a row of windows reads
    uint16_t pixel; ///< tensor of one window's outputs, or RSL_NO_TENSOR: they are written where they belong
    uint32_t reserved; ///< 0
} rsl_sliding;

typedef struct rsl_conv {
    rsl_operation head; ///< weights: W (output channels x rsl_window_columns())
    rsl_sliding sliding;
} rsl_conv;

typedef struct rsl_conv_sketched {
    rsl_sketched layer; ///< of a window
    rsl_sliding sliding;
} rsl_conv_sketched;

/// int8 means: y = saturate(zero + floor(((sum + bias) * multiplier + 2^31) / 2^32))
typedef struct rsl_pool {
    rsl_operation head;
    rsl_window window;
    int32_t multiplier; ///< of int8 means, 0..2^31 - 1; else 0
    int32_t bias;       ///< of int8 means; else 0
} rsl_pool;

typedef struct rsl_depthwise {
    rsl_operation head; ///< weights: rsl_taps
    rsl_window window;
    uint32_t reserved[2]; ///< 0
} rsl_depthwise;

/// x is 1 x samples x channels. For each channel frames of samples, each `hop` after the last, as many as
/// fit; of each frame the features, whose channels lie side by side.
typedef struct rsl_extract {
    rsl_operation head;    ///< weights: tables (rsl_layout.h)
    uint16_t frame;        ///< samples that are transformed together: a power of two, at least 4
    uint16_t hop;          ///< at least 1
    uint16_t bands;        ///< 0: the frame / 2 magnitudes but the mean's are the features
    uint16_t coefficients; ///< at most as many as bands; 0: the logarithms of the bands are the features
    uint16_t scratch;      ///< tensor: a vector of rsl_extract_scratch() float32
    uint16_t reserved[3];  ///< 0
} rsl_extract;

/// Why bytes are no image. Numbers are part of the protocol: append, never renumber.
typedef enum rsl_fault {
    RSL_FAULT_NONE = 0,
    RSL_FAULT_TRUNCATED = 1, ///< fewer bytes than it says, or than a header
    RSL_FAULT_MAGIC = 2,
    RSL_FAULT_FORMAT = 3,
    RSL_FAULT_KERNEL_ABI = 4,
    RSL_FAULT_LENGTH = 5, ///< total_bytes is no multiple of 16, or too small
    RSL_FAULT_CRC = 6,
    RSL_FAULT_NUMBER = 7,  ///< unknown number type
    RSL_FAULT_LAYOUT = 8,  ///< unknown, or not one for this number type
    RSL_FAULT_COUNT = 9,   ///< of operations or tensors
    RSL_FAULT_WIDTH = 10,  ///< a tensor has no numbers, or too many
    RSL_FAULT_OFFSET = 11, ///< not aligned, or what begins there does not fit in the image
    RSL_FAULT_KIND = 12,   ///< unknown kind of operation
    RSL_FAULT_FLAGS = 13,  ///< unknown, or not of this kind
    RSL_FAULT_SHAPE = 14,  ///< tensors do not meet, or parts are there that the kind has not
    RSL_FAULT_INDEX = 15,  ///< kept inputs out of range, or not ascending
    RSL_FAULT_ZERO_POINT = 16,
    RSL_FAULT_MULTIPLIER = 17, ///< out of range
    RSL_FAULT_RESERVED = 18,   ///< a reserved field is not 0
    RSL_FAULT_NAME = 19,       ///< not printable ASCII, or not ended
    RSL_FAULT_SCALE = 20,      ///< not finite, or not above 0
    RSL_FAULT_ALIGNMENT = 21,  ///< the image's own address is no multiple of 16
    RSL_FAULT_TYPE = 22,       ///< unknown type of tensor, or not one for the operation
    RSL_FAULT_ORDER = 23,      ///< a tensor is read before it is written, or written twice, or never
    RSL_FAULT_ARENA = 24,      ///< a tensor lies outside of the arena, or over one that is still needed
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
    const rsl_tensor *tensors;
    const rsl_tensor *input;
    const rsl_tensor *output;
} rsl_model;

/// Checks everything that a computation relies on, in time proportional to the image, reading no byte beyond
/// @p length. After RSL_FAULT_NONE every offset, shape and index in the image is safe to use, each tensor is
/// written once, before it is read, and no operation writes over a number that is still needed: of the input,
/// which stays as it is, too.
rsl_check rsl_model_check(const void *bytes, size_t length);

/// The same, and gives the parts.
rsl_check rsl_model_open(const void *bytes, size_t length, rsl_model *model);

/// The first operation, and the one after; as many as the header says.
const rsl_operation *rsl_model_first(const rsl_model *model);
const rsl_operation *rsl_operation_next(const rsl_operation *operation);

uint32_t rsl_tensor_numbers(const rsl_tensor *tensor);
/// Bytes of its numbers.
uint32_t rsl_tensor_bytes(const rsl_tensor *tensor);
/// Bytes that are its own in the arena: with room for a multiple of 16 numbers.
uint32_t rsl_tensor_room(const rsl_tensor *tensor);

/// Numbers of a column of a convolution's strip: a window's height of pixels, and one more where words of two
/// numbers could not begin at the next column otherwise.
/// @param layout  of the weights that read it
uint32_t rsl_strip_column(const rsl_window *window, uint32_t channels, uint8_t layout);
/// Columns that a strip needs: the input's, padding on both sides, and what kernels read beyond a window.
uint32_t rsl_strip_width(const rsl_window *window, uint32_t width, uint32_t column, bool integer);

/// Whether it is a sketched layer, of vectors or of windows: then its record begins with an rsl_sketched.
/// What a build leaves out (rsl_operation.c) is not asked for here either: no image with it opens.
static inline bool rsl_is_sketched(const rsl_operation *operation)
{
#ifndef RSL_WITHOUT_CONV_SKETCHED
    if (operation->kind == RSL_CONV_SKETCHED)
        return true;
#endif
    return operation->kind == RSL_SKETCHED;
}

/// How a convolution slides; none of other kinds.
static inline const rsl_sliding *rsl_sliding_of(const rsl_operation *operation)
{
#ifndef RSL_WITHOUT_CONV
    if (operation->kind == RSL_CONV)
        return &((const rsl_conv *)(const void *)operation)->sliding;
#endif
#ifndef RSL_WITHOUT_CONV_SKETCHED
    if (operation->kind == RSL_CONV_SKETCHED)
        return &((const rsl_conv_sketched *)(const void *)operation)->sliding;
#endif
    (void)operation;
    return NULL;
}

uint32_t rsl_model_input_bytes(const rsl_model *model);
uint32_t rsl_model_output_bytes(const rsl_model *model);

/// Bytes of RAM that a device needs to hold it ready: all tensors, input and outputs too. What BEGIN
/// announces.
uint32_t rsl_model_ram_bytes(const rsl_model *model);

/// The number type that the model is called by: int8 or float16 when weights are.
rsl_number rsl_model_number(const rsl_model *model);

/// What a board has to know to compute it: masks of RSL_KIND_BIT(), 1 << rsl_number, RSL_LAYOUT_BIT().
typedef struct rsl_needs {
    uint32_t kinds;
    uint32_t numbers;
    uint32_t layouts;
} rsl_needs;
rsl_needs rsl_model_needs(const rsl_model *model);

/// Multiply-adds of an inference, of the factors as they are stored, without padding.
uint64_t rsl_model_macs(const rsl_model *model);
uint64_t rsl_operation_macs(const rsl_model *model, const rsl_operation *operation);

/// From where to where a tensor is needed, as numbers of operations: [born, last], written by `born`. The
/// input is born at -1. Input and output are needed to the end: `last` is the number of operations.
typedef struct rsl_span {
    int16_t born;
    int16_t last;
} rsl_span;
/// @param spans  of all tensors of a checked model
void rsl_model_spans(const rsl_model *model, rsl_span spans[RSL_MAX_TENSORS]);

#ifdef __cplusplus
}
#endif

#endif
