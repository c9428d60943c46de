// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "device_link/host/board_client.h"
#include "device_link/host/board_profile.h"
#include "device_link/host/measure_energy.h"
#include "device_link/host/measured_model.h"
#include "device_link/host/model_image.h"
#include "device_link/host/model_key.h"

namespace rosler {

/// What is measured of one model on one board.
struct MeasureRequest {
    std::string model;                        ///< "rosler": how figures call it
    bool emulated = false;                    ///< the board is one in QEMU: ticks become instructions
    Index samples = 0;                        ///< of the test set, from its first on; at most all
    std::vector<std::string> classNames = {}; ///< of the data, for the confusion
    std::string dataset = {};                 ///< its name
    std::string datasetDigest = {};           ///< Dataset::digest()
    /// Looks at the board's supply while it computes, for its energy; none = energy is modelled or blank.
    /// Open, and supplying the board, already; not owned.
    Meter *meter = nullptr;
    EnergyRequest energy = {};     ///< how it looks
    const ModelKey *key = nullptr; ///< of the board, if it has one; not owned
    std::uint32_t runs = 20;       ///< timed inferences of the known-answer vector
};

/// The four steps, and how far the one is.
enum class MeasureStep { Send, Verify, KnownVectors, Measure };
using MeasureProgress = std::function<void(MeasureStep step, double fraction, const std::string &note)>;

/// A request for test examples of @p data.
[[nodiscard]] MeasureRequest measureRequest(std::string model, const Dataset &data, Index samples);

/// Pushes the image, checks it against the known answer, runs test examples on board and twin and compares
/// all outputs bit for bit, then times inferences. Modelled figures stand on what @p profile states.
/// @return as BoardClient's functions; OutOfRange  the data has other features than the image reads
[[nodiscard]] Result<MeasuredModel>
measureModel(BoardClient &client, const BoardProfile &profile, const ModelImage &image, const Examples &test,
             const MeasureRequest &request, const ReferenceInference &reference,
             const MeasureProgress &progress = {}, const std::stop_token &stop = {});

/// Instructions or cycles, seconds and joules of one inference from ticks: what the board's kind allows.
/// On a twin all stay empty: its ticks mean nothing.
void setTimes(Measurement &measurement, const BoardProfile &profile, const BoardInfo &info,
              const BenchReply &bench, std::vector<double> *latencies = nullptr);

} // namespace rosler
