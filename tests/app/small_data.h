// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "core/base/contract.h"
#include "core/data/dataset.h"
#include "core/experiment/experiment_spec.h"
#include "tests/support/layers.h"

namespace rosler::test {

/// Four classes that a small net learns in an epoch: class c has its own quarter of the 16 features lit.
inline std::shared_ptr<const Dataset> smallData(Index trainExamples = 256)
{
    DatasetParts parts;
    parts.name = "quarters";
    parts.source = "test";
    parts.shape = {1, 4, 4};
    parts.classNames = {"a", "b", "c", "d"};
    const auto fill = [](Examples &examples, Index count) {
        Matrix features = Matrix::Zero(count, 16);
        for (Index i = 0; i < count; ++i) {
            const Index label = i % 4;
            for (Index j = 0; j < 4; ++j)
                features(i, label * 4 + j) = 0.5F + 0.1F * static_cast<float>((i + j) % 5);
            examples.labels.push_back(static_cast<std::uint16_t>(label));
        }
        examples.features = std::move(features);
    };
    fill(parts.train, trainExamples);
    fill(parts.test, 64);
    Result<std::shared_ptr<const Dataset>> data = Dataset::make(std::move(parts));
    ROSLER_EXPECTS(data.has_value());
    return *data;
}

/// A dense and a Rosler net of one hidden layer for smallData().
inline ExperimentSpec smallExperiment(Index epochs)
{
    ExperimentSpec spec;
    spec.name = "small";
    spec.dataset = "quarters";
    spec.seed = 7;
    spec.training.epochs = epochs;
    spec.training.batch = 16;
    ModelSpec dense;
    dense.name = "dense";
    dense.layers = layersOf({24});
    ModelSpec rosler;
    rosler.name = "rosler";
    rosler.learningRate = 2e-3;
    rosler.layers = layersOf({24}, {4, 3}, {16, 12});
    spec.models = {dense, rosler};
    return spec;
}

} // namespace rosler::test
