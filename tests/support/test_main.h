// SPDX-License-Identifier: Apache-2.0
#pragma once

// Included before every test's file (resources/cmake/RoslerTest.cmake). Several tests make one executable, so
// QTEST_MAIN(SomeTest), QTEST_GUILESS_MAIN and QTEST_APPLESS_MAIN define runSomeTest() here, not main(),
// which stands in test_main.cpp and is told by name which one to run:
//
//     build/release/tests/core.nn products_test byHand

#include <QtTest>

#undef QTEST_MAIN_WRAPPER
#define QTEST_MAIN_WRAPPER(TestObject, ...)                                                                  \
    int run##TestObject(int argc, char *argv[])                                                              \
    {                                                                                                        \
        TESTLIB_SELFCOVERAGE_START(#TestObject)                                                              \
        QT_PREPEND_NAMESPACE(QTest::Internal::callInitMain)<TestObject>();                                   \
        __VA_ARGS__                                                                                          \
        TestObject tc;                                                                                       \
        QTEST_SET_MAIN_SOURCE_PATH                                                                           \
        return QTest::qExec(&tc, argc, argv);                                                                \
    }
