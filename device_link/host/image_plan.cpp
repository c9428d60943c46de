// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/image_plan.h"

#include <algorithm>
#include <cstring>
#include <limits>

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

bool areWide(const ChainShape &shape)
{
    if (shape.windows
        && (isWide(shape.windows->in.height) || isWide(shape.windows->in.width)
            || isWide(shape.windows->in.channels)
            || isWide(shape.windows->windowHeight * shape.windows->in.channels + 1)
            || isWide(shape.windows->in.width + 2 * shape.windows->paddingLeft + 15)))
        return true;
    return std::any_of(shape.products.begin(), shape.products.end(), [&](const ProductShape &product) {
        return isWide(product.rows) || (!shape.windows && isWide(product.cols));
    });
}

Result<void> checkShapes(const std::vector<ChainShape> &chain, Index features, rsl_number type,
                         rsl_layout int8Layout)
{
    // Each may bring one more that moves its input, and one that makes it flat.
    if (chain.empty() || chain.size() > RSL_MAX_OPERATIONS - 2)
        return fail(ErrorCode::OutOfRange,
                    "an image holds 1 to " + std::to_string(RSL_MAX_OPERATIONS - 2) + " layers");
    if (features < 1 || features > RSL_MAX_NUMBERS || (!chain.front().windows && isWide(features))
        || std::any_of(chain.begin(), chain.end(), areWide))
        return fail(ErrorCode::OutOfRange,
                    "an image holds layers of at most " + std::to_string(RSL_MAX_WIDTH) + " numbers");
    if (type == RSL_I8 && !rsl_holds_int8(int8Layout))
        return fail(ErrorCode::OutOfRange, "int8 weights cannot lie by layout " + std::to_string(int8Layout));
    if (type == RSL_I8 && chain.back().does == InferenceStep::Does::Largest)
        return fail(ErrorCode::Unsupported, "a pooling of the largest cannot give a board's outputs");
    bool flat = false;
    for (const ChainShape &shape : chain) {
        if (shape.windows && flat)
            return fail(ErrorCode::Unsupported, "boards know no images that are made of vectors");
        flat = flat || (!shape.windows && !shape.standardises() && !shape.other);
    }
    if (chain.back().other)
        return fail(ErrorCode::Unsupported, "an addition cannot give a board's outputs");
    if (chain.back().standardises())
        return fail(ErrorCode::Unsupported, "a layer that standardises cannot give a board's outputs");
    return {};
}

rsl_window windowOf(const WindowGrid &grid)
{
    rsl_window window {};
    window.height = static_cast<std::uint16_t>(grid.windowHeight);
    window.width = static_cast<std::uint16_t>(grid.windowWidth);
    window.stride_down = static_cast<std::uint8_t>(grid.strideDown);
    window.stride_across = static_cast<std::uint8_t>(grid.strideAcross);
    window.top = static_cast<std::uint8_t>(grid.paddingTop);
    window.left = static_cast<std::uint8_t>(grid.paddingLeft);
    return window;
}

/// Puts records together in the order of computing, then gives everything its place.
class Planner
{
public:
    Planner(rsl_number type, rsl_layout int8Layout, const Extraction *extraction)
        : m_extraction(extraction)
        , m_type(type)
        , m_integer(type == RSL_I8)
        , m_layout(static_cast<std::uint8_t>(m_integer ? int8Layout : RSL_LAYOUT_F_4X1))
        , m_act(m_integer ? rsl_act_type(m_layout) : std::uint8_t {RSL_TENSOR_F32})
        , m_narrow(m_integer ? RSL_TENSOR_I8 : RSL_TENSOR_F32)
        , m_wide(m_integer ? RSL_TENSOR_I16 : RSL_TENSOR_F32)
    {
    }

    void plan(const std::vector<ChainShape> &chain, Index features)
    {
        m_added.assign(chain.size(), false);
        for (const ChainShape &shape : chain)
            if (shape.other)
                m_added[*shape.other] = true;
        std::vector<std::uint16_t> outputs;
        const bool floats = chain.front().standardises();
        const std::size_t first = floats ? 1 : 0;
        const std::optional<WindowGrid> &windows = chain[first].windows;
        const ExampleShape in = windows ? windows->in : ExampleShape {features, 1, 1};
        const std::uint8_t handed = floats ? std::uint8_t {RSL_TENSOR_F32} : m_narrow;
        std::uint16_t at =
            m_extraction != nullptr ? add(RSL_TENSOR_F32, m_extraction->samples, -1) : add(handed, in, -1);
        made.header.input = at;
        if (m_extraction != nullptr)
            at = addExtraction(at, handed, in);
        if (!windows && chain[first].products.front().cols < features)
            at = addMove(at, floats ? std::uint8_t {RSL_TENSOR_F32} : m_act,
                         chain[first].products.front().cols, RSL_GATHER);
        if (floats) {
            at = addStandardise(at, windows ? m_narrow : m_act);
            outputs.push_back(at);
            keep(at, m_added.front());
        }
        for (std::size_t i = first; i < chain.size(); ++i) {
            const bool last = i + 1 == chain.size();
            if (chain[i].other)
                at = addAddition(at, outputs[*chain[i].other]);
            else if (chain[i].products.empty())
                at = addPool(chain[i], at, last ? m_wide : m_narrow);
            else if (chain[i].channelwise())
                at = addDepthwise(chain[i], at, last ? m_wide : m_narrow);
            else if (chain[i].windows)
                at = addConvolution(chain[i], at, last ? m_wide : m_narrow);
            else
                at = addLayer(chain[i].products, flat(at), last ? m_wide : m_act);
            outputs.push_back(at);
            keep(at, m_added[i]);
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
        for (const PlannedOperation &operation : made.operations)
            records += operation.head().size;
        h.operation_table = next(records);
        h.tensor_table = next(made.tensors.size() * sizeof(rsl_tensor));
        for (PlannedOperation &operation : made.operations)
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
    std::uint16_t add(std::uint8_t type, const ExampleShape &shape, int born)
    {
        rsl_tensor tensor {};
        tensor.type = type;
        tensor.height = static_cast<std::uint16_t>(shape.height);
        tensor.width = static_cast<std::uint16_t>(shape.width);
        tensor.channels = static_cast<std::uint16_t>(shape.channels);
        tensor.scale = 1;
        made.tensors.push_back(tensor);
        m_kept.push_back(false);
        m_places.push_back(m_items.size());
        m_items.push_back({rsl_tensor_room(&tensor), born, born});
        return static_cast<std::uint16_t>(made.tensors.size() - 1);
    }

    std::uint16_t addVector(std::uint8_t type, Index numbers, int born)
    {
        return add(type, {numbers, 1, 1}, born);
    }

    /// The same, in the place of @p other, unless somebody may read that after the operation that writes
    /// this.
    std::uint16_t addOver(std::uint16_t other, std::uint8_t type, const ExampleShape &shape)
    {
        const std::uint16_t over = add(type, shape, current());
        if (other != made.header.input && made.tensors[other].type == type && !m_kept[other]) {
            m_items.pop_back();
            m_places.back() = m_places[other];
        }
        return over;
    }

    /// Whether an addition reads it later.
    void keep(std::uint16_t tensor, bool kept) { m_kept[tensor] = kept; }

    [[nodiscard]] int current() const { return static_cast<int>(made.operations.size()); }
    [[nodiscard]] ArenaItem &itemOf(std::uint16_t tensor) { return m_items[m_places[tensor]]; }

    PlannedOperation begin(rsl_kind kind, std::size_t size, std::uint16_t input)
    {
        PlannedOperation operation;
        operation.head().kind = static_cast<std::uint16_t>(kind);
        operation.head().size = static_cast<std::uint16_t>(size);
        operation.head().input = input;
        operation.layer.u_product = RSL_NO_TENSOR;
        itemOf(input).last = current();
        return operation;
    }

    std::uint16_t end(PlannedOperation operation, std::uint16_t output)
    {
        operation.head().output = output;
        itemOf(output).last = current();
        made.operations.push_back(operation);
        return output;
    }

    std::uint16_t addMove(std::uint16_t input, std::uint8_t type, Index numbers, rsl_kind kind)
    {
        const PlannedOperation operation = begin(kind, sizeof(rsl_operation), input);
        return end(operation, addVector(type, numbers, current()));
    }

    std::uint16_t addExtraction(std::uint16_t input, std::uint8_t type, const ExampleShape &shape)
    {
        PlannedOperation operation = begin(RSL_EXTRACT, sizeof(rsl_extract), input);
        operation.extract = m_extraction->record;
        operation.extract.scratch = addVector(
            RSL_TENSOR_F32, rsl_extract_scratch(operation.extract.frame, operation.extract.bands), current());
        return end(operation, add(type, shape, current()));
    }

    std::uint16_t addStandardise(std::uint16_t input, std::uint8_t type)
    {
        const PlannedOperation operation = begin(RSL_STANDARDISE, sizeof(rsl_operation), input);
        made.steps.push_back(made.operations.size());
        return end(operation, add(type, shapeOf(input), current()));
    }

    std::uint16_t addAddition(std::uint16_t input, std::uint16_t other)
    {
        const std::uint8_t type = made.tensors[input].type;
        if (shapeOf(other) != shapeOf(input) || made.tensors[other].type != type)
            other = flat(other); // an image's numbers, added to a vector's
        PlannedOperation operation = begin(RSL_ADD, sizeof(rsl_add), input);
        operation.add.other = other;
        itemOf(other).last = current();
        made.steps.push_back(made.operations.size());
        return end(operation, addOver(input, type, shapeOf(input)));
    }

    [[nodiscard]] ExampleShape shapeOf(std::uint16_t tensor) const
    {
        const rsl_tensor &t = made.tensors[tensor];
        return {t.channels, t.height, t.width};
    }

    /// What a layer of vectors can read: numbers of one row, as its kernels want them.
    std::uint16_t flat(std::uint16_t at)
    {
        const ExampleShape shape = shapeOf(at);
        if (shape.pixels() > 1) {
            const PlannedOperation operation = begin(RSL_FLATTEN, sizeof(rsl_operation), at);
            at = end(operation, addOver(at, made.tensors[at].type, {shape.size(), 1, 1}));
        }
        return made.tensors[at].type == m_act ? at : addMove(at, m_act, shape.size(), RSL_COPY);
    }

    /// Intermediates and outputs of a layer with weights, in vectors or windows.
    void addProducts(PlannedOperation &operation, const std::vector<ProductShape> &products)
    {
        operation.head().number = static_cast<std::uint8_t>(m_type);
        operation.head().layout = m_layout;
        if (products.size() > 1) {
            operation.layer.r_product = addVector(m_wide, products.front().rows, current());
            operation.layer.r_layout = m_layout;
        }
        if (products.size() > 2) {
            operation.head().flags = RSL_HAS_U;
            operation.layer.u_product = addVector(m_wide, products[1].rows, current());
            operation.layer.u_layout = m_layout;
        }
        made.steps.push_back(made.operations.size());
    }

    std::uint16_t addLayer(const std::vector<ProductShape> &products, std::uint16_t input, std::uint8_t type)
    {
        const bool sketched = products.size() > 1;
        PlannedOperation operation = begin(sketched ? RSL_SKETCHED : RSL_DENSE,
                                           sketched ? sizeof(rsl_sketched) : sizeof(rsl_operation), input);
        addProducts(operation, products);
        return end(operation, addVector(type, products.back().rows, current()));
    }

    std::uint16_t addConvolution(const ChainShape &shape, std::uint16_t input, std::uint8_t type)
    {
        const WindowGrid &grid = *shape.windows;
        const Index filters = shape.products.back().rows;
        const bool sketched = shape.products.size() > 1;
        PlannedOperation operation = begin(sketched ? RSL_CONV_SKETCHED : RSL_CONV,
                                           sketched ? sizeof(rsl_conv_sketched) : sizeof(rsl_conv), input);
        addProducts(operation, shape.products);
        rsl_sliding &sliding = operation.sliding;
        sliding.window = windowOf(grid);
        const std::uint32_t column =
            rsl_strip_column(&sliding.window, static_cast<std::uint32_t>(grid.in.channels), m_layout);
        const std::uint32_t width =
            rsl_strip_width(&sliding.window, static_cast<std::uint32_t>(grid.in.width), column, m_integer);
        sliding.strip = add(m_act, {column, 1, width}, current());
        sliding.pixel = RSL_NO_TENSOR;
        const std::uint8_t written = type == RSL_TENSOR_I16 ? type : m_act;
        if (m_integer && (type != written || filters % 4 != 0))
            sliding.pixel = addVector(written, filters, current());
        return end(operation, add(type, {filters, grid.down, grid.across}, current()));
    }

    std::uint16_t addDepthwise(const ChainShape &shape, std::uint16_t input, std::uint8_t type)
    {
        const WindowGrid &grid = *shape.windows;
        PlannedOperation operation = begin(RSL_DEPTHWISE, sizeof(rsl_depthwise), input);
        addProducts(operation, shape.products);
        operation.head().layout = RSL_LAYOUT_TAPS;
        operation.window = windowOf(grid);
        return end(operation, add(type, {grid.in.channels, grid.down, grid.across}, current()));
    }

    std::uint16_t addPool(const ChainShape &shape, std::uint16_t input, std::uint8_t type)
    {
        const WindowGrid &grid = *shape.windows;
        PlannedOperation operation =
            begin(shape.does == InferenceStep::Does::Largest ? RSL_MAX_POOL : RSL_AVERAGE_POOL,
                  sizeof(rsl_pool), input);
        operation.window = windowOf(grid);
        made.steps.push_back(made.operations.size());
        return end(operation, addOver(input, type, {grid.in.channels, grid.down, grid.across}));
    }

    std::uint32_t placeFactor(std::uint32_t rows, std::uint32_t cols)
    {
        const rsl_factor factor {static_cast<std::uint8_t>(m_type), m_layout, rows, cols};
        return next(rsl_factor_bytes(&factor));
    }

    void placeWeights(PlannedOperation &operation)
    {
        rsl_operation &head = operation.head();
        const std::uint32_t rows = made.tensors[head.output].channels;
        std::uint32_t cols = made.tensors[head.input].channels;
        if (head.kind == RSL_GATHER)
            made.kept = head.weights = next(std::uint64_t {2} * rows);
        if (head.kind == RSL_EXTRACT)
            made.extraction = head.weights = next(m_extraction->tables.size());
        if (head.kind == RSL_STANDARDISE)
            head.weights = next(std::uint64_t {8} * rsl_tensor_numbers(&made.tensors[head.input]));
        if (head.kind == RSL_DEPTHWISE) {
            const rsl_taps taps {head.number, rows,
                                 std::uint32_t {operation.window.height} * operation.window.width};
            head.weights = next(rsl_taps_bytes(&taps));
        }
        const bool convolution = head.kind == RSL_CONV || head.kind == RSL_CONV_SKETCHED;
        if (convolution)
            cols = std::uint32_t {operation.sliding.window.width}
                * made.tensors[operation.sliding.strip].channels;
        if (rsl_is_sketched(&head)) {
            const std::uint32_t rank = made.tensors[operation.layer.r_product].channels;
            operation.layer.r_factor = placeFactor(rank, cols);
            if ((head.flags & RSL_HAS_U) != 0)
                operation.layer.u_factor = placeFactor(rank, rank);
            cols = rank;
        }
        if (convolution || rsl_is_sketched(&head) || head.kind == RSL_DENSE)
            head.weights = placeFactor(rows, cols);
    }

    void placeTensors()
    {
        // Both are there to the end: an input may be run again, an output be asked for later.
        itemOf(made.header.input).last = current();
        itemOf(made.header.output).last = current();
        const ArenaPlan arena = planArena(m_items);
        for (std::size_t i = 0; i < made.tensors.size(); ++i)
            made.tensors[i].arena = arena.offsets[m_places[i]];
        // To the end of the last tensor, and no item is larger than its tensors.
        made.header.arena_bytes = arena.bytes;
    }

    const Extraction *m_extraction; ///< null: features come in
    rsl_number m_type;
    bool m_integer;
    std::uint8_t m_layout;
    std::uint8_t m_act;    ///< what kernels of vectors read and write
    std::uint8_t m_narrow; ///< what lies between operations on images
    std::uint8_t m_wide;   ///< intermediates and outputs
    std::uint64_t m_at = 0;
    std::vector<ArenaItem> m_items;
    std::vector<std::size_t> m_places; ///< the item of each tensor
    std::vector<bool> m_kept;          ///< tensors that additions read later
    std::vector<bool> m_added;         ///< operations of the chain that give them
};

} // namespace

std::vector<std::uint8_t> PlannedOperation::bytes() const
{
    std::vector<std::uint8_t> record;
    const auto put = [&](const auto &part) {
        const auto *begin = reinterpret_cast<const std::uint8_t *>(&part);
        record.insert(record.end(), begin, begin + sizeof part);
    };
    if (head().kind == RSL_EXTRACT) {
        rsl_extract whole = extract;
        whole.head = head();
        put(whole);
        return record;
    }
    if (head().kind == RSL_ADD) {
        rsl_add whole = add;
        whole.head = head();
        put(whole);
        return record;
    }
    if (rsl_is_sketched(&head()))
        put(layer);
    else
        put(head());
    if (head().kind == RSL_CONV || head().kind == RSL_CONV_SKETCHED)
        put(sliding);
    if (head().kind == RSL_MAX_POOL || head().kind == RSL_AVERAGE_POOL || head().kind == RSL_DEPTHWISE) {
        put(window);
        put(multiplier);
        put(bias);
    }
    return record;
}

std::vector<std::uint8_t> ImagePlan::tables() const
{
    std::vector<std::uint8_t> bytes(header.tensor_table + tensors.size() * sizeof(rsl_tensor));
    std::memcpy(bytes.data(), &header, sizeof header);
    std::uint64_t at = header.operation_table;
    for (const PlannedOperation &operation : operations) {
        const std::vector<std::uint8_t> record = operation.bytes();
        std::copy(record.begin(), record.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
        at += record.size();
    }
    std::memcpy(bytes.data() + header.tensor_table, tensors.data(), tensors.size() * sizeof(rsl_tensor));
    return bytes;
}

Result<ImagePlan> planImage(const std::vector<ChainShape> &chain, Index features, rsl_number type,
                            rsl_layout int8Layout, const Extraction *extraction)
{
    if (const auto good = checkShapes(chain, features, type, int8Layout); !good)
        return tl::unexpected(good.error());
    if (extraction != nullptr && extraction->features != features)
        return fail(ErrorCode::OutOfRange,
                    "a network of " + std::to_string(features) + " features, where "
                        + std::to_string(extraction->features) + " are made of samples");
    Planner planner(type, int8Layout, extraction);
    planner.plan(chain, features);
    if (planner.made.tensors.size() > RSL_MAX_TENSORS || planner.made.operations.size() > RSL_MAX_OPERATIONS)
        return fail(ErrorCode::OutOfRange,
                    "an image holds at most " + std::to_string(RSL_MAX_OPERATIONS) + " operations and "
                        + std::to_string(RSL_MAX_TENSORS) + " vectors");
    if (std::any_of(planner.made.tensors.begin(), planner.made.tensors.end(),
                    [](const rsl_tensor &t) { return rsl_tensor_numbers(&t) > RSL_MAX_NUMBERS; }))
        return fail(ErrorCode::OutOfRange, "an image holds at most 2^24 numbers side by side");
    if (planner.place() > std::numeric_limits<std::uint32_t>::max())
        return fail(ErrorCode::OutOfRange, "an image has less than 4 GiB");
    return std::move(planner.made);
}

Result<ImagePlan> planImage(const NetworkPlan &network, rsl_number type, rsl_layout int8Layout, bool foldU,
                            const Extraction *extraction)
{
    const auto chain = chainShapes(network, foldU);
    if (!chain)
        return tl::unexpected(chain.error());
    return planImage(*chain, network.features(), type, int8Layout, extraction);
}

} // namespace rosler
