// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/nn/layer.h"
#include "core/nn/layer_catalog.h"

namespace rosler {

/// Y = act(gamma (X - mean) / sqrt(variance + 1e-5) + beta), channel by channel [1]; of a vector, an image of
/// one channel and one row, each number is a channel. While training, mean and variance are those of the
/// examples that one pass is given: of the whole batch, or of a piece of it, as in [2]; which of the two, and
/// the pieces, depend on network and batch alone (gradient_engine.h). In inference they are the running ones,
/// which each step moves by a tenth towards its own. gamma starts at 1, beta and the mean at 0, the variance
/// at 1.
///
/// [1] S. Ioffe, C. Szegedy, "Batch normalization: accelerating deep network training by reducing internal
///     covariate shift", ICML 2015.
/// [2] E. Hoffer, I. Hubara, D. Soudry, "Train longer, generalize better: closing the generalization gap in
/// large
///     batch training of neural networks", NeurIPS 2017 ("ghost batch normalization").
class BatchNormLayer final : public Layer
{
public:
    explicit BatchNormLayer(PlannedLayer plan);

    std::vector<ParameterBlock> blocks() const override;
    Index parameterCount() const noexcept override { return 4 * m_channels; }
    InferenceStep inference() const override;
    std::span<const std::string_view> products() const noexcept override { return {}; }
    bool mixesExamples() const noexcept override { return true; }
    ChannelMap channelMap(std::span<const float> parameters) const override;
    Index stashSize(Index batch) const noexcept override;
    void initialise(std::span<float> parameters, std::uint64_t seed, std::uint32_t number,
                    SketchKind kind) const override;
    void forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                 std::span<float> stash, const PassMode &mode) const override;
    void backward(const ConstMatrixView &x, const ConstMatrixView &y, std::span<const float> parameters,
                  std::span<float> stash, MatrixView dy, MatrixView dx, std::span<float> gradient,
                  const BackwardRequest &request) const override;
    /// Two operations a number, not counted: as an activation's.
    std::uint64_t forwardMacs() const noexcept override { return 0; }
    std::uint64_t backwardMacs(const FactorSet & /*factors*/, Index /*features*/,
                               bool /*wantsDx*/) const noexcept override
    {
        return 0;
    }

private:
    Index m_channels;
};

/// The row of batch normalisations.
[[nodiscard]] LayerKind batchNormKind();

} // namespace rosler
