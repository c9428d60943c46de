// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/resources.h"

#include <QtGlobal>

// The macro declares a function, which has to stand outside of any namespace.
static void initOutsideOfNamespaces()
{
    Q_INIT_RESOURCE(rosler);
}

void rosler::initResources()
{
    initOutsideOfNamespaces();
}
