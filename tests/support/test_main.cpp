// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string_view>

#include "tests/support/test_entries.h"

#if defined(__SANITIZE_ADDRESS__)
extern "C" const char *
__asan_default_options() // NOLINT(bugprone-reserved-identifier): the sanitizer's own name
{
    // HDF5 asks C's malloc for as much as a damaged file claims, and takes none for an answer; what C++ asks
    // for stays an error.
    return "allocator_may_return_null=1";
}
extern "C" const char *__lsan_default_suppressions() // NOLINT(bugprone-reserved-identifier)
{
    return "leak:libhdf5"; // forgets some bytes of damaged files
}
#endif

int main(int argc, char *argv[])
{
    const std::span<const rosler::test::TestEntry> entries = rosler::test::testEntries();
    const std::string_view wanted = argc > 1 ? argv[1] : "";
    for (const rosler::test::TestEntry &entry : entries)
        if (wanted == entry.name)
            return entry.run(argc - 1, argv + 1); // its name stands where a program's own does
    std::fprintf(stderr, "usage: %s TEST [QT TEST ARGUMENT...]\ntests:\n", argv[0]);
    for (const rosler::test::TestEntry &entry : entries)
        std::fprintf(stderr, "  %s\n", entry.name);
    return 2;
}
