// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/c_export.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include "core/base/contract.h"
#include "core/base/staged_file.h"
#include "device_link/host/kernel_sources.h"

namespace rosler {

namespace {

/// A float exactly, in C: 0x1.8p+3F.
std::string exact(float value)
{
    char text[40];
    std::snprintf(text, sizeof text, "%aF",
                  static_cast<double>(value)); // a binary exponent has no locale's comma
    std::string made = text;
    std::replace(made.begin(), made.end(), ',', '.');
    return made;
}

std::string number(std::uint64_t value)
{
    return std::to_string(value);
}

/// Where a file is for some cores alone.
struct Form {
    std::string_view file;
    std::string_view condition {}; ///< of the preprocessor; empty: for all cores
    std::string_view define {};    ///< a macro that leaves out what the model does not use
};

constexpr std::string_view hasDsp = "defined(__ARM_FEATURE_DSP) && defined(__thumb__)";
constexpr std::string_view hasNoDsp = "!(defined(__ARM_FEATURE_DSP) && defined(__thumb__))";
constexpr std::string_view hasHelium = "defined(__ARM_FEATURE_MVE)";
constexpr std::string_view hasNoHelium = "!defined(__ARM_FEATURE_MVE)";
constexpr std::string_view hasFpu =
    "defined(__ARM_FP) && (__ARM_FP & 4) && defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'";
constexpr std::string_view hasNoFpu =
    "!(defined(__ARM_FP) && (__ARM_FP & 4) && defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M')";

/// The file in one folder with all others.
CFile taken(const Form &form)
{
    const auto kernels = kernelSources();
    const auto found = std::find_if(kernels.begin(), kernels.end(),
                                    [&](const KernelSource &kernel) { return kernel.name == form.file; });
    ROSLER_EXPECTS(found != kernels.end());
    std::string text(found->text);
    for (const std::string_view folder : {"device_link/firmware/kernels/", "device_link/protocol/"})
        for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at))
            text.erase(at, folder.size());
    if (!form.define.empty())
        text.insert(text.find('\n') + 1, "#define " + std::string(form.define) + "\n");
    if (!form.condition.empty()) {
        const std::size_t code = text.find('\n') + 1; // behind the licence
        text.insert(code, "#if " + std::string(form.condition) + "\n");
        text += "#else\ntypedef int rsl_another_form_is_used; // a file of C is not empty\n#endif\n";
    }
    return {std::string(form.file), std::move(text)};
}

/// The statements that compute a model.
class Writer
{
public:
    explicit Writer(const rsl_model &model)
        : m_model(model)
        , m_from(model.header->tensor_table + model.header->tensors * std::uint32_t {sizeof(rsl_tensor)})
    {
    }

    Result<void> write()
    {
        const rsl_operation *operation = rsl_model_first(&m_model);
        for (unsigned i = 0; i < m_model.header->operations; ++i, operation = rsl_operation_next(operation)) {
            switch (operation->kind) {
            case RSL_DENSE:
                product(*operation, operation->weights, operation->layout, operation->input,
                        operation->output, operation->flags);
                break;
            case RSL_SKETCHED:
                sketched(*operation, reinterpret_cast<const rsl_sketched &>(*operation));
                break;
            case RSL_GATHER:
            case RSL_COPY:
                move(*operation);
                break;
            case RSL_FLATTEN:
                if (place(operation->input) != place(operation->output))
                    move(*operation);
                break;
            case RSL_ADD:
                sum(reinterpret_cast<const rsl_add &>(*operation));
                break;
            case RSL_CONV:
            case RSL_CONV_SKETCHED:
                convolution(*operation);
                break;
            case RSL_MAX_POOL:
            case RSL_AVERAGE_POOL:
                pool(reinterpret_cast<const rsl_pool &>(*operation));
                break;
            case RSL_DEPTHWISE:
                depthwise(reinterpret_cast<const rsl_depthwise &>(*operation));
                break;
            case RSL_STANDARDISE:
                standardise(*operation);
                break;
            case RSL_EXTRACT:
                extract(reinterpret_cast<const rsl_extract &>(*operation));
                break;
            default:
                return fail(ErrorCode::Unsupported,
                            "no C is made of a model with '" + std::string(rsl_kind_name(operation->kind))
                                + "'",
                            m_model.header->name);
            }
        }
        return {};
    }

    /// Everything between the tables and the known answer.
    [[nodiscard]] std::span<const std::uint8_t> weights() const
    {
        return {m_model.bytes + m_from, m_model.header->known_input - m_from};
    }

    /// What it takes besides products of vectors.
    [[nodiscard]] std::vector<Form> forms(bool integer) const
    {
        std::vector<Form> forms;
        if (m_convolves)
            forms.push_back({"rsl_convolution.c", {}, integer ? "RSL_INTEGERS_ALONE" : "RSL_FLOATS_ALONE"});
        if (m_goesDeep)
            forms.push_back({"rsl_depthwise.c"});
        if (m_goesDeep && integer)
            forms.push_back({"rsl_half.c"});
        if (m_pools)
            forms.push_back({"rsl_pool.c"});
        if (m_standardises)
            forms.push_back({"rsl_standardise.c"});
        if (m_extracts)
            forms.push_back({"rsl_extract.c"});
        if (!forms.empty())
            forms.push_back({"rsl_images.h"});
        return forms;
    }
    [[nodiscard]] bool extracts() const { return m_extracts; }

    std::string body;

private:
    [[nodiscard]] const rsl_tensor &tensor(std::uint16_t index) const { return m_model.tensors[index]; }

    [[nodiscard]] std::string place(std::uint16_t index) const
    {
        // Floats need no copy of what they are handed.
        if (index == m_model.header->input && tensor(index).type == RSL_TENSOR_F32)
            return "in";
        if (index == m_model.header->output && tensor(index).type == RSL_TENSOR_F32)
            return "out";
        const std::string at = "(arena + " + number(tensor(index).arena) + ")";
        switch (tensor(index).type) {
        case RSL_TENSOR_F32:
            return "(float *)(void *)" + at;
        case RSL_TENSOR_I8:
            return "(int8_t *)(void *)" + at;
        default:
            return "(int16_t *)(void *)" + at;
        }
    }

    [[nodiscard]] std::string weightsAt(std::uint32_t offset) const
    {
        return "weights + " + number(offset - m_from);
    }

    void product(const rsl_operation &operation, std::uint32_t offset, std::uint8_t layout,
                 std::uint16_t from, std::uint16_t to, std::uint8_t flags)
    {
        const std::string rows = number(tensor(to).channels);
        const std::string cols = number(tensor(from).channels);
        if (operation.number != RSL_I8) {
            body += "    {\n        const rsl_factor f = {" + number(operation.number) + ", " + number(layout)
                + ", " + rows + ", " + cols + "};\n        rsl_float_product(&f, " + weightsAt(offset) + ", "
                + place(from) + ", " + place(to) + ((flags & RSL_RELU) != 0 ? ", true" : ", false")
                + ");\n    }\n";
            return;
        }
        const auto form = [this](std::uint16_t index) {
            return std::string(tensor(index).type == RSL_TENSOR_I16 ? "wide" : "act");
        };
        body += "    {\n        const rsl_s8_product p = {" + weightsAt(offset) + ", " + rows + ", " + cols
            + ", " + std::to_string(tensor(to).zero) + ", " + number(layout) + "};\n        rsl_s8_"
            + form(from) + "_to_" + form(to) + "(&p, " + place(from) + ", " + place(to) + ");\n    }\n";
    }

    void sketched(const rsl_operation &operation, const rsl_sketched &parts)
    {
        std::uint16_t at = parts.r_product;
        product(operation, parts.r_factor, parts.r_layout, operation.input, at, 0);
        if ((operation.flags & RSL_HAS_U) != 0) {
            product(operation, parts.u_factor, parts.u_layout, at, parts.u_product, 0);
            at = parts.u_product;
        }
        product(operation, operation.weights, operation.layout, at, operation.output, operation.flags);
    }

    /// The initialiser of an rsl_grid.
    [[nodiscard]] std::string grid(const rsl_operation &operation, const rsl_window &window) const
    {
        const rsl_tensor &x = tensor(operation.input);
        const rsl_tensor &y = tensor(operation.output);
        std::string text = "{";
        for (const unsigned n :
             {unsigned {x.height}, unsigned {x.width}, unsigned {x.channels}, unsigned {window.height},
              unsigned {window.width}, unsigned {window.stride_down}, unsigned {window.stride_across},
              unsigned {window.top}, unsigned {window.left}, unsigned {y.height}, unsigned {y.width}})
            text += (text.size() > 1 ? ", " : "") + number(n);
        return text + "}";
    }

    /// The initialiser of an rsl_step.
    /// @param to  none: its outputs go where they belong
    [[nodiscard]] std::string step(std::uint32_t offset, std::uint8_t layout, std::uint32_t cols,
                                   std::uint16_t from, std::uint16_t to, bool relu, bool direct) const
    {
        const auto isWide = [this](std::uint16_t index) {
            return std::string(tensor(index).type == RSL_TENSOR_I16 ? "true" : "false");
        };
        return "\n            {{" + weightsAt(offset) + ", " + number(tensor(to).channels) + ", "
            + number(cols) + ", " + std::to_string(tensor(to).zero) + ", " + number(layout) + "}, "
            + isWide(from) + ", " + isWide(to) + ", " + (relu ? "true" : "false") + ", "
            + (direct ? "0" : place(to)) + "},";
    }

    [[nodiscard]] std::uint32_t bytesOf(std::uint16_t index) const
    {
        return rsl_tensor_bytes(&tensor(index)) / rsl_tensor_numbers(&tensor(index));
    }

    void convolution(const rsl_operation &operation)
    {
        const rsl_sliding &sliding = *rsl_sliding_of(&operation);
        const bool direct = sliding.pixel == RSL_NO_TENSOR;
        const std::uint16_t made = direct ? operation.output : sliding.pixel;
        const bool relu = (operation.flags & RSL_RELU) != 0;
        std::uint32_t cols = std::uint32_t {sliding.window.width} * tensor(sliding.strip).channels;
        std::uint16_t at = sliding.strip;
        std::string steps;
        unsigned count = 1;
        if (rsl_is_sketched(&operation)) {
            const auto &parts = reinterpret_cast<const rsl_sketched &>(operation);
            const auto add = [&](std::uint32_t offset, std::uint8_t layout, std::uint16_t to) {
                steps += step(offset, layout, cols, at, to, false, false);
                at = to;
                cols = tensor(to).channels;
                ++count;
            };
            add(parts.r_factor, parts.r_layout, parts.r_product);
            if ((operation.flags & RSL_HAS_U) != 0)
                add(parts.u_factor, parts.u_layout, parts.u_product);
        }
        steps += step(operation.weights, operation.layout, cols, at, made, relu, direct);
        body += "    {\n        const rsl_convolution c = {\n            " + grid(operation, sliding.window)
            + ", " + number(operation.number) + ", " + number(bytesOf(sliding.strip)) + ", "
            + number(bytesOf(operation.output)) + ", " + number(count) + ", "
            + std::to_string(tensor(operation.input).zero) + ", " + number(tensor(sliding.strip).channels)
            + ", " + place(sliding.strip) + ", "
            + (direct ? "0, 0" : place(made) + ", " + number(bytesOf(made))) + ",\n            {" + steps
            + "\n            }};\n        rsl_convolve(&c, " + place(operation.input) + ", "
            + place(operation.output) + ");\n    }\n";
        m_convolves = true;
    }

    void pool(const rsl_pool &pool)
    {
        const rsl_tensor &y = tensor(pool.head.output);
        const bool largest = pool.head.kind == RSL_MAX_POOL;
        const bool floats = y.type == RSL_TENSOR_F32;
        body += "    {\n        const rsl_grid g = " + grid(pool.head, pool.window) + ";\n";
        if (!largest && !floats)
            body += "        const rsl_mean m = {" + std::to_string(pool.multiplier) + ", "
                + std::to_string(pool.bias) + ", " + std::to_string(y.zero) + ", "
                + (y.type == RSL_TENSOR_I16 ? "true" : "false") + "};\n";
        body += std::string("        rsl_") + (largest ? "max" : "average") + "_pool_"
            + (floats ? "f32" : "s8") + "(&g, " + (!largest && !floats ? "&m, " : "") + place(pool.head.input)
            + ", " + place(pool.head.output) + ");\n    }\n";
        m_pools = true;
    }

    void depthwise(const rsl_depthwise &operation)
    {
        const rsl_operation &head = operation.head;
        const rsl_tensor &y = tensor(head.output);
        const auto truth = [](bool value) { return std::string(value ? "true" : "false"); };
        body += "    {\n        const rsl_grid g = " + grid(head, operation.window) + ";\n        ";
        if (head.number == RSL_I8)
            body += "rsl_depthwise_s8(&g, " + weightsAt(head.weights) + ", "
                + std::to_string(tensor(head.input).zero) + ", " + std::to_string(y.zero) + ", "
                + truth(y.type == RSL_TENSOR_I16);
        else
            body += "rsl_depthwise_float(&g, " + number(head.number) + ", " + weightsAt(head.weights) + ", "
                + truth((head.flags & RSL_RELU) != 0);
        body += ", " + place(head.input) + ", " + place(head.output) + ");\n    }\n";
        m_goesDeep = true;
    }

    void standardise(const rsl_operation &operation)
    {
        const rsl_tensor &y = tensor(operation.output);
        body += "    rsl_standardise((const float *)(const void *)(" + weightsAt(operation.weights) + "), "
            + number(rsl_tensor_numbers(&y)) + ", " + std::to_string(y.zero) + ", " + number(y.type) + ", "
            + place(operation.input) + ", " + place(operation.output) + ");\n";
        m_standardises = true;
    }

    void extract(const rsl_extract &operation)
    {
        const rsl_operation &head = operation.head;
        const rsl_tensor &x = tensor(head.input);
        const rsl_tensor &y = tensor(head.output);
        body += "    {\n        const rsl_extraction e = {";
        for (const unsigned n :
             {unsigned {x.width}, unsigned {x.channels}, unsigned {operation.frame}, unsigned {operation.hop},
              unsigned {operation.bands}, unsigned {operation.coefficients}})
            body += number(n) + ", ";
        body += weightsAt(head.weights) + ",\n            " + place(operation.scratch) + ", " + exact(y.scale)
            + ", " + std::to_string(y.zero) + ", " + number(y.type) + "};\n        rsl_extract_features(&e, "
            + place(head.input) + ", " + place(head.output) + ");\n    }\n";
        m_extracts = true;
    }

    [[nodiscard]] std::string typeOf(std::uint16_t index) const
    {
        const std::uint8_t type = tensor(index).type;
        return type == RSL_TENSOR_F32 ? "float" : type == RSL_TENSOR_I8 ? "int8_t" : "int16_t";
    }

    void sum(const rsl_add &add)
    {
        const rsl_tensor &y = tensor(add.head.output);
        const std::string type = typeOf(add.head.output);
        body += "    {\n        const " + type + " *const a = " + place(add.head.input) + ";\n        const "
            + type + " *const b = " + place(add.other) + ";\n        " + type
            + " *const to = " + place(add.head.output) + ";\n        for (uint32_t i = 0; i < "
            + number(rsl_tensor_numbers(&y)) + "U; ++i) {\n";
        if (y.type == RSL_TENSOR_F32) {
            const bool relu = (add.head.flags & RSL_RELU) != 0;
            body += std::string("            const float y = a[i] + b[i];\n            to[i] = ")
                + (relu ? "y > 0.0F ? y : 0.0F" : "y") + ";\n";
        } else {
            const auto whole = [](std::int32_t n) { return number(static_cast<std::uint32_t>(n)) + "U"; };
            body += "            const uint32_t sum = (uint32_t)a[i] * " + whole(add.multiplier)
                + " + (uint32_t)b[i] * " + whole(add.other_multiplier) + "\n                + "
                + whole(add.offset) + "; // modulo 2^32\n            const int32_t y = "
                + std::to_string(y.zero) + " + ((int32_t)sum >> 16);\n            to[i] = (" + type
                + ")(y < -128 ? -128 : y > 127 ? 127 : y);\n";
        }
        body += "        }\n    }\n";
    }

    void move(const rsl_operation &operation)
    {
        const rsl_tensor &to = tensor(operation.output);
        const std::string type = typeOf(operation.output);
        const std::uint32_t n = rsl_tensor_numbers(&to);
        const bool gathers = operation.kind == RSL_GATHER;
        body += "    {\n";
        if (gathers)
            body += "        const uint16_t *const kept = (const uint16_t *)(const void *)("
                + weightsAt(operation.weights) + ");\n";
        body += "        " + type + " *const to = " + place(operation.output)
            + ";\n        for (uint32_t i = 0; i < " + number(n) + "U; ++i)\n            to[i] = ("
            + place(operation.input) + ")[" + (gathers ? "kept[i]" : "i") + "];\n";
        if (type != "float" && n % 16 != 0) // kernels read on, and multiply by 0
            body += "        for (uint32_t i = " + number(n) + "U; i < " + number((n + 15) / 16 * 16)
                + "U; ++i)\n            to[i] = 0;\n";
        body += "    }\n";
    }

    const rsl_model &m_model;
    std::uint32_t m_from;
    bool m_convolves = false;
    bool m_pools = false;
    bool m_goesDeep = false;
    bool m_standardises = false;
    bool m_extracts = false;
};

/// The bytes, as C writes them.
std::string listed(std::span<const std::uint8_t> bytes)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 5 + bytes.size() / 3);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text += i % 20 == 0 ? "\n    0x" : " 0x";
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15U];
        text += ',';
    }
    return text;
}

std::string headerText(const rsl_model &model, rsl_number type, const CSizes &sizes, bool samples)
{
    std::string text = "// Made by Rosler Workbench of the model \"" + std::string(model.header->name)
        + "\", " + std::string(nameOf(type))
        + ".\n#ifndef ROSLER_MODEL_H\n#define ROSLER_MODEL_H\n\n#ifdef __cplusplus\nextern \"C\" "
          "{\n#endif\n\n";
    const auto define = [&](const std::string &name, std::uint64_t value, const std::string &what) {
        text += "#define " + name + " " + number(value) + " // " + what + "\n";
    };
    define("ROSLER_INPUTS", rsl_tensor_numbers(model.input), "numbers of in");
    define("ROSLER_OUTPUTS", rsl_tensor_numbers(model.output), "numbers of out");
    define("ROSLER_WEIGHT_BYTES", sizes.weightBytes, "of constants: weights, biases, scales, indices");
    define("ROSLER_ARENA_BYTES", sizes.arenaBytes, "of static memory");
    define("ROSLER_MULTIPLY_ADDS", rsl_model_macs(&model), "of one run");
    text += "\n/// One inference, with static memory: one at a time. Build without -ffast-math, and every "
            "machine gives\n"
            "/// the same bits.\n/// @param in   ";
    text += samples ? "a window of samples as they were recorded, channels side by side\n"
                    : "what the data's features are, in their order and scale\n";
    text += "/// @param out  logits\n/// @return the class: the first of the largest logits\n"
            "int rosler_run(const float *in, float *out);\n\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n";
    return text;
}

std::string modelText(const rsl_model &model, const Writer &writer, bool integer)
{
    std::string text = "// Made by Rosler Workbench of the model \"" + std::string(model.header->name)
        + "\".\n#include \"rosler_model.h\"\n\n#include \"rsl_kernels.h\"\n";
    if (!writer.forms(integer).empty())
        text += "#include \"rsl_images.h\"\n";
    if (model.input->type == RSL_TENSOR_I8)
        text += "#include \"rsl_quantise.h\"\n";
    text += "\n_Alignas(16) static const uint8_t weights[ROSLER_WEIGHT_BYTES] = {" + listed(writer.weights())
        + "\n};\n\n_Alignas(16) static uint8_t arena[ROSLER_ARENA_BYTES];\n\nint rosler_run(const float *in, "
          "float *out)\n{\n";
    if (model.input->type == RSL_TENSOR_I8)
        text += "    int8_t *const input = (int8_t *)(void *)(arena + " + number(model.input->arena)
            + ");\n    for (uint32_t i = 0; i < ROSLER_INPUTS; ++i)\n        input[i] = "
              "rsl_input_to_int8(in[i], "
            + exact(model.input->scale) + ", " + std::to_string(model.input->zero) + ");\n";
    text += writer.body;
    if (integer)
        text += "    const int16_t *const output = (const int16_t *)(const void *)(arena + "
            + number(model.output->arena)
            + ");\n    for (uint32_t i = 0; i < ROSLER_OUTPUTS; ++i)\n        out[i] = "
            + exact(model.output->scale) + " * (float)output[i];\n";
    // As the firmware decides: what is not a number is never the largest.
    text += "    uint32_t best = 0;\n    for (uint32_t i = 1; i < ROSLER_OUTPUTS; ++i)\n        if (out[i] > "
            "out[best] || (out[best] != out[best] && out[i] == out[i]))\n"
            "            best = i;\n    return (int)best;\n}\n";
    return text;
}

} // namespace

Result<CSources> cSources(const ModelImage &image)
{
    const rsl_model model = image.model();
    const rsl_number type = image.type();
    const bool integer = type == RSL_I8;
    Writer writer(model);
    if (const auto written = writer.write(); !written)
        return tl::unexpected(written.error());
    CSources made;
    made.sizes = {writer.weights().size(), model.header->arena_bytes};
    made.files.push_back({"rosler_model.h", headerText(model, type, made.sizes, writer.extracts())});
    made.files.push_back({"rosler_model.c", modelText(model, writer, integer)});
    std::vector<Form> forms {{"rsl_kernels.h", {}}, {"rsl_layout.h", {}}};
    if (!integer) {
        forms.insert(forms.end(),
                     {{"rsl_float_portable.c", hasNoFpu}, {"rsl_float_fpu.c", hasFpu}, {"rsl_half.c", {}}});
    } else {
        const bool helium = (image.needs().layouts & RSL_LAYOUT_BIT(RSL_LAYOUT_I8_4X16)) != 0;
        const bool dsp = (image.needs().layouts & RSL_LAYOUT_BIT(RSL_LAYOUT_I8_2X2)) != 0;
        forms.push_back({"rsl_s8_portable.c", helium ? hasNoHelium : dsp ? hasNoDsp : std::string_view {}});
        if (helium)
            forms.push_back({"rsl_s8_helium.c", hasHelium});
        if (dsp)
            forms.push_back({"rsl_s8_dsp.c", hasDsp});
        forms.push_back({"rsl_quantise.h", {}});
        forms.push_back({"rsl_quantise.c", {}});
    }
    if (!integer && writer.extracts())
        forms.insert(forms.end(), {{"rsl_quantise.h"}, {"rsl_quantise.c"}});
    for (const Form &form : writer.forms(integer))
        forms.push_back(form);
    for (const Form &form : forms)
        made.files.push_back(taken(form));
    return made;
}

Result<void> writeCSources(const CSources &sources, const std::string &folder)
{
    namespace fs = std::filesystem;
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return fail(ErrorCode::Unwritable, "cannot make the folder: " + error.message(), folder);
    std::vector<StagedFile> staged; // what fits on the disk takes its place together
    for (const CFile &file : sources.files) {
        auto one = StagedFile::unique(fs::path(folder) / file.name);
        if (!one)
            return tl::unexpected(one.error());
        if (auto filled = one->fill(file.text, Outlive::PowerCut); !filled)
            return filled;
        staged.push_back(std::move(*one));
    }
    for (StagedFile &one : staged)
        if (auto committed = one.commit(); !committed)
            return committed;
    return syncPath(folder);
}

} // namespace rosler
