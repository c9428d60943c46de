// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <QTemporaryDir>
#include <QtTest>

#include "device_link/firmware/twin/rsl_twin.h"
#include "tests/device_link/support/oracle.h"
#include "tests/device_link/support/qemu_board.h"

namespace qemu_kernels_test {

using namespace rosler;

/// Instructions that the kernels take, counted in QEMU. Large models are laid into the file behind the
/// board's memory by a twin, which is quicker than a serial line.
class QemuKernelsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void instructionsPerMultiplyAdd_data();
    void instructionsPerMultiplyAdd();
    void instructionsOfConvolutions_data();
    void instructionsOfConvolutions();
    void instructionsPerFloatMultiplyAdd_data();
    void instructionsPerFloatMultiplyAdd();
    void sketchedNetsKeepTheirAdvantage();
};

namespace {

AlignedBytes answered(SampleModel model)
{
    AlignedBytes image = sampleImage(model);
    answerImage(image);
    return image;
}

/// A file of slots that holds the image, as a board would have left it.
bool layDown(const QString &path, const AlignedBytes &image)
{
    const QByteArray name = QFile::encodeName(path);
    const rsl_twin_options options {nullptr, 4U << 20, 8U << 20, 1, name.constData()};
    const std::unique_ptr<rsl_twin, void (*)(rsl_twin *)> twin(rsl_twin_create(&options), &rsl_twin_destroy);
    WireHost host([&](const std::vector<std::uint8_t> &b) { rsl_twin_feed(twin.get(), b.data(), b.size()); },
                  [&] {
                      std::vector<std::uint8_t> bytes(65536);
                      bytes.resize(rsl_twin_take(twin.get(), bytes.data(), bytes.size()));
                      return bytes;
                  });
    if (!host.hello())
        return false;
    const std::optional<Reply> reply = host.push(image);
    return reply && statusOf(*reply) == RSL_OK;
}

/// Where the slots lie some MB into a board's RAM, the rest of the file is a hole.
bool moveSlots(const QString &path, const EmulatedBoard &board)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadWrite))
        return false;
    const QByteArray bytes = file.readAll();
    const QByteArray size(board.slotsSize); // "64M", "2G"
    return file.seek(qint64 {board.slotsAt} << 20) && file.write(bytes) == bytes.size()
        && file.resize(size.chopped(1).toLongLong() << (size.endsWith('G') ? 30 : 20));
}

struct Count {
    std::int64_t instructions = 0;
    std::vector<std::int64_t> layers;
    double perMac = 0;
};

std::optional<Count> counted(const EmulatedBoard &board, const AlignedBytes &image)
{
    const QTemporaryDir folder;
    const QString slots = folder.filePath(QStringLiteral("slots.bin"));
    if (!layDown(slots, image)) {
        qWarning("the twin does not take the image");
        return std::nullopt;
    }
    if (board.slotsAt != 0 && !moveSlots(slots, board))
        return std::nullopt;
    QemuBoard qemu(board, QStringLiteral(ROSLER_FIRMWARE), slots);
    if (!qemu.fault().isEmpty() || !qemu.host().hello()) {
        qWarning("%s", qPrintable(qemu.fault()));
        return std::nullopt;
    }
    const std::optional<rsl_result> result = qemu.host().bench(3, RSL_BENCH_LAYERS);
    rsl_model model {};
    if (!result || rsl_model_open(image.data(), image.size(), &model).fault != RSL_FAULT_NONE)
        return std::nullopt;
    Count count;
    count.instructions = qemu.instructions(result->ticks[0], *result);
    for (unsigned i = 0; i < result->layers; ++i)
        count.layers.push_back(qemu.instructions(result->layer_ticks[i], *result));
    count.perMac = static_cast<double>(count.instructions) / static_cast<double>(rsl_model_macs(&model));
    return count;
}

rsl_layout preferredBy(const QByteArray &board)
{
    if (board == "mps3-an547")
        return RSL_LAYOUT_I8_4X16;
    return board == "mps2-an385" || board == "riscv-virt" ? RSL_LAYOUT_I8_4X4 : RSL_LAYOUT_I8_2X2;
}

const EmulatedBoard &boardNamed(const QByteArray &name)
{
    for (const EmulatedBoard &board : emulatedBoards())
        if (name == board.name)
            return board;
    qFatal("no board %s", name.constData());
}

} // namespace

void QemuKernelsTest::initTestCase()
{
    if (const QString missing = qemuMissing(QStringLiteral(ROSLER_FIRMWARE)); !missing.isEmpty())
        QSKIP(qPrintable(missing));
}

void QemuKernelsTest::instructionsPerMultiplyAdd_data()
{
    QTest::addColumn<QByteArray>("board");
    QTest::addColumn<int>("rank");
    QTest::addColumn<double>("most");
    const auto row = [](const char *core, const char *board, double dense, double sketched) {
        QTest::addRow("%s dense 784x784", core) << QByteArray(board) << 0 << dense;
        QTest::addRow("%s sketched 784x32x784", core) << QByteArray(board) << 32 << sketched;
    };
    row("M3", "mps2-an385", 2.50, 3.15);
    row("M4F", "mps2-an386", 0.91, 1.04);
    row("M7", "mps2-an500", 0.91, 1.04);
    row("M33", "mps2-an505", 0.91, 1.04);
    row("M55", "mps3-an547", 0.16, 0.25);
    row("RISC-V", "riscv-virt", 5.60, 7.00);
}

void QemuKernelsTest::instructionsPerMultiplyAdd()
{
    QFETCH(QByteArray, board);
    QFETCH(int, rank);
    QFETCH(double, most);
    if (const QString missing = qemuMissing(boardNamed(board), QStringLiteral(ROSLER_FIRMWARE));
        !missing.isEmpty())
        QSKIP(qPrintable(missing));
    SampleModel model;
    model.inputs = 784;
    model.layers = {{784, static_cast<std::uint32_t>(rank), false, false}};
    model.layout = preferredBy(board);
    const std::optional<Count> count = counted(boardNamed(board), answered(model));
    QVERIFY(count);
    qInfo("%s %s: %lld instructions, %.3f per multiply-add", board.constData(),
          rank > 0 ? "784x32x784" : "784x784", static_cast<long long>(count->instructions), count->perMac);
    QVERIFY2(count->perMac <= most, qPrintable(QString::number(count->perMac)));
}

void QemuKernelsTest::instructionsOfConvolutions_data()
{
    QTest::addColumn<QByteArray>("board");
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("number");
    QTest::addColumn<double>("most");
    const auto rows = [](const char *core, const char *board, double dense, double sketched, double depthwise,
                         double half) {
        QTest::addRow("%s conv 3x3", core) << QByteArray(board) << int {RSL_CONV} << int {RSL_I8} << dense;
        QTest::addRow("%s conv 3x3, rank 8", core)
            << QByteArray(board) << int {RSL_CONV_SKETCHED} << int {RSL_I8} << sketched;
        QTest::addRow("%s depthwise 3x3", core)
            << QByteArray(board) << int {RSL_DEPTHWISE} << int {RSL_I8} << depthwise;
        QTest::addRow("%s conv 3x3 f16", core)
            << QByteArray(board) << int {RSL_CONV} << int {RSL_F16} << half;
    };
    rows("M4F", "mps2-an386", 1.03, 1.4, 12.3, 3.45);
    rows("M55", "mps3-an547", 0.22, 0.45, 12.3, 3.45);
    rows("RISC-V", "riscv-virt", 5.8, 7.2, 13, 13.6);
}

void QemuKernelsTest::instructionsOfConvolutions()
{
    // 16 channels to 32 on 16 x 16 pixels.
    QFETCH(QByteArray, board);
    QFETCH(int, kind);
    QFETCH(int, number);
    QFETCH(double, most);
    if (const QString missing = qemuMissing(boardNamed(board), QStringLiteral(ROSLER_FIRMWARE));
        !missing.isEmpty())
        QSKIP(qPrintable(missing));
    SampleModel model;
    model.number = static_cast<rsl_number>(number);
    model.layout = preferredBy(board);
    model.rows = model.columns = 16;
    model.inputs = 16 * 16 * 16;
    model.windows = {{static_cast<rsl_kind>(kind), {3, 3, 1, 1, 1, 1}, 32, 8, false, false}};
    model.layers.clear();
    const std::optional<Count> count = counted(boardNamed(board), answered(model));
    QVERIFY(count);
    qInfo("%s: %lld instructions, %.3f per multiply-add", QTest::currentDataTag(),
          static_cast<long long>(count->instructions), count->perMac);
    QVERIFY2(count->perMac <= most, qPrintable(QString::number(count->perMac)));
}

void QemuKernelsTest::instructionsPerFloatMultiplyAdd_data()
{
    QTest::addColumn<QByteArray>("board");
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("outputs");
    QTest::addColumn<int>("rank");
    QTest::addColumn<double>("most");
    const auto row = [](const char *core, const char *board, rsl_number number, int outputs, int rank,
                        double most) {
        QTest::addRow("%s %s %s, rank %d", core, number == RSL_F16 ? "f16" : "f32",
                      outputs == 10        ? "256x10"
                          : outputs == 256 ? "256x256"
                                           : "784x784",
                      rank)
            << QByteArray(board) << int {number} << outputs << rank << most;
    };
    for (const auto &[core, board] : {std::pair {"M4F", "mps2-an386"},
                                      {"M7", "mps2-an500"},
                                      {"M33", "mps2-an505"},
                                      {"M55", "mps3-an547"}}) {
        row(core, board, RSL_F16, 256, 0, 3.35);
        row(core, board, RSL_F16, 784, 32, 3.5);
        row(core, board, RSL_F16, 10, 0, 3.8);
        row(core, board, RSL_F32, 256, 0, 2.35);
        row(core, board, RSL_F32, 784, 32, 2.5);
        row(core, board, RSL_F32, 10, 0, 2.8);
    }
    // Without an FPU: the compiler's own library multiplies and adds.
    row("M3", "mps2-an385", RSL_F16, 256, 0, 105);
    row("M3", "mps2-an385", RSL_F32, 256, 0, 98);
    // With an FPU, but no halves and no loads of several numbers.
    row("RISC-V", "riscv-virt", RSL_F16, 256, 0, 13.5);
    row("RISC-V", "riscv-virt", RSL_F16, 784, 32, 13.8);
    row("RISC-V", "riscv-virt", RSL_F32, 256, 0, 4.2);
    row("RISC-V", "riscv-virt", RSL_F32, 784, 32, 4.5);
}

void QemuKernelsTest::instructionsPerFloatMultiplyAdd()
{
    QFETCH(QByteArray, board);
    QFETCH(int, number);
    QFETCH(int, outputs);
    QFETCH(int, rank);
    QFETCH(double, most);
    if (const QString missing = qemuMissing(boardNamed(board), QStringLiteral(ROSLER_FIRMWARE));
        !missing.isEmpty())
        QSKIP(qPrintable(missing));
    SampleModel model;
    model.number = static_cast<rsl_number>(number);
    model.inputs = outputs == 784 ? 784 : 256;
    model.layers = {{static_cast<std::uint32_t>(outputs), static_cast<std::uint32_t>(rank), false, false}};
    const std::optional<Count> count = counted(boardNamed(board), answered(model));
    QVERIFY(count);
    qInfo("%s %s: %lld instructions, %.3f per multiply-add", board.constData(), QTest::currentDataTag(),
          static_cast<long long>(count->instructions), count->perMac);
    QVERIFY2(count->perMac <= most, qPrintable(QString::number(count->perMac)));
}

void QemuKernelsTest::sketchedNetsKeepTheirAdvantage()
{
    // The shapes of mnist-1024 as they are packed, U folded into a neighbour, with random weights.
    SampleModel dense;
    dense.layout = RSL_LAYOUT_I8_2X2;
    dense.inputs = 784;
    dense.layers = {{1024, 0, true, false}, {1024, 0, true, false}, {10, 0, false, false}};
    SampleModel rosler;
    rosler.layout = RSL_LAYOUT_I8_2X2;
    rosler.inputs = 784;
    rosler.kept = 448;
    rosler.layers = {{384, 32, true, false}, {384, 10, true, false}, {10, 8, false, false}};
    const EmulatedBoard &board = boardNamed("mps2-an386");
    const std::optional<Count> slow = counted(board, answered(dense));
    const std::optional<Count> fast = counted(board, answered(rosler));
    QVERIFY(slow && fast);
    const double instructions =
        static_cast<double>(slow->instructions) / static_cast<double>(fast->instructions);
    const double macs = instructions * fast->perMac / slow->perMac;
    qInfo("dense %lld (%.3f a multiply-add), rosler %lld (%.3f): ratio %.2f of %.2f, %.3f of it",
          static_cast<long long>(slow->instructions), slow->perMac,
          static_cast<long long>(fast->instructions), fast->perMac, instructions, macs, instructions / macs);
    for (const std::int64_t layer : fast->layers)
        qInfo("a layer of rosler: %lld", static_cast<long long>(layer));
    // Each net by itself: the ratio falls where large products gain more from a better kernel than small
    // ones.
    QVERIFY2(slow->perMac <= 0.905, qPrintable(QString::number(slow->perMac)));
    QVERIFY2(fast->perMac <= 1.06, qPrintable(QString::number(fast->perMac)));
}

QTEST_GUILESS_MAIN(QemuKernelsTest)

} // namespace qemu_kernels_test

#include "qemu_kernels_test.moc"
