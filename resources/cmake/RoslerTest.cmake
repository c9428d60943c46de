# SPDX-License-Identifier: Apache-2.0
# rosler_test(core/nn/sketched_layer_test LIBS rosler_core [LABELS slow]): one QObject, one executable,
# built from tests/<path>.cpp and run by ctest under the path as its name.
function(rosler_test path)
    cmake_parse_arguments(arg "" "TIMEOUT" "LIBS;LABELS;SOURCES" ${ARGN})
    string(REPLACE "/" "." target ${path})
    add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/${path}.cpp ${arg_SOURCES})
    set_target_properties(${target} PROPERTIES AUTOMOC ON
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_link_libraries(${target} PRIVATE rosler_config ${arg_LIBS} Qt6::Test)
    # QT_NO_KEYWORDS: Qt's `emit` breaks oneTBB's headers.
    target_compile_definitions(${target} PRIVATE ROSLER_SOURCE_DIR="${PROJECT_SOURCE_DIR}" QT_NO_KEYWORDS)
    add_test(NAME ${path} COMMAND ${target})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    set(lsan "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/resources/cmake/lsan.supp:print_suppressions=0")
    set_tests_properties(${path} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}"
        ENVIRONMENT "QT_QPA_PLATFORM=offscreen;ASAN_OPTIONS=detect_leaks=1;UBSAN_OPTIONS=print_stacktrace=1;${lsan}")
endfunction()
