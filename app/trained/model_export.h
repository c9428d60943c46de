// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string_view>

#include "app/trained/board_model.h"
#include "app/trained/trained_model.h"
#include "core/base/result.h"
#include "device_link/host/c_export.h"

namespace rosler {

/// Files of models that other programs read.
enum class ModelFormat {
    Onnx,  ///< a graph (onnx_export.h)
    Keras, ///< weights alone, in HDF5 (keras_weights.h)
};

/// Writes @p model to @p file, wholly or not at all; its run and data are said in what has room for it.
/// @return Unwritable  the folder is not there, or the system refused; the errors of kerasBytes()
[[nodiscard]] Result<void> exportModel(const TrainedModel &model, ModelFormat format,
                                       const std::filesystem::path &file);

/// The core that int8 weights are laid out for; C for any of them runs on all, if not as fast.
enum class CoreKind {
    Any,
    Dsp,    ///< Cortex-M4, M7, M33
    Helium, ///< Cortex-M55, M85
};

/// @param name  "any", "dsp" or "helium"
/// @return OutOfRange  another name
[[nodiscard]] Result<CoreKind> coreKind(std::string_view name);

/// Writes @p model as C11 into @p folder, which is made if need be (c_export.h).
/// @param type  RSL_I8 or RSL_F32
/// @return the errors of packModel(), cSources() and writeCSources()
[[nodiscard]] Result<CSources> exportC(const BoardModel &model, rsl_number type, CoreKind core,
                                       const std::filesystem::path &folder);

} // namespace rosler
