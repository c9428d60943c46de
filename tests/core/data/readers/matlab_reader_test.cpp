// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <QtTest>

#include "core/base/random.h"
#include "core/data/readers/cwru_records.h"
#include "core/data/readers/mat_file.h"
#include "core/data/readers/matlab_reader.h"
#include "tests/support/archives.h"
#include "tests/support/data_folder.h"
#include "tests/support/gzip.h"
#include "tests/support/hostile.h"
#include "tests/support/sample_files.h"

namespace matlab_reader_test {

using namespace rosler;
using namespace rosler::testing;

namespace {

/// A recording of 400 samples: noise whose size is the seed.
std::string noise(const std::string &name, std::uint32_t seed)
{
    const RandomStream random(seed, Draw::Shuffle, 0);
    std::string bytes;
    for (std::uint64_t i = 0; i < 400; ++i)
        bytes += littleEndian(static_cast<double>(seed) * random.gaussian(i));
    return matMatrix(name, 400, 1, bytes);
}

/// A file and the bytes that its variables lie in.
struct Parsed {
    std::unique_ptr<const std::string> bytes;
    Result<MatFile> file;

    explicit operator bool() const { return file.has_value(); }
    const MatFile *operator->() const { return &*file; }
    [[nodiscard]] const Error &error() const { return file.error(); }
};

Parsed parse(std::string bytes, std::uint64_t most = 1'000'000)
{
    auto kept = std::make_unique<const std::string>(std::move(bytes));
    Result<MatFile> file = MatFile::parse(std::as_bytes(std::span(*kept)), "a.mat", most);
    return {std::move(kept), std::move(file)};
}

DatasetOptions windows(Index window = 64)
{
    return {{"window", window}};
}

} // namespace

class MatlabReaderTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plainAndDeflatedVariablesAreRead();
    void everyTypeOfNumberIsRead();
    void matricesAreChannels();
    void otherVariablesAreNamedNotRead();
    void damagedFilesAreRefused();
    void lengthsAreBounded();
    void otherVersionsAreNamed();
    void recordsAreKnownByTheirNames();
    void foldersAreClasses();
    void theVariableIsChosen();
    void ratesAndLoadsOfCwru();
    void hostileFoldersAreErrors();
    void realRecords();
};

void MatlabReaderTest::plainAndDeflatedVariablesAreRead()
{
    const std::string a = matMatrix("a", 5, 1, matNumbers(5));
    const std::string b = matMatrix("long_name_b", 1, 3, matNumbers(3, -2));
    const auto file = parse(matHeader() + a + matPacked(b));
    QVERIFY2(file, file ? "" : file.error().what.c_str());
    QCOMPARE(file->variables().size(), std::size_t {2});
    QCOMPARE(file->variables()[0].name, std::string("a"));
    QCOMPARE(file->variables()[0].vectors().value(), (std::vector<std::vector<float>> {{0, 1, 2, 3, 4}}));
    QCOMPARE(file->variables()[1].name, std::string("long_name_b"));
    QCOMPARE(file->variables()[1].vectors().value(), (std::vector<std::vector<float>> {{0, -2, -4}}));
}

void MatlabReaderTest::everyTypeOfNumberIsRead()
{
    const std::vector<std::pair<std::uint32_t, std::string>> types {
        {1, matNumbers<std::int8_t>(3)},   {2, matNumbers<std::uint8_t>(3)},
        {3, matNumbers<std::int16_t>(3)},  {4, matNumbers<std::uint16_t>(3)},
        {5, matNumbers<std::int32_t>(3)},  {6, matNumbers<std::uint32_t>(3)},
        {7, matNumbers<float>(3)},         {9, matNumbers<double>(3)},
        {12, matNumbers<std::int64_t>(3)}, {13, matNumbers<std::uint64_t>(3)}};
    for (const auto &[type, numbers] : types) {
        const auto file = parse(matHeader() + matMatrix("x", 3, 1, numbers, 6, type));
        QVERIFY(file);
        QCOMPARE(file->variables()[0].vectors().value(), (std::vector<std::vector<float>> {{0, 1, 2}}));
    }
}

void MatlabReaderTest::matricesAreChannels()
{
    const auto tall = parse(matHeader() + matMatrix("x", 3, 2, matNumbers(6)));
    QCOMPARE(tall->variables()[0].vectors().value(),
             (std::vector<std::vector<float>> {{0, 1, 2}, {3, 4, 5}}));
    const auto wide = parse(matHeader() + matMatrix("x", 2, 3, matNumbers(6)));
    QCOMPARE(wide->variables()[0].vectors().value(),
             (std::vector<std::vector<float>> {{0, 2, 4}, {1, 3, 5}}));
    const auto square = parse(matHeader() + matMatrix("x", 70, 70, matNumbers(4900)));
    QCOMPARE(square->variables()[0].vectors().error().code, ErrorCode::Unsupported);
}

void MatlabReaderTest::otherVariablesAreNamedNotRead()
{
    const std::string structure = matMatrix("s", 1, 1, "", 2);
    const std::string complex = matMatrix("z", 2, 1, matNumbers(2), 0x0806);
    const std::string empty = matMatrix("e", 0, 0, "");
    const auto file = parse(matHeader() + structure + complex + empty);
    QVERIFY(file);
    const std::vector<std::pair<std::string, ErrorCode>> expected {{"struct", ErrorCode::Unsupported},
                                                                   {"complex", ErrorCode::Unsupported},
                                                                   {"empty", ErrorCode::OutOfRange}};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto read = file->variables()[i].vectors();
        QVERIFY(!read);
        QCOMPARE(read.error().code, expected[i].second);
        QVERIFY(read.error().what.find(expected[i].first) != std::string::npos);
        QCOMPARE(read.error().where, "a.mat:" + file->variables()[i].name);
    }
}

void MatlabReaderTest::damagedFilesAreRefused()
{
    const std::string plain = matHeader() + matMatrix("a", 5, 1, matNumbers(5));
    const std::string deflated = matHeader() + matPacked(matMatrix("a", 5, 1, matNumbers(5)));
    for (const std::string &good : {plain, deflated}) {
        QVERIFY(parse(good));
        for (const std::string &bytes : truncations(good))
            if (bytes.size() != matHeader().size()) // a file without variables
                QVERIFY(!parse(bytes));
        for (const std::string &bytes : bitFlips(good))
            if (const auto file = parse(bytes); file)
                for (const MatVariable &variable : file->variables())
                    (void)variable.vectors();
    }
#ifdef __SANITIZE_ADDRESS__
    constexpr std::uint32_t rounds = 5'000;
#else
    constexpr std::uint32_t rounds = 50'000;
#endif
    for (std::uint32_t round = 0; round < rounds; ++round) {
        const RandomStream random(round, Draw::Shuffle, 1);
        std::string bytes = round % 2 == 0 ? plain : deflated;
        for (std::uint64_t i = 0; i <= round % 4; ++i) {
            const std::uint32_t at =
                128 + random.below(2 * i, static_cast<std::uint32_t>(bytes.size() - 128));
            bytes[at] = static_cast<char>(random.below(2 * i + 1, 256));
        }
        if (const auto file = parse(bytes); file)
            for (const MatVariable &variable : file->variables())
                (void)variable.vectors();
    }
}

void MatlabReaderTest::lengthsAreBounded()
{
    const auto code = [](const std::string &bytes, std::uint64_t most = 1'000'000) {
        const auto file = parse(bytes, most);
        return file ? std::string("none") : std::string(file.error().what);
    };
    // extents that lie, numbers of no type, an element beyond the end, and a bomb
    QVERIFY(code(matHeader() + matMatrix("a", 6, 1, matNumbers(5))).find("6 x 1 numbers in 40 bytes") == 0);
    QVERIFY(code(matHeader() + matMatrix("a", 1 << 30, 1 << 30, matNumbers(5))).find("numbers in")
            != std::string::npos);
    QVERIFY(code(matHeader() + matMatrix("a", -1, 1, matNumbers(5))).find("an extent of -1")
            != std::string::npos);
    QVERIFY(code(matHeader() + matMatrix("a", 5, 1, matNumbers(5), 6, 8)).find("unknown type 8")
            != std::string::npos);
    QVERIFY(code(matHeader() + littleEndian(14U) + littleEndian(0xFFFFFFF8U))
                .find("an element of 4294967288 bytes")
            == 0);
    QVERIFY(code(matHeader() + matPacked(std::string(5'000'000, '\0'))).find("more than the 1000000 bytes")
            != std::string::npos);
}

void MatlabReaderTest::otherVersionsAreNamed()
{
    std::string hdf = matHeader(0x0200);
    hdf.resize(512);
    for (const std::string &bytes :
         {hdf + "\x89HDF\r\n", matHeader(0x0200), std::string("nothing"), std::string()}) {
        const auto file = parse(bytes);
        QVERIFY(!file);
        QCOMPARE(file.error().code, ErrorCode::Unsupported);
        QVERIFY(file.error().what.find("-v7") != std::string::npos);
    }
}

void MatlabReaderTest::recordsAreKnownByTheirNames()
{
    const auto normal = cwruRecordOf("load0/normal_0_97.mat");
    QVERIFY(normal);
    QCOMPARE(normal->rate, 48'000.0);
    QCOMPARE(driveEndVariable(*normal), std::string("X097_DE_time"));
    const auto outer = cwruRecordOf("12k_Drive_End_OR014@6_3_200.mat");
    QVERIFY(outer);
    QCOMPARE(std::string(outer->condition), std::string("OR014@6"));
    QCOMPARE(outer->load, 3);
    QCOMPARE(outer->rate, 12'000.0);
    QVERIFY(cwruRecordOf("105.mat"));
    for (const char *name : {"mine_105.mat", "104.mat", "IR007.mat", "", ".mat", "99999999999999.mat"})
        QVERIFY(!cwruRecordOf(name));
}

void MatlabReaderTest::foldersAreClasses()
{
    const DataFolder folder;
    folder.write("a/one.mat", matHeader() + noise("x", 1));
    folder.write("a/two.mat", matHeader() + matPacked(noise("x", 2)));
    folder.write("b/one.mat", matHeader() + noise("x", 3));
    QVERIFY(looksLikeMatlab(folder.path()));
    const auto data = readMatlab(folder.path(), windows(), {}, {});
    QVERIFY2(data, data ? "" : data.error().what.c_str());
    QCOMPARE((*data)->classNames(), (std::vector<std::string> {"a", "b"}));
    QCOMPARE((*data)->features(), Index {32});
    QCOMPARE((*data)->train().count(), Index {3 * 7}); // of 280 samples
    QCOMPARE((*data)->test().count(), Index {3 * 2});
    DatasetOptions byName = windows();
    byName["label"] = std::string("file");
    byName["split"] = std::string("recording");
    const auto named = readMatlab(folder.path(), byName, {}, {});
    QVERIFY2(named, named ? "" : named.error().what.c_str());
    QCOMPARE((*named)->classNames(), (std::vector<std::string> {"one", "two"}));
    QCOMPARE((*named)->test().count(), Index {11}); // one of the two called "one"
}

void MatlabReaderTest::theVariableIsChosen()
{
    const DataFolder folder;
    folder.write("a/1.mat",
                 matHeader() + noise("left", 1) + noise("right", 2) + matMatrix("rpm", 1, 1, matNumbers(1)));
    folder.write("b/1.mat", matHeader() + noise("left", 3) + noise("right", 4));
    const auto both = readMatlab(folder.path(), windows(), {}, {});
    QVERIFY(!both);
    QVERIFY(both.error().what.find("left (double, 400 x 1), right") != std::string::npos);
    DatasetOptions options = windows();
    options["variable"] = std::string("r*t");
    QVERIFY(readMatlab(folder.path(), options, {}, {}));
    options["variable"] = std::string("middle");
    QCOMPARE(readMatlab(folder.path(), options, {}, {}).error().code, ErrorCode::NotFound);
}

void MatlabReaderTest::ratesAndLoadsOfCwru()
{
    const DataFolder folder;
    folder.write(
        "load0.tar",
        tarFile("load0/normal_0_97.mat", matHeader() + noise("X097_DE_time", 1) + noise("X097_FE_time", 9))
            + tarFile("load0/12k_IR007_0_105.mat", matHeader() + noise("X105_DE_time", 2)) + tarEnd());
    folder.write("load1.tar", tarFile("load1/106.mat", matHeader() + noise("X106_DE_time", 3)) + tarEnd());
    const auto data = readMatlab(folder.path(), windows(16), {}, {});
    QVERIFY2(data, data ? "" : data.error().what.c_str());
    QCOMPARE((*data)->classNames(), (std::vector<std::string> {"IR007", "normal"}));
    QCOMPARE((*data)->signal()->rate, 12'000.0);
    // 100 samples are left of the normal record, 70 to train on: 7 windows
    QCOMPARE(std::ranges::count((*data)->train().labels, 1), 7);
    QVERIFY((*data)->notes().back().find("48,000") != std::string::npos);
    DatasetOptions options = windows(16);
    options["test_load"] = std::string("1,2");
    const auto other = readMatlab(folder.path(), options, {}, {});
    QVERIFY2(other, other ? "" : other.error().what.c_str());
    QCOMPARE((*other)->train().labels, (*data)->train().labels);
    QCOMPARE((*other)->test().count(), Index {49});
    options["test_load"] = std::string("0");
    QCOMPARE(readMatlab(folder.path(), options, {}, {}).error().where, std::string("options/test_load"));
    options["test_load"] = std::string("4");
    QCOMPARE(readMatlab(folder.path(), options, {}, {}).error().code, ErrorCode::OutOfRange);
}

void MatlabReaderTest::hostileFoldersAreErrors()
{
    const DataFolder folder;
    QVERIFY(!looksLikeMatlab(folder.path()));
    QCOMPARE(readMatlab(folder.path(), {}, {}, {}).error().code, ErrorCode::NotFound);
    folder.write("a/1.mat", matHeader() + noise("x", 1));
    const auto one = readMatlab(folder.path(), windows(), {}, {});
    QVERIFY(!one);
    QVERIFY(one.error().what.find("1 classes") != std::string::npos);
    folder.write("b/1.mat", matHeader() + matMatrix("z", 400, 1, matNumbers(400), 0x0806));
    const auto complex = readMatlab(folder.path(), windows(), {}, {});
    QVERIFY(!complex);
    QVERIFY(complex.error().where.find("b/1.mat") != std::string::npos);
    DatasetOptions named = windows();
    named["variable"] = std::string("?");
    const auto said = readMatlab(folder.path(), named, {}, {});
    QVERIFY(!said);
    QVERIFY(said.error().what.find("complex") != std::string::npos);
    QVERIFY(said.error().where.ends_with("1.mat:z"));
    folder.write("b/1.mat", matHeader() + noise("x", 2));
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(readMatlab(folder.path(), windows(), {}, {{}, stop.get_token()}).error().code,
             ErrorCode::Cancelled);
}

void MatlabReaderTest::realRecords()
{
    const auto path = realData("cwru");
    if (!path)
        QSKIP("no CWRU records here");
    const auto data = readMatlab(*path, {}, {}, {});
    QVERIFY2(data, data ? "" : data.error().what.c_str());
    QCOMPARE((*data)->classes(), Index {10});
    QCOMPARE((*data)->features(), Index {1024});
    // record 97 has 60,984 samples once it is decimated: 40 windows to train on, as far as that goes
    const auto normal = static_cast<std::uint16_t>(9);
    QCOMPARE((*data)->classNames()[normal], std::string("normal"));
    QCOMPARE(std::ranges::count((*data)->train().labels, normal), 1 + (42'688 - 2048) / 1024);
    QCOMPARE((*data)->train().count(), Index {777});
}

QTEST_APPLESS_MAIN(MatlabReaderTest)

} // namespace matlab_reader_test

#include "matlab_reader_test.moc"
