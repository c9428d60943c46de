# SPDX-License-Identifier: Apache-2.0
# Makes a C++ source that holds every resources/boards/*.json as text.
file(GLOB board_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/resources/boards/*.json)
list(SORT board_files)
set(board_rows "")
foreach(file ${board_files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} text)
    string(APPEND board_rows "    ShippedBoard { \"${name}\", R\"json(${text})json\" },\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/shipped_boards_data.cpp @ONLY CONTENT [=[
// Made from resources/boards by CMake.
#include <array>

#include "device_link/host/shipped_boards.h"

namespace rosler {

namespace {
constexpr std::array boards {
@board_rows@};
}

std::span<const ShippedBoard> shippedBoards()
{
    return boards;
}

} // namespace rosler
]=])
