# SPDX-License-Identifier: Apache-2.0
# cmake -D SOURCE=... -D HEADER=... [-D GIT=...] -P WriteBuildCommit.cmake
# Writes which commit is being built, and whether the source differs from it. Run by every build; the header is
# touched only when that changes.
set(commit "")
set(modified false)
if(GIT)
    execute_process(COMMAND ${GIT} rev-parse HEAD WORKING_DIRECTORY ${SOURCE}
        OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    execute_process(COMMAND ${GIT} diff --quiet HEAD WORKING_DIRECTORY ${SOURCE}
        RESULT_VARIABLE differs OUTPUT_QUIET ERROR_QUIET)
    if(commit AND differs EQUAL 1)
        set(modified true)
    endif()
endif()
set(text "// Written by each build.
#pragma once

namespace rosler::build {

inline constexpr const char *commit = \"${commit}\";
inline constexpr bool modified = ${modified};

} // namespace rosler::build
")
set(before "")
if(EXISTS "${HEADER}")
    file(READ "${HEADER}" before)
endif()
if(NOT before STREQUAL text)
    file(WRITE "${HEADER}" "${text}")
endif()
