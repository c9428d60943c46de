// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <vector>

#include <QtTest>

#include "core/data/feature_table.h"

namespace feature_table_test {

using namespace rosler;

class FeatureTableTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void narrowNumbersAreWidenedToTheBitsOfADivision();
    void rowsOfFloatsAreAWindowOnTheTable();
    void gathersWhatIsKept();
    void takesAQuarterOfTheMemory();
    void selectsRowsAsTheyAreKept();
};

void FeatureTableTest::narrowNumbersAreWidenedToTheBitsOfADivision()
{
    std::vector<std::uint8_t> bytes(256);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(i);
    const FeatureTable grey(bytes, 16, 255.0F);
    Matrix room;
    const ConstMatrixView all = grey.rows(0, 16, room);
    for (int i = 0; i < 256; ++i)
        QVERIFY(all(i / 16, i % 16) == static_cast<float>(i) / 255.0F);

    const std::vector<std::int16_t> words {std::numeric_limits<std::int16_t>::min(), -1, 0, 1, 2,
                                           std::numeric_limits<std::int16_t>::max()};
    const FeatureTable wave(words, 3, 32768.0F);
    QCOMPARE(wave.rows(), Index {2});
    for (Index i = 0; i < 6; ++i)
        QVERIFY(wave(i / 3, i % 3) == static_cast<float>(words[static_cast<std::size_t>(i)]) / 32768.0F);
}

void FeatureTableTest::rowsOfFloatsAreAWindowOnTheTable()
{
    Matrix values(3, 2);
    values << 1, 2, 3, 4, 5, 6;
    const float *data = values.data();
    const FeatureTable table(std::move(values));
    Matrix room;
    const ConstMatrixView window = table.rows(1, 2, room);
    QCOMPARE(window.data(), data + 2);
    QCOMPARE(room.size(), Index {0});
    QCOMPARE(window(1, 1), 6.0F);
}

void FeatureTableTest::gathersWhatIsKept()
{
    Matrix values(2, 4);
    values << 0, 51, 102, 255, 255, 204, 153, 0;
    std::vector<std::uint8_t> bytes;
    for (Index i = 0; i < values.size(); ++i)
        bytes.push_back(static_cast<std::uint8_t>(values.data()[i]));
    const std::vector<std::uint32_t> kept {1, 3};
    for (const FeatureTable &table :
         {FeatureTable(Matrix(values / 255.0F)), FeatureTable(bytes, 4, 255.0F)}) {
        float to[2] = {};
        table.gather(1, kept, to);
        QCOMPARE(to[0], 204.0F / 255.0F);
        QCOMPARE(to[1], 0.0F);
    }
}

void FeatureTableTest::takesAQuarterOfTheMemory()
{
    QCOMPARE(FeatureTable(std::vector<std::uint8_t>(600), 6, 255.0F).bytes(), 600U);
    QCOMPARE(FeatureTable(std::vector<std::int16_t>(600), 6, 255.0F).bytes(), 1200U);
    QCOMPARE(FeatureTable(Matrix(Matrix::Zero(100, 6))).bytes(), 2400U);
}

void FeatureTableTest::selectsRowsAsTheyAreKept()
{
    const std::vector<std::uint32_t> rows {2, 0, 2};
    const FeatureTable bytes =
        FeatureTable(std::vector<std::uint8_t> {1, 2, 3, 4, 5, 6}, 2, 2.0F).select(rows);
    const FeatureTable floats = FeatureTable(Matrix(Matrix::Identity(3, 2))).select(rows);
    QCOMPARE(bytes.bytes(), 6U);
    QCOMPARE(bytes(0, 1), 3.0F);
    QCOMPARE(bytes(1, 0), 0.5F);
    QCOMPARE(bytes(2, 0), 2.5F);
    QCOMPARE(floats.rows(), Index {3});
    QCOMPARE(floats(1, 0), 1.0F);
    QCOMPARE(floats(2, 0), 0.0F);
}

QTEST_APPLESS_MAIN(FeatureTableTest)

} // namespace feature_table_test

#include "feature_table_test.moc"
