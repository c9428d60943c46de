// SPDX-License-Identifier: Apache-2.0
#include "core/training/answers.h"

#include <algorithm>
#include <atomic>

#include <tbb/parallel_for.h>

namespace rosler {

namespace {

constexpr Index piece = 128; ///< examples that are computed together

} // namespace

Result<std::vector<std::uint16_t>> answersOf(const Network &network, const Examples &examples,
                                             const std::stop_token &stop)
{
    if (examples.features.cols() != network.features())
        return fail(ErrorCode::Rejected,
                    "the model reads " + std::to_string(network.features()) + " features, the data have "
                        + std::to_string(examples.features.cols()));
    std::vector<std::uint16_t> answers(static_cast<std::size_t>(examples.count()));
    tbb::parallel_for(
        Index {0}, (examples.count() + piece - 1) / piece,
        [&](Index number) {
            if (stop.stop_requested())
                return;
            const Index first = number * piece;
            Matrix room;
            const Matrix logits = network.predict(
                examples.features.rows(first, std::min(piece, examples.count() - first), room));
            std::ranges::copy(argmaxRows(view(logits)), answers.begin() + first);
        },
        tbb::simple_partitioner {});
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, "cancelled");
    return answers;
}

} // namespace rosler
