// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rosler {

/// One file of a published dataset. What of size and digests is known, a download has to match.
struct PublishedFile {
    std::string name;       ///< in the dataset's folder
    std::string address;    ///< of the publisher
    std::uint64_t size = 0; ///< bytes; 0 = not known
    std::string sha256;     ///< lower-case hexadecimal; empty = not known
    std::string md5;        ///< the same, for what was published with no other
};

/// Data that anyone may fetch from those who publish them.
struct PublishedData {
    std::string name;  ///< of the folder, and for people: "fashion-mnist"
    std::string title; ///< one line: what it is, and whose
    std::string terms; ///< what the publisher says of its use
    std::vector<PublishedFile> files;
};

/// All that this build knows the addresses of.
[[nodiscard]] std::span<const PublishedData> publishedData();

/// None of that name: null.
[[nodiscard]] const PublishedData *findPublishedData(std::string_view name);

} // namespace rosler
