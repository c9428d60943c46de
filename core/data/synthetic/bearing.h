// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/dataset_reader.h"
#include "core/data/signal/recording.h"

namespace rosler {

/// What a damaged bearing is: which part of it is struck, and how often while the shaft turns once.
enum class BearingCondition { Normal, OuterRace, InnerRace, Ball };

/// One generated recording of a rolling bearing's housing, 12,000 samples a second, in g: the shaft (about 30
/// Hz) and two of its harmonics, white noise, and, of a damaged bearing, impacts that each excite a decaying
/// resonance near 3 kHz [1]. They come 3.585 (outer race), 5.415 (inner race) and 4.714 (ball) times a turn,
/// those of the deep groove bearing 6205, with 1 % of slip; the inner race's grow and fade once a turn, the
/// ball's once a turn of the cage. Speed, resonance, damping and size are the recording's own.
///
/// A function of condition, number and seed; the C library's functions may differ in the last bits.
///
/// [1] P. D. McFadden, J. D. Smith, "Model for the vibration produced by a single point defect in a rolling
///     element bearing", Journal of Sound and Vibration 96 (1984), doi:10.1016/0022-460X(84)90595-9.
[[nodiscard]] Recording syntheticBearing(BearingCondition condition, std::uint32_t number, Index samples,
                                         std::uint64_t seed);

/// What the built-in "bearing" can be told: how many recordings, how long, which, and how they are cut
/// (signal_pipeline.h).
[[nodiscard]] std::span<const ReaderOption> syntheticBearingOptions();

/// The built-in dataset "bearing": spectra of such recordings, of four conditions. The same for any number of
/// threads.
/// @param options  all of them, resolved
/// @return OutOfRange, OutOfMemory, Cancelled  as SignalCutter
[[nodiscard]] Result<std::shared_ptr<const Dataset>> syntheticBearings(const DatasetOptions &options,
                                                                       const ReadLimits &limits = {},
                                                                       const ReadProgress &progress = {});

} // namespace rosler
