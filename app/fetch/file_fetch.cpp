// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/fetch/file_fetch.h"

#include <algorithm>
#include <array>
#include <optional>

#include <QCryptographicHash>
#include <QEventLoop>
#include <QFile>
#include <QLockFile>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTimer>

namespace rosler {

namespace {

constexpr qint64 bufferBytes = 1 << 20;
constexpr qint64 mostBytes = 16'000'000'000; ///< of a file whose size is not known
constexpr int silentMilliseconds = 30'000;   ///< without a byte: the connection is given up
constexpr int stopMilliseconds = 50;         ///< between looks at the stop token
constexpr int mostTries = 4;                 ///< that bring nothing, one after another

QString pathText(const std::filesystem::path &path)
{
    return QString::fromStdU16String(path.u16string());
}

/// One answer of the server, written to the end of a file as it comes.
class Transfer
{
public:
    Transfer(const PublishedFile &file, QFile &to, const FetchProgress &progress)
        : m_file(file)
        , m_to(to)
        , m_progress(progress)
    {
    }

    /// Ok: the answer is all there, or was cut; how much is there is the file's size.
    Result<void> run();

private:
    void begin(const QNetworkReply &reply);
    void take(QNetworkReply &reply);
    void refuse(ErrorCode code, std::string what);

    const PublishedFile &m_file;
    QFile &m_to;
    const FetchProgress &m_progress;
    std::optional<Error> m_error;
    qint64 m_expected = 0; ///< bytes of the whole file; 0 = not known
    bool m_begun = false;

public:
    [[nodiscard]] qint64 expected() const noexcept { return m_expected; }
};

void Transfer::refuse(ErrorCode code, std::string what)
{
    if (!m_error)
        m_error = Error {code, std::move(what), m_file.address};
}

/// Looks at the head of the answer: does it go on where the file ends, and is it as long as was published?
void Transfer::begin(const QNetworkReply &reply)
{
    m_begun = true;
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const qint64 length = reply.header(QNetworkRequest::ContentLengthHeader).toLongLong();
    qint64 total = length;
    if (status == 206) { // "bytes 1000-9999/10000"
        const QByteArray range = reply.rawHeader("Content-Range");
        const qsizetype dash = range.indexOf('-');
        const qsizetype slash = range.indexOf('/');
        bool good = range.startsWith("bytes ") && dash > 6 && slash > dash;
        const qint64 from = range.mid(6, dash - 6).toLongLong(&good);
        if (!good || from != m_to.size())
            refuse(ErrorCode::Malformed,
                   "the server answers with another part of the file than was asked for");
        total = range.mid(slash + 1).toLongLong();
    } else if (m_to.size() > 0 && !m_to.resize(0)) { // it begins anew
        refuse(ErrorCode::Unwritable, m_to.errorString().toStdString());
    }
    if (total > 0 && m_file.size > 0 && total != static_cast<qint64>(m_file.size))
        refuse(ErrorCode::Malformed,
               "the server says that it has " + std::to_string(total) + " bytes; published were "
                   + std::to_string(m_file.size));
    m_expected = m_file.size > 0 ? static_cast<qint64>(m_file.size) : std::max<qint64>(total, 0);
}

void Transfer::take(QNetworkReply &reply)
{
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (m_error || (status != 200 && status != 206))
        return;
    if (!m_begun)
        begin(reply);
    while (!m_error && reply.bytesAvailable() > 0) {
        const QByteArray bytes = reply.read(bufferBytes);
        const qint64 most = m_expected > 0 ? m_expected : mostBytes;
        if (m_to.size() + bytes.size() > most) {
            refuse(ErrorCode::Malformed,
                   "the server sends more than the " + std::to_string(most) + " bytes of the file");
            break;
        }
        if (m_to.write(bytes) != bytes.size() || !m_to.flush()) {
            refuse(ErrorCode::Unwritable, m_to.errorString().toStdString());
            break;
        }
    }
    if (m_progress.report)
        m_progress.report(static_cast<std::uint64_t>(m_to.size()), static_cast<std::uint64_t>(m_expected));
}

Result<void> Transfer::run()
{
    QNetworkAccessManager network;
    QNetworkRequest request(QUrl(QString::fromStdString(m_file.address)));
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::NoLessSafeRedirectPolicy);
    request.setTransferTimeout(silentMilliseconds);
    request.setRawHeader("Accept-Encoding", "identity"); // the file itself, whatever it is
    request.setRawHeader("User-Agent", "rosler-workbench");
    if (m_to.size() > 0)
        request.setRawHeader("Range", "bytes=" + QByteArray::number(m_to.size()) + "-");
    QNetworkReply *reply = network.get(request); // the manager's child
    reply->setReadBufferSize(bufferBytes);
    QEventLoop loop;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, &loop, [&] {
        if (m_progress.stop.stop_requested()) {
            refuse(ErrorCode::Cancelled, "fetching was stopped");
            loop.quit();
        }
    });
    QObject::connect(reply, &QNetworkReply::readyRead, &loop, [&] {
        take(*reply);
        if (m_error)
            loop.quit();
    });
    QObject::connect(reply, &QNetworkReply::finished, &loop, &QEventLoop::quit);
    look.start(stopMilliseconds);
    if (!reply->isFinished())
        loop.exec();
    if (!m_error)
        take(*reply);
    reply->disconnect();
    if (m_error) {
        reply->abort();
        return tl::unexpected(*m_error);
    }
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status == 416 && m_to.size() > 0) { // nothing behind what is there: it is whole, or another file's
        m_expected = m_to.size();
        return {};
    }
    if (status >= 400)
        return fail(status == 404 || status == 410 ? ErrorCode::NotFound : ErrorCode::Unreadable,
                    "the server answers " + std::to_string(status) + " "
                        + reply->attribute(QNetworkRequest::HttpReasonPhraseAttribute)
                              .toString()
                              .left(100)
                              .toStdString(),
                    m_file.address);
    if (reply->error() != QNetworkReply::NoError && !m_begun)
        return fail(ErrorCode::Unreadable, reply->errorString().left(300).toStdString(), m_file.address);
    return {};
}

/// Lower-case hexadecimal digest of a file; empty where it cannot be read.
std::string digestOf(const QString &path, QCryptographicHash::Algorithm algorithm)
{
    QFile file(path);
    QCryptographicHash hash(algorithm);
    if (!file.open(QIODevice::ReadOnly) || !hash.addData(&file))
        return {};
    return hash.result().toHex().toStdString();
}

/// What is wrong with the whole file; empty when all that is known fits.
std::string faultOf(const QString &path, const PublishedFile &file)
{
    if (const qint64 size = QFile(path).size(); file.size > 0 && size != static_cast<qint64>(file.size))
        return std::to_string(size) + " bytes came; published were " + std::to_string(file.size);
    if (!file.sha256.empty() && digestOf(path, QCryptographicHash::Sha256) != file.sha256)
        return "what came is not the file that was published: its SHA-256 is another";
    if (!file.md5.empty() && digestOf(path, QCryptographicHash::Md5) != file.md5)
        return "what came is not the file that was published: its MD5 is another";
    return {};
}

} // namespace

bool canFetch() noexcept
{
    return true;
}

bool isPublishedFile(const std::filesystem::path &path, const PublishedFile &file)
{
    const bool known = !file.sha256.empty() || !file.md5.empty();
    return known && QFile::exists(pathText(path)) && faultOf(pathText(path), file).empty();
}

Result<void> fetchFile(const PublishedFile &file, const std::filesystem::path &folder,
                       const FetchProgress &progress)
{
    const QString target = pathText(folder / file.name);
    QLockFile lock(target + QStringLiteral(".lock"));
    lock.setStaleLockTime(0); // a lock of a process that lives is never stale
    if (!lock.tryLock(0))
        return lock.error() == QLockFile::LockFailedError
            ? fail(ErrorCode::Rejected, "another process is fetching this file", target.toStdString())
            : fail(ErrorCode::Unwritable, "cannot write in this folder", folder.string());

    QFile part(target + QStringLiteral(".part"));
    if (!part.open(QIODevice::WriteOnly | QIODevice::Append))
        return fail(ErrorCode::Unwritable, part.errorString().toStdString(), part.fileName().toStdString());
    if (file.size > 0 && part.size() > static_cast<qint64>(file.size))
        part.resize(0); // another file's
    for (int tries = 0;;) {
        const qint64 before = part.size();
        Transfer transfer(file, part, progress);
        const bool whole = file.size > 0 && before == static_cast<qint64>(file.size);
        const Result<void> done = whole ? Result<void>() : transfer.run();
        if (!done && done.error().code == ErrorCode::Malformed)
            part.remove();
        if (!done && (done.error().code != ErrorCode::Unreadable || ++tries >= mostTries))
            return done;
        if (!done)
            continue;
        if (whole || transfer.expected() == 0 || part.size() == transfer.expected())
            break;
        tries = part.size() > before ? 0 : tries + 1;
        if (tries >= mostTries)
            return fail(ErrorCode::Unreadable,
                        "the connection was cut after " + std::to_string(part.size()) + " of "
                            + std::to_string(transfer.expected())
                            + " bytes; they are kept: try again to go on",
                        file.address);
    }
    part.close();
    if (const std::string fault = faultOf(part.fileName(), file); !fault.empty()) {
        part.remove();
        return fail(ErrorCode::Malformed, fault, file.address);
    }
    std::error_code failed;
    std::filesystem::rename(folder / (file.name + ".part"), folder / file.name, failed);
    if (failed)
        return fail(ErrorCode::Unwritable, failed.message(), target.toStdString());
    return {};
}

} // namespace rosler
