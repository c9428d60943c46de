// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_TWIN_H
#define RSL_TWIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The twin: the firmware in the host's memory, as a pipe of bytes. The same C as on a board, so that its
/// outputs are a board's, bit for bit; its ticks are a count of calls and mean nothing. Any number of twins,
/// each used by one thread at a time.
typedef struct rsl_twin rsl_twin;

typedef struct rsl_twin_options {
    const char *board;    ///< null: "twin"
    uint32_t arena_bytes; ///< 0: 4 MiB
    uint32_t slot_bytes;  ///< of each of two; 0: 8 MiB. A multiple of 256, at least 4096
    uint32_t write_unit;  ///< 1, 2, 4, 8, 16 or 32; 0: 1
    /// File that keeps the slots, created if need be, of 2 * slot_bytes and the key for tags; null: they are
    /// lost with the twin.
    const char *slot_file;
} rsl_twin_options;

/// What the slots are made of, and with it what a write that is cut leaves. Any unit may be written once only
/// between erases, else the twin ends the program, for the firmware broke the port's contract.
typedef enum rsl_twin_cells {
    RSL_CELLS_PLAIN,    ///< the bytes that were written until then
    RSL_CELLS_MARGINAL, ///< the unit's bits are what they were, or will be, or one or the other at each look
    RSL_CELLS_ECC,      ///< the unit cannot be read: without the port's fetch(), that ends the program
} rsl_twin_cells;

/// Powers up a twin. Null when there is no memory, or the file cannot be had (errno says why).
rsl_twin *rsl_twin_create(const rsl_twin_options *options);
void rsl_twin_destroy(rsl_twin *twin);

/// Gives it bytes and lets it work until it has nothing more to do.
void rsl_twin_feed(rsl_twin *twin, const uint8_t *bytes, size_t length);

/// Lets time pass: the twin's clock goes by a microsecond when it is looked at, and by this.
void rsl_twin_wait(rsl_twin *twin, uint32_t microseconds);

/// The rate that its line has been set to; bytes pass at any.
uint32_t rsl_twin_baud(const rsl_twin *twin);

/// Takes up to @p room bytes of what it has said.
size_t rsl_twin_take(rsl_twin *twin, uint8_t *bytes, size_t room);

/// Sets the strap that chooses the energy mode at the next start.
void rsl_twin_strap_energy(rsl_twin *twin, bool energy);

/// Loses its power and starts anew; the slots stay, bytes on the way are lost.
void rsl_twin_power_cycle(rsl_twin *twin);

/// For tests: other cells; the slots are empty again, and in no file.
/// @param seed  of what becomes of bits that are undecided
/// @return false when there is no memory
bool rsl_twin_set_cells(rsl_twin *twin, rsl_twin_cells cells, uint32_t seed);

/// For tests: after @p bytes more bytes have been written to the slots (or erased), it has no power: it
/// writes and says nothing more, until the next power cycle. Without power, it counts from that on.
void rsl_twin_cut_power_after(rsl_twin *twin, uint64_t bytes);
bool rsl_twin_has_power(const rsl_twin *twin);

/// For tests: with ECC cells, from now on the unit at that offset of the slots' memory cannot be read.
void rsl_twin_spoil(rsl_twin *twin, size_t offset);

/// The slots' memory, 2 * slot_bytes.
uint8_t *rsl_twin_slots(rsl_twin *twin, size_t *bytes);

/// One inference without a pipe: checks the image and computes as the firmware does. The image at a multiple
/// of 16 bytes.
/// @param output  float32 or int16 as the image says, at least output_bytes of room
/// @return false when the image is faulty, or input or output do not have the image's sizes
bool rsl_twin_infer(const uint8_t *image, size_t image_bytes, const void *input, size_t input_bytes,
                    void *output, size_t output_bytes, uint16_t *class_index);

#ifdef __cplusplus
}
#endif

#endif
