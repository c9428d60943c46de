// SPDX-License-Identifier: Apache-2.0
//
// Only + - * / and sqrt, which IEEE 754 rounds in one way, and no contraction to fused multiply-adds
// (core/data/CMakeLists.txt): so the pictures are the same bits everywhere.
#include "core/data/synthetic/digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include "core/base/random.h"
#include "core/data/dataset_reader.h"
#include "core/data/synthetic/digit_forms.h"

namespace rosler {

namespace {

constexpr int side = 28;
constexpr Index pixelCount = Index {side} * side;

struct Point {
    float x;
    float y;
};

/// Random numbers of one example, taken one after the other.
class Dice
{
public:
    Dice(std::uint64_t seed, std::uint32_t example) noexcept
        : m_stream(seed, Draw::SyntheticDigit, example)
    {
    }

    /// Uniform on [low, high).
    float between(float low, float high) noexcept { return low + (high - low) * m_stream.uniform(m_next++); }

    std::uint32_t below(std::uint32_t bound) noexcept { return m_stream.below(m_next++, bound); }

    /// Mean 0, deviation @p deviation: the sum of eight uniform numbers, near enough to a normal one.
    float spread(float deviation) noexcept
    {
        constexpr float perUnit = 1.0F / 53509.9F; // deviation of a sum of eight: sqrt(8 (2^32 - 1) / 12)
        std::uint32_t sum = 0;
        for (const std::uint32_t word : m_stream.block(m_next++))
            sum += (word & 0xFFFFU) + (word >> 16U);
        return deviation * perUnit * (static_cast<float>(sum) - 4.0F * 65535.0F);
    }

    /// Four numbers of mean 0 and deviation 1 at once, coarser: each the sum of four bytes.
    std::array<float, 4> grains() noexcept
    {
        std::array<float, 4> values {};
        constexpr float perUnit = 1.0F / 147.8F; // sqrt(4 (2^16 - 1) / 12)
        std::ranges::transform(m_stream.block(m_next++), values.begin(), [](std::uint32_t word) {
            const std::uint32_t sum =
                (word & 0xFFU) + ((word >> 8U) & 0xFFU) + ((word >> 16U) & 0xFFU) + (word >> 24U);
            return perUnit * (static_cast<float>(sum) - 510.0F);
        });
        return values;
    }

private:
    RandomStream m_stream;
    std::uint64_t m_next = 0;
};

/// What a hand does to a form: a bend of second degree, then a linear map to pixels.
class Hand
{
public:
    explicit Hand(Dice &dice)
    {
        for (float &coefficient : m_bend)
            coefficient = dice.spread(0.13F);
        // A turn by the angle whose half has the tangent t, without sine or cosine.
        const float t = dice.spread(0.07F);
        const float cosine = (1.0F - t * t) / (1.0F + t * t);
        const float sine = 2.0F * t / (1.0F + t * t);
        const float slant = dice.spread(0.2F);
        const float height = dice.between(16.5F, 21.5F);
        const float width = height * dice.between(0.72F, 1.12F);
        m_map = {width * cosine, height * (-slant * cosine - sine), width * sine,
                 height * (cosine - slant * sine)};
    }

    [[nodiscard]] Point operator()(Point p) const noexcept
    {
        const float u = p.x - 0.5F;
        const float v = p.y - 0.5F;
        const float x = u + m_bend[0] * u * u + m_bend[1] * u * v + m_bend[2] * (v * v - 0.1F);
        const float y = v + m_bend[3] * u * u + m_bend[4] * u * v + m_bend[5] * (v * v - 0.1F);
        return {m_map[0] * x + m_map[1] * y, m_map[2] * x + m_map[3] * y};
    }

private:
    std::array<float, 6> m_bend {};
    std::array<float, 4> m_map {};
};

/// A piece of line as the pen draws it.
struct Segment {
    Point from;
    Point to;
    float radius;
};

/// Point at @p t in [0, 1] of the Catmull-Rom curve between b and c.
Point curve(Point a, Point b, Point c, Point d, float t)
{
    const auto one = [t](float p, float q, float r, float s) {
        return q
            + 0.5F * t
            * ((r - p) + t * ((2.0F * p - 5.0F * q + 4.0F * r - s) + t * (3.0F * (q - r) + s - p)));
    };
    return {one(a.x, b.x, c.x, d.x), one(a.y, b.y, c.y, d.y)};
}

/// The points that the pen visits between two places where it is set down or turns.
std::vector<Point> smooth(std::span<const Point> through)
{
    constexpr int steps = 7;
    const auto mirrored = [](Point about, Point p) {
        return Point {2.0F * about.x - p.x, 2.0F * about.y - p.y};
    };
    std::vector<Point> points {through.front()};
    for (std::size_t i = 0; i + 1 < through.size(); ++i) {
        const Point b = through[i];
        const Point c = through[i + 1];
        const Point a = i > 0 ? through[i - 1] : mirrored(b, c);
        const Point d = i + 2 < through.size() ? through[i + 2] : mirrored(c, b);
        for (int step = 1; step <= steps; ++step)
            points.push_back(curve(a, b, c, d, static_cast<float>(step) / steps));
    }
    return points;
}

/// A pen: how wide, how soft at the edge, how much ink.
struct Pen {
    explicit Pen(Dice &dice)
        : radius(dice.between(0.55F, 1.0F) + dice.between(0.0F, 0.75F))
        , softness(dice.between(0.55F, 0.95F))
        , ink(dice.between(0.75F, 1.0F))
        , grain(dice.between(0.0F, 0.06F))
    {
    }

    float radius;   ///< pixels
    float softness; ///< pixels from full ink to half
    float ink;      ///< grey level of a full stroke
    float grain;    ///< deviation of the noise
};

/// The strokes of one form, written by a random hand, in pixels about the origin.
std::vector<Segment> write(const DigitForm &form, const Pen &pen, Dice &dice)
{
    const Hand hand(dice);
    std::vector<Segment> segments;
    std::vector<Point> run;
    float pressure = 1.0F;
    const auto finish = [&] {
        if (run.size() > 1) {
            const std::vector<Point> points = smooth(run);
            const float pressureAtEnd = std::clamp(pressure + dice.spread(0.18F), 0.65F, 1.35F);
            const auto count = static_cast<float>(points.size() - 1);
            for (std::size_t i = 0; i + 1 < points.size(); ++i) {
                const float share = (static_cast<float>(i) + 0.5F) / count;
                segments.push_back(
                    {points[i], points[i + 1], pen.radius * (pressure + share * (pressureAtEnd - pressure))});
            }
            pressure = pressureAtEnd;
        }
        run.clear();
    };
    for (const PenPoint &point : form) {
        if (point.kind == PenPoint::Kind::Down) {
            finish();
            pressure = 1.0F + dice.spread(0.12F);
        }
        const Point moved = hand({point.x + dice.spread(0.027F), point.y + dice.spread(0.027F)});
        run.push_back(moved);
        if (point.kind == PenPoint::Kind::Corner) {
            finish();
            run.push_back(moved);
        }
    }
    finish();
    return segments;
}

/// Moves the middle of the strokes' bounding box to @p centre.
void centre(std::vector<Segment> &segments, Point centre)
{
    Point low = segments.front().from;
    Point high = low;
    for (const Segment &segment : segments) {
        for (const Point p : {segment.from, segment.to}) {
            low = {std::min(low.x, p.x), std::min(low.y, p.y)};
            high = {std::max(high.x, p.x), std::max(high.y, p.y)};
        }
    }
    const float dx = centre.x - 0.5F * (low.x + high.x);
    const float dy = centre.y - 0.5F * (low.y + high.y);
    for (Segment &segment : segments) {
        segment.from = {segment.from.x + dx, segment.from.y + dy};
        segment.to = {segment.to.x + dx, segment.to.y + dy};
    }
}

float distance(Point p, const Segment &segment)
{
    const float dx = segment.to.x - segment.from.x;
    const float dy = segment.to.y - segment.from.y;
    const float length2 = dx * dx + dy * dy;
    const float along = (p.x - segment.from.x) * dx + (p.y - segment.from.y) * dy;
    const float t = length2 > 0.0F ? std::clamp(along / length2, 0.0F, 1.0F) : 0.0F;
    const float ex = p.x - (segment.from.x + t * dx);
    const float ey = p.y - (segment.from.y + t * dy);
    return std::sqrt(ex * ex + ey * ey);
}

/// Sets each pixel to the ink that the nearest stroke leaves there.
void ink(std::span<const Segment> segments, const Pen &pen, std::span<float> pixels)
{
    for (const Segment &segment : segments) {
        const float reach = segment.radius + pen.softness;
        const auto first = [reach](float a, float b) {
            return std::clamp(static_cast<int>(std::min(a, b) - reach), 0, side - 1);
        };
        const auto last = [reach](float a, float b) {
            return std::clamp(static_cast<int>(std::max(a, b) + reach), 0, side - 1);
        };
        const int right = last(segment.from.x, segment.to.x);
        const int bottom = last(segment.from.y, segment.to.y);
        for (int y = first(segment.from.y, segment.to.y); y <= bottom; ++y) {
            for (int x = first(segment.from.x, segment.to.x); x <= right; ++x) {
                const Point middle {static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F};
                const float inside = reach - distance(middle, segment);
                if (inside <= 0.0F)
                    continue;
                const float t = std::min(1.0F, inside / (2.0F * pen.softness));
                float &pixel = pixels[static_cast<std::size_t>(y) * side + static_cast<std::size_t>(x)];
                pixel = std::max(pixel, pen.ink * t * t * (3.0F - 2.0F * t));
            }
        }
    }
}

/// Adds the pen's grain and rounds to grey levels k/255.
void addGrain(const Pen &pen, Dice &dice, std::span<float> pixels)
{
    for (std::size_t i = 0; i < pixels.size(); i += 4) {
        const auto grains = dice.grains();
        for (std::size_t k = 0; k < grains.size(); ++k) {
            const float grey = std::clamp(pixels[i + k] + pen.grain * grains[k], 0.0F, 1.0F);
            // NOLINTNEXTLINE(bugprone-incorrect-roundings): never negative
            const int level = static_cast<int>(255.0F * grey + 0.5F);
            pixels[i + k] = static_cast<float>(level) / 255.0F;
        }
    }
}

void drawDigit(unsigned digit, std::uint64_t seed, std::uint32_t example, std::span<float> pixels)
{
    Dice dice(seed, example);
    const Pen pen(dice);
    const auto &forms = formsOfDigit(digit);
    auto segments = write(forms[dice.below(static_cast<std::uint32_t>(forms.size()))], pen, dice);
    centre(segments, {side / 2.0F + dice.spread(0.9F), side / 2.0F + dice.spread(0.9F)});
    std::ranges::fill(pixels, 0.0F);
    ink(segments, pen, pixels);
    addGrain(pen, dice, pixels);
}

/// @param firstExample  tells the parts apart: no example of one is in the other
Examples drawExamples(Index count, std::uint64_t seed, std::uint32_t firstExample,
                      const std::stop_token &stop)
{
    Examples examples;
    Matrix features(count, pixelCount);
    examples.labels.resize(static_cast<std::size_t>(count));
    tbb::parallel_for(tbb::blocked_range<Index>(0, count, 64), [&](const tbb::blocked_range<Index> &range) {
        for (Index i = range.begin(); i < range.end() && !stop.stop_requested(); ++i) {
            const auto digit = static_cast<std::uint16_t>(i % 10);
            examples.labels[static_cast<std::size_t>(i)] = digit;
            drawDigit(digit, seed, firstExample + static_cast<std::uint32_t>(i),
                      {features.data() + i * pixelCount, pixelCount});
        }
    });
    examples.features = std::move(features);
    return examples;
}

} // namespace

Result<std::shared_ptr<const Dataset>> syntheticDigits(Index train, Index test, std::uint64_t seed,
                                                       const std::stop_token &stop)
{
    constexpr Index most = 1'000'000;
    for (const Index count : {train, test}) {
        if (count < 1 || count > most)
            return fail(ErrorCode::OutOfRange,
                        std::to_string(count) + " examples; 1 to " + std::to_string(most) + " can be made",
                        std::string(builtInDigits));
    }
    DatasetParts parts;
    parts.name = builtInDigits;
    parts.source = "built in";
    parts.shape = {1, side, side};
    for (int digit = 0; digit < 10; ++digit)
        parts.classNames.push_back(std::to_string(digit));
    constexpr std::uint32_t firstTest = 1U << 31U;
    parts.train = drawExamples(train, seed, 0, stop);
    parts.test = drawExamples(test, seed, firstTest, stop);
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "drawing the digits was stopped");
    return Dataset::make(std::move(parts), stop);
}

} // namespace rosler
