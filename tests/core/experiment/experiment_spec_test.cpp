// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <QtTest>

#include "core/experiment/experiment_spec.h"
#include "core/experiment/model_label.h"
#include "core/experiment/shipped_experiments.h"
#include "core/experiment/spec_names.h"
#include "tests/support/layers.h"
#include "tests/support/random_spec.h"

namespace experiment_spec_test {

using namespace rosler;

namespace {

/// A whole document of version 1, every key once.
constexpr const char *completeOne = R"({
  "schema": "rosler.experiment/1",
  "name": "mnist-1024",
  "description": "two nets, naïve",
  "dataset": "mnist",
  "seed": 7,
  "widths": [1024, 512],
  "training": {"epochs": 3, "batch": 64, "optimizer": "sgd", "schedule": "constant",
               "momentum": 0.5, "weight_decay": 0.25},
  "models": [
    {"name": "d", "kind": "dense", "learning_rate": 0.125},
    {"name": "r", "kind": "rosler", "learning_rate": 0.375, "rank": [24, 8, 4],
     "sketch_size": [784, 384, 192], "initialisation": "cur-leverage", "kept_features": "uniform",
     "gradient_sketch": 0.75, "successive_from": 0.5}
  ]
})";

/// The same of version 2.
constexpr const char *complete = R"({
  "schema": "rosler.experiment/2",
  "name": "mnist-1024",
  "description": "two nets, naïve",
  "dataset": "mnist",
  "seed": 7,
  "training": {"epochs": 3, "budget": "equal_training_flops", "batch": 64, "optimizer": "sgd", "schedule": "constant",
               "momentum": 0.5, "weight_decay": 0.25, "validation": 0.375,
               "warmup": 0.5, "augmentation": {"shift": 2, "flip": true, "noise": 0.125}},
  "models": [
    {"name": "d", "learning_rate": 0.125,
     "layers": [{"kind": "dense", "units": 1024}, {"kind": "dense", "units": 512}, {"kind": "dense"}]},
    {"name": "r", "learning_rate": 0.375, "rank": [24, 8, 4],
     "sketch_size": [784, 384, 192], "initialisation": "cur-leverage", "kept_features": "uniform",
     "gradient_sketch": 0.75, "successive_from": 0.5, "product_decay": 0.0625, "orthonormalise": 50,
     "teacher": {"model": "d", "temperature": 2, "share": 0.25}}
  ]
})";

constexpr const char *smallest =
    R"({"schema": "rosler.experiment/2", "models": [{"layers": [{"kind": "dense"}]}]})";

std::string replaced(std::string text, const std::string &from, const std::string &to)
{
    const auto at = text.find(from);
    return at == std::string::npos ? std::string() : text.replace(at, from.size(), to);
}

/// That @p document, changed as the row says, is an error as the row says.
void checkError(const std::string &document)
{
    QFETCH(std::string, from);
    QFETCH(std::string, to);
    QFETCH(int, code);
    QFETCH(std::string, where);
    QFETCH(std::string, says);
    const std::string text = replaced(document, from, to);
    QVERIFY(!text.empty());
    const auto spec = parseExperiment(text, "s");
    QVERIFY(!spec);
    const Error error = spec.error();
    QCOMPARE(static_cast<int>(error.code), code);
    QCOMPARE(error.where, where);
    QVERIFY2(error.what.find(says) != std::string::npos, error.what.c_str());
}

} // namespace

class ExperimentSpecTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsEveryKey_data();
    void readsEveryKey();
    void aPupilIsKeptWithItsTeachersLayers();
    void whatIsLeftOutHasItsDefault();
    void validationIsAShareACountOrNone_data();
    void validationIsAShareACountOrNone();
    void dataMayHaveOptions();
    void badOptionsNameTheirPlace();
    void aModelMayBeginWithAFile();
    void layersAreEachModelsOwn();
    void layersOfVersionTwoNameTheirPlace_data();
    void layersOfVersionTwoNameTheirPlace();
    void shippedExperimentsMeanWhatTheyMeantInVersionOne();
    void writesWhatItReads();
    void writesTheKeysInOrder();
    void anyDrawnSpecComesBackEqual();
    void errorsNameTheirPlace_data();
    void errorsNameTheirPlace();
    void errorsOfVersionTwoNameTheirPlace_data();
    void errorsOfVersionTwoNameTheirPlace();
    void modelsAreOneToSixtyFour();
    void misspeltKeysGetASuggestion_data();
    void misspeltKeysGetASuggestion();
    void brokenJsonNamesLineAndColumn_data();
    void brokenJsonNamesLineAndColumn();
    void everyTruncationIsAnError();
    void flippedBitsNeverCrash();
    void deepNestingIsAnError();
    void hugeDocumentsAreRefused();
    void trialTakesItsModel();
    void checksEveryModelAgainstTheData();
    void namesGoBothWays();
    void nearestNameIsTheOneWithTheFewestEdits();
};

void ExperimentSpecTest::readsEveryKey_data()
{
    QTest::addColumn<std::string>("text");
    QTest::newRow("version 1") << std::string(completeOne);
    QTest::newRow("version 2") << std::string(complete);
}

void ExperimentSpecTest::readsEveryKey()
{
    QFETCH(std::string, text);
    const auto spec = parseExperiment(text, "spec.json");
    QVERIFY2(spec.has_value(), spec ? "" : message(spec.error()).c_str());
    ExperimentSpec expected;
    expected.name = "mnist-1024";
    expected.description = "two nets, naïve";
    expected.dataset = "mnist";
    expected.seed = 7;
    expected.training = {3,
                         64,
                         OptimizerKind::Sgd,
                         ScheduleKind::Constant,
                         0.5,
                         0.25,
                         ValidationSpec::none(),
                         {},
                         BudgetKind::EqualEpochs};
    expected.models = {{"d", layersOf({1024, 512}), 0.125, {}},
                       {"r",
                        layersOf({1024, 512}, {24, 8, 4}, {784, 384, 192}),
                        0.375,
                        {SketchKind::CurLeverage, FeatureSampling::Uniform, 0.75, 0.5, 0}}};
    if (text == complete) {
        expected.training.validation = {0.375, 0};
        expected.training.budget = BudgetKind::EqualTrainingFlops;
        expected.training.augmentation = {2, true, 0.125};
        expected.training.warmup = 0.5;
        expected.models[1].sketch.productDecay = 0.0625;
        expected.models[1].sketch.orthonormalise = 50;
        expected.models[1].teacher = TeacherSpec {"d", {2.0, 0.25}, {}};
    }
    QVERIFY(*spec == expected);
}

void ExperimentSpecTest::aPupilIsKeptWithItsTeachersLayers()
{
    const auto spec = parseExperiment(complete, "s").value();
    QCOMPARE(teacherOf(spec, 1), std::optional<std::size_t>(0));
    QVERIFY(!teacherOf(spec, 0));
    QVERIFY(checkTeachers(spec));
    QVERIFY(trialOf(spec, 1).model.teacher->layers == spec.models[0].layers);
    ExperimentSpec alone = spec;
    alone.models = {modelAlone(spec, 1)};
    const auto again = parseExperiment(toJson(alone), "s");
    QVERIFY2(again, again ? "" : message(again.error()).c_str());
    QVERIFY(*again == alone);
    QVERIFY(trialOf(*again, 0).model.teacher == trialOf(spec, 1).model.teacher);
    QCOMPARE(checkTeachers(*again).error().where, std::string("/models/0/teacher/model"));
}

void ExperimentSpecTest::whatIsLeftOutHasItsDefault()
{
    ExperimentSpec expected;
    expected.models = {{"dense", layersOf({}), 1e-3, {}}};
    for (const char *text :
         {smallest, R"({"schema": "rosler.experiment/1", "widths": [], "models": [{"kind": "dense"}]})"}) {
        const auto spec = parseExperiment(text, "spec.json");
        QVERIFY(spec.has_value());
        // Version 1 held out nothing and means that still.
        expected.training.validation = text == smallest ? ValidationSpec::tenth() : ValidationSpec::none();
        QVERIFY(*spec == expected);
    }
    expected.training.validation = ValidationSpec::none();
    expected.models = {{"rosler", layersOf({}, {2}, {9}), 2e-3, {}}};
    for (const char *text : {R"({"schema": "rosler.experiment/2", "training": {"validation": "none"},
                                 "models": [{"layers": [{"kind": "dense", "rank": 2, "sketch_size": 9}]}]})",
                             R"({"schema": "rosler.experiment/1", "widths": [],
                                 "models": [{"kind": "rosler", "rank": [2], "sketch_size": [9]}]})"}) {
        const auto spec = parseExperiment(text, "spec.json");
        QVERIFY2(spec.has_value(), spec ? "" : message(spec.error()).c_str());
        QVERIFY(*spec == expected);
    }
}

void ExperimentSpecTest::validationIsAShareACountOrNone_data()
{
    QTest::addColumn<std::string>("value");
    QTest::addColumn<double>("share");
    QTest::addColumn<int>("count");
    QTest::newRow("none") << std::string("\"none\"") << 0.0 << 0;
    QTest::newRow("share") << std::string("0.25") << 0.25 << 0;
    QTest::newRow("count") << std::string("10000") << 0.0 << 10'000;
    for (const char *bad : {"0", "-3", "1.0", "0.0", "1.5", "1e300", "\"0.1\"", "true", "null", "[]",
                            "99999999999999999999", "18446744073709551615"})
        QTest::newRow(bad) << std::string(bad) << -1.0 << -1;
}

void ExperimentSpecTest::validationIsAShareACountOrNone()
{
    QFETCH(std::string, value);
    QFETCH(double, share);
    QFETCH(int, count);
    const auto spec = parseExperiment(
        replaced(smallest, "\"models\"", R"("training": {"validation": )" + value + R"(}, "models")"),
        "s.json");
    QCOMPARE(spec.has_value(), share >= 0);
    if (!spec) {
        QCOMPARE(spec.error().where, std::string("s.json:/training/validation"));
        return;
    }
    QVERIFY((spec->training.validation == ValidationSpec {share, Index {count}}));
    const auto again = parseExperiment(toJson(*spec), "again.json");
    QVERIFY(again.has_value());
    QVERIFY(*again == *spec);
}

void ExperimentSpecTest::dataMayHaveOptions()
{
    const auto spec = parseExperiment(
        replaced(smallest, "\"models\"",
                 R"("dataset": {"source": "digits", "options": {"examples": 200, "grey": true, "overlap": 0.5,
                     "label": "last"}}, "models")"),
        "s.json");
    QVERIFY2(spec.has_value(), spec ? "" : message(spec.error()).c_str());
    QVERIFY(
        (spec->dataset
         == DatasetRequest(
             "digits",
             {{"examples", Index {200}}, {"grey", true}, {"overlap", 0.5}, {"label", std::string("last")}})));
    const auto again = parseExperiment(toJson(*spec), "again.json");
    QVERIFY(again.has_value());
    QVERIFY(*again == *spec);
}

void ExperimentSpecTest::badOptionsNameTheirPlace()
{
    for (const auto &[value, where] :
         {std::pair<const char *, const char *> {"3", "s.json:/dataset"},
          {R"({"options": {}})", "s.json:/dataset/source"},
          {R"({"source": "a", "option": {}})", "s.json:/dataset/option"},
          {R"({"source": "a", "options": []})", "s.json:/dataset/options"},
          {R"({"source": "a", "options": {"x": null}})", "s.json:/dataset/options/x"},
          {R"({"source": "a", "options": {"x": [1]}})", "s.json:/dataset/options/x"}}) {
        const auto spec = parseExperiment(
            replaced(smallest, "\"models\"", std::string("\"dataset\": ") + value + ", \"models\""),
            "s.json");
        QVERIFY2(!spec, value);
        QCOMPARE(spec.error().where, std::string(where));
    }
}

void ExperimentSpecTest::aModelMayBeginWithAFile()
{
    const auto parsed = [](const std::string &start) {
        return parseExperiment(
            R"({"schema": "rosler.experiment/2", "models": [{"layers": [{"kind": "dense"}], "start": )"
                + start + "}]}",
            "s");
    };
    const auto spec = parsed(R"({"file": "net.h5", "digest": "ab"})");
    QVERIFY2(spec, spec ? "" : message(spec.error()).c_str());
    QVERIFY(spec->models[0].start == (StartWeights {"net.h5", "ab"}));
    QVERIFY(parseExperiment(toJson(*spec), "s") == *spec);
    QVERIFY(parsed(R"({"file": "net.h5"})")->models[0].start == (StartWeights {"net.h5", ""}));
    QCOMPARE(parsed(R"({"digest": "ab"})").error().where, std::string("s:/models/0/start/file"));
    QCOMPARE(parsed(R"({"file": ""})").error().where, std::string("s:/models/0/start/file"));
    QCOMPARE(parsed(R"("net.h5")").error().where, std::string("s:/models/0/start"));
}

void ExperimentSpecTest::layersAreEachModelsOwn()
{
    const auto spec = parseExperiment(R"({"schema": "rosler.experiment/2", "models": [
        {"layers": [{"kind": "dense", "units": 9, "activation": "none"}, {"kind": "dense", "units": 8},
                    {"kind": "dense", "activation": "relu"}]},
        {"name": "same"},
        {"rank": [null, 3, 2]},
        {"name": "some", "rank": [null, 3, null], "sketch_size": [null, 5, null]},
        {"name": "narrow", "layers": [{"kind": "dense", "units": 4}, {"kind": "dense", "rank": 1}]}]})",
                                      "s");
    QVERIFY2(spec.has_value(), spec ? "" : message(spec.error()).c_str());
    std::vector<LayerSpec> layers = layersOf({9, 8});
    layers[0].activation = Activation::None;
    layers[2].activation = Activation::Relu;
    QVERIFY(spec->models[0].layers == layers && spec->models[1].layers == layers);
    QCOMPARE(spec->models[0].name, std::string("dense"));
    QCOMPARE(spec->models[2].name, std::string("rosler"));
    layers[1].sketch = Sketch {3, {}};
    layers[2].sketch = Sketch {2, {}};
    QVERIFY(spec->models[2].layers == layers);
    layers[1].sketch->size = 5;
    layers[2].sketch.reset();
    QVERIFY(spec->models[3].layers == layers);
    QVERIFY(spec->models[3].isSketched());
    QVERIFY((spec->models[4].layers == std::vector {fullyConnected(4), fullyConnected({}, Sketch {1, {}})}));
    const auto again = parseExperiment(toJson(*spec), "again");
    QVERIFY(again.has_value());
    QVERIFY(*again == *spec);
}

void ExperimentSpecTest::layersOfVersionTwoNameTheirPlace_data()
{
    QTest::addColumn<std::string>("models");
    QTest::addColumn<std::string>("where");
    QTest::addColumn<std::string>("says");
    const auto row = [](const char *name, const char *models, const char *where, const char *says) {
        QTest::newRow(name) << std::string(models) << std::string(where) << std::string(says);
    };
    row("no layers at all", R"([{"name": "a"}])", "s:/models/0/layers", "missing");
    row("layers are a number", R"([{"layers": 3}])", "s:/models/0/layers", "list of 1 to 64");
    row("an empty list", R"([{"layers": []}])", "s:/models/0/layers", "list of 1 to 64");
    row("a layer is a number", R"([{"layers": [3]}])", "s:/models/0/layers/0", "found number");
    row("no kind", R"([{"layers": [{"units": 3}]}])", "s:/models/0/layers/0/kind", "missing");
    row("kind is a number", R"([{"layers": [{"kind": 3}]}])", "s:/models/0/layers/0/kind", "expected text");
    row("unknown kind", R"([{"layers": [{"kind": "cnn"}]}])", "s:/models/0/layers/0/kind",
        "not one of dense");
    row("hidden without units", R"([{"layers": [{"kind": "dense"}, {"kind": "dense"}]}])",
        "s:/models/0/layers/0/units", "missing");
    row("units 0", R"([{"layers": [{"kind": "dense", "units": 0}]}])", "s:/models/0/layers/0/units",
        "1 to 65536");
    row("half a unit", R"([{"layers": [{"kind": "dense", "units": 2.5}]}])", "s:/models/0/layers/0/units",
        "2.5");
    row("unknown field", R"([{"layers": [{"kind": "dense", "unitz": 2}]}])", "s:/models/0/layers/0/unitz",
        "did you mean \"units\"");
    row("unknown activation", R"([{"layers": [{"kind": "dense", "activation": "gelu"}]}])",
        "s:/models/0/layers/0/activation", "none, relu");
    row("sketch size without a rank", R"([{"layers": [{"kind": "dense", "sketch_size": 2}]}])",
        "s:/models/0/layers/0/rank", "missing");
    row("rank 0", R"([{"layers": [{"kind": "dense", "rank": 0}]}])", "s:/models/0/layers/0/rank", "allowed");
    row("ranks beside own layers", R"([{"layers": [{"kind": "dense"}], "rank": [2]}])", "s:/models/0/rank",
        "in each of them");
    row("sketch sizes without ranks",
        R"([{"layers": [{"kind": "dense"}]}, {"name": "b", "sketch_size": [2]}])", "s:/models/1/rank",
        "missing");
    row("a size where there is no rank",
        R"([{"layers": [{"kind": "dense"}]}, {"name": "b", "rank": [null], "sketch_size": [2]}])",
        "s:/models/1/sketch_size/0", "no sketch size");
    row("options of sketches without any", R"([{"layers": [{"kind": "dense"}], "gradient_sketch": 0.5}])",
        "s:/models/0/gradient_sketch", "none of this model's layers");
    row("a kind as in version 1", R"([{"kind": "dense", "layers": [{"kind": "dense"}]}])", "s:/models/0/kind",
        "unknown key");
}

void ExperimentSpecTest::layersOfVersionTwoNameTheirPlace()
{
    QFETCH(std::string, models);
    QFETCH(std::string, where);
    QFETCH(std::string, says);
    const auto spec = parseExperiment(R"({"schema": "rosler.experiment/2", "models": )" + models + "}", "s");
    QVERIFY(!spec);
    QCOMPARE(spec.error().where, where);
    QVERIFY2(spec.error().what.find(says) != std::string::npos, spec.error().what.c_str());
}

void ExperimentSpecTest::shippedExperimentsMeanWhatTheyMeantInVersionOne()
{
    int found = 0;
    for (const ShippedExperiment &shipped : shippedExperiments()) {
        QFile old(QStringLiteral(ROSLER_SOURCE_DIR "/tests/data/experiments/v1/%1.json")
                      .arg(QString::fromStdString(std::string(shipped.name))));
        if (!old.open(QIODevice::ReadOnly))
            continue; // younger than version 1
        const auto before = parseExperiment(old.readAll().toStdString(), "v1");
        const auto now = parseExperiment(shipped.json, "v2");
        QVERIFY2(before && now, shipped.name.data());
        // The demo is there to try things out, so it has a part to choose by; what was chosen trains on
        // everything.
        QCOMPARE(now->training.validation.any(), shipped.name == "digits-demo");
        TrainingSpec training = now->training;
        training.validation = ValidationSpec::none();
        QVERIFY(before->models == now->models && before->training == training);
        ++found;
    }
    QCOMPARE(found, 4);
    const auto unknown = shippedExperiment("../x");
    QVERIFY(!unknown);
    QCOMPARE(unknown.error().code, ErrorCode::NotFound);
}

void ExperimentSpecTest::writesWhatItReads()
{
    auto spec = parseExperiment(complete, "spec.json").value();
    spec.seed = std::numeric_limits<std::uint64_t>::max();
    spec.description = "quotes \", \\, a\ttab\nand \u00e9";
    spec.models[0].learningRate = 0.1; // no finite binary fraction
    spec.training.weightDecay = 1.0 / 3.0;
    const std::string text = toJson(spec);
    const auto again = parseExperiment(text, "again.json");
    QVERIFY2(again.has_value(), again ? "" : message(again.error()).c_str());
    QVERIFY(*again == spec);
    QCOMPARE(toJson(*again), text);
}

void ExperimentSpecTest::writesTheKeysInOrder()
{
    const std::string text = toJson(parseExperiment(complete, "spec.json").value());
    std::size_t at = 0;
    for (const char *key : {"schema",
                            "name",
                            "description",
                            "dataset",
                            "seed",
                            "training",
                            "epochs",
                            "budget",
                            "batch",
                            "optimizer",
                            "schedule",
                            "momentum",
                            "weight_decay",
                            "validation",
                            "augmentation",
                            "shift",
                            "flip",
                            "noise",
                            "models",
                            "name",
                            "learning_rate",
                            "layers",
                            "kind",
                            "units",
                            "kind",
                            "units",
                            "kind",
                            "name",
                            "learning_rate",
                            "layers",
                            "kind",
                            "units",
                            "rank",
                            "sketch_size",
                            "initialisation",
                            "kept_features",
                            "gradient_sketch",
                            "successive_from",
                            "product_decay",
                            "orthonormalise",
                            "teacher"}) {
        const auto found = text.find('"' + std::string(key) + "\":", at);
        QVERIFY2(found != std::string::npos, key);
        at = found + 1;
    }
    QCOMPARE(text.back(), '\n');
}

void ExperimentSpecTest::anyDrawnSpecComesBackEqual()
{
    for (std::uint32_t number = 0; number < 200; ++number) {
        const RandomSpec random(number);
        ExperimentSpec spec;
        spec.name = "spec " + std::to_string(number);
        spec.seed = number * 0x123456789ULL;
        spec.training = random.spec.training;
        spec.models = {random.spec.model};
        const auto again = parseExperiment(toJson(spec), "spec.json");
        QVERIFY2(again.has_value(), again ? "" : message(again.error()).c_str());
        QVERIFY(*again == spec);
        QVERIFY(checkAgainst(*again, ExampleShape::vector(random.features), random.classes).has_value());
        TrialSpec trial = random.spec;
        trial.seed = spec.seed;
        QVERIFY(trialOf(*again, 0) == trial);
    }
}

void ExperimentSpecTest::errorsNameTheirPlace_data()
{
    QTest::addColumn<std::string>("from"); // this part of the complete document
    QTest::addColumn<std::string>("to");   // becomes this
    QTest::addColumn<int>("code");
    QTest::addColumn<std::string>("where");
    QTest::addColumn<std::string>("says"); // a part of the sentence
    const auto row = [](const char *name, const char *from, const char *to, ErrorCode code, const char *where,
                        const char *says) {
        QTest::newRow(name) << std::string(from) << std::string(to) << static_cast<int>(code)
                            << std::string(where) << std::string(says);
    };
    const auto malformed = ErrorCode::Malformed;
    const auto range = ErrorCode::OutOfRange;
    row("other version", "experiment/1", "experiment/3", ErrorCode::Unsupported, "s:/schema",
        "rosler.experiment/3");
    row("no schema", "\"schema\": \"rosler.experiment/1\",", "", malformed, "s:/schema", "missing");
    row("no widths", "\"widths\": [1024, 512],", "", malformed, "s:/widths", "missing");
    row("no kind", "\"kind\": \"dense\",", "", malformed, "s:/models/0/kind", "missing");
    row("no rank", "\"rank\": [24, 8, 4],", "", malformed, "s:/models/1/rank", "missing");
    row("name is a number", "\"mnist-1024\"", "5", malformed, "s:/name", "expected text, found number");
    row("seed is text", "\"seed\": 7", "\"seed\": \"7\"", malformed, "s:/seed", "expected an integer");
    row("seed is a fraction", "\"seed\": 7", "\"seed\": 7.5", malformed, "s:/seed", "7.5");
    row("seed is negative", "\"seed\": 7", "\"seed\": -7", range, "s:/seed", "-7");
    row("widths is a number", "[1024, 512]", "1024", malformed, "s:/widths", "list of integers");
    row("a width is text", "[1024, 512]", "[1024, \"512\"]", malformed, "s:/widths/1", "string");
    row("a width is 0", "[1024, 512]", "[1024, 0]", range, "s:/widths/1", "allowed");
    row("a width is huge", "[1024, 512]", "[65537, 512]", range, "s:/widths/0", "1 to 65536");
    row("training is a list",
        R"("training": {"epochs": 3, "batch": 64, "optimizer": "sgd", "schedule": "constant",
               "momentum": 0.5, "weight_decay": 0.25})",
        "\"training\": []", malformed, "s:/training", "expected an object, found array");
    row("a key said twice", "\"epochs\": 3", "\"epochs\": 3, \"epochs\": 5", malformed, "s:/training/epochs",
        "said twice");
    row("no epochs", "\"epochs\": 3", "\"epochs\": 0", range, "s:/training/epochs", "1 to 100000");
    row("huge batch", "\"batch\": 64", "\"batch\": 99999999999999999999", malformed, "s:/training/batch",
        "expected an integer"); // a floating point number for JSON
    row("large batch", "\"batch\": 64", "\"batch\": 9223372036854775808", range, "s:/training/batch",
        "9223372036854775808");
    row("unknown optimiser", "\"sgd\"", "\"adamw\"", malformed, "s:/training/optimizer", "adam, sgd");
    row("unknown schedule", "\"constant\"", "\"linear\"", malformed, "s:/training/schedule",
        "cosine, constant");
    row("momentum 1", "\"momentum\": 0.5", "\"momentum\": 1", range, "s:/training/momentum", "0.9999");
    row("negative decay", "\"weight_decay\": 0.25", "\"weight_decay\": -0.25", range,
        "s:/training/weight_decay", "-0.25");
    row("a model is text", "{\"name\": \"d\", \"kind\": \"dense\", \"learning_rate\": 0.125}", "\"dense\"",
        malformed, "s:/models/0", "expected an object, found string");
    row("unknown kind", "\"kind\": \"dense\"", "\"kind\": \"cnn\"", malformed, "s:/models/0/kind",
        "dense, rosler");
    row("rate 0", "0.125", "0", range, "s:/models/0/learning_rate", "above 0");
    row("rate is text", "0.125", "\"fast\"", malformed, "s:/models/0/learning_rate", "found string");
    row("same name twice", "\"name\": \"r\"", "\"name\": \"d\"", malformed, "s:/models/1/name", "\"d\"");
    row("empty name", "\"name\": \"d\"", "\"name\": \"\"", range, "s:/models/0/name", "1 to 100");
    row("a dense model with a rank", "\"learning_rate\": 0.125", "\"rank\": [1, 1, 1]", malformed,
        "s:/models/0/rank", "unknown key");
    row("a rank too few", "[24, 8, 4]", "[24, 8]", range, "s:/models/1/rank", "2 values for 3 layers");
    row("a sketch size too many", "[784, 384, 192]", "[784, 384, 192, 10]", range, "s:/models/1/sketch_size",
        "4 values for 3 layers");
    row("rank 0", "[24, 8, 4]", "[24, 0, 4]", range, "s:/models/1/rank/1", "allowed");
    row("rank is a fraction", "[24, 8, 4]", "[24, 8.5, 4]", malformed, "s:/models/1/rank/1", "8.5");
    row("unknown initialisation", "\"cur-leverage\"", "\"cur\"", malformed, "s:/models/1/initialisation",
        "gaussian, cur-uniform, cur-leverage");
    row("unknown sampling", "\"uniform\"", "\"top\"", malformed, "s:/models/1/kept_features",
        "uniform, variance, leverage");
    row("gradient sketch of nothing", "\"gradient_sketch\": 0.75", "\"gradient_sketch\": 0", range,
        "s:/models/1/gradient_sketch", "above 0");
    row("gradient sketch above 1", "\"gradient_sketch\": 0.75", "\"gradient_sketch\": 1.5", range,
        "s:/models/1/gradient_sketch", "1.5");
    row("negative stage", "\"successive_from\": 0.5", "\"successive_from\": -0.1", range,
        "s:/models/1/successive_from", "-0.1");
}

void ExperimentSpecTest::errorsOfVersionTwoNameTheirPlace_data()
{
    QTest::addColumn<std::string>("from"); // this part of the complete document
    QTest::addColumn<std::string>("to");   // becomes this
    QTest::addColumn<int>("code");
    QTest::addColumn<std::string>("where");
    QTest::addColumn<std::string>("says"); // a part of the sentence
    const auto row = [](const char *name, const char *from, const char *to, ErrorCode code, const char *where,
                        const char *says) {
        QTest::newRow(name) << std::string(from) << std::string(to) << static_cast<int>(code)
                            << std::string(where) << std::string(says);
    };
    const auto malformed = ErrorCode::Malformed;
    const auto range = ErrorCode::OutOfRange;
    row("negative warm-up", "\"warmup\": 0.5", "\"warmup\": -1", range, "s:/training/warmup", "-1");
    row("a shift backwards", "\"shift\": 2", "\"shift\": -2", range, "s:/training/augmentation/shift", "-2");
    row("flip is a number", "\"flip\": true", "\"flip\": 1", malformed, "s:/training/augmentation/flip",
        "true or false");
    row("negative noise", "\"noise\": 0.125", "\"noise\": -0.5", range, "s:/training/augmentation/noise",
        "-0.5");
    row("unknown augmentation", "\"flip\": true", "\"flipp\": true", malformed,
        "s:/training/augmentation/flipp", "did you mean \"flip\"");
    row("an unknown teacher", "\"model\": \"d\"", "\"model\": \"x\"", range, "s:/models/1/teacher/model",
        "no model is named \"x\"");
    row("its own teacher", "\"model\": \"d\"", "\"model\": \"r\"", range, "s:/models/1/teacher/model",
        "its own teacher");
    row("a teacher behind its pupil", "\"name\": \"d\",", "\"name\": \"d\", \"teacher\": {\"model\": \"r\"},",
        range, "s:/models/0/teacher/model", "comes after its pupil");
    row("a teacher without a name", "\"model\": \"d\", ", "", malformed, "s:/models/1/teacher/model",
        "missing");
    row("cold", "\"temperature\": 2", "\"temperature\": 0", range, "s:/models/1/teacher/temperature", "0");
    row("more than the whole", "\"share\": 0.25", "\"share\": 1.5", range, "s:/models/1/teacher/share",
        "1.5");
    row("no share", "\"share\": 0.25", "\"share\": 0", range, "s:/models/1/teacher/share", "0");
    row("half a step", "\"orthonormalise\": 50", "\"orthonormalise\": 0.5", malformed,
        "s:/models/1/orthonormalise", "expected an integer");
    row("steps backwards", "\"orthonormalise\": 50", "\"orthonormalise\": -1", range,
        "s:/models/1/orthonormalise", "-1");
    row("nothing to orthonormalise", "\"name\": \"d\",", "\"name\": \"d\", \"orthonormalise\": 1,", malformed,
        "s:/models/0/orthonormalise", "sketched");
    row("negative product decay", "\"product_decay\": 0.0625", "\"product_decay\": -1", range,
        "s:/models/1/product_decay", "-1");
}

void ExperimentSpecTest::errorsOfVersionTwoNameTheirPlace()
{
    checkError(complete);
}

void ExperimentSpecTest::errorsNameTheirPlace()
{
    checkError(completeOne);
}

void ExperimentSpecTest::modelsAreOneToSixtyFour()
{
    const auto parsed = [](const std::string &models) {
        return parseExperiment(R"({"schema": "rosler.experiment/1", "widths": [])" + models + '}', "s");
    };
    const auto missing = parsed("");
    QVERIFY(!missing);
    QCOMPARE(missing.error(), (Error {ErrorCode::Malformed, "the key \"models\" is missing", "s:/models"}));
    const Error outside {ErrorCode::OutOfRange, "expected a list of 1 to 64 models", "s:/models"};
    std::string list;
    for (int count = 0; count <= 65; ++count) {
        const auto spec = parsed(R"(, "models": [)" + list + ']');
        QCOMPARE(spec.has_value(), count >= 1 && count <= 64);
        if (!spec)
            QCOMPARE(spec.error(), outside);
        list += (count == 0 ? "" : ", ") + std::string(R"({"kind": "dense", "name": "m)")
            + std::to_string(count) + "\"}";
    }
}

void ExperimentSpecTest::misspeltKeysGetASuggestion_data()
{
    QTest::addColumn<std::string>("right");
    QTest::addColumn<std::string>("wrong");
    QTest::addColumn<std::string>("where");
    QTest::newRow("a letter missing")
        << std::string("epochs") << std::string("epoch") << std::string("s:/training/epoch");
    QTest::newRow("letters swapped") << std::string("seed") << std::string("sede") << std::string("s:/sede");
    QTest::newRow("a hyphen") << std::string("sketch_size") << std::string("sketch-size")
                              << std::string("s:/models/1/sketch-size");
    QTest::newRow("British") << std::string("optimizer") << std::string("optimiser")
                             << std::string("s:/training/optimiser");
    QTest::newRow("capital") << std::string("models") << std::string("Models") << std::string("s:/Models");
}

void ExperimentSpecTest::misspeltKeysGetASuggestion()
{
    QFETCH(std::string, right);
    QFETCH(std::string, wrong);
    QFETCH(std::string, where);
    const auto spec = parseExperiment(replaced(complete, '"' + right + '"', '"' + wrong + '"'), "s");
    QVERIFY(!spec);
    QCOMPARE(spec.error().code, ErrorCode::Malformed);
    QCOMPARE(spec.error().where, where);
    QCOMPARE(spec.error().what, "unknown key \"" + wrong + "\"; did you mean \"" + right + "\"?");
    // far from everything: no suggestion
    const auto other = parseExperiment(replaced(complete, "\"seed\"", "\"quark\""), "s");
    QVERIFY(!other);
    QCOMPARE(other.error().what, std::string("unknown key \"quark\""));
}

void ExperimentSpecTest::brokenJsonNamesLineAndColumn_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("where");
    QTest::newRow("nothing") << std::string() << std::string("s: line 1, column 1");
    QTest::newRow("not JSON") << std::string("epochs: 3") << std::string("s: line 1, column 1");
    QTest::newRow("comma before the end")
        << std::string("{\"a\": 1,\n \"b\": 2,\n}") << std::string("s: line 3, column 1");
    QTest::newRow("two values") << std::string("{}\n\n  {}") << std::string("s: line 3, column 3");
    QTest::newRow("text across lines")
        << std::string("{\"a\": \"b\nc\"}") << std::string("s: line 1, column 9");
    QTest::newRow("ends too early") << std::string("{\n  \"a\": ") << std::string("s: line 2, column 8");
    QTest::newRow("unquoted key") << std::string("{\n  seed: 1}") << std::string("s: line 2, column 3");
}

void ExperimentSpecTest::brokenJsonNamesLineAndColumn()
{
    QFETCH(std::string, text);
    QFETCH(std::string, where);
    const auto spec = parseExperiment(text, "s");
    QVERIFY(!spec);
    QCOMPARE(spec.error().code, ErrorCode::Malformed);
    QCOMPARE(spec.error().where, where);
}

void ExperimentSpecTest::everyTruncationIsAnError()
{
    const std::string_view text = complete;
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto spec = parseExperiment(text.substr(0, length), "s");
        QVERIFY(!spec);
        QCOMPARE(spec.error().code, ErrorCode::Malformed);
    }
}

void ExperimentSpecTest::flippedBitsNeverCrash()
{
    const std::string text = complete;
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string bad = text;
            bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ (1U << bit));
            const auto spec = parseExperiment(bad, "s");
            if (spec) // another name or number: a valid document all the same
                QVERIFY(parseExperiment(toJson(*spec), "s").has_value());
            else
                QVERIFY(!spec.error().what.empty() && spec.error().where.starts_with("s:"));
        }
    }
}

void ExperimentSpecTest::deepNestingIsAnError()
{
    const std::string deep(400'000, '[');
    QVERIFY(!parseExperiment(deep, "s"));
    QVERIFY(!parseExperiment(deep + std::string(400'000, ']'), "s"));
    QVERIFY(!parseExperiment(
        replaced(complete, "[24, 8, 4]", std::string(100'000, '[') + std::string(100'000, ']')), "s"));
}

void ExperimentSpecTest::hugeDocumentsAreRefused()
{
    const auto spec = parseExperiment(smallest + std::string(1'000'000, ' '), "s");
    QVERIFY(!spec);
    QCOMPARE(spec.error().code, ErrorCode::OutOfRange);
}

void ExperimentSpecTest::trialTakesItsModel()
{
    const auto spec = parseExperiment(complete, "s").value();
    const TrialSpec trial = trialOf(spec, 1);
    QCOMPARE(trial.model.name, std::string("r"));
    QCOMPARE(trial.seed, std::uint64_t {7});
    QVERIFY(trial.training == spec.training);
}

void ExperimentSpecTest::checksEveryModelAgainstTheData()
{
    auto spec = parseExperiment(complete, "s").value();
    QCOMPARE(checkAgainst(spec, ExampleShape::vector(784), 10).error().where,
             std::string("/training/augmentation/flip")); // images alone
    spec.training.augmentation.flip = false;
    QVERIFY(checkAgainst(spec, ExampleShape::vector(784), 10).has_value());
    const auto narrow = checkAgainst(spec, ExampleShape::vector(783), 10);
    QVERIFY(!narrow);
    QCOMPARE(narrow.error().where, std::string("/models/1/layers/0/sketch_size"));
    const auto fewClasses = checkAgainst(spec, ExampleShape::vector(784), 3);
    QVERIFY(!fewClasses);
    QCOMPARE(fewClasses.error().where, std::string("/models/1/layers/2/rank"));
    QCOMPARE(fewClasses.error().what, std::string("rank is 4, allowed are 1 to 3"));
}

void ExperimentSpecTest::namesGoBothWays()
{
    for (const auto activation : {Activation::None, Activation::Relu})
        QVERIFY(activationNamed(nameOf(activation)) == activation);
    for (const bool sketched : {false, true})
        QVERIFY(sketchedNamed(modelLabel(sketched)) == sketched);
    for (const auto kind : {SketchKind::Gaussian, SketchKind::CurUniform, SketchKind::CurLeverage})
        QVERIFY(sketchKindNamed(nameOf(kind)) == kind);
    for (const auto sampling :
         {FeatureSampling::Uniform, FeatureSampling::Variance, FeatureSampling::Leverage})
        QVERIFY(featureSamplingNamed(nameOf(sampling)) == sampling);
    for (const auto kind : {OptimizerKind::Adam, OptimizerKind::Sgd})
        QVERIFY(optimizerKindNamed(nameOf(kind)) == kind);
    for (const auto kind : {ScheduleKind::Cosine, ScheduleKind::Constant})
        QVERIFY(scheduleKindNamed(nameOf(kind)) == kind);
    for (const auto kind : {BudgetKind::EqualEpochs, BudgetKind::EqualTrainingFlops})
        QVERIFY(budgetKindNamed(nameOf(kind)) == kind);
    for (const auto end : {TrialEnd::Finished, TrialEnd::Stopped, TrialEnd::Diverged, TrialEnd::Failed})
        QVERIFY(trialEndNamed(nameOf(end)) == end);
    QVERIFY(!sketchedNamed("Dense") && !sketchedNamed(""));
}

void ExperimentSpecTest::nearestNameIsTheOneWithTheFewestEdits()
{
    constexpr std::array<std::string_view, 4> names {"rank", "range", "name", "sketch_size"};
    QCOMPARE(nearestName("rnak", names), std::string_view("rank"));
    QCOMPARE(nearestName("rang", names), std::string_view("rank")); // as near to both: the first
    QCOMPARE(nearestName("rangee", names), std::string_view("range"));
    QCOMPARE(nearestName("sketchsize", names), std::string_view("sketch_size"));
    QCOMPARE(nearestName("zzzzzzz", names), std::string_view());
    QCOMPARE(nearestName("rank", {}), std::string_view());
}

QTEST_APPLESS_MAIN(ExperimentSpecTest)

} // namespace experiment_spec_test

#include "experiment_spec_test.moc"
