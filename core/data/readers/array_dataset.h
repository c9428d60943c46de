// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/dataset_reader.h"
#include "core/data/readers/numpy_array.h"

namespace rosler {

/// Features and labels to train on, and to test on or none: names of arrays.
struct ArrayNames {
    std::string features;
    std::string labels;
    std::string testFeatures;
    std::string testLabels;

    [[nodiscard]] bool has(std::string_view name) const
    {
        return name == features || name == labels || name == testFeatures || name == testLabels;
    }
};

/// Arrays by their names.
using Arrays = std::map<std::string, NumpyArray, std::less<>>;

/// A file or folder that holds arrays under names.
struct ArraySource {
    struct Listed {
        std::string name;
        std::string description; ///< for errors: its extents, or nothing
    };

    std::string name;           ///< of the dataset
    std::string place;          ///< a path
    std::vector<Listed> arrays; ///< all that there are
    /// Reads the named ones, each once.
    std::function<Result<Arrays>(const ArrayNames &names)> read;
};

/// What readers of such sources may be told: features, labels, test_features, test_labels, layout, divisor,
/// test_share, split_seed.
[[nodiscard]] std::span<const ReaderOption> arrayOptions();

/// The dataset that four of the arrays make, or two of which a test part is drawn (test_part.h). They are
/// named by options, or else x_train, y_train, x_test, y_test; train_images, train_labels, test_images,
/// test_labels; x, y; images, labels; data, target; data, labels; features, labels; in any case of letters,
/// with or without a / before them. Examples are the first extent; numpyShape() says what one is. Classes are
/// the labels that training examples have, in ascending order.
/// @return NotFound    no such arrays; `what` lists those that there are
/// @return Malformed   arrays that do not fit one another; a label that is no whole number, or that no
/// training
///                     example has
/// @return OutOfRange  too many classes
/// @return the errors of source.read() and Dataset::make()
[[nodiscard]] Result<std::shared_ptr<const Dataset>>
datasetOfArrays(const ArraySource &source, const DatasetOptions &options, const ReadProgress &progress);

} // namespace rosler
