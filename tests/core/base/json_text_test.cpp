// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "core/base/json_text.h"

namespace json_text_test {

using namespace rosler;

class JsonTextTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsWhatIsGood();
    void aKeySaidTwiceIsAnError_data();
    void aKeySaidTwiceIsAnError();
    void brokenTextNamesItsPlace();
    void deepTextIsNotRead();
    void longTextIsNotRead();
};

void JsonTextTest::readsWhatIsGood()
{
    const auto json =
        parseJson<nlohmann::json>(R"({"a": [{"b": 1}, {"b": 2}], "b": {"a": null}})", "x", 1000);
    QVERIFY(json.has_value());
    QCOMPARE((*json)["a"][1]["b"].get<int>(), 2);
    QVERIFY(parseJson<nlohmann::ordered_json>("[[], {}, 3]", "x", 1000).has_value());
}

void JsonTextTest::aKeySaidTwiceIsAnError_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("where");
    QTest::newRow("top") << std::string(R"({"a": 1, "b": 2, "a": 1})") << std::string("f:/a");
    QTest::newRow("deep") << std::string(R"({"m": [0, [], {}, {"x": {}, "r": 1, "r": 2}]})")
                          << std::string("f:/m/3/r");
    QTest::newRow("spelt otherwise") << std::string("{\"a\": 1, \"\\u0061\": 2}") << std::string("f:/a");
}

void JsonTextTest::aKeySaidTwiceIsAnError()
{
    QFETCH(std::string, text);
    QFETCH(std::string, where);
    const auto json = parseJson<nlohmann::json>(text, "f", 1000);
    QVERIFY(!json);
    QCOMPARE(json.error().code, ErrorCode::Malformed);
    QCOMPARE(json.error().where, where);
    QVERIFY(json.error().what.find("said twice") != std::string::npos);
    QVERIFY(!parseJson<nlohmann::ordered_json>(text, "f", 1000));
}

void JsonTextTest::brokenTextNamesItsPlace()
{
    const auto json = parseJson<nlohmann::json>("{\n  \"a\": }", "f", 1000);
    QVERIFY(!json);
    QCOMPARE(json.error().where, std::string("f: line 2, column 8"));
}

void JsonTextTest::deepTextIsNotRead()
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    QVERIFY(parseJson<nlohmann::ordered_json>(nested(100), "f", 1'000'000).has_value());
    for (const std::size_t depth : {std::size_t {101}, std::size_t {400'000}}) {
        const auto json = parseJson<nlohmann::ordered_json>(
            R"({"a": )" + nested(depth - 1) + R"(, "b": 1, "c": 2})", "f", 1'000'000);
        QVERIFY(!json);
        QCOMPARE(json.error().code, ErrorCode::Malformed);
    }
}

void JsonTextTest::longTextIsNotRead()
{
    QVERIFY(parseJson<nlohmann::json>("[1]", "f", 3).has_value());
    QCOMPARE(parseJson<nlohmann::json>("[1] ", "f", 3).error().code, ErrorCode::OutOfRange);
}

QTEST_APPLESS_MAIN(JsonTextTest)

} // namespace json_text_test

#include "json_text_test.moc"
