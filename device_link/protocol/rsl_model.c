// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_model.h"

#include <string.h>

#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_crc.h"

// The structs are the bytes: natural alignment leaves no holes, and all supported machines are little-endian.
_Static_assert(sizeof(rsl_model_header) == 96, "header of 96 bytes");
_Static_assert(offsetof(rsl_model_header, name) == 64, "name at 64");
_Static_assert(sizeof(rsl_model_layer) == 48, "layer of 48 bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "images are mapped in place");

static uint64_t round16(uint64_t n)
{
    return (n + 15U) & ~(uint64_t)15U;
}

static rsl_check no_fault(void)
{
    return (rsl_check) {RSL_FAULT_NONE, 0};
}

static rsl_check fault_at(rsl_fault fault, size_t offset)
{
    return (rsl_check) {fault, (uint32_t)offset};
}

/// Is @p x finite and above zero? By its bits, so that no option of a compiler can spoil it.
static bool is_scale(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits > 0U && bits < 0x7F800000U;
}

static bool is_width(uint32_t n)
{
    return n >= 1 && n <= RSL_MAX_WIDTH;
}

/// Do @p size bytes at @p offset lie behind the header and within the image?
static bool fits(const rsl_model_header *h, uint32_t offset, uint64_t size)
{
    return offset % RSL_MODEL_ALIGNMENT == 0 && offset >= sizeof *h && offset <= h->total_bytes
        && size <= h->total_bytes - offset;
}

static uint64_t input_size(const rsl_model_header *h)
{
    return (uint64_t)h->inputs * (h->number == RSL_I8 ? 1U : 4U);
}

static uint64_t output_size(const rsl_model_header *h)
{
    return (uint64_t)h->outputs * (h->number == RSL_I8 ? 2U : 4U);
}

#define AT(field) offsetof(rsl_model_header, field)

static rsl_check check_frame(const uint8_t *bytes, size_t length)
{
    if (((uintptr_t)bytes & (RSL_MODEL_ALIGNMENT - 1U)) != 0U)
        return fault_at(RSL_FAULT_ALIGNMENT, 0);
    if (length < sizeof(rsl_model_header))
        return fault_at(RSL_FAULT_TRUNCATED, length);
    const rsl_model_header *h = (const rsl_model_header *)(const void *)bytes;
    if (h->magic != RSL_MODEL_MAGIC)
        return fault_at(RSL_FAULT_MAGIC, AT(magic));
    if (h->format != RSL_MODEL_FORMAT)
        return fault_at(RSL_FAULT_FORMAT, AT(format));
    if (h->kernel_abi != RSL_KERNEL_ABI)
        return fault_at(RSL_FAULT_KERNEL_ABI, AT(kernel_abi));
    if (h->total_bytes % RSL_MODEL_ALIGNMENT != 0 || h->total_bytes < sizeof *h + sizeof(rsl_model_layer))
        return fault_at(RSL_FAULT_LENGTH, AT(total_bytes));
    if (h->total_bytes > length)
        return fault_at(RSL_FAULT_TRUNCATED, AT(total_bytes));
    if (h->crc != rsl_crc32(0, bytes + RSL_MODEL_CRC_FROM, h->total_bytes - RSL_MODEL_CRC_FROM))
        return fault_at(RSL_FAULT_CRC, AT(crc));
    return no_fault();
}

static rsl_check check_header(const rsl_model_header *h)
{
    if (h->number > RSL_I8)
        return fault_at(RSL_FAULT_NUMBER, AT(number));
    const bool float_layout = h->layout == RSL_LAYOUT_F_4X1;
    const bool int_layout = rsl_holds_int8(h->layout);
    if (h->number == RSL_I8 ? !int_layout : !float_layout)
        return fault_at(RSL_FAULT_LAYOUT, AT(layout));
    if (h->layers < 1 || h->layers > RSL_MAX_LAYERS)
        return fault_at(RSL_FAULT_LAYER_COUNT, AT(layers));
    if (h->reserved0 != 0)
        return fault_at(RSL_FAULT_RESERVED, AT(reserved0));
    for (size_t i = 0; i < 3; ++i)
        if (h->reserved1[i] != 0)
            return fault_at(RSL_FAULT_RESERVED, AT(reserved1) + 4 * i);
    if (!is_width(h->inputs))
        return fault_at(RSL_FAULT_WIDTH, AT(inputs));
    if (!is_width(h->outputs))
        return fault_at(RSL_FAULT_WIDTH, AT(outputs));
    if (!fits(h, h->layer_table, (uint64_t)h->layers * sizeof(rsl_model_layer)))
        return fault_at(RSL_FAULT_OFFSET, AT(layer_table));
    if (!fits(h, h->known_input, input_size(h)))
        return fault_at(RSL_FAULT_OFFSET, AT(known_input));
    if (!fits(h, h->known_output, output_size(h)))
        return fault_at(RSL_FAULT_OFFSET, AT(known_output));
    if (!is_scale(h->input_scale))
        return fault_at(RSL_FAULT_SCALE, AT(input_scale));
    if (!is_scale(h->output_scale))
        return fault_at(RSL_FAULT_SCALE, AT(output_scale));
    if (h->number == RSL_I8 ? h->input_zero < -128 || h->input_zero > 127 : h->input_zero != 0)
        return fault_at(RSL_FAULT_ZERO_POINT, AT(input_zero));
    bool ended = false;
    for (size_t i = 0; i < sizeof h->name; ++i) {
        const char c = h->name[i];
        if (ended ? c != 0 : c != 0 && (c < ' ' || c > '~'))
            return fault_at(RSL_FAULT_NAME, AT(name) + i);
        ended = ended || c == 0;
    }
    return ended ? no_fault() : fault_at(RSL_FAULT_NAME, AT(name));
}

static rsl_check check_factor(const rsl_model_header *h, uint32_t offset, uint32_t rows, uint32_t cols,
                              size_t field)
{
    const rsl_factor f = {h->number, h->layout, rows, cols};
    if (!fits(h, offset, rsl_factor_bytes(&f)))
        return fault_at(RSL_FAULT_OFFSET, field);
    if (h->number == RSL_I8) {
        const uint8_t *bytes = (const uint8_t *)h + offset;
        for (uint32_t row = 0; row < rows; ++row) {
            const size_t at = (size_t)rsl_factor_multiplier(&f, row);
            if ((bytes[at + 3] & 0x80U) != 0U)
                return fault_at(RSL_FAULT_MULTIPLIER, offset + at);
        }
    }
    return no_fault();
}

#undef AT
#define AT(field) (at + offsetof(rsl_model_layer, field))

static rsl_check check_kept(const rsl_model_header *h, const rsl_model_layer *l, size_t at)
{
    if (!fits(h, l->kept, 2U * (uint64_t)l->read))
        return fault_at(RSL_FAULT_OFFSET, AT(kept));
    const uint8_t *kept = (const uint8_t *)h + l->kept;
    uint32_t least = 0;
    for (uint32_t i = 0; i < l->read; ++i) {
        const uint32_t index = rsl_read_u16(kept + 2U * (size_t)i);
        if (index < least || index >= l->inputs)
            return fault_at(RSL_FAULT_INDEX, l->kept + 2U * (size_t)i);
        least = index + 1U;
    }
    return no_fault();
}

static rsl_check check_layer(const rsl_model_header *h, uint32_t number, uint32_t inputs)
{
    const size_t at = h->layer_table + number * sizeof(rsl_model_layer);
    const rsl_model_layer *l = (const rsl_model_layer *)(const void *)((const uint8_t *)h + at);
    const bool last = number + 1U == h->layers;
    const bool sketched = l->kind == RSL_SKETCHED;
    if (!sketched && l->kind != RSL_DENSE)
        return fault_at(RSL_FAULT_KIND, AT(kind));
    if ((l->flags & ~(RSL_LAYER_RELU | (sketched ? RSL_LAYER_HAS_U : 0))) != 0)
        return fault_at(RSL_FAULT_FLAGS, AT(flags));
    if (l->reserved != 0 || l->reserved1 != 0)
        return fault_at(RSL_FAULT_RESERVED, l->reserved != 0 ? AT(reserved) : AT(reserved1));
    if (l->inputs != inputs)
        return fault_at(RSL_FAULT_SHAPE, AT(inputs));
    if (!is_width(l->outputs))
        return fault_at(RSL_FAULT_WIDTH, AT(outputs));
    if (last && l->outputs != h->outputs)
        return fault_at(RSL_FAULT_SHAPE, AT(outputs));
    if (sketched ? !is_width(l->rank) : l->rank != 0)
        return fault_at(RSL_FAULT_WIDTH, AT(rank));
    if (l->read < 1 || l->read > inputs || (l->kept == 0 && l->read != inputs))
        return fault_at(RSL_FAULT_SHAPE, AT(read));
    if (l->kept != 0 && number != 0)
        return fault_at(RSL_FAULT_SHAPE, AT(kept));
    if (!is_scale(l->output_scale))
        return fault_at(RSL_FAULT_SCALE, AT(output_scale));
    const bool relu = (l->flags & RSL_LAYER_RELU) != 0;
    if (h->number == RSL_I8 && last && relu) // int16 outputs have no room for a ReLU by saturation
        return fault_at(RSL_FAULT_FLAGS, AT(flags));
    if (h->number != RSL_I8 || last ? l->output_zero != 0
                                    : l->output_zero < -128 || l->output_zero > (relu ? -128 : 127))
        return fault_at(RSL_FAULT_ZERO_POINT, AT(output_zero));
    rsl_check check = l->kept != 0 ? check_kept(h, l, at) : no_fault();
    if (check.fault == RSL_FAULT_NONE)
        check = check_factor(h, l->c_factor, l->outputs, sketched ? l->rank : l->read, AT(c_factor));
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if (sketched)
        check = check_factor(h, l->r_factor, l->rank, l->read, AT(r_factor));
    else if (l->r_factor != 0)
        check = fault_at(RSL_FAULT_SHAPE, AT(r_factor));
    if (check.fault != RSL_FAULT_NONE)
        return check;
    if ((l->flags & RSL_LAYER_HAS_U) != 0)
        return check_factor(h, l->u_factor, l->rank, l->rank, AT(u_factor));
    return l->u_factor == 0 ? no_fault() : fault_at(RSL_FAULT_SHAPE, AT(u_factor));
}

#undef AT

rsl_check rsl_model_check(const void *bytes, size_t length)
{
    rsl_check check = check_frame(bytes, length);
    if (check.fault != RSL_FAULT_NONE)
        return check;
    const rsl_model_header *h = bytes;
    check = check_header(h);
    uint32_t inputs = h->inputs;
    for (uint32_t i = 0; check.fault == RSL_FAULT_NONE && i < h->layers; ++i) {
        check = check_layer(h, i, inputs);
        const uint8_t *layer = (const uint8_t *)bytes + h->layer_table + i * sizeof(rsl_model_layer);
        inputs = rsl_read_u32(layer + offsetof(rsl_model_layer, outputs));
    }
    return check;
}

rsl_check rsl_model_open(const void *bytes, size_t length, rsl_model *model)
{
    const rsl_check check = rsl_model_check(bytes, length);
    if (check.fault == RSL_FAULT_NONE) {
        model->bytes = bytes;
        model->header = bytes;
        model->layers = (const rsl_model_layer *)(const void *)(model->bytes + model->header->layer_table);
    }
    return check;
}

uint32_t rsl_model_input_bytes(const rsl_model *model)
{
    return (uint32_t)input_size(model->header);
}

uint32_t rsl_model_output_bytes(const rsl_model *model)
{
    return (uint32_t)output_size(model->header);
}

uint32_t rsl_model_scratch_bytes(const rsl_model *model)
{
    // Two vectors of activations, taken in turn, and two intermediates; an int8 number may take two bytes in
    // them.
    const uint32_t size = model->header->number == RSL_I8 ? 2 : 4;
    uint32_t width = 0;
    uint32_t rank = 0;
    for (uint32_t i = 0; i < model->header->layers; ++i) {
        const rsl_model_layer *l = &model->layers[i];
        if (l->read > width)
            width = l->read;
        if (l->outputs > width)
            width = l->outputs;
        if (l->rank > rank)
            rank = l->rank;
    }
    return 2U * size * (uint32_t)(round16(width) + round16(rank));
}

uint32_t rsl_model_ram_bytes(const rsl_model *model)
{
    return (uint32_t)(round16(input_size(model->header)) + round16(output_size(model->header)))
        + rsl_model_scratch_bytes(model);
}

uint64_t rsl_layer_macs(const rsl_model_layer *l)
{
    const uint64_t rank = l->rank;
    if (l->kind == RSL_DENSE)
        return (uint64_t)l->outputs * l->read;
    return rank * ((uint64_t)l->read + l->outputs) + ((l->flags & RSL_LAYER_HAS_U) != 0 ? rank * rank : 0U);
}

uint64_t rsl_model_macs(const rsl_model *model)
{
    uint64_t macs = 0;
    for (uint32_t i = 0; i < model->header->layers; ++i)
        macs += rsl_layer_macs(&model->layers[i]);
    return macs;
}

const char *rsl_fault_text(rsl_fault fault)
{
    static const char *const texts[] = {
        "the image is good",
        "the image is shorter than it says",
        "this is no model image: its first bytes are not RSLM",
        "the image's format version is not known",
        "the image was made for another version of the kernels",
        "the image's length cannot be",
        "the image's CRC-32 is wrong",
        "the number type is not known",
        "the layout of the weights is not one of the number type",
        "the number of layers is out of range",
        "a width or rank is out of range",
        "a part lies outside of the image or is not aligned",
        "the kind of a layer is not known",
        "a layer has flags that its kind has not",
        "the shapes of layers do not meet",
        "a kept-input index is out of range or out of order",
        "a zero point is out of range",
        "a multiplier is negative",
        "a reserved field is not zero",
        "the name is not printable ASCII",
        "a scale is not finite or not above zero",
        "the image does not begin at a multiple of 16 bytes",
    };
    const unsigned n = (unsigned)fault;
    return n < sizeof texts / sizeof texts[0] ? texts[n] : "unknown fault";
}
