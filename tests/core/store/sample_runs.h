// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/store/run_store.h"
#include "tests/support/layers.h"

/// Small data, specs and figures for tests of the store: shaped like the real ones, trained by nobody.
namespace rosler::test {

inline std::shared_ptr<const Dataset> sampleData()
{
    DatasetParts parts;
    parts.name = "tiny";
    parts.source = "built in";
    parts.shape = {1, 3, 4};
    parts.classNames = {"zero", "one", "two"};
    parts.train = {Matrix(Matrix::Constant(6, 12, 0.5F)), {0, 1, 2, 2, 1, 2}};
    parts.test = {Matrix(Matrix::Constant(2, 12, 0.25F)), {0, 2}};
    return Dataset::make(std::move(parts)).value();
}

/// A dense model and a Rosler model that keeps 6 of the 12 features.
inline ExperimentSpec sampleSpec()
{
    ExperimentSpec spec;
    spec.name = "side by side";
    spec.seed = 9'000'000'000'000'000'000U;
    ModelSpec dense;
    dense.name = "dense";
    dense.layers = layersOf({8});
    ModelSpec rosler;
    rosler.name = "rosler";
    rosler.layers = layersOf({8}, {2, 3}, {6, 5});
    spec.models = {dense, rosler};
    return spec;
}

/// @param parameters  how many; twice as many numbers are the optimiser's
inline TrainingState sampleState(std::int64_t step, std::size_t parameters = 100)
{
    TrainingState state;
    state.parameters.assign(parameters, static_cast<float>(step));
    state.optimizerState.assign(2 * parameters, 0.5F);
    state.step = step;
    state.updates = {step, step, step};
    state.seconds = 0.01 * static_cast<double>(step);
    state.trainFlops = 1e6 * static_cast<double>(step);
    return state;
}

inline MetricSample sampleAt(std::int64_t step, std::int64_t stepsAnEpoch = 10)
{
    MetricSample sample;
    sample.step = step;
    sample.epoch = static_cast<double>(step) / static_cast<double>(stepsAnEpoch);
    sample.seconds = 0.01 * static_cast<double>(step);
    sample.trainFlops = 1e6 * static_cast<double>(step);
    sample.trainLoss = 1.0 / static_cast<double>(step + 1);
    sample.trainAccuracy = 0.5;
    if (step % stepsAnEpoch == 0) {
        sample.validationLoss = 0.5;
        sample.validationAccuracy = 0.5 + 1.0 / static_cast<double>(step); // best in the first epoch
        sample.testLoss = 0.75;
        sample.testAccuracy = 1.0 - 1.0 / static_cast<double>(step + 2);
    }
    return sample;
}

inline Network sampleNetwork()
{
    Network network = networkOf({{12, 8, 0, 12, 8, true}, {8, 3, 0, 8, 3, false}});
    network.initialise(3);
    return network;
}

inline TrialResult sampleResult(const std::string &name, TrialEnd end = TrialEnd::Finished)
{
    TrialResult result;
    result.name = name;
    result.end = end;
    result.testAccuracy = 0.75;
    result.testAccuracyF16 = 0.5;
    result.trainFlops = 2e7;
    result.trainSeconds = 0.2;
    result.epochs = 2;
    result.parameterDigest = sampleNetwork().digest();
    return result;
}

} // namespace rosler::test
