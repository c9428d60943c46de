// SPDX-License-Identifier: Apache-2.0
#include "device_link/firmware/rsl_text.h"

#include <string.h>

#include "device_link/firmware/rsl_divide.h"
#include "device_link/firmware/rsl_line.h"
#include "device_link/protocol/rsl_quantise.h"

enum {
    REFERENCE_BUFFER = 27648, ///< bytes that the reference implementation takes: a picture of 96x96x3
    PULSES_A_SECOND = 10000,  ///< were they one after the other: a pulse lasts 100 us
};

#define NOT_FED UINT32_MAX ///< as fed_floats: a count that inferences do not reach

/// What the runner knows the commands by.
static const char reference_version[] = "ULPMark for tinyML Firmware V0.0.1";

static rsl_line begin_line(const rsl_text *t)
{
    return rsl_line_to(t->host.port);
}

static void say(const rsl_text *t, const char *text)
{
    rsl_line l = begin_line(t);
    rsl_line_put(&l, text);
    rsl_line_send(&l, "\r\n");
}

static void say_number(const rsl_text *t, const char *before, uint64_t n)
{
    rsl_line l = begin_line(t);
    rsl_line_put(&l, before);
    rsl_line_put_number(&l, n);
    rsl_line_send(&l, "\r\n");
}

/// Two numbers in a line that ends with LF alone, as the reference has it.
static void say_pair(const rsl_text *t, const char *before, int32_t first, const char *between,
                     uint32_t second)
{
    rsl_line l = begin_line(t);
    rsl_line_put(&l, before);
    rsl_line_put_signed(&l, first);
    rsl_line_put(&l, between);
    rsl_line_put_number(&l, second);
    rsl_line_send(&l, "\n");
}

/// A word in brackets, of which the first is in @p before.
static void say_about(const rsl_text *t, const char *before, const char *word)
{
    rsl_line l = begin_line(t);
    rsl_line_put(&l, before);
    rsl_line_put(&l, word);
    rsl_line_send(&l, "]\r\n");
}

static uint64_t ticks_now(const rsl_text *t)
{
    return t->host.ticks(t->host.context);
}

static void say_lap(const rsl_text *t, uint64_t ticks)
{
    const uint32_t hz = t->host.port->timer_hz;
    uint32_t rest; // whole seconds apart, so that nothing overflows
    const uint64_t seconds = rsl_divide(ticks, hz, &rest);
    say_number(t, "m-lap-us-", seconds * 1000000U + rsl_divide(rest * UINT64_C(1000000), hz, NULL));
}

/// The window pin's falling edge is the mark; it stays low for long enough to be seen through a level shifter
/// and by a meter that samples every 10 us.
static void pulse_window(const rsl_text *t)
{
    const rsl_port *p = t->host.port;
    if (p->window == NULL)
        return;
    p->window(p->context, true);
    const uint32_t from = p->ticks(p->context);
    while (p->ticks(p->context) - from <= p->timer_hz / PULSES_A_SECOND + 1U)
        ;
    p->window(p->context, false);
}

static void answer_timestamp(const rsl_text *t)
{
    if (t->energy)
        pulse_window(t);
    else
        say_lap(t, ticks_now(t));
}

static bool has_model(const rsl_text *t)
{
    return t->model.name != NULL;
}

static bool is_named(const rsl_text *t, const char *name)
{
    return has_model(t) && strncmp(t->model.name, name, strlen(name)) == 0;
}

/// Is a byte of `db` a pixel, 0..255, rather than an int8? So the runner sends images.
static bool takes_pixels(const rsl_text *t)
{
    return is_named(t, "ic") || is_named(t, "vww");
}

/// Does `db` bring float32, four bytes each, rather than a byte for each input?
static bool takes_floats(const rsl_text *t)
{
    return t->expected == 4U * t->model.inputs || (is_named(t, "ad") && t->expected != t->model.inputs);
}

/// Bytes that `db` may bring: as many as with the reference, or as the model's inputs are as float32; less
/// where the model leaves less.
static uint32_t buffer_room(const rsl_text *t)
{
    const rsl_text_model *m = &t->model;
    const uint32_t floats = 4U * m->inputs;
    const uint32_t most = floats > REFERENCE_BUFFER ? floats : REFERENCE_BUFFER;
    return most < m->spare_bytes ? most : m->spare_bytes;
}

static float loaded_float(const rsl_text *t, uint32_t i)
{
    float value;
    memcpy(&value, t->model.spare + 4U * (size_t)i, sizeof value);
    return value;
}

/// Input @p i of the model from what was loaded.
static void take_input(const rsl_text *t, uint32_t i, bool floats)
{
    const rsl_text_model *m = &t->model;
    const uint8_t byte = m->spare[i];
    if (m->integer)
        m->input[i] = floats ? (uint8_t)rsl_input_to_int8(loaded_float(t, i), m->input_scale, m->input_zero)
                             : (uint8_t)(byte ^ (takes_pixels(t) ? 0x80U : 0U));
    else
        ((float *)(void *)m->input)[i] = floats ? loaded_float(t, i) : (float)byte / 255.0F;
}

/// Makes what was loaded the model's input. When it is not whole, says so and takes the known-answer vector.
static const uint8_t *load_input(const rsl_text *t)
{
    const rsl_text_model *m = &t->model;
    const bool floats = takes_floats(t);
    const uint32_t came = floats ? t->loaded / 4U : t->loaded;
    if (came < m->inputs) {
        say_pair(t, "Input db has ", (int32_t)came, " elemented, expected ", m->inputs);
        return m->known_input;
    }
    for (uint32_t i = 0; i < m->inputs; ++i)
        take_input(t, i, floats);
    return m->input;
}

static float output_at(const rsl_text_model *m, uint32_t i)
{
    if (m->integer)
        return m->output_scale * (float)((const int16_t *)(const void *)m->output)[i];
    return ((const float *)(const void *)m->output)[i];
}

static float input_at(const rsl_text_model *m, uint32_t i)
{
    if (m->integer)
        return m->input_scale * (float)(((const int8_t *)m->input)[i] - m->input_zero);
    return ((const float *)(const void *)m->input)[i];
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

/// An autoencoder's mean squared error: against the float32 that were sent, when they were.
static float squared_error(const rsl_text *t)
{
    const rsl_text_model *m = &t->model;
    const bool sent = t->fed_floats == m->inferences;
    float sum = 0.0F;
    for (uint32_t i = 0; i < m->outputs; ++i) {
        const float e = output_at(m, i) - (sent ? loaded_float(t, i) : input_at(m, i));
        sum += e * e;
    }
    return sum / (float)m->outputs;
}

/// Probabilities of a classifier; of an autoencoder ("ad..") one number.
static void answer_results(const rsl_text *t)
{
    const rsl_text_model *m = &t->model;
    if (!has_model(t) || !m->has_output) {
        say(t, "e-[No results yet]");
        return;
    }
    rsl_line l = begin_line(t);
    rsl_line_put(&l, "m-results-[");
    if (is_named(t, "ad") && m->outputs == m->inputs) {
        rsl_line_put_decimal(&l, squared_error(t));
    } else {
        const float largest = output_at(m, m->output_class);
        float sum = 0.0F;
        for (uint32_t i = 0; i < m->outputs; ++i)
            sum += exponential(output_at(m, i) - largest);
        for (uint32_t i = 0; i < m->outputs; ++i) {
            if (i > 0)
                rsl_line_put_char(&l, ',');
            rsl_line_put_decimal(&l, exponential(output_at(m, i) - largest) / sum);
        }
    }
    rsl_line_send(&l, "]\r\n");
}

/// As C's atoi(): what stands behind the digits is ignored, no digits are 0. Saturates.
static int32_t number_in(const char *word)
{
    const bool negative = *word == '-';
    if (*word == '-' || *word == '+')
        ++word;
    uint32_t n = 0;
    for (; *word >= '0' && *word <= '9'; ++word) {
        const uint32_t digit = (uint32_t)(*word - '0');
        n = n > (INT32_MAX - digit) / 10U ? (uint32_t)INT32_MAX : n * 10U + digit;
    }
    return negative ? -(int32_t)n : (int32_t)n;
}

/// Nothing but inferences is between the two stamps: both are said afterwards.
static void infer_in_window(rsl_text *t, const uint8_t *input, uint32_t runs)
{
    if (t->energy) {
        pulse_window(t);
        t->host.infer(t->host.context, input, runs);
        pulse_window(t);
        return;
    }
    const uint64_t from = ticks_now(t);
    t->host.infer(t->host.context, input, runs);
    const uint64_t to = ticks_now(t);
    say_lap(t, from);
    say_lap(t, to);
}

static void answer_infer(rsl_text *t, const char *runs_word, const char *warm_ups_word)
{
    const int32_t runs = runs_word != NULL ? number_in(runs_word) : 1;
    const int32_t warm_ups = warm_ups_word != NULL ? number_in(warm_ups_word) : 10;
    if (runs <= 0) {
        say(t, "e-[Inference iterations must be >0]");
        return;
    }
    if (warm_ups < 0) {
        say(t, "e-[Inference warmup must be >=0]");
        return;
    }
    if (!has_model(t)) {
        say(t, "e-[No model]");
        return;
    }
    const uint8_t *input = load_input(t);
    const bool fed_floats = input == t->model.input && takes_floats(t);
    say_number(t, "m-warmup-start-", (uint32_t)warm_ups);
    t->host.infer(t->host.context, input, (uint32_t)warm_ups);
    say(t, "m-warmup-done");
    say_number(t, "m-infer-start-", (uint32_t)runs);
    infer_in_window(t, input, (uint32_t)runs);
    say(t, "m-infer-done");
    t->host.model(t->host.context, &t->model); // with its new outputs
    t->fed_floats = fed_floats ? t->model.inferences : NOT_FED;
    answer_results(t);
}

static int nibble_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void load_bytes(rsl_text *t, const char *hex)
{
    if (strlen(hex) % 2U != 0U) {
        say(t, "e-[Insufficent number of hex digits]"); // spelt as the runner knows it
        return;
    }
    for (; *hex != 0; hex += 2) {
        const int high = nibble_of(hex[0]);
        const int low = nibble_of(hex[1]);
        if (high < 0 || low < 0) {
            const char pair[4] = {hex[0], hex[1], '\'', 0};
            say_about(t, "e-[Invalid hex digit '", pair);
            return;
        }
        if (t->loaded == buffer_room(t))
            continue;
        t->model.spare[t->loaded++] = (uint8_t)(high * 16 + low);
        t->fed_floats = NOT_FED;        // they are no longer there
        if (t->loaded == t->expected) { // further digits are ignored
            say(t, "m-load-done");
            return;
        }
    }
}

/// All that was announced, whether it came or not; eight bytes a line, and an empty line after a shorter one.
static void print_buffer(const rsl_text *t)
{
    const uint32_t n = t->expected;
    for (uint32_t i = 0; i < n; i += 8) {
        rsl_line l = begin_line(t);
        rsl_line_put(&l, "m-buffer");
        for (uint32_t j = i; j < n && j < i + 8U; ++j) {
            rsl_line_put_char(&l, '-');
            rsl_line_put_hex(&l, t->model.spare[j]);
        }
        rsl_line_send(&l, "\r\n");
    }
    if (n % 8U != 0)
        say(t, "");
}

static void forget_load(rsl_text *t)
{
    t->expected = 0;
    t->loaded = 0;
    t->fed_floats = NOT_FED;
}

/// Forgets what was loaded, whatever @p count says: after a refusal there is no input.
static void begin_load(rsl_text *t, const char *count)
{
    forget_load(t);
    if (count == NULL) {
        say(t, "e-[Command 'db load' requires the # of bytes]");
        return;
    }
    const int32_t n = number_in(count);
    const uint32_t most = buffer_room(t);
    if (n == 0) {
        say(t, "e-[Command 'db load' must be >0 bytes]");
    } else if (n < 0 || (uint32_t)n > most) {
        say_pair(t, "Supplied buffer size ", n, " exceeds maximum of ", most);
    } else {
        t->expected = (uint32_t)n;
        memset(t->model.spare, 0, t->expected);
        rsl_line l = begin_line(t);
        rsl_line_put(&l, "m-[Expecting ");
        rsl_line_put_number(&l, t->expected);
        rsl_line_send(&l, " bytes]\r\n");
    }
}

static void answer_db(rsl_text *t, const char *word, const char *count)
{
    if (word == NULL)
        say(t, "e-[Command 'db' requires a subcommand]");
    else if (strcmp(word, "load") == 0)
        begin_load(t, count);
    else if (strcmp(word, "print") == 0)
        print_buffer(t);
    else
        load_bytes(t, word);
}

static void answer_profile(const rsl_text *t)
{
    say_about(t, "m-profile-[", reference_version);
    say_about(t, "m-model-[", has_model(t) ? t->model.name : "none");
}

static void say_mode(const rsl_text *t)
{
    say(t, t->energy ? "m-timestamp-mode-energy" : "m-timestamp-mode-performance");
}

static void answer_help(const rsl_text *t)
{
    say(t, reference_version);
    say(t,
        "\r\n"
        "help, name, profile, timestamp, results\r\n"
        "db load N, db HH[HH]*, db print\r\n"
        "infer N [W=10]\r\n"
        "mode energy|performance");
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

static void obey_command(rsl_text *t)
{
    t->host.model(t->host.context, &t->model);
    if (t->laid_out != t->model.laid_out) {
        t->laid_out = t->model.laid_out;
        forget_load(t);
    }
    char *rest = t->command;
    const char *word = next_word(&rest);
    const char *first = word != NULL ? next_word(&rest) : NULL;
    const char *second = first != NULL ? next_word(&rest) : NULL;
    if (word == NULL)
        word = "";
    if (strcmp(word, "name") == 0)
        say_about(t, "m-name-dut-[", t->host.port->vendor);
    else if (strcmp(word, "timestamp") == 0)
        answer_timestamp(t);
    else if (strcmp(word, "profile") == 0)
        answer_profile(t);
    else if (strcmp(word, "help") == 0)
        answer_help(t);
    else if (strcmp(word, "results") == 0)
        answer_results(t);
    else if (strcmp(word, "infer") == 0)
        answer_infer(t, first, second);
    else if (strcmp(word, "db") == 0)
        answer_db(t, first, second);
    else if (strcmp(word, "mode") == 0 && first != NULL
             && (strcmp(first, "energy") == 0 || strcmp(first, "performance") == 0)) {
        t->energy = first[0] == 'e';
        say_mode(t);
    } else
        say_about(t, "e-[Unknown command: ", word);
}

void rsl_text_start(rsl_text *t, const rsl_text_host *host)
{
    memset(t, 0, sizeof *t);
    t->host = *host;
    t->energy = host->energy;
    t->fed_floats = NOT_FED;
    say_mode(t);
    answer_timestamp(t);
    say(t, "m-init-done");
    say(t, "m-ready");
}

static bool is_text(uint8_t byte)
{
    return (byte >= ' ' && byte <= '~') || byte == '\r' || byte == '\n';
}

bool rsl_text_overhear(rsl_text *t, uint8_t byte, bool busy)
{
    if (byte == 0) {
        t->length = 0;
        t->plain = true;
        return false;
    }
    t->plain = t->plain && is_text(byte) && !busy;
    if (!t->plain) {
        t->length = 0;
        return false;
    }
    rsl_text_feed(t, byte);
    return byte == '%';
}

void rsl_text_feed(rsl_text *t, uint8_t byte)
{
    if (byte == '\r' || byte == '\n')
        return;
    if (!is_text(byte)) { // what is left of a broken frame is no command
        t->length = 0;
        return;
    }
    if (byte != '%') {
        if (t->length < RSL_TEXT_COMMAND) // what is beyond is ignored
            t->command[t->length++] = (char)byte;
        return;
    }
    t->command[t->length] = 0;
    t->length = 0;
    obey_command(t);
    say(t, "m-ready");
}
