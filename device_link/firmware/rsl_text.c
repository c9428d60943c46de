// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_text.h"

#include <string.h>

#include "device_link/firmware/rsl_device.h"
#include "device_link/firmware/rsl_infer.h"
#include "device_link/firmware/rsl_window.h"

/// A reply line in the making: sent in pieces, so that no line needs room.
typedef struct line {
    const rsl_port *port;
    char text[64];
    size_t length;
} line;

static void flush(line *l)
{
    if (l->length > 0)
        l->port->write(l->port->context, (const uint8_t *)l->text, l->length);
    l->length = 0;
}

static void put_char(line *l, char c)
{
    if (l->length == sizeof l->text)
        flush(l);
    l->text[l->length++] = c;
}

static void put(line *l, const char *text)
{
    while (*text != 0)
        put_char(l, *text++);
}

static void put_number(line *l, uint64_t n)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + (char)(n % 10U));
        n /= 10U;
    } while (n != 0);
    while (count > 0)
        put_char(l, digits[--count]);
}

/// Three decimals, rounded to nearest.
static void put_decimal(line *l, float v)
{
    if (v != v) {
        put(l, "nan");
        return;
    }
    if (v < 0.0F) {
        put_char(l, '-');
        v = -v;
    }
    if (!(v < 4e9F)) {
        put(l, "4000000000.000"); // no such figure; numbers of 32 bits do for all others
        return;
    }
    uint32_t whole = (uint32_t)v;
    uint32_t rest = (uint32_t)((v - (float)whole) * 1000.0F + 0.5F);
    if (rest == 1000U) {
        rest = 0;
        ++whole;
    }
    put_number(l, whole);
    put_char(l, '.');
    put_char(l, (char)('0' + (char)(rest / 100U)));
    put_char(l, (char)('0' + (char)(rest / 10U % 10U)));
    put_char(l, (char)('0' + (char)(rest % 10U)));
}

static void put_hex(line *l, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    put_char(l, digits[byte >> 4]);
    put_char(l, digits[byte & 15U]);
}

static void end(line *l)
{
    put(l, "\r\n");
    flush(l);
}

static line begin(rsl_device *d)
{
    line l;
    l.port = d->port;
    l.length = 0;
    return l;
}

static void say(rsl_device *d, const char *text)
{
    line l = begin(d);
    put(&l, text);
    end(&l);
}

static void say_number(rsl_device *d, const char *before, uint64_t n, const char *after)
{
    line l = begin(d);
    put(&l, before);
    put_number(&l, n);
    put(&l, after);
    end(&l);
}

/// A word of what the user sent, between two texts.
static void say_about(rsl_device *d, const char *before, const char *word, const char *after)
{
    line l = begin(d);
    put(&l, before);
    put(&l, word);
    put(&l, after);
    end(&l);
}

static void timestamp(rsl_device *d)
{
    const rsl_port *p = d->port;
    const uint64_t now = rsl_device_time(d);
    if (!d->text.energy) {
        // Whole seconds apart, so that nothing overflows.
        const uint64_t us = now / p->timer_hz * 1000000U + now % p->timer_hz * 1000000U / p->timer_hz;
        say_number(d, "m-lap-us-", us, "");
        return;
    }
    if (p->window == NULL)
        return;
    p->window(p->context, true); // low for a microsecond at least
    const uint32_t from = p->ticks(p->context);
    while (p->ticks(p->context) - from <= p->timer_hz / 1000000U + 1U)
        ;
    p->window(p->context, false);
}

static const rsl_model_header *header(const rsl_device *d)
{
    return d->ready.model.bytes != NULL ? d->ready.model.header : NULL;
}

static bool is_named(const rsl_device *d, const char *name)
{
    const rsl_model_header *h = header(d);
    return h != NULL && strncmp(h->name, name, strlen(name)) == 0;
}

static int8_t quantised(const rsl_model_header *h, float v)
{
    const float q = v / h->input_scale + (float)h->input_zero;
    if (!(q > -128.0F))
        return -128;
    return q < 127.0F ? (int8_t)(q < 0.0F ? q - 0.5F : q + 0.5F) : 127;
}

/// Is a byte of `db` a pixel, 0..255, rather than an int8? So the runner sends images.
static bool takes_pixels(const rsl_device *d)
{
    return is_named(d, "ic") || is_named(d, "vww");
}

/// Byte number t->loaded as it came, into the model's input: int8 or a pixel for an int8 model, a pixel for a
/// float model, or a float32's bytes for either.
static void take_byte(rsl_device *d, uint8_t byte)
{
    rsl_text *t = &d->text;
    const rsl_model_header *h = header(d);
    const uint32_t at = t->loaded++;
    if (t->expected == h->inputs) {
        if (h->number == RSL_I8)
            d->ready.input[at] = (uint8_t)(byte ^ (takes_pixels(d) ? 0x80U : 0U));
        else
            ((float *)(void *)d->ready.input)[at] = (float)byte / 255.0F;
        return;
    }
    t->pending[at & 3U] = byte;
    if ((at & 3U) != 3U)
        return;
    float value;
    memcpy(&value, t->pending, sizeof value);
    if (h->number == RSL_I8)
        d->ready.input[at / 4U] = (uint8_t)quantised(h, value);
    else
        ((float *)(void *)d->ready.input)[at / 4U] = value;
}

static float output_at(const rsl_device *d, uint32_t i)
{
    const rsl_model_header *h = header(d);
    if (h->number == RSL_I8)
        return h->output_scale * (float)((const int16_t *)(const void *)d->ready.output)[i];
    return ((const float *)(const void *)d->ready.output)[i];
}

static float input_at(const rsl_device *d, uint32_t i)
{
    const rsl_model_header *h = header(d);
    if (h->number == RSL_I8)
        return h->input_scale * (float)(((const int8_t *)d->ready.input)[i] - h->input_zero);
    return ((const float *)(const void *)d->ready.input)[i];
}

/// e^x for x <= 0, to six digits, without a C library and with the same bits everywhere.
static float exponential(float x)
{
    if (!(x > -80.0F))
        return 0.0F;
    const float t = x * 1.44269504F;      // 2^t
    const int32_t whole = (int32_t)t - 1; // below t
    const float f = t - (float)whole;     // 0..2
    const float h = f * 0.5F;             // 2^f = (2^h)^2, h in 0..1
    const float p = 1.0F
        + h
            * (0.69314718F
               + h
                   * (0.24022651F
                      + h * (0.05550411F + h * (0.00961813F + h * 0.00133336F + h * h * 0.00015404F))));
    const uint32_t bits = (uint32_t)(whole + 127) << 23;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return p * p * scale;
}

/// Probabilities of a classifier; of an autoencoder ("ad..") the mean squared error, one number.
static void results(rsl_device *d)
{
    if (header(d) == NULL || !d->has_output) {
        say(d, "e-[No results yet]");
        return;
    }
    const uint32_t n = header(d)->outputs;
    line l = begin(d);
    put(&l, "m-results-[");
    if (is_named(d, "ad") && n == header(d)->inputs) {
        float sum = 0.0F;
        for (uint32_t i = 0; i < n; ++i) {
            const float e = output_at(d, i) - input_at(d, i);
            sum += e * e;
        }
        put_decimal(&l, sum / (float)n);
    } else {
        const float largest = output_at(d, rsl_infer_class(&d->ready.model, d->ready.output));
        float sum = 0.0F;
        for (uint32_t i = 0; i < n; ++i)
            sum += exponential(output_at(d, i) - largest);
        for (uint32_t i = 0; i < n; ++i) {
            if (i > 0)
                put_char(&l, ',');
            put_decimal(&l, exponential(output_at(d, i) - largest) / sum);
        }
    }
    put(&l, "]");
    end(&l);
}

/// A decimal number, or `otherwise` when there is no word; false when the word is no number below 2^31.
static bool number(const char *word, uint32_t otherwise, uint32_t *n)
{
    *n = otherwise;
    if (word == NULL)
        return true;
    *n = 0;
    for (; *word >= '0' && *word <= '9' && *n < 214748364U; ++word)
        *n = *n * 10U + (uint32_t)(*word - '0');
    return *word == 0;
}

static void infer(rsl_device *d, const char *runs_word, const char *warm_word)
{
    uint32_t runs = 0;
    uint32_t warm = 0;
    if (!number(runs_word, 1, &runs) || !number(warm_word, 10, &warm) || runs == 0) {
        say(d, "e-[Inference iterations must be >0, warm-ups >=0]");
        return;
    }
    if (header(d) == NULL) {
        say(d, "e-[No model]");
        return;
    }
    const bool loaded = d->text.expected > 0 && d->text.loaded == d->text.expected;
    const void *input =
        loaded ? (const void *)d->ready.input : (const void *)(d->ready.model.bytes + header(d)->known_input);
    say_number(d, "m-warmup-start-", warm, "");
    for (uint32_t i = 0; i < warm; ++i)
        (void)rsl_device_infer(d, input);
    say(d, "m-warmup-done");
    say_number(d, "m-infer-start-", runs, "");
    timestamp(d);
    for (uint32_t i = 0; i < runs; ++i)
        (void)rsl_device_infer(d, input);
    timestamp(d);
    say(d, "m-infer-done");
    results(d);
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void load_bytes(rsl_device *d, const char *hex)
{
    rsl_text *t = &d->text;
    if (strlen(hex) % 2U != 0U) {
        say(d, "e-[Insufficent number of hex digits]"); // spelt as the runner knows it
        return;
    }
    for (; *hex != 0 && t->loaded < t->expected; hex += 2) {
        const int high = nibble(hex[0]);
        const int low = nibble(hex[1]);
        if (high < 0 || low < 0) {
            const char pair[3] = {hex[0], hex[1], 0};
            say_about(d, "e-[Invalid hex digit '", pair, "']");
            return;
        }
        take_byte(d, (uint8_t)(high * 16 + low));
        if (t->loaded == t->expected) // further digits are ignored
            say(d, "m-load-done");
    }
}

/// Byte @p i of what was loaded, in the form in which it came; a float32 that was quantised, as it is now.
static uint8_t loaded_byte(const rsl_device *d, uint32_t i)
{
    const rsl_model_header *h = header(d);
    if (d->text.expected == h->inputs)
        return h->number == RSL_I8 ? (uint8_t)(d->ready.input[i] ^ (takes_pixels(d) ? 0x80U : 0U))
                                   : (uint8_t)(input_at(d, i) * 255.0F + 0.5F);
    uint8_t bytes[4];
    const float value = input_at(d, i / 4U);
    memcpy(bytes, &value, sizeof bytes);
    return i / 4U < d->text.loaded / 4U ? bytes[i & 3U] : d->text.pending[i & 3U];
}

static void print_buffer(rsl_device *d)
{
    const uint32_t n = d->text.loaded;
    for (uint32_t i = 0; i < n; i += 8) {
        line l = begin(d);
        put(&l, "m-buffer");
        for (uint32_t j = i; j < n && j < i + 8U; ++j) {
            put_char(&l, '-');
            put_hex(&l, loaded_byte(d, j));
        }
        end(&l);
    }
}

static void db(rsl_device *d, const char *word, const char *count)
{
    rsl_text *t = &d->text;
    if (word == NULL) {
        say(d, "e-[Command 'db' requires a subcommand]");
    } else if (strcmp(word, "load") == 0) {
        uint32_t n = 0;
        if (!number(count, 0, &n) || n == 0) {
            say(d, "e-[Command 'db load' must be >0 bytes]");
            return;
        }
        const uint32_t most = header(d) != NULL ? 4U * header(d)->inputs : 0;
        if (n > most) {
            line l = begin(d);
            put(&l, "Supplied buffer size ");
            put_number(&l, n);
            put(&l, " exceeds maximum of ");
            put_number(&l, most);
            end(&l);
            return;
        }
        if (n != header(d)->inputs && n != 4U * header(d)->inputs) {
            say_number(d, "e-[The model takes ", header(d)->inputs,
                       " inputs of one byte, or of four as float32]");
            return;
        }
        t->expected = n;
        t->loaded = 0;
        say_number(d, "m-[Expecting ", n, " bytes]");
    } else if (strcmp(word, "print") == 0) {
        print_buffer(d);
    } else {
        load_bytes(d, word);
    }
}

static void profile(rsl_device *d)
{
    say(d, "m-profile-[ULPMark for tinyML Firmware V0.0.1]");
    say_about(d, "m-model-[", header(d) != NULL ? header(d)->name : "none", "]");
}

static void greet_mode(rsl_device *d)
{
    say(d, d->text.energy ? "m-timestamp-mode-energy" : "m-timestamp-mode-performance");
}

static void help(rsl_device *d)
{
    static const char *const lines[] = {
        "name                the device",
        "profile             the firmware and the model",
        "timestamp           the time, or a pulse",
        "db load N           expects N bytes of input",
        "db HEX              takes some of them",
        "db print            shows them",
        "infer N [W]         N inferences after W",
        "results             the last outputs",
        "mode energy|performance",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; ++i)
        say(d, lines[i]);
}

/// The next word of *rest, ended by zero, or null.
static char *next_word(char **rest)
{
    char *word = *rest;
    while (*word == ' ')
        ++word;
    char *at = word;
    while (*at != 0 && *at != ' ')
        ++at;
    *rest = *at != 0 ? at + 1 : at;
    *at = 0;
    return *word != 0 ? word : NULL;
}

static void obey(rsl_device *d)
{
    char *rest = d->text.command;
    const char *word = next_word(&rest);
    const char *first = word != NULL ? next_word(&rest) : NULL;
    const char *second = first != NULL ? next_word(&rest) : NULL;
    if (word == NULL)
        say(d, "e-[Empty command]");
    else if (strcmp(word, "name") == 0)
        say_about(d, "m-name-dut-[", d->port->vendor, "]");
    else if (strcmp(word, "timestamp") == 0)
        timestamp(d);
    else if (strcmp(word, "profile") == 0)
        profile(d);
    else if (strcmp(word, "help") == 0)
        help(d);
    else if (strcmp(word, "results") == 0)
        results(d);
    else if (strcmp(word, "infer") == 0)
        infer(d, first, second);
    else if (strcmp(word, "db") == 0)
        db(d, first, second);
    else if (strcmp(word, "mode") == 0 && first != NULL
             && (strcmp(first, "energy") == 0 || strcmp(first, "performance") == 0)) {
        d->text.energy = first[0] == 'e';
        greet_mode(d);
    } else
        say_about(d, "e-[Unknown command: ", word, "]");
}

void rsl_text_start(rsl_device *d)
{
    greet_mode(d);
    timestamp(d);
    say(d, "m-init-done");
    say(d, "m-ready");
}

void rsl_text_forget(rsl_device *d)
{
    d->text.expected = 0;
    d->text.loaded = 0;
}

void rsl_text_open(rsl_device *d)
{
    d->text.length = 0;
    d->text.plain = true;
}

static bool is_text(uint8_t byte)
{
    return (byte >= ' ' && byte <= '~') || byte == '\r' || byte == '\n';
}

bool rsl_text_overhear(rsl_device *d, uint8_t byte)
{
    rsl_text *t = &d->text;
    t->plain = t->plain && is_text(byte) && d->work == RSL_WORK_NONE;
    if (!t->plain) {
        t->length = 0;
        return false;
    }
    rsl_text_feed(d, byte);
    return byte == '%';
}

void rsl_text_feed(rsl_device *d, uint8_t byte)
{
    rsl_text *t = &d->text;
    if (byte == '\r' || byte == '\n')
        return;
    if (!is_text(byte)) { // what is left of a broken frame is no command
        t->length = 0;
        return;
    }
    if (byte != '%') {
        if (t->length < RSL_TEXT_COMMAND)
            t->command[t->length] = (char)byte;
        if (t->length <= RSL_TEXT_COMMAND)
            ++t->length;
        return;
    }
    if (t->length > RSL_TEXT_COMMAND) {
        say(d, "e-[Command longer than 80 characters]");
    } else {
        t->command[t->length] = 0;
        obey(d);
    }
    t->length = 0;
    say(d, "m-ready");
}
