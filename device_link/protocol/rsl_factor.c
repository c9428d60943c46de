// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_layout.h"

/// How many rows the group has that begins at @p first.
static uint32_t group_rows(const rsl_factor *f, uint32_t first)
{
    const uint32_t left = f->rows - first;
    if (left >= 4 || f->layout == RSL_LAYOUT_I8_4X16)
        return 4;
    if (f->layout == RSL_LAYOUT_F_4X1)
        return left;
    return left == 3 ? 4 : 2;
}

static uint32_t padded_cols(const rsl_factor *f)
{
    if (f->layout == RSL_LAYOUT_I8_4X16)
        return (f->cols + 15U) & ~15U;
    return f->layout == RSL_LAYOUT_F_4X1 ? f->cols : (f->cols + 1U) & ~1U;
}

static uint64_t weight_bytes(const rsl_factor *f, uint32_t group)
{
    const uint64_t n = (uint64_t)group * padded_cols(f);
    if (f->number == RSL_F32)
        return 4U * n;
    return f->number == RSL_F16 ? (2U * n + 3U) & ~(uint64_t)3U : n;
}

static uint64_t group_bytes(const rsl_factor *f, uint32_t group)
{
    return 4U * (uint64_t)group + weight_bytes(f, group) + (f->number == RSL_I8 ? 4U * (uint64_t)group : 0U);
}

/// All groups before a row's have four rows.
static uint64_t group_begin(const rsl_factor *f, uint32_t row)
{
    return (uint64_t)(row / 4U) * group_bytes(f, 4);
}

uint64_t rsl_factor_bytes(const rsl_factor *f)
{
    const uint32_t tail = f->rows & 3U;
    return group_begin(f, f->rows) + (tail != 0 ? group_bytes(f, group_rows(f, f->rows - tail)) : 0U);
}

uint64_t rsl_factor_weight(const rsl_factor *f, uint32_t row, uint32_t col)
{
    const uint32_t g = group_rows(f, row & ~3U);
    const uint32_t r = row & 3U;
    const uint64_t weights = group_begin(f, row) + 4U * (uint64_t)g;
    if (f->layout == RSL_LAYOUT_F_4X1)
        return weights + ((uint64_t)col * g + r) * (f->number == RSL_F16 ? 2U : 4U);
    if (f->layout == RSL_LAYOUT_I8_4X16)
        return weights + (uint64_t)(col / 16U) * 64U + r * 16U + (col & 15U);
    if (f->layout == RSL_LAYOUT_I8_2X2)
        return weights + (uint64_t)(col / 2U) * 2U * g + (r >> 1) * 4U + (r & 1U) + 2U * (col & 1U);
    const uint32_t block = col / 4U;
    const uint64_t begin = weights + (uint64_t)block * 4U * g;
    if (block < padded_cols(f) / 4U) {
        static const uint8_t place[4] = {0, 2, 1, 3};
        return begin + r * 4U + place[col & 3U];
    }
    return begin + (r >> 1) * 4U + (r & 1U) + 2U * (col & 1U);
}

uint64_t rsl_factor_bias(const rsl_factor *f, uint32_t row)
{
    return group_begin(f, row) + 4U * (uint64_t)(row & 3U);
}

uint64_t rsl_factor_multiplier(const rsl_factor *f, uint32_t row)
{
    const uint32_t g = group_rows(f, row & ~3U);
    return group_begin(f, row) + 4U * (uint64_t)g + weight_bytes(f, g) + 4U * (uint64_t)(row & 3U);
}

void rsl_factor_join(const rsl_factor *f, uint8_t *bytes)
{
    if (f->layout != RSL_LAYOUT_I8_2X2)
        return;
    for (uint32_t row = 0; row < f->rows; row += 4U) {
        const uint32_t g = group_rows(f, row);
        uint8_t *at = bytes + group_begin(f, row);
        for (uint32_t pair = 0; pair < g; pair += 2U, at += 8)
            rsl_write_u32(at, rsl_read_u32(at) + 256U * rsl_read_u32(at + 4));
        for (uint8_t *const end = at + weight_bytes(f, g); at != end; at += 2)
            *at ^= 0x80U;
    }
}
