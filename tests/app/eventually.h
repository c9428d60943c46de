// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

/// Waits, with events, until it is so: as long as a busy machine may need for a whole small training.
#define EVENTUALLY(condition)              QTRY_VERIFY_WITH_TIMEOUT(condition, 30000)
#define EVENTUALLY_EQUAL(actual, expected) QTRY_COMPARE_WITH_TIMEOUT(actual, expected, 30000)
