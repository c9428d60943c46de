// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer.h"

namespace rosler {

/// A layer without parameters. What it does to each number - a comparison, an addition, a product - is not
/// counted: as an activation's.
class WeightlessLayer : public Layer
{
public:
    std::vector<ParameterBlock> blocks() const final { return {}; }
    Index parameterCount() const noexcept final { return 0; }
    std::span<const std::string_view> products() const noexcept final { return {}; }
    void initialise(std::span<float> /*parameters*/, std::uint64_t /*seed*/, std::uint32_t /*number*/,
                    SketchKind /*kind*/) const final
    {
    }
    std::uint64_t forwardMacs() const noexcept final { return 0; }
    std::uint64_t backwardMacs(const FactorSet & /*factors*/, Index /*features*/,
                               bool /*wantsDx*/) const noexcept final
    {
        return 0;
    }

protected:
    using Layer::Layer;
};

} // namespace rosler
