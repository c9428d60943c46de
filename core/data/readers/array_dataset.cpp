// SPDX-License-Identifier: Apache-2.0
#include "core/data/readers/array_dataset.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>

#include "core/base/ascii_text.h"
#include "core/data/file_tree.h"
#include "core/data/test_part.h"

namespace rosler {

namespace {

const std::array arrayOptionList {
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

const std::array<ArrayNames, 8> usualNames {{{"x_train", "y_train", "x_test", "y_test"},
                                             {"train_images", "train_labels", "test_images", "test_labels"},
                                             {"train_x", "train_y", "test_x", "test_y"},
                                             {"x", "y", "", ""},
                                             {"images", "labels", "", ""},
                                             {"data", "target", "", ""},
                                             {"data", "labels", "", ""},
                                             {"features", "labels", "", ""}}};

/// How a name is looked for.
std::string keyOf(std::string text)
{
    text.erase(0, text.find_first_not_of('/'));
    return lowerAscii(std::move(text));
}

/// Names of arrays as they are, by their small letters.
using Known = std::map<std::string, std::string, std::less<>>;

Result<ArrayNames> chooseNames(const DatasetOptions &options, const Known &known, const ArraySource &source)
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
            const auto found = known.find(keyOf(*wanted[i]));
            there = there && (wanted[i]->empty() || found != known.end());
            if (found != known.end())
                *wanted[i] = found->second;
        }
        if (there && names.testFeatures.empty() == names.testLabels.empty())
            return names;
    }
    if (source.arrays.empty())
        return fail(ErrorCode::NotFound, "no arrays", source.place);
    constexpr std::size_t mostListed = 50;
    std::string what = "no arrays of the usual or the asked names; there are:";
    for (std::size_t i = 0; i < source.arrays.size() && i < mostListed; ++i) {
        const ArraySource::Listed &listed = source.arrays[i];
        what += (i == 0 || listed.description.empty() ? " " : "; ") + className(listed.name)
            + (listed.description.empty() ? "" : " (" + listed.description + ")");
    }
    if (source.arrays.size() > mostListed)
        what += " and " + std::to_string(source.arrays.size() - mostListed) + " more";
    return fail(ErrorCode::NotFound, what, source.place);
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

/// One part, its labels as they are written.
struct ArrayPart {
    Examples examples;
    std::vector<std::int64_t> labels;
    ExampleShape shape;
};

Result<ArrayPart> partOf(Arrays &arrays, const std::string &features, const std::string &labels,
                         NumpyLayout layout, double divisor)
{
    NumpyArray &x = arrays.at(features);
    const NumpyArray &y = arrays.at(labels);
    if (x.rows() != y.rows())
        return fail(ErrorCode::Malformed,
                    std::to_string(x.rows()) + " examples, but " + std::to_string(y.rows()) + " labels in "
                        + className(labels),
                    x.place);
    ArrayPart part;
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
    x.bytes = std::vector<std::byte>(); // {} would keep their room
    auto numbers = numpyLabels(y);
    if (!numbers)
        return tl::unexpected(std::move(numbers.error()));
    part.labels = std::move(*numbers);
    return part;
}

/// A class for each label of the training part, in ascending order.
Result<std::vector<std::string>> nameClasses(ArrayPart &train, ArrayPart *test, const std::string &place)
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
    for (ArrayPart *part : {&train, test}) {
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

std::span<const ReaderOption> arrayOptions()
{
    return arrayOptionList;
}

Result<std::shared_ptr<const Dataset>>
datasetOfArrays(const ArraySource &source, const DatasetOptions &options, const ReadProgress &progress)
{
    const auto resolved = resolveOptions(options, arrayOptionList);
    if (!resolved)
        return tl::unexpected(resolved.error());
    const auto layout = layoutOf(std::get<std::string>(resolved->at("layout")));
    if (!layout)
        return tl::unexpected(layout.error());
    Known known;
    for (const ArraySource::Listed &listed : source.arrays)
        known.emplace(keyOf(listed.name), listed.name);
    const auto names = chooseNames(*resolved, known, source);
    if (!names)
        return tl::unexpected(names.error());
    auto arrays = source.read(*names);
    if (!arrays)
        return tl::unexpected(std::move(arrays.error()));
    const double divisor = std::get<double>(resolved->at("divisor"));
    auto train = partOf(*arrays, names->features, names->labels, *layout, divisor);
    if (!train)
        return tl::unexpected(std::move(train.error()));
    std::optional<ArrayPart> test;
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
    parts.name = source.name;
    parts.source = source.place;
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
