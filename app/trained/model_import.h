// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/experiment/experiment_spec.h"
#include "core/interchange/onnx_import.h"

namespace rosler {

/// The share of each matrix's squared norm that its sketch keeps at the start, where nobody says otherwise.
inline constexpr double importedShare = 0.7;

/// The bytes of another program's model: at most 2 GB of a regular file.
/// @return the errors of readRegularFile()
[[nodiscard]] Result<std::string> readForeignModel(const std::filesystem::path &file);

/// Whether a file that begins with @p bytes is HDF5, which of other programs' models are Keras's weights:
/// without the layers that they are of.
[[nodiscard]] bool holdsWeightsAlone(std::string_view bytes);

/// The model of an ONNX file.
/// @param where  the file's name, for errors
/// @return the errors of parseOnnx() and importOnnx()
[[nodiscard]] Result<ImportedModel> parseForeignModel(std::string_view bytes,
                                                      const std::filesystem::path &where);

/// Keras's weights, of the layers of the first model of @p like, each whole, on examples as those of @p data.
/// @param likeName  how errors call @p like
/// @return the errors of planOf() and readKerasWeights()
[[nodiscard]] Result<ImportedModel> parseForeignWeights(std::string_view bytes,
                                                        const std::filesystem::path &where,
                                                        const ExperimentSpec &like,
                                                        const std::string &likeName, const Dataset &data);

/// An experiment of the imported model, and of its sketch where that is smaller; both begin with its weights.
/// A tenth of the training examples is held out.
/// @param sketched   the layers of sketchedLayers()
/// @param name       of the experiment
/// @param modelFile  where the model is, or will be: absolute
/// @param data       that @p dataset names
/// @return the errors of checkAgainst(): the model does not fit the data
[[nodiscard]] Result<ExperimentSpec> importedExperiment(const ImportedModel &model,
                                                        const std::vector<LayerSpec> &sketched,
                                                        const std::string &name,
                                                        const std::filesystem::path &modelFile,
                                                        DatasetRequest dataset, const Dataset &data);

/// The share of @p data's test examples that @p network gets right, 0 to 1. Requires that it fits them.
[[nodiscard]] double testAccuracy(const Network &network, const Dataset &data);

/// Writes the model's file, as writeModelFile(), into a folder that is made if it is missing.
/// @return Unwritable
[[nodiscard]] Result<void> writeImportedModel(const std::filesystem::path &file, const Network &network);

} // namespace rosler
