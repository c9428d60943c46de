# SPDX-License-Identifier: Apache-2.0
# Makes a C++ source that holds the kernels' files as text, for generated C to take along.
set(kernel_files
    device_link/firmware/kernels/rsl_convolution.c device_link/firmware/kernels/rsl_images.h
    device_link/firmware/kernels/rsl_depthwise.c device_link/firmware/kernels/rsl_extract.c
    device_link/firmware/kernels/rsl_pool.c device_link/firmware/kernels/rsl_standardise.c
    device_link/firmware/kernels/rsl_float_fpu.c device_link/firmware/kernels/rsl_float_portable.c
    device_link/firmware/kernels/rsl_kernels.h device_link/firmware/kernels/rsl_s8_dsp.c
    device_link/firmware/kernels/rsl_s8_helium.c device_link/firmware/kernels/rsl_s8_portable.c
    device_link/protocol/rsl_half.c device_link/protocol/rsl_layout.h
    device_link/protocol/rsl_quantise.c device_link/protocol/rsl_quantise.h)
set(kernel_rows "")
foreach(file ${kernel_files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${file})
    get_filename_component(name ${file} NAME)
    file(READ ${PROJECT_SOURCE_DIR}/${file} text)
    string(APPEND kernel_rows "    KernelSource { \"${name}\", R\"source(${text})source\" },\n")
endforeach()
list(LENGTH kernel_files kernel_count)
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/kernel_sources_data.cpp @ONLY CONTENT [=[
// Made from the firmware's kernels by CMake.
#include <array>

#include "device_link/host/kernel_sources.h"

namespace rosler {

namespace {
constexpr std::array kernels {
@kernel_rows@};
}

std::span<const KernelSource> kernelSources()
{
    return kernels;
}

} // namespace rosler
]=])
