// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/base/matrix.h"
#include "core/base/result.h"

namespace rosler {

/// What a reader may be told: its kind is the alternative that the option's default holds.
using OptionValue = std::variant<bool, Index, double, std::string>;
using DatasetOptions = std::map<std::string, OptionValue, std::less<>>;

/// Which data, and how to read it. Kept in the experiment, so that it is read in the same way again.
struct DatasetRequest {
    std::string source;     ///< "digits" (built in) or a path
    DatasetOptions options; ///< those that differ from the reader's defaults

    DatasetRequest() = default;
    DatasetRequest(std::string from, DatasetOptions with = {}) // NOLINT(google-explicit-constructor)
        : source(std::move(from))
        , options(std::move(with))
    {
    }
    DatasetRequest(const char *from) // NOLINT(google-explicit-constructor)
        : source(from)
    {
    }

    friend bool operator==(const DatasetRequest &, const DatasetRequest &) = default;
};

/// An option as its reader describes it, for whoever asks the user: a form of the window, --help, an error.
struct ReaderOption {
    std::string_view name;        ///< "examples"
    std::string_view description; ///< one line
    OptionValue fallback;         ///< what counts where nothing is said; gives the kind
    double low = 0;               ///< of numbers, both ends allowed
    double high = 0;
};

/// All of @p known: as @p given, else the fallback. An Index is taken for a double.
/// @return Malformed   an option that @p known does not list (with the nearest that it does), or of another
///                     kind; `where` is "options/NAME"
/// @return OutOfRange  a number outside of its range
[[nodiscard]] Result<DatasetOptions> resolveOptions(const DatasetOptions &given,
                                                    std::span<const ReaderOption> known);

/// "examples=2000", as a command line says it, read as the kind of the option in @p known of this name.
/// @return the errors of resolveOptions()
[[nodiscard]] Result<std::pair<std::string, OptionValue>> parseOption(std::string_view text,
                                                                      std::span<const ReaderOption> known);

/// The value as it is written: 2000, 0.5, true, text.
[[nodiscard]] std::string optionText(const OptionValue &value);

} // namespace rosler
