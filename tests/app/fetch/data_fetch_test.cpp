// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <chrono>
#include <thread>

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QLockFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QtTest>

#include "app/fetch/data_fetch.h"

namespace data_fetch_test {

using namespace rosler;

namespace {

/// What a server does with one request.
struct Answer {
    int status = 200;
    qint64 sends = -1;      ///< bytes of the body, then the connection is cut; -1: all
    qint64 claims = -1;     ///< the Content-Length; -1: the truth
    bool ranges = true;     ///< whether a range that is asked for is given
    qint64 rangeStart = -1; ///< another one than was asked for
    bool silent = false;    ///< says nothing and keeps the connection
    QByteArray body {};     ///< in place of the file
};

/// A local server that serves one file and answers its requests as it is told, one after another; the last
/// answer is for all that follow. Lives in a thread of its own.
class Server
{
public:
    Server(QByteArray file, QList<Answer> answers)
        : m_file(std::move(file))
        , m_answers(std::move(answers))
        , m_thread([this](const std::stop_token &stop) { serve(stop); })
    {
        while (m_port == 0)
            std::this_thread::yield();
    }

    [[nodiscard]] std::string address() const { return "http://127.0.0.1:" + std::to_string(m_port) + "/"; }
    [[nodiscard]] int requests() const { return m_requests; }
    [[nodiscard]] qint64 lastRange() const { return m_lastRange; }

private:
    void serve(const std::stop_token &stop)
    {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        m_port = server.serverPort();
        std::vector<std::unique_ptr<QTcpSocket>> held;
        while (!stop.stop_requested()) {
            if (!server.waitForNewConnection(20))
                continue;
            std::unique_ptr<QTcpSocket> socket(server.nextPendingConnection());
            QByteArray head;
            while (!head.contains("\r\n\r\n") && socket->waitForReadyRead(1000))
                head += socket->readAll();
            const Answer answer = m_answers.at(std::min<qsizetype>(m_requests, m_answers.size() - 1));
            ++m_requests;
            if (answer.silent) {
                held.push_back(std::move(socket));
                continue;
            }
            reply(*socket, head, answer);
        }
    }

    void reply(QTcpSocket &socket, const QByteArray &head, const Answer &answer)
    {
        qint64 from = 0;
        if (const qsizetype range = head.toLower().indexOf("range: bytes="); range >= 0)
            from = head.mid(range + 13, head.indexOf('-', range) - range - 13).toLongLong();
        m_lastRange = from;
        QByteArray whole = answer.body.isEmpty() ? m_file : answer.body;
        const qint64 total = whole.size();
        const bool part = from > 0 && answer.ranges && answer.status == 200;
        if (part)
            whole = whole.mid(from);
        const qint64 length = answer.claims >= 0 ? answer.claims : whole.size();
        const qint64 start = answer.rangeStart >= 0 ? answer.rangeStart : from;
        QByteArray text = "HTTP/1.1 " + QByteArray::number(part ? 206 : answer.status)
            + " Some Reason\r\nConnection: close\r\nContent-Length: " + QByteArray::number(length) + "\r\n";
        if (part)
            text += "Content-Range: bytes " + QByteArray::number(start) + "-" + QByteArray::number(total - 1)
                + "/" + QByteArray::number(answer.claims >= 0 ? from + length : total) + "\r\n";
        socket.write(text + "\r\n" + (answer.sends >= 0 ? whole.left(answer.sends) : whole));
        socket.flush();
        socket.waitForBytesWritten(1000);
        if (answer.sends >= 0) // what comes together with the end, Qt may drop and ask for again
            std::this_thread::sleep_for(std::chrono::milliseconds {50});
        socket.disconnectFromHost();
        if (socket.state() != QAbstractSocket::UnconnectedState)
            socket.waitForDisconnected(1000);
    }

    QByteArray m_file;
    QList<Answer> m_answers;
    std::atomic<int> m_port = 0;
    std::atomic<int> m_requests = 0;
    std::atomic<qint64> m_lastRange = 0;
    std::jthread m_thread;
};

QByteArray contents(qsizetype size)
{
    QByteArray bytes(size, '\0');
    quint32 state = 7;
    for (char &byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<char>(state >> 24);
    }
    return bytes;
}

PublishedData published(const QByteArray &bytes, const std::string &address)
{
    const QByteArray digest = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
    return {"things",
            "Things",
            "any",
            {{"things.bin", address + "things.bin", static_cast<std::uint64_t>(bytes.size()),
              digest.toStdString(), ""}}};
}

QByteArray bytesOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("no such file");
}

} // namespace

class DataFetchTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        QVERIFY(m_folder.isValid());
        m_root = std::filesystem::path(m_folder.path().toStdString())
            / std::to_string(++m_number); // a new one for each test
        m_file = QString::fromStdString((m_root / "things" / "things.bin").string());
    }

    void everyPublishedFileHasAnAddressAndItsNameOnce();
    void fetchesOnceAndKnowsItAgain();
    void goesOnWhereTheConnectionWasCut();
    void goesOnInALaterCall();
    void beginsAnewWhereTheServerKnowsNoRanges();
    void whatIsNotThePublishedFileIsNotKept_data();
    void whatIsNotThePublishedFileIsNotKept();
    void serversThatSayNoAreQuoted();
    void aConnectionThatBringsNothingIsGivenUp();
    void isCancelledSoon();
    void twoAtOnceAreOne();
    void aFolderThatCannotBeMadeIsNamed();

private:
    [[nodiscard]] Result<FetchedData> fetch(const QByteArray &bytes, const Server &server,
                                            const FetchProgress &progress = {}) const
    {
        return fetchData(published(bytes, server.address()), m_root, {}, progress);
    }

    QTemporaryDir m_folder;
    std::filesystem::path m_root;
    QString m_file;
    int m_number = 0;
};

void DataFetchTest::everyPublishedFileHasAnAddressAndItsNameOnce()
{
    QVERIFY(findPublishedData("mnist") != nullptr);
    QVERIFY(findPublishedData("no-such-data") == nullptr);
    for (const PublishedData &data : publishedData()) {
        QSet<QString> names;
        for (const PublishedFile &file : data.files) {
            const QString name = QString::fromStdString(file.name);
            QVERIFY(!name.contains(QLatin1Char('/')));
            QVERIFY(!names.contains(name));
            names << name;
            QVERIFY(QString::fromStdString(file.address).startsWith(QStringLiteral("http")));
            QVERIFY(QString::fromStdString(file.address).endsWith(name));
            QVERIFY(file.sha256.empty() || file.sha256.size() == 64);
            QVERIFY(file.md5.empty() || file.md5.size() == 32);
        }
    }
}

void DataFetchTest::fetchesOnceAndKnowsItAgain()
{
    const QByteArray bytes = contents(3'000'000);
    const Server server(bytes, {{}});
    std::uint64_t last = 0;
    const auto first = fetch(bytes, server,
                             {[&](std::uint64_t done, std::uint64_t total) {
                                  QVERIFY(done >= last);
                                  QCOMPARE(total, std::uint64_t {3'000'000});
                                  last = done;
                              },
                              {}});
    QVERIFY2(first, first ? "" : first.error().what.c_str());
    QCOMPARE(first->fetched, 1);
    QCOMPARE(last, std::uint64_t {3'000'000});
    QVERIFY(bytesOf(m_file) == bytes);
    QCOMPARE(QDir(QString::fromStdString(first->folder.string())).entryList(QDir::Files),
             QStringList {QStringLiteral("things.bin")});
    const auto again = fetch(bytes, server);
    QVERIFY(again);
    QCOMPARE(again->kept, 1);
    QCOMPARE(server.requests(), 1);
}

void DataFetchTest::goesOnWhereTheConnectionWasCut()
{
    const QByteArray bytes = contents(200'000);
    const Server server(bytes, {{.sends = 70'000}, {.sends = 60'000}, {}});
    const auto done = fetch(bytes, server);
    QVERIFY2(done, done ? "" : done.error().what.c_str());
    QVERIFY(bytesOf(m_file) == bytes);
    // What is on its way when a connection ends may be lost, the head of an answer as well: then it is asked
    // for once more.
    QVERIFY(server.requests() >= 3);
    QVERIFY(server.lastRange() >= 70'000);
}

void DataFetchTest::goesOnInALaterCall()
{
    const QByteArray bytes = contents(200'000);
    qsizetype came = 0;
    {
        const Server server(bytes, {{.sends = 50'000}, {.status = 503}});
        const auto done = fetch(bytes, server);
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::Unreadable);
        came = bytesOf(m_file + QStringLiteral(".part")).size();
        QVERIFY(came > 0);
        QVERIFY(came <= 50'000);
    }
    const Server server(bytes, {{}});
    QVERIFY(fetch(bytes, server));
    QCOMPARE(server.lastRange(), qint64 {came});
    QVERIFY(bytesOf(m_file) == bytes);
}

void DataFetchTest::beginsAnewWhereTheServerKnowsNoRanges()
{
    const QByteArray bytes = contents(200'000);
    const Server server(bytes, {{.sends = 50'000}, {.ranges = false}});
    QVERIFY(fetch(bytes, server));
    QVERIFY(bytesOf(m_file) == bytes);
}

void DataFetchTest::whatIsNotThePublishedFileIsNotKept_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<qint64>("claims");
    QTest::addColumn<qint64>("rangeStart");
    QTest::addColumn<QString>("words");
    QByteArray wrong = contents(200'000);
    wrong[99'999] = static_cast<char>(wrong[99'999] + 1);
    const qint64 none = -1;
    QTest::newRow("wrong bytes") << wrong << none << none << QStringLiteral("its SHA-256 is another");
    QTest::newRow("too long") << contents(200'001) << none << none
                              << QStringLiteral("says that it has 200001 bytes; published were 200000");
    QTest::newRow("too short") << contents(199'999) << none << none
                               << QStringLiteral("says that it has 199999 bytes; published were 200000");
    QTest::newRow("claims the world")
        << QByteArray() << (qint64 {1} << 40) << none << QStringLiteral("published were 200000");
}

void DataFetchTest::whatIsNotThePublishedFileIsNotKept()
{
    QFETCH(QByteArray, body);
    QFETCH(qint64, claims);
    QFETCH(qint64, rangeStart);
    QFETCH(QString, words);
    const Server server(contents(200'000), {{.claims = claims, .rangeStart = rangeStart, .body = body}});
    const auto done = fetch(contents(200'000), server);
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::Malformed);
    QVERIFY2(QString::fromStdString(done.error().what).contains(words), done.error().what.c_str());
    QVERIFY(QString::fromStdString(done.error().where).contains(QStringLiteral("things.bin")));
    QVERIFY(!QFile::exists(m_file));
    QVERIFY(!QFile::exists(m_file + QStringLiteral(".part")));
}

void DataFetchTest::serversThatSayNoAreQuoted()
{
    const QByteArray bytes = contents(100);
    const Server server(bytes, {{.status = 404}});
    const auto done = fetch(bytes, server);
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::NotFound);
    QVERIFY2(done.error().what.find("404") != std::string::npos, done.error().what.c_str());
}

void DataFetchTest::aConnectionThatBringsNothingIsGivenUp()
{
    const QByteArray bytes = contents(1000);
    const Server server(bytes, {{.sends = 0}});
    const auto done = fetch(bytes, server);
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::Unreadable);
    QVERIFY(server.requests() >= 4);
}

void DataFetchTest::isCancelledSoon()
{
    const QByteArray bytes = contents(1000);
    const Server server(bytes, {{.silent = true}});
    std::stop_source stop;
    std::jthread later([&] {
        while (server.requests() == 0)
            std::this_thread::yield();
        stop.request_stop();
    });
    const auto done = fetch(bytes, server, {{}, stop.get_token()});
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::Cancelled);
}

void DataFetchTest::twoAtOnceAreOne()
{
    const QByteArray bytes = contents(1000);
    const Server server(bytes, {{}});
    std::filesystem::create_directories(m_root / "things");
    QLockFile other(m_file + QStringLiteral(".lock"));
    QVERIFY(other.tryLock(0));
    const auto done = fetch(bytes, server);
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::Rejected);
    other.unlock();
    QVERIFY(fetch(bytes, server));
}

void DataFetchTest::aFolderThatCannotBeMadeIsNamed()
{
    const QByteArray bytes = contents(10);
    const Server server(bytes, {{}});
    const auto done = fetchData(published(bytes, server.address()), "/dev/null/no", {}, {});
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::Unwritable);
    QCOMPARE(done.error().where, std::string("/dev/null/no/things"));
    QCOMPARE(server.requests(), 0);
}

QTEST_GUILESS_MAIN(DataFetchTest)

} // namespace data_fetch_test

#include "data_fetch_test.moc"
