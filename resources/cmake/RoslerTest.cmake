# SPDX-License-Identifier: Apache-2.0
# rosler_test(core/nn/sketched_layer_test LIBS rosler_core [LABELS slow]): one QObject, SketchedLayerTest, in
# tests/<path>.cpp, run by ctest under the path as its name. All tests of a CMakeLists.txt are one executable,
# core.nn, that takes the test's name; their LIBS, SOURCES and DEFINITIONS are its.
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
    set_property(TARGET ${target} APPEND PROPERTY ROSLER_TEST_RUNS "int run${class}(int argc, char *argv[])")
    set_property(TARGET ${target} APPEND PROPERTY ROSLER_TEST_ROWS "        {\"${name}\", run${class}},")

    set(source ${PROJECT_SOURCE_DIR}/tests/${path}.cpp)
    target_sources(${target} PRIVATE ${source} ${arg_SOURCES})
    set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -include ${PROJECT_SOURCE_DIR}/tests/support/test_main.h)
    target_link_libraries(${target} PRIVATE ${arg_LIBS})
    target_compile_definitions(${target} PRIVATE ${arg_DEFINITIONS})

    add_test(NAME ${path} COMMAND ${target} ${name})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    set(lsan "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/resources/cmake/lsan.supp:print_suppressions=0")
    set_tests_properties(${path} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
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
    set_property(SOURCE ${table} PROPERTY SKIP_AUTOGEN ON)
    set_target_properties(${target} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    if(NOT target MATCHES "[.]")
        # CMake's own folder has that name there.
        set_target_properties(${target} PROPERTIES OUTPUT_NAME ${target}.tests)
    endif()
    target_link_libraries(${target} PRIVATE rosler_config Qt6::Test)
    # QT_NO_KEYWORDS: Qt's `emit` breaks oneTBB's headers.
    target_compile_definitions(${target} PRIVATE ROSLER_SOURCE_DIR="${PROJECT_SOURCE_DIR}" QT_NO_KEYWORDS)
    file(GENERATE OUTPUT ${table} CONTENT "// Made by CMake: the tests that rosler_test() names for this executable.
#include \"tests/support/test_main.h\"

$<JOIN:$<TARGET_PROPERTY:${target},ROSLER_TEST_RUNS>,;
>;

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
