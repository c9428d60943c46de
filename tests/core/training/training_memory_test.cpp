// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <memory>

#include <malloc.h>
#include <tbb/task_arena.h>

#include <QtTest>

#include "core/cost/cost_model.h"
#include "core/data/synthetic/digits.h"
#include "core/training/trainer.h"
#include "tests/support/layers.h"

namespace training_memory_test {

using namespace rosler;
using Sizes = std::vector<Index>;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
constexpr bool counts = false; // the sanitizers stand there themselves
#else
constexpr bool counts = true;
#endif

namespace {

std::atomic<std::ptrdiff_t> heldBytes = 0;
std::atomic<std::ptrdiff_t> peakBytes = 0;

[[maybe_unused]] void *taken(void *p)
{
    const auto bytes = static_cast<std::ptrdiff_t>(::malloc_usable_size(p));
    const std::ptrdiff_t now = heldBytes += bytes;
    std::ptrdiff_t peak = peakBytes;
    while (now > peak && !peakBytes.compare_exchange_weak(peak, now)) { }
    return p;
}

[[maybe_unused]] void givenBack(void *p)
{
    heldBytes -= static_cast<std::ptrdiff_t>(::malloc_usable_size(p));
}

} // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && defined(__GLIBC__)

// Stand before the C library's, so that every allocation of the process is counted, operator new's too.
extern "C" {
void *__libc_malloc(std::size_t size);
void *__libc_calloc(std::size_t count, std::size_t size);
void *__libc_realloc(void *p, std::size_t size);
void *__libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void *p);

void *malloc(std::size_t size)
{
    return taken(__libc_malloc(size));
}
void *calloc(std::size_t count, std::size_t size)
{
    return taken(__libc_calloc(count, size));
}
void *realloc(void *p, std::size_t size)
{
    givenBack(p);
    void *const moved = __libc_realloc(p, size);
    if (moved != nullptr)
        return taken(moved);
    if (size > 0)
        taken(p); // is still there
    return nullptr;
}
void *memalign(std::size_t alignment, std::size_t size)
{
    return taken(__libc_memalign(alignment, size));
}
void *aligned_alloc(std::size_t alignment, std::size_t size)
{
    return taken(__libc_memalign(alignment, size));
}
int posix_memalign(void **p, std::size_t alignment, std::size_t size)
{
    *p = taken(__libc_memalign(alignment, size));
    return *p == nullptr ? ENOMEM : 0;
}
void free(void *p)
{
    givenBack(p);
    __libc_free(p);
}
}

#endif

namespace {

class Silence final : public TrainerObserver
{
public:
    void sampled(const MetricSample & /*sample*/) override { }
};

constexpr Index trainExamples = 1'200;

} // namespace

class TrainingMemoryTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void forecastIsWhatIsAllocated_data();
    void forecastIsWhatIsAllocated();
};

void TrainingMemoryTest::forecastIsWhatIsAllocated_data()
{
    QTest::addColumn<TrialSpec>("spec");
    const auto rows = [](const char *name, const TrialSpec &spec) {
        for (const Index batch : {1, 32, 128, 1'000, 5'000}) {
            TrialSpec one = spec;
            one.training.batch = batch;
            one.training.epochs = 2;
            QTest::addRow("%s, batch %d", name, static_cast<int>(batch)) << one;
        }
    };
    TrialSpec small;
    small.model.layers = layersOf({200});
    rows("dense, in pieces", small);
    TrialSpec dense;
    dense.model.layers = layersOf({600, 1'024});
    rows("dense, whole batches", dense);
    TrialSpec momentum = dense;
    momentum.training.optimizer = OptimizerKind::Sgd;
    rows("dense, momentum", momentum);
    TrialSpec sketched;
    sketched.model.layers = layersOf({1'024, 1'024}, {32, 10, 8}, {448, 384, 384});
    rows("sketched", sketched);
    TrialSpec picks = sketched;
    picks.model.sketch.gradientSketch = 0.5;
    rows("gradient sketch", picks);
    TrialSpec wide;
    wide.model.layers = layersOf({4'096, 4'096}, {24, 24, 10}, {784, 4'096, 4'096});
    rows("sketched, whole batches", wide);
    TrialSpec mixed;
    mixed.model.layers = {fullyConnected(300, Sketch {16, {}}), fullyConnected(700),
                          fullyConnected({}, Sketch {8, {}})};
    rows("mixed", mixed);
}

void TrainingMemoryTest::forecastIsWhatIsAllocated()
{
    if (!counts)
        QSKIP("allocations are counted in builds without sanitizers");
    QFETCH(TrialSpec, spec);
    // One example to test with: what an evaluation takes besides is not the forecast's.
    const auto data = syntheticDigits(trainExamples, 1).value();
    tbb::task_arena arena(2);
    arena.execute([&] {
        const std::ptrdiff_t before = heldBytes;
        auto trainer = Trainer::create(spec, data).value();
        peakBytes = heldBytes.load(); // the drawing of the sketch is over
        Silence silence;
        PauseGate gate;
        while (trainer.advance(silence, {}, gate) == Trainer::Advance::EpochEnded) { }
        const auto most = static_cast<double>(peakBytes - before);
        const auto cost = costOf(spec, data->shape(), data->classes(), data->train().count());
        const auto forecast = static_cast<double>(cost->trainMemoryBytes);
        // The objects themselves, the lists of layers, and what a product packs: small, whatever the batch.
        constexpr double besides = 64'000;
        QVERIFY2(most >= 0.99 * forecast && most <= 1.02 * forecast + besides,
                 qPrintable(QStringLiteral("%1 allocated, %2 forecast").arg(most).arg(forecast)));
    });
}

QTEST_APPLESS_MAIN(TrainingMemoryTest)

} // namespace training_memory_test

#include "training_memory_test.moc"
