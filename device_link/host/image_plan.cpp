// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/image_plan.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/nn/layer_catalog.h"
#include "device_link/host/arena_plan.h"

namespace rosler {

namespace {

constexpr std::uint64_t aligned(std::uint64_t bytes)
{
    return (bytes + RSL_MODEL_ALIGNMENT - 1) / RSL_MODEL_ALIGNMENT * RSL_MODEL_ALIGNMENT;
}

bool isWide(Index n)
{
    return n < 1 || n > RSL_MAX_WIDTH;
}

Result<void> checkShapes(const std::vector<std::vector<ProductShape>> &layers, Index features,
                         rsl_number type, rsl_layout int8Layout)
{
    if (layers.empty() || layers.size() + 1 > RSL_MAX_OPERATIONS)
        return fail(ErrorCode::OutOfRange,
                    "an image holds 1 to " + std::to_string(RSL_MAX_OPERATIONS - 1) + " layers");
    if (isWide(features)
        || std::any_of(layers.begin(), layers.end(), [](const std::vector<ProductShape> &products) {
               return std::any_of(products.begin(), products.end(), [](const ProductShape &product) {
                   return isWide(product.rows) || isWide(product.cols);
               });
           }))
        return fail(ErrorCode::OutOfRange,
                    "an image holds layers of at most " + std::to_string(RSL_MAX_WIDTH) + " numbers");
    if (type == RSL_I8 && !rsl_holds_int8(int8Layout))
        return fail(ErrorCode::OutOfRange, "int8 weights cannot lie by layout " + std::to_string(int8Layout));
    return {};
}

/// Puts records together in the order of computing, then gives everything its place.
class Planner
{
public:
    Planner(rsl_number type, rsl_layout int8Layout)
        : m_type(type)
        , m_layout(static_cast<std::uint8_t>(type == RSL_I8 ? int8Layout : RSL_LAYOUT_F_4X1))
    {
    }

    void plan(const std::vector<std::vector<ProductShape>> &layers, Index features)
    {
        const Index read = layers.front().front().cols;
        const bool integer = m_type == RSL_I8;
        const std::uint8_t act = integer ? rsl_act_type(m_layout) : std::uint8_t {RSL_TENSOR_F32};
        std::uint16_t at = add(integer ? RSL_TENSOR_I8 : RSL_TENSOR_F32, features, -1);
        made.header.input = at;
        if (read < features || made.tensors[at].type != act)
            at = addMove(at, act, read, read < features ? RSL_GATHER : RSL_COPY);
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const bool last = i + 1 == layers.size();
            at = addLayer(layers[i], at, last && integer ? std::uint8_t {RSL_TENSOR_I16} : act);
        }
        made.header.output = at;
    }

    /// @return how many bytes the image has
    [[nodiscard]] std::uint64_t place()
    {
        rsl_model_header &h = made.header;
        h.operations = static_cast<std::uint16_t>(made.operations.size());
        h.tensors = static_cast<std::uint16_t>(made.tensors.size());
        m_at = sizeof h;
        std::uint64_t records = 0;
        for (const rsl_sketched &operation : made.operations)
            records += operation.head.size;
        h.operation_table = next(records);
        h.tensor_table = next(made.tensors.size() * sizeof(rsl_tensor));
        for (rsl_sketched &operation : made.operations)
            placeWeights(operation);
        const rsl_tensor &input = made.tensors[h.input];
        const rsl_tensor &output = made.tensors[h.output];
        h.known_input = next(rsl_tensor_bytes(&input));
        h.known_output = next(rsl_tensor_bytes(&output));
        placeTensors();
        h.total_bytes = static_cast<std::uint32_t>(m_at);
        return m_at;
    }

    ImagePlan made;

private:
    std::uint32_t next(std::uint64_t bytes)
    {
        const auto at = static_cast<std::uint32_t>(m_at);
        m_at += aligned(bytes);
        return at;
    }

    /// A new tensor. @param born  operation that writes it
    std::uint16_t add(std::uint8_t type, Index numbers, int born)
    {
        rsl_tensor tensor {};
        tensor.type = type;
        tensor.height = 1;
        tensor.width = 1;
        tensor.channels = static_cast<std::uint16_t>(numbers);
        tensor.scale = 1;
        made.tensors.push_back(tensor);
        m_items.push_back({rsl_tensor_room(&tensor), born, born});
        return static_cast<std::uint16_t>(made.tensors.size() - 1);
    }

    [[nodiscard]] int current() const { return static_cast<int>(made.operations.size()); }

    rsl_sketched begin(rsl_kind kind, std::size_t size, std::uint16_t input)
    {
        rsl_sketched operation {};
        operation.head.kind = static_cast<std::uint16_t>(kind);
        operation.head.size = static_cast<std::uint16_t>(size);
        operation.head.input = input;
        m_items[input].last = current();
        return operation;
    }

    std::uint16_t addMove(std::uint16_t input, std::uint8_t type, Index numbers, rsl_kind kind)
    {
        rsl_sketched operation = begin(kind, sizeof(rsl_operation), input);
        operation.head.output = add(type, numbers, current());
        made.operations.push_back(operation);
        return operation.head.output;
    }

    std::uint16_t addLayer(const std::vector<ProductShape> &products, std::uint16_t input, std::uint8_t type)
    {
        const bool sketched = products.size() > 1;
        rsl_sketched operation = begin(sketched ? RSL_SKETCHED : RSL_DENSE,
                                       sketched ? sizeof(rsl_sketched) : sizeof(rsl_operation), input);
        operation.head.number = static_cast<std::uint8_t>(m_type);
        operation.head.layout = m_layout;
        const std::uint8_t middle = m_type == RSL_I8 ? RSL_TENSOR_I16 : RSL_TENSOR_F32;
        operation.u_product = RSL_NO_TENSOR;
        if (sketched) {
            operation.r_product = add(middle, products.front().rows, current());
            operation.r_layout = m_layout;
        }
        if (products.size() > 2) {
            operation.head.flags = RSL_HAS_U;
            operation.u_product = add(middle, products[1].rows, current());
            operation.u_layout = m_layout;
        }
        operation.head.output = add(type, products.back().rows, current());
        made.products.push_back(made.operations.size());
        made.operations.push_back(operation);
        return operation.head.output;
    }

    std::uint32_t placeFactor(std::uint32_t rows, std::uint32_t cols)
    {
        const rsl_factor factor {static_cast<std::uint8_t>(m_type), m_layout, rows, cols};
        return next(rsl_factor_bytes(&factor));
    }

    void placeWeights(rsl_sketched &operation)
    {
        const std::uint32_t rows = made.tensors[operation.head.output].channels;
        std::uint32_t cols = made.tensors[operation.head.input].channels;
        if (operation.head.kind == RSL_GATHER)
            made.kept = operation.head.weights = next(std::uint64_t {2} * rows);
        if (operation.head.kind == RSL_SKETCHED) {
            const std::uint32_t rank = made.tensors[operation.r_product].channels;
            operation.r_factor = placeFactor(rank, cols);
            if ((operation.head.flags & RSL_HAS_U) != 0)
                operation.u_factor = placeFactor(rank, rank);
            cols = rank;
        }
        if (operation.head.kind == RSL_SKETCHED || operation.head.kind == RSL_DENSE)
            operation.head.weights = placeFactor(rows, cols);
    }

    void placeTensors()
    {
        // Both are there to the end: an input may be run again, an output be asked for later.
        m_items[made.header.input].last = current();
        m_items[made.header.output].last = current();
        const ArenaPlan arena = planArena(m_items);
        for (std::size_t i = 0; i < made.tensors.size(); ++i)
            made.tensors[i].arena = arena.offsets[i];
        made.header.arena_bytes = arena.bytes;
    }

    rsl_number m_type;
    std::uint8_t m_layout;
    std::uint64_t m_at = 0;
    std::vector<ArenaItem> m_items; ///< of the tensors
};

} // namespace

std::vector<std::uint8_t> ImagePlan::tables() const
{
    std::vector<std::uint8_t> bytes(header.tensor_table + tensors.size() * sizeof(rsl_tensor));
    std::memcpy(bytes.data(), &header, sizeof header);
    std::uint64_t at = header.operation_table;
    for (const rsl_sketched &operation : operations) {
        std::memcpy(bytes.data() + at, &operation, operation.head.size);
        at += operation.head.size;
    }
    std::memcpy(bytes.data() + header.tensor_table, tensors.data(), tensors.size() * sizeof(rsl_tensor));
    return bytes;
}

Result<ImagePlan> planImage(const std::vector<std::vector<ProductShape>> &layers, Index features,
                            rsl_number type, rsl_layout int8Layout)
{
    if (const auto good = checkShapes(layers, features, type, int8Layout); !good)
        return tl::unexpected(good.error());
    Planner planner(type, int8Layout);
    planner.plan(layers, features);
    if (planner.made.tensors.size() > RSL_MAX_TENSORS)
        return fail(ErrorCode::OutOfRange,
                    "an image holds at most " + std::to_string(RSL_MAX_TENSORS) + " vectors");
    if (planner.place() > std::numeric_limits<std::uint32_t>::max())
        return fail(ErrorCode::OutOfRange, "an image has less than 4 GiB");
    return std::move(planner.made);
}

Result<ImagePlan> planImage(const NetworkPlan &network, rsl_number type, rsl_layout int8Layout, bool foldU)
{
    std::vector<std::vector<ProductShape>> layers;
    for (const PlannedLayer &planned : network.layers)
        if (const LayerKind &kind = *layerKindNamed(planned.spec.kind); kind.images)
            return fail(ErrorCode::Unsupported,
                        "boards know no layer of kind \"" + std::string(kind.name) + "\" yet",
                        "/layers/" + std::to_string(planned.number));
    for (const PlannedLayer &planned : network.layers)
        if (auto products = productShapes(*makeLayer(planned), foldU); !products.empty())
            layers.push_back(std::move(products));
    return planImage(layers, network.features(), type, int8Layout);
}

} // namespace rosler
