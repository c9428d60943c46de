// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_RECORD_H
#define RSL_RECORD_H

#include "device_link/protocol/rsl_operation.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A record under its check, and what the checks of several kinds have in common (rsl_operation.c).
typedef struct rsl_record {
    const rsl_model_header *h;
    const rsl_operation *op;
    size_t at; ///< its offset
    const rsl_tensor *x;
    const rsl_tensor *y;
} rsl_record;

static inline const rsl_tensor *rsl_tensor_of(const rsl_model_header *h, uint16_t number)
{
    return (const rsl_tensor *)(const void *)((const uint8_t *)h + h->tensor_table) + number;
}

static inline bool rsl_is_vector(const rsl_tensor *t)
{
    return t->height == 1 && t->width == 1;
}

/// Do the numbers in both mean the same?
static inline bool rsl_same_meaning(const rsl_tensor *a, const rsl_tensor *b)
{
    // A scale that is above zero has one pattern of bits for each value.
    return a->zero == b->zero && !(a->scale < b->scale) && !(a->scale > b->scale);
}

/// What an operation without weights has not.
rsl_check rsl_check_weightless(const rsl_record *r, uint8_t flags);
rsl_check rsl_check_no_offset(const rsl_record *r);

/// Flags and number type of what multiplies by weights.
rsl_check rsl_check_weighted(const rsl_record *r, uint8_t flags);
/// An int8 ReLU is the saturation at a zero point of -128, which int16 has not.
rsl_check rsl_check_relu(const rsl_record *r);
/// @param field, layout_field  offsets of what is wrong when it is
rsl_check rsl_check_factor(const rsl_record *r, uint32_t offset, uint8_t layout, uint32_t rows, uint32_t cols,
                           size_t field, size_t layout_field);
/// All that an rsl_sketched has beyond its head, whose R reads @p cols numbers.
rsl_check rsl_check_factors(const rsl_record *r, uint32_t cols);

/// Of the kinds that slide windows over images (rsl_windows.c).
rsl_check rsl_check_conv(const rsl_record *r);
rsl_check rsl_check_conv_sketched(const rsl_record *r);
rsl_check rsl_check_max_pool(const rsl_record *r);
rsl_check rsl_check_average_pool(const rsl_record *r);
rsl_check rsl_check_depthwise(const rsl_record *r);

#ifdef __cplusplus
}
#endif

#endif
