// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_OPERATION_H
#define RSL_OPERATION_H

#include "device_link/protocol/rsl_model.h"

#ifdef __cplusplus
extern "C" {
#endif

static inline rsl_check rsl_no_fault(void)
{
    const rsl_check check = {RSL_FAULT_NONE, 0};
    return check;
}

static inline rsl_check rsl_fault_at(rsl_fault fault, size_t offset)
{
    const rsl_check check = {fault, (uint32_t)offset};
    return check;
}

/// What each kind of operation demands of its record, its tensors and its weights: one row a kind in a table
/// (rsl_operation.c). What it computes is the firmware's table (rsl_infer.c).

/// Checks the record at @p at of an image whose header and tensors are good. At least the bytes of an
/// rsl_operation lie there.
rsl_check rsl_operation_check(const rsl_model_header *header, size_t at);

/// May its output lie exactly where an input lies that nobody reads later?
bool rsl_works_in_place(uint16_t kind);

/// Do @p size bytes at @p offset lie behind the header and within the image, at a multiple of 16?
bool rsl_part_fits(const rsl_model_header *header, uint32_t offset, uint64_t size);

#ifdef __cplusplus
}
#endif

#endif
