// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QLabel>
#include <QtTest>

#include "device_link/host/board_profile.h"
#include "tests/support/accessibility_audit.h"
#include "tests/support/layers.h"
#include "widgets/pages/board_fit.h"

namespace board_fit_test {

using namespace rosler;

class BoardFitTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhoFitsAndWhatTheOtherLacks()
    {
        BoardFit fit;
        fit.setBoard(QStringLiteral("stm32f405"));
        fit.setModels({{QStringLiteral("dense"), planOf({dense(784, 1024), dense(1024, 10)})},
                       {QStringLiteral("rosler"), planOf({sketched(784, 16, 1024), sketched(1024, 8, 10)})}});
        const QString words = this->words(fit)->text();
        // 784 x 1024 + 1024 x 10 weights, 5 % for biases and scales at most, less what the board has.
        const double lacking =
            QRegularExpression(QStringLiteral("✗ dense needs (\\d+) kB")).match(words).captured(1).toDouble();
        QVERIFY2(lacking > 419.8 && lacking < 1.05 * 419.8, qPrintable(words));
        QVERIFY2(words.contains(QStringLiteral("more model memory")), qPrintable(words));
        QVERIFY2(words.contains(QStringLiteral("✓ rosler fits")), qPrintable(words));
        QVERIFY2(this->words(fit)->toolTip().contains(QStringLiteral(" of 393216 bytes of model memory")),
                 qPrintable(this->words(fit)->toolTip()));
    }

    void theNumberTypeCounts()
    {
        BoardFit fit;
        fit.setBoard(QStringLiteral("stm32f405"));
        fit.setModels({{QStringLiteral("dense"), planOf({dense(784, 300), dense(300, 10)})}});
        QVERIFY(words(fit)->text().contains(QStringLiteral("✓")));
        fit.findChild<QComboBox *>(QStringLiteral("fitType"))->setCurrentIndex(2); // f32
        QVERIFY2(words(fit)->text().contains(QStringLiteral("✗")), qPrintable(words(fit)->text()));
    }

    void featuresThatTheBoardMakesCount()
    {
        BoardFit fit;
        fit.setBoard(QStringLiteral("stm32f405"));
        SignalFeatures spectra;
        spectra.window = 8192;
        fit.setModels({{QStringLiteral("rosler"), planOf({sketched(4096, 4, 64), dense(64, 10)})}});
        const auto ram = [&] {
            return QRegularExpression(QStringLiteral("(\\d+) of \\d+ bytes of RAM"))
                .match(words(fit)->toolTip())
                .captured(1)
                .toInt();
        };
        const int handedFeatures = ram();
        QVERIFY2(handedFeatures > 4096, qPrintable(words(fit)->toolTip()));
        fit.setFeaturesMade(spectra);
        QVERIFY(words(fit)->text().contains(QStringLiteral("raw samples")));
        QVERIFY2(ram() > handedFeatures + 4 * 8192, qPrintable(words(fit)->toolTip())); // of float32
        QVERIFY2(words(fit)->toolTip().contains(QStringLiteral("features 1x8192")),
                 qPrintable(words(fit)->toolTip()));
        fit.setFeaturesMade(std::nullopt);
        QCOMPARE(ram(), handedFeatures);
    }

    void everyBoardButTheTwinCanBeChosen()
    {
        BoardFit fit;
        const auto *boards = fit.findChild<QComboBox *>(QStringLiteral("fitBoard"));
        QCOMPARE(boards->count(), static_cast<int>(boardProfiles().size()) - 1);
        fit.setBoard(QStringLiteral("mps2-an386"));
        QCOMPARE(fit.board(), QStringLiteral("mps2-an386"));
        fit.setBoard(QStringLiteral("pdp11"));
        QCOMPARE(fit.board(), QStringLiteral("mps2-an386"));
    }

    void aModelThatDoesNotFitTheDataIsNotJudged()
    {
        BoardFit fit;
        fit.setModels({{QStringLiteral("rosler"), {}}});
        QVERIFY(words(fit)->text().isEmpty());
    }

    void everythingHasAName()
    {
        BoardFit fit;
        ROSLER_VERIFY_ACCESSIBLE(&fit);
    }

private:
    static LayerShape dense(Index inputs, Index outputs)
    {
        LayerShape shape;
        shape.inputs = shape.read = inputs;
        shape.outputs = shape.kept = outputs;
        return shape;
    }
    static LayerShape sketched(Index inputs, Index rank, Index outputs)
    {
        LayerShape shape = dense(inputs, outputs);
        shape.rank = rank;
        return shape;
    }
    static QLabel *words(const BoardFit &fit) { return fit.findChild<QLabel *>(QStringLiteral("fitWords")); }
};

QTEST_MAIN(BoardFitTest)

} // namespace board_fit_test

#include "board_fit_test.moc"
