// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <string>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "core/experiment/trial_result.h"

namespace trial_result_test {

using namespace rosler;

namespace {

TrialResult denseResult()
{
    TrialResult r;
    r.name = "dense";
    r.testAccuracy = 0.9879;
    r.testAccuracyF16 = 0.9878;
    r.cost.parameters = 1'863'690;
    r.cost.biases = 2'058;
    r.cost.outputChannels = 2'058;
    r.cost.macs = 1'861'632;
    r.cost.trainFlops = 12'000'000'000'000'000'003ULL; // above 2^63 and no double
    r.cost.trainMemoryBytes = 31'000'000;
    r.cost.inferenceScratchBytes = 8'192;
    r.trainFlops = 1.2e13;
    r.trainSeconds = 41.5;
    r.epochs = 20;
    r.parameterDigest = "ab12";
    return r;
}

TrialResult roslerResult()
{
    TrialResult r = denseResult();
    r.name = "rosler \"fast\"\n";
    r.sketches = {Sketch {24, 392}, Sketch {8, 384}, std::nullopt};
    r.end = TrialEnd::Stopped;
    r.testAccuracy = 0.9828;
    r.testAccuracyF16 = std::numeric_limits<double>::quiet_NaN();
    r.cost.parameters = 38'810;
    r.cost.keptIndices = 392;
    r.cost.biases = 778;
    r.cost.macs = 38'032;
    r.trainFlops = 4e11;
    r.epochs = 7.25;
    return r;
}

QJsonObject parsed(const std::string &json)
{
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(json), &error);
    return error.error == QJsonParseError::NoError ? document.object() : QJsonObject();
}

bool same(double a, double b)
{
    return a == b || (std::isnan(a) && std::isnan(b));
}

} // namespace

class TrialResultTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lineIsOneJsonObject();
    void aResultComesBack_data();
    void aResultComesBack();
    void brokenResultsAreErrors();
    void wrongTypesAreErrors_data();
    void wrongTypesAreErrors();
    void sentenceComparesWithTheReference();
    void sentenceSaysWhatWasAlike();
    void sentenceOfAStoppedTrial();
};

void TrialResultTest::lineIsOneJsonObject()
{
    // Read by another JSON library than the one that wrote it.
    ExperimentResult result;
    result.seed = 3;
    result.datasetName = "mnist";
    result.trainExamples = 60'000;
    result.testExamples = 10'000;
    result.models = {denseResult(), roslerResult()};
    const std::string line = toJsonLine(result);
    QVERIFY(line.find('\n') == std::string::npos);
    const QJsonObject j = parsed(line);
    QCOMPARE(j["schema"].toString(), QStringLiteral("rosler.result/1"));
    QCOMPARE(j["seed"].toInt(), 3);
    QCOMPARE(j["dataset"]["name"].toString(), QStringLiteral("mnist"));
    QCOMPARE(j["dataset"]["train"].toInt(), 60'000);
    QCOMPARE(j["dataset"]["test"].toInt(), 10'000);
    QCOMPARE(j["models"].toArray().size(), 2);
    const auto dense = j["models"][0];
    QCOMPARE(dense["name"].toString(), QStringLiteral("dense"));
    QCOMPARE(dense["kind"].toString(), QStringLiteral("dense"));
    QVERIFY(dense["rank"].isUndefined() && dense["sketch_size"].isUndefined());
    QCOMPARE(dense["end"].toString(), QStringLiteral("finished"));
    QCOMPARE(dense["test_accuracy"].toDouble(), 0.9879);
    QCOMPARE(dense["test_accuracy_f16"].toDouble(), 0.9878);
    QCOMPARE(dense["parameters"].toInt(), 1'863'690);
    QCOMPARE(dense["weight_bytes"]["f32"].toInt(), 4 * 1'863'690);
    QCOMPARE(dense["weight_bytes"]["f16"].toInt(), 2 * 1'863'690);
    QCOMPARE(dense["weight_bytes"]["i8"].toInt(), 1'861'632 + 4 * 2'058 + 4 * 2'058);
    QCOMPARE(dense["macs"].toInt(), 1'861'632);
    QCOMPARE(dense["train_flops"].toDouble(), 1.2e13);
    QCOMPARE(dense["train_memory_bytes"].toInt(), 31'000'000);
    QCOMPARE(dense["train_seconds"].toDouble(), 41.5);
    QCOMPARE(dense["epochs"].toDouble(), 20.0);
    QCOMPARE(dense["parameter_digest"].toString(), QStringLiteral("ab12"));
    const auto rosler = j["models"][1];
    QCOMPARE(rosler["kind"].toString(), QStringLiteral("rosler"));
    QCOMPARE(rosler["rank"].toArray(), (QJsonArray {24, 8, QJsonValue::Null}));
    QCOMPARE(rosler["sketch_size"].toArray(), (QJsonArray {392, 384, QJsonValue::Null}));
    QCOMPARE(rosler["end"].toString(), QStringLiteral("stopped"));
    QVERIFY(rosler["test_accuracy_f16"].isNull()); // JSON has no NaN
    QCOMPARE(rosler["weight_bytes"]["f16"].toInt(), 2 * 38'810 + 2 * 392);
}

void TrialResultTest::aResultComesBack_data()
{
    QTest::addColumn<int>("which");
    QTest::newRow("dense") << 0;
    QTest::newRow("rosler, stopped") << 1;
}

void TrialResultTest::aResultComesBack()
{
    QFETCH(int, which);
    const TrialResult r = which == 0 ? denseResult() : roslerResult();
    const std::string text = toJson(r);
    const auto again = parseTrialResult(text, "result.json");
    QVERIFY2(again.has_value(), again ? "" : message(again.error()).c_str());
    QCOMPARE(again->name, r.name);
    QVERIFY(again->sketches == r.sketches && again->end == r.end);
    QVERIFY(same(again->testAccuracy, r.testAccuracy) && same(again->testAccuracyF16, r.testAccuracyF16));
    QCOMPARE(again->cost.parameters, r.cost.parameters);
    QCOMPARE(again->cost.keptIndices, r.cost.keptIndices);
    QCOMPARE(again->cost.biases, r.cost.biases);
    QCOMPARE(again->cost.outputChannels, r.cost.outputChannels);
    QCOMPARE(again->cost.macs, r.cost.macs);
    QCOMPARE(again->cost.trainFlops, r.cost.trainFlops);
    QCOMPARE(again->cost.trainMemoryBytes, r.cost.trainMemoryBytes);
    QCOMPARE(again->cost.inferenceScratchBytes, r.cost.inferenceScratchBytes);
    QVERIFY(again->trainFlops == r.trainFlops && again->trainSeconds == r.trainSeconds);
    QVERIFY(again->epochs == r.epochs);
    QCOMPARE(again->parameterDigest, r.parameterDigest);
    QCOMPARE(toJson(*again), text);
}

void TrialResultTest::brokenResultsAreErrors()
{
    const std::string text = toJson(roslerResult());
    for (std::size_t length = 0; length + 2 < text.size(); ++length) { // before "}\n"
        const auto result = parseTrialResult(std::string_view(text).substr(0, length), "r");
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::Malformed);
        QVERIFY(result.error().where.starts_with("r"));
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string bad = text;
            bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ (1U << bit));
            if (const auto result = parseTrialResult(bad, "r"); !result)
                QVERIFY(!result.error().what.empty());
        }
    }
}

void TrialResultTest::wrongTypesAreErrors_data()
{
    QTest::addColumn<std::string>("text");
    QTest::newRow("a list") << std::string("[]");
    QTest::newRow("a number") << std::string("5");
    QTest::newRow("null") << std::string("null");
    QTest::newRow("an empty object") << std::string("{}");
    const std::string good = toJson(denseResult());
    const auto with = [&](const char *from, const char *to) {
        std::string bad = good;
        return bad.replace(bad.find(from), std::string(from).size(), to);
    };
    QTest::newRow("a name that is a list") << with("\"name\": \"dense\"", "\"name\": []");
    QTest::newRow("an unknown kind") << with("\"kind\": \"dense\"", "\"kind\": \"cnn\"");
    QTest::newRow("an unknown end") << with("\"finished\"", "\"exploded\"");
    QTest::newRow("parameters that are text") << with("\"parameters\": 1863690", "\"parameters\": \"many\"");
    QTest::newRow("an accuracy that is text") << with("0.9879", "\"good\"");
}

void TrialResultTest::wrongTypesAreErrors()
{
    QFETCH(std::string, text);
    const auto result = parseTrialResult(text, "r");
    QVERIFY(!result);
    QCOMPARE(result.error().where, std::string("r"));
}

void TrialResultTest::sentenceComparesWithTheReference()
{
    TrialResult other = roslerResult();
    other.name = "rosler";
    other.testAccuracyF16 = 0.9826;
    other.cost.keptIndices = 0;
    const std::string sentence = scoreboardSentence(denseResult(), other);
    // 4 1,863,690 / (2 38,810) = 96.04; 1,861,632 / 38,032 = 48.95; 1.2e13 / 4e11 = 30
    QCOMPARE(sentence,
             std::string("rosler reached 98.26 % with float16 weights (dense 98.79 %) with 96.0× less memory "
                         "(float16 against float32) and 48.9× fewer multiply-adds, trained with 30.0× fewer "
                         "FLOPs; 1 seed."));
}

void TrialResultTest::sentenceSaysWhatWasAlike()
{
    TrialResult dense = denseResult();
    TrialResult other = roslerResult();
    dense.epochs = 12;
    other.epochs = 12;
    std::string sentence = scoreboardSentence(dense, other);
    QVERIFY2(sentence.ends_with("fewer FLOPs in equal epochs; 1 seed."), sentence.c_str());
    other.epochs = 34;
    dense.budget = other.budget = BudgetKind::EqualTrainingFlops;
    sentence = scoreboardSentence(dense, other);
    QVERIFY2(sentence.ends_with(", trained with equal FLOPs (34 epochs against 12); 1 seed."),
             sentence.c_str());
}

void TrialResultTest::sentenceOfAStoppedTrial()
{
    TrialResult other = roslerResult();
    other.name = "rosler";
    other.trainFlops = 0;
    const std::string sentence = scoreboardSentence(denseResult(), other);
    QVERIFY2(sentence.starts_with("rosler reached 98.28 % (dense 98.79 %)"), sentence.c_str());
    QVERIFY2(sentence.find("trained with") == std::string::npos, sentence.c_str());
    // nothing was counted: no figure is infinite or NaN
    const std::string empty = scoreboardSentence(TrialResult(), TrialResult());
    QVERIFY2(empty.find("nan") == std::string::npos && empty.find("inf") == std::string::npos, empty.c_str());
}

QTEST_APPLESS_MAIN(TrialResultTest)

} // namespace trial_result_test

#include "trial_result_test.moc"
