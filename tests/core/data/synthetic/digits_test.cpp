// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <tbb/global_control.h>

#include <QtTest>

#include "core/data/synthetic/digit_forms.h"
#include "core/data/synthetic/digits.h"

namespace digits_test {

using namespace rosler;

namespace {

Matrix allOf(const Examples &part)
{
    Matrix room;
    return part.features.rows(0, part.count(), room);
}

} // namespace

class DigitsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void formsAreDrawnInTheUnitSquare();
    void everyClassIsEquallyFrequent();
    void pixelsAreGreyLevels();
    void everyPictureHasInkAndFitsItsFrame();
    void noTwoPicturesAreEqual();
    void theSameSeedGivesTheSameBitsForAnyThreadCount();
    void theDigitsOfStoredRunsStay();
    void anExampleDoesNotDependOnTheCounts();
    void otherSeedsGiveOtherDigits();
    void classesCanBeToldApartButNotByTheirMeansAlone();
    void refusesAbsurdCounts();

private:
    std::shared_ptr<const Dataset> m_digits;
};

void DigitsTest::initTestCase()
{
    const auto made = syntheticDigits();
    QVERIFY(made.has_value());
    m_digits = *made;
}

void DigitsTest::formsAreDrawnInTheUnitSquare()
{
    for (unsigned digit = 0; digit < 10; ++digit) {
        QVERIFY(!formsOfDigit(digit).empty());
        for (const DigitForm &form : formsOfDigit(digit)) {
            QVERIFY(form.size() >= 3);
            QVERIFY(form.front().kind == PenPoint::Kind::Down);
            QVERIFY(form.back().kind == PenPoint::Kind::Smooth);
            for (const PenPoint &point : form)
                QVERIFY(point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1);
        }
    }
}

void DigitsTest::everyClassIsEquallyFrequent()
{
    QCOMPARE(m_digits->shape(), (ExampleShape {1, 28, 28}));
    QCOMPARE(m_digits->classes(), 10);
    QCOMPARE(m_digits->classNames()[7], "7");
    QCOMPARE(classCounts(m_digits->train(), 10), std::vector<Index>(10, 600));
    QCOMPARE(classCounts(m_digits->test(), 10), std::vector<Index>(10, 100));
}

void DigitsTest::pixelsAreGreyLevels()
{
    std::set<float> levels;
    for (int level = 0; level <= 255; ++level)
        levels.insert(static_cast<float>(level) / 255.0F);
    const Matrix test = allOf(m_digits->test());
    for (Index i = 0; i < test.size() / 5; ++i)
        QVERIFY(levels.contains(test.data()[i]));
}

void DigitsTest::everyPictureHasInkAndFitsItsFrame()
{
    const Matrix train = allOf(m_digits->train());
    Index inkAtTheEdge = 0;
    for (Index row = 0; row < train.rows(); ++row) {
        const auto picture = view(train.data() + row * 784, 28, 28);
        const float all = picture.sum();
        QVERIFY(all > 10.0F && all < 400.0F);
        float edge = std::max(picture.row(0).maxCoeff(), picture.row(27).maxCoeff());
        edge = std::max({edge, picture.col(0).maxCoeff(), picture.col(27).maxCoeff()});
        inkAtTheEdge += edge > 0.5F ? 1 : 0;
    }
    QVERIFY2(inkAtTheEdge < train.rows() / 50, qPrintable(QString::number(inkAtTheEdge)));
}

void DigitsTest::noTwoPicturesAreEqual()
{
    std::set<std::string> pictures;
    std::vector<float> pixels(784);
    for (const Examples *part : {&m_digits->train(), &m_digits->test()}) {
        for (Index row = 0; row < part->count(); ++row) {
            part->features.widen(row, pixels.data());
            pictures.emplace(reinterpret_cast<const char *>(pixels.data()), 784 * sizeof(float));
        }
    }
    QCOMPARE(pictures.size(), 7000U);
}

void DigitsTest::theSameSeedGivesTheSameBitsForAnyThreadCount()
{
    const std::string digest = syntheticDigits(300, 100).value()->digest();
    for (const std::size_t threads : {1U, 2U, 3U, 7U}) {
        const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
        QCOMPARE(syntheticDigits(300, 100).value()->digest(), digest);
    }
}

void DigitsTest::theDigitsOfStoredRunsStay()
{
    // Recorded from this function: a change would make runs on the digits impossible to repeat.
    QCOMPARE(m_digits->digest(), "f598ed322d6c492a06fb440b27142383edd02500d42ede08690f01f18882fa80");
}

void DigitsTest::anExampleDoesNotDependOnTheCounts()
{
    const auto few = syntheticDigits(30, 20).value();
    QVERIFY(allOf(few->train()) == allOf(m_digits->train()).topRows(30));
    QVERIFY(allOf(few->test()) == allOf(m_digits->test()).topRows(20));
}

void DigitsTest::otherSeedsGiveOtherDigits()
{
    const auto other = syntheticDigits(30, 20, 2).value();
    const Matrix others = allOf(other->train());
    const Matrix ours = allOf(m_digits->train());
    for (Index row = 0; row < 30; ++row)
        QVERIFY(others.row(row) != ours.row(row));
}

void DigitsTest::classesCanBeToldApartButNotByTheirMeansAlone()
{
    Matrix means = Matrix::Zero(10, 784);
    const Examples &train = m_digits->train();
    const Matrix trainFeatures = allOf(train);
    for (Index row = 0; row < train.count(); ++row)
        means.row(train.labels[static_cast<std::size_t>(row)]) += trainFeatures.row(row) / 600.0F;
    const Examples &test = m_digits->test();
    const Matrix testFeatures = allOf(test);
    int right = 0;
    for (Index row = 0; row < test.count(); ++row) {
        Index nearest = 0;
        (means.rowwise() - testFeatures.row(row)).rowwise().squaredNorm().minCoeff(&nearest);
        right += nearest == test.labels[static_cast<std::size_t>(row)] ? 1 : 0;
    }
    // MNIST itself: 82 %.
    QVERIFY2(right > 600 && right < 880, qPrintable(QString::number(right)));
}

void DigitsTest::refusesAbsurdCounts()
{
    for (const Index count : {Index {-1}, Index {0}, Index {1'000'001}, Index {1} << 62}) {
        const auto train = syntheticDigits(count, 10);
        QVERIFY(!train.has_value());
        QCOMPARE(train.error().code, ErrorCode::OutOfRange);
        QVERIFY(!syntheticDigits(10, count).has_value());
    }
    QVERIFY(syntheticDigits(1, 1).has_value());
}

QTEST_APPLESS_MAIN(DigitsTest)

} // namespace digits_test

#include "digits_test.moc"
