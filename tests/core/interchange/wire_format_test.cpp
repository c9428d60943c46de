// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <limits>
#include <string>

#include <QtTest>

#include "core/interchange/wire_format.h"

namespace wire_format_test {

using namespace rosler;

namespace {

const std::string file = "x.onnx";

} // namespace

class WireFormatTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bytesByHand();
    void whatIsWrittenIsRead();
    void damageIsAnErrorWithItsPlace_data();
    void damageIsAnErrorWithItsPlace();
};

/// The examples of the format's documentation.
void WireFormatTest::bytesByHand()
{
    WireWriter writer;
    writer.integer(1, 150);
    writer.bytes(2, "testing");
    QCOMPARE(QByteArray::fromStdString(writer.text()), QByteArray::fromHex("089601120774657374696e67"));
}

void WireFormatTest::whatIsWrittenIsRead()
{
    WireWriter writer;
    const std::vector<std::int64_t> integers {0,
                                              1,
                                              -1,
                                              127,
                                              128,
                                              std::numeric_limits<std::int64_t>::max(),
                                              std::numeric_limits<std::int64_t>::min()};
    for (const std::int64_t value : integers)
        writer.integer(9, value);
    writer.real(1000, -1.5F);
    WireReader reader(writer.text(), 100, file);
    for (const std::int64_t value : integers) {
        const auto field = reader.next();
        QVERIFY(field && *field);
        QCOMPARE((*field)->number, 9U);
        QCOMPARE((*field)->integer(), value);
    }
    const auto real = reader.next();
    QVERIFY(real && *real);
    QCOMPARE((*real)->value, std::uint64_t {0xBFC00000U});
    const auto end = reader.next();
    QVERIFY(end && !*end);
}

void WireFormatTest::damageIsAnErrorWithItsPlace_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("where");
    QTest::newRow("half a tag") << QByteArray::fromHex("80") << "x.onnx:8";
    QTest::newRow("no value") << QByteArray::fromHex("08") << "x.onnx:8";
    QTest::newRow("an endless number") << QByteArray::fromHex("08ffffffffffffffffffff01") << "x.onnx:18";
    QTest::newRow("more than 64 bits") << QByteArray::fromHex("08ffffffffffffffffff02") << "x.onnx:18";
    QTest::newRow("a long text") << QByteArray::fromHex("12056162") << "x.onnx:9";
    QTest::newRow("a text of 2^64 - 1 bytes") << QByteArray::fromHex("12ffffffffffffffffff01") << "x.onnx:18";
    QTest::newRow("half a float") << QByteArray::fromHex("0d0000") << "x.onnx:8";
    QTest::newRow("a group") << QByteArray::fromHex("0b") << "x.onnx:7";
    QTest::newRow("field 0") << QByteArray::fromHex("00") << "x.onnx:7";
    QTest::newRow("field 2^29") << QByteArray::fromHex("808080801000") << "x.onnx:7";
}

void WireFormatTest::damageIsAnErrorWithItsPlace()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, where);
    WireReader reader(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())), 7, file);
    const auto field = reader.next();
    QVERIFY(!field);
    QCOMPARE(field.error().code, ErrorCode::Malformed);
    QCOMPARE(QString::fromStdString(field.error().where), where);
}

QTEST_APPLESS_MAIN(WireFormatTest)

} // namespace wire_format_test

#include "wire_format_test.moc"
