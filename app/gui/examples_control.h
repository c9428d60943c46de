// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QList>
#include <QObject>

#include "core/data/dataset.h"
#include "core/data/held_out.h"
#include "core/store/run_store.h"

namespace rosler {

class ExamplesPage;
class ExamplesSession;
class RunLibrary;

/// Keeps the Examples page in step with the loaded data, the design's validation part and the stored runs.
class ExamplesControl : public QObject
{
    Q_OBJECT

public:
    /// None of them is owned; all outlive this.
    ExamplesControl(ExamplesPage *page, ExamplesSession *session, RunLibrary *library,
                    QObject *parent = nullptr);

    void setData(const std::shared_ptr<const Dataset> &data); ///< none: nothing is loaded
    void setValidation(const ValidationSpec &validation);

private:
    void summarise();
    void offerRuns();

    ExamplesPage *m_page;
    ExamplesSession *m_session;
    std::shared_ptr<const Dataset> m_data;
    ValidationSpec m_validation;
    QList<RunSummary> m_runs; ///< as listed last
};

} // namespace rosler
