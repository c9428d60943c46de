// SPDX-License-Identifier: Apache-2.0
#include "device_link/protocol/rsl_model.h"

#include <string.h>

#include "device_link/protocol/rsl_bytes.h"
#include "device_link/protocol/rsl_crc.h"
#include "device_link/protocol/rsl_operation.h"

// The structs are the bytes: natural alignment leaves no holes, and all supported machines are little-endian.
_Static_assert(sizeof(rsl_model_header) == 96, "header of 96 bytes");
_Static_assert(offsetof(rsl_model_header, name) == 64, "name at 64");
_Static_assert(sizeof(rsl_tensor) == 32, "tensor of 32 bytes");
_Static_assert(sizeof(rsl_operation) == 16, "operation of 16 bytes");
_Static_assert(sizeof(rsl_sketched) == 32 && sizeof(rsl_add) == 32, "operations of 32 bytes");
_Static_assert(sizeof(rsl_window) == 8 && sizeof(rsl_conv) == 32 && sizeof(rsl_conv_sketched) == 48,
               "convolutions");
_Static_assert(sizeof(rsl_pool) == 32 && sizeof(rsl_depthwise) == 32, "windows of 32 bytes");
_Static_assert(sizeof(rsl_extract) == 32, "extraction of 32 bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "images are mapped in place");

static uint64_t round16(uint64_t n)
{
    return (n + 15U) & ~(uint64_t)15U;
}

/// Is @p x finite and above zero? By its bits, so that no option of a compiler can spoil it.
static bool is_scale(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits > 0U && bits < 0x7F800000U;
}

bool rsl_part_fits(const rsl_model_header *h, uint32_t offset, uint64_t size)
{
    return offset % RSL_MODEL_ALIGNMENT == 0 && offset >= sizeof *h && offset <= h->total_bytes
        && size <= h->total_bytes - offset;
}

static uint32_t number_bytes(uint8_t type)
{
    return type == RSL_TENSOR_F32 ? 4U : type == RSL_TENSOR_I8 ? 1U : 2U;
}

uint32_t rsl_tensor_numbers(const rsl_tensor *t)
{
    return (uint32_t)t->height * t->width * t->channels;
}

uint32_t rsl_tensor_bytes(const rsl_tensor *t)
{
    return rsl_tensor_numbers(t) * number_bytes(t->type);
}

uint32_t rsl_tensor_room(const rsl_tensor *t)
{
    return (uint32_t)round16(rsl_tensor_numbers(t)) * number_bytes(t->type);
}

#define AT(field) offsetof(rsl_model_header, field)

static rsl_check check_frame(const uint8_t *bytes, size_t length)
{
    if (((uintptr_t)bytes & (RSL_MODEL_ALIGNMENT - 1U)) != 0U)
        return rsl_fault_at(RSL_FAULT_ALIGNMENT, 0);
    if (length < sizeof(rsl_model_header))
        return rsl_fault_at(RSL_FAULT_TRUNCATED, length);
    const rsl_model_header *h = (const rsl_model_header *)(const void *)bytes;
    if (h->magic != RSL_MODEL_MAGIC)
        return rsl_fault_at(RSL_FAULT_MAGIC, AT(magic));
    if (h->format != RSL_MODEL_FORMAT)
        return rsl_fault_at(RSL_FAULT_FORMAT, AT(format));
    if (h->kernel_abi != RSL_KERNEL_ABI)
        return rsl_fault_at(RSL_FAULT_KERNEL_ABI, AT(kernel_abi));
    if (h->total_bytes % RSL_MODEL_ALIGNMENT != 0 || h->total_bytes < sizeof *h + sizeof(rsl_operation))
        return rsl_fault_at(RSL_FAULT_LENGTH, AT(total_bytes));
    if (h->total_bytes > length)
        return rsl_fault_at(RSL_FAULT_TRUNCATED, AT(total_bytes));
    if (h->crc != rsl_crc32(0, bytes + RSL_MODEL_CRC_FROM, h->total_bytes - RSL_MODEL_CRC_FROM))
        return rsl_fault_at(RSL_FAULT_CRC, AT(crc));
    return rsl_no_fault();
}

static rsl_check check_header(const rsl_model_header *h)
{
    if (h->operations < 1 || h->operations > RSL_MAX_OPERATIONS)
        return rsl_fault_at(RSL_FAULT_COUNT, AT(operations));
    if (h->tensors < 2 || h->tensors > RSL_MAX_TENSORS)
        return rsl_fault_at(RSL_FAULT_COUNT, AT(tensors));
    if (!rsl_part_fits(h, h->operation_table, (uint64_t)h->operations * sizeof(rsl_operation)))
        return rsl_fault_at(RSL_FAULT_OFFSET, AT(operation_table));
    if (!rsl_part_fits(h, h->tensor_table, (uint64_t)h->tensors * sizeof(rsl_tensor)))
        return rsl_fault_at(RSL_FAULT_OFFSET, AT(tensor_table));
    if (h->arena_bytes % RSL_MODEL_ALIGNMENT != 0)
        return rsl_fault_at(RSL_FAULT_ARENA, AT(arena_bytes));
    if (h->input >= h->tensors)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(input));
    if (h->output >= h->tensors || h->output == h->input)
        return rsl_fault_at(RSL_FAULT_SHAPE, AT(output));
    for (size_t i = 0; i < sizeof h->reserved / sizeof h->reserved[0]; ++i)
        if (h->reserved[i] != 0)
            return rsl_fault_at(RSL_FAULT_RESERVED, AT(reserved) + 4 * i);
    bool ended = false;
    for (size_t i = 0; i < sizeof h->name; ++i) {
        const char c = h->name[i];
        if (ended ? c != 0 : c != 0 && (c < ' ' || c > '~'))
            return rsl_fault_at(RSL_FAULT_NAME, AT(name) + i);
        ended = ended || c == 0;
    }
    return ended ? rsl_no_fault() : rsl_fault_at(RSL_FAULT_NAME, AT(name));
}

#define OF(field) (at + offsetof(rsl_tensor, field))

static rsl_check check_tensor(const rsl_model_header *h, size_t at)
{
    const rsl_tensor *t = (const rsl_tensor *)(const void *)((const uint8_t *)h + at);
    const bool int8 = t->type == RSL_TENSOR_I8 || t->type == RSL_TENSOR_I8_WIDE;
    if (!int8 && t->type != RSL_TENSOR_F32 && t->type != RSL_TENSOR_I16)
        return rsl_fault_at(RSL_FAULT_TYPE, OF(type));
    if (t->height < 1 || t->width < 1 || t->channels < 1
        || (uint64_t)t->height * t->width * t->channels > RSL_MAX_NUMBERS)
        return rsl_fault_at(RSL_FAULT_WIDTH, OF(height));
    if (t->arena % RSL_MODEL_ALIGNMENT != 0 || t->arena > h->arena_bytes
        || rsl_tensor_room(t) > h->arena_bytes - t->arena)
        return rsl_fault_at(RSL_FAULT_ARENA, OF(arena));
    if (!is_scale(t->scale))
        return rsl_fault_at(RSL_FAULT_SCALE, OF(scale));
    if (int8 ? t->zero < -128 || t->zero > 127 : t->zero != 0)
        return rsl_fault_at(RSL_FAULT_ZERO_POINT, OF(zero));
    if (t->reserved0 != 0)
        return rsl_fault_at(RSL_FAULT_RESERVED, OF(reserved0));
    for (size_t i = 0; i < sizeof t->reserved1 / sizeof t->reserved1[0]; ++i)
        if (t->reserved1[i] != 0)
            return rsl_fault_at(RSL_FAULT_RESERVED, OF(reserved1) + 4 * i);
    return rsl_no_fault();
}

#undef OF

static rsl_check check_tensors(const rsl_model_header *h)
{
    const size_t table = h->tensor_table;
    for (uint32_t i = 0; i < h->tensors; ++i) {
        const rsl_check check = check_tensor(h, table + i * sizeof(rsl_tensor));
        if (check.fault != RSL_FAULT_NONE)
            return check;
    }
    const rsl_tensor *tensors = (const rsl_tensor *)(const void *)((const uint8_t *)h + table);
    const rsl_tensor *input = &tensors[h->input];
    const rsl_tensor *output = &tensors[h->output];
    uint32_t end = 0;
    for (uint32_t i = 0; i < h->tensors; ++i)
        if (tensors[i].arena + rsl_tensor_room(&tensors[i]) > end)
            end = tensors[i].arena + rsl_tensor_room(&tensors[i]);
    if (end != h->arena_bytes)
        return rsl_fault_at(RSL_FAULT_ARENA, AT(arena_bytes));
    if (input->type != RSL_TENSOR_F32 && input->type != RSL_TENSOR_I8)
        return rsl_fault_at(RSL_FAULT_TYPE, table + h->input * sizeof(rsl_tensor));
    if (output->type != RSL_TENSOR_F32 && output->type != RSL_TENSOR_I16)
        return rsl_fault_at(RSL_FAULT_TYPE, table + h->output * sizeof(rsl_tensor));
    // RESULT and RUN number classes in 16 bits.
    if (rsl_tensor_numbers(output) > RSL_MAX_WIDTH)
        return rsl_fault_at(RSL_FAULT_WIDTH, table + h->output * sizeof(rsl_tensor));
    if (!rsl_part_fits(h, h->known_input, rsl_tensor_bytes(input)))
        return rsl_fault_at(RSL_FAULT_OFFSET, AT(known_input));
    if (!rsl_part_fits(h, h->known_output, rsl_tensor_bytes(output)))
        return rsl_fault_at(RSL_FAULT_OFFSET, AT(known_output));
    return rsl_no_fault();
}

#if defined(RSL_WITHOUT_CONV) && defined(RSL_WITHOUT_CONV_SKETCHED)
enum { MOST_WRITTEN = 3 };
#else
enum { MOST_WRITTEN = 5 };
#endif

/// The tensors that an operation touches.
typedef struct touched {
    uint16_t read[2];
    uint16_t written[MOST_WRITTEN]; ///< the first is its output
} touched;

static touched touched_by(const rsl_operation *op)
{
    touched t = {{op->input, RSL_NO_TENSOR}, {op->output, RSL_NO_TENSOR, RSL_NO_TENSOR}};
    if (op->kind == RSL_ADD) {
        t.read[1] = ((const rsl_add *)(const void *)op)->other;
    } else if (rsl_is_sketched(op)) {
        t.written[1] = ((const rsl_sketched *)(const void *)op)->r_product;
        t.written[2] = ((const rsl_sketched *)(const void *)op)->u_product;
    }
#ifndef RSL_WITHOUT_FEATURES
    if (op->kind == RSL_EXTRACT)
        t.written[1] = ((const rsl_extract *)(const void *)op)->scratch;
#endif
#if !defined(RSL_WITHOUT_CONV) || !defined(RSL_WITHOUT_CONV_SKETCHED)
    const rsl_sliding *sliding = rsl_sliding_of(op);
    t.written[3] = sliding != NULL ? sliding->strip : RSL_NO_TENSOR;
    t.written[4] = sliding != NULL ? sliding->pixel : RSL_NO_TENSOR;
#endif
    return t;
}

enum { UNBORN = -2 };

/// Order, while spans grow. @p at is the operation's offset.
static rsl_check follow(const rsl_operation *op, int16_t number, rsl_span *spans, size_t at)
{
    const touched t = touched_by(op);
    for (size_t i = 0; i < 2; ++i)
        if (t.read[i] != RSL_NO_TENSOR) {
            if (spans[t.read[i]].born == UNBORN)
                return rsl_fault_at(RSL_FAULT_ORDER, at);
            if (spans[t.read[i]].last < number)
                spans[t.read[i]].last = number;
        }
    for (size_t i = 0; i < sizeof t.written / sizeof t.written[0]; ++i)
        if (t.written[i] != RSL_NO_TENSOR) {
            rsl_span *span = &spans[t.written[i]];
            if (span->born != UNBORN)
                return rsl_fault_at(RSL_FAULT_ORDER, at);
            span->born = number;
            if (span->last < number)
                span->last = number;
        }
    return rsl_no_fault();
}

static void before_all(const rsl_model_header *h, rsl_span *spans)
{
    for (uint32_t i = 0; i < h->tensors; ++i)
        spans[i] = (rsl_span) {UNBORN, UNBORN};
    spans[h->input] = (rsl_span) {-1, (int16_t)h->operations};
    spans[h->output].last = (int16_t)h->operations;
}

/// May b, born in the operation that reads a for the last time, take a's place?
static bool is_in_place(const rsl_model_header *h, const rsl_operation *op, const rsl_tensor *a,
                        const rsl_tensor *b)
{
    const rsl_tensor *tensors = (const rsl_tensor *)(const void *)((const uint8_t *)h + h->tensor_table);
    const touched t = touched_by(op);
    const bool read = a == &tensors[t.read[0]] || (t.read[1] != RSL_NO_TENSOR && a == &tensors[t.read[1]]);
    return rsl_works_in_place(op->kind) && read && b == &tensors[op->output] && a->arena == b->arena
        && a->type == b->type;
}

static bool overlap(const rsl_tensor *a, const rsl_tensor *b)
{
    return a->arena < b->arena + rsl_tensor_room(b) && b->arena < a->arena + rsl_tensor_room(a);
}

static rsl_check check_arena(const rsl_model_header *h, const rsl_span *spans)
{
    const rsl_tensor *tensors = (const rsl_tensor *)(const void *)((const uint8_t *)h + h->tensor_table);
    const rsl_model model = {(const uint8_t *)h, h, tensors, NULL, NULL};
    const rsl_operation *op = rsl_model_first(&model);
    for (int16_t i = 0; i < (int16_t)h->operations; ++i, op = rsl_operation_next(op))
        for (uint32_t b = 0; b < h->tensors; ++b) { // what is born now against what is alive
            if (spans[b].born != i)
                continue;
            for (uint32_t a = 0; a < h->tensors; ++a) {
                if (a == b || spans[a].born > i || spans[a].last < i || !overlap(&tensors[a], &tensors[b]))
                    continue;
                if (spans[a].last != i || !is_in_place(h, op, &tensors[a], &tensors[b]))
                    return rsl_fault_at(RSL_FAULT_ARENA,
                                        h->tensor_table + b * sizeof(rsl_tensor)
                                            + offsetof(rsl_tensor, arena));
            }
        }
    return rsl_no_fault();
}

static rsl_check check_operations(const rsl_model_header *h)
{
    rsl_span spans[RSL_MAX_TENSORS];
    before_all(h, spans);
    size_t at = h->operation_table;
    for (int16_t i = 0; i < (int16_t)h->operations; ++i) {
        if (h->total_bytes - at < sizeof(rsl_operation))
            return rsl_fault_at(RSL_FAULT_OFFSET, at);
        const rsl_operation *op = (const rsl_operation *)(const void *)((const uint8_t *)h + at);
        rsl_check check = rsl_operation_check(h, at);
        if (check.fault == RSL_FAULT_NONE)
            check = follow(op, i, spans, at);
        if (check.fault != RSL_FAULT_NONE)
            return check;
        at += op->size;
    }
    for (uint32_t i = 0; i < h->tensors; ++i)
        if (spans[i].born == UNBORN)
            return rsl_fault_at(RSL_FAULT_ORDER, h->tensor_table + i * sizeof(rsl_tensor));
    return check_arena(h, spans);
}

#undef AT

rsl_check rsl_model_check(const void *bytes, size_t length)
{
    rsl_check check = check_frame(bytes, length);
    if (check.fault == RSL_FAULT_NONE)
        check = check_header(bytes);
    if (check.fault == RSL_FAULT_NONE)
        check = check_tensors(bytes);
    if (check.fault == RSL_FAULT_NONE)
        check = check_operations(bytes);
    return check;
}

rsl_check rsl_model_open(const void *bytes, size_t length, rsl_model *model)
{
    const rsl_check check = rsl_model_check(bytes, length);
    if (check.fault == RSL_FAULT_NONE) {
        model->bytes = bytes;
        model->header = bytes;
        model->tensors = (const rsl_tensor *)(const void *)(model->bytes + model->header->tensor_table);
        model->input = &model->tensors[model->header->input];
        model->output = &model->tensors[model->header->output];
    }
    return check;
}

const rsl_operation *rsl_model_first(const rsl_model *model)
{
    return (const rsl_operation *)(const void *)(model->bytes + model->header->operation_table);
}

const rsl_operation *rsl_operation_next(const rsl_operation *operation)
{
    return (const rsl_operation *)(const void *)((const uint8_t *)operation + operation->size);
}

uint32_t rsl_model_input_bytes(const rsl_model *model)
{
    return rsl_tensor_bytes(model->input);
}

uint32_t rsl_model_output_bytes(const rsl_model *model)
{
    return rsl_tensor_bytes(model->output);
}

uint32_t rsl_model_ram_bytes(const rsl_model *model)
{
    return model->header->arena_bytes;
}

rsl_needs rsl_model_needs(const rsl_model *model)
{
    rsl_needs needs = {0, 0, 0};
    const rsl_operation *op = rsl_model_first(model);
    for (uint32_t i = 0; i < model->header->operations; ++i, op = rsl_operation_next(op)) {
        needs.kinds |= RSL_KIND_BIT(op->kind);
        if (op->layout == 0)
            continue;
        needs.numbers |= 1U << op->number;
        needs.layouts |= RSL_LAYOUT_BIT(op->layout);
        if (rsl_is_sketched(op)) {
            const rsl_sketched *s = (const rsl_sketched *)(const void *)op;
            needs.layouts |= RSL_LAYOUT_BIT(s->r_layout);
            if (s->u_factor != 0)
                needs.layouts |= RSL_LAYOUT_BIT(s->u_layout);
        }
    }
    return needs;
}

rsl_number rsl_model_number(const rsl_model *model)
{
    const uint32_t numbers = rsl_model_needs(model).numbers;
    if (model->input->type == RSL_TENSOR_I8 || (numbers & (1U << RSL_I8)) != 0)
        return RSL_I8;
    return (numbers & (1U << RSL_F16)) != 0 ? RSL_F16 : RSL_F32;
}

uint64_t rsl_model_macs(const rsl_model *model)
{
    uint64_t macs = 0;
    const rsl_operation *op = rsl_model_first(model);
    for (uint32_t i = 0; i < model->header->operations; ++i, op = rsl_operation_next(op))
        macs += rsl_operation_macs(model, op);
    return macs;
}

void rsl_model_spans(const rsl_model *model, rsl_span spans[RSL_MAX_TENSORS])
{
    before_all(model->header, spans);
    const rsl_operation *op = rsl_model_first(model);
    for (int16_t i = 0; i < (int16_t)model->header->operations; ++i, op = rsl_operation_next(op))
        (void)follow(op, i, spans, 0);
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
        "the number of operations or tensors is out of range",
        "a tensor has no numbers or too many",
        "a part lies outside of the image or is not aligned",
        "the kind of an operation is not known",
        "an operation has flags that its kind has not",
        "the shapes of operations and tensors do not meet",
        "a kept-input index is out of range or out of order",
        "a zero point is out of range",
        "a multiplier is out of range",
        "a reserved field is not zero",
        "the name is not printable ASCII",
        "a scale is not finite or not above zero",
        "the image does not begin at a multiple of 16 bytes",
        "the type of a tensor is not known, or not one for its operation",
        "a tensor is read before it is written, or written twice, or never",
        "a tensor lies outside of the arena, or over one that is still needed",
    };
    const unsigned n = (unsigned)fault;
    return n < sizeof texts / sizeof texts[0] ? texts[n] : "unknown fault";
}
