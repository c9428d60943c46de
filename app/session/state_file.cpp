// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/state_file.h"

#include <filesystem>
#include <utility>

#include <QDir>
#include <QFileInfo>
#include <QLoggingCategory>

#include "app/session/job_thread.h"
#include "core/base/atomic_file.h"

namespace rosler {

namespace {
constexpr std::size_t longestState = 4'000'000; ///< bytes
constexpr int mostSetAside = 20;
} // namespace

StateFile::StateFile(QString path)
    : m_path(std::move(path))
    , m_thread(
          std::make_unique<JobThread>([](const Error &error) { qWarning("%s", message(error).c_str()); }))
{
}

StateFile::~StateFile() = default;

Result<QByteArray> StateFile::read() const
{
    const Result<std::string> bytes =
        readRegularFile(std::filesystem::path(m_path.toStdU16String()), longestState);
    if (bytes)
        return QByteArray::fromStdString(*bytes);
    if (bytes.error().code == ErrorCode::NotFound)
        return QByteArray();
    return tl::unexpected(bytes.error());
}

QString StateFile::setAside() const
{
    const QString wanted = m_path + QStringLiteral(".broken");
    QString free = wanted;
    for (int number = 2; QFileInfo::exists(free) && number <= mostSetAside; ++number)
        free = QStringLiteral("%1.%2").arg(wanted).arg(number);
    std::error_code error; // renames over the last one when all are taken
    std::filesystem::rename(std::filesystem::path(m_path.toStdU16String()),
                            std::filesystem::path(free.toStdU16String()), error);
    return error ? QString() : free;
}

void StateFile::write(const QByteArray &bytes)
{
    m_thread->post([path = m_path, bytes] {
        QDir().mkpath(QFileInfo(path).absolutePath());
        const Result<void> written =
            writeFileAtomically(std::filesystem::path(path.toStdU16String()), bytes.toStdString());
        if (!written)
            qWarning("%s", message(written.error()).c_str());
    });
}

} // namespace rosler
