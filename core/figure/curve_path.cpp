// SPDX-License-Identifier: Apache-2.0
#include "core/figure/curve_path.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rosler {
namespace {

constexpr std::size_t longSeries = 2000;
constexpr double columnPt = 0.25;
constexpr std::size_t fewPoints = 12;
constexpr int markersWanted = 10;
/// Beyond this the differences of coordinates could be infinite; false for NaN as well.
constexpr double farthestPt = 1e300;

/// First, lowest, highest and last of the points [begin, end), each once, in their order.
void appendExtremes(PagePath &out, const PagePath &path, std::size_t begin, std::size_t end)
{
    std::array keep {begin, begin, begin, end - 1};
    for (std::size_t i = begin; i < end; ++i) {
        if (path[i].y < path[keep[1]].y)
            keep[1] = i;
        if (path[i].y > path[keep[2]].y)
            keep[2] = i;
    }
    std::sort(keep.begin(), keep.end());
    for (std::size_t k = 0; k < keep.size(); ++k)
        if (k == 0 || keep[k] != keep[k - 1])
            out.push_back(path[keep[k]]);
}

PagePath thinned(PagePath path)
{
    if (path.size() <= longSeries)
        return path;
    PagePath out;
    std::size_t begin = 0;
    while (begin < path.size()) {
        const double column = std::floor(path[begin].x / columnPt);
        std::size_t end = begin + 1;
        while (end < path.size() && std::floor(path[end].x / columnPt) == column)
            ++end;
        appendExtremes(out, path, begin, end);
        begin = end;
    }
    return out;
}

/// The parts of @p path inside @p rect; consecutive segments stay one piece.
void appendClipped(std::vector<PagePath> &pieces, const PagePath &path, const PageRect &rect)
{
    bool open = false;
    for (std::size_t i = 1; i < path.size(); ++i) {
        PagePoint a = path[i - 1];
        PagePoint b = path[i];
        if (!clipSegment(a, b, rect)) {
            open = false;
            continue;
        }
        if (!open)
            pieces.push_back({a});
        pieces.back().push_back(b);
        open = b == path[i];
    }
}

// I. E. Sutherland, G. W. Hodgman, "Reentrant polygon clipping", CACM 17(1), 1974, doi:10.1145/360767.360802:
// one side after the other cuts the outline.
PagePath clippedOutline(PagePath outline, const PageRect &rect)
{
    struct Side {
        double PagePoint::*across;
        double PagePoint::*along;
        double at;
        double inwards; // sign
    };
    const std::array sides {Side {&PagePoint::x, &PagePoint::y, rect.left, 1.0},
                            Side {&PagePoint::x, &PagePoint::y, rect.right, -1.0},
                            Side {&PagePoint::y, &PagePoint::x, rect.top, 1.0},
                            Side {&PagePoint::y, &PagePoint::x, rect.bottom, -1.0}};
    for (const Side &side : sides) {
        PagePath cut;
        for (std::size_t i = 0; i < outline.size(); ++i) {
            const PagePoint &from = outline[i];
            const PagePoint &to = outline[(i + 1) % outline.size()];
            const double fromInside = (from.*side.across - side.at) * side.inwards;
            const double toInside = (to.*side.across - side.at) * side.inwards;
            if (fromInside >= 0)
                cut.push_back(from);
            if ((fromInside >= 0) == (toInside >= 0))
                continue;
            PagePoint met;
            met.*side.across = side.at;
            met.*side.along = from.*side.along
                + (to.*side.along - from.*side.along) * (fromInside / (fromInside - toInside));
            cut.push_back(met);
        }
        outline = std::move(cut);
    }
    return outline;
}

void appendRun(CurvePath &curve, PagePath run, const PageRect &rect)
{
    if (run.empty())
        return;
    if (run.size() == 1 && rect.holds(run.front()))
        curve.isolated.push_back(run.front());
    run = thinned(std::move(run));
    std::copy_if(run.begin(), run.end(), std::back_inserter(curve.points),
                 [&](const PagePoint &p) { return rect.holds(p); });
    appendClipped(curve.pieces, run, rect);
}

std::vector<PagePoint> spreadOverWidth(const std::vector<PagePoint> &points, double phase)
{
    const auto byX = [](const PagePoint &a, const PagePoint &b) { return a.x < b.x; };
    const auto [left, right] = std::minmax_element(points.begin(), points.end(), byX);
    std::vector<std::size_t> chosen;
    for (int k = 0; k < markersWanted; ++k) {
        const double wanted = left->x + (k + phase) / markersWanted * (right->x - left->x);
        const auto nearest =
            std::min_element(points.begin(), points.end(), [&](const auto &a, const auto &b) {
                return std::abs(a.x - wanted) < std::abs(b.x - wanted);
            });
        chosen.push_back(static_cast<std::size_t>(nearest - points.begin()));
    }
    std::sort(chosen.begin(), chosen.end());
    chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
    std::vector<PagePoint> out;
    for (const std::size_t i : chosen)
        out.push_back(points[i]);
    return out;
}

} // namespace

PagePoint PlotFrame::place(FigurePoint point) const
{
    return {rect.left + x.fraction(point.x) * rect.width(),
            rect.bottom - y.fraction(point.y) * rect.height()};
}

CurvePath curvePath(const std::vector<FigurePoint> &points, const PlotFrame &frame)
{
    CurvePath curve;
    PagePath run;
    for (const FigurePoint &point : points) {
        const PagePoint placed = frame.place(point);
        if (std::abs(placed.x) < farthestPt && std::abs(placed.y) < farthestPt) {
            run.push_back(placed);
        } else {
            appendRun(curve, std::move(run), frame.rect);
            run.clear();
        }
    }
    appendRun(curve, std::move(run), frame.rect);
    return curve;
}

PagePath bandOutline(const std::vector<FigureBandPoint> &band, const PlotFrame &frame)
{
    PagePath upper;
    PagePath lower;
    for (const FigureBandPoint &point : band) {
        if (!std::isfinite(point.low) || !std::isfinite(point.high))
            continue;
        const PagePoint high = frame.place({point.x, point.high});
        PagePoint low = frame.place({point.x, point.low});
        if (!frame.y.canShow(point.low))
            low = {high.x, frame.rect.bottom};
        if (!(std::abs(high.x) < farthestPt && std::abs(high.y) < farthestPt && std::abs(low.y) < farthestPt))
            continue;
        upper.push_back(high);
        lower.push_back(low);
    }
    if (upper.size() < 2)
        return {};
    upper = thinned(std::move(upper));
    lower = thinned(std::move(lower));
    upper.insert(upper.end(), lower.rbegin(), lower.rend());
    return clippedOutline(std::move(upper), frame.rect);
}

std::vector<PagePoint> markerPoints(const CurvePath &curve, double phase)
{
    if (curve.points.size() <= fewPoints)
        return curve.points;
    std::vector<PagePoint> out = spreadOverWidth(curve.points, phase);
    for (const PagePoint &p : curve.isolated)
        if (std::find(out.begin(), out.end(), p) == out.end())
            out.push_back(p);
    return out;
}

} // namespace rosler
