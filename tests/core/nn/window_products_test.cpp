// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>
#include <vector>

#include <QtTest>

#include "core/nn/conv_patches.h"
#include "tests/support/gradient_check.h"

namespace window_products_test {

using namespace rosler;
using naive::Table;

namespace {

constexpr float untouched = 42.0F;

/// Kernel, stride, padding and outputs of a convolution, and the image that it reads.
void gridRows()
{
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("height");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("kernel");
    QTest::addColumn<int>("stride");
    QTest::addColumn<int>("padding");
    QTest::addColumn<int>("outputs");
    QTest::newRow("one number") << 1 << 1 << 1 << 1 << 1 << 0 << 1;
    QTest::newRow("a pixel at a time") << 5 << 3 << 7 << 1 << 1 << 0 << 17;
    QTest::newRow("3 x 3 with zeros") << 4 << 5 << 9 << 3 << 1 << 1 << 16;
    QTest::newRow("5 x 5 without") << 1 << 9 << 8 << 5 << 1 << 0 << 20;
    QTest::newRow("four vectors") << 2 << 4 << 4 << 3 << 1 << 1 << 64;
    QTest::newRow("many outputs") << 3 << 4 << 6 << 3 << 1 << 1 << 131;
    QTest::newRow("a stride") << 3 << 9 << 7 << 3 << 2 << 1 << 10;
    QTest::newRow("zeros beyond the kernel") << 2 << 4 << 5 << 2 << 1 << 3 << 3;
    QTest::newRow("a signal") << 2 << 1 << 19 << 4 << 1 << 2 << 6;
}

WindowGrid gridOfRow()
{
    QFETCH(int, channels);
    QFETCH(int, height);
    QFETCH(int, width);
    QFETCH(int, kernel);
    QFETCH(int, stride);
    QFETCH(int, padding);
    return windowGrid({channels, height, width}, kernel, stride, padding);
}

/// All windows of an image as rows, by forPatches().
Matrix patchesOf(const WindowGrid &grid, const Matrix &image)
{
    Matrix all(grid.windows(), grid.patch());
    forPatches(grid, image.data(), true,
               [&](Index first, MatrixView patches) { all.middleRows(first, patches.rows()) = patches; });
    return all;
}

std::string differs(const Matrix &got, const Table &expected, const Table &bound, Index sums)
{
    return rosler::differs(naive::toTable(got), expected, bound, sums);
}

} // namespace

class WindowProductsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void packedMatricesComeBack_data();
    void packedMatricesComeBack();
    void productsAreThoseOfThePatches_data() { gridRows(); }
    void productsAreThoseOfThePatches();
    void gradientsAreAdded_data() { gridRows(); }
    void gradientsAreAdded();
    void theGradientToTheImageIsATurnedConvolution_data() { gridRows(); }
    void theGradientToTheImageIsATurnedConvolution();
};

void WindowProductsTest::packedMatricesComeBack_data()
{
    QTest::addColumn<int>("numbers");
    QTest::addColumn<int>("width");
    for (const int numbers : {1, 7, 33})
        for (const int width : {1, 4, 16, 17, 48, 64, 65, 130})
            QTest::addRow("%d x %d", numbers, width) << numbers << width;
}

void WindowProductsTest::packedMatricesComeBack()
{
    QFETCH(int, numbers);
    QFETCH(int, width);
    const Matrix w = naive::randomMatrix(width, numbers, 1);
    const Matrix b = w.transpose();
    Floats packed(static_cast<std::size_t>(packedSize(numbers, width)), untouched);
    Floats other(packed);
    packTransposed(view(w), packed.data());
    packRows(view(b), other.data());
    QVERIFY(packed == other);
    double sum = 0; // beyond the columns there are zeros
    for (const float number : packed)
        sum += std::abs(static_cast<double>(number));
    QVERIFY(std::abs(sum - naive::toTable(w).cwiseAbs().sum()) <= 1e-12 * sum);
    Matrix again(width, numbers);
    unpackTransposed(packed.data(), view(again));
    QVERIFY(again == w);
    Matrix rows(numbers, width);
    unpackRows(packed.data(), view(rows));
    QVERIFY(rows == b);
}

void WindowProductsTest::productsAreThoseOfThePatches()
{
    QFETCH(int, outputs);
    const WindowGrid grid = gridOfRow();
    const Matrix image = naive::randomMatrix(1, grid.in.size(), 1);
    const Matrix w = naive::randomMatrix(outputs, grid.patch(), 2);
    const Matrix bias = naive::randomMatrix(1, outputs, 3);
    Floats packed(static_cast<std::size_t>(packedSize(grid.patch(), outputs)));
    packTransposed(view(w), packed.data());
    Floats room(static_cast<std::size_t>(paddedSize(grid)));
    const float *const zeroed = padded(grid, image.data(), grid.in.channels, room.data());
    const Table p = naive::toTable(patchesOf(grid, image));
    const Table exact = naive::product(p, naive::transpose(naive::toTable(w)));
    const Table size =
        naive::product(naive::magnitude(p), naive::magnitude(naive::transpose(naive::toTable(w))));
    const Table ones = Table::Ones(grid.windows(), 1);
    const Table biases = naive::product(ones, naive::toTable(bias));
    Matrix y(grid.windows(), outputs + 3);
    y.setConstant(untouched);
    windowProducts(runsOf(grid), zeroed, packed.data(), outputs, {bias.data(), false}, y.data(), y.cols());
    const Matrix wanted = y.leftCols(outputs);
    auto wrong = differs(wanted, exact + biases, size + naive::magnitude(biases), grid.patch() + 1);
    QVERIFY2(wrong.empty(), wrong.c_str());
    QVERIFY((y.rightCols(3).array() == untouched).all());
    Matrix positive(grid.windows(), outputs);
    windowProducts(runsOf(grid), zeroed, packed.data(), outputs, {bias.data(), true}, positive.data(),
                   outputs);
    QVERIFY(positive == wanted.cwiseMax(0.0F));
}

void WindowProductsTest::gradientsAreAdded()
{
    QFETCH(int, outputs);
    const WindowGrid grid = gridOfRow();
    const Matrix image = naive::randomMatrix(1, grid.in.size(), 1);
    const Matrix dy = naive::randomMatrix(grid.windows(), outputs, 2);
    const Matrix before = naive::randomMatrix(outputs, grid.patch(), 3);
    Floats sums(static_cast<std::size_t>(packedSize(grid.patch(), outputs)));
    packTransposed(view(before), sums.data());
    Floats room(static_cast<std::size_t>(paddedSize(grid)));
    Floats rows(static_cast<std::size_t>(grid.windows() * wholeVectors(outputs)));
    addWindowGradient(runsOf(grid), padded(grid, image.data(), grid.in.channels, room.data()),
                      inWholeVectors(view(dy), rows.data()), wholeVectors(outputs), outputs, sums.data());
    Matrix got(outputs, grid.patch());
    unpackTransposed(sums.data(), view(got));
    const Table p = naive::toTable(patchesOf(grid, image));
    const Table turnedDy = naive::transpose(naive::toTable(dy));
    const Table start = naive::toTable(before);
    const auto wrong =
        differs(got, start + naive::product(turnedDy, p),
                naive::magnitude(start) + naive::product(naive::magnitude(turnedDy), naive::magnitude(p)),
                grid.windows() + 1);
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void WindowProductsTest::theGradientToTheImageIsATurnedConvolution()
{
    QFETCH(int, outputs);
    const WindowGrid grid = gridOfRow();
    const auto back = turned(grid, outputs);
    const bool can = grid.strideAcross == 1 && grid.paddingLeft < grid.windowWidth;
    QCOMPARE(back.has_value(), can);
    if (!can)
        return;
    const Matrix w = naive::randomMatrix(outputs, grid.patch(), 1);
    const Matrix dy = naive::randomMatrix(grid.windows(), outputs, 2);
    Floats packed(static_cast<std::size_t>(packedSize(back->patch(), grid.in.channels)));
    packTurned(grid, view(w), packed.data());
    // From rows with gaps, as those of a sketch are.
    Matrix gaps(grid.windows(), outputs + 2);
    gaps.setConstant(untouched);
    gaps.leftCols(outputs) = dy;
    Floats room(static_cast<std::size_t>(std::max(paddedSize(*back), back->in.size())));
    Matrix dx(1, grid.in.size());
    windowProducts(runsOf(*back), padded(*back, gaps.data(), gaps.cols(), room.data()), packed.data(),
                   grid.in.channels, {}, dx.data(), grid.in.channels);
    const auto added = [&](const Matrix &rows, const Matrix &weights) {
        const Matrix patches = rows * weights;
        Matrix sum = Matrix::Zero(1, grid.in.size());
        addPatches(grid, 0, view(patches), sum.data());
        return naive::toTable(sum);
    };
    const auto wrong = differs(dx, added(dy, w), added(dy.cwiseAbs(), w.cwiseAbs()), 2 * back->patch());
    QVERIFY2(wrong.empty(), wrong.c_str());
}

QTEST_APPLESS_MAIN(WindowProductsTest)

} // namespace window_products_test

#include "window_products_test.moc"
