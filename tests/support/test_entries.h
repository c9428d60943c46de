// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace rosler::test {

struct TestEntry {
    const char *name; ///< "products_test"
    int (*run)(int argc, char *argv[]);
};

/// The tests of this executable, as CMake lists them.
[[nodiscard]] std::span<const TestEntry> testEntries();

} // namespace rosler::test
