// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_INFER_H
#define RSL_INFER_H

#include "device_link/protocol/rsl_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Inference with an image in place. Memory is the caller's: input and output as rsl_model_input_bytes() and
/// rsl_model_output_bytes() say, rsl_model_scratch_bytes() of scratch, all at multiples of 16 bytes, with room
/// up to the next one: kernels write whole groups of rows straight into the output.

/// What kernels of this build can compute: a mask of RSL_LAYOUT_BIT().
uint8_t rsl_infer_layouts(void);

/// To be called once with new scratch, before the first inference of a model in it.
void rsl_infer_prepare(const rsl_model *model, void *scratch);

/// One inference: float32 or int8 in, float32 or int16 out.
void rsl_infer(const rsl_model *model, const void *input, void *output, void *scratch);

/// One layer of it; to be called for 0, 1, ... in turn, with nothing changed in between.
void rsl_infer_layer(const rsl_model *model, uint32_t number, const void *input, void *output, void *scratch);

/// The first of the largest outputs; one that is not a number is never the largest.
uint16_t rsl_infer_class(const rsl_model *model, const void *output);

#ifdef __cplusplus
}
#endif

#endif
