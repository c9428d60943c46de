// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <random>

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include "device_link/host/c_export.h"
#include "device_link/host/links/twin_link.h"
#include "tests/support/small_network.h"

namespace c_export_test {

using namespace rosler;

namespace {

constexpr Index sampleCount = 200;
constexpr Index featureCount = 50;

Matrix examples()
{
    std::mt19937 random(5);
    Matrix x(sampleCount, featureCount);
    for (Index i = 0; i < x.size(); ++i)
        x.data()[i] = static_cast<float>(random() >> 8) / 16777216.0F;
    return x;
}

/// Prints the class and the bits of all outputs of each sample.
QByteArray mainText(const Matrix &x)
{
    QByteArray text = "#include <stdint.h>\n#include <stdio.h>\n#include <string.h>\n\n"
                      "#include \"rosler_model.h\"\n\nstatic const uint32_t samples[][ROSLER_INPUTS] = {\n";
    for (Index row = 0; row < x.rows(); ++row) {
        text += "{";
        for (Index col = 0; col < x.cols(); ++col)
            text += "0x" + QByteArray::number(std::bit_cast<quint32>(x(row, col)), 16) + "U,";
        text += "},\n";
    }
    text += "};\n\nint main(void)\n{\n    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; ++i) {\n"
            "        float in[ROSLER_INPUTS];\n        float out[ROSLER_OUTPUTS];\n"
            "        memcpy(in, samples[i], sizeof in);\n        printf(\"%d\", rosler_run(in, out));\n"
            "        for (size_t k = 0; k < ROSLER_OUTPUTS; ++k) {\n            uint32_t bits;\n"
            "            memcpy(&bits, &out[k], sizeof bits);\n"
            "            printf(\" %08lx\", (unsigned long)bits);\n        }\n"
            "        printf(\"\\n\");\n    }\n    return 0;\n}\n";
    return text;
}

QByteArray twinText(const ModelImage &image, const Matrix &x)
{
    QByteArray text;
    std::vector<std::uint8_t> output(image.knownOutput().size());
    for (Index row = 0; row < x.rows(); ++row) {
        const std::vector<std::uint8_t> input =
            image.input({x.data() + row * x.cols(), static_cast<std::size_t>(x.cols())});
        if (!twinInference()(image.bytes(), input, output))
            return {};
        text += QByteArray::number(image.classOf(output));
        for (const float logit : image.logits(output))
            text += " " + QByteArray::number(std::bit_cast<quint32>(logit), 16).rightJustified(8, '0');
        text += "\n";
    }
    return text;
}

struct Outcome {
    bool good = false;
    QByteArray out;
    QByteArray errors;
};

Outcome run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments, QIODevice::ReadOnly);
    const bool ended = process.waitForFinished(60000);
    if (!ended)
        process.kill();
    return {ended && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

/// As AArch64 says of itself, whose instructions are not those that 32-bit Arm has names for.
const QStringList hostOnly {
#ifndef __ARM_FP
    QStringLiteral("-D__ARM_FP=14")
#endif
};
const QStringList strict {QStringLiteral("-std=c11"), QStringLiteral("-O2"),     QStringLiteral("-Wall"),
                          QStringLiteral("-Wextra"),  QStringLiteral("-Werror"), QStringLiteral("-pedantic")};

} // namespace

/// Generated C: compiled as strictly as can be, and held against the twin.
class CExportTest final : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    const Matrix m_samples = examples();

    /// The model in a folder of its own, with a main() that runs the samples.
    QString written(const ModelImage &image)
    {
        const QString folder = m_folder.filePath(QString::fromLatin1(QTest::currentDataTag()));
        const auto sources = cSources(image);
        if (!sources || !writeCSources(*sources, folder.toStdString()))
            return {};
        QFile file(folder + QStringLiteral("/main.c"));
        if (!file.open(QIODevice::WriteOnly) || file.write(mainText(m_samples)) < 0)
            return {};
        return folder;
    }

    static QStringList sourcesOf(const QString &folder)
    {
        QStringList files;
        for (const QFileInfo &file : QDir(folder).entryInfoList({QStringLiteral("*.c")}))
            files += file.filePath();
        return files;
    }

private Q_SLOTS:
    void isTheTwinOnEveryMachine_data()
    {
        QTest::addColumn<bool>("images");
        QTest::addColumn<bool>("sketched");
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("layout");
        for (const auto &[images, sketched] :
             {std::pair {false, false}, {false, true}, {true, false}, {true, true}}) {
            const auto row = [images = images, sketched = sketched](const char *name, rsl_number type,
                                                                    rsl_layout layout) {
                QTest::addRow("%s_%s%s", name, sketched ? "sketched" : "dense", images ? "_images" : "")
                    << images << sketched << int {type} << int {layout};
            };
            row("i8", RSL_I8, RSL_LAYOUT_I8_4X4);
            row("dsp", RSL_I8, RSL_LAYOUT_I8_2X2);
            row("helium", RSL_I8, RSL_LAYOUT_I8_4X16);
            row("f32", RSL_F32, RSL_LAYOUT_F_4X1);
        }
        // Of samples: 25 of two channels come in, and become bands.
        for (const auto &[name, type, layout] : {std::tuple {"samples_dsp", RSL_I8, RSL_LAYOUT_I8_2X2},
                                                 {"samples_f32", RSL_F32, RSL_LAYOUT_F_4X1}})
            QTest::addRow("%s", name) << false << true << int {type} << int {layout};
    }

    void isTheTwinOnEveryMachine()
    {
        QFETCH(bool, images);
        QFETCH(bool, sketched);
        QFETCH(int, type);
        QFETCH(int, layout);
        // Of images, the sketched one is standardised, too.
        const bool takesSamples = QByteArray(QTest::currentDataTag()).startsWith("samples");
        PackOptions options {.type = static_cast<rsl_number>(type),
                             .int8Layout = static_cast<rsl_layout>(layout),
                             .name = "net"};
        Matrix features = m_samples;
        if (takesSamples) { // 5 frames of 5 bands in both channels
            options.samples = RawSamples {{.rate = 1000,
                                           .channels = 2,
                                           .window = 25,
                                           .kind = SignalFeatureKind::LogMel,
                                           .frame = 16,
                                           .hop = 2,
                                           .bands = 5},
                                          {}};
            options.samples->example.assign(m_samples.data(), m_samples.data() + featureCount);
            features *= -20; // as logarithms are
        }
        const auto image = packModel(images ? smallImageNetwork(sketched, sketched) : smallNetwork(sketched),
                                     options, view(std::as_const(features)), twinInference());
        QVERIFY2(image, image ? "" : message(image.error()).c_str());
        const QByteArray wanted = twinText(*image, m_samples);
        QCOMPARE(wanted.count('\n'), sampleCount);
        const QString folder = written(*image);
        QVERIFY(!folder.isEmpty());
        const QString program = folder + QStringLiteral("/program");
        int compilers = 0;
        for (const char *compiler : {"gcc", "clang"}) {
            const QString path = QStandardPaths::findExecutable(QLatin1String(compiler));
            if (path.isEmpty())
                continue;
            ++compilers;
            const Outcome made = run(
                path, strict + hostOnly + QStringList {QStringLiteral("-o"), program} + sourcesOf(folder));
            QVERIFY2(made.good, made.errors);
            const Outcome ran = run(program, {});
            QVERIFY2(ran.good, ran.errors);
            QVERIFY2(ran.out == wanted, compiler);
        }
        QVERIFY(compilers > 0);

        const QString arm = QStandardPaths::findExecutable(QStringLiteral("arm-none-eabi-gcc"));
        if (arm.isEmpty())
            QSKIP("arm-none-eabi-gcc not found: compiled and run on this machine alone");
        const QStringList cores[] = {
            {QStringLiteral("-mcpu=cortex-m3")},
            {QStringLiteral("-mcpu=cortex-m4"), QStringLiteral("-mfloat-abi=hard"),
             QStringLiteral("-mfpu=fpv4-sp-d16")},
            {QStringLiteral("-mcpu=cortex-m55"), QStringLiteral("-mfloat-abi=hard")}};
        for (const QStringList &core : cores)
            for (const QString &source : sourcesOf(folder)) {
                const Outcome made = run(arm,
                                         strict + core
                                             + QStringList {QStringLiteral("-mthumb"), QStringLiteral("-c"),
                                                            QStringLiteral("-o"), program, source});
                QVERIFY2(made.good, made.errors);
            }
        const QString qemu = QStandardPaths::findExecutable(QStringLiteral("qemu-system-arm"));
        const QString specs = QString::fromLocal8Bit(
            run(arm, {QStringLiteral("-print-file-name=picolibc.specs")}).out.trimmed());
        if (qemu.isEmpty() || !specs.startsWith(QLatin1Char('/')))
            QSKIP("no qemu-system-arm or no picolibc: compiled for Arm, not run");
        const std::pair<const QStringList *, const char *> machines[] = {
            {&cores[0], "mps2-an385"}, {&cores[1], "mps2-an386"}, {&cores[2], "mps3-an547"}};
        for (const auto &[core, machine] : machines) {
            const bool large =
                QByteArray(machine) == "mps3-an547"; // code at 0, data in the tightly coupled memory
            const Outcome made = run(
                arm,
                strict + *core
                    + QStringList {QStringLiteral("-mthumb"), QStringLiteral("--specs=picolibc.specs"),
                                   QStringLiteral("--oslib=semihost"), QStringLiteral("--crt0=hosted"),
                                   QStringLiteral("-Wl,--defsym=__flash=0,--defsym=__flash_size=%1")
                                       .arg(large ? QStringLiteral("0x80000") : QStringLiteral("0x400000")),
                                   QStringLiteral(
                                       "-Wl,--defsym=__ram=0x20000000,--defsym=__ram_size=0x80000"),
                                   QStringLiteral("-Wl,--defsym=__stack_size=0x2000"), QStringLiteral("-o"),
                                   program}
                    + sourcesOf(folder));
            QVERIFY2(made.good, made.errors);
            const Outcome ran =
                run(qemu,
                    {QStringLiteral("-M"), QLatin1String(machine), QStringLiteral("-semihosting-config"),
                     QStringLiteral("enable=on,target=native"), QStringLiteral("-nographic"),
                     QStringLiteral("-monitor"), QStringLiteral("none"), QStringLiteral("-serial"),
                     QStringLiteral("none"), QStringLiteral("-kernel"), program});
            QVERIFY2(ran.good, ran.errors);
            QVERIFY2(ran.out + ran.errors == wanted, machine); // QEMU's semihosting speaks by stderr
        }
    }

    void theHeaderTellsTheSizes()
    {
        const auto image =
            packModel(smallNetwork(true), {.type = RSL_I8, .name = "net"}, view(m_samples), twinInference());
        QVERIFY(image);
        const auto sources = cSources(*image);
        QVERIFY(sources);
        QCOMPARE(sources->sizes.arenaBytes, std::size_t {image->ramBytes()});
        // Between the tables and the known answer lies nothing but weights.
        QVERIFY(sources->sizes.weightBytes < image->bytes().size());
        const std::string &header = sources->files.front().text;
        for (const std::string &line :
             {"#define ROSLER_INPUTS 50 " + std::string(), "#define ROSLER_OUTPUTS 9 " + std::string(),
              "#define ROSLER_ARENA_BYTES " + std::to_string(image->ramBytes()) + " ",
              "#define ROSLER_WEIGHT_BYTES " + std::to_string(sources->sizes.weightBytes) + " ",
              "#define ROSLER_MULTIPLY_ADDS " + std::to_string(image->macs()) + " "})
            QVERIFY2(header.find(line) != std::string::npos, line.c_str());
        // Only what the model uses.
        for (const CFile &file : sources->files) {
            QVERIFY2(file.name.find("float") == std::string::npos, file.name.c_str());
            QVERIFY2(file.text.find("device_link/") == std::string::npos, file.name.c_str());
        }
    }

    void whereNothingCanBeWrittenIsSaid()
    {
        const auto image =
            packModel(smallNetwork(false), {.type = RSL_I8, .name = "net"}, view(m_samples), twinInference());
        const auto sources = cSources(*image);
        QVERIFY(sources);
        const auto written = writeCSources(*sources, "/proc/rosler");
        QVERIFY(!written);
        QCOMPARE(written.error().code, ErrorCode::Unwritable);
        QVERIFY(written.error().where.find("/proc/rosler") != std::string::npos);
    }

    /// The header of one model and the code of another would compile.
    void noFileChangesWhenNotAllCanBeWritten()
    {
        const auto image =
            packModel(smallNetwork(false), {.type = RSL_I8, .name = "net"}, view(m_samples), twinInference());
        auto sources = cSources(*image);
        QVERIFY(sources);
        const QTemporaryDir folder;
        QVERIFY(writeCSources(*sources, folder.path().toStdString()));
        for (CFile &file : sources->files)
            file.text += "/* changed */\n";
        sources->files.back().name = "nowhere/" + sources->files.back().name;
        QVERIFY(!writeCSources(*sources, folder.path().toStdString()));
        const QFileInfoList files = QDir(folder.path()).entryInfoList(QDir::Files | QDir::Hidden);
        QCOMPARE(static_cast<std::size_t>(files.size()), sources->files.size());
        for (const QFileInfo &info : files) {
            QFile file(info.filePath());
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY2(!file.readAll().contains("changed"), qPrintable(info.fileName()));
        }
    }
};

QTEST_GUILESS_MAIN(CExportTest)

} // namespace c_export_test

#include "c_export_test.moc"
