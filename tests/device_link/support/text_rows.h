// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tests/device_link/support/sample_image.h"
#include "tests/device_link/support/wire_host.h"

namespace rosler {

/// One command of the MLPerf Tiny device API, without its '%', and what has to come back before m-ready.
struct TextRow {
    std::string command;
    std::string answer; ///< a regular expression of all of it
};

/// Each stands alone: for a board that has just lost or never had a model.
/// @param vendor  as the board calls itself
[[nodiscard]] std::vector<TextRow> textRowsWithoutModel(const std::string &vendor);

/// A conversation, in this order, with a board on which textModel("kws01") is active.
[[nodiscard]] std::vector<TextRow> textRowsWithModel();

/// What a board says when it starts.
[[nodiscard]] std::string textBanner(bool energy = false);

/// Does the whole of what was said, m-ready included, have the row's form?
[[nodiscard]] bool answers(const std::string &said, const TextRow &row);

/// A model by whose name the text API knows how inputs come: "kws..": int8, "ic..", "vww..": pixels, "ad..":
/// float32, and its result is one number.
[[nodiscard]] AlignedBytes textModel(const std::string &name, std::uint32_t inputs = 6,
                                     std::uint32_t outputs = 3, rsl_number number = RSL_I8,
                                     rsl_layout layout = RSL_LAYOUT_I8_4X4);

/// Loads as the benchmark's runner does: `db load N`, then so many bytes a command, each answered before the
/// next.
/// @param bytesACommand  31; 26 through an interface board, as for energy
/// @return empty, or what was answered wrongly
[[nodiscard]] std::string loadByText(WireHost &host, const std::vector<std::uint8_t> &bytes,
                                     std::size_t bytesACommand = 31);

/// The numbers of an m-results line; empty when there is none.
[[nodiscard]] std::vector<double> textResults(const std::string &said);

/// What m-results should hold after the model's own known input or @p input: probabilities, or an
/// autoencoder's mean squared error.
/// @param sent  the input as float32 when it came so: the error is against it
[[nodiscard]] std::vector<double> oracleResults(const AlignedBytes &image, const std::uint8_t *input,
                                                std::span<const float> sent = {});

} // namespace rosler
