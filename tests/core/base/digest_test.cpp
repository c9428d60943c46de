// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <QtTest>

#include "core/base/digest.h"

namespace digest_test {

using namespace rosler;

class DigestTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithThePublishedVectors_data();
    void agreesWithThePublishedVectors();
    void piecesGiveTheDigestOfTheWhole();
};

void DigestTest::agreesWithThePublishedVectors_data()
{
    // FIPS 180-2, appendix B, and NIST's CAVP short messages.
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("empty") << QByteArray()
                           << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QTest::newRow("one block") << QByteArray(
        "abc") << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QTest::newRow("two blocks") << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                                << QByteArray(
                                       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    QTest::newRow("a million") << QByteArray(
        1'000'000, 'a') << QByteArray("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void DigestTest::agreesWithThePublishedVectors()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    const std::string bytes = text.toStdString();
    QCOMPARE(sha256Hex(std::as_bytes(std::span(bytes))), expected.toStdString());
}

void DigestTest::piecesGiveTheDigestOfTheWhole()
{
    const std::string text(1000, 'r');
    const std::string whole = sha256Hex(std::as_bytes(std::span(text)));
    for (const std::size_t piece : {1U, 63U, 64U, 65U, 999U}) {
        Sha256 digest;
        for (std::size_t at = 0; at < text.size(); at += piece)
            digest.add(std::string_view(text).substr(at, piece));
        digest.add(std::span<const std::byte> {});
        QCOMPARE(digest.hex(), whole);
    }
}

QTEST_APPLESS_MAIN(DigestTest)

} // namespace digest_test

#include "digest_test.moc"
