// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string_view>

#include "tests/support/test_entries.h"

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
