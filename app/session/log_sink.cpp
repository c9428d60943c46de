// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/log_sink.h"

#include <mutex>
#include <utility>

#include <spdlog/async.h>
#include <spdlog/sinks/rotating_file_sink.h>

#include <QtGlobal>

namespace rosler {

namespace {

/// Qt's message handler is a plain function, so the sink that listens has to be known to the file.
std::mutex listenerMutex;
LogSink *listener = nullptr;
QtMessageHandler handlerBefore = nullptr;

LogEntry::Level levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return LogEntry::Level::Debug;
    case QtInfoMsg:
        return LogEntry::Level::Info;
    case QtWarningMsg:
        return LogEntry::Level::Warning;
    case QtCriticalMsg:
    case QtFatalMsg:
        break;
    }
    return LogEntry::Level::Error;
}

void handleQtMessage(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    QtMessageHandler before = nullptr;
    {
        const std::lock_guard lock(listenerMutex);
        before = handlerBefore;
        if (listener != nullptr)
            listener->add(levelOf(type), text);
    }
    if (before != nullptr)
        before(type, context, text);
}

spdlog::level::level_enum fileLevel(LogEntry::Level level)
{
    switch (level) {
    case LogEntry::Level::Debug:
        return spdlog::level::debug;
    case LogEntry::Level::Info:
        return spdlog::level::info;
    case LogEntry::Level::Warning:
        return spdlog::level::warn;
    case LogEntry::Level::Error:
        break;
    }
    return spdlog::level::err;
}

constexpr std::size_t fileBytes = 1'000'000;
constexpr std::size_t files = 3;
constexpr std::size_t queueLength = 8192;

} // namespace

class LogSink::Private
{
public:
    std::shared_ptr<spdlog::details::thread_pool> pool; ///< outlives the logger
    std::shared_ptr<spdlog::async_logger> logger;       ///< none without a file
};

LogSink::LogSink(const QString &file, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    QString problem;
    if (!file.isEmpty()) {
        try {
            auto sink =
                std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.toStdString(), fileBytes, files);
            d->pool = std::make_shared<spdlog::details::thread_pool>(queueLength, 1);
            d->logger = std::make_shared<spdlog::async_logger>("rosler", std::move(sink), d->pool,
                                                               spdlog::async_overflow_policy::overrun_oldest);
            d->logger->set_level(spdlog::level::debug);
            d->logger->flush_on(spdlog::level::info);
        } catch (const spdlog::spdlog_ex &error) {
            problem = tr("The log is not kept in a file: %1").arg(QString::fromUtf8(error.what()));
        }
    }
    {
        const std::lock_guard lock(listenerMutex);
        if (listener == nullptr)
            handlerBefore = qInstallMessageHandler(handleQtMessage);
        listener = this;
    }
    if (!problem.isEmpty())
        add(LogEntry::Level::Warning, problem);
}

LogSink::~LogSink()
{
    const std::lock_guard lock(listenerMutex);
    if (listener != this)
        return;
    listener = nullptr;
    qInstallMessageHandler(handlerBefore);
    handlerBefore = nullptr;
}

void LogSink::add(LogEntry::Level level, const QString &text)
{
    if (d->logger)
        d->logger->log(fileLevel(level), "{}", text.toStdString());
    const LogEntry entry {QDateTime::currentDateTime(), level, text};
    QMetaObject::invokeMethod(
        this, [this, entry] { Q_EMIT added(entry); }, Qt::QueuedConnection);
}

} // namespace rosler
