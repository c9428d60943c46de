// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/app_services.h"

#include <QDir>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "core/base/contract.h"

namespace rosler {

AppFolders AppFolders::standard()
{
    return {RunStore::defaultRoot(), QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation)};
}

AppServices::AppServices(const AppFolders &folders)
    : m_log(QDir(folders.state).filePath(QStringLiteral("log/workbench.log")))
    , m_state(QDir(folders.state).filePath(QStringLiteral("session.json")))
    , m_store(openStore(folders.runs))
    , m_runs(std::make_unique<RunLibrary>(m_store))
    , m_examples(std::make_unique<ExamplesSession>(m_store))
    , m_models(
          std::make_unique<ModelExchange>(m_store, QDir(folders.state).filePath(QStringLiteral("imported"))))
    , m_devices(std::make_unique<DeviceSession>(m_store))
    , m_training(std::make_unique<TrainingSession>(m_store))
{
}

AppServices::~AppServices() = default;

std::shared_ptr<RunStore> AppServices::openStore(const std::filesystem::path &root)
{
    Result<std::shared_ptr<RunStore>> store = RunStore::open(root);
    if (store)
        return std::move(*store);
    m_storeProblem = store.error();
    m_temporary = std::make_unique<QTemporaryDir>();
    store = RunStore::open(std::filesystem::path(m_temporary->path().toStdU16String()));
    ROSLER_EXPECTS(store.has_value()); // without a place for temporary files nothing works
    return std::move(*store);
}

} // namespace rosler
