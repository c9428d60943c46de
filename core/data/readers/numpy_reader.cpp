// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/numpy_reader.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "core/data/file_tree.h"
#include "core/data/readers/numpy_array.h"
#include "core/data/test_part.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

const std::array numpyOptionList {
    ReaderOption {"features", "the array to train on; empty: by the usual names", std::string()},
    ReaderOption {"labels", "its labels", std::string()},
    ReaderOption {"test_features", "the array to test on; empty: a share of the first", std::string()},
    ReaderOption {"test_labels", "its labels", std::string()},
    ReaderOption {"layout", "images of four extents: auto, hwc (channels last) or chw (planes)",
                  std::string("auto")},
    ReaderOption {"divisor", "features are the numbers divided by this; 0: bytes by 255, others by 1", 0.0, 0,
                  1e9},
    testShareOption,
    splitSeedOption,
};

/// Features and labels to train on, and to test on or none.
struct ArrayNames {
    std::string features;
    std::string labels;
    std::string testFeatures;
    std::string testLabels;
};

const std::array<ArrayNames, 8> usualNames {{{"x_train", "y_train", "x_test", "y_test"},
                                             {"train_images", "train_labels", "test_images", "test_labels"},
                                             {"train_x", "train_y", "test_x", "test_y"},
                                             {"x", "y", "", ""},
                                             {"images", "labels", "", ""},
                                             {"data", "target", "", ""},
                                             {"data", "labels", "", ""},
                                             {"features", "labels", "", ""}}};

std::string smallLetters(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::tolower(c) : c); });
    return text;
}

/// "x_train" of "x_train.npy" at the top; none of other files.
std::optional<std::string> arrayName(std::string_view path)
{
    if (!path.ends_with(".npy") || path.find('/') != std::string_view::npos)
        return std::nullopt;
    return std::string(path.substr(0, path.size() - 4));
}

/// The archive or the folder that holds the arrays, or an empty path.
fs::path numpyTree(const fs::path &path)
{
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) {
        if (path.extension() == ".npz")
            return path;
        return path.extension() == ".npy" ? fs::absolute(path, ignored).lexically_normal().parent_path()
                                          : fs::path();
    }
    std::vector<fs::path> archives;
    bool arrays = false;
    std::error_code error;
    for (fs::directory_iterator entry(path, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        if (entry->path().extension() == ".npz")
            archives.push_back(entry->path());
        arrays |= entry->path().extension() == ".npy";
    }
    return archives.size() == 1 ? archives.front() : arrays ? path : fs::path();
}

/// Names of arrays as they are, by their small letters.
using Known = std::map<std::string, std::string, std::less<>>;

Result<ArrayNames> chooseNames(const DatasetOptions &options, const Known &known, const fs::path &tree)
{
    const auto text = [&](std::string_view name) {
        return std::get<std::string>(options.find(name)->second);
    };
    const ArrayNames asked {text("features"), text("labels"), text("test_features"), text("test_labels")};
    const auto all = [](const ArrayNames &names) {
        return std::array {&names.features, &names.labels, &names.testFeatures, &names.testLabels};
    };
    for (const ArrayNames &usual : usualNames) {
        ArrayNames names = asked;
        const auto wanted =
            std::array {&names.features, &names.labels, &names.testFeatures, &names.testLabels};
        const bool anyTest = !asked.testFeatures.empty() || asked.features.empty();
        bool there = true;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (wanted[i]->empty() && (i < 2 || anyTest))
                *wanted[i] = *all(usual)[i];
            const auto found = known.find(smallLetters(*wanted[i]));
            there = there && (wanted[i]->empty() || found != known.end());
            if (found != known.end())
                *wanted[i] = found->second;
        }
        if (there && names.testFeatures.empty() == names.testLabels.empty())
            return names;
    }
    std::string what = "no arrays of the usual or the asked names; there are:";
    for (const auto &[small, name] : known)
        what += ' ' + className(name);
    return fail(ErrorCode::NotFound, known.empty() ? "no arrays" : what, tree.string());
}

Result<NumpyLayout> layoutOf(const std::string &name)
{
    if (name == "auto")
        return NumpyLayout::Auto;
    if (name == "hwc" || name == "chw")
        return name == "hwc" ? NumpyLayout::Pixels : NumpyLayout::Planes;
    return fail(ErrorCode::OutOfRange, '"' + className(name) + "\" is none of auto, hwc and chw",
                "options/layout");
}

/// The arrays by their names. Each is read once.
using Arrays = std::map<std::string, NumpyArray, std::less<>>;

Result<Arrays> readArrays(const fs::path &tree, const ArrayNames &names, const ReadLimits &limits,
                          const ReadProgress &progress)
{
    Arrays arrays;
    std::uint64_t left = limits.maxBytes;
    TreeVisit visit;
    visit.stop = progress.stop;
    visit.mostBytes = 4 * limits.maxBytes;
    if (progress.report)
        visit.report = [&progress](double fraction) {
            constexpr double reading = 0.75; // of the time; the rest checks and digests
            progress.report(reading * fraction);
        };
    visit.wanted = [&names](std::string_view path) {
        const auto name = arrayName(path);
        return name
            && (*name == names.features || *name == names.labels || *name == names.testFeatures
                || *name == names.testLabels);
    };
    visit.take = [&](TreeFile &file) -> Result<void> {
        auto array = readNumpyArray(file, left);
        if (!array)
            return tl::unexpected(std::move(array.error()));
        left -= array->bytes.size();
        if (array->rows() > limits.maxExamples)
            return fail(ErrorCode::OutOfRange,
                        std::to_string(array->rows()) + " examples; at most "
                            + std::to_string(limits.maxExamples) + " are allowed",
                        file.where(0));
        if (!arrays.try_emplace(*arrayName(file.path()), std::move(*array)).second)
            return fail(ErrorCode::Malformed, "there twice", file.where(0));
        return {};
    };
    if (auto visited = visitFiles(tree, visit); !visited)
        return tl::unexpected(std::move(visited.error()));
    return arrays;
}

/// One part, its labels as they are written.
struct NumpyPart {
    Examples examples;
    std::vector<std::int64_t> labels;
    ExampleShape shape;
};

Result<NumpyPart> partOf(Arrays &arrays, const std::string &features, const std::string &labels,
                         NumpyLayout layout, double divisor)
{
    NumpyArray &x = arrays.at(features);
    const NumpyArray &y = arrays.at(labels);
    if (x.rows() != y.rows())
        return fail(ErrorCode::Malformed,
                    std::to_string(x.rows()) + " examples, but " + std::to_string(y.rows()) + " labels in "
                        + className(labels),
                    x.place);
    NumpyPart part;
    bool planes = false;
    part.shape = numpyShape(x, layout, planes);
    constexpr Index mostTurned = 1 << 24;
    if ((planes || x.fortran) && x.cols() > mostTurned)
        return fail(ErrorCode::OutOfRange,
                    "examples of " + std::to_string(x.cols())
                        + " numbers that do not lie in their order; at most " + std::to_string(mostTurned)
                        + " are turned",
                    x.place);
    part.examples.features = numpyFeatures(x, planes, divisor);
    x.bytes = {};
    auto numbers = numpyLabels(y);
    if (!numbers)
        return tl::unexpected(std::move(numbers.error()));
    part.labels = std::move(*numbers);
    return part;
}

/// A class for each label of the training part, in ascending order.
Result<std::vector<std::string>> nameClasses(NumpyPart &train, NumpyPart *test, const std::string &place)
{
    std::vector<std::int64_t> classes = train.labels;
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    constexpr std::size_t most = 65535;
    if (classes.size() > most)
        return fail(ErrorCode::OutOfRange,
                    std::to_string(classes.size()) + " different labels; at most " + std::to_string(most)
                        + " are classes",
                    place);
    for (NumpyPart *part : {&train, test}) {
        if (part == nullptr)
            continue;
        part->examples.labels.reserve(part->labels.size());
        for (std::size_t row = 0; row < part->labels.size(); ++row) {
            const auto found = std::lower_bound(classes.begin(), classes.end(), part->labels[row]);
            if (found == classes.end() || *found != part->labels[row])
                return fail(ErrorCode::Malformed,
                            "test example " + std::to_string(row) + " has label "
                                + std::to_string(part->labels[row]) + ", which no training example has",
                            place);
            part->examples.labels.push_back(static_cast<std::uint16_t>(found - classes.begin()));
        }
    }
    std::vector<std::string> names;
    for (const std::int64_t label : classes)
        names.push_back(std::to_string(label));
    return names;
}

} // namespace

std::span<const ReaderOption> numpyOptions()
{
    return numpyOptionList;
}

bool looksLikeNumpy(const fs::path &path)
{
    return !numpyTree(path).empty();
}

Result<std::shared_ptr<const Dataset>> readNumpy(const fs::path &path, const DatasetOptions &options,
                                                 const ReadLimits &limits, const ReadProgress &progress)
{
    const auto resolved = resolveOptions(options, numpyOptionList);
    if (!resolved)
        return tl::unexpected(resolved.error());
    const auto layout = layoutOf(std::get<std::string>(resolved->at("layout")));
    if (!layout)
        return tl::unexpected(layout.error());
    const fs::path tree = numpyTree(path);
    if (tree.empty())
        return fail(ErrorCode::NotFound, "no arrays of numpy", path.string());
    Known known;
    TreeVisit list;
    list.stop = progress.stop;
    list.mostFiles = 100'000;
    list.wanted = [&known](std::string_view file) {
        if (const auto name = arrayName(file))
            known.emplace(smallLetters(*name), *name);
        return false;
    };
    if (auto visited = visitFiles(tree, list); !visited)
        return tl::unexpected(std::move(visited.error()));
    const auto names = chooseNames(*resolved, known, tree);
    if (!names)
        return tl::unexpected(names.error());
    auto arrays = readArrays(tree, *names, limits, progress);
    if (!arrays)
        return tl::unexpected(std::move(arrays.error()));
    const double divisor = std::get<double>(resolved->at("divisor"));
    auto train = partOf(*arrays, names->features, names->labels, *layout, divisor);
    if (!train)
        return tl::unexpected(std::move(train.error()));
    std::optional<NumpyPart> test;
    if (!names->testFeatures.empty()) {
        auto read = partOf(*arrays, names->testFeatures, names->testLabels, *layout, divisor);
        if (!read)
            return tl::unexpected(std::move(read.error()));
        test = std::move(*read);
        if (test->shape != train->shape)
            return fail(ErrorCode::Malformed, "test examples of another shape than training examples",
                        arrays->at(names->testFeatures).place);
    }
    auto classes = nameClasses(*train, test ? &*test : nullptr,
                               arrays->at(test ? names->testLabels : names->labels).place);
    if (!classes)
        return tl::unexpected(std::move(classes.error()));
    DatasetParts parts;
    parts.name = treeName(tree);
    parts.source = tree.string();
    parts.shape = train->shape;
    parts.classNames = std::move(*classes);
    if (test) {
        parts.train = std::move(train->examples);
        parts.test = std::move(test->examples);
    } else {
        const std::vector<bool> drawn = drawTestPart(
            train->examples.labels, parts.classNames.size(), std::get<double>(resolved->at("test_share")),
            static_cast<std::uint64_t>(std::get<Index>(resolved->at("split_seed"))));
        std::tie(parts.train, parts.test) = tornApart(train->examples, drawn);
    }
    auto made = Dataset::make(std::move(parts), progress.stop);
    if (made && progress.report)
        progress.report(1.0);
    return made;
}

} // namespace rosler
