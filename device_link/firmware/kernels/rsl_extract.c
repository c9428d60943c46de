// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "device_link/firmware/kernels/rsl_images.h"
#include "device_link/protocol/rsl_quantise.h"

// Windows of samples to features. A frame of L samples is transformed as L / 2 complex numbers, two samples
// each, and taken apart after it. Products and sums are statements of their own, so that none are fused.

typedef struct rsl_complex {
    float re;
    float im;
} rsl_complex;

/// e^(-2 pi i k / L), k up to L / 4, from cosines of that quarter.
static inline rsl_complex first_turn(const float *cosines, uint32_t quarter, uint32_t k)
{
    return (rsl_complex) {cosines[k], -cosines[quarter - k]};
}

/// The same, k up to 3/4 L.
static rsl_complex turn(const float *cosines, uint32_t quarter, uint32_t k)
{
    uint32_t quarters = 0;
    for (; k > quarter; k -= quarter)
        ++quarters;
    rsl_complex t = first_turn(cosines, quarter, k);
    for (; quarters != 0U; --quarters)
        t = (rsl_complex) {t.im, -t.re};
    return t;
}

static inline rsl_complex product(rsl_complex x, rsl_complex t)
{
    const float a = x.re * t.re;
    const float b = x.im * t.im;
    const float c = x.re * t.im;
    const float d = x.im * t.re;
    return (rsl_complex) {a - b, c + d};
}

static inline rsl_complex sum(rsl_complex x, rsl_complex y)
{
    return (rsl_complex) {x.re + y.re, x.im + y.im};
}

static inline rsl_complex difference(rsl_complex x, rsl_complex y)
{
    return (rsl_complex) {x.re - y.re, x.im - y.im};
}

/// Of four transforms, each `size` numbers after the last, one number each; in the order of reversed bits the
/// second and third have changed places.
static inline __attribute__((always_inline)) void join_four(rsl_complex *z, uint32_t size, bool turned,
                                                            const rsl_complex *t)
{
    const rsl_complex a = z[0];
    rsl_complex b = z[2U * size];
    rsl_complex c = z[size];
    rsl_complex d = z[3U * size];
    if (turned) {
        b = product(b, t[0]);
        c = product(c, t[1]);
        d = product(d, t[2]);
    }
    const rsl_complex even = sum(a, c);
    const rsl_complex odd = sum(b, d);
    const rsl_complex e = difference(a, c);
    const rsl_complex o = difference(b, d);
    z[0] = sum(even, odd);
    z[size] = (rsl_complex) {e.re + o.im, e.im - o.re};
    z[2U * size] = difference(even, odd);
    z[3U * size] = (rsl_complex) {e.re - o.im, e.im + o.re};
}

/// The transform of @p m numbers in the order of their reversed bits.
static void transform(rsl_complex *z, uint32_t m, const float *cosines)
{
    uint32_t size = 1;
    for (uint32_t left = m; left > 1U; left /= 4U)
        if (left == 2U) { // no power of four: pairs first
            for (uint32_t i = 0; i < m; i += 2U) {
                const rsl_complex a = z[i];
                const rsl_complex b = z[i + 1U];
                z[i] = sum(a, b);
                z[i + 1U] = difference(a, b);
            }
            size = 2;
        }
    for (; size < m; size *= 4U) {
        for (uint32_t i = 0; i < m; i += 4U * size)
            join_four(z + i, size, false, NULL);
        const uint32_t step = m / (2U * size);
        for (uint32_t k = 1; k < size; ++k) {
            const rsl_complex t[3] = {first_turn(cosines, m / 2U, k * step),
                                      turn(cosines, m / 2U, 2U * k * step),
                                      turn(cosines, m / 2U, 3U * k * step)};
            for (uint32_t i = k; i < m; i += 4U * size)
                join_four(z + i, size, true, t);
        }
    }
}

static inline float squared(float re, float im)
{
    const float a = re * re;
    const float b = im * im;
    return a + b;
}

/// Squared magnitudes of a frame: that of bin k to scratch[2 k], k = 0 .. L / 2.
static void find_powers(const rsl_extraction *e, const float *x)
{
    const float *cosines = (const float *)(const void *)(e->tables + rsl_extract_cosines(e->frame));
    rsl_complex *z = (rsl_complex *)(void *)e->scratch;
    const uint32_t m = e->frame / 2U;
    uint32_t place = 0;
    const float *w = (const float *)(const void *)e->tables;
    for (int32_t way = 1; way >= -1; way -= 2) // to the middle, and back
        for (uint32_t left = m / 2U; left != 0U; --left) {
            z[place].re = *x * *w;
            x += e->channels;
            w += way;
            z[place].im = *x * *w;
            x += e->channels;
            w += way;
            uint32_t bit = m / 2U; // one more, with its bits reversed
            for (; (place & bit) != 0U; bit /= 2U)
                place ^= bit;
            place |= bit;
        }
    transform(z, m, cosines);
    float *const powers = e->scratch;
    const float first = z[0].re + z[0].im;
    const float last = z[0].re - z[0].im;
    powers[0] = squared(first + first, 0.0F);
    powers[e->frame] = squared(last + last, 0.0F);
    const rsl_complex middle = z[m / 2U];
    powers[m] = squared(middle.re + middle.re, middle.im + middle.im);
    for (uint32_t k = 1; k < m - k; ++k) {
        const rsl_complex p = z[k];
        const rsl_complex q = z[m - k];
        const rsl_complex even = {p.re + q.re, p.im - q.im};
        const rsl_complex odd =
            product((rsl_complex) {p.im + q.im, q.re - p.re}, first_turn(cosines, m / 2U, k));
        powers[2U * k] = squared(even.re + odd.re, even.im + odd.im);
        powers[2U * (m - k)] = squared(even.re - odd.re, even.im - odd.im);
    }
}

/// Correctly rounded, of a number that is not below zero.
static float root(float x)
{
#ifdef RSL_ARM_FPU
    float y;
    __asm__("vsqrt.f32 %0, %1" : "=t"(y) : "t"(x));
    return y;
#elif defined(__riscv_flen)
    float y;
    __asm__("fsqrt.s %0, %1" : "=f"(y) : "f"(x));
    return y;
#else
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (bits == 0U || bits >= 0x7F800000U)
        return x;
    int32_t exponent = (int32_t)(bits >> 23);
    uint32_t fraction = bits & 0x7FFFFFU;
    if (exponent != 0)
        fraction |= 0x800000U;
    else
        for (exponent = 1; fraction < 0x800000U; --exponent)
            fraction <<= 1;
    if ((exponent & 1) == 0) {
        fraction <<= 1;
        --exponent;
    }
    // x = fraction 2^(exponent - 150); 24 bits of the root of fraction 2^23, from the first on.
    uint32_t digits = 0;
    uint32_t rest = 0;
    fraction <<= 7;
    for (uint32_t left = 24; left != 0U; --left) {
        rest = rest << 2 | fraction >> 30;
        fraction <<= 2;
        digits <<= 1;
        if (rest > 2U * digits) {
            rest -= 2U * digits + 1U;
            ++digits;
        }
    }
    digits += rest > digits ? 1U : 0U; // nearest; none lies between two
    bits = ((uint32_t)(150 + (exponent - 173) / 2) << 23) + (digits - 0x800000U);
    memcpy(&x, &bits, sizeof bits);
    return x;
#endif
}

/// The natural logarithm of a normal number above zero: ln(m 2^e) with m near 1 by 2 artanh((m - 1) / (m +
/// 1)).
static float logarithm(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    int32_t exponent = (int32_t)(bits >> 23) - 127;
    bits = (bits & 0x7FFFFFU) | 0x3F800000U;
    if (bits > 0x3FB504F3U) { // the root of 2
        bits -= 0x800000U;
        ++exponent;
    }
    float m;
    memcpy(&m, &bits, sizeof m);
    const float above = m - 1.0F;
    const float below = m + 1.0F;
    const float s = above / below;
    const float z = s * s;
    float r = z * 0x1.c71c72p-4F; // 1/9
    r = r + 0x1.24924ap-3F;       // 1/7
    r = r * z;
    r = r + 0x1.99999ap-3F; // 1/5
    r = r * z;
    r = r + 0x1.555556p-2F; // 1/3
    r = r * z;
    const float twice = s + s;
    float y = twice * r;
    y = twice + y;
    const float low = (float)exponent * 0x1.7f7d1cp-20F; // ln 2 in two parts
    const float high = (float)exponent * 0x1.62e4p-1F;
    y = y + low;
    return high + y;
}

static void put(const rsl_extraction *e, void *y, uint32_t at, float value)
{
    if (e->y_type == RSL_TENSOR_F32)
        ((float *)y)[at] = value;
    else
        ((int8_t *)y)[at] = rsl_input_to_int8(value, e->y_scale, e->y_zero);
}

/// ln max(1e-10, sum of teeth and powers) of each band, at the end of the scratch.
/// @return what lies behind the teeth
static const float *find_bands(const rsl_extraction *e, float *logarithms)
{
    const uint16_t *rows = (const uint16_t *)(const void *)(e->tables + rsl_extract_bands(e->frame));
    const float *tooth = (const float *)(const void *)(e->tables + rsl_extract_teeth(e->frame, e->bands));
    for (uint32_t band = 0; band < e->bands; ++band) {
        const float *power = e->scratch + 2U * rows[2U * band];
        float energy = 0.0F;
        for (uint32_t left = rows[2U * band + 1U]; left != 0U; --left, power += 2) {
            const float term = *tooth++ * *power;
            energy = energy + term;
        }
        logarithms[band] = logarithm(energy > 1e-10F ? energy : 1e-10F);
    }
    return tooth;
}

/// The features of one frame, from place @p at on.
/// @return the place of the next
static uint32_t extract_frame(const rsl_extraction *e, const float *x, void *y, uint32_t at)
{
    find_powers(e, x);
    if (e->bands == 0U) {
        for (uint32_t k = 1; k <= e->frame / 2U; ++k, at += e->channels)
            put(e, y, at, root(e->scratch[2U * k]));
        return at;
    }
    float *const logarithms = e->scratch + e->frame + 1U;
    const float *cosine = find_bands(e, logarithms);
    if (e->coefficients == 0U)
        for (uint32_t band = 0; band < e->bands; ++band, at += e->channels)
            put(e, y, at, logarithms[band]);
    for (uint32_t i = 0; i < e->coefficients; ++i, at += e->channels) {
        float value = 0.0F;
        for (uint32_t band = 0; band < e->bands; ++band) {
            const float term = *cosine++ * logarithms[band];
            value = value + term;
        }
        put(e, y, at, value);
    }
    return at;
}

void rsl_extract_features(const rsl_extraction *e, const float *x, void *y)
{
    for (uint32_t channel = 0; channel < e->channels; ++channel) {
        uint32_t at = channel;
        for (uint32_t first = 0; first + e->frame <= e->samples; first += e->hop)
            at = extract_frame(e, x + first * e->channels + channel, y, at);
    }
}
