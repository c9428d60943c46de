// SPDX-License-Identifier: Apache-2.0
// Damaged data files of every format that is read, plain and packed, and models of other programs: each gives
// what was asked for, or an error that names a file, in little time and memory.
//
//     reader_fuzz COUNT SEED [FIRST]
//
// Input number i of a seed is the same whatever the count, so that FIRST = i, COUNT = 1 brings it again; its
// files stay then in the folder that is named.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>
#include <tbb/global_control.h>
#include <unistd.h>
#include <zlib.h>

#include "core/data/dataset_reader.h"
#include "tests/fuzz/reader_seeds.h"

namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__)
extern "C" const char *
__asan_default_options() // NOLINT(bugprone-reserved-identifier): the sanitizer's own name
{
    // What asks for more at once is ended, and reported, there and then; C's malloc gives none, with which
    // HDF5 meets sizes that a damaged file claims.
    return "max_allocation_size_mb=256:allocator_may_return_null=1:quarantine_size_mb=32";
}
extern "C" const char *__lsan_default_suppressions() // NOLINT(bugprone-reserved-identifier)
{
    return "leak:libhdf5"; // forgets 240 bytes of some damaged files; none of ours call malloc
}
extern "C" void __sanitizer_set_death_callback(void (*)()); // NOLINT(bugprone-reserved-identifier)
#endif

namespace rosler {

namespace {

using Random = std::mt19937_64;

constexpr ReadLimits limits {8'000'000, 10'000};
constexpr unsigned longestSeconds = 20;  // of processor time, for one input
constexpr long mostResident = 1'500'000; // kB over the whole run, a sanitizer's own included

unsigned long current = 0; // input, for whoever dies of it

std::size_t below(Random &random, std::size_t count)
{
    return count == 0 ? 0 : static_cast<std::size_t>(random() % count);
}

/// A place in a file: half of them in its first bytes, where headers are.
std::size_t placeIn(const std::string &bytes, Random &random)
{
    return below(random, random() % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 256));
}

void writeExtreme(std::string &bytes, Random &random)
{
    constexpr std::array<std::uint64_t, 14> values {0,
                                                    1,
                                                    0x7F,
                                                    0x80,
                                                    0xFF,
                                                    0x7FFF,
                                                    0x8000,
                                                    0xFFFF,
                                                    0x7FFF'FFFF,
                                                    0x8000'0000,
                                                    0xFFFF'FFFF,
                                                    0x7FFF'FFFF'FFFF'FFFF,
                                                    0x8000'0000'0000'0000,
                                                    0xFFFF'FFFF'FFFF'FFFF};
    std::uint64_t value = values.at(below(random, values.size()));
    if (random() % 4 == 0)
        value = bytes.size() + below(random, 3) - 1; // near what is there
    const std::size_t width = std::size_t {1} << below(random, 4);
    const std::size_t at = placeIn(bytes, random);
    const bool big = random() % 2 == 0;
    for (std::size_t i = 0; i < width && at + i < bytes.size(); ++i)
        bytes[at + i] = static_cast<char>((value >> (8 * (big ? width - 1 - i : i))) & 0xFFU);
}

/// Where a file speaks in digits.
void writeNumber(std::string &bytes, Random &random)
{
    constexpr std::array<std::string_view, 12> values {"0",
                                                       "-1",
                                                       "4294967296",
                                                       "9223372036854775807",
                                                       "99999999999999999999",
                                                       "1e999",
                                                       "nan",
                                                       "-inf",
                                                       "",
                                                       "1e-400",
                                                       "77777777777",
                                                       "0x10"};
    const auto at = bytes.find_first_of("0123456789", placeIn(bytes, random));
    if (at == std::string::npos)
        return;
    const auto end = bytes.find_first_not_of("0123456789", at);
    const std::string_view value = values.at(below(random, values.size()));
    const std::size_t length = (end == std::string::npos ? bytes.size() : end) - at;
    if (random() % 2 == 0)
        bytes.replace(at, length, value);
    else // of the same length, as in headers of fixed fields
        for (std::size_t i = 0; i < length; ++i)
            bytes[at + i] = i < value.size() ? value[i] : '9';
}

void damageOnce(std::string &bytes, const std::string &other, Random &random)
{
    const std::size_t at = placeIn(bytes, random);
    switch (random() % 9) {
    case 0:
    case 1:
        if (!bytes.empty())
            bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(random, 8)));
        break;
    case 2:
    case 3:
        writeExtreme(bytes, random);
        break;
    case 4:
        writeNumber(bytes, random);
        break;
    case 5:
        bytes.resize(below(random, bytes.size() + 1));
        break;
    case 6: // something of another file, or of this one
        bytes.insert(at, other.substr(placeIn(other, random), below(random, 64)));
        break;
    case 7: {
        const std::string piece = other.substr(placeIn(other, random), below(random, 256));
        bytes.replace(at, piece.size(), piece);
        break;
    }
    default:
        bytes.erase(at, below(random, 64));
        break;
    }
}

/// Checksums of PNG's chunks and of tar's headers set right, so that what they guard is read.
void repair(const std::string &name, std::string &bytes)
{
    const auto byte = [&bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    if (name.ends_with(".png")) {
        for (std::size_t at = 8; at + 12 <= bytes.size();) {
            const std::size_t length = (std::size_t {byte(at)} << 24U) | (std::size_t {byte(at + 1)} << 16U)
                | (std::size_t {byte(at + 2)} << 8U) | byte(at + 3);
            if (length > bytes.size() - at - 12)
                return;
            const auto crc = ::crc32(0, reinterpret_cast<const Bytef *>(bytes.data() + at + 4),
                                     static_cast<uInt>(length + 4));
            for (std::size_t i = 0; i < 4; ++i)
                bytes[at + 8 + length + i] = static_cast<char>((crc >> (24 - 8 * i)) & 0xFFU);
            at += 12 + length;
        }
    } else if (name.ends_with(".tar")) {
        for (std::size_t at = 0; at + 512 <= bytes.size(); at += 512) {
            if (bytes.compare(at + 257, 5, "ustar") != 0)
                continue;
            std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 148, 8, ' ');
            unsigned sum = 0;
            for (std::size_t i = 0; i < 512; ++i)
                sum += byte(at + i);
            char text[8];
            std::snprintf(text, sizeof text, "%06o", sum & 0777777U);
            bytes.replace(at + 148, 6, text);
            bytes[at + 154] = '\0';
        }
    }
}

void damage(const std::string &name, std::string &bytes, const std::string &other, Random &random)
{
    for (std::size_t i = 1 + below(random, 4); i > 0; --i)
        damageOnce(bytes, other, random);
    if (random() % 2 == 0)
        repair(name, bytes);
}

void write(const fs::path &path, const std::string &bytes)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// "" or what is wrong with a dataset that was read.
std::string judged(const Dataset &data)
{
    Index count = 0;
    for (const Examples *part : {&data.train(), &data.test()}) {
        count += part->count();
        if (static_cast<Index>(part->labels.size()) != part->count()
            || part->features.cols() != data.shape().size())
            return "labels, features and shape do not meet";
        if (std::ranges::any_of(part->labels, [&](std::uint16_t label) {
                return static_cast<Index>(label) >= data.classes();
            }))
            return "a label names no class";
    }
    if (count > limits.maxExamples
        || static_cast<std::uint64_t>(count * data.shape().size()) > limits.maxBytes)
        return "more than the limits allow";
    return {};
}

/// The seeds' folders, each with its good files in it until one is damaged.
class Ground
{
public:
    Ground()
        : m_seeds(readerSeeds())
    {
        const fs::path shared = "/dev/shm"; // in memory, where there is one
        std::error_code failed;
        std::string pattern = ((fs::is_directory(shared, failed) && ::access(shared.c_str(), W_OK) == 0
                                    ? shared
                                    : fs::temp_directory_path())
                               / "reader_fuzz.XXXXXX")
                                  .string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("mkdtemp " + pattern);
        m_root = pattern;
        for (const ReaderSeed &seed : m_seeds)
            for (const auto &[name, bytes] : seed.files) {
                fs::create_directories((m_root / seed.name / name).parent_path());
                write(m_root / seed.name / name, bytes);
                m_all.push_back(bytes);
            }
    }
    ~Ground()
    {
        std::error_code ignored;
        if (!m_keeps)
            fs::remove_all(m_root, ignored);
    }
    Ground(const Ground &) = delete;
    Ground &operator=(const Ground &) = delete;

    [[nodiscard]] const std::vector<ReaderSeed> &seeds() const noexcept { return m_seeds; }
    [[nodiscard]] const fs::path &root() const noexcept { return m_root; }
    void keep() noexcept { m_keeps = true; }

    struct Answer {
        bool read = false;
        std::string wrong; ///< with how it was taken; empty where nothing is
        std::string error;
    };

    /// What the readers make of the files that lie there.
    [[nodiscard]] Answer read(const ReaderSeed &seed) const
    {
        const fs::path path = m_root / seed.name / seed.entry;
        const std::string source = seed.entry.empty() ? (m_root / seed.name).string() : path.string();
        const auto data = loadDataset({source, seed.options}, limits);
        if (data)
            return {true, judged(**data), {}};
        const Error &error = data.error();
        if (error.what.empty())
            return {false, "an error without a word", {}};
        const bool named =
            error.where.find(seed.name) != std::string::npos || error.where.starts_with("options/")
            || std::ranges::any_of(seed.files, [&](const auto &file) {
                   return error.where.find(fs::path(file.first).filename().string()) != std::string::npos;
               });
        return {false, named ? "" : "the error \"" + message(error) + "\" names no file of " + seed.name,
                message(error)};
    }

    /// Damages a seed and reads it; puts the good file back unless it is kept.
    [[nodiscard]] Answer tryOne(const ReaderSeed &seed, Random &random) const
    {
        const std::string &other = m_all[below(random, m_all.size())];
        const bool inside = seed.pack && random() % 2 == 0;
        const Files &files = inside ? seed.inside : seed.files;
        const auto chosen =
            std::next(files.begin(), static_cast<std::ptrdiff_t>(below(random, files.size())));
        std::string bytes = chosen->second;
        damage(chosen->first, bytes, other, random);
        if (seed.inMemory) {
            if (m_keeps)
                write(m_root / seed.name / seed.entry, bytes);
            const std::string wrong = seed.inMemory(bytes);
            return {true, wrong, {}};
        }
        std::string name = chosen->first;
        if (inside) {
            Files damaged = seed.inside;
            damaged[name] = std::move(bytes);
            bytes = seed.pack(damaged);
            name = seed.entry;
        }
        write(m_root / seed.name / name, bytes);
        Answer answer = read(seed);
        if (!m_keeps)
            write(m_root / seed.name / name, seed.files.at(name));
        return answer;
    }

private:
    std::vector<ReaderSeed> m_seeds;
    std::vector<std::string> m_all; ///< bytes of all files, for splices
    fs::path m_root;
    bool m_keeps = false;
};

void tellInput()
{
    char text[64];
    const int length = std::snprintf(text, sizeof text, "reader_fuzz: at input %lu\n", current);
    (void)!::write(2, text, static_cast<std::size_t>(length));
}

extern "C" void onSignal(int signal)
{
    tellInput();
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

double secondsOfProcessor()
{
    rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval &time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

long residentPeak()
{
    rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

int run(unsigned long count, std::uint64_t seedNumber, unsigned long first)
{
    const tbb::global_control alone(tbb::global_control::max_allowed_parallelism, 1);
    Ground ground;
    if (count == 1)
        ground.keep();
    for (const ReaderSeed &seed : ground.seeds()) {
        const std::string wrong = seed.inMemory ? seed.inMemory(seed.files.begin()->second) : std::string();
        const auto good = seed.inMemory ? Ground::Answer {wrong.empty(), wrong, wrong} : ground.read(seed);
        if (!good.read) {
            std::fprintf(stderr, "%s, undamaged: %s\n", seed.name.c_str(), good.error.c_str());
            return 1;
        }
    }
    const auto began = std::chrono::steady_clock::now();
    double slowest = 0;
    unsigned long slowestInput = 0;
    unsigned long accepted = 0;
    std::map<std::string, unsigned long> reasons; // of refusals, by their first words
    for (current = first; current < first + count; ++current) {
        Random random(seedNumber * 0x9E37'79B9'7F4A'7C15U + current);
        const auto &seeds = ground.seeds();
        // Packing by xz takes a hundred times as long as all else.
        std::size_t which = below(random, seeds.size());
        if (seeds[which].entry.ends_with(".xz") && random() % 8 != 0)
            which = below(random, seeds.size());
        const ReaderSeed &seed = seeds[which];
        const double before = secondsOfProcessor();
        ::alarm(15 * longestSeconds);
        const auto answer = ground.tryOne(seed, random);
        ::alarm(0);
        const double took = secondsOfProcessor() - before;
        if (took > slowest) {
            slowest = took;
            slowestInput = current;
        }
        std::string wrong = answer.wrong;
        if (wrong.empty() && took > longestSeconds)
            wrong = "took " + std::to_string(took) + " s";
        if (wrong.empty() && residentPeak() > mostResident)
            wrong = "took " + std::to_string(residentPeak()) + " kB of memory";
        if (!wrong.empty()) {
            std::fprintf(stderr, "input %lu of seed %llu (%s): %s\n", current,
                         static_cast<unsigned long long>(seedNumber), seed.name.c_str(), wrong.c_str());
            return 1;
        }
        accepted += answer.read ? 1 : 0;
        if (!answer.read)
            ++reasons[seed.name
                      + answer.error.substr(
                          answer.error.rfind(": ") == std::string::npos ? 0 : answer.error.rfind(": "), 24)];
        if (count == 1)
            std::printf("%s: %s; its files are in %s\n", seed.name.c_str(),
                        answer.read ? "read" : answer.error.c_str(), ground.root().c_str());
        if ((current - first + 1) % 50'000 == 0) {
            std::printf("%lu ...\n", current - first + 1);
            std::fflush(stdout);
        }
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    std::printf("%lu inputs of %zu seeds: %lu read, the others refused for %zu reasons; %.0f inputs/s, the "
                "slowest (%lu) %.2f s, at most %ld MB of memory\n",
                count, ground.seeds().size(), accepted, reasons.size(), static_cast<double>(count) / seconds,
                slowestInput, slowest, residentPeak() / 1000);
    return count < 300 || (accepted > 0 && accepted < count && reasons.size() > 15) ? 0 : 1;
}

} // namespace

} // namespace rosler

int main(int argc, char **argv)
{
    const auto argument = [&](int i, unsigned long fallback) {
        return argc > i ? std::strtoul(argv[i], nullptr, 10) : fallback;
    };
    std::signal(SIGALRM, &rosler::onSignal);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(&rosler::tellInput); // it takes the other signals itself
#else
    for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS})
        std::signal(signal, &rosler::onSignal);
#endif
    return rosler::run(argument(1, 1000), argument(2, 1), argument(3, 0));
}
