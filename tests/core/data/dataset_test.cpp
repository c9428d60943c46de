// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <limits>
#include <set>

#include <QtTest>

#include "core/data/dataset.h"

namespace dataset_test {

using namespace rosler;

namespace {

/// A table of one value; the second form has another one at one place.
FeatureTable withAt(Index rows, Index cols, float value)
{
    return Matrix(Matrix::Constant(rows, cols, value));
}

FeatureTable withAt(Index rows, Index cols, float value, Index row, Index col, float other)
{
    Matrix made = Matrix::Constant(rows, cols, value);
    made(row, col) = other;
    return made;
}

/// Three classes of 1 x 2 x 2 pictures, four to train on and two to test on.
DatasetParts smallParts()
{
    DatasetParts parts;
    parts.name = "small";
    parts.source = "by hand";
    parts.shape = {1, 2, 2};
    parts.classNames = {"a", "b", "c"};
    parts.train.features = withAt(4, 4, 0.25F);
    parts.train.labels = {0, 1, 2, 1};
    parts.test.features = withAt(2, 4, 0.5F);
    parts.test.labels = {2, 0};
    return parts;
}

using Change = std::function<void(DatasetParts &)>;

} // namespace

class DatasetTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsWhatItIsGiven();
    void takesTheFeaturesWithoutCopyingThem();
    void refusesWhatIsWrongAndSaysWhere_data();
    void refusesWhatIsWrongAndSaysWhere();
    void digestTellsDataApart();
    void digestIgnoresNameAndSource();
    void countsClasses();
};

void DatasetTest::keepsWhatItIsGiven()
{
    const auto made = Dataset::make(smallParts());
    QVERIFY(made.has_value());
    const Dataset &data = **made;
    QCOMPARE(data.name(), "small");
    QCOMPARE(data.source(), "by hand");
    QCOMPARE(data.features(), 4);
    QCOMPARE(data.classes(), 3);
    QCOMPARE(data.train().count(), 4);
    QCOMPARE(data.test().labels, (std::vector<std::uint16_t> {2, 0}));
    QCOMPARE(data.digest().size(), 64U);
}

void DatasetTest::takesTheFeaturesWithoutCopyingThem()
{
    auto parts = smallParts();
    Matrix room;
    const float *features = parts.train.features.rows(0, 4, room).data();
    const auto made = Dataset::make(std::move(parts));
    QVERIFY(made.has_value());
    QCOMPARE((*made)->train().features.rows(0, 4, room).data(), features);
}

void DatasetTest::refusesWhatIsWrongAndSaysWhere_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("where");
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const auto row = [](const char *name, const Change &change, ErrorCode code, const char *where) {
        QTest::newRow(name) << change << static_cast<int>(code) << QString(where);
    };
    const ErrorCode malformed = ErrorCode::Malformed;
    const ErrorCode range = ErrorCode::OutOfRange;
    row(
        "NaN", [](DatasetParts &p) { p.train.features = withAt(4, 4, 0.25F, 3, 1, nan); }, malformed,
        "train:row 3, column 1");
    row(
        "infinity", [](DatasetParts &p) { p.test.features = withAt(2, 4, 0.5F, 1, 3, infinity); }, malformed,
        "test:row 1, column 3");
    row(
        "minus infinity", [](DatasetParts &p) { p.test.features = withAt(2, 4, 0.5F, 0, 0, -infinity); },
        malformed, "test:row 0, column 0");
    row(
        "label of no class", [](DatasetParts &p) { p.train.labels[2] = 3; }, malformed, "train:row 2");
    row(
        "label missing", [](DatasetParts &p) { p.train.labels.pop_back(); }, malformed, "train");
    row(
        "labels without examples", [](DatasetParts &p) { p.test.features = withAt(0, 4, 0); }, malformed,
        "test");
    row(
        "features missing", [](DatasetParts &p) { p.test.features = withAt(2, 3, 0); }, malformed, "test");
    row(
        "no training", [](DatasetParts &p) { p.train = {}; }, range, "train");
    row(
        "no test", [](DatasetParts &p) { p.test = {}; }, range, "test");
    row(
        "no classes", [](DatasetParts &p) { p.classNames.clear(); }, range, "classes");
    row(
        "too many classes", [](DatasetParts &p) { p.classNames.resize(65'536); }, range, "classes");
    row(
        "no width", [](DatasetParts &p) { p.shape.width = 0; }, range, "shape");
    row(
        "negative height", [](DatasetParts &p) { p.shape.height = -2; }, range, "shape");
    row(
        "a size beyond counting",
        [](DatasetParts &p) {
            p.shape = {1 << 30, 1 << 30, 1 << 30};
        },
        range, "shape");
}

void DatasetTest::refusesWhatIsWrongAndSaysWhere()
{
    QFETCH(Change, change);
    QFETCH(int, code);
    QFETCH(QString, where);
    auto parts = smallParts();
    change(parts);
    const auto made = Dataset::make(std::move(parts));
    QVERIFY(!made.has_value());
    QCOMPARE(static_cast<int>(made.error().code), code);
    QCOMPARE(QString::fromStdString(made.error().where), where);
    QVERIFY(!made.error().what.empty());
}

void DatasetTest::digestTellsDataApart()
{
    const std::vector<Change> changes {
        [](DatasetParts &) {},
        [](DatasetParts &p) {
            p.shape = {1, 1, 4};
        },
        [](DatasetParts &p) {
            p.shape = {2, 2, 1};
        },
        [](DatasetParts &p) { p.classNames[1] = "bc"; },
        [](DatasetParts &p) { p.classNames.emplace_back("d"); },
        [](DatasetParts &p) {
            p.classNames = {"ab", "", "c"};
        },
        [](DatasetParts &p) { p.train.features = withAt(4, 4, 0.25F, 3, 3, 0.26F); },
        [](DatasetParts &p) { p.train.labels[0] = 1; },
        [](DatasetParts &p) { p.test.features = withAt(2, 4, 0.5F, 0, 0, 0); },
        [](DatasetParts &p) { std::swap(p.test.labels[0], p.test.labels[1]); },
        [](DatasetParts &p) { std::swap(p.test, p.train); },
    };
    std::set<std::string> digests;
    for (const Change &change : changes) {
        auto parts = smallParts();
        change(parts);
        digests.insert(Dataset::make(std::move(parts)).value()->digest());
    }
    QCOMPARE(digests.size(), changes.size());
}

void DatasetTest::digestIgnoresNameAndSource()
{
    auto parts = smallParts();
    parts.name = "other";
    parts.source = "elsewhere";
    QCOMPARE(Dataset::make(std::move(parts)).value()->digest(),
             Dataset::make(smallParts()).value()->digest());
}

void DatasetTest::countsClasses()
{
    const auto data = Dataset::make(smallParts()).value();
    QCOMPARE(classCounts(data->train(), data->classes()), (std::vector<Index> {1, 2, 1}));
    QCOMPARE(classCounts(data->test(), data->classes()), (std::vector<Index> {1, 0, 1}));
}

QTEST_APPLESS_MAIN(DatasetTest)

} // namespace dataset_test

#include "dataset_test.moc"
