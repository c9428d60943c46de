// SPDX-License-Identifier: Apache-2.0
#include "core/nn/sgemm_peak.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include <tbb/parallel_for.h>

#include "core/base/contract.h"
#include "core/base/matrix.h"

namespace rosler {

double sgemmPeak(int threads)
{
    ROSLER_EXPECTS(threads >= 1);
    constexpr Index n = 1'536;
    constexpr int repetitions = 5;
    struct Operands {
        Matrix a = Matrix::Constant(n, n, 0.5F);
        Matrix b = Matrix::Constant(n, n, 0.25F);
        Matrix c = Matrix::Zero(n, n);
    };
    std::vector<Operands> operands(static_cast<std::size_t>(threads));
    double best = 0;
    for (int i = 0; i < repetitions; ++i) {
        const auto start = std::chrono::steady_clock::now();
        tbb::parallel_for(
            0, threads,
            [&](int t) {
                auto &o = operands[static_cast<std::size_t>(t)];
                o.c.noalias() = o.a * o.b;
            },
            tbb::simple_partitioner {});
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        best = std::max(best, 2.0 * n * n * n * threads / taken.count() / 1e9);
    }
    return best;
}

} // namespace rosler
