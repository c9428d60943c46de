# SPDX-License-Identifier: Apache-2.0
# Makes a C++ source that holds every resources/experiments/*.json as text.
file(GLOB experiment_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/resources/experiments/*.json)
list(SORT experiment_files)
set(experiment_rows "")
foreach(file ${experiment_files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME_WE)
    file(READ ${file} text)
    string(APPEND experiment_rows "    ShippedExperiment { \"${name}\", R\"json(${text})json\" },\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/shipped_experiments_data.cpp @ONLY CONTENT [=[
// Made from resources/experiments by CMake.
#include <array>

#include "core/experiment/shipped_experiments.h"

namespace rosler {

namespace {
constexpr std::array experiments {
@experiment_rows@};
}

std::span<const ShippedExperiment> shippedExperiments()
{
    return experiments;
}

} // namespace rosler
]=])
