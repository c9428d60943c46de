// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>

#include "core/base/random.h"
#include "device_link/firmware/twin/rsl_twin.h"
#include "device_link/host/board_client.h"
#include "device_link/host/links/twin_link.h"
#include "device_link/host/model_push.h"
#include "device_link/protocol/rsl_hmac.h"
#include "tests/device_link/host/lossy_link.h"
#include "tests/support/layers.h"

namespace model_key_test {

using namespace rosler;

namespace {

ModelImage image(std::uint64_t seed)
{
    Network network = networkOf({{.inputs = 8, .outputs = 4, .read = 8, .kept = 4}});
    network.initialise(seed);
    Matrix x(2, 8);
    const RandomStream random(5, Draw::Shuffle, 0);
    for (Index i = 0; i < x.size(); ++i)
        x.data()[i] = random.uniform(static_cast<std::uint64_t>(i));
    const Matrix calibration = x;
    PackOptions options;
    options.name = "key " + std::to_string(seed);
    return *packModel(network, options, view(calibration), twinInference());
}

ModelKey keyOf(std::uint8_t first)
{
    std::array<std::uint8_t, RSL_KEY_BYTES> bytes {};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(first + 7 * i);
    return ModelKey(bytes);
}

std::unique_ptr<TwinLink> twin(const std::filesystem::path &file = {})
{
    TwinOptions options;
    options.slotBytes = 1U << 14;
    options.slotFile = file;
    return std::move(*TwinLink::open(options));
}

rsl_begin announcement(const ModelImage &model, std::span<const std::uint8_t> bytes)
{
    rsl_begin begin {};
    rsl_sha256 sha {};
    rsl_sha256_start(&sha);
    rsl_sha256_add(&sha, bytes.data(), bytes.size());
    rsl_sha256_finish(&sha, begin.sha256);
    begin.length = static_cast<std::uint32_t>(bytes.size());
    begin.ram_bytes = model.ramBytes();
    begin.format = RSL_MODEL_FORMAT;
    begin.kernel_abi = RSL_KERNEL_ABI;
    const rsl_needs needs = model.needs();
    begin.numbers = needs.numbers;
    begin.layouts = needs.layouts;
    begin.kinds = needs.kinds;
    begin.slot = RSL_ANY_SLOT;
    begin.flags = RSL_BEGIN_FRESH;
    begin.tag_kind = RSL_TAG_HMAC;
    return begin;
}

/// What a push by hand ends with; the number of its status, or "taken".
std::string outcome(BoardClient &client, const rsl_begin &begin, std::span<const std::uint8_t> bytes)
{
    const auto status = [](const Error &error) {
        const auto at = error.what.find("[status ");
        return at == std::string::npos ? message(error) : error.what.substr(at);
    };
    const auto begun = client.begin(begin);
    if (!begun)
        return status(begun.error());
    if (const auto sent = client.sendImage(bytes, *begun); !sent)
        return status(sent.error());
    const auto committed = client.commit(std::span<const std::uint8_t, 32>(begin.sha256));
    return committed ? "taken" : status(committed.error());
}

} // namespace

class ModelKeyTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// RFC 4231 has keys of other lengths; these were made by `openssl dgst -sha256 -mac HMAC`.
    void tagsAreThoseOfOpenssl()
    {
        std::array<std::uint8_t, RSL_KEY_BYTES> bytes {};
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::uint8_t>(i);
        const std::string text = "what is signed";
        const auto tag =
            ModelKey(bytes).tagOf({reinterpret_cast<const std::uint8_t *>(text.data()), text.size()});
        QCOMPARE(QByteArray(reinterpret_cast<const char *>(tag.data()), 32).toHex(),
                 QByteArray("ba8a06f8fb7a5679043a177e7106ab60906972095e6e8a4900c4601a4819708c"));
    }

    void keysAreReadFromFiles()
    {
        const QTemporaryDir folder;
        const auto write = [&](const QByteArray &text) {
            QFile file(folder.filePath(QStringLiteral("key")));
            if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
                qFatal("no file");
            return std::filesystem::path(file.fileName().toStdString());
        };
        const auto good = ModelKey::fromFile(write("  00" + QByteArray(60, 'a') + "fF\n"));
        QVERIFY2(good, good ? "" : message(good.error()).c_str());
        QCOMPARE(int {good->bytes()[0]}, 0);
        QCOMPARE(int {good->bytes()[1]}, 0xAA);
        QCOMPARE(int {good->bytes()[31]}, 0xFF);
        for (const QByteArray &bad :
             {QByteArray(), QByteArray(63, 'a'), QByteArray(65, 'a'), QByteArray(64, '0'),
              QByteArray(63, 'a') + 'g', QByteArray(5000, 'a')}) {
            const auto key = ModelKey::fromFile(write(bad));
            QVERIFY2(!key, bad.constData());
            QCOMPARE(key.error().code, ErrorCode::Malformed);
        }
        const auto none = ModelKey::fromFile("/no/such/key");
        QVERIFY(!none);
        QCOMPARE(none.error().code, ErrorCode::NotFound);
    }

    void aBoardWithAKeyTakesModelsWithItsTagAlone()
    {
        BoardClient client(twin());
        const ModelImage plain = image(1);
        const ModelImage tagged = image(2);
        const ModelKey key = keyOf(3);
        QVERIFY(client.hello());
        QCOMPARE(client.info().key, 0U);
        QVERIFY(pushModel(client, plain));
        const auto early = pushModel(client, tagged, {}, {}, &key);
        QVERIFY(!early);
        QVERIFY2(early.error().what.find("no key") != std::string::npos, early.error().what.c_str());

        QVERIFY(client.setKey(key));
        QVERIFY(client.setKey(key)); // twice is once
        const auto other = client.setKey(keyOf(4));
        QVERIFY(!other);
        QVERIFY2(other.error().what.find("[status 31]") != std::string::npos, other.error().what.c_str());
        QVERIFY(client.hello());
        QCOMPARE(client.info().key, key.number());
        QCOMPARE(client.info().activeSlot(), nullptr); // it has no tag

        const ModelKey another = keyOf(4);
        for (const ModelKey *wrong : {static_cast<const ModelKey *>(nullptr), &another}) {
            const auto refused = pushModel(client, tagged, {}, {}, wrong);
            QVERIFY(!refused);
            QVERIFY2(refused.error().what.find(keyName(key.number())) != std::string::npos,
                     refused.error().what.c_str());
        }
        QVERIFY(!client.activate(0)); // nor by the back door
        const auto pushed = pushModel(client, tagged, {}, {}, &key);
        QVERIFY2(pushed, pushed ? "" : message(pushed.error()).c_str());
        QVERIFY(client.run(tagged.knownInput()));
    }

    void eachByteFlippedIsRefused()
    {
        const auto link = twin();
        BoardClient client(std::make_unique<LossyLink>(*link, LossRates {}, 1U));
        const ModelKey key = keyOf(3);
        QVERIFY(client.hello());
        QVERIFY(client.setKey(key));
        const ModelImage model = image(1);
        std::vector<std::uint8_t> bytes(model.bytes().begin(), model.bytes().end());
        const auto tag = key.tagOf(bytes);
        rsl_begin begin = announcement(model, bytes);
        std::copy(tag.begin(), tag.end(), begin.tag);
        // Of the image: its SHA-256 is that of what is sent, as one makes it who has no key.
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
            rsl_begin changed = announcement(model, bytes);
            std::copy(tag.begin(), tag.end(), changed.tag);
            QCOMPARE(outcome(client, changed, bytes), std::string("[status 29]"));
            bytes[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        }
        // Of the tag.
        for (std::uint8_t &byte : begin.tag) {
            byte ^= 0x10;
            QCOMPARE(outcome(client, begin, bytes), std::string("[status 29]"));
            byte ^= 0x10;
        }
        // Of the key.
        for (std::size_t i = 0; i < RSL_KEY_BYTES; ++i) {
            auto other = key.bytes();
            other[i] ^= 1;
            rsl_begin wrong = begin;
            const auto its = ModelKey(other).tagOf(bytes);
            std::copy(its.begin(), its.end(), wrong.tag);
            QCOMPARE(outcome(client, wrong, bytes), std::string("[status 29]"));
        }
        rsl_begin none = begin;
        none.tag_kind = RSL_TAG_NONE;
        QCOMPARE(outcome(client, none, bytes), std::string("[status 28]"));
        none.tag_kind = 2;
        QCOMPARE(outcome(client, none, bytes), std::string("[status 28]"));
        QCOMPARE(outcome(client, begin, bytes), std::string("taken"));
    }

    void whatIsChangedInTheSlotIsNotReadyAfterAStart()
    {
        const QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath(QStringLiteral("slots")).toStdString();
        const ModelKey key = keyOf(9);
        const ModelImage model = image(1);
        {
            BoardClient client(twin(file));
            QVERIFY(client.hello());
            QVERIFY(client.setKey(key));
            QVERIFY(pushModel(client, model, {}, {}, &key));
        }
        auto link = twin(file); // the key outlives it, too
        rsl_twin *inside = link->twin();
        std::size_t size = 0;
        std::uint8_t *slots = rsl_twin_slots(inside, &size);
        const auto known = std::search(slots, slots + size, model.bytes().begin(), model.bytes().end());
        QVERIFY(known != slots + size);
        BoardClient client(std::move(link));
        QVERIFY(client.hello());
        QCOMPARE(client.info().key, key.number());
        QVERIFY(client.info().activeSlot() != nullptr);
        // A weight changed, and the image's own CRC-32 made to fit.
        const std::size_t at = model.bytes().size() - 1;
        known[at] ^= 1;
        const std::uint32_t crc =
            rsl_crc32(0, known + RSL_MODEL_CRC_FROM, model.bytes().size() - RSL_MODEL_CRC_FROM);
        std::memcpy(known + 12, &crc, 4);
        rsl_twin_power_cycle(inside);
        QVERIFY(client.hello());
        QCOMPARE(client.info().activeSlot(), nullptr);
    }
};

QTEST_APPLESS_MAIN(ModelKeyTest)

} // namespace model_key_test

#include "model_key_test.moc"
