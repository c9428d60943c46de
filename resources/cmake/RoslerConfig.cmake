# SPDX-License-Identifier: Apache-2.0
# rosler_config: language level, warnings, sanitizers and CPU of every target.
include(CheckCXXCompilerFlag)

add_library(rosler_config INTERFACE)
target_compile_features(rosler_config INTERFACE cxx_std_20)
target_include_directories(rosler_config INTERFACE ${PROJECT_SOURCE_DIR})

set(rosler_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wdouble-promotion)
set(rosler_cxx_warnings ${rosler_warnings} -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    list(APPEND rosler_cxx_warnings -Wno-restrict) # false alarms on "text" + std::string: GCC bug 105651
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Of a class's private parts that only its own file sees; included, the file is not the main one.
    list(APPEND rosler_cxx_warnings -Wno-subobject-linkage)
endif()
target_compile_options(rosler_config INTERFACE
    "$<$<COMPILE_LANGUAGE:C>:${rosler_warnings}>"
    "$<$<COMPILE_LANGUAGE:CXX>:${rosler_cxx_warnings}>")

if(ROSLER_CPU STREQUAL "native")
    check_cxx_compiler_flag("-march=native" rosler_has_march_native)
    if(rosler_has_march_native)
        # Generic tuning: with the CPU's own, GCC 12 schedules Eigen's product kernel 20-30 % slower
        # (measured on Zen; resources/docs/decisions/0008-compiler-flags.md).
        target_compile_options(rosler_config INTERFACE -march=native -mtune=generic)
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
            # GCC 12's own avx512fintrin.h sets them off wherever Eigen is inlined.
            target_compile_options(rosler_config INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized)
        endif()
    endif()
endif()

if(ROSLER_CPU STREQUAL "packaged")
    # Programs for the lowest level; the library for all three (core/CMakeLists.txt). What they hand to each other
    # must be aligned alike.
    target_compile_definitions(rosler_config INTERFACE EIGEN_MAX_ALIGN_BYTES=64)
    if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
        set(level $<TARGET_PROPERTY:ROSLER_LEVEL>)
        target_compile_options(rosler_config INTERFACE -march=$<IF:$<BOOL:${level}>,${level},x86-64-v2> -mtune=generic)
        set(rosler_levels x86-64-v3 x86-64-v4)
    endif()
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    # The folder of the package's own library; the loader looks into glibc-hwcaps/ there for the best level.
    set(rosler_library_folder ${CMAKE_INSTALL_LIBDIR}/${PROJECT_NAME})
    set(CMAKE_INSTALL_RPATH ${CMAKE_INSTALL_FULL_LIBDIR}/${PROJECT_NAME})
endif()

if(ROSLER_CHECKS)
    target_compile_definitions(rosler_config INTERFACE ROSLER_CHECKS=1)
endif()

if(ROSLER_SANITIZE)
    target_compile_options(rosler_config INTERFACE -fsanitize=${ROSLER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(rosler_config INTERFACE -fsanitize=${ROSLER_SANITIZE})
    if(ROSLER_SANITIZE MATCHES undefined)
        # A third of the time of compiling C++, and the address sanitizer reports a null pointer as well. C keeps both:
        # the firmware runs where alignment matters.
        target_compile_options(rosler_config INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize=null,alignment>)
    endif()
endif()

if(ROSLER_GUI)
    find_package(Qt6 6.4 REQUIRED COMPONENTS Core Gui Widgets Charts Svg)
    add_library(rosler_qt_config INTERFACE)
    target_link_libraries(rosler_qt_config INTERFACE rosler_config Qt6::Core)
    target_compile_definitions(rosler_qt_config INTERFACE
        QT_NO_CAST_FROM_BYTEARRAY QT_NO_FOREACH QT_NO_KEYWORDS QT_NO_NARROWING_CONVERSIONS_IN_CONNECT)
endif()
