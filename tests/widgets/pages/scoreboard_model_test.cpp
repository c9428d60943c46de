// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFont>
#include <QtTest>

#include "widgets/pages/scoreboard_model.h"

namespace scoreboard_model_test {

using namespace rosler;

namespace {

ScoredModel scored(const char *name, bool sketched, std::uint64_t macs)
{
    ScoredModel model;
    model.name = QString::fromLatin1(name);
    model.sketched = sketched;
    model.cost.parameters = 10 * macs;
    model.cost.macs = macs;
    model.cost.trainFlops = 600 * macs;
    model.cost.trainMemoryBytes = 40 * macs;
    return model;
}

} // namespace

class ScoreboardModelTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// The bars and the printed figures say that operations are modelled, of trained models too.
    void whatIsCountedByFormulaStaysMarkedOnceTheRunHasEnded()
    {
        ScoreboardModel board;
        for (const bool ended : {false, true}) {
            std::vector<ScoredModel> models {scored("dense", false, 1000), scored("rosler", true, 100)};
            for (ScoredModel &model : models)
                if (ended) {
                    model.result.emplace();
                    model.result->cost = model.cost;
                    model.result->testAccuracy = 0.9;
                    model.result->trainFlops = 599e3;
                    model.result->trainSeconds = 2;
                }
            board.setModels(models);
            for (const int row : {ScoreboardModel::InferenceFlops, ScoreboardModel::TrainFlops,
                                  ScoreboardModel::TrainMemory}) {
                for (int column = 1; column < board.columnCount(); ++column) {
                    const QModelIndex cell = board.index(row, column);
                    QVERIFY2(cell.data().toString().startsWith(QLatin1Char('~')),
                             qPrintable(cell.data().toString()));
                    QVERIFY(cell.data(Qt::FontRole).value<QFont>().italic());
                }
            }
            QCOMPARE(board.index(ScoreboardModel::Parameters, 1).data(Qt::FontRole).value<QFont>().italic(),
                     !ended);
            QVERIFY(
                !board.index(ScoreboardModel::TestAccuracy, 1).data(Qt::FontRole).value<QFont>().italic());
        }
    }

    void aNarrowNetIsComparedAndNotComparedWith()
    {
        ScoreboardModel board;
        board.setModels({scored("old", false, 5000), scored("dense", false, 1000),
                         scored("rosler", true, 100), scored("narrow", false, 90)});
        const auto comparesThem = [&] {
            const QString said = board.sentence();
            return said.contains(QLatin1String("rosler")) && said.contains(QLatin1String("(dense"))
                && said.contains(QStringLiteral("10.0×"));
        };
        QVERIFY2(comparesThem(), qPrintable(board.sentence()));
        board.setModels({scored("rosler", true, 100), scored("dense", false, 1000)});
        QVERIFY2(comparesThem(), qPrintable(board.sentence()));
    }
};

QTEST_MAIN(ScoreboardModelTest)

} // namespace scoreboard_model_test

#include "scoreboard_model_test.moc"
