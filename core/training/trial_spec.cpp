// SPDX-License-Identifier: Apache-2.0
#include "core/training/trial_spec.h"

#include "core/nn/layer_catalog.h"

namespace rosler {

bool ModelSpec::isSketched() const noexcept
{
    return anySketched(layers);
}

Result<NetworkPlan> planOf(const TrialSpec &spec, const ExampleShape &example, Index classes,
                           std::size_t modelNumber)
{
    if (auto fits = checkAugmentation(spec.training.augmentation, example); !fits)
        return tl::unexpected(fits.error());
    return planNetwork(spec.model.layers, example, classes, "/models/" + std::to_string(modelNumber));
}

} // namespace rosler
