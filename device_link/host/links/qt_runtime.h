// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace rosler {

/// Whether this build has serial ports (Qt SerialPort was there when it was made). Emulated boards and the
/// twin are always there.
[[nodiscard]] bool hasSerialPorts() noexcept;

/// What serial ports need in a program that has no QCoreApplication: make one at the begin of main(), before
/// any link. In a program that has its own it does nothing.
class QtRuntime
{
public:
    QtRuntime();
    ~QtRuntime();
    QtRuntime(const QtRuntime &) = delete;
    QtRuntime &operator=(const QtRuntime &) = delete;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
