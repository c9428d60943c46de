// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/reader_seeds.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>

#include <sndfile.h>

#include "core/base/result.h"
#include "core/h5/h5_file.h"
#include "core/interchange/keras_weights.h"
#include "core/interchange/onnx_export.h"
#include "core/interchange/onnx_import.h"
#include "tests/core/interchange/sample_networks.h"
#include "tests/support/archives.h"
#include "tests/support/gzip.h"
#include "tests/support/pictures.h"
#include "tests/support/sample_files.h"
#include "tests/support/xz.h"

namespace rosler {

namespace {

using namespace testing;

std::string tarOf(const Files &files)
{
    std::string tar;
    for (const auto &[name, bytes] : files)
        tar += tarFile(name, bytes);
    return tar + tarEnd();
}

std::string zipOf(const Files &files, bool deflates)
{
    ZipMaker zip;
    for (const auto &[name, bytes] : files)
        zip.add(name, bytes, deflates);
    return zip.bytes();
}

std::string deflatedZip(const Files &files)
{
    return zipOf(files, true);
}

std::string storedZip(const Files &files)
{
    return zipOf(files, false);
}

std::string tarGz(const Files &files)
{
    return gzip(tarOf(files));
}

std::string tarXz(const Files &files)
{
    return xz(tarOf(files));
}

Files within(const std::string &folder, const Files &files)
{
    Files all;
    for (const auto &[name, bytes] : files)
        all[folder + name] = bytes;
    return all;
}

Files idxFiles()
{
    std::string pixels;
    for (int i = 0; i < 30; ++i)
        pixels += static_cast<char>(8 * i);
    return {{"train-images-idx3-ubyte", imageFile(5, 2, 3, pixels)},
            {"train-labels-idx1-ubyte", labelFile(5, {"\x02\x00\x01\x01\x02", 5})},
            {"t10k-images-idx3-ubyte", imageFile(2, 2, 3, pixels.substr(0, 12))},
            {"t10k-labels-idx1-ubyte", labelFile(2, {"\x01\x02", 2})}};
}

Files cifarFiles()
{
    const auto record = [](int label) {
        std::string bytes(1, static_cast<char>(label));
        for (int i = 0; i < 3072; ++i)
            bytes += static_cast<char>(i * label / 7);
        return bytes;
    };
    return {{"data_batch_1.bin", record(3) + record(9)},
            {"test_batch.bin", record(1)},
            {"batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n"}};
}

Files numpyFiles()
{
    std::string pixels;
    for (int i = 0; i < 24; ++i)
        pixels += static_cast<char>(10 * i);
    std::string labels;
    for (const std::int64_t label : {7, -1, 7, -1, 30, 7})
        labels += littleEndian(label);
    std::string test;
    for (int i = 0; i < 8; ++i)
        test += littleEndian(0.125F * static_cast<float>(i));
    return {{"x_train.npy", npy(npyHeader("|u1", "(6, 2, 2)"), pixels)},
            {"y_train.npy", npy(npyHeader("<i8", "(6,)"), labels, 2)},
            {"x_test.npy", npy(npyHeader("<f4", "(2, 2, 2)", true), test)},
            {"y_test.npy", npy(npyHeader("|u1", "(2, 1)"), std::string("\x07\x1E"))}};
}

std::string fileBytes(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string h5Bytes()
{
    auto file = h5::File::create("made.h5").value();
    {
        auto root = file.root().value();
        std::vector<float> numbers;
        std::vector<std::int64_t> labels;
        for (int i = 0; i < 36; ++i)
            numbers.push_back(0.25F * static_cast<float>(i));
        for (int i = 0; i < 12; ++i)
            labels.push_back(i % 3);
        const std::vector<Index> extents {12, 3};
        const std::vector<Index> count {12};
        auto group = root.createGroup("train").value();
        if (!group.write("images", std::span<const float>(numbers), extents)
            || !group.write("labels", std::span<const std::int64_t>(labels), count))
            throw std::runtime_error("h5");
    }
    return file.bytes().value();
}

const DatasetOptions h5Names {{"features", std::string("train/images")},
                              {"labels", std::string("/train/labels")}};
const DatasetOptions windows {{"window", Index {16}}, {"features", std::string("raw")}};

std::string csv()
{
    return "x,y,kind\n1.5,2,b\n-3,4e1,a\n5,6,c\n7,8,c\n9,+10,a\n\"2\",3,\"b\"\n1,1,a\n4,4,b\n";
}

std::string seriesTable(double slope, const std::string &label)
{
    std::string text = "t;a;b;state\n";
    for (int i = 0; i < 60; ++i)
        text += std::to_string(20 * i) + ';' + std::to_string(std::sin(slope * i)) + ';'
            + std::to_string(i % 5) + ';' + label + '\n';
    return text;
}

std::vector<std::int16_t> tone(double slope, int count)
{
    std::vector<std::int16_t> samples;
    for (int i = 0; i < count; ++i)
        samples.push_back(static_cast<std::int16_t>(8000 * std::sin(slope * i)));
    return samples;
}

std::string flac(const std::vector<std::int16_t> &samples)
{
    const auto path = std::filesystem::temp_directory_path()
        / ("reader_seeds." + std::to_string(std::random_device {}()) + ".flac");
    SF_INFO info {};
    info.samplerate = 16'000;
    info.channels = 1;
    info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
    SNDFILE *const file = ::sf_open(path.c_str(), SFM_WRITE, &info);
    if (file == nullptr)
        throw std::runtime_error("sf_open");
    ::sf_write_short(file, samples.data(), static_cast<sf_count_t>(samples.size()));
    ::sf_close(file);
    std::string bytes = fileBytes(path);
    std::filesystem::remove(path);
    return bytes;
}

Files audioFiles()
{
    Files files;
    for (int i = 0; i < 4; ++i) {
        files["low/" + std::to_string(i) + ".wav"] = wav(tone(0.1 + 0.01 * i, 120));
        files["high/" + std::to_string(i) + ".wav"] = wav(tone(1.0 + 0.1 * i, 240), 16'000, 2);
    }
    return files;
}

Files flacFiles()
{
    Files files;
    for (int i = 0; i < 3; ++i) {
        files["low/" + std::to_string(i) + ".flac"] = flac(tone(0.1 + 0.01 * i, 160));
        files["high/" + std::to_string(i) + ".flac"] = flac(tone(1.0 + 0.1 * i, 160));
    }
    return files;
}

Files matFiles(bool deflates)
{
    Files files;
    for (int i = 0; i < 3; ++i)
        for (const double slope : {0.5, -2.0}) {
            std::string variable = matMatrix("signal", 80, 1, matNumbers(80, slope + i));
            if (deflates)
                variable = matPacked(variable);
            files[std::string(slope > 0 ? "up" : "down") + '/' + std::to_string(i) + ".mat"] =
                matHeader() + variable + matMatrix("rate", 1, 1, matNumbers<std::int16_t>(1), 6, 3);
        }
    return files;
}

/// Of version 7.3, which is HDF5 behind a header of 512 bytes: two of @p file, and others of level 5 or 7.3.
Files newestMatFiles(const std::string &file)
{
    const std::string folder = ROSLER_SOURCE_DIR "/tests/data/mat/";
    const std::string bytes = fileBytes(folder + file);
    return {{"up/0.mat", bytes},
            {"up/1.mat", bytes},
            {"down/0.mat", matHeader() + matMatrix("signal", 80, 1, matNumbers(80, -2))},
            {"down/1.mat", fileBytes(folder + "recording-73-plain.mat")}};
}

Files pictureFiles()
{
    Files files;
    for (int i = 0; i < 3; ++i) {
        const auto shade = static_cast<std::uint8_t>(60 * i);
        const std::string number = std::to_string(i);
        files["red/" + number + ".png"] = pngOf(halves(6, 5, {255, shade, 0}, {9, 0, shade}), 6, 5);
        files["blue/" + number + ".jpg"] = jpegOf(halves(9, 8, {0, shade, 255}, {shade, 0, 9}), 9, 8, i == 2);
    }
    return files;
}

/// "" or what is wrong with an error: it must say what, and in which file.
std::string judged(const Error &error, const std::string &name)
{
    if (error.what.empty())
        return "an error without a word";
    return error.where.find(name) == std::string::npos ? "the error \"" + message(error) + "\" names no file"
                                                       : std::string();
}

std::vector<ReaderSeed> interchangeSeeds()
{
    std::vector<ReaderSeed> seeds;
    const auto readsOnnx = [](const std::string &bytes) -> std::string {
        const auto model = parseOnnx(bytes, "fuzz.onnx");
        if (!model)
            return judged(model.error(), "fuzz.onnx");
        const auto made = importOnnx(*model, "fuzz.onnx");
        if (!made)
            return judged(made.error(), "fuzz.onnx");
        if (made->network.parameterCount() > 10'000'000)
            return {}; // it says so itself, in few bytes; computing it would take long
        const Matrix x = Matrix::Zero(1, made->network.features());
        return made->network.predict(view(x)).cols() == made->network.classes() ? "" : "other classes";
    };
    for (const char *name : {"images", "images-unfolded", "numbers", "signals"})
        seeds.push_back(
            {std::string("onnx-") + name,
             {{"fuzz.onnx", fileBytes(std::string(ROSLER_SOURCE_DIR "/tests/data/onnx/") + name + ".onnx")}},
             "fuzz.onnx",
             {},
             {},
             {},
             readsOnnx});
    const NetworkSample sample {"keras", {3, 6, 6}, imageLayers(false)};
    const auto network = std::make_shared<const Network>(networkOf(sample));
    seeds.push_back({"keras",
                     {{"fuzz.h5", kerasBytes(*network).value()}},
                     "fuzz.h5",
                     {},
                     {},
                     {},
                     [network](const std::string &bytes) -> std::string {
                         Network into = *network;
                         const auto done = readKerasWeights(bytes, "fuzz.h5", into);
                         return done ? std::string() : judged(done.error(), "fuzz.h5");
                     }});
    return seeds;
}

} // namespace

std::vector<ReaderSeed> readerSeeds()
{
    std::vector<ReaderSeed> seeds = interchangeSeeds();
    const auto plain = [&seeds](const std::string &name, const Files &files,
                                const DatasetOptions &options = {}, const std::string &entry = {}) {
        seeds.push_back({name, files, entry, options});
    };
    const auto packed = [&seeds](const std::string &name, const Files &inside, const std::string &file,
                                 std::string (*pack)(const Files &), const DatasetOptions &options = {}) {
        seeds.push_back({name, {{file, pack(inside)}}, file, options, inside, pack});
    };
    plain("idx", idxFiles());
    Files zipped;
    for (const auto &[name, bytes] : idxFiles())
        zipped[name + ".gz"] = gzip(bytes);
    plain("idx-gzip", zipped);

    plain("cifar", cifarFiles());
    packed("cifar-targz", within("cifar-10-batches-bin/", cifarFiles()), "cifar.tar.gz", &tarGz);
    packed("cifar-tarxz", within("cifar-10-batches-bin/", cifarFiles()), "cifar.tar.xz", &tarXz);
    packed("cifar-zip", cifarFiles(), "cifar.zip", &deflatedZip);

    plain("numpy", numpyFiles());
    packed("numpy-stored", numpyFiles(), "a.npz", &storedZip);
    packed("numpy-deflated", numpyFiles(), "a.npz", &deflatedZip);

    plain("hdf5-chunks", {{"packed.h5", fileBytes(ROSLER_SOURCE_DIR "/tests/data/h5/packed.h5")}}, h5Names,
          "packed.h5");
    plain("hdf5", {{"made.h5", h5Bytes()}}, h5Names, "made.h5");

    plain("csv", {{"a.csv", csv()}}, {}, "a.csv");
    packed("csv-gzip", {{"a.csv", csv()}}, "a.csv.gz",
           [](const Files &files) { return gzip(files.begin()->second); });
    packed("csv-xz", {{"a.csv", csv()}}, "a.csv.xz",
           [](const Files &files) { return xz(files.begin()->second); });

    plain("matlab", matFiles(false), windows);
    plain("matlab-deflated", matFiles(true), windows);
    packed("matlab-zip", matFiles(false), "m.zip", &deflatedZip, windows);
    plain("matlab-newest", newestMatFiles("recording-73-plain.mat"), windows);
    plain("matlab-newest-deflated", newestMatFiles("recording-73.mat"), windows);
    DatasetOptions named = windows;
    named["variable"] = std::string("[hs]*");
    plain("matlab-newest-forms", newestMatFiles("forms.mat"), named);

    plain("wav", audioFiles(), windows);
    DatasetOptions spectra = windows;
    spectra["features"] = std::string("fft");
    plain("wav-spectra", audioFiles(), spectra);
    packed("wav-tar", audioFiles(), "w.tar", &tarOf, windows);
    auto labelled = audioFiles();
    labelled["labels.csv"] = "file,label,by\n";
    for (const auto &[name, bytes] : audioFiles())
        labelled["labels.csv"] += name + ',' + name.substr(0, name.find('/')) + ",me\n";
    DatasetOptions byTable = windows;
    byTable["label_table"] = std::string("labels.csv");
    plain("wav-table", labelled, byTable);
    packed("wav-table-tar", labelled, "w.tar", &tarOf, byTable);
    plain("flac", flacFiles(), windows);
    packed("flac-zip", flacFiles(), "f.zip", &storedZip, windows);

    DatasetOptions series = windows;
    series["time"] = std::string("t");
    series["time_unit"] = 0.001;
    series["label_column"] = std::string("state");
    plain("series",
          {{"a.csv", seriesTable(0.7, "on")},
           {"b.csv", seriesTable(0.2, "off")},
           {"c.csv", seriesTable(0.5, "on")}},
          series);

    const DatasetOptions small {{"width", Index {4}}, {"height", Index {4}}};
    plain("pictures", pictureFiles(), small);
    packed("pictures-zip", pictureFiles(), "p.zip", &storedZip, small);
    packed("pictures-tar", pictureFiles(), "p.tar", &tarOf, small);
    return seeds;
}

} // namespace rosler
