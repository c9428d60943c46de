// SPDX-License-Identifier: Apache-2.0
#ifndef RSL_BENCH_H
#define RSL_BENCH_H

#include "device_link/firmware/rsl_device.h"

/// BENCH: many inferences, one a step, and their times.
///
/// While an inference is timed, interrupts are off and bytes of the line get lost. So between two runs the
/// board looks whether anything came; if so, it listens without computing until the line has been silent for
/// some time, and hears what the host sends again.

void rsl_answer_bench(rsl_device *device, const rsl_request *request);
/// One inference, and RESULT after the last; or a moment of listening.
void rsl_bench_step(rsl_device *device);
/// A byte came while a benchmark goes on.
void rsl_bench_hear(rsl_device *device);
/// Gives the benchmark up.
void rsl_bench_stop(rsl_device *device);
/// Sends RESULT, again if need be.
void rsl_reply_result(rsl_device *device);

#endif
