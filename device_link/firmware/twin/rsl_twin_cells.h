// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_TWIN_CELLS_H
#define RSL_TWIN_CELLS_H

#include "device_link/firmware/twin/rsl_twin.h"

/// The cells of a twin's slots: what is written to them, and what a loss of power leaves there.

enum { RSL_CELLS_TORN = 64, RSL_CELLS_UNIT = 32 }; ///< units that may be torn at a time; bytes of one at most

typedef struct rsl_torn_unit {
    size_t at;
    uint8_t least[RSL_CELLS_UNIT];  ///< its bits, the undecided 0
    uint8_t either[RSL_CELLS_UNIT]; ///< the undecided bits
} rsl_torn_unit;

typedef struct rsl_cells {
    rsl_twin_cells kind;
    uint8_t *memory;
    size_t bytes;
    uint32_t unit;
    uint8_t *written; ///< of MARGINAL and ECC: for each unit, whether it was written since it was erased
    uint8_t *view;    ///< of ECC: the same memory, where units that cannot be read end the program
    size_t slot_bytes;
    size_t image_offset;
    int file;
    uint32_t random;
    uint32_t torn_count;
    rsl_torn_unit torn[RSL_CELLS_TORN];
} rsl_cells;

/// Plain cells in the memory given.
void rsl_cells_start(rsl_cells *cells, uint8_t *memory, size_t bytes, uint32_t unit);
/// Empty cells of that kind in memory of their own.
/// @param image_offset  where in each slot what is before is read by rsl_cells_read() alone
/// @return where the firmware sees them; null when there is no memory
const uint8_t *rsl_cells_make(rsl_cells *cells, rsl_twin_cells kind, uint32_t seed, size_t slot_bytes,
                              size_t image_offset);
void rsl_cells_end(rsl_cells *cells);

/// Time has passed: undecided bits may read differently.
void rsl_cells_look(rsl_cells *cells);
/// @param is_cut  power was lost in the unit behind the @p length bytes
void rsl_cells_erase(rsl_cells *cells, size_t at, size_t length, bool is_cut);
void rsl_cells_program(rsl_cells *cells, size_t at, const uint8_t *bytes, size_t length, bool is_cut);
/// The unit is torn, though nobody wrote.
void rsl_cells_spoil(rsl_cells *cells, size_t at);
/// False where a unit of them cannot be read.
bool rsl_cells_read(const rsl_cells *cells, size_t at, uint8_t *bytes, size_t length);

#endif
