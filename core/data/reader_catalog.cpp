// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <system_error>

#include "core/data/dataset_reader.h"
#include "core/data/readers/idx_reader.h"
#include "core/data/synthetic/digits.h"

namespace rosler {

namespace fs = std::filesystem;

namespace {

constexpr std::array readers {
    DatasetReader {
        "idx", "MNIST and other images in IDX files, plain or gzip: one of the four files, or their folder",
        "*-idx?-ubyte *-idx?-ubyte.gz *.idx?-ubyte *.idx?-ubyte.gz", looksLikeIdx, readIdx},
};

} // namespace

std::span<const DatasetReader> datasetReaders()
{
    return readers;
}

Result<std::shared_ptr<const Dataset>> loadDataset(const std::string &source, const ReadLimits &limits,
                                                   const ReadProgress &progress)
{
    if (source == builtInDigits) {
        auto digits = syntheticDigits(6000, 1000, 1, progress.stop);
        if (digits && progress.report)
            progress.report(1.0);
        return digits;
    }
    const fs::path path(source);
    std::error_code error;
    if (!fs::exists(path, error)) {
        if (error)
            return fail(ErrorCode::Unreadable, "cannot read: " + error.message(), source);
        return fail(ErrorCode::NotFound, "there is no such file or folder", source);
    }
    for (const DatasetReader &reader : readers) {
        if (reader.canRead(path))
            return reader.read(path, limits, progress);
    }
    std::string known;
    for (const DatasetReader &reader : readers)
        known.append("; ").append(reader.name).append(" (").append(reader.description).append(")");
    return fail(ErrorCode::Unsupported,
                "not a dataset that can be read here. These can: " + std::string(builtInDigits)
                    + " (generated, built in)" + known,
                source);
}

} // namespace rosler
