// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/idx_reader.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/ascii_text.h"
#include "core/base/text_number.h"
#include "core/data/byte_source.h"
#include "core/data/loading_stopped.h"
#include "core/data/test_part.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t pieceBytes = std::size_t {256} * 1024;

/// One of the four files, by the halves of its name.
struct Role {
    std::string_view stem;
    std::string_view otherStem; ///< as EMNIST has it
    std::string_view ending;
};
constexpr Role trainImages {"train-images", "train-images", "idx3-ubyte"};
constexpr Role trainLabels {"train-labels", "train-labels", "idx1-ubyte"};
constexpr Role testImages {"t10k-images", "test-images", "idx3-ubyte"};
constexpr Role testLabels {"t10k-labels", "test-labels", "idx1-ubyte"};
constexpr std::array roles {trainImages, trainLabels, testImages, testLabels};

/// The names a file of that role may have, the preferred one first: unpacked is read faster.
std::array<std::string, 8> namesOf(const Role &role)
{
    std::array<std::string, 8> names;
    std::size_t i = 0;
    for (const std::string_view packing : {"", ".gz"})
        for (const std::string_view stem : {role.stem, role.otherStem})
            for (const char dot : {'-', '.'})
                names[i++] = std::string(stem) + dot + std::string(role.ending) + std::string(packing);
    return names;
}

/// What stands before the name of one of the four files, as "emnist-letters-"; none if it is none of them.
std::optional<std::string> setOf(std::string_view file)
{
    static const auto names = [] { // folders have many files
        std::vector<std::string> all;
        for (const Role &role : roles)
            std::ranges::copy(namesOf(role), std::back_inserter(all));
        return all;
    }();
    for (const std::string &name : names) {
        if (!file.ends_with(name))
            continue;
        const std::string_view set = file.substr(0, file.size() - name.size());
        if (set.empty() || set.ends_with('-'))
            return std::string(set);
    }
    return std::nullopt;
}

bool isThere(const fs::path &path)
{
    std::error_code ignored;
    return fs::exists(path, ignored);
}

bool isFolder(const fs::path &path)
{
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

/// The four files of one set.
struct Files {
    fs::path folder;
    std::string set; ///< what their names begin with

    [[nodiscard]] std::optional<fs::path> find(const Role &role) const
    {
        for (const std::string &name : namesOf(role)) {
            if (isThere(folder / (set + name)))
                return folder / (set + name);
        }
        return std::nullopt;
    }
};

/// All that are in a folder: one without a name by its files' names, others among its first files.
std::set<std::string> setsIn(const fs::path &folder)
{
    constexpr int most = 10'000; // files that are looked at
    std::set<std::string> sets;
    if (std::ranges::any_of(roles, [&](const Role &role) {
            return Files {folder, {}}.find(role).has_value();
        }))
        sets.insert(std::string());
    std::error_code error;
    int seen = 0;
    for (fs::directory_iterator file(folder, error), end; !error && file != end && seen < most;
         file.increment(error), ++seen)
        if (auto set = setOf(file->path().filename().string()))
            sets.insert(std::move(*set));
    return sets;
}

/// The folder that holds the four files, absolute, without a slash at its end.
fs::path folderOf(const fs::path &path)
{
    std::error_code ignored;
    fs::path whole = fs::absolute(path, ignored).lexically_normal();
    if (!isFolder(path) || !whole.has_filename())
        whole = whole.parent_path();
    return whole;
}

/// The set that @p path, or else @p wanted, names; of a folder with one set that one.
Result<Files> filesOf(const fs::path &path, const std::string &wanted)
{
    Files files {folderOf(path), {}};
    const std::string set = wanted.empty() ? wanted : wanted + '-';
    if (!isFolder(path))
        if (auto named = setOf(path.filename().string())) {
            files.set = std::move(*named);
            return files;
        }
    const std::set<std::string> sets = setsIn(files.folder);
    if (sets.contains(set) || sets.empty()) {
        files.set = set;
        return files;
    }
    if (wanted.empty() && sets.size() == 1) {
        files.set = *sets.begin();
        return files;
    }
    std::string list;
    for (const std::string &one : sets)
        if (!one.empty()) // which is what is taken where nothing is named
            list += (list.empty() ? "" : ", ") + className(one.substr(0, one.size() - 1));
    return fail(ErrorCode::NotFound,
                (wanted.empty() ? std::string("several sets") : "no set \"" + className(wanted) + '"')
                    + " in this folder; name one of " + list,
                "options/set");
}

/// Names of classes, if a file beside them says: rows of a label and the codes of its characters, as
/// EMNIST's mappings.
std::map<int, std::string> mappingOf(const Files &files)
{
    constexpr std::uint64_t most = 65'536; // bytes
    std::map<int, std::string> names;
    auto source = ByteSource::open(files.folder / (files.set + "mapping.txt"));
    if (!source || source->fileBytes() > most)
        return names;
    std::string text(source->fileBytes(), '\0');
    if (!source->read(std::as_writable_bytes(std::span(text))))
        return names;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::vector<int> numbers;
        for (std::size_t from = at; from < end;) {
            const std::size_t to = std::min(text.find_first_of(" \t\r", from), end);
            if (const auto number = numberIn<int>(text.substr(from, to - from)))
                numbers.push_back(*number);
            from = to + 1;
        }
        for (std::size_t i = 1; i < numbers.size(); ++i)
            if (numbers[i] > ' ' && numbers[i] <= '~')
                names[numbers.front()] += static_cast<char>(numbers[i]);
        at = end + 1;
    }
    return names;
}

Result<ByteSource> openIn(const Files &files, const Role &role)
{
    const auto path = files.find(role);
    if (!path)
        return fail(ErrorCode::NotFound, "no file " + files.set + namesOf(role)[0] + ", plain or with .gz",
                    files.folder.string());
    return ByteSource::open(*path);
}

/// Images and labels that belong together, their headers read and agreed.
struct Part {
    ByteSource images;
    ByteSource labels;
    std::uint64_t count;
    std::uint64_t height;
    std::uint64_t width;

    [[nodiscard]] std::uint64_t pixels() const noexcept { return height * width; }
};

/// Reads the magic number: two zeros, the numbers' type, the count of dimensions.
Result<void> readMagic(ByteSource &source, std::uint32_t dimensions)
{
    constexpr std::uint32_t unsignedBytes = 0x08;
    constexpr std::array<std::uint32_t, 5> otherTypes {0x09, 0x0B, 0x0C, 0x0D, 0x0E};
    const auto magic = source.readBigEndian32();
    if (!magic)
        return tl::unexpected(magic.error());
    const std::uint32_t type = *magic >> 8U;
    const std::uint32_t found = *magic & 0xFFU;
    if (std::ranges::find(otherTypes, type) != otherTypes.end())
        return fail(ErrorCode::Unsupported,
                    "numbers of type " + std::to_string(type) + "; only unsigned bytes (8) are read",
                    source.where(2));
    if (type != unsignedBytes)
        return fail(ErrorCode::Malformed,
                    "the magic number is " + std::to_string(*magic) + " instead of "
                        + std::to_string((unsignedBytes << 8U) | dimensions),
                    source.where(0));
    if (found != dimensions)
        return fail(ErrorCode::Malformed,
                    std::to_string(found) + " dimensions where there should be " + std::to_string(dimensions),
                    source.where(3));
    return {};
}

/// Compares the @p bytes that a header promises with what the file can hold.
Result<void> checkRoom(const ByteSource &source, std::uint64_t bytes)
{
    if (bytes > source.mostBytesLeft())
        return fail(ErrorCode::Malformed,
                    "the header promises " + std::to_string(bytes) + " bytes, but the file of "
                        + std::to_string(source.fileBytes()) + " holds no more than "
                        + std::to_string(source.mostBytesLeft()),
                    source.where(source.offset()));
    return {};
}

Result<void> checkExtents(const Part &part, const ReadLimits &limits)
{
    const auto &[images, labels, count, height, width] = part;
    if (count == 0 || height == 0 || width == 0)
        return fail(ErrorCode::OutOfRange,
                    std::to_string(count) + " images of " + std::to_string(height) + " x "
                        + std::to_string(width) + " pixels",
                    images.where(4));
    if (count > static_cast<std::uint64_t>(limits.maxExamples))
        return fail(ErrorCode::OutOfRange,
                    std::to_string(count) + " images; at most " + std::to_string(limits.maxExamples)
                        + " are allowed",
                    images.where(4));
    // Each extent is below 2^32, so the product of two fits; that of three does once it is below the limit.
    const double bytes = static_cast<double>(count) * static_cast<double>(part.pixels());
    if (isTooMuch(bytes, limits))
        return tooLittleMemory(bytes, NeedIs::AtLeast, limits, images.where(4),
                               std::to_string(count) + " images of " + std::to_string(height) + " x "
                                   + std::to_string(width) + " pixels");
    return checkRoom(images, count * part.pixels());
}

Result<Part> openPart(const Files &files, const Role &imageRole, const Role &labelRole,
                      const ReadLimits &limits)
{
    auto images = openIn(files, imageRole);
    if (!images)
        return tl::unexpected(std::move(images.error()));
    auto labels = openIn(files, labelRole);
    if (!labels)
        return tl::unexpected(std::move(labels.error()));
    Part part {std::move(*images), std::move(*labels), 0, 0, 0};
    if (auto magic = readMagic(part.images, 3); !magic)
        return tl::unexpected(std::move(magic.error()));
    for (std::uint64_t *extent : {&part.count, &part.height, &part.width}) {
        const auto value = part.images.readBigEndian32();
        if (!value)
            return tl::unexpected(value.error());
        *extent = *value;
    }
    if (auto checked = checkExtents(part, limits); !checked)
        return tl::unexpected(std::move(checked.error()));
    if (auto magic = readMagic(part.labels, 1); !magic)
        return tl::unexpected(std::move(magic.error()));
    const auto labelCount = part.labels.readBigEndian32();
    if (!labelCount)
        return tl::unexpected(labelCount.error());
    if (*labelCount != part.count)
        return fail(ErrorCode::Malformed,
                    part.images.name() + " holds " + std::to_string(part.count) + " images, but "
                        + part.labels.name() + " holds " + std::to_string(*labelCount) + " labels",
                    part.labels.where(4));
    if (auto checked = checkRoom(part.labels, *labelCount); !checked)
        return tl::unexpected(std::move(checked.error()));
    return part;
}

/// Training and test parts must be of one kind, and together within the limits.
Result<void> checkTogether(const Part &train, const Part &test, const ReadLimits &limits)
{
    if (train.height != test.height || train.width != test.width)
        return fail(ErrorCode::Malformed,
                    "test images of " + std::to_string(test.height) + " x " + std::to_string(test.width)
                        + " pixels, training images of " + std::to_string(train.height) + " x "
                        + std::to_string(train.width),
                    test.images.where(8));
    const std::uint64_t count = train.count + test.count;
    const double bytes = static_cast<double>(count) * static_cast<double>(train.pixels());
    if (isTooMuch(bytes, limits))
        return tooLittleMemory(bytes, NeedIs::Exact, limits, test.images.where(4),
                               std::to_string(count) + " images");
    return {};
}

/// Says how many of all bytes have been read, and whether to go on.
class Load
{
public:
    Load(const ReadProgress &progress, const Part &train, const Part &test)
        : m_progress(progress)
        , m_sources {&train.images, &train.labels, &test.images, &test.labels}
    {
    }

    [[nodiscard]] Result<void> report() const
    {
        if (m_progress.stop.stop_requested())
            return loadingStopped();
        if (m_progress.report) {
            std::uint64_t read = 0;
            std::uint64_t all = 0;
            for (const ByteSource *source : m_sources) {
                read += source->fileBytesRead();
                all += source->fileBytes();
            }
            constexpr double reading = 0.75; // of the time; the rest checks and digests
            m_progress.report(reading * std::min(1.0, static_cast<double>(read) / static_cast<double>(all)));
        }
        return {};
    }

private:
    const ReadProgress &m_progress;
    std::array<const ByteSource *, 4> m_sources;
};

/// Pixels that lie column by column to row by row.
void turn(std::vector<std::uint8_t> &pixels, std::size_t height, std::size_t width)
{
    std::vector<std::uint8_t> image(height * width);
    for (std::size_t first = 0; first + image.size() <= pixels.size(); first += image.size()) {
        const auto at = pixels.begin() + static_cast<std::ptrdiff_t>(first);
        for (std::size_t row = 0; row < height; ++row)
            for (std::size_t col = 0; col < width; ++col)
                image[row * width + col] = at[static_cast<std::ptrdiff_t>(col * height + row)];
        std::ranges::copy(image, at);
    }
}

/// @param turned  whether pixels lie column by column
Result<Examples> readPart(Part &part, bool turned, const Load &load)
{
    Examples examples;
    const std::size_t all = part.count * part.pixels();
    std::vector<std::uint8_t> pixels;
    pixels.reserve(all); // a stop is heard while the system gives the pages
    while (pixels.size() < all) {
        const std::size_t before = pixels.size();
        pixels.resize(std::min<std::size_t>(all, before + pieceBytes));
        if (auto read = part.images.read(std::as_writable_bytes(std::span(pixels).subspan(before))); !read)
            return tl::unexpected(std::move(read.error()));
        if (auto reported = load.report(); !reported)
            return tl::unexpected(std::move(reported.error()));
    }
    if (turned)
        turn(pixels, part.width, part.height);
    examples.features = FeatureTable(std::move(pixels), static_cast<Index>(part.pixels()), 255.0F);
    if (auto end = part.images.expectEnd(); !end)
        return tl::unexpected(std::move(end.error()));

    std::vector<std::byte> labels(part.count);
    if (auto read = part.labels.read(labels); !read)
        return tl::unexpected(std::move(read.error()));
    if (auto end = part.labels.expectEnd(); !end)
        return tl::unexpected(std::move(end.error()));
    examples.labels.resize(labels.size());
    std::ranges::transform(labels, examples.labels.begin(),
                           [](std::byte label) { return std::to_integer<std::uint16_t>(label); });
    return examples;
}

} // namespace

bool looksLikeIdx(const fs::path &path)
{
    return isFolder(path) ? !setsIn(path).empty()
                          : isThere(path) && setOf(path.filename().string()).has_value();
}

std::span<const ReaderOption> idxOptions()
{
    static const std::array options {
        ReaderOption {"set",
                      "which of several sets in a folder, as emnist-letters; empty: the only one, or the one "
                      "without a name",
                      std::string()},
        ReaderOption {
            "transposed",
            "whether pixels lie column by column, as EMNIST's do, whose files are known by their names",
            false},
    };
    return options;
}

Result<std::shared_ptr<const Dataset>> readIdx(const fs::path &path, const DatasetOptions &options,
                                               const ReadLimits &limits, const ReadProgress &progress)
{
    const auto resolved = resolveOptions(options, idxOptions());
    if (!resolved)
        return tl::unexpected(resolved.error());
    const auto files = filesOf(path, std::get<std::string>(resolved->at("set")));
    if (!files)
        return tl::unexpected(files.error());
    const bool emnist = files->set.starts_with("emnist-");
    const bool turned = emnist || std::get<bool>(resolved->at("transposed"));
    auto train = openPart(*files, trainImages, trainLabels, limits);
    if (!train)
        return tl::unexpected(std::move(train.error()));
    auto test = openPart(*files, testImages, testLabels, limits);
    if (!test)
        return tl::unexpected(std::move(test.error()));
    if (auto checked = checkTogether(*train, *test, limits); !checked)
        return tl::unexpected(std::move(checked.error()));

    const Load load(progress, *train, *test);
    auto trainExamples = readPart(*train, turned, load);
    if (!trainExamples)
        return tl::unexpected(std::move(trainExamples.error()));
    auto testExamples = readPart(*test, turned, load);
    if (!testExamples)
        return tl::unexpected(std::move(testExamples.error()));

    // A class for each label that the training part names: a few odd ones do not make hundreds of classes.
    std::array<bool, 256> named {};
    for (const std::uint16_t label : trainExamples->labels)
        named[label] = true;
    const auto unknown =
        std::ranges::find_if(testExamples->labels, [&named](std::uint16_t label) { return !named[label]; });
    if (unknown != testExamples->labels.end()) {
        constexpr std::uint64_t headerBytes = 8;
        const auto row = static_cast<std::uint64_t>(unknown - testExamples->labels.begin());
        return fail(ErrorCode::Malformed,
                    "label " + std::to_string(*unknown) + ", which no training example has",
                    test->labels.where(headerBytes + row));
    }

    DatasetParts parts;
    const fs::path &folder = files->folder;
    parts.name = files->set.empty() ? lowerAscii(folder.filename().string())
                                    : className(files->set.substr(0, files->set.size() - 1));
    parts.source = setsIn(folder).size() > 1 && !isFolder(path) ? path.string() : folder.string();
    parts.shape = {1, static_cast<Index>(train->height), static_cast<Index>(train->width)};
    if (turned)
        std::swap(parts.shape.height, parts.shape.width);
    if (turned)
        parts.notes.emplace_back("Pixels lie column by column in the files; images were turned.");
    const std::map<int, std::string> names = mappingOf(*files);
    std::array<std::uint16_t, 256> classOf {};
    for (std::size_t label = 0; label < named.size(); ++label)
        if (named[label]) {
            classOf[label] = static_cast<std::uint16_t>(parts.classNames.size());
            const auto said = names.find(static_cast<int>(label));
            parts.classNames.push_back(said == names.end() ? std::to_string(label) : className(said->second));
        }
    for (Examples *examples : {&*trainExamples, &*testExamples})
        for (std::uint16_t &label : examples->labels)
            label = classOf[label];
    parts.train = std::move(*trainExamples);
    parts.test = std::move(*testExamples);
    auto made = Dataset::make(std::move(parts), progress.stop);
    if (made && progress.report)
        progress.report(1.0);
    return made;
}

} // namespace rosler
