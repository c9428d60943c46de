// SPDX-License-Identifier: Apache-2.0
#include "core/training/trial_spec.h"

#include <algorithm>

namespace rosler {

namespace {

std::string range(const char *what, Index value, Index low, Index high)
{
    return std::string(what) + " is " + std::to_string(value) + ", allowed are " + std::to_string(low)
        + " to " + std::to_string(high);
}

} // namespace

Result<std::vector<LayerShape>> layerShapes(const TrialSpec &spec, Index features, Index classes,
                                            std::size_t modelNumber)
{
    const std::string model = "/models/" + std::to_string(modelNumber);
    const std::size_t layers = spec.widths.size() + 1;
    const auto &sketch = spec.model.sketch;
    const bool sketched = spec.model.kind == ModelKind::Rosler;
    for (std::size_t i = 0; i < spec.widths.size(); ++i)
        if (spec.widths[i] < 1 || spec.widths[i] > maxLayerWidth)
            return fail(ErrorCode::OutOfRange, range("width", spec.widths[i], 1, maxLayerWidth),
                        "/widths/" + std::to_string(i));
    if (sketched) {
        const auto lengthError = [&](const char *key, std::size_t got) {
            return fail(ErrorCode::OutOfRange,
                        std::to_string(got) + " values for " + std::to_string(layers)
                            + " layers (the hidden ones and the output)",
                        model + "/" + key);
        };
        if (sketch.rank.size() != layers)
            return lengthError("rank", sketch.rank.size());
        if (sketch.sketchSize.size() != layers)
            return lengthError("sketch_size", sketch.sketchSize.size());
    }

    std::vector<LayerShape> shapes(layers);
    for (std::size_t i = 0; i < layers; ++i) {
        LayerShape &shape = shapes[i];
        shape.inputs = i == 0 ? features : spec.widths[i - 1];
        shape.outputs = i + 1 == layers ? classes : spec.widths[i];
        shape.relu = i + 1 < layers;
        shape.read = sketched ? sketch.sketchSize[i] : shape.inputs;
        if (shape.read < 1 || shape.read > shape.inputs)
            return fail(ErrorCode::OutOfRange, range("sketch size", shape.read, 1, shape.inputs),
                        model + "/sketch_size/" + std::to_string(i));
        shape.storesIndices = i == 0 && shape.read < shape.inputs;
        if (shape.storesIndices && shape.inputs > 65'536)
            return fail(ErrorCode::OutOfRange,
                        "kept features are stored in 16 bit, but the data has " + std::to_string(shape.inputs)
                            + " features",
                        model + "/sketch_size/0");
    }
    for (std::size_t i = 0; i < layers; ++i) {
        LayerShape &shape = shapes[i];
        shape.kept = i + 1 == layers ? shape.outputs : shapes[i + 1].read;
        if (!sketched)
            continue;
        const Index highest = std::min(shape.kept, shape.read);
        if (sketch.rank[i] < 1 || sketch.rank[i] > highest)
            return fail(ErrorCode::OutOfRange, range("rank", sketch.rank[i], 1, highest),
                        model + "/rank/" + std::to_string(i));
        shape.rank = sketch.rank[i];
    }
    return shapes;
}

} // namespace rosler
