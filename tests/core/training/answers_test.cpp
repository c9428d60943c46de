// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QtTest>

#include "core/training/answers.h"

namespace answers_test {

using namespace rosler;

class AnswersTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void areThoseOfEveryExampleAlone();
    void otherFeaturesAreRefused();
    void canBeCancelled();
};

namespace {

Examples randomExamples(Index count, Index features)
{
    Examples examples;
    examples.features = Matrix(Matrix::Random(count, features));
    examples.labels.resize(static_cast<std::size_t>(count));
    return examples;
}

Network randomNetwork(Index features)
{
    std::vector<LayerSpec> layers(2);
    layers[0].kind = layers[1].kind = "dense";
    layers[0].fields["units"] = 9;
    layers[0].activation = Activation::Relu;
    Result<NetworkPlan> plan = planNetwork(layers, ExampleShape::vector(features), 5);
    Network network(std::move(*plan));
    network.initialise(3);
    return network;
}

} // namespace

void AnswersTest::areThoseOfEveryExampleAlone()
{
    const Network network = randomNetwork(6);
    const Examples examples = randomExamples(300, 6); // more than one piece
    const auto answers = answersOf(network, examples);
    QVERIFY(answers);
    QCOMPARE(answers->size(), std::size_t {300});
    Matrix room;
    for (Index i = 0; i < 300; ++i) {
        const Matrix logits = network.predict(examples.features.rows(i, 1, room));
        QCOMPARE(answers->at(static_cast<std::size_t>(i)), argmaxRows(view(logits)).at(0));
    }
    QVERIFY(std::ranges::adjacent_find(*answers, std::ranges::not_equal_to {}) != answers->end());
}

void AnswersTest::otherFeaturesAreRefused()
{
    const auto answers = answersOf(randomNetwork(6), randomExamples(3, 7));
    QVERIFY(!answers);
    QCOMPARE(answers.error().code, ErrorCode::Rejected);
    QCOMPARE(answers.error().what, std::string("the model reads 6 features, the data have 7"));
}

void AnswersTest::canBeCancelled()
{
    std::stop_source stop;
    stop.request_stop();
    const auto answers = answersOf(randomNetwork(6), randomExamples(3, 6), stop.get_token());
    QVERIFY(!answers);
    QCOMPARE(answers.error().code, ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(AnswersTest)

} // namespace answers_test

#include "answers_test.moc"
