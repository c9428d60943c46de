// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/nn/conv_patches.h"
#include "core/nn/network.h"
#include "core/training/gradient_engine.h"
#include "core/training/update_sink.h"
#include "tests/support/layers.h"
#include "tests/support/naive.h"
#include "tests/support/recording_sink.h"

namespace image_layers_test {

using namespace rosler;

namespace {

using Numbers = std::vector<double>;

LayerSpec layer(std::string kind, std::map<std::string, double, std::less<>> fields = {},
                std::optional<Sketch> sketch = {}, Activation activation = Activation::None)
{
    return {std::move(kind), std::move(fields), activation, sketch};
}

PlannedLayer planned(const LayerSpec &spec, const ExampleShape &in)
{
    PlannedLayer plan;
    plan.spec = spec;
    plan.in = in;
    plan.out = layerKindNamed(spec.kind)->output(spec, in, 1);
    plan.read = in.size();
    plan.kept = plan.out.size();
    return plan;
}

/// The layer by its definition, in double, one number after the other.
struct Reference {
    PlannedLayer plan;
    std::vector<ParameterBlock> blocks;

    double parameter(const Numbers &p, std::string_view block, Index row, Index col) const
    {
        const auto at =
            std::find_if(blocks.begin(), blocks.end(), [&](const auto &b) { return b.name == block; });
        return p[static_cast<std::size_t>(at->offset
                                          + (at->transposed ? col * at->cols + row : row * at->cols + col))];
    }

    double weight(const Numbers &p, Index row, Index col) const
    {
        if (!plan.spec.sketch)
            return parameter(p, "W", row, col);
        double sum = 0;
        for (Index i = 0; i < plan.spec.sketch->rank; ++i)
            for (Index j = 0; j < plan.spec.sketch->rank; ++j)
                sum += parameter(p, "C", row, i) * parameter(p, "U", i, j) * parameter(p, "R", j, col);
        return sum;
    }

    Numbers forward(const Numbers &x, const Numbers &p) const
    {
        const auto &in = plan.in;
        const auto &out = plan.out;
        const bool depthwise = plan.spec.kind == "depthwise";
        const bool conv = plan.spec.kind == "conv" || depthwise;
        const bool whole = plan.spec.kind == "global_average";
        const Index size = whole ? 0 : static_cast<Index>(*plan.spec.field(conv ? "kernel" : "size"));
        const Index high = whole ? in.height : in.height == 1 ? 1 : size;
        const Index wide = whole ? in.width : size;
        const Index stride = whole ? 1 : static_cast<Index>(*plan.spec.field("stride"));
        const Index pad = conv ? static_cast<Index>(*plan.spec.field("padding")) : 0;
        const Index padTop = in.height == 1 ? 0 : pad;
        Numbers y(static_cast<std::size_t>(out.size()));
        for (Index i = 0; i < out.height; ++i)
            for (Index j = 0; j < out.width; ++j)
                for (Index c = 0; c < out.channels; ++c) {
                    double sum = conv ? parameter(p, "b", 0, c) : 0;
                    double largest = -1e300;
                    for (Index k = 0; k < high; ++k)
                        for (Index l = 0; l < wide; ++l)
                            for (Index d = 0; d < in.channels; ++d) {
                                const Index row = i * stride - padTop + k;
                                const Index col = j * stride - pad + l;
                                if (row < 0 || row >= in.height || col < 0 || col >= in.width)
                                    continue;
                                const double v =
                                    x[static_cast<std::size_t>((row * in.width + col) * in.channels + d)];
                                if (depthwise)
                                    sum += d == c ? parameter(p, "W", c, k * wide + l) * v : 0;
                                else if (conv)
                                    sum += weight(p, c, (k * wide + l) * in.channels + d) * v;
                                else if (d == c) {
                                    sum += v / static_cast<double>(high * wide);
                                    largest = std::max(largest, v);
                                }
                            }
                    double v = plan.spec.kind == "max_pool" ? largest : sum;
                    if (plan.relu())
                        v = std::max(v, 0.0);
                    y[static_cast<std::size_t>((i * out.width + j) * out.channels + c)] = v;
                }
        return y;
    }

    double loss(const Numbers &x, const Numbers &p, const Numbers &dy) const
    {
        const Numbers y = forward(x, p);
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i)
            sum += y[i] * dy[i];
        return sum;
    }
};

Numbers widened(std::span<const float> numbers)
{
    return {numbers.begin(), numbers.end()};
}

/// Empty, or what is wrong: forward pass and gradients of a layer on @p batch drawn examples against the
/// definition and its central differences. Kinks are avoided by what lies near one being left out.
std::string wrongIn(const LayerSpec &spec, const ExampleShape &in, Index batch)
{
    const PlannedLayer plan = planned(spec, in);
    const auto made = makeLayer(plan);
    const Reference reference {plan, made->blocks()};
    std::vector<float> parameters(static_cast<std::size_t>(made->parameterCount()));
    made->initialise(parameters, 3, 0, SketchKind::Gaussian);
    std::vector<float> noise(parameters.size());
    naive::fill(noise, 17);
    for (std::size_t i = 0; i < noise.size(); ++i)
        parameters[i] += 0.25F * noise[i];
    const Matrix x = naive::randomMatrix(batch, in.size(), 5);
    Matrix dy = naive::randomMatrix(batch, made->outputs(), 6);
    Matrix y(batch, made->outputs());
    Matrix dx(batch, in.size());
    std::vector<float> stash(static_cast<std::size_t>(made->stashSize(batch)), 1e9F);
    made->forward(view(std::as_const(x)), parameters, view(y), stash, {true, 0, 0, 0});

    Numbers p = widened(parameters);
    std::vector<Numbers> examples;
    std::vector<Numbers> incoming;
    for (Index e = 0; e < batch; ++e) {
        examples.push_back(widened({x.row(e).data(), static_cast<std::size_t>(x.cols())}));
        const Numbers expected = reference.forward(examples.back(), p);
        for (Index i = 0; i < y.cols(); ++i) {
            if (!(std::abs(double {y(e, i)} - expected[static_cast<std::size_t>(i)]) < 2e-5))
                return "y of example " + std::to_string(e) + " at " + std::to_string(i);
            if (plan.relu() && std::abs(expected[static_cast<std::size_t>(i)]) < 1e-4)
                dy(e, i) = 0.0F; // the kink
        }
        incoming.push_back(widened({dy.row(e).data(), static_cast<std::size_t>(dy.cols())}));
    }
    std::vector<float> gradient(parameters.size(), 1e9F);
    made->backward(view(std::as_const(x)), view(std::as_const(y)), parameters, stash, view(dy), view(dx),
                   gradient, {});
    constexpr double h = 1e-6;
    const auto difference = [&](double &number, Index first, Index last) {
        double change = 0;
        const double before = number;
        for (const double sign : {1.0, -1.0}) {
            number = before + sign * h;
            for (Index e = first; e < last; ++e)
                change += sign
                    * reference.loss(examples[static_cast<std::size_t>(e)], p,
                                     incoming[static_cast<std::size_t>(e)]);
        }
        number = before;
        return change / (2 * h);
    };
    for (std::size_t i = 0; i < p.size(); ++i)
        if (const double expected = difference(p[i], 0, batch);
            !(std::abs(double {gradient[i]} - expected) < 2e-4))
            return "gradient " + std::to_string(i) + " is " + std::to_string(gradient[i]) + ", expected "
                + std::to_string(expected);
    for (Index e = 0; e < batch; ++e)
        for (Index i = 0; i < in.size(); ++i) {
            double &number = examples[static_cast<std::size_t>(e)][static_cast<std::size_t>(i)];
            if (const double expected = difference(number, e, e + 1);
                !(std::abs(double {dx(e, i)} - expected) < 2e-4))
                return "dx of example " + std::to_string(e) + " at " + std::to_string(i) + " is "
                    + std::to_string(dx(e, i)) + ", expected " + std::to_string(expected);
        }
    return {};
}

/// 6x5 pixels of 2 channels to 4 classes, every kind of image layer between them.
std::vector<LayerSpec> smallNet(bool sketched)
{
    std::vector<LayerSpec> all {
        layer("conv", {{"filters", 6}, {"kernel", 3}, {"padding", 1}}, {}, Activation::Relu),
        layer("max_pool"),
        layer("conv", {{"filters", 5}, {"kernel", 2}},
              sketched ? std::optional(Sketch {3, {}}) : std::nullopt, Activation::Relu),
        layer("dropout", {{"rate", 0.25}}),
        fullyConnected(7, sketched ? std::optional(Sketch {2, {}}) : std::nullopt),
        fullyConnected(),
    };
    return all;
}

constexpr ExampleShape smallImage {2, 6, 5};

} // namespace

class ImageLayersTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void layersAreTheirDefinitionAndItsDerivative_data();
    void layersAreTheirDefinitionAndItsDerivative();
    void tilesOfPatchesJoin();
    void batchNormIsItsDefinitionAndItsDerivative_data();
    void batchNormIsItsDefinitionAndItsDerivative();
    void runningStatisticsFollowThoseOfTheSteps();
    void onlyWantedFactorsAreTouched();
    void enginesGradientIsThatOfTheWholeBatch_data();
    void enginesGradientIsThatOfTheWholeBatch();
    void shapesAndRanks();
    void whatDoesNotFitIsSaid_data();
    void whatDoesNotFitIsSaid();
    void countsAreThoseOfTheFormulas();
};

void ImageLayersTest::layersAreTheirDefinitionAndItsDerivative_data()
{
    QTest::addColumn<LayerSpec>("spec");
    QTest::addColumn<ExampleShape>("in");
    const auto conv = [](double filters, double kernel, double stride, double padding,
                         std::optional<Sketch> sketch = {}, Activation activation = Activation::None) {
        return layer("conv",
                     {{"filters", filters}, {"kernel", kernel}, {"stride", stride}, {"padding", padding}},
                     sketch, activation);
    };
    const auto pool = [](const char *kind, double size, double stride) {
        return layer(kind, {{"size", size}, {"stride", stride}});
    };
    QTest::newRow("3x3") << conv(4, 3, 1, 0) << ExampleShape {2, 5, 6};
    QTest::newRow("padded, relu") << conv(3, 3, 1, 1, {}, Activation::Relu) << ExampleShape {3, 4, 5};
    QTest::newRow("stride 2") << conv(2, 3, 2, 1) << ExampleShape {1, 7, 6};
    QTest::newRow("1x1") << conv(5, 1, 1, 0) << ExampleShape {3, 3, 4};
    QTest::newRow("5x5 on 3x3, padded") << conv(2, 5, 1, 2) << ExampleShape {1, 3, 3};
    QTest::newRow("far padding") << conv(2, 2, 1, 3) << ExampleShape {1, 2, 2};
    QTest::newRow("signal") << conv(3, 5, 2, 2, {}, Activation::Relu) << ExampleShape {2, 1, 13};
    QTest::newRow("sketched") << conv(6, 3, 1, 1, Sketch {3, {}}, Activation::Relu) << ExampleShape {2, 5, 4};
    QTest::newRow("sketched, stride") << conv(4, 2, 2, 0, Sketch {4, {}}) << ExampleShape {3, 6, 4};
    QTest::newRow("sketched signal") << conv(4, 4, 3, 0, Sketch {1, {}}) << ExampleShape {1, 1, 16};
    const auto depthwise = [](double kernel, double stride, double padding, Activation activation) {
        return layer("depthwise", {{"kernel", kernel}, {"stride", stride}, {"padding", padding}}, {},
                     activation);
    };
    QTest::newRow("depthwise") << depthwise(3, 1, 1, Activation::Relu) << ExampleShape {3, 5, 4};
    QTest::newRow("depthwise, stride") << depthwise(2, 2, 0, Activation::None) << ExampleShape {2, 5, 6};
    QTest::newRow("depthwise signal") << depthwise(5, 2, 2, Activation::Relu) << ExampleShape {2, 1, 11};
    QTest::newRow("max") << pool("max_pool", 2, 2) << ExampleShape {3, 5, 4};
    QTest::newRow("max, overlapping") << pool("max_pool", 3, 1) << ExampleShape {2, 4, 5};
    QTest::newRow("max of a signal") << pool("max_pool", 4, 4) << ExampleShape {2, 1, 9};
    QTest::newRow("mean") << pool("average_pool", 2, 2) << ExampleShape {3, 4, 5};
    QTest::newRow("mean, gaps") << pool("average_pool", 2, 3) << ExampleShape {1, 5, 8};
    QTest::newRow("global") << layer("global_average") << ExampleShape {4, 3, 5};
}

void ImageLayersTest::layersAreTheirDefinitionAndItsDerivative()
{
    QFETCH(LayerSpec, spec);
    QFETCH(ExampleShape, in);
    for (const Index batch : {1, 3})
        QCOMPARE(wrongIn(spec, in, batch), std::string());
}

void ImageLayersTest::tilesOfPatchesJoin()
{
    // More windows than a tile holds: 50 x 50 of 5 x 5 x 8 numbers.
    const WindowGrid grid = windowGrid({8, 50, 50}, 5, 1, 2);
    const Matrix x = naive::randomMatrix(1, grid.in.size(), 3);
    std::vector<float> times(static_cast<std::size_t>(grid.in.size()), 0.0F);
    std::vector<float> sums(times.size(), 0.0F);
    Index next = 0;
    int tiles = 0;
    forPatches(grid, x.data(), true, [&](Index first, MatrixView patches) {
        QCOMPARE(first, next);
        next += patches.rows();
        ++tiles;
        addPatches(grid, first, readOnly(patches), sums.data());
        patches.setOnes();
        addPatches(grid, first, readOnly(patches), times.data());
    });
    QCOMPARE(next, grid.windows());
    QVERIFY(tiles > 10);
    for (std::size_t i = 0; i < times.size(); ++i)
        QVERIFY(std::abs(sums[i] - times[i] * x.data()[i]) < 1e-4F);
    QCOMPARE(*std::max_element(times.begin(), times.end()), 25.0F);
    QCOMPARE(*std::min_element(times.begin(), times.end()), 9.0F); // a corner
}

void ImageLayersTest::batchNormIsItsDefinitionAndItsDerivative_data()
{
    QTest::addColumn<ExampleShape>("in");
    QTest::addColumn<Index>("channels");
    QTest::addColumn<Activation>("activation");
    QTest::newRow("image") << ExampleShape {3, 2, 4} << Index {3} << Activation::None;
    QTest::newRow("relu") << ExampleShape {2, 3, 3} << Index {2} << Activation::Relu;
    QTest::newRow("signal") << ExampleShape {2, 1, 5} << Index {2} << Activation::None;
    QTest::newRow("vector") << ExampleShape::vector(5) << Index {5} << Activation::None;
}

void ImageLayersTest::batchNormIsItsDefinitionAndItsDerivative()
{
    QFETCH(ExampleShape, in);
    QFETCH(Index, channels);
    QFETCH(Activation, activation);
    constexpr Index batch = 4;
    const auto made = makeLayer(planned(layer("batch_norm", {}, {}, activation), in));
    QCOMPARE(made->parameterCount(), 4 * channels);
    std::vector<float> parameters(static_cast<std::size_t>(made->parameterCount()));
    naive::fill(parameters, 17);
    const Matrix x = naive::randomMatrix(batch, in.size(), 5);
    Matrix dy = naive::randomMatrix(batch, in.size(), 6);
    Matrix y(batch, in.size());
    Matrix dx(batch, in.size());
    std::vector<float> stash(static_cast<std::size_t>(made->stashSize(batch)), 1e9F);
    made->forward(view(x), parameters, view(y), stash, {true, 0, 0, 0});

    // All in double: statistics of a channel over examples and pixels, then the formula.
    Numbers p = widened(parameters);
    Numbers numbers = widened({x.data(), static_cast<std::size_t>(x.size())});
    Numbers means(static_cast<std::size_t>(channels));
    Numbers variances(means.size());
    const auto outputs = [&] {
        Numbers out(numbers.size());
        const auto c = static_cast<std::size_t>(channels);
        const double count = static_cast<double>(numbers.size()) / static_cast<double>(channels);
        for (std::size_t k = 0; k < c; ++k) {
            means[k] = variances[k] = 0;
            for (std::size_t i = k; i < numbers.size(); i += c)
                means[k] += numbers[i] / count;
            for (std::size_t i = k; i < numbers.size(); i += c)
                variances[k] += (numbers[i] - means[k]) * (numbers[i] - means[k]) / count;
            for (std::size_t i = k; i < numbers.size(); i += c) {
                out[i] = p[k] * (numbers[i] - means[k]) / std::sqrt(variances[k] + 1e-5) + p[c + k];
                if (activation == Activation::Relu)
                    out[i] = std::max(out[i], 0.0);
            }
        }
        return out;
    };
    const Numbers expected = outputs();
    for (std::size_t i = 0; i < expected.size(); ++i) {
        QVERIFY(std::abs(double {y.data()[i]} - expected[i]) < 1e-5);
        if (activation == Activation::Relu && std::abs(expected[i]) < 1e-4)
            dy.data()[i] = 0.0F; // the kink
    }
    const Numbers incoming = widened({dy.data(), static_cast<std::size_t>(dy.size())});
    const auto difference = [&](double &number) {
        constexpr double h = 1e-6;
        const double before = number;
        double change = 0;
        for (const double sign : {1.0, -1.0}) {
            number = before + sign * h;
            const Numbers out = outputs();
            for (std::size_t i = 0; i < out.size(); ++i)
                change += sign * out[i] * incoming[i];
        }
        number = before;
        return change / (2 * h);
    };
    std::vector<float> gradient(parameters.size(), 1e9F);
    BackwardRequest request;
    request.share = 0.25;
    made->backward(view(x), view(std::as_const(y)), parameters, stash, view(dy), view(dx), gradient, request);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        QVERIFY(std::abs(double {dx.data()[i]} - difference(numbers[i])) < 2e-4);
    for (std::size_t i = 0; i < 2 * means.size(); ++i)
        QVERIFY(std::abs(double {gradient[i]} - difference(p[i])) < 2e-4);
    (void)outputs();
    for (std::size_t k = 0; k < means.size(); ++k) {
        QVERIFY(std::abs(double {gradient[2 * means.size() + k]} - 0.25 * means[k]) < 1e-6);
        QVERIFY(std::abs(double {gradient[3 * means.size() + k]} - 0.25 * variances[k]) < 1e-6);
    }

    // Inference: by the running statistics, whatever else is in the batch.
    for (std::size_t k = 0; k < means.size(); ++k) {
        parameters[2 * means.size() + k] = static_cast<float>(means[k]);
        parameters[3 * means.size() + k] = static_cast<float>(variances[k]);
    }
    Matrix alone(1, in.size());
    made->forward(rowsOf(view(x), 2, 1), parameters, view(alone), stash, {});
    for (Index i = 0; i < in.size(); ++i)
        QVERIFY(std::abs(alone(0, i) - y(2, i)) < 1e-5F);
}

void ImageLayersTest::runningStatisticsFollowThoseOfTheSteps()
{
    // 37 examples in pieces of 32: the mean of their means is the batch's, whatever the pieces.
    Network network(
        planNetwork(std::vector {layer("batch_norm"), layer("conv", {{"filters", 20}, {"kernel", 3}}),
                                 fullyConnected()},
                    smallImage, 4)
            .value());
    network.initialise(5);
    const Matrix x = naive::randomMatrix(37, smallImage.size(), 9);
    const std::vector<std::uint16_t> labels(37, 1);
    GradientEngine engine(network, 37);
    QVERIFY(engine.splitsBatch());
    const auto optimizer = makeOptimizer(OptimizerKind::Adam);
    std::vector<float> state(static_cast<std::size_t>(network.parameterCount()) * 2);
    UpdateSink sink(*optimizer, network.parameters(), state, {});
    for (int steps = 0; steps < 100; ++steps)
        (void)engine.run(network, view(x), labels, {FactorSet {true, false, false}, {}, 1, steps}, sink);
    double mean = 0;
    for (Index e = 0; e < 37; ++e)
        for (Index i = 0; i < smallImage.size(); i += 2)
            mean += double {x(e, i)} / (37.0 * 30.0);
    QVERIFY2(std::abs(double {network.parameters()[4]} - mean) < 1e-4, qPrintable(QString::number(mean)));
    QCOMPARE(network.parameters()[0], 1.0F); // gamma goes with C, which was not asked for
}

void ImageLayersTest::onlyWantedFactorsAreTouched()
{
    const auto made =
        makeLayer(planned(layer("conv", {{"filters", 6}, {"kernel", 3}}, Sketch {3, {}}), {2, 5, 4}));
    std::vector<float> parameters(static_cast<std::size_t>(made->parameterCount()));
    made->initialise(parameters, 1, 0, SketchKind::CurUniform);
    const Matrix x = naive::randomMatrix(2, made->inputs(), 5);
    const Matrix dy = naive::randomMatrix(2, made->outputs(), 6);
    Matrix y(2, made->outputs());
    Matrix dx(0, made->inputs());
    std::vector<float> stash(static_cast<std::size_t>(made->stashSize(2)));
    const auto gradientOf = [&](const FactorSet &factors) {
        Matrix incoming = dy;
        made->forward(view(x), parameters, view(y), stash, {});
        std::vector<float> gradient(parameters.size(), -7.0F);
        made->backward(view(x), view(std::as_const(y)), parameters, stash, view(incoming), view(dx), gradient,
                       {factors, {}, nullptr});
        return gradient;
    };
    const auto all = gradientOf({});
    for (const FactorSet &wanted :
         {FactorSet {true, false, false}, FactorSet {false, true, false}, FactorSet {false, false, true}}) {
        const auto some = gradientOf(wanted);
        for (const ParameterBlock &block : made->blocks())
            for (Index i = block.offset; i < block.offset + block.size(); ++i)
                QCOMPARE(some[static_cast<std::size_t>(i)],
                         wanted.has(block.factor) ? all[static_cast<std::size_t>(i)] : -7.0F);
    }
}

void ImageLayersTest::enginesGradientIsThatOfTheWholeBatch_data()
{
    QTest::addColumn<bool>("sketched");
    QTest::newRow("dense") << false;
    QTest::newRow("sketched") << true;
}

void ImageLayersTest::enginesGradientIsThatOfTheWholeBatch()
{
    QFETCH(bool, sketched);
    Network network(planNetwork(smallNet(sketched), smallImage, 4).value());
    network.initialise(5);
    constexpr Index batch = 37;
    const Matrix x = naive::randomMatrix(batch, smallImage.size(), 9);
    std::vector<std::uint16_t> labels;
    for (Index i = 0; i < batch; ++i)
        labels.push_back(static_cast<std::uint16_t>(i * 7 % 4));
    const auto gradientOf = [&](Index most) {
        // Batches of one example each, or whole; the mean of their gradients.
        std::vector<float> sum(static_cast<std::size_t>(network.parameterCount()), 0.0F);
        for (Index first = 0; first < batch; first += most) {
            const Index count = std::min(most, batch - first);
            GradientEngine engine(network, count);
            RecordingSink sink(static_cast<std::size_t>(network.parameterCount()));
            (void)engine.run(
                network, rowsOf(view(x), first, count),
                std::span(labels).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                {{}, {}, 1, 0}, sink);
            for (std::size_t i = 0; i < sum.size(); ++i)
                sum[i] += sink.values()[i] * static_cast<float>(count) / static_cast<float>(batch);
        }
        return sum;
    };
    // Dropout draws by the example's number in its batch; without it batches may be cut anyhow.
    network = Network(planNetwork(
                          [&] {
                              auto all = smallNet(sketched);
                              all.erase(all.begin() + 3);
                              return all;
                          }(),
                          smallImage, 4)
                          .value());
    network.initialise(5);
    const auto whole = gradientOf(batch);
    const auto single = gradientOf(1);
    double largest = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        QVERIFY2(std::abs(whole[i] - single[i]) < 2e-5F, qPrintable(QString::number(i)));
        largest = std::max(largest, static_cast<double>(std::abs(whole[i])));
    }
    QVERIFY(largest > 1e-2);
}

void ImageLayersTest::shapesAndRanks()
{
    const auto plan = planNetwork(smallNet(true), smallImage, 4).value();
    QCOMPARE(plan.layers[0].out, (ExampleShape {6, 6, 5}));
    QCOMPARE(plan.layers[1].out, (ExampleShape {6, 3, 2}));
    QCOMPARE(plan.layers[2].out, (ExampleShape {5, 2, 1}));
    QCOMPARE(plan.layers[4].read, Index {10});
    QCOMPARE(matrixOf(plan.layers[2]).rows, Index {5});
    QCOMPARE(matrixOf(plan.layers[2]).cols, Index {24});
    QVERIFY(!plan.keepsFeatures());
}

void ImageLayersTest::whatDoesNotFitIsSaid_data()
{
    QTest::addColumn<std::size_t>("changed");
    QTest::addColumn<LayerSpec>("to");
    QTest::addColumn<QString>("message");
    QTest::newRow("kernel") << std::size_t {2} << layer("conv", {{"filters", 5}, {"kernel", 4}})
                            << QStringLiteral("a layer of kind \"conv\" does not fit inputs of 6 x 3 x 2");
    QTest::newRow("pool") << std::size_t {1} << layer("max_pool", {{"size", 7}})
                          << QStringLiteral("a layer of kind \"max_pool\" does not fit inputs of 6 x 6 x 5");
    QTest::newRow("rank") << std::size_t {2} << layer("conv", {{"filters", 5}, {"kernel", 2}}, Sketch {6, {}})
                          << QStringLiteral("rank is 6, allowed are 1 to 5");
    QTest::newRow("narrowed image") << std::size_t {4} << fullyConnected(7, Sketch {2, 9})
                                    << QStringLiteral("behind images a layer reads all of the 10 numbers");
    QTest::newRow("narrowed input") << std::size_t {0}
                                    << layer("conv", {{"filters", 6}, {"kernel", 3}, {"padding", 1}},
                                             Sketch {2, 59})
                                    << QStringLiteral("reads all of its 60 inputs");
    QTest::newRow("sketched pool") << std::size_t {1} << layer("max_pool", {}, Sketch {1, {}})
                                   << QStringLiteral("cannot be sketched");
    QTest::newRow("last") << std::size_t {5} << layer("conv", {{"filters", 4}, {"kernel", 3}})
                          << QStringLiteral("the last layer gives 20 numbers");
    QTest::newRow("too many numbers")
        << std::size_t {0} << layer("conv", {{"filters", 4096}, {"kernel", 1}, {"padding", 127}})
        << QStringLiteral("100000000 are the most");
}

void ImageLayersTest::whatDoesNotFitIsSaid()
{
    QFETCH(std::size_t, changed);
    QFETCH(LayerSpec, to);
    QFETCH(QString, message);
    auto layers = smallNet(false);
    layers[changed] = to;
    const auto plan = planNetwork(layers, smallImage, 4);
    QVERIFY(!plan);
    QVERIFY2(QString::fromStdString(plan.error().what).contains(message), plan.error().what.c_str());
    QVERIFY(plan.error().where.starts_with("/layers/" + std::to_string(changed)));
}

void ImageLayersTest::countsAreThoseOfTheFormulas()
{
    const auto whole =
        makeLayer(planned(layer("conv", {{"filters", 6}, {"kernel", 3}, {"padding", 1}}), {2, 5, 4}));
    QCOMPARE(whole->parameterCount(), Index {6 * (18 + 1)});
    QCOMPARE(whole->forwardMacs(), std::uint64_t {20 * 6 * 18});
    QCOMPARE(whole->backwardMacs({}, 40, true), std::uint64_t {2 * 20 * 6 * 18});
    const auto sketched = makeLayer(
        planned(layer("conv", {{"filters", 6}, {"kernel", 3}, {"padding", 1}}, Sketch {2, {}}), {2, 5, 4}));
    QCOMPARE(sketched->parameterCount(), Index {2 * 6 + 6 + 4 + 2 * 18});
    QCOMPARE(sketched->forwardMacs(), std::uint64_t {20 * 2 * (18 + 2 + 6)});
    QCOMPARE(sketched->backwardMacs({}, 40, true), std::uint64_t {20 * 2 * 2 * (18 + 2 + 6)});
}

QTEST_APPLESS_MAIN(ImageLayersTest)

} // namespace image_layers_test

#include "image_layers_test.moc"
