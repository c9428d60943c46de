// SPDX-License-Identifier: Apache-2.0
#include "core/nn/batch_norm_layer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/contract.h"

namespace rosler {

namespace {

constexpr double epsilon = 1e-5;

ExampleShape outputOf(const LayerSpec & /*spec*/, const ExampleShape &in, Index /*classes*/)
{
    return in;
}

std::shared_ptr<const Layer> makeBatchNorm(const PlannedLayer &plan)
{
    return std::make_shared<BatchNormLayer>(plan);
}

Index channelsOf(const ExampleShape &in)
{
    return in.channels == 1 && in.height == 1 ? in.width : in.channels;
}

using Channels = Eigen::Map<Eigen::ArrayXf>;
using ConstChannels = Eigen::Map<const Eigen::ArrayXf>;

} // namespace

LayerKind batchNormKind()
{
    LayerKind kind;
    kind.name = "batch_norm";
    kind.label = "Batch normalisation";
    kind.description = "Gives each channel mean 0 and variance 1, then a learned scale and shift";
    kind.activates = true;
    kind.images = true;
    kind.output = &outputOf;
    kind.make = &makeBatchNorm;
    return kind;
}

BatchNormLayer::BatchNormLayer(PlannedLayer plan)
    : Layer(std::move(plan))
    , m_channels(channelsOf(this->plan().in))
{
    ROSLER_EXPECTS(inputs() == outputs() && inputs() % m_channels == 0);
}

std::vector<ParameterBlock> BatchNormLayer::blocks() const
{
    const Index c = m_channels;
    return {{"gamma", Factor::C, 0, 1, c, false},
            {"beta", Factor::C, c, 1, c, false},
            {"mean", Factor::C, 2 * c, 1, c, false, false},
            {"variance", Factor::C, 3 * c, 1, c, false, false}};
}

Index BatchNormLayer::stashSize(Index /*batch*/) const noexcept
{
    return 3 * m_channels; // mean, variance and 1 / sqrt(variance + epsilon) of the pass
}

void BatchNormLayer::initialise(std::span<float> parameters, std::uint64_t /*seed*/, std::uint32_t /*number*/,
                                SketchKind /*kind*/) const
{
    std::fill(parameters.begin(), parameters.end(), 0.0F);
    std::fill_n(parameters.begin(), m_channels, 1.0F);
    std::fill_n(parameters.begin() + 3 * m_channels, m_channels, 1.0F);
}

void BatchNormLayer::forward(const ConstMatrixView &x, std::span<const float> parameters, MatrixView y,
                             std::span<float> stash, const PassMode &mode) const
{
    const Index c = m_channels;
    const Index pixels = inputs() / c;
    Channels mean(stash.data(), c);
    Channels variance(stash.data() + c, c);
    Channels inverse(stash.data() + 2 * c, c);
    if (mode.training) {
        const auto numbers = static_cast<double>(x.rows() * pixels);
        Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(c);
        for (Index e = 0; e < x.rows(); ++e)
            for (Index p = 0; p < pixels; ++p)
                sum += ConstChannels(rowAt(x, e) + p * c, c).cast<double>();
        const Eigen::ArrayXd exact = sum / numbers;
        sum.setZero();
        for (Index e = 0; e < x.rows(); ++e)
            for (Index p = 0; p < pixels; ++p)
                sum += (ConstChannels(rowAt(x, e) + p * c, c).cast<double>() - exact).square();
        mean = exact.cast<float>();
        variance = (sum / numbers).cast<float>();
    } else {
        mean = ConstChannels(parameters.data() + 2 * c, c);
        variance = ConstChannels(parameters.data() + 3 * c, c);
    }
    inverse = (variance.cast<double>() + epsilon).rsqrt().cast<float>();
    const Eigen::ArrayXf scale = ConstChannels(parameters.data(), c) * inverse;
    const ConstChannels beta(parameters.data() + c, c);
    for (Index e = 0; e < x.rows(); ++e)
        for (Index p = 0; p < pixels; ++p) {
            Channels to(rowAt(y, e) + p * c, c);
            to = (ConstChannels(rowAt(x, e) + p * c, c) - mean) * scale + beta;
            if (relu())
                to = (to < 0.0F).select(0.0F, to); // NaN stays
        }
}

void BatchNormLayer::backward(const ConstMatrixView &x, const ConstMatrixView &y,
                              std::span<const float> parameters, std::span<float> stash, MatrixView dy,
                              MatrixView dx, std::span<float> gradient, const BackwardRequest &request) const
{
    const Index c = m_channels;
    const Index pixels = inputs() / c;
    const Channels mean(stash.data(), c);
    const Channels inverse(stash.data() + 2 * c, c);
    Eigen::ArrayXd shift = Eigen::ArrayXd::Zero(c); // dL/dbeta
    Eigen::ArrayXd along = Eigen::ArrayXd::Zero(c); // dL/dgamma
    for (Index e = 0; e < x.rows(); ++e)
        for (Index p = 0; p < pixels; ++p) {
            Channels d(rowAt(dy, e) + p * c, c);
            if (relu())
                d = (ConstChannels(rowAt(y, e) + p * c, c) > 0.0F).select(d, 0.0F);
            shift += d.cast<double>();
            along += (d * (ConstChannels(rowAt(x, e) + p * c, c) - mean) * inverse).cast<double>();
        }
    if (request.factors.c) {
        Channels(gradient.data(), c) = along.cast<float>();
        Channels(gradient.data() + c, c) = shift.cast<float>();
    }
    const float share = static_cast<float>(request.share);
    Channels(gradient.data() + 2 * c, 2 * c) = share * ConstChannels(stash.data(), 2 * c);
    if (dx.rows() > 0) {
        const auto numbers = static_cast<double>(x.rows() * pixels);
        const Eigen::ArrayXf scale = ConstChannels(parameters.data(), c) * inverse;
        const Eigen::ArrayXf meanShift = (shift / numbers).cast<float>();
        const Eigen::ArrayXf meanAlong = (along / numbers).cast<float>() * inverse;
        for (Index e = 0; e < x.rows(); ++e)
            for (Index p = 0; p < pixels; ++p)
                Channels(rowAt(dx, e) + p * c, c) = scale
                    * (ConstChannels(rowAt(dy, e) + p * c, c) - meanShift
                       - (ConstChannels(rowAt(x, e) + p * c, c) - mean) * meanAlong);
    }
    if (request.sink == nullptr)
        return;
    const auto part = [&](Index first) {
        return std::span<const float>(gradient).subspan(static_cast<std::size_t>(first),
                                                        static_cast<std::size_t>(2 * c));
    };
    if (request.factors.c)
        request.sink->ready(0, part(0));
    request.sink->average(2 * c, part(2 * c));
}

} // namespace rosler
