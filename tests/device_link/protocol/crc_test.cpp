// SPDX-License-Identifier: Apache-2.0
#include <QCryptographicHash>
#include <QtTest>

#include "device_link/protocol/rsl_crc.h"

namespace crc_test {

class CrcTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void crcIsThatOfEthernet();
    void crcGoesOnInPieces();
    void sha256AgreesWithQtForEveryLength();
    void sha256TakesPieces();
    void prbsHasItsRecurrence();
};

void CrcTest::crcIsThatOfEthernet()
{
    QCOMPARE(rsl_crc32(0, "123456789", 9), 0xCBF43926U); // the catalogue's check value
    QCOMPARE(rsl_crc32(0, "", 0), 0U);
    QCOMPARE(rsl_crc32(0, "\0", 1), 0xD202EF8DU);
}

void CrcTest::crcGoesOnInPieces()
{
    const QByteArray text("the quick brown fox");
    const auto length = static_cast<std::size_t>(text.size());
    for (std::size_t cut = 0; cut <= length; ++cut)
        QCOMPARE(rsl_crc32(rsl_crc32(0, text.data(), cut), text.data() + cut, length - cut),
                 rsl_crc32(0, text.data(), length));
}

void CrcTest::sha256AgreesWithQtForEveryLength()
{
    QByteArray bytes;
    for (int n = 0; n < 260; ++n) {
        rsl_sha256 sha;
        rsl_sha256_start(&sha);
        rsl_sha256_add(&sha, bytes.data(), static_cast<std::size_t>(n));
        std::uint8_t digest[RSL_SHA256_BYTES];
        rsl_sha256_finish(&sha, digest);
        const QByteArray got(reinterpret_cast<const char *>(digest), sizeof digest);
        QCOMPARE(got.toHex(), QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
        bytes.append(static_cast<char>(n * 7 + 1));
    }
}

void CrcTest::sha256TakesPieces()
{
    const QByteArray bytes(200, 'x');
    for (int cut = 0; cut <= bytes.size(); ++cut) {
        rsl_sha256 sha;
        rsl_sha256_start(&sha);
        rsl_sha256_add(&sha, bytes.data(), static_cast<std::size_t>(cut));
        rsl_sha256_add(&sha, bytes.data() + cut, static_cast<std::size_t>(bytes.size() - cut));
        std::uint8_t digest[RSL_SHA256_BYTES];
        rsl_sha256_finish(&sha, digest);
        QCOMPARE(QByteArray(reinterpret_cast<const char *>(digest), sizeof digest),
                 QCryptographicHash::hash(bytes, QCryptographicHash::Sha256));
    }
}

void CrcTest::prbsHasItsRecurrence()
{
    std::uint32_t state = 0x2A5F1C33;
    std::vector<int> bits;
    for (int i = 0; i < 4096; ++i) {
        const std::uint8_t byte = rsl_prbs31(&state);
        for (int b = 0; b < 8; ++b)
            bits.push_back((byte >> b) & 1);
    }
    int ones = 0;
    for (std::size_t i = 31; i < bits.size(); ++i) {
        QCOMPARE(bits[i], bits[i - 31] ^ bits[i - 28]);
        ones += bits[i];
    }
    QVERIFY(ones > 15000 && ones < 18000);
}

QTEST_APPLESS_MAIN(CrcTest)

} // namespace crc_test

#include "crc_test.moc"
