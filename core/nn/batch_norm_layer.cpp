// SPDX-License-Identifier: Apache-2.0
#include "core/nn/batch_norm_layer.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/contract.h"
#include "core/nn/product_tiles.h"

namespace rosler {

using namespace tiles;

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

std::optional<LayerSpec> nearestTo(const InferenceStep &step)
{
    if (step.does != InferenceStep::Does::Normalises)
        return std::nullopt;
    return LayerSpec {"batch_norm", {}, Activation::None, {}};
}

using Channels = Eigen::Map<Eigen::ArrayXf>;
using ConstChannels = Eigen::Map<const Eigen::ArrayXf>;

/// Calls work(first channel, channels, part) for a vector of channels at a time; part(p) loads so many from p
/// on.
template <typename Work>
void forChannels(Index channels, const Work &work)
{
    Index first = 0;
    for (; first + lanes <= channels; first += lanes)
        work(first, lanes, [](const float *p) { return load(p); });
    if (const Index rest = channels - first; rest > 0)
        work(first, rest, [rest](const float *p) { return partOf(p, rest, 0); });
}

/// Two sums for each channel: of some pixels as float, of all as double.
struct Sums {
    Eigen::ArrayXd first, second;

    explicit Sums(Index channels)
        : first(Eigen::ArrayXd::Zero(channels))
        , second(first)
    {
    }

    /// Adds the pairs of vectors term(pixel, first channel, part) of all pixels.
    template <typename Term>
    void add(Index pixels, const Term &term)
    {
        constexpr Index block = 64; // pixels
        forChannels(first.size(), [&](Index channel, Index count, auto part) {
            for (Index from = 0; from < pixels; from += block) {
                Vec a {};
                Vec b {};
                for (Index p = from; p < std::min(from + block, pixels); ++p) {
                    const auto [one, other] = term(p, channel, part);
                    a += one;
                    b += other;
                }
                for (Index i = 0; i < count; ++i) {
                    first[channel + i] += static_cast<double>(a[i]);
                    second[channel + i] += static_cast<double>(b[i]);
                }
            }
        });
    }
};

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
    kind.nearest = &nearestTo;
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

InferenceStep BatchNormLayer::inference() const
{
    return {InferenceStep::Does::Normalises, {.in = plan().in}, m_channels, epsilon};
}

ChannelMap BatchNormLayer::channelMap(std::span<const float> parameters) const
{
    ChannelMap map;
    for (Index i = 0; i < m_channels; ++i) {
        const auto number = [&](Index block) {
            return static_cast<double>(parameters[static_cast<std::size_t>(block * m_channels + i)]);
        };
        map.scale.push_back(number(0) / std::sqrt(number(3) + epsilon));
        map.mean.push_back(number(2));
        map.shift.push_back(number(1));
    }
    return map;
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
        // Sums of what lies beyond the first pixel: near 0, so that the squares cancel little.
        const ConstChannels pilot(rowAt(x, 0), c);
        Sums sums(c);
        for (Index e = 0; e < x.rows(); ++e)
            sums.add(pixels, [&](Index p, Index first, auto part) {
                const Vec off = part(rowAt(x, e) + p * c + first) - part(pilot.data() + first);
                return std::pair(off, off * off);
            });
        const auto numbers = static_cast<double>(x.rows() * pixels);
        const Eigen::ArrayXd beyond = sums.first / numbers;
        mean = (pilot.cast<double>() + beyond).cast<float>();
        variance = (sums.second / numbers - beyond.square()).max(0.0).cast<float>();
    } else {
        mean = ConstChannels(parameters.data() + 2 * c, c);
        variance = ConstChannels(parameters.data() + 3 * c, c);
    }
    inverse = (variance.cast<double>() + epsilon).rsqrt().cast<float>();
    const Eigen::ArrayXf scale = ConstChannels(parameters.data(), c) * inverse;
    const float *const beta = parameters.data() + c;
    for (Index e = 0; e < x.rows(); ++e)
        forChannels(c, [&](Index first, Index count, auto part) {
            const Vec by = part(scale.data() + first);
            const Vec middle = part(mean.data() + first);
            const Vec shift = part(beta + first);
            const float *from = rowAt(x, e) + first;
            float *to = rowAt(y, e) + first;
            for (Index p = 0; p < pixels; ++p, from += c, to += c) {
                const Vec value = (part(from) - middle) * by + shift;
                storePart(to, relu() ? positive(value) : value, count);
            }
        });
}

void BatchNormLayer::backward(const ConstMatrixView &x, const ConstMatrixView &y,
                              std::span<const float> parameters, std::span<float> stash, MatrixView dy,
                              MatrixView dx, std::span<float> gradient, const BackwardRequest &request) const
{
    const Index c = m_channels;
    const Index pixels = inputs() / c;
    const float *const mean = stash.data();
    const Channels inverse(stash.data() + 2 * c, c);
    Sums sums(c); // dL/dbeta; and dL/dgamma but for the factor that all have
    for (Index e = 0; e < x.rows(); ++e)
        sums.add(pixels, [&](Index p, Index first, auto part) {
            const Index at = p * c + first;
            Vec d = part(rowAt(dy, e) + at);
            if (relu()) {
                d = part(rowAt(y, e) + at) > 0.0F ? d : Vec {};
                storePart(rowAt(dy, e) + at, d, std::min(lanes, c - first));
            }
            return std::pair(d, d * (part(rowAt(x, e) + at) - part(mean + first)));
        });
    const Eigen::ArrayXd &shift = sums.first;
    const Eigen::ArrayXd along = sums.second * inverse.cast<double>();
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
            forChannels(c, [&](Index first, Index count, auto part) {
                const Vec by = part(scale.data() + first);
                const Vec middle = part(mean + first);
                const Vec less = part(meanShift.data() + first);
                const Vec slope = part(meanAlong.data() + first);
                for (Index p = 0; p < pixels; ++p) {
                    const Index at = p * c + first;
                    const Vec off = part(rowAt(x, e) + at) - middle;
                    storePart(rowAt(dx, e) + at, by * (part(rowAt(dy, e) + at) - less - off * slope), count);
                }
            });
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
