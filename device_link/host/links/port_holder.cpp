// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/links/port_holder.h"

#include <algorithm>
#include <fstream>

#include <unistd.h>

namespace rosler {

namespace {

bool isNumber(const std::string &text)
{
    return !text.empty()
        && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool hasOpen(const std::filesystem::path &process, const std::filesystem::path &device)
{
    std::error_code error;
    for (std::filesystem::directory_iterator file(process / "fd", error), end; !error && file != end;
         file.increment(error)) {
        std::error_code ignored;
        if (std::filesystem::read_symlink(file->path(), ignored) == device)
            return true;
    }
    return false;
}

} // namespace

std::string holderOf(const std::filesystem::path &device, const std::filesystem::path &proc)
{
    std::error_code error;
    std::filesystem::path real = std::filesystem::canonical(device, error);
    if (error)
        real = device;
    const std::string self = std::to_string(::getpid());
    for (std::filesystem::directory_iterator process(proc, error), end; !error && process != end;
         process.increment(error)) {
        const std::string id = process->path().filename().string();
        if (!isNumber(id) || id == self || !hasOpen(process->path(), real))
            continue;
        std::string name;
        std::ifstream(process->path() / "comm") >> name;
        return (name.empty() ? "a program" : name) + " (process " + id + ")";
    }
    return {};
}

} // namespace rosler
