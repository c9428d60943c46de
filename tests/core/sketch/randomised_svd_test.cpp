// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdint>

#include <QtTest>

#include "core/sketch/randomised_svd.h"
#include "tests/support/naive.h"

namespace randomised_svd_test {

using namespace rosler;

namespace {

double distanceFromOrthonormal(const Eigen::MatrixXd &q)
{
    const Eigen::MatrixXd gram = q.transpose() * q;
    return (gram - Eigen::MatrixXd::Identity(q.cols(), q.cols())).cwiseAbs().maxCoeff();
}

/// rows x cols with the singular values 2^0, 2^-decay, 2^-2 decay, ...
Eigen::MatrixXd decaying(Index rows, Index cols, Index rank, double decay)
{
    Eigen::VectorXd values(rank);
    for (Index i = 0; i < rank; ++i)
        values(i) = std::exp2(-decay * static_cast<double>(i));
    return orthonormalColumns(rows, rank, {8, Draw::Split, 0}) * values.asDiagonal()
        * orthonormalColumns(cols, rank, {9, Draw::Split, 0}).transpose();
}

/// By power iteration, from below; here neighbouring singular values differ by a fifth.
double spectralNorm(const Eigen::MatrixXd &a)
{
    Eigen::VectorXd v = Eigen::VectorXd::Ones(a.cols());
    double norm = 0;
    for (int i = 0; i < 300; ++i) {
        v = a.transpose() * (a * v);
        norm = std::sqrt(v.norm());
        v.normalize();
    }
    return norm;
}

} // namespace

class RandomisedSvdTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recoversALowRankMatrix_data();
    void recoversALowRankMatrix();
    void errorIsNearTheBestPossible();
    void zeroHasNoSingularValues();
    void signsAreLeftToChance();
    void columnsAreOrthonormal_data();
    void columnsAreOrthonormal();
    void eachOffsetIsAnotherDraw();
};

void RandomisedSvdTest::recoversALowRankMatrix_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    QTest::addColumn<int>("trueRank");
    QTest::addColumn<int>("askedRank");
    QTest::newRow("1 x 1") << 1 << 1 << 1 << 1;
    QTest::newRow("tall") << 90 << 7 << 3 << 3;
    QTest::newRow("wide") << 7 << 90 << 3 << 3;
    QTest::newRow("column") << 50 << 1 << 1 << 1;
    QTest::newRow("square") << 60 << 60 << 12 << 12;
    QTest::newRow("full rank") << 20 << 30 << 20 << 20;
    QTest::newRow("more asked than there is") << 40 << 30 << 4 << 9;
}

void RandomisedSvdTest::recoversALowRankMatrix()
{
    QFETCH(int, rows);
    QFETCH(int, cols);
    QFETCH(int, trueRank);
    QFETCH(int, askedRank);
    const auto a = decaying(rows, cols, trueRank, 0.5);
    const auto svd = randomisedSvd(a, askedRank, {1, Draw::Sketch, 0});
    QCOMPARE(svd.left.cols(), Index {askedRank});
    QCOMPARE(svd.right.cols(), Index {askedRank});
    QVERIFY((a - svd.left * svd.values.asDiagonal() * svd.right.transpose()).norm() < 1e-10 * a.norm());
    QVERIFY(distanceFromOrthonormal(svd.left) < 1e-12);
    QVERIFY(distanceFromOrthonormal(svd.right) < 1e-12);
    for (Index i = 0; i < askedRank; ++i)
        QVERIFY(std::abs(svd.values(i) - (i < trueRank ? std::exp2(-0.5 * static_cast<double>(i)) : 0.0))
                < 1e-10);
}

void RandomisedSvdTest::errorIsNearTheBestPossible()
{
    // Singular values 2^-(i/4), all 80 of them: no test matrix sees the leading six exactly. With q power
    // iterations the error exceeds the best, sigma_7, by at most a factor of about
    // (1 + 4 sqrt(2 n / (k - 1)))^(1 / (2 q + 1)) in the mean [Halko et al., (1.10)].
    const auto a = decaying(100, 80, 80, 0.25);
    const auto svd = randomisedSvd(a, 6, {1, Draw::Sketch, 0});
    const Eigen::MatrixXd rest = a - svd.left * svd.values.asDiagonal() * svd.right.transpose();
    const double spectral = spectralNorm(rest);
    const double best = std::exp2(-0.25 * 6);
    QVERIFY(spectral > best * (1.0 - 1e-6));
    QVERIFY(spectral < best * std::pow(1.0 + 4.0 * std::sqrt(2.0 * 80.0 / 5.0), 1.0 / 5.0));
}

void RandomisedSvdTest::zeroHasNoSingularValues()
{
    const auto svd = randomisedSvd(Eigen::MatrixXd::Zero(6, 5), 3, {1, Draw::Sketch, 0});
    QVERIFY(svd.values.isZero(0.0));
    QVERIFY(distanceFromOrthonormal(svd.left) < 1e-12);
    QVERIFY(distanceFromOrthonormal(svd.right) < 1e-12);
}

void RandomisedSvdTest::signsAreLeftToChance()
{
    // Uniform among the matrices with orthonormal columns: any fixed element is as often positive as not.
    constexpr int n = 400;
    int first = 0;
    int second = 0;
    int corner = 0;
    for (std::uint64_t seed = 0; seed < n; ++seed) {
        const auto q = orthonormalColumns(4, 3, {seed, Draw::Initialise, 0});
        first += q(0, 0) > 0.0;
        second += q(1, 1) > 0.0;
        corner += q(3, 2) > 0.0;
    }
    for (const int positive : {first, second, corner})
        QVERIFY2(std::abs(positive - n / 2) < 4.0 * std::sqrt(n / 4.0), // four standard errors
                 qPrintable(QString::number(positive)));
}

void RandomisedSvdTest::columnsAreOrthonormal_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    QTest::newRow("1 x 1") << 1 << 1;
    QTest::newRow("column") << 9 << 1;
    QTest::newRow("tall") << 200 << 17;
    QTest::newRow("square") << 33 << 33;
}

void RandomisedSvdTest::columnsAreOrthonormal()
{
    QFETCH(int, rows);
    QFETCH(int, cols);
    const auto q = orthonormalColumns(rows, cols, {4, Draw::Initialise, 0});
    QCOMPARE(q.rows(), Index {rows});
    QCOMPARE(q.cols(), Index {cols});
    QVERIFY(distanceFromOrthonormal(q) < 1e-13);
}

void RandomisedSvdTest::eachOffsetIsAnotherDraw()
{
    const RandomStream random(4, Draw::Initialise, 0);
    QVERIFY(orthonormalColumns(9, 4, random) == orthonormalColumns(9, 4, random, 0));
    QVERIFY(orthonormalColumns(9, 4, random) != orthonormalColumns(9, 4, random, 36));
}

QTEST_APPLESS_MAIN(RandomisedSvdTest)

} // namespace randomised_svd_test

#include "randomised_svd_test.moc"
