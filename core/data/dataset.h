// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/example_shape.h"
#include "core/base/matrix.h"
#include "core/base/result.h"
#include "core/data/feature_table.h"
#include "core/data/signal/signal_features.h"

namespace rosler {

/// Labelled examples, one in each row. Features of images lie in [0, 1].
struct Examples {
    FeatureTable features;             ///< count x shape.size()
    std::vector<std::uint16_t> labels; ///< count numbers below the class count
    /// Which recording, person or file each example came from; empty where each stands for itself. Examples
    /// of one group never lie on both sides of a split (held_out.h).
    std::vector<std::uint32_t> groups {};

    [[nodiscard]] Index count() const noexcept { return features.rows(); }
};

/// What a dataset is made of, before it is checked.
struct DatasetParts {
    std::string name;   ///< short: "mnist", "digits"
    std::string source; ///< where it came from: a path, or "built in"
    ExampleShape shape;
    std::vector<std::string> classNames;
    Examples train;
    Examples test;
    std::optional<SignalFeatures> signal {}; ///< what an example is, where it was made of a recording
    /// What whoever looks at the data should know, a sentence each: "record 97 was sampled at 48 kHz ...".
    std::vector<std::string> notes {};
};

/// Examples to train and to test on. Immutable once made; shared between threads as
/// shared_ptr<const Dataset>.
class Dataset
{
public:
    /// Checks what the parts promise and computes the digest.
    /// @return Malformed   labels (or groups, where there are any) and features differ in number, a label
    /// names no class, a feature
    ///                     is NaN or infinite (where = "train:row 7, column 12")
    ///                     or the features are not as many as the shape's
    /// @return OutOfRange  no training or no test examples, no classes or more than 65,535, or a
    ///                     shape without features or with more than 2^31 - 1
    /// @return Cancelled   @p stop was requested; checked every few milliseconds
    [[nodiscard]] static Result<std::shared_ptr<const Dataset>> make(DatasetParts parts,
                                                                     const std::stop_token &stop = {});

    [[nodiscard]] const std::string &name() const noexcept { return m_parts.name; }
    [[nodiscard]] const std::string &source() const noexcept { return m_parts.source; }
    [[nodiscard]] const ExampleShape &shape() const noexcept { return m_parts.shape; }
    [[nodiscard]] Index features() const noexcept { return m_parts.shape.size(); }
    [[nodiscard]] Index classes() const noexcept { return static_cast<Index>(m_parts.classNames.size()); }
    [[nodiscard]] const std::vector<std::string> &classNames() const noexcept { return m_parts.classNames; }
    [[nodiscard]] const Examples &train() const noexcept { return m_parts.train; }
    [[nodiscard]] const Examples &test() const noexcept { return m_parts.test; }
    [[nodiscard]] const std::optional<SignalFeatures> &signal() const noexcept { return m_parts.signal; }
    [[nodiscard]] const std::vector<std::string> &notes() const noexcept { return m_parts.notes; }

    /// SHA-256 over shape, classes, features (as float32), labels and groups: equal digests mean equal data,
    /// however it is kept.
    [[nodiscard]] const std::string &digest() const noexcept { return m_digest; }

private:
    explicit Dataset(DatasetParts parts, std::string digest);

    DatasetParts m_parts;
    std::string m_digest;
};

/// How many of @p examples each of the @p classes classes has; every label must be below @p classes.
[[nodiscard]] std::vector<Index> classCounts(const Examples &examples, Index classes);

} // namespace rosler
