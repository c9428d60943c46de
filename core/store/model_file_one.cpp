// SPDX-License-Identifier: Apache-2.0
#include "core/store/model_file_one.h"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "core/nn/layer_catalog.h"

namespace rosler {

namespace {

constexpr std::int64_t widest = 1 << 24; ///< of a layer, either way
constexpr std::size_t mostLayers = 1024;

/// What a layer of version 1 states of its shape.
struct StatedShape {
    Index inputs = 0;
    Index outputs = 0;
    Index rank = 0; ///< 0 for a whole matrix
    Index read = 0;
    Index kept = 0;
    bool relu = false;
};

/// The shape of a layer that fits the one before.
Result<StatedShape> readShape(const h5::Group &group, const StatedShape *before)
{
    StatedShape shape;
    std::int64_t storesIndices = 0;
    std::int64_t relu = 0;
    const auto kind = group.text("kind");
    if (!kind)
        return tl::unexpected(kind.error());
    const bool sketched = *kind == "sketched";
    if (!sketched && layerKindNamed(*kind) == nullptr)
        return fail(ErrorCode::Unsupported, "a layer of kind \"" + *kind + "\"", group.path() + "@kind");

    // Each range stands on what was read before it.
    const std::array<std::function<Result<void>()>, 7> steps {
        [&] {
            return readNumber(group, "inputs", before != nullptr ? before->outputs : 1,
                              before != nullptr ? before->outputs : widest, shape.inputs);
        },
        [&] { return readNumber(group, "outputs", 1, widest, shape.outputs); },
        [&] {
            return readNumber(group, "read", before != nullptr ? before->kept : 1,
                              before != nullptr ? before->kept : shape.inputs, shape.read);
        },
        [&] { return readNumber(group, "kept", 1, shape.outputs, shape.kept); },
        [&] {
            return readNumber(group, "rank", sketched ? 1 : 0,
                              sketched ? std::min(shape.read, shape.kept) : 0, shape.rank);
        },
        [&] {
            const int needed = before == nullptr && shape.read < shape.inputs ? 1 : 0;
            return readNumber(group, "stores_indices", needed, needed, storesIndices);
        },
        [&] { return readNumber(group, "relu", 0, 1, relu); },
    };
    for (const auto &step : steps)
        if (auto done = step(); !done)
            return tl::unexpected(done.error());
    shape.relu = relu != 0;
    return shape;
}

} // namespace

std::string layerName(std::size_t number)
{
    return "layer" + std::to_string(number + 1);
}

Result<void> readNumber(const h5::Group &group, const char *name, std::int64_t least, std::int64_t most,
                        std::int64_t &value)
{
    const auto found = group.integer(name);
    if (!found)
        return tl::unexpected(found.error());
    if (*found < least || *found > most)
        return fail(ErrorCode::Malformed,
                    std::to_string(*found) + " is not between " + std::to_string(least) + " and "
                        + std::to_string(most),
                    group.path() + "@" + name);
    value = *found;
    return {};
}

Result<NetworkPlan> planOfVersionOne(const h5::Group &root)
{
    const auto names = root.texts("layer_names");
    if (!names)
        return tl::unexpected(names.error());
    if (names->empty() || names->size() > mostLayers)
        return fail(ErrorCode::Malformed, std::to_string(names->size()) + " layers",
                    root.path() + "@layer_names");
    std::vector<StatedShape> shapes;
    std::vector<LayerSpec> layers;
    for (std::size_t i = 0; i < names->size(); ++i) {
        if ((*names)[i] != layerName(i))
            return fail(ErrorCode::Malformed, "\"" + (*names)[i] + "\" where " + layerName(i) + " stands",
                        root.path() + "@layer_names");
        const auto group = root.openGroup(layerName(i));
        if (!group)
            return tl::unexpected(group.error());
        const auto shape = readShape(*group, shapes.empty() ? nullptr : &shapes.back());
        if (!shape)
            return tl::unexpected(shape.error());
        shapes.push_back(*shape);
        layers.push_back(fullyConnected(i + 1 < names->size() ? std::optional(shape->outputs) : std::nullopt,
                                        shape->rank > 0 ? std::optional(Sketch {shape->rank, shape->read})
                                                        : std::nullopt));
        layers.back().activation = shape->relu ? Activation::Relu : Activation::None;
    }
    const auto plan =
        planNetwork(layers, ExampleShape::vector(shapes.front().inputs), shapes.back().outputs, root.path());
    if (!plan)
        return tl::unexpected(Error {ErrorCode::Malformed, plan.error().what, plan.error().where});
    for (std::size_t i = 0; i < shapes.size(); ++i)
        if (plan->layers[i].read != shapes[i].read || plan->layers[i].kept != shapes[i].kept)
            return fail(ErrorCode::Malformed, "the layers do not fit each other",
                        root.path() + layerName(i) + "@kept");
    return plan;
}

} // namespace rosler
