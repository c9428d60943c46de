// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/image_folder_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <tbb/parallel_for.h>

#include "core/base/ascii_text.h"
#include "core/data/file_tree.h"
#include "core/data/loading_stopped.h"
#include "core/data/readers/picture.h"
#include "core/data/test_part.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

const std::array imageFolderOptionList {
    ReaderOption {"width", "of an example, in pixels", Index {32}, 1, 1024},
    ReaderOption {"height", "of an example, in pixels", Index {32}, 1, 1024},
    ReaderOption {"grey", "one channel instead of three", false},
    ReaderOption {"crop", "take the middle in the example's aspect; else all is stretched", true},
    testShareOption,
    splitSeedOption,
};

constexpr std::uint64_t mostPictureBytes = 100'000'000;
constexpr std::size_t picturesAtOnce = 64;
constexpr std::size_t pictureBytesAtOnce = 32'000'000;

bool isPictureName(std::string_view path)
{
    const std::string end = lowerEnding(path);
    return end == ".jpg" || end == ".jpeg" || end == ".png";
}

enum class ImagePart { None, Train, Validation, Test };

ImagePart partNamed(const std::string &name)
{
    const std::string folder = lowerAscii(name);
    if (folder == "train" || folder == "training")
        return ImagePart::Train;
    if (folder == "test" || folder == "testing")
        return ImagePart::Test;
    if (folder == "val" || folder == "valid" || folder == "validation")
        return ImagePart::Validation;
    return ImagePart::None;
}

std::vector<std::string> foldersOf(std::string_view path)
{
    std::vector<std::string> folders;
    for (std::size_t end = path.find('/'); end != std::string_view::npos; end = path.find('/')) {
        folders.emplace_back(path.substr(0, end));
        path.remove_prefix(end + 1);
    }
    return folders;
}

/// A picture by its path: part, class and row, in that order known.
struct Sorted {
    ImagePart part = ImagePart::None;
    std::string className;
    std::size_t row = 0; ///< of all rows, the training part's and then the test part's
};
using Pictures = std::map<std::string, Sorted, std::less<>>;

/// How many folders all of @p folders begin with.
std::size_t commonFolders(const std::vector<std::vector<std::string>> &folders)
{
    std::size_t common = folders.front().size();
    for (const auto &path : folders) {
        const auto [end, ignored] =
            std::mismatch(path.begin(), path.end(), folders.front().begin(), folders.front().end());
        common = std::min(common, static_cast<std::size_t>(end - path.begin()));
    }
    return common;
}

/// Settles part and class of each picture; those outside of train, test and val are left out where there are
/// such.
Result<void> sortPictures(Pictures &pictures, const std::string &place)
{
    std::vector<std::vector<std::string>> folders;
    bool parts = false;
    for (const auto &[path, sorted] : pictures) {
        folders.push_back(foldersOf(path));
        parts |= std::ranges::any_of(
            folders.back(), [](const std::string &folder) { return partNamed(folder) == ImagePart::Train; });
    }
    if (folders.empty())
        return fail(ErrorCode::NotFound, "no .jpg, .jpeg or .png files", place);
    const std::size_t common = parts ? 0 : commonFolders(folders);
    bool test = false;
    std::size_t i = 0;
    for (auto entry = pictures.begin(); entry != pictures.end(); ++i) {
        auto &[path, sorted] = *entry;
        auto at = folders[i].begin() + static_cast<std::ptrdiff_t>(common);
        if (parts) {
            at = std::ranges::find_if(folders[i],
                                      [](const std::string &f) { return partNamed(f) != ImagePart::None; });
            if (at != folders[i].end())
                sorted.part = partNamed(*at++);
        } else {
            sorted.part = ImagePart::Train;
        }
        if (at == folders[i].end()) { // beside the folders of classes
            entry = pictures.erase(entry);
            continue;
        }
        sorted.className = *at;
        test |= sorted.part == ImagePart::Test;
        ++entry;
    }
    for (auto &[path, sorted] : pictures)
        if (sorted.part == ImagePart::Validation)
            sorted.part = test ? ImagePart::Train : ImagePart::Test;
    return {};
}

/// Files that wait to be decoded together.
class Decoding
{
public:
    /// @param places  where the pixels of each row go
    Decoding(const ExampleShape &shape, PictureFit fit, const std::vector<std::span<std::uint8_t>> &places,
             const std::stop_token &stop)
        : m_shape(shape)
        , m_fit(fit)
        , m_places(places)
        , m_stop(stop)
    {
    }

    Result<void> add(TreeFile &file, std::size_t row)
    {
        auto bytes = file.readAll(mostPictureBytes);
        if (!bytes)
            return tl::unexpected(std::move(bytes.error()));
        m_bytes += bytes->size();
        std::string where = file.where(0);
        where.erase(where.find_last_of(':'));
        m_waiting.push_back({std::move(*bytes), row, std::move(where), {}});
        return m_waiting.size() < picturesAtOnce && m_bytes < pictureBytesAtOnce ? Result<void> {} : decode();
    }

    /// Decodes what waits. The error, if any, is that of the first file, whichever thread met its own first.
    Result<void> decode()
    {
        tbb::parallel_for(std::size_t {0}, m_waiting.size(), [&](std::size_t i) {
            Waiting &one = m_waiting[i];
            one.outcome = m_stop.stop_requested()
                ? loadingStopped()
                : decodePicture(one.bytes, m_shape, m_fit, m_places[one.row], one.where);
        });
        for (Waiting &one : m_waiting)
            if (!one.outcome)
                return one.outcome;
        m_waiting.clear();
        m_bytes = 0;
        return {};
    }

private:
    struct Waiting {
        std::vector<std::byte> bytes;
        std::size_t row;
        std::string where;
        Result<void> outcome;
    };

    const ExampleShape &m_shape;
    PictureFit m_fit;
    const std::vector<std::span<std::uint8_t>> &m_places;
    const std::stop_token &m_stop;
    std::vector<Waiting> m_waiting;
    std::size_t m_bytes = 0;
};

Result<Pictures> listPictures(const fs::path &path, const ReadLimits &limits, const ReadProgress &progress)
{
    Pictures pictures;
    std::optional<std::string> twice;
    TreeVisit list;
    list.stop = progress.stop;
    list.wanted = [&](std::string_view file) {
        if (isPictureName(file) && !pictures.try_emplace(std::string(file)).second && !twice)
            twice = file;
        return false;
    };
    if (auto visited = visitFiles(path, list); !visited)
        return tl::unexpected(std::move(visited.error()));
    if (twice)
        return fail(ErrorCode::Malformed, className(*twice) + " is there twice", path.string());
    if (std::cmp_greater(pictures.size(), limits.maxExamples))
        return fail(ErrorCode::OutOfRange,
                    std::to_string(pictures.size()) + " pictures; at most "
                        + std::to_string(limits.maxExamples) + " are allowed",
                    path.string());
    return pictures;
}

/// Classes of the training part, and the label of each picture, in rows.
Result<std::vector<std::string>> labelPictures(Pictures &pictures, std::vector<std::uint16_t> &labels,
                                               std::size_t &trainCount, const std::string &place)
{
    std::map<std::string, std::uint16_t, std::less<>> classOf;
    for (const auto &[path, sorted] : pictures)
        if (sorted.part == ImagePart::Train)
            classOf.emplace(sorted.className, 0);
    constexpr std::size_t most = 65535;
    if (classOf.size() < 2 || classOf.size() > most)
        return fail(classOf.size() < 2 ? ErrorCode::NotFound : ErrorCode::OutOfRange,
                    "pictures in " + std::to_string(classOf.size())
                        + " folders to train on; each class has its own, and there are 2 to 65535",
                    place);
    std::vector<std::string> names;
    for (auto &[name, number] : classOf) {
        number = static_cast<std::uint16_t>(names.size());
        names.push_back(className(name));
    }
    for (const ImagePart part : {ImagePart::Train, ImagePart::Test}) {
        for (auto &[path, sorted] : pictures) {
            if (sorted.part != part)
                continue;
            const auto found = classOf.find(sorted.className);
            if (found == classOf.end())
                return fail(ErrorCode::Malformed,
                            "\"" + className(path) + "\" is of class \"" + className(sorted.className)
                                + "\", which no training example has",
                            place);
            sorted.row = labels.size();
            labels.push_back(found->second);
        }
        if (part == ImagePart::Train)
            trainCount = labels.size();
    }
    return names;
}

/// The pictures of one part.
struct PartPixels {
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint16_t> labels;

    [[nodiscard]] Examples examples(const ExampleShape &shape)
    {
        return {FeatureTable(std::move(pixels), shape.size(), 255.0F), std::move(labels)};
    }
};

/// Room for all pixels of a part. A system may take a second to give the pages of some hundred megabytes: a
/// stop is heard meanwhile.
Result<void> makeRoom(PartPixels &part, std::size_t size, const std::stop_token &stop)
{
    constexpr std::size_t roomAtOnce = 1 << 20;
    const std::size_t all = part.labels.size() * size;
    part.pixels.reserve(all);
    while (part.pixels.size() < all) {
        if (stop.stop_requested())
            return loadingStopped();
        part.pixels.resize(std::min(all, part.pixels.size() + roomAtOnce));
    }
    return {};
}

} // namespace

std::span<const ReaderOption> imageFolderOptions()
{
    return imageFolderOptionList;
}

bool looksLikeImageFolder(const fs::path &path)
{
    return std::ranges::any_of(someFiles(path), [](const std::string &file) {
        return isPictureName(file) && file.find('/') != std::string::npos;
    });
}

Result<std::shared_ptr<const Dataset>> readImageFolder(const fs::path &path, const DatasetOptions &options,
                                                       const ReadLimits &limits, const ReadProgress &progress)
{
    const auto resolved = resolveOptions(options, imageFolderOptionList);
    if (!resolved)
        return tl::unexpected(resolved.error());
    const auto yes = [&](std::string_view name) { return std::get<bool>(resolved->find(name)->second); };
    const auto number = [&](std::string_view name) { return std::get<Index>(resolved->find(name)->second); };
    const ExampleShape shape {yes("grey") ? 1 : 3, number("height"), number("width")};
    auto pictures = listPictures(path, limits, progress);
    if (!pictures)
        return tl::unexpected(std::move(pictures.error()));
    if (auto sorted = sortPictures(*pictures, path.string()); !sorted)
        return tl::unexpected(std::move(sorted.error()));
    std::vector<std::uint16_t> labels;
    std::size_t trainCount = 0;
    auto names = labelPictures(*pictures, labels, trainCount, path.string());
    if (!names)
        return tl::unexpected(std::move(names.error()));
    const auto size = static_cast<std::uint64_t>(shape.size());
    const double bytes = static_cast<double>(labels.size()) * static_cast<double>(size);
    if (isTooMuch(bytes, limits))
        return tooLittleMemory(bytes, NeedIs::Exact, limits, path.string(),
                               std::to_string(labels.size()) + " pictures of " + std::to_string(size)
                                   + " bytes");

    std::vector<bool> test(labels.size());
    if (trainCount < test.size())
        std::fill(test.begin() + static_cast<std::ptrdiff_t>(trainCount), test.end(), true);
    else
        test = drawTestPart(labels, names->size(), std::get<double>(resolved->at("test_share")),
                            static_cast<std::uint64_t>(number("split_seed")));
    std::array<PartPixels, 2> parts; // to train on, to test on
    for (std::size_t row = 0; row < labels.size(); ++row)
        parts[test[row] ? 1 : 0].labels.push_back(labels[row]);
    for (PartPixels &part : parts)
        if (auto room = makeRoom(part, size, progress.stop); !room)
            return tl::unexpected(std::move(room.error()));
    std::vector<std::span<std::uint8_t>> places;
    std::array<std::size_t, 2> next {};
    for (const bool tested : test) {
        std::size_t &at = next[tested ? 1 : 0];
        places.push_back(std::span(parts[tested ? 1 : 0].pixels).subspan(at, size));
        at += size;
    }
    Decoding decoding(shape, yes("crop") ? PictureFit::Crop : PictureFit::Stretch, places, progress.stop);
    std::size_t read = 0;
    TreeVisit visit;
    visit.stop = progress.stop;
    visit.wanted = [&](std::string_view file) { return pictures->find(file) != pictures->end(); };
    visit.take = [&](TreeFile &file) -> Result<void> {
        ++read;
        constexpr double reading = 0.95; // of the time; the rest checks and digests
        if (progress.report && read % picturesAtOnce == 0)
            progress.report(reading * static_cast<double>(read) / static_cast<double>(labels.size()));
        return decoding.add(file, pictures->find(file.path())->second.row);
    };
    if (auto visited = visitFiles(path, visit); !visited)
        return tl::unexpected(std::move(visited.error()));
    if (auto decoded = decoding.decode(); !decoded)
        return tl::unexpected(std::move(decoded.error()));
    if (read != labels.size())
        return fail(ErrorCode::Unreadable, "pictures came or went while they were read", path.string());

    DatasetParts dataset;
    dataset.name = treeName(path);
    dataset.source = path.string();
    dataset.shape = shape;
    dataset.classNames = std::move(*names);
    dataset.train = parts[0].examples(shape);
    dataset.test = parts[1].examples(shape);
    auto made = Dataset::make(std::move(dataset), progress.stop);
    if (made && progress.report)
        progress.report(1.0);
    return made;
}

} // namespace rosler
