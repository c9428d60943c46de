// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_commit.h"

#include <string.h>

#include "device_link/firmware/rsl_infer.h"
#include "device_link/firmware/rsl_reply.h"
#include "device_link/firmware/rsl_slots.h"
#include "device_link/firmware/rsl_trust.h"
#include "device_link/firmware/rsl_window.h"
#include "device_link/protocol/rsl_hmac.h"

enum { HASH_STEP = 4096 };

/// The lowest bit of @p needed that @p known has not, or 32.
static uint32_t first_unknown(uint32_t needed, uint32_t known)
{
    uint32_t bit = 0;
    while (bit < 32U && ((needed & ~known) >> bit & 1U) == 0U)
        ++bit;
    return bit;
}

/// Can this firmware compute what needs so much? Says why not.
static bool knows_all(rsl_needs needs, rsl_error *why)
{
    const rsl_needs knows = rsl_infer_knows();
    const struct {
        uint32_t needed;
        uint32_t known;
        rsl_status status;
    } parts[] = {
        {needs.numbers, knows.numbers, RSL_UNKNOWN_NUMBER},
        {needs.layouts, knows.layouts, RSL_UNKNOWN_LAYOUT},
        {needs.kinds, knows.kinds, RSL_UNKNOWN_LAYER},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; ++i) {
        const uint32_t unknown = first_unknown(parts[i].needed, parts[i].known);
        if (unknown < 32U) {
            *why = (rsl_error) {(uint16_t)parts[i].status, 0, unknown, parts[i].known};
            return false;
        }
    }
    return true;
}

/// Input and outputs are void: another model, or none.
static void forget_input(rsl_device *d)
{
    d->has_input = false;
    d->has_output = false;
    d->done.valid = false;
    ++d->laid_out;
}

rsl_status rsl_make_ready(rsl_device *d, uint8_t slot, rsl_error *why)
{
    const rsl_port *p = d->port;
    rsl_slot_info info;
    rsl_slot_read(p, slot, &info);
    rsl_model model;
    const rsl_check check = rsl_model_open(rsl_slot_image(p, slot), info.length, &model);
    *why = rsl_trust_check(p, slot, &info); // the one place by which a model becomes ready
    if (why->status != RSL_OK)
        return (rsl_status)why->status;
    if (check.fault != RSL_FAULT_NONE)
        *why = (rsl_error) {RSL_INVALID_IMAGE, (uint16_t)check.fault, check.offset, 0};
    else if (!knows_all(rsl_model_needs(&model), why))
        return (rsl_status)why->status;
    else if (rsl_model_ram_bytes(&model) > p->arena_bytes)
        *why = (rsl_error) {RSL_NEEDS_RAM, 0, rsl_model_ram_bytes(&model), p->arena_bytes};
    if (why->status != RSL_OK)
        return (rsl_status)why->status;
    rsl_ready *r = &d->ready;
    r->model = model;
    r->slot = slot;
    r->generation = info.generation;
    r->input = rsl_infer_input(&model, p->arena);
    r->output = rsl_infer_output(&model, p->arena);
    r->ticks = 0;
    rsl_infer_prepare(&model, p->arena);
    forget_input(d);
    return RSL_OK;
}

void rsl_make_newest_ready(rsl_device *d)
{
    const rsl_port *p = d->port;
    d->active = RSL_NO_ACTIVE_SLOT;
    d->ready.model.bytes = NULL;
    forget_input(d);
    uint32_t below = UINT32_MAX;
    for (;;) { // from the highest generation down, until one is good
        uint8_t best = RSL_NO_ACTIVE_SLOT;
        uint32_t generation = 0;
        for (uint8_t i = 0; i < p->slots; ++i) {
            rsl_slot_info info;
            rsl_slot_read(p, i, &info);
            if (info.state == RSL_SLOT_VALID && info.generation > generation && info.generation < below) {
                best = i;
                generation = info.generation;
            }
        }
        if (best == RSL_NO_ACTIVE_SLOT)
            return;
        rsl_error why;
        if (rsl_make_ready(d, best, &why) == RSL_OK) {
            d->active = best;
            return;
        }
        below = generation;
    }
}

static void refuse(rsl_device *d, rsl_status status, uint32_t value, uint32_t available)
{
    const rsl_begin_reply reply = {.status = (uint16_t)status, .value = value, .available = available};
    rsl_reply(d, RSL_BEGIN, rsl_encode_begin_reply(&reply, d->payload));
}

/// Does what is announced fit? Answers when it does not.
static bool fits(rsl_device *d, const rsl_begin *b)
{
    const rsl_port *p = d->port;
    const rsl_needs needs = {b->kinds, b->numbers, b->layouts};
    const rsl_error tag = rsl_trust_takes(p, b->tag_kind);
    rsl_error why;
    if (b->format != RSL_MODEL_FORMAT)
        refuse(d, RSL_UNKNOWN_FORMAT, RSL_MODEL_FORMAT, 0);
    else if (b->kernel_abi != RSL_KERNEL_ABI)
        refuse(d, RSL_UNKNOWN_ABI, RSL_KERNEL_ABI, 0);
    else if (!knows_all(needs, &why))
        refuse(d, (rsl_status)why.status, why.value, why.available);
    else if (b->ram_bytes > p->arena_bytes)
        refuse(d, RSL_NEEDS_RAM, b->ram_bytes, p->arena_bytes);
    else if (b->length == 0 || b->length % RSL_MODEL_ALIGNMENT != 0 || b->length > rsl_slot_capacity(p))
        refuse(d, RSL_TOO_LONG, b->length, rsl_slot_capacity(p));
    else if (tag.status != RSL_OK)
        refuse(d, (rsl_status)tag.status, tag.value, 0);
    else
        return true;
    return false;
}

/// Has a push of this image begun in the slot?
static bool is_being_received(const rsl_slot_info *info, const rsl_begin *b)
{
    return info->state == RSL_SLOT_RECEIVING && info->length == b->length
        && memcmp(info->sha256, b->sha256, sizeof info->sha256) == 0;
}

/// Where a push goes: where it began before, else an empty or rejected slot, else the oldest; never the
/// active, but where there is no other and the host says that it may be lost.
static uint8_t choose_slot(const rsl_device *d, const rsl_begin *b)
{
    const rsl_port *p = d->port;
    if (p->slots == 1 && (b->slot == RSL_ANY_SLOT || b->slot == 0)
        && (d->active != 0 || (b->flags & RSL_BEGIN_REPLACE) != 0))
        return 0;
    if (b->slot != RSL_ANY_SLOT)
        return b->slot < p->slots && b->slot != d->active ? b->slot : RSL_NO_ACTIVE_SLOT;
    uint8_t best = RSL_NO_ACTIVE_SLOT;
    uint32_t oldest = UINT32_MAX;
    for (uint8_t i = 0; i < p->slots; ++i) {
        if (i == d->active)
            continue;
        rsl_slot_info info;
        rsl_slot_read(p, i, &info);
        if (is_being_received(&info, b))
            return i;
        const uint32_t age = info.state == RSL_SLOT_VALID ? info.generation : 0;
        if (age < oldest) {
            oldest = age;
            best = i;
        }
    }
    return best;
}

void rsl_answer_begin(rsl_device *d, const rsl_request *request)
{
    const rsl_port *p = d->port;
    const rsl_begin *b = &request->begin;
    d->begun = false;
    if (!fits(d, b))
        return;
    const uint8_t slot = choose_slot(d, b);
    if (slot == RSL_NO_ACTIVE_SLOT) {
        refuse(d, RSL_NO_SLOT, b->slot, p->slots);
        return;
    }
    rsl_slot_info info;
    rsl_slot_read(p, slot, &info);
    const bool resumed = (b->flags & RSL_BEGIN_FRESH) == 0 && is_being_received(&info, b)
        && info.tag_kind == b->tag_kind && rsl_slot_goes_on(p, slot)
        && (b->tag_kind == RSL_TAG_NONE || rsl_equal_tags(rsl_slot_tag(p, slot), b->tag));
    if (!resumed) {
        rsl_tell_busy(d, 500U + b->length / 16U); // erasing takes some 10 s a megabyte in slow flash
        const bool begun = rsl_slot_begin(p, slot, b);
        if (slot == d->active || !begun)
            rsl_make_newest_ready(d);
        if (!begun) {
            refuse(d, RSL_STORAGE, 0, 0);
            return;
        }
    }
    d->begun = true;
    d->begin = *b;
    d->target = slot;
    rsl_ack ack = {0};
    rsl_slot_progress(p, slot, b->length, 0, &ack);
    d->next_off = ack.next_off;
    const rsl_begin_reply reply = {RSL_OK, slot, ack.next_off, ack.bitmap, 0, 0};
    rsl_reply(d, RSL_BEGIN, rsl_encode_begin_reply(&reply, d->payload));
}

void rsl_answer_data(rsl_device *d, const rsl_request *request)
{
    const rsl_data *data = &request->data;
    if (!d->begun) {
        rsl_refuse(d, RSL_NOT_BEGUN, 0);
        return;
    }
    if (data->length != rsl_chunk_bytes(d->begin.length, data->offset)) {
        rsl_refuse(d, RSL_BAD_PAYLOAD, data->offset);
        return;
    }
    // What lies further ahead than an ACK can tell is dropped, and will come again.
    if (data->offset >= d->next_off && data->offset - d->next_off <= RSL_ACK_BITS * RSL_CHUNK
        && !rsl_slot_store(d->port, d->target, data->offset, data->bytes, data->length)) {
        d->begun = false;
        rsl_refuse(d, RSL_STORAGE, data->offset);
        return;
    }
    rsl_ack ack = {0};
    rsl_slot_progress(d->port, d->target, d->begin.length, d->next_off, &ack);
    d->next_off = ack.next_off;
    ack.credits = d->port->credits;
    rsl_reply(d, RSL_DATA, rsl_encode_ack(&ack, d->payload));
}

static void infer_known(rsl_device *d)
{
    rsl_tell_expected(d, rsl_device_expects(d));
    (void)rsl_device_infer(d, rsl_device_known_input(d));
    d->output_vector = 0;
}

static void end_commit(rsl_device *d, rsl_error why)
{
    d->begun = false;
    d->done = (rsl_done) {.valid = true, .type = RSL_COMMIT, .seq = d->reply_seq, .why = why};
}

/// The active model's known answer, once more: for a COMMIT of what is there already.
static void repeat_commit(rsl_device *d)
{
    infer_known(d);
    end_commit(d, (rsl_error) {.status = RSL_OK});
    rsl_reply_output(d, RSL_COMMIT, RSL_OK, 0, 0);
}

void rsl_answer_commit(rsl_device *d, const rsl_request *request)
{
    const rsl_commit *commit = &request->commit;
    if (d->active != RSL_NO_ACTIVE_SLOT && d->ready.model.bytes != NULL) {
        rsl_slot_info info;
        rsl_slot_read(d->port, d->active, &info);
        if (memcmp(info.sha256, commit->sha256, sizeof info.sha256) == 0) {
            repeat_commit(d);
            return;
        }
    }
    if (!d->begun || memcmp(d->begin.sha256, commit->sha256, sizeof commit->sha256) != 0) {
        rsl_refuse(d, RSL_NOT_BEGUN, 0);
        return;
    }
    if (d->next_off != d->begin.length) {
        rsl_refuse(d, RSL_INCOMPLETE, d->next_off);
        return;
    }
    rsl_tell_busy(d, 500U + d->begin.length / 512U);
    rsl_sha256_start(&d->sha);
    d->hashed = 0;
    d->work = RSL_WORK_HASH;
}

/// Ends a commit with an answer of no: the old model goes on.
static void fail(rsl_device *d, rsl_error why, bool reject)
{
    if (reject)
        (void)rsl_slot_reject(d->port, d->target);
    rsl_make_newest_ready(d);
    end_commit(d, why);
    rsl_reply_error(d, &why);
}

/// The announcement of BEGIN against the image itself.
static bool is_as_announced(const rsl_begin *b, const rsl_model *m)
{
    const rsl_needs needs = rsl_model_needs(m);
    return b->numbers == needs.numbers && b->layouts == needs.layouts && b->kinds == needs.kinds
        && b->ram_bytes == rsl_model_ram_bytes(m) && b->length == m->header->total_bytes;
}

static void check_image(rsl_device *d)
{
    rsl_error why;
    if (rsl_make_ready(d, d->target, &why) != RSL_OK) {
        fail(d, why, true);
        return;
    }
    const rsl_model *m = &d->ready.model;
    if (!is_as_announced(&d->begin, m)) {
        fail(d, (rsl_error) {.status = RSL_IMAGE_DIFFERS}, true);
        return;
    }
    infer_known(d);
    const uint8_t *known = m->bytes + m->header->known_output;
    const uint32_t outputs = rsl_tensor_numbers(m->output);
    const uint32_t size = rsl_tensor_bytes(m->output) / outputs;
    for (uint32_t i = 0; i < outputs; ++i)
        if (memcmp(d->ready.output + (size_t)size * i, known + (size_t)size * i, size) != 0) {
            // The outputs go out before the old model takes their place: those from the first that differs.
            (void)rsl_slot_reject(d->port, d->target);
            why = (rsl_error) {.status = RSL_KNOWN_ANSWER, .value = i};
            rsl_reply_output(d, RSL_COMMIT, RSL_KNOWN_ANSWER, i, size * i);
            rsl_make_newest_ready(d);
            end_commit(d, why);
            return;
        }
    if (!rsl_slot_commit(d->port, d->target)) {
        fail(d, (rsl_error) {.status = RSL_STORAGE}, false);
        return;
    }
    rsl_slot_info info;
    rsl_slot_read(d->port, d->target, &info);
    d->ready.generation = info.generation;
    d->active = d->target;
    end_commit(d, (rsl_error) {.status = RSL_OK});
    rsl_reply_output(d, RSL_COMMIT, RSL_OK, 0, 0);
}

void rsl_commit_step(rsl_device *d)
{
    if (d->work == RSL_WORK_CHECK) {
        if (rsl_trust_key(d->port) != NULL)
            rsl_tell_busy(d, 500U + d->begin.length / 128U);
        d->work = RSL_WORK_NONE;
        check_image(d);
        return;
    }
    const uint32_t rest = d->begin.length - d->hashed;
    const uint32_t n = rest < HASH_STEP ? rest : HASH_STEP;
    rsl_sha256_add(&d->sha, rsl_slot_image(d->port, d->target) + d->hashed, n);
    d->hashed += n;
    if (d->hashed < d->begin.length)
        return;
    uint8_t digest[RSL_SHA256_BYTES];
    rsl_sha256_finish(&d->sha, digest);
    if (memcmp(digest, d->begin.sha256, sizeof digest) == 0) {
        d->work = RSL_WORK_CHECK;
        return;
    }
    d->work = RSL_WORK_NONE;
    (void)rsl_slot_erase(d->port, d->target);
    const rsl_error why = {.status = RSL_WRONG_SHA};
    end_commit(d, why);
    rsl_reply_error(d, &why);
}

void rsl_answer_slot(rsl_device *d, const rsl_request *request)
{
    const rsl_slot_request r = request->slot;
    if (r.op > RSL_SLOT_ERASE) {
        rsl_refuse(d, RSL_BAD_PAYLOAD, 0);
        return;
    }
    rsl_error why = {.status = RSL_NO_SLOT};
    if (r.slot < d->port->slots) {
        rsl_slot_info info;
        rsl_slot_read(d->port, r.slot, &info);
        const bool valid = info.state == RSL_SLOT_VALID;
        if (d->begun && d->target == r.slot)
            d->begun = false;
        if (r.op == RSL_SLOT_ACTIVATE && valid) {
            if (r.slot == d->active)
                why.status = RSL_OK;
            else if (rsl_make_ready(d, r.slot, &why) == RSL_OK)
                why.status = rsl_slot_commit(d->port, r.slot) ? RSL_OK : RSL_STORAGE;
        } else if (r.op == RSL_SLOT_REJECT && info.state != RSL_SLOT_EMPTY) {
            why.status = rsl_slot_reject(d->port, r.slot) ? RSL_OK : RSL_STORAGE;
        } else if (r.op == RSL_SLOT_ERASE) {
            rsl_tell_busy(d, 500U + d->port->slot_bytes / 16U);
            why.status = rsl_slot_erase(d->port, r.slot) ? RSL_OK : RSL_STORAGE;
        }
        rsl_make_newest_ready(d);
    }
    if (why.status == RSL_OK)
        rsl_reply(d, RSL_SLOT, 0);
    else
        rsl_reply_error(d, &why);
}
