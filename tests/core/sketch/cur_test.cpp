// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include <QtTest>

#include "core/sketch/cur.h"
#include "core/sketch/randomised_svd.h"
#include "tests/support/naive.h"

namespace cur_test {

using namespace rosler;

namespace {

Eigen::MatrixXd matrixOfRank(Index rows, Index cols, Index rank)
{
    return orthonormalColumns(rows, rank, {8, Draw::Split, 0})
        * orthonormalColumns(cols, rank, {9, Draw::Split, 0}).transpose();
}

void samplingRows()
{
    QTest::addColumn<CurSampling>("sampling");
    QTest::newRow("uniform") << CurSampling::Uniform;
    QTest::newRow("leverage") << CurSampling::Leverage;
}

} // namespace

class CurTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void factorsAreColumnsAndRows_data() { samplingRows(); }
    void factorsAreColumnsAndRows();
    void coreIsTheBestBetweenThem_data() { samplingRows(); }
    void coreIsTheBestBetweenThem();
    void fullRankGivesTheMatrixBack_data() { samplingRows(); }
    void fullRankGivesTheMatrixBack();
    void itsOwnRankGivesTheMatrixBack_data() { samplingRows(); }
    void itsOwnRankGivesTheMatrixBack();
    void leverageTakesNoEmptyColumns();
    void sameSeedSameColumns_data() { samplingRows(); }
    void sameSeedSameColumns();
};

void CurTest::factorsAreColumnsAndRows()
{
    QFETCH(CurSampling, sampling);
    const Eigen::MatrixXd a = naive::toTable(naive::randomMatrix(13, 17, 1));
    const auto cur = curDecomposition(a, 5, sampling, 3, 0);
    QCOMPARE(cur.columns.size(), std::size_t {5});
    QCOMPARE(cur.rows.size(), std::size_t {5});
    QCOMPARE(cur.u.rows(), Index {5});
    QCOMPARE(cur.u.cols(), Index {5});
    for (std::size_t i = 0; i < 5; ++i) {
        QVERIFY(i == 0 || (cur.columns[i] > cur.columns[i - 1] && cur.rows[i] > cur.rows[i - 1]));
        QVERIFY(cur.c.col(static_cast<Index>(i)) == a.col(cur.columns[i]));
        QVERIFY(cur.r.row(static_cast<Index>(i)) == a.row(cur.rows[i]));
    }
}

void CurTest::coreIsTheBestBetweenThem()
{
    // U = C^+ A R^+ is the least-squares solution: the residual is orthogonal to C from the left and to R
    // from the right.
    QFETCH(CurSampling, sampling);
    const Eigen::MatrixXd a = naive::toTable(naive::randomMatrix(30, 20, 1));
    const auto cur = curDecomposition(a, 6, sampling, 3, 0);
    const Eigen::MatrixXd normal = cur.c.transpose() * (a - cur.c * cur.u * cur.r) * cur.r.transpose();
    QVERIFY(normal.norm() < 1e-12 * cur.c.norm() * a.norm() * cur.r.norm());
}

void CurTest::fullRankGivesTheMatrixBack()
{
    QFETCH(CurSampling, sampling);
    for (const auto &[rows, cols] : {std::pair<Index, Index> {1, 1}, {12, 12}, {9, 14}, {14, 9}}) {
        const Eigen::MatrixXd a = naive::toTable(naive::randomMatrix(rows, cols, 5));
        const auto cur = curDecomposition(a, std::min(rows, cols), sampling, 3, 0);
        QVERIFY((cur.c * cur.u * cur.r - a).norm() < 1e-10 * a.norm());
    }
}

void CurTest::itsOwnRankGivesTheMatrixBack()
{
    QFETCH(CurSampling, sampling);
    const auto a = matrixOfRank(40, 30, 4);
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const auto cur = curDecomposition(a, 4, sampling, seed, 2);
        QVERIFY((cur.c * cur.u * cur.r - a).norm() < 1e-10 * a.norm());
    }
}

void CurTest::leverageTakesNoEmptyColumns()
{
    Eigen::MatrixXd a = matrixOfRank(40, 30, 4);
    for (Index i = 0; i < 30; i += 2)
        a.col(i).setZero();
    for (Index i = 1; i < 40; i += 2)
        a.row(i).setZero();
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        const auto cur = curDecomposition(a, 4, CurSampling::Leverage, seed, 0);
        for (const auto column : cur.columns)
            QCOMPARE(column % 2, 1U);
        for (const auto row : cur.rows)
            QCOMPARE(row % 2, 0U);
    }
}

void CurTest::sameSeedSameColumns()
{
    QFETCH(CurSampling, sampling);
    const Eigen::MatrixXd a = naive::toTable(naive::randomMatrix(40, 50, 1));
    const auto first = curDecomposition(a, 6, sampling, 3, 0);
    const auto again = curDecomposition(a, 6, sampling, 3, 0);
    QVERIFY(first.columns == again.columns && first.rows == again.rows && first.u == again.u);
    QVERIFY(first.columns != curDecomposition(a, 6, sampling, 4, 0).columns);
    QVERIFY(first.columns != curDecomposition(a, 6, sampling, 3, 1).columns);
}

QTEST_APPLESS_MAIN(CurTest)

} // namespace cur_test

#include "cur_test.moc"
