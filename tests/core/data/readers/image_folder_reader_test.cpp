// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <tbb/global_control.h>
#include <zlib.h>

#include <QElapsedTimer>
#include <QtTest>

#include "core/data/readers/image_folder_reader.h"
#include "core/data/readers/picture.h"
#include "tests/support/archives.h"
#include "tests/support/data_folder.h"
#include "tests/support/gzip.h"
#include "tests/support/hostile.h"
#include "tests/support/pictures.h"

namespace image_folder_reader_test {

using namespace rosler;
using namespace rosler::testing;
namespace fs = std::filesystem;

namespace {

Result<Pixels> decode(const std::string &file, const ExampleShape &shape, PictureFit fit = PictureFit::Crop)
{
    Pixels pixels(static_cast<std::size_t>(shape.size()));
    const auto decoded = decodePicture(std::as_bytes(std::span(file)), shape, fit, pixels, "set/a.png");
    if (!decoded)
        return tl::unexpected(decoded.error());
    return pixels;
}

/// Two classes of three training and one or two test pictures.
std::map<std::string, std::string> smallTree()
{
    const std::string red = pngOf(halves(8, 8, {255, 0, 0}, {250, 0, 0}), 8, 8);
    const std::string blue = jpegOf(halves(40, 24, {0, 0, 255}, {0, 0, 250}), 40, 24);
    return {{"train/red/1.png", red},
            {"train/red/2.PNG", red},
            {"train/red/3.jpg", jpegOf(halves(9, 9, {255, 0, 0}, {200, 0, 0}), 9, 9)},
            {"train/blue/1.jpeg", blue},
            {"train/blue/2.jpg", blue},
            {"train/blue/3.png", pngOf(halves(5, 3, {0, 0, 255}, {0, 0, 9}), 5, 3)},
            {"test/red/9.png", red},
            {"test/blue/9.jpg", blue},
            {"test/blue/8.jpg", blue},
            {"train/notes.txt", "no picture"}};
}

const DatasetOptions small {{"width", Index {4}}, {"height", Index {4}}};

Result<std::shared_ptr<const Dataset>> read(const fs::path &path, const DatasetOptions &options = small,
                                            const ReadLimits &limits = {})
{
    return readImageFolder(path, options, limits, {});
}

} // namespace

class ImageFolderReaderTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void averagesByHand();
    void takesTheMiddleOrAll();
    void jpegAndPngAgree();
    void greyIsLuminance();
    void refusesPicturesThatLie_data();
    void refusesPicturesThatLie();
    void cutPicturesAreErrors();
    void flippedBitsGiveAnErrorOrPixels();
    void readsATreeAlikeFromFoldersAndArchives();
    void sameForAnyNumberOfThreads();
    void oneTreeIsTornApart();
    void validationIsTestWhereThereIsNone();
    void refusesWhatIsWrongAndSaysWhere();
    void stopsWhenAsked();
    void readsTheRealOne();
};

void ImageFolderReaderTest::averagesByHand()
{
    // 4 x 2 to 2 x 1: means of four. 3 x 1 to 2 x 1: a whole pixel and half of the middle one.
    const Pixels four {0,  0,  0,  10, 10, 10, 100, 100, 100, 200, 200, 200,
                       20, 20, 20, 30, 30, 30, 100, 100, 100, 201, 201, 201};
    QCOMPARE(decode(pngOf(four, 4, 2), {3, 1, 2}).value(), (Pixels {15, 15, 15, 150, 150, 150}));
    const Pixels three {0, 30, 60, 90, 90, 90, 30, 0, 255};
    QCOMPARE(decode(pngOf(three, 3, 1), {3, 1, 2}, PictureFit::Stretch).value(),
             (Pixels {30, 50, 70, 50, 30, 200}));
    QCOMPARE(decode(pngOf({1, 2, 3}, 1, 1), {3, 2, 2}).value(),
             (Pixels {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}));
}

void ImageFolderReaderTest::takesTheMiddleOrAll()
{
    Pixels wide; // black, white, white, black
    for (const int level : {0, 255, 255, 0})
        wide.insert(wide.end(), 3, static_cast<std::uint8_t>(level));
    const std::string file = pngOf(wide, 4, 1);
    QCOMPARE(decode(file, {1, 1, 2}).value(), (Pixels {255, 255}));
    QCOMPARE(decode(file, {1, 1, 1}, PictureFit::Stretch).value(), Pixels {128});
    QCOMPARE(decode(pngOf(wide, 1, 4), {1, 1, 1}).value(), Pixels {255}); // the second or third
}

void ImageFolderReaderTest::jpegAndPngAgree()
{
    const Pixels pixels = halves(200, 120, {220, 30, 90}, {20, 200, 160});
    const Pixels png = decode(pngOf(pixels, 200, 120), {3, 12, 20}).value();
    for (const bool progressive : {false, true}) {
        const Pixels jpeg = decode(jpegOf(pixels, 200, 120, progressive), {3, 12, 20}).value();
        for (std::size_t i = 0; i < png.size(); ++i)
            if (const std::size_t x = i / 3 % 20; x < 8 || x > 11) // a JPEG's edge is softer
                QVERIFY(std::abs(static_cast<int>(png[i]) - jpeg[i]) <= 6);
    }
}

void ImageFolderReaderTest::greyIsLuminance()
{
    const Pixels pixels = halves(32, 16, {255, 0, 0}, {0, 255, 0});
    for (const std::string &file : {pngOf(pixels, 32, 16), jpegOf(pixels, 32, 16)}) {
        const Pixels grey = decode(file, {1, 2, 4}).value();
        QVERIFY(std::abs(grey[0] - 76) <= 2);
        QVERIFY(std::abs(grey[3] - 150) <= 2);
    }
    const Pixels clear {200, 0, 0, 0}; // lies on white
    QCOMPARE(decode(pngOf(clear, 1, 1, PNG_FORMAT_RGBA), {3, 1, 1}).value(), (Pixels {255, 255, 255}));
}

/// A PNG of that many pixels, by its header alone.
std::string pngClaiming(std::uint32_t width, std::uint32_t height)
{
    const auto big = [](std::uint32_t value) {
        std::string bytes;
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            bytes.push_back(static_cast<char>((value >> shift) & 0xFFU));
        return bytes;
    };
    const std::string header = "IHDR" + big(width) + big(height) + std::string("\x08\x02\0\0\0", 5);
    const auto crc =
        ::crc32(0, reinterpret_cast<const Bytef *>(header.data()), static_cast<uInt>(header.size()));
    const std::string whole = pngOf({1, 2, 3}, 1, 1);
    return whole.substr(0, 8) + big(13) + header + big(static_cast<std::uint32_t>(crc)) + whole.substr(33);
}

std::string jpegClaiming(int width, int height)
{
    std::string bytes = jpegOf(halves(16, 16, {1, 2, 3}, {4, 5, 6}), 16, 16);
    const std::size_t frame = bytes.find("\xFF\xC0");
    bytes[frame + 5] = static_cast<char>(height >> 8);
    bytes[frame + 6] = static_cast<char>(height & 0xFF);
    bytes[frame + 7] = static_cast<char>(width >> 8);
    bytes[frame + 8] = static_cast<char>(width & 0xFF);
    return bytes;
}

void ImageFolderReaderTest::refusesPicturesThatLie_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, const std::string &bytes, ErrorCode code) {
        QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()))
                            << static_cast<int>(code);
    };
    row("empty", "", ErrorCode::Malformed);
    row("a GIF", "GIF89a\1\0\1\0", ErrorCode::Unsupported);
    row("magic of PNG alone", std::string("\x89PNG\r\n\x1A\n"), ErrorCode::Malformed);
    row("magic of JPEG alone", "\xFF\xD8\xFF", ErrorCode::Malformed);
    row("PNG 100000 x 100000", pngClaiming(100'000, 100'000), ErrorCode::OutOfRange);
    row("PNG 2^31 - 1 wide", pngClaiming(0x7FFFFFFF, 1), ErrorCode::Malformed); // libpng's own limit is 10^6
    row("PNG 9000 x 9000 in few bytes", pngClaiming(9000, 9000), ErrorCode::Malformed);
    row("PNG 0 x 1", pngClaiming(0, 1), ErrorCode::Malformed);
    row("JPEG 65500 x 65500", jpegClaiming(65'500, 65'500), ErrorCode::OutOfRange);
    row("JPEG 9000 x 9000 in few bytes", jpegClaiming(9000, 9000), ErrorCode::Malformed);
    row("JPEG 16 x 300", jpegClaiming(16, 300), ErrorCode::Malformed);
    row("JPEG 0 wide", jpegClaiming(0, 16), ErrorCode::Malformed);
}

void ImageFolderReaderTest::refusesPicturesThatLie()
{
    QFETCH(QByteArray, bytes);
    QFETCH(int, code);
    const auto decoded = decode(bytes.toStdString(), {3, 4, 4});
    QVERIFY(!decoded.has_value());
    QVERIFY2(static_cast<int>(decoded.error().code) == code, message(decoded.error()).c_str());
    QCOMPARE(decoded.error().where, "set/a.png");
}

void ImageFolderReaderTest::cutPicturesAreErrors()
{
    const Pixels pixels = halves(40, 24, {220, 30, 90}, {20, 200, 160});
    for (const std::string &whole :
         {pngOf(pixels, 40, 24), jpegOf(pixels, 40, 24), jpegOf(pixels, 40, 24, true)}) {
        QVERIFY(decode(whole, {3, 4, 4}).has_value());
        for (const std::string &cut : truncations(whole)) {
            const auto decoded = decode(cut, {3, 4, 4});
            // Without its last marks, a picture has all pixels all the same.
            QVERIFY2(!decoded || cut.size() + 16 >= whole.size(), qPrintable(QString::number(cut.size())));
        }
    }
}

void ImageFolderReaderTest::flippedBitsGiveAnErrorOrPixels()
{
    const Pixels pixels = halves(20, 12, {220, 30, 90}, {20, 200, 160});
    for (const std::string &whole :
         {pngOf(pixels, 20, 12), jpegOf(pixels, 20, 12), jpegOf(pixels, 20, 12, true)})
        for (const std::string &flipped : bitFlips(whole)) {
            const auto decoded = decode(flipped, {1, 4, 4}, PictureFit::Stretch);
            QVERIFY(decoded.has_value() || !decoded.error().what.empty());
        }
}

void ImageFolderReaderTest::readsATreeAlikeFromFoldersAndArchives()
{
    const DataFolder folder;
    std::string tar;
    std::string backwards;
    ZipMaker zip;
    for (const auto &[name, bytes] : smallTree()) {
        folder.write("tree/" + name, bytes);
        tar += tarFile("set/" + name, bytes);
        backwards = tarFile(name, bytes) + backwards;
        zip.add("./" + name, bytes, true);
    }
    const auto tree = read(folder.path() / "tree");
    QVERIFY2(tree.has_value(), tree ? "" : message(tree.error()).c_str());
    const Dataset &data = **tree;
    QCOMPARE(data.name(), "tree");
    QCOMPARE(data.shape(), (ExampleShape {3, 4, 4}));
    QCOMPARE(data.classNames(), (std::vector<std::string> {"blue", "red"}));
    QCOMPARE(data.train().labels, (std::vector<std::uint16_t> {0, 0, 0, 1, 1, 1}));
    QCOMPARE(data.test().labels, (std::vector<std::uint16_t> {0, 0, 1}));
    QCOMPARE(data.train().features(3, 0), 1.0F); // red's first pixel, its red
    QCOMPARE(data.train().features(3, 1), 0.0F);
    for (const fs::path &path :
         {folder.write("a.tar", tar + tarEnd()), folder.write("b.tar.gz", gzip(backwards + tarEnd())),
          folder.write("c.zip", zip.bytes()), folder.write("alone/a.tar", tar + tarEnd()).parent_path()}) {
        QVERIFY(looksLikeImageFolder(path));
        const auto made = loadDataset({path.string(), small});
        QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
        QCOMPARE((*made)->digest(), data.digest());
    }
    QCOMPARE(read(folder.path() / "tree", {{"grey", true}}).value()->shape(), (ExampleShape {1, 32, 32}));
}

void ImageFolderReaderTest::sameForAnyNumberOfThreads()
{
    const DataFolder folder;
    for (int i = 0; i < 200; ++i)
        folder.write(
            (i % 2 == 0 ? "a/" : "b/") + std::to_string(i) + ".png",
            pngOf(halves(6, 6, {static_cast<std::uint8_t>(i), 0, 0}, {0, static_cast<std::uint8_t>(i), 0}), 6,
                  6));
    std::string digest;
    for (const std::size_t threads : {1, 2, 7}) {
        const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
        const auto made = read(folder.path());
        QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
        if (!digest.empty())
            QCOMPARE((*made)->digest(), digest);
        digest = (*made)->digest();
    }
}

void ImageFolderReaderTest::oneTreeIsTornApart()
{
    const DataFolder folder;
    for (const auto &[name, bytes] : smallTree())
        if (name.starts_with("train/"))
            folder.write("deep/" + name.substr(6), bytes);
    DatasetOptions options = small;
    options.emplace("test_share", 0.3);
    const auto made = read(folder.path(), options);
    QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
    QCOMPARE(classCounts((*made)->train(), 2), (std::vector<Index> {2, 2}));
    QCOMPARE(classCounts((*made)->test(), 2), (std::vector<Index> {1, 1}));
    QCOMPARE(read(folder.path(), options).value()->digest(), (*made)->digest());
}

void ImageFolderReaderTest::validationIsTestWhereThereIsNone()
{
    const DataFolder folder;
    for (const auto &[name, bytes] : smallTree())
        folder.write((name.starts_with("test") ? "val" + name.substr(4) : name), bytes);
    QCOMPARE(read(folder.path()).value()->test().count(), 3);
    folder.write("test/red/1.png", smallTree().at("test/red/9.png"));
    QCOMPARE(read(folder.path()).value()->test().count(), 1);
    QCOMPARE(read(folder.path()).value()->train().count(), 9);
}

void ImageFolderReaderTest::refusesWhatIsWrongAndSaysWhere()
{
    const DataFolder folder;
    for (const auto &[name, bytes] : smallTree())
        folder.write("tree/" + name, bytes);
    const fs::path tree = folder.path() / "tree";
    folder.write("tree/test/green/1.png", smallTree().at("test/red/9.png"));
    QCOMPARE(read(tree).error().code, ErrorCode::Malformed);
    QVERIFY(read(tree).error().what.find("test/green/1.png") != std::string::npos);
    fs::remove_all(tree / "test" / "green");
    folder.write("tree/train/red/5.jpg", "broken");
    folder.write("tree/train/red/6.jpg", "broken, too");
    for (int i = 0; i < 10; ++i) // the first one is named, whichever thread is faster
        QCOMPARE(read(tree).error().where, "red/5.jpg");
    fs::remove(tree / "train" / "red" / "5.jpg");
    fs::remove(tree / "train" / "red" / "6.jpg");
    QVERIFY(read(tree, small, {.maxBytes = 9 * 48, .maxExamples = 9}).has_value());
    const auto tooBig = read(tree, small, {.maxBytes = 9 * 48 - 1});
    QVERIFY(!tooBig);
    QCOMPARE(tooBig.error().code, ErrorCode::OutOfMemory);
    QCOMPARE(tooBig.error().what, "9 pictures of 48 bytes: 432 B of memory are needed; 431 B are allowed");
    QCOMPARE(read(tree, small, {.maxExamples = 8}).error().code, ErrorCode::OutOfRange);
    fs::remove_all(tree / "train" / "red");
    QCOMPARE(read(tree).error().code, ErrorCode::NotFound); // a single class
    const std::string png = smallTree().at("test/red/9.png");
    const fs::path twice = folder.write(
        "a.tar", tarFile("a/1.png", png) + tarFile("b/1.png", png) + tarFile("a/1.png", png) + tarEnd());
    QCOMPARE(read(twice).error().code, ErrorCode::Malformed);
    const std::string whole = tarFile("a/1.png", png) + tarFile("b/1.png", png) + tarEnd();
    for (std::size_t length = 0; length + 1024 < whole.size(); length += 7)
        QVERIFY(!read(folder.write("b.tar", whole.substr(0, length))).has_value());
}

void ImageFolderReaderTest::stopsWhenAsked()
{
    const DataFolder folder;
    for (const auto &[name, bytes] : smallTree())
        folder.write(name, bytes);
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(readImageFolder(folder.path(), {}, {}, {{}, stop.get_token()}).error().code,
             ErrorCode::Cancelled);
}

void ImageFolderReaderTest::readsTheRealOne()
{
    const auto folder = realData("cats-vs-dogs");
    if (!folder)
        QSKIP("no pictures here: set ROSLER_DATASETS to the folder that holds cats-vs-dogs/");
    QElapsedTimer timer;
    timer.start();
    const auto made = loadDataset({folder->string(), {{"width", Index {64}}, {"height", Index {64}}}});
    QVERIFY2(made.has_value(), made ? "" : message(made.error()).c_str());
    const qint64 took = timer.elapsed();
    const Dataset &data = **made;
    QCOMPARE(data.classNames(), (std::vector<std::string> {"cats", "dogs"}));
    QCOMPARE(classCounts(data.train(), 2), (std::vector<Index> {400, 400}));
    QCOMPARE(classCounts(data.test(), 2), (std::vector<Index> {100, 100}));
    qInfo("%lld ms, digest %s", static_cast<long long>(took), data.digest().c_str());
}

QTEST_APPLESS_MAIN(ImageFolderReaderTest)

} // namespace image_folder_reader_test

#include "image_folder_reader_test.moc"
