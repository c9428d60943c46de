// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>

#include <QTemporaryDir>
#include <QtTest>

#include "core/data/synthetic/digits.h"
#include "core/store/checkpoint_file.h"
#include "core/store/model_file.h"
#include "core/store/run_store.h"
#include "core/training/trainer.h"
#include "tests/support/layers.h"

namespace version_one_test {

using namespace rosler;

namespace {

const std::string id = "2026-11-27T190016_digits_rosler_1c39";

} // namespace

/// A run that version 1 wrote (tests/data/store/v1) is read and means the same.
class VersionOneTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theRunIsListedWithItsLayers();
    void theModelIsTheOneThatWasTrained();
    void theCheckpointBelongsToTheTrialAndGoesOn();

private:
    QTemporaryDir m_folder;
    std::shared_ptr<RunStore> m_store;
};

void VersionOneTest::initTestCase()
{
    const std::filesystem::path root = m_folder.filePath(QStringLiteral("runs")).toStdString();
    std::filesystem::create_directories(root);
    std::filesystem::copy(ROSLER_SOURCE_DIR "/tests/data/store/v1/" + id, root / id,
                          std::filesystem::copy_options::recursive);
    auto store = RunStore::open(root);
    QVERIFY(store.has_value());
    m_store = *store;
}

void VersionOneTest::theRunIsListedWithItsLayers()
{
    const auto record = m_store->load(id);
    QVERIFY2(record.has_value(), record ? "" : message(record.error()).c_str());
    QVERIFY(record->summary.status == RunStatus::Finished);
    QVERIFY(record->summary.trial.model.layers == layersOf({12, 8}, {4, 3, 3}, {60, 10, 8}));
    QVERIFY((record->summary.example == ExampleShape {1, 28, 28}));
    QVERIFY(record->summary.result.has_value());
    const auto sketches = record->summary.result->sketches;
    QCOMPARE(sketches.size(), std::size_t {3});
    QVERIFY((sketches[1] == Sketch {3, 10}));
}

void VersionOneTest::theModelIsTheOneThatWasTrained()
{
    const auto record = m_store->load(id);
    QVERIFY(record && record->summary.result);
    const auto model = readModelFile(m_store->root() / id / "model.h5");
    QVERIFY2(model.has_value(), model ? "" : message(model.error()).c_str());
    QCOMPARE(model->digest(), record->summary.result->parameterDigest);
    const auto planned = planOf(record->summary.trial, ExampleShape::vector(784), 10);
    QVERIFY(planned.has_value());
    QVERIFY(model->plan() == *planned);
}

void VersionOneTest::theCheckpointBelongsToTheTrialAndGoesOn()
{
    const auto record = m_store->load(id);
    QVERIFY(record.has_value());
    QCOMPARE(trialDigest(record->summary.trial),
             std::string("d32cb2dd51ec4a9e30b9dc037588cd42c8e3b53294ceb779529bc21787e3cb3c"));
    auto state = m_store->loadCheckpoint(id);
    QVERIFY2(state.has_value(), state ? "" : message(state.error()).c_str());
    QCOMPARE(state->step, std::int64_t {188});
    auto trainer = Trainer::create(record->summary.trial, syntheticDigits(6000, 1000).value());
    QVERIFY(trainer.has_value());
    const auto restored = trainer->restore(std::move(*state));
    QVERIFY2(restored.has_value(), restored ? "" : message(restored.error()).c_str());
    QCOMPARE(trainer->network().digest(), record->summary.result->parameterDigest);
}

QTEST_GUILESS_MAIN(VersionOneTest)

} // namespace version_one_test

#include "version_one_test.moc"
