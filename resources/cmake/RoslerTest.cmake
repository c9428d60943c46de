# SPDX-License-Identifier: Apache-2.0
# rosler_test(core/nn/sketched_layer_test LIBS rosler_core [LABELS slow]): one QObject, SketchedLayerTest, in
# tests/<path>.cpp, run by ctest under the path as its name. All tests of a CMakeLists.txt are one executable,
# core.nn, that takes the test's name; their LIBS, SOURCES and DEFINITIONS are its. A unity build compiles them
# together: all that a file defines stands in a namespace of the test's name.
#   ALONE         an executable of its own, for a test that stands before functions of the C library
#   PROCESSORS n  how many cores it keeps busy, for ctest -j; 1 unless said
#   LOCK name     no two tests with one lock run side by side
function(rosler_test path)
    cmake_parse_arguments(arg "ALONE" "TIMEOUT;PROCESSORS;LOCK" "LIBS;LABELS;SOURCES;DEFINITIONS" ${ARGN})
    get_filename_component(name ${path} NAME)
    set(folder ${path})
    if(NOT arg_ALONE)
        file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR}/tests ${CMAKE_CURRENT_SOURCE_DIR})
    endif()
    string(REPLACE "/" "." target ${folder})
    if(NOT TARGET ${target})
        rosler_test_executable(${target})
    endif()

    # products_test is ProductsTest.
    string(REPLACE "_" ";" words ${name})
    set(class "")
    foreach(word ${words})
        string(SUBSTRING ${word} 0 1 first)
        string(SUBSTRING ${word} 1 -1 rest)
        string(TOUPPER ${first} first)
        string(APPEND class ${first}${rest})
    endforeach()
    set_property(TARGET ${target} APPEND PROPERTY ROSLER_TEST_RUNS "namespace ${name} { int run${class}(int argc, char *argv[])")
    set_property(TARGET ${target} APPEND PROPERTY ROSLER_TEST_ROWS "        {\"${name}\", ${name}::run${class}},")

    # Not AUTOMOC, which reads all that a test includes, Eigen's headers too, for seconds: a test's slots need none.
    set(source ${PROJECT_SOURCE_DIR}/tests/${path}.cpp)
    set(moc ${CMAKE_CURRENT_BINARY_DIR}/moc/${name}.moc)
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/moc)
    add_custom_command(OUTPUT ${moc} COMMAND Qt6::moc -o ${moc} ${source} DEPENDS ${source} VERBATIM)
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/moc)
    target_sources(${target} PRIVATE ${source} ${moc} ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE ${arg_LIBS})
    target_compile_definitions(${target} PRIVATE ${arg_DEFINITIONS})

    add_test(NAME ${path} COMMAND ${target} ${name})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    set(lsan "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/resources/cmake/lsan.supp:print_suppressions=0")
    set(timeout ${arg_TIMEOUT})
    if(ROSLER_SANITIZE AND timeout LESS 300) # several times slower
        set(timeout 300)
    endif()
    # What may take longest starts first, so that no core waits for it at the end.
    set_tests_properties(${path} PROPERTIES TIMEOUT ${timeout} COST ${arg_TIMEOUT} LABELS "${arg_LABELS}"
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;ASAN_OPTIONS=detect_leaks=1;UBSAN_OPTIONS=print_stacktrace=1;${lsan}")
    if(arg_PROCESSORS)
        set_tests_properties(${path} PROPERTIES PROCESSORS ${arg_PROCESSORS})
    endif()
    if(arg_LOCK)
        set_tests_properties(${path} PROPERTIES RESOURCE_LOCK ${arg_LOCK})
    endif()
endfunction()

# Makes the executable that rosler_test() adds tests to, with the table that its main() looks into.
function(rosler_test_executable target)
    set(table ${CMAKE_CURRENT_BINARY_DIR}/${target}_table.cpp)
    add_executable(${target} ${table} ${PROJECT_SOURCE_DIR}/tests/support/test_main.cpp)
    set_source_files_properties(${table} ${PROJECT_SOURCE_DIR}/tests/support/test_main.cpp
        PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
    set_target_properties(${target} PROPERTIES UNITY_BUILD_BATCH_SIZE 8 RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    if(NOT target MATCHES "[.]")
        # CMake's own folder has that name there.
        set_target_properties(${target} PROPERTIES OUTPUT_NAME ${target}.tests)
    endif()
    target_link_libraries(${target} PRIVATE rosler_config)
    rosler_precompile_test_headers(${target})
    # QT_NO_KEYWORDS: Qt's `emit` breaks oneTBB's headers.
    target_compile_definitions(${target} PRIVATE ROSLER_SOURCE_DIR="${PROJECT_SOURCE_DIR}" QT_NO_KEYWORDS)
    file(GENERATE OUTPUT ${table} CONTENT "// Made by CMake: the tests that rosler_test() names for this executable.
#include \"tests/support/test_entries.h\"

$<JOIN:$<TARGET_PROPERTY:${target},ROSLER_TEST_RUNS>,; }
>; }

std::span<const rosler::test::TestEntry> rosler::test::testEntries()
{
    static constexpr TestEntry entries[] = {
$<JOIN:$<TARGET_PROPERTY:${target},ROSLER_TEST_ROWS>,
>
    };
    return entries;
}
")
endfunction()

# test_main.h comes before all else that a test includes. The headers that tests take from others are compiled
# once: one set for tests without widgets and one for those of the window.
function(rosler_precompile_test_headers target)
    set(headers ${PROJECT_SOURCE_DIR}/tests/support/test_main.h <algorithm> <cmath> <filesystem> <fstream> <functional>
        <map> <memory> <optional> <random> <string> <vector> <Eigen/Core> <tl/expected.hpp> <QDir> <QJsonArray>
        <QJsonDocument> <QJsonObject> <QProcess> <QSignalSpy> <QTemporaryDir>)
    set(common rosler_test_headers)
    set(libraries Qt6::Test)
    if(target MATCHES "^(widgets|app[.](gui|session))")
        set(common rosler_window_test_headers)
        list(APPEND headers <QtWidgets>)
        list(APPEND libraries Qt6::Widgets rosler_qt_config)
    endif()
    target_link_libraries(${target} PRIVATE rosler_core ${libraries})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        # GCC bug 105651 again, in strings whose header is precompiled.
        target_compile_options(${target} PRIVATE -Wno-stringop-overflow -Wno-array-bounds)
    endif()
    if(NOT TARGET ${common})
        add_library(${common} OBJECT ${PROJECT_SOURCE_DIR}/tests/support/test_headers.cpp)
        set_target_properties(${common} PROPERTIES UNITY_BUILD OFF)
        target_link_libraries(${common} PRIVATE rosler_core ${libraries})
        target_compile_options(${common} PRIVATE $<TARGET_PROPERTY:${target},COMPILE_OPTIONS>)
        target_compile_definitions(${common} PRIVATE QT_NO_KEYWORDS)
        target_precompile_headers(${common} PRIVATE ${headers})
    endif()
    target_precompile_headers(${target} REUSE_FROM ${common})
endfunction()
