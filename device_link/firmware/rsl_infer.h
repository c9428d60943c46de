// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_INFER_H
#define RSL_INFER_H

#include "device_link/protocol/rsl_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Inference with a checked image in place. Memory is the caller's: an arena of rsl_model_ram_bytes() at a
/// multiple of 16 bytes, in which all tensors lie where the image says.

/// What this build can compute: masks of RSL_KIND_BIT(), 1 << rsl_number, RSL_LAYOUT_BIT().
rsl_needs rsl_infer_knows(void);

/// To be called once with a new arena, before the first inference of a model in it.
void rsl_infer_prepare(const rsl_model *model, void *arena);

/// Where the input's numbers lie, and the outputs' after an inference.
uint8_t *rsl_infer_input(const rsl_model *model, void *arena);
uint8_t *rsl_infer_output(const rsl_model *model, void *arena);

/// One inference.
/// @param input  the input's numbers: rsl_infer_input(), or any other place. They stay as they are.
void rsl_infer(const rsl_model *model, const void *input, void *arena);

/// One operation of it; to be called for 0, 1, ... in turn, with nothing changed in between.
void rsl_infer_operation(const rsl_model *model, uint32_t number, const void *input, void *arena);

/// The first of the largest of a model's outputs; one that is not a number is never the largest.
uint16_t rsl_infer_class(const rsl_model *model, const void *output);

#ifdef __cplusplus
}
#endif

#endif
