// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <QtTest>

#include "core/nn/products.h"
#include "tests/support/naive.h"

namespace products_test {

using namespace rosler;

namespace {

constexpr float sentinel = -12345.0F;

/// A matrix inside a larger one: rows lie further apart than they are long, nothing is aligned.
struct Window {
    Window(Index rows, Index cols, bool strided, std::uint64_t seed)
        : gap(strided ? 3 : 0)
        , numbers(static_cast<std::size_t>(rows * (cols + gap) + 1), sentinel)
        , rowCount(rows)
        , colCount(cols)
    {
        const Matrix m = naive::randomMatrix(rows, cols, seed);
        for (Index i = 0; i < rows; ++i)
            std::copy_n(m.data() + i * cols, cols, numbers.data() + first() + i * (cols + gap));
    }

    Index first() const { return gap > 0 ? 1 : 0; }
    MatrixView writable()
    {
        return {numbers.data() + first(), rowCount, colCount, Eigen::OuterStride<>(colCount + gap)};
    }
    ConstMatrixView readable() const
    {
        return {numbers.data() + first(), rowCount, colCount, Eigen::OuterStride<>(colCount + gap)};
    }
    /// Whether nobody wrote between the rows.
    bool gapsUntouched() const
    {
        for (Index i = 0; i < rowCount; ++i)
            for (Index j = colCount; j < colCount + gap; ++j)
                if (const Index at = first() + i * (colCount + gap) + j;
                    at < static_cast<Index>(numbers.size())
                    && numbers[static_cast<std::size_t>(at)] != sentinel)
                    return false;
        return gap == 0 || numbers.front() == sentinel;
    }

    Index gap;
    std::vector<float> numbers;
    Index rowCount;
    Index colCount;
};

enum class Form { NT, NN, TN };

/// One product of each form against loops in double; what is wrong, or nothing.
std::string check(Form form, Index rows, Index inner, Index cols, bool strided, const Epilogue &epilogue)
{
    // rows x cols results with sums of length inner, whatever the form
    const Window a = form == Form::TN ? Window(inner, rows, strided, 1) : Window(rows, inner, strided, 1);
    const Window b = form == Form::NT ? Window(cols, inner, strided, 2) : Window(inner, cols, strided, 2);
    Window y(rows, cols, strided, 3);
    if (form == Form::NT)
        productNT(a.readable(), b.readable(), y.writable(), epilogue);
    else if (form == Form::NN)
        productNN(a.readable(), b.readable(), y.writable(), epilogue);
    else
        productTN(a.readable(), b.readable(), y.writable());
    if (!y.gapsUntouched())
        return "wrote between the rows";
    const auto left = a.readable();
    const auto right = b.readable();
    const auto result = y.readable();
    for (Index i = 0; i < rows; ++i) {
        for (Index j = 0; j < cols; ++j) {
            double sum = epilogue.bias == nullptr ? 0.0 : static_cast<double>(epilogue.bias[j]);
            double size = std::abs(sum);
            for (Index k = 0; k < inner; ++k) {
                const double term = static_cast<double>(form == Form::TN ? left(k, i) : left(i, k))
                    * static_cast<double>(form == Form::NT ? right(j, k) : right(k, j));
                sum += term;
                size += std::abs(term);
            }
            if (epilogue.relu)
                sum = std::max(0.0, sum);
            const double allowed = 4.0 * static_cast<double>(inner + 1) * naive::floatEps * size;
            if (!(std::abs(static_cast<double>(result(i, j)) - sum) <= allowed))
                return "(" + std::to_string(i) + ", " + std::to_string(j) + ") of " + std::to_string(rows)
                    + " x " + std::to_string(inner) + " x " + std::to_string(cols) + " is "
                    + std::to_string(result(i, j)) + ", expected " + std::to_string(sum);
        }
    }
    return {};
}

/// The bits of all three products, large enough to be shared between threads.
std::vector<float> largeProducts(int threads)
{
    const Matrix x = naive::randomMatrix(67, 523, 1);
    const Matrix w = naive::randomMatrix(601, 523, 2);
    const Matrix dy = naive::randomMatrix(67, 601, 3);
    const Matrix bias = naive::randomMatrix(1, 601, 4);
    Matrix y(67, 601);
    Matrix dx(67, 523);
    Matrix dw(601, 523);
    tbb::task_arena arena(threads);
    arena.execute([&] {
        productNT(view(x), view(w), view(y), {bias.data(), true});
        productNN(view(dy), view(w), view(dx));
        productTN(view(dy), view(x), view(dw));
    });
    std::vector<float> all(y.data(), y.data() + y.size());
    all.insert(all.end(), dx.data(), dx.data() + dx.size());
    all.insert(all.end(), dw.data(), dw.data() + dw.size());
    return all;
}

} // namespace

class ProductsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void someColumnsAreThoseOfAll();
    void longSumsAreTakenInParts();
    void agreeWithLoops_data();
    void agreeWithLoops();
    void byHand();
    void eachRowOfAGradientIsAnnouncedOnce_data();
    void eachRowOfAGradientIsAnnouncedOnce();
    void rowsAreCompleteWhenAnnounced();
    void sameBitsForAnyThreadCount();
    void reluPassesNotANumberOn_data();
    void reluPassesNotANumberOn();
    void maskCutsWhereTheOutputIsNotPositive();
};

void ProductsTest::agreeWithLoops_data()
{
    QTest::addColumn<int>("form");
    QTest::addColumn<bool>("strided");
    QTest::addColumn<bool>("bias");
    QTest::addColumn<bool>("relu");
    QTest::newRow("x w^T") << 0 << false << false << false;
    QTest::newRow("x w^T, strided, bias and ReLU") << 0 << true << true << true;
    QTest::newRow("x w^T, strided, bias") << 0 << true << true << false;
    QTest::newRow("a b") << 1 << false << false << false;
    QTest::newRow("a b, strided, bias and ReLU") << 1 << true << true << true;
    QTest::newRow("a b, ReLU") << 1 << false << false << true;
    QTest::newRow("a^T b") << 2 << false << false << false;
    QTest::newRow("a^T b, strided") << 2 << true << false << false;
}

void ProductsTest::agreeWithLoops()
{
    QFETCH(int, form);
    QFETCH(bool, strided);
    QFETCH(bool, bias);
    QFETCH(bool, relu);
    const Matrix biases = naive::randomMatrix(1, 257, 9);
    // Around each width of a vector register, of a tile and of the limit between thin and thick.
    for (const Index rows : {1, 2, 3, 7, 16, 33}) {
        for (const Index inner : {1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 64, 100}) {
            for (const Index cols : {1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 64, 257}) {
                const auto wrong = check(static_cast<Form>(form), rows, inner, cols, strided,
                                         {bias ? biases.data() : nullptr, relu});
                QVERIFY2(wrong.empty(), wrong.c_str());
            }
        }
    }
    const auto wrong =
        check(static_cast<Form>(form), 257, 300, 257, strided, {bias ? biases.data() : nullptr, relu});
    QVERIFY2(wrong.empty(), wrong.c_str());
}

void ProductsTest::byHand()
{
    Matrix x(2, 3);
    x << 1, 2, 3, -1, 0, 2;
    Matrix w(2, 3);
    w << 1, 0, -1, 2, 1, 1;
    const std::array<float, 2> bias {0.5F, -8.0F};
    Matrix y(2, 2);
    productNT(view(std::as_const(x)), view(std::as_const(w)), view(y), {bias.data(), true});
    Matrix expected(2, 2);
    expected << 0, 0, 0, 0; // -2 + 0.5 and 7 - 8 are cut, -3 + 0.5 and 0 - 8 as well
    QVERIFY(y == expected);
    productNT(view(std::as_const(x)), view(std::as_const(w)), view(y), {bias.data(), false});
    expected << -1.5F, -1, -2.5F, -8;
    QVERIFY(y == expected);
    Matrix g(3, 3);
    productTN(view(std::as_const(x)), view(std::as_const(w)), view(g)); // x^T w
    Matrix expectedG(3, 3);
    expectedG << -1, -1, -2, 2, 0, -2, 7, 2, -1;
    QVERIFY(g == expectedG);
    Matrix n(2, 3);
    productNN(view(std::as_const(y)), view(std::as_const(w)), view(n));
    Matrix expectedN(2, 3);
    expectedN << -3.5F, -1, 0.5F, -18.5F, -8, -5.5F;
    QVERIFY(n == expectedN);
}

void ProductsTest::eachRowOfAGradientIsAnnouncedOnce_data()
{
    QTest::addColumn<int>("rows");
    for (const int rows : {1, 31, 32, 33, 127, 128, 129, 500})
        QTest::addRow("%d", rows) << rows;
}

void ProductsTest::eachRowOfAGradientIsAnnouncedOnce()
{
    QFETCH(int, rows);
    const Matrix a = naive::randomMatrix(33, rows, 1);
    const Matrix b = naive::randomMatrix(33, 300, 2);
    Matrix g(rows, 300);
    std::vector<std::atomic<int>> heard(static_cast<std::size_t>(rows));
    productTN(view(a), view(b), view(g), [&](Index first, Index count) {
        for (Index i = first; i < first + count; ++i)
            ++heard.at(static_cast<std::size_t>(i));
    });
    for (const auto &times : heard)
        QCOMPARE(times.load(), 1);
}

void ProductsTest::rowsAreCompleteWhenAnnounced()
{
    const Matrix a = naive::randomMatrix(40, 400, 1);
    const Matrix b = naive::randomMatrix(40, 300, 2);
    Matrix whole(400, 300);
    productTN(view(a), view(b), view(whole));
    Matrix g = Matrix::Constant(400, 300, sentinel);
    std::atomic<int> different = 0;
    productTN(view(a), view(b), view(g), [&](Index first, Index count) {
        if (std::memcmp(g.data() + first * 300, whole.data() + first * 300,
                        static_cast<std::size_t>(count * 300) * sizeof(float))
            != 0)
            ++different;
    });
    QCOMPARE(different.load(), 0);
}

void ProductsTest::sameBitsForAnyThreadCount()
{
    const tbb::global_control allow(tbb::global_control::max_allowed_parallelism, 7);
    const auto alone = largeProducts(1);
    for (const int threads : {2, 3, 7}) {
        const auto together = largeProducts(threads);
        QVERIFY2(std::memcmp(alone.data(), together.data(), alone.size() * sizeof(float)) == 0,
                 qPrintable(QString::number(threads)));
    }
}

void ProductsTest::reluPassesNotANumberOn_data()
{
    // A ReLU that turned NaN into 0 would hide that a training has diverged.
    QTest::addColumn<int>("form");
    QTest::addColumn<int>("inner");
    QTest::addColumn<int>("outputs");
    QTest::newRow("thin x w^T") << 0 << 40 << 20;
    QTest::newRow("thick x w^T") << 0 << 40 << 40;
    QTest::newRow("thin a b") << 1 << 8 << 40;
    QTest::newRow("thin a b, rest of a register") << 1 << 8 << 3;
    QTest::newRow("thick a b") << 1 << 40 << 40;
}

void ProductsTest::reluPassesNotANumberOn()
{
    QFETCH(int, form);
    QFETCH(int, inner);
    QFETCH(int, outputs);
    Matrix x = naive::randomMatrix(5, inner, 1);
    x(2, 1) = std::numeric_limits<float>::quiet_NaN();
    const Matrix w =
        form == 0 ? naive::randomMatrix(outputs, inner, 2) : naive::randomMatrix(inner, outputs, 2);
    Matrix y(5, outputs);
    if (form == 0)
        productNT(view(std::as_const(x)), view(w), view(y), {nullptr, true});
    else
        productNN(view(std::as_const(x)), view(w), view(y), {nullptr, true});
    for (Index i = 0; i < y.rows(); ++i)
        for (Index j = 0; j < y.cols(); ++j)
            QCOMPARE(std::isnan(y(i, j)), i == 2);
}

void ProductsTest::maskCutsWhereTheOutputIsNotPositive()
{
    Matrix y(3, 2);
    y << 1, 0, 0, -0.0F, 2, 3;
    Matrix dy(3, 2);
    dy << 4, 5, 6, 7, 8, 9;
    Matrix expected(3, 2);
    expected << 4, 0, 0, 0, 8, 9;
    Matrix masked = dy;
    std::array<float, 2> sums {sentinel, sentinel};
    maskAndSum(view(masked), view(std::as_const(y)), true, sums.data());
    QVERIFY(masked == expected);
    QCOMPARE(sums[0], 12.0F);
    QCOMPARE(sums[1], 9.0F);
    masked = dy;
    maskAndSum(view(masked), view(std::as_const(y)), false, sums.data());
    QVERIFY(masked == dy);
    QCOMPARE(sums[0], 18.0F);
    QCOMPARE(sums[1], 21.0F);
    maskAndSum(view(masked), view(std::as_const(y)), true, nullptr);
    QVERIFY(masked == expected);
}

void ProductsTest::someColumnsAreThoseOfAll()
{
    for (const Index rank : {1, 16, 300}) {
        const Matrix a = naive::randomMatrix(35, rank, 1);
        const Matrix b = naive::randomMatrix(35, 130, 2);
        std::vector<std::uint32_t> columns;
        for (std::uint32_t c = 3; c < 130; c += 2)
            columns.push_back(c);
        Matrix all(rank, 130);
        productTN(view(a), view(b), view(all));
        Matrix some = Matrix::Constant(rank, 130, 7.0F);
        productTN(view(a), view(b), columns, view(some));
        for (Index r = 0; r < rank; ++r)
            for (Index c = 0; c < 130; ++c)
                QCOMPARE(some(r, c), c >= 3 && c % 2 == 1 ? all(r, c) : 7.0F);
    }
}

void ProductsTest::longSumsAreTakenInParts()
{
    const Matrix bias = naive::randomMatrix(1, 70, 9);
    for (const Index inner : {1023, 1024, 1025, 2500})
        for (const Index rows : {5, 50})
            for (const Form form : {Form::NT, Form::NN, Form::TN}) {
                const Epilogue epilogue {form == Form::TN ? nullptr : bias.data(), form != Form::TN};
                const std::string wrong = check(form, rows, inner, 70, true, epilogue);
                QVERIFY2(wrong.empty(), wrong.c_str());
            }
}

QTEST_APPLESS_MAIN(ProductsTest)

} // namespace products_test

#include "products_test.moc"
