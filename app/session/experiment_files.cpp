// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/experiment_files.h"

#include <utility>

#include "app/session/file_path.h"
#include "app/session/job_thread.h"
#include "core/base/atomic_file.h"

namespace rosler {

namespace {
constexpr std::size_t longestExperiment = 1'000'000; ///< bytes; shipped ones have less than a thousand

} // namespace

ExperimentFiles::ExperimentFiles(QObject *parent)
    : QObject(parent)
    , m_thread(std::make_unique<JobThread>([this](const Error &error) {
        QMetaObject::invokeMethod(
            this, [this, error] { Q_EMIT failed(error); }, Qt::QueuedConnection);
    }))
{
}

ExperimentFiles::~ExperimentFiles()
{
    m_thread.reset(); // what was asked to be saved is saved
}

void ExperimentFiles::open(const QString &path)
{
    m_thread->post([this, path] {
        const Result<ExperimentSpec> spec =
            readWholeFile(filePath(path), longestExperiment).and_then([&](const std::string &json) {
                return parseExperiment(json, path.toStdString());
            });
        QMetaObject::invokeMethod(
            this,
            [this, path, spec] {
                if (spec)
                    Q_EMIT opened(path, *spec);
                else
                    Q_EMIT failed(spec.error());
            },
            Qt::QueuedConnection);
    });
}

void ExperimentFiles::save(const QString &path, const ExperimentSpec &spec)
{
    m_thread->post([this, path, spec] {
        const Result<void> written = writeFileAtomically(filePath(path), toJson(spec));
        QMetaObject::invokeMethod(
            this,
            [this, path, written] {
                if (written)
                    Q_EMIT saved(path);
                else
                    Q_EMIT failed(written.error());
            },
            Qt::QueuedConnection);
    });
}

} // namespace rosler
