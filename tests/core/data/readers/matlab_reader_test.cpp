// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <QtTest>

#include "core/base/random.h"
#include "core/data/file_tree.h"
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

using Vectors = std::vector<std::vector<float>>;

/// A file of tests/data/mat.
std::string made(const std::string &name)
{
    std::ifstream file(ROSLER_SOURCE_DIR "/tests/data/mat/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The file @p inside of an archive there.
std::string unpacked(const std::string &archive, const std::string &inside)
{
    std::string bytes;
    TreeVisit visit;
    visit.wanted = [&](std::string_view path) { return path == inside; };
    visit.take = [&](TreeFile &file) -> Result<void> {
        const auto all = file.readAll(100'000'000);
        if (!all)
            return tl::unexpected(all.error());
        bytes.assign(reinterpret_cast<const char *>(all->data()), all->size());
        return {};
    };
    const auto visited = visitFiles(ROSLER_SOURCE_DIR "/tests/data/mat/" + archive, visit);
    return visited ? bytes : std::string();
}

const std::string &hostile()
{
    static const std::string bytes = unpacked("hostile.tar.xz", "hostile.mat");
    return bytes;
}

/// @p bytes with each @p from in place of which stands @p to.
std::string replaced(std::string bytes, const std::string &from, const std::string &to)
{
    for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + to.size()))
        bytes.replace(at, from.size(), to);
    return bytes;
}

/// The vectors of a variable, or why there are none.
Result<Vectors> vectorsOf(const Parsed &file, const std::string &name)
{
    for (const MatVariable &variable : file->variables())
        if (variable.name == name)
            return variable.vectors();
    return fail(ErrorCode::NotFound, "no such variable", name);
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
    void version73HoldsTheSame();
    void formsOfVersion73AreRead();
    void oddObjectsOfVersion73_data();
    void oddObjectsOfVersion73();
    void longAttributesAreNotRead();
    void claimsOfVersion73AreBounded();
    void whatStandsBeforeVersion73DoesNotMatter();
    void damagedFilesOfVersion73AreRefused();
    void versionsMayBeMixed();
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
    for (const std::string &bytes : {matHeader(0x0200), std::string("nothing"), std::string()}) {
        const auto file = parse(bytes);
        QVERIFY(!file);
        QCOMPARE(file.error().code, ErrorCode::Unsupported);
        QVERIFY(file.error().what.find("-v7") != std::string::npos);
    }
    std::string cut = matHeader(0x0200);
    cut.resize(512);
    QCOMPARE(parse(cut + "\x89HDF\r\n\x1a\n").error().code, ErrorCode::Malformed);
}

/// The variables of one program's files of both versions.
void MatlabReaderTest::version73HoldsTheSame()
{
    const auto old = parse(unpacked("variables.tar.xz", "variables-5.mat"));
    const auto file = parse(unpacked("variables.tar.xz", "variables-73.mat"));
    QVERIFY2(old, old ? "" : old.error().what.c_str());
    QVERIFY2(file, file ? "" : file.error().what.c_str());
    QCOMPARE(file->variables().size(), std::size_t {20});
    std::map<std::string, const MatVariable *> olds;
    for (const MatVariable &variable : old->variables())
        olds[variable.name] = &variable;
    QCOMPARE(olds.size(), std::size_t {20});
    std::size_t read = 0;
    for (const MatVariable &variable : file->variables()) {
        const MatVariable &other = *olds.at(variable.name);
        QCOMPARE(variable.kind, other.kind);
        QCOMPARE(variable.numeric, other.numeric);
        QCOMPARE(variable.complex, other.complex);
        QCOMPARE(variable.rows, other.rows);
        QCOMPARE(variable.cols, other.cols);
        QCOMPARE(variable.where, other.where);
        const auto vectors = variable.vectors();
        const auto others = other.vectors();
        QCOMPARE(vectors.has_value(), others.has_value());
        if (!vectors) {
            QCOMPARE(vectors.error().code, others.error().code);
            QCOMPARE(vectors.error().what, others.error().what);
            continue;
        }
        ++read;
        QCOMPARE(vectors->size(), others->size());
        for (std::size_t i = 0; i < vectors->size(); ++i) {
            QCOMPARE((*vectors)[i].size(), (*others)[i].size());
            QVERIFY(std::memcmp((*vectors)[i].data(), (*others)[i].data(), 4 * (*vectors)[i].size()) == 0);
        }
    }
    QCOMPARE(read, std::size_t {14});
}

void MatlabReaderTest::formsOfVersion73AreRead()
{
    const auto file = parse(made("forms.mat"));
    QVERIFY2(file, file ? "" : file.error().what.c_str());
    std::vector<std::string> names;
    for (const MatVariable &variable : file->variables())
        names.push_back(variable.name + ' ' + variable.kind + ' ' + std::to_string(variable.rows) + 'x'
                        + std::to_string(variable.cols));
    QCOMPARE(names,
             (std::vector<std::string> {"blocks int16 3x35", "chunks double 300x1", "compact uint8 90x1",
                                        "empty single 0x3", "f function_handle 0x0", "holes single 300x1",
                                        "people struct 1x2", "plain double 300x1"}));
    std::vector<float> thirds;
    for (int i = 0; i < 300; ++i)
        thirds.push_back(static_cast<float>(i / 3.0));
    QCOMPARE(vectorsOf(file, "plain").value(), (Vectors {thirds}));
    QCOMPARE(vectorsOf(file, "chunks").value(), (Vectors {thirds}));
    std::vector<float> holes(300, 7);
    std::copy_n(thirds.begin(), 100, holes.begin() + 100);
    QCOMPARE(vectorsOf(file, "holes").value(), (Vectors {holes}));
    Vectors blocks(3);
    for (std::size_t i = 0; i < 105; ++i)
        blocks[i % 3].push_back(std::trunc(thirds[i]));
    QCOMPARE(vectorsOf(file, "blocks").value(), blocks);
    const auto compact = vectorsOf(file, "compact").value();
    QCOMPARE(compact[0][89], 29.0F);
    // What lies in the head of its object, and claims to be longer than that.
    const auto pair = [](std::uint64_t count) {
        return littleEndian(std::uint64_t {1}) + littleEndian(count);
    };
    const std::string longer = replaced(made("forms.mat"), pair(90), pair(9'000));
    QVERIFY(longer != made("forms.mat"));
    const auto claimed = vectorsOf(parse(longer), "compact");
    QVERIFY(!claimed);
    QCOMPARE(claimed.error().what, std::string("1 x 9000, uint8 in 90 bytes"));
    // Chunks that are not packed, of other sizes by their index than by their extents.
    for (const std::uint32_t bytes : {16U, 0x7FFF'FFFFU}) {
        const std::string indexed = replaced(made("forms.mat"), littleEndian(800U) + littleEndian(0U),
                                             littleEndian(bytes) + littleEndian(0U));
        QVERIFY(indexed != made("forms.mat"));
        QCOMPARE(vectorsOf(parse(indexed), "chunks").value(), (Vectors {thirds}));
    }
}

void MatlabReaderTest::oddObjectsOfVersion73_data()
{
    QTest::addColumn<QString>("words");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, const char *words, ErrorCode code) {
        QTest::newRow(name) << words << static_cast<int>(code);
    };
    row("alias", "link to elsewhere", ErrorCode::Unsupported);
    row("elsewhere", "link to elsewhere", ErrorCode::Unsupported);
    row("bare", "without MATLAB_class", ErrorCode::Unsupported);
    row("itself", "without MATLAB_class", ErrorCode::Unsupported);
    row("class_number", "no known MATLAB_class", ErrorCode::Unsupported);
    row("class_variable", "no known MATLAB_class", ErrorCode::Unsupported);
    row("class_twice", "no known MATLAB_class", ErrorCode::Unsupported);
    row("class_long", "no known MATLAB_class", ErrorCode::Unsupported);
    row("class_other", "quaternion", ErrorCode::Unsupported);
    row("text_inside", "double kept as something else", ErrorCode::Unsupported);
    row("nine", "unreadable object", ErrorCode::Unsupported);
    row("type", "unreadable object", ErrorCode::Unsupported);
    row("sparse_bare", "sparse", ErrorCode::Unsupported);
    row("not_empty", "empty", ErrorCode::OutOfRange);
    row("outside", "in other files", ErrorCode::Unsupported);
    row("other_filter", "filter 6", ErrorCode::Unsupported);
    row("huge", "1000000000 x 1000", ErrorCode::Unsupported);
    row("claim", "cannot be in a file of", ErrorCode::OutOfRange);
    row("bomb", "are allowed", ErrorCode::OutOfRange);
    row("chunk_short", "a chunk of 2400 bytes unpacks to 16", ErrorCode::Malformed);
    row("chunk_long", "a chunk of 2400 bytes unpacks to 2401", ErrorCode::Malformed);
    row("chunk_bomb", "longer than a chunk", ErrorCode::Malformed);
}

void MatlabReaderTest::oddObjectsOfVersion73()
{
    QFETCH(QString, words);
    QFETCH(int, code);
    const std::string name = QTest::currentDataTag();
    const auto file = parse(hostile(), name == "claim" ? 1'000'000'000 : 1'000'000);
    QVERIFY2(file, file ? "" : file.error().what.c_str());
    QCOMPARE(vectorsOf(file, "good").value(), (Vectors {std::vector<float>(300, 0)}));
    const auto read = vectorsOf(file, name);
    QVERIFY(!read);
    QCOMPARE(static_cast<int>(read.error().code), code);
    QVERIFY2(read.error().what.find(words.toStdString()) != std::string::npos, read.error().what.c_str());
    QCOMPARE(read.error().where, "a.mat:" + name);
}

void MatlabReaderTest::longAttributesAreNotRead()
{
    const std::string bytes = unpacked("long-class.tar.xz", "long-class.mat");
    QVERIFY(bytes.size() > 10'000'000);
    const auto file = parse(bytes);
    QVERIFY2(file, file ? "" : file.error().what.c_str());
    QCOMPARE(file->variables().size(), std::size_t {1});
    QVERIFY(!file->variables()[0].numeric);
    // A text that claims to be of 10 MB in a small attribute.
    const std::string name("MATLAB_class\0\0\0\0", 16);
    std::string claims = made("recording-73.mat");
    for (std::size_t at = claims.find(name); at != std::string::npos; at = claims.find(name, at + 1))
        claims.replace(at + name.size() + 4, 4, littleEndian(10'000'000U));
    const auto small = parse(claims);
    QVERIFY2(small, small ? "" : small.error().what.c_str());
    QCOMPARE(small->variables().size(), std::size_t {2});
    for (const MatVariable &variable : small->variables())
        QVERIFY(!variable.numeric);
}

void MatlabReaderTest::claimsOfVersion73AreBounded()
{
    const auto pair = [](std::uint64_t rows) {
        return littleEndian(std::uint64_t {1000}) + littleEndian(rows);
    };
    const std::string good = hostile();
    const std::string beyond = replaced(good, pair(1'000'000'000), pair(std::uint64_t {1} << 60U));
    QVERIFY(beyond != good);
    const auto file = parse(beyond);
    QVERIFY(!file);
    QCOMPARE(file.error().code, ErrorCode::Malformed);
    QCOMPARE(file.error().where, std::string("a.mat:huge"));
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = MatFile::parse(std::as_bytes(std::span(good)), "a.mat", 1'000'000, stop.get_token());
    QVERIFY(!stopped);
    QCOMPARE(stopped.error().code, ErrorCode::Cancelled);
    const auto listed = parse(good);
    for (const MatVariable &variable : listed->variables())
        if (variable.name == "good")
            QCOMPARE(variable.vectors(stop.get_token()).error().code, ErrorCode::Cancelled);
}

void MatlabReaderTest::whatStandsBeforeVersion73DoesNotMatter()
{
    const std::string good = made("recording-73.mat");
    const auto vectors = vectorsOf(parse(good), "signal").value();
    std::string garbage(512, '\0');
    const RandomStream random(1, Draw::Shuffle, 0);
    for (std::size_t i = 0; i < garbage.size(); ++i)
        garbage[i] = static_cast<char>(random.below(i, 256));
    QCOMPARE(vectorsOf(parse(garbage + good.substr(512)), "signal").value(), vectors);
    QCOMPARE(vectorsOf(parse(good.substr(512)), "signal").value(), vectors);
}

void MatlabReaderTest::damagedFilesOfVersion73AreRefused()
{
    for (const std::string &good :
         {made("recording-73.mat"), made("recording-73-plain.mat"), made("forms.mat"), hostile()}) {
        QVERIFY(parse(good));
        for (std::size_t length = 0; length < good.size(); length += length < 1024 ? 1 : 61)
            QVERIFY(!parse(good.substr(0, length)));
#ifdef __SANITIZE_ADDRESS__
        constexpr std::uint32_t rounds = 200;
#else
        constexpr std::uint32_t rounds = 1'000;
#endif
        for (std::uint32_t round = 0; round < rounds; ++round) {
            const RandomStream random(round, Draw::Shuffle, 2);
            std::string bytes = good;
            for (std::uint64_t i = 0; i <= round % 3; ++i) {
                const std::uint32_t at =
                    512 + random.below(2 * i, static_cast<std::uint32_t>(bytes.size() - 512));
                bytes[at] = static_cast<char>(random.below(2 * i + 1, 256));
            }
            if (const auto file = parse(bytes); file)
                for (const MatVariable &variable : file->variables())
                    (void)variable.vectors();
        }
    }
}

void MatlabReaderTest::versionsMayBeMixed()
{
    const DataFolder olds;
    const DataFolder mixed;
    const DataFolder packed;
    const std::string old = made("recording-5.mat");
    const std::string other = matHeader() + noise("signal", 1);
    for (const DataFolder *folder : {&olds, &mixed})
        folder->write("a/1.mat", other);
    olds.write("b/1.mat", old);
    olds.write("b/2.mat", old);
    mixed.write("b/1.mat", made("recording-73.mat"));
    mixed.write("b/2.mat", made("recording-73-plain.mat"));
    packed.write("all.tar",
                 tarFile("a/1.mat", other) + tarFile("b/1.mat", made("recording-73.mat"))
                     + tarFile("b/2.mat", old) + tarEnd());
    const auto expected = readMatlab(olds.path(), windows(), {}, {});
    QVERIFY2(expected, expected ? "" : expected.error().what.c_str());
    for (const DataFolder *folder : {&mixed, &packed}) {
        const auto data = readMatlab(folder->path(), windows(), {}, {});
        QVERIFY2(data, data ? "" : data.error().what.c_str());
        QCOMPARE((*data)->digest(), (*expected)->digest());
    }
    mixed.write("b/2.mat", hostile());
    const auto refused = readMatlab(mixed.path(), windows(), {}, {});
    QVERIFY(!refused);
    QVERIFY2(refused.error().what.find("good (double, 300 x 1)") != std::string::npos,
             refused.error().what.c_str());
    QVERIFY(refused.error().where.ends_with("b/2.mat"));
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
