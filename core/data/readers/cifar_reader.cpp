// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/cifar_reader.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/text_number.h"
#include "core/data/file_tree.h"
#include "core/data/test_part.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

const std::array cifarOptionList {
    ReaderOption {"test_batch", "which data_batch to test on; 0 = test_batch.bin", Index {0}, 0, 5},
    ReaderOption {"coarse", "of CIFAR-100 the 20 coarse classes", false},
};

constexpr std::size_t side = 32;
constexpr std::size_t planePixels = side * side;
constexpr std::size_t imageBytes = 3 * planePixels;
constexpr std::size_t recordsAtOnce = 64;

constexpr std::array cifarNames {"airplane", "automobile", "bird",  "cat",  "deer",
                                 "dog",      "frog",       "horse", "ship", "truck"};

/// Which batch of which set a file is. The test records of both sets are batch 0.
struct CifarRole {
    bool hundred = false;
    int batch = 0;
};

std::string_view baseName(std::string_view path)
{
    return path.substr(path.find_last_of('/') + 1);
}

std::optional<CifarRole> cifarRole(std::string_view path)
{
    const std::string_view name = baseName(path);
    if (name == "test_batch.bin")
        return CifarRole {false, 0};
    if (name == "test.bin" || name == "train.bin")
        return CifarRole {true, name == "train.bin" ? 1 : 0};
    constexpr std::string_view stem = "data_batch_";
    if (name.size() == stem.size() + 5 && name.starts_with(stem) && name.ends_with(".bin")
        && name[stem.size()] >= '1' && name[stem.size()] <= '5')
        return CifarRole {false, name[stem.size()] - '0'};
    return std::nullopt;
}

bool isNameList(std::string_view path)
{
    const std::string_view name = baseName(path);
    return name == "batches.meta.txt" || name == "fine_label_names.txt" || name == "coarse_label_names.txt";
}

/// A file named alone stands for its folder.
fs::path cifarTree(const fs::path &path)
{
    std::error_code ignored;
    if (!cifarRole(path.filename().string()) || !fs::is_regular_file(path, ignored))
        return path;
    return fs::absolute(path, ignored).lexically_normal().parent_path();
}

/// The records of one file, or of several that follow one another.
struct Records {
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint16_t> labels;
};

/// What has been read so far.
class CifarLoad
{
public:
    CifarLoad(bool coarse, const ReadLimits &limits)
        : m_coarse(coarse)
        , m_limits(limits)
    {
    }

    Result<void> take(TreeFile &file);
    /// All records of the batches that are the test part, or that are not, in the order of their numbers.
    [[nodiscard]] Records records(int testBatch, bool test);
    [[nodiscard]] std::vector<std::string> classNames() const;

private:
    [[nodiscard]] std::size_t classes() const
    {
        return !m_hundred.value_or(false) ? 10 : m_coarse ? 20 : 100;
    }
    Result<void> takeNames(TreeFile &file);
    Result<void> takeRecords(TreeFile &file, Records &into);

    bool m_coarse;
    const ReadLimits &m_limits;
    std::optional<bool> m_hundred;
    std::map<int, Records> m_batches;
    std::map<std::string, std::vector<std::string>, std::less<>> m_names;
    std::uint64_t m_count = 0;
};

Result<void> CifarLoad::take(TreeFile &file)
{
    const auto role = cifarRole(file.path());
    if (!role)
        return takeNames(file);
    if (m_hundred.value_or(role->hundred) != role->hundred)
        return fail(ErrorCode::Malformed, "a file of CIFAR-100 among files of CIFAR-10, or the reverse",
                    file.where(0));
    m_hundred = role->hundred;
    const auto [batch, isNew] = m_batches.try_emplace(role->batch);
    if (!isNew)
        return fail(ErrorCode::Malformed, std::string(baseName(file.path())) + " is there twice",
                    file.where(0));
    return takeRecords(file, batch->second);
}

Result<void> CifarLoad::takeNames(TreeFile &file)
{
    constexpr std::uint64_t most = 65536;
    const auto bytes = file.readAll(most);
    if (!bytes)
        return tl::unexpected(bytes.error());
    std::vector<std::string> names;
    std::string name;
    for (const std::byte byte : *bytes) {
        const auto character = std::to_integer<char>(byte);
        if (character != '\n' && character != '\r') {
            name += character;
        } else if (!name.empty()) {
            names.push_back(className(name));
            name.clear();
        }
    }
    if (!name.empty())
        names.push_back(className(name));
    m_names.emplace(baseName(file.path()), std::move(names));
    return {};
}

Result<void> CifarLoad::takeRecords(TreeFile &file, Records &into)
{
    const std::size_t labelBytes = *m_hundred ? 2 : 1;
    const std::size_t labelAt = *m_hundred && !m_coarse ? 1 : 0;
    const std::size_t recordBytes = labelBytes + imageBytes;
    std::vector<std::byte> piece(recordBytes * recordsAtOnce);
    for (;;) {
        const std::uint64_t start = file.offset();
        std::size_t filled = 0;
        while (filled < piece.size()) {
            const auto taken = file.readSome(std::span(piece).subspan(filled));
            if (!taken)
                return tl::unexpected(taken.error());
            if (*taken == 0)
                break;
            filled += *taken;
        }
        if (filled % recordBytes != 0)
            return fail(ErrorCode::Malformed,
                        "the file ends within a record, after " + std::to_string(file.offset())
                            + " bytes; records have " + std::to_string(recordBytes),
                        file.where(file.offset()));
        const std::size_t count = filled / recordBytes;
        m_count += count;
        if (m_count > static_cast<std::uint64_t>(m_limits.maxExamples))
            return fail(ErrorCode::OutOfRange,
                        "more than the " + std::to_string(m_limits.maxExamples) + " images that are allowed",
                        file.where(file.offset()));
        // Batches are joined one by one, in room that doubles as it grows.
        const double bytes = 2 * static_cast<double>(m_count) * static_cast<double>(imageBytes);
        if (isTooMuch(bytes, m_limits))
            return tooLittleMemory(bytes, NeedIs::AtLeast, m_limits, file.where(file.offset()));
        for (std::size_t r = 0; r < count; ++r) {
            const std::byte *record = piece.data() + r * recordBytes;
            const auto label = std::to_integer<std::uint16_t>(record[labelAt]);
            if (label >= classes())
                return fail(ErrorCode::Malformed,
                            "label " + std::to_string(label) + " where there are " + std::to_string(classes())
                                + " classes",
                            file.where(start + r * recordBytes + labelAt));
            into.labels.push_back(label);
            const std::byte *planes = record + labelBytes;
            const std::size_t at = into.pixels.size();
            into.pixels.resize(at + imageBytes);
            std::uint8_t *pixel = into.pixels.data() + at;
            for (std::size_t i = 0; i < planePixels; ++i)
                for (std::size_t channel = 0; channel < 3; ++channel)
                    *pixel++ = std::to_integer<std::uint8_t>(planes[channel * planePixels + i]);
        }
        if (filled < piece.size())
            return {};
    }
}

Records CifarLoad::records(int testBatch, bool test)
{
    Records all;
    for (auto &[number, batch] : m_batches) {
        if (number == 0 ? !test || testBatch != 0 : (number == testBatch) != test)
            continue;
        if (all.labels.empty()) {
            all = std::move(batch);
            continue;
        }
        all.pixels.insert(all.pixels.end(), batch.pixels.begin(), batch.pixels.end());
        all.labels.insert(all.labels.end(), batch.labels.begin(), batch.labels.end());
        batch = {};
    }
    return all;
}

std::vector<std::string> CifarLoad::classNames() const
{
    const bool hundred = m_hundred.value_or(false);
    const auto given = m_names.find(!hundred       ? "batches.meta.txt"
                                        : m_coarse ? "coarse_label_names.txt"
                                                   : "fine_label_names.txt");
    if (given != m_names.end() && given->second.size() == classes())
        return given->second;
    std::vector<std::string> names;
    for (std::size_t label = 0; label < classes(); ++label)
        names.push_back(hundred ? std::to_string(label) : cifarNames.at(label));
    return names;
}

Examples examplesOf(Records records)
{
    Examples examples;
    examples.features = FeatureTable(std::move(records.pixels), static_cast<Index>(imageBytes), 255.0F);
    examples.labels = std::move(records.labels);
    return examples;
}

} // namespace

std::span<const ReaderOption> cifarOptions()
{
    return cifarOptionList;
}

bool looksLikeCifar(const fs::path &path)
{
    const std::vector<std::string> files = someFiles(cifarTree(path));
    bool named = false; // train.bin alone may be anything
    for (const std::string &file : files)
        named |= isNameList(file) || file.find("cifar-100-binary/") != std::string::npos;
    named |= cifarTree(path).filename() == "cifar-100-binary";
    return std::ranges::any_of(files, [&](const std::string &file) {
        const auto role = cifarRole(file);
        return role && (!role->hundred || named);
    });
}

Result<std::shared_ptr<const Dataset>> readCifar(const fs::path &path, const DatasetOptions &options,
                                                 const ReadLimits &limits, const ReadProgress &progress)
{
    const auto resolved = resolveOptions(options, cifarOptionList);
    if (!resolved)
        return tl::unexpected(resolved.error());
    const auto testBatch = static_cast<int>(std::get<Index>(resolved->at("test_batch")));
    const fs::path tree = cifarTree(path);
    CifarLoad load(std::get<bool>(resolved->at("coarse")), limits);
    TreeVisit visit;
    visit.wanted = [](std::string_view file) { return cifarRole(file) || isNameList(file); };
    visit.take = [&load](TreeFile &file) { return load.take(file); };
    visit.stop = progress.stop;
    if (progress.report)
        visit.report = [&progress](double fraction) {
            constexpr double reading = 0.75; // of the time; the rest checks and digests
            progress.report(reading * fraction);
        };
    if (auto visited = visitFiles(tree, visit); !visited)
        return tl::unexpected(std::move(visited.error()));

    DatasetParts parts;
    parts.name = treeName(tree);
    parts.source = tree.string();
    parts.shape = {3, static_cast<Index>(side), static_cast<Index>(side)};
    parts.classNames = load.classNames();
    parts.test = examplesOf(load.records(testBatch, true));
    parts.train = examplesOf(load.records(testBatch, false));
    for (const auto &[examples, files] :
         {std::pair(&parts.train, "training records: data_batch_1.bin to 5, or train.bin"),
          std::pair(
              &parts.test,
              "test records: test_batch.bin, or test.bin, or the batch that the option test_batch names")})
        if (examples->labels.empty())
            return fail(ErrorCode::NotFound, std::string("no ") + files, tree.string());
    auto made = Dataset::make(std::move(parts), progress.stop);
    if (made && progress.report)
        progress.report(1.0);
    return made;
}

} // namespace rosler
