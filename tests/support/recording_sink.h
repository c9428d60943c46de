// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <mutex>
#include <span>
#include <vector>

#include "core/nn/layer.h"

namespace rosler {

/// Remembers what a backward pass announced, and how often. From any thread.
class RecordingSink final : public GradientSink
{
public:
    explicit RecordingSink(std::size_t numbers)
        : m_values(numbers)
        , m_times(numbers)
    {
    }

    void ready(Index offset, std::span<const float> gradient) override
    {
        const std::lock_guard lock(m_mutex);
        for (std::size_t i = 0; i < gradient.size(); ++i) {
            m_values.at(static_cast<std::size_t>(offset) + i) = gradient[i];
            ++m_times.at(static_cast<std::size_t>(offset) + i);
        }
    }

    bool heardAllOnce() const
    {
        return std::all_of(m_times.begin(), m_times.end(), [](int n) { return n == 1; });
    }
    const std::vector<float> &values() const { return m_values; }
    const std::vector<int> &times() const { return m_times; }

private:
    std::mutex m_mutex;
    std::vector<float> m_values;
    std::vector<int> m_times;
};

} // namespace rosler
