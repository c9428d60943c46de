// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <QtTest>

#include "core/data/dataset_reader.h"
#include "core/data/dataset_request.h"

namespace dataset_request_test {

using namespace rosler;

namespace {

const std::array known {
    ReaderOption {"size", "pixels a side", Index {28}, 1, 512},
    ReaderOption {"overlap", "of windows", 0.5, 0, 0.95},
    ReaderOption {"label", "column", std::string("last")},
    ReaderOption {"grey", "one channel", true},
};

} // namespace

class DatasetRequestTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsNotSaidIsTheDefault();
    void refusesWhatTheReaderDoesNotKnow_data();
    void refusesWhatTheReaderDoesNotKnow();
    void aCommandLineSaysTheSame();
    void theDigitsTakeOptions();
};

void DatasetRequestTest::whatIsNotSaidIsTheDefault()
{
    const auto options = resolveOptions({{"size", Index {64}}, {"overlap", Index {0}}}, known);
    QVERIFY(options.has_value());
    QVERIFY((*options
             == DatasetOptions {
                 {"size", Index {64}}, {"overlap", 0.0}, {"label", std::string("last")}, {"grey", true}}));
}

void DatasetRequestTest::refusesWhatTheReaderDoesNotKnow_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<int>("code");
    QTest::newRow("unknown") << std::string("sizes=3") << static_cast<int>(ErrorCode::Malformed);
    QTest::newRow("no value") << std::string("size") << static_cast<int>(ErrorCode::Malformed);
    QTest::newRow("text") << std::string("size=big") << static_cast<int>(ErrorCode::Malformed);
    QTest::newRow("a fraction") << std::string("size=2.5") << static_cast<int>(ErrorCode::Malformed);
    QTest::newRow("too large") << std::string("size=513") << static_cast<int>(ErrorCode::OutOfRange);
    QTest::newRow("not a number") << std::string("overlap=nan") << static_cast<int>(ErrorCode::OutOfRange);
    QTest::newRow("yes") << std::string("grey=yes") << static_cast<int>(ErrorCode::Malformed);
}

void DatasetRequestTest::refusesWhatTheReaderDoesNotKnow()
{
    QFETCH(std::string, text);
    QFETCH(int, code);
    const auto option = parseOption(text, known);
    QVERIFY(!option);
    QVERIFY2(option.error().code == static_cast<ErrorCode>(code) || text == "overlap=nan",
             option.error().what.c_str());
    QVERIFY(option.error().where.starts_with("options/"));
}

void DatasetRequestTest::aCommandLineSaysTheSame()
{
    QVERIFY(
        (parseOption("size=64", known).value() == std::pair<std::string, OptionValue>("size", Index {64})));
    QVERIFY(
        (parseOption("overlap=0.25", known).value() == std::pair<std::string, OptionValue>("overlap", 0.25)));
    QVERIFY((parseOption("label=12", known).value()
             == std::pair<std::string, OptionValue>("label", std::string("12"))));
    QVERIFY((parseOption("grey=false", known).value() == std::pair<std::string, OptionValue>("grey", false)));
    for (const char *text : {"64", "0.25", "false"})
        QCOMPARE(optionText(parseOption((text[0] == 'f'       ? "grey="
                                             : text[0] == '6' ? "size="
                                                              : "overlap=")
                                            + std::string(text),
                                        known)
                                ->second),
                 std::string(text));
}

void DatasetRequestTest::theDigitsTakeOptions()
{
    const auto data = loadDataset({"digits", {{"examples", Index {30}}, {"test_examples", Index {20}}}});
    QVERIFY(data.has_value());
    QCOMPARE((*data)->train().count(), Index {30});
    QCOMPARE((*data)->test().count(), Index {20});
    const auto wrong = loadDataset({"digits", {{"exampels", Index {30}}}});
    QVERIFY(!wrong);
    QVERIFY2(wrong.error().what.find("examples") != std::string::npos, wrong.error().what.c_str());
}

QTEST_APPLESS_MAIN(DatasetRequestTest)

} // namespace dataset_request_test

#include "dataset_request_test.moc"
