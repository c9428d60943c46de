// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <QObject>
#include <QString>

#include "core/base/free_memory.h"
#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/experiment/experiment_spec.h"

namespace rosler {

class DatasetSession;
class DesignModel;
class ExperimentFiles;

/// Which data are loaded, which design is edited, and whether that design may be trained on these data.
///
/// A design names its data. Data that the user chooses become the design's; data that come otherwise (at the
/// start, because those of the last session are gone) do not, and a design for other data is not trained.
/// GUI thread only.
class ExperimentControl : public QObject
{
    Q_OBJECT

public:
    /// What may be trained.
    struct Order {
        ExperimentSpec spec;
        std::shared_ptr<const Dataset> data;
    };

    /// None of them is owned; all outlive this.
    /// @param free  tells how many bytes of memory are free: what needs more is not trained (checkMemory())
    ExperimentControl(
        DesignModel *design, DatasetSession *datasets, ExperimentFiles *files,
        std::function<std::optional<std::uint64_t>()> free = [] { return freeMemory(); },
        QObject *parent = nullptr);

    [[nodiscard]] const std::shared_ptr<const Dataset> &data() const noexcept { return m_data; }
    /// What could not be loaded last, or was not to be any more, and how it was to be read.
    [[nodiscard]] const DatasetRequest &failed() const noexcept { return m_failed; }
    /// Why data are loaded.
    enum class Chosen { ByUser, ByNobody, InPlaceOfFailed };
    /// Those that are being loaded.
    [[nodiscard]] Chosen chosen() const noexcept { return m_chosen; }
    /// Where data() came from; while there are none, where the ones come from that are on their way.
    [[nodiscard]] QString source() const;
    /// How data() were asked for.
    [[nodiscard]] const DatasetRequest &request() const noexcept { return m_request; }
    /// Whether the design is for data(); false without data.
    [[nodiscard]] bool isForData() const;

    /// The design and its data, if they may be trained.
    /// @return NotFound    no data are loaded
    /// @return Rejected    the design is for other data than those that are loaded (see useData())
    /// @return OutOfRange  the design does not fit the data
    /// @return OutOfMemory its training needs more memory than is free
    [[nodiscard]] Result<Order> order() const;

    /// Begins with what the last session left: a design that may have come from @p file, and its data.
    void restore(const ExperimentSpec &design, const QString &file);
    /// Loads data that nobody chose: those of the last session, or the built-in ones; read as the design
    /// says, where it is for them.
    void loadUnasked(const QString &source);

    /// open() from the event loop: who builds this can still connect to it. Data that the user chooses
    /// meanwhile are what the experiment is for.
    void openLater(const QString &nameOrPath);

public Q_SLOTS:
    /// Loads data that the user chose: once they are there, the design is for them.
    void load(const QString &source);
    /// The same, read as @p options say.
    void loadAs(const QString &source, const rosler::DatasetOptions &options);
    /// Loads data() again, read otherwise; the design is then for them. To be undone.
    void setOptions(const rosler::DatasetOptions &options);
    void cancelLoading();
    /// Opens a shipped experiment by its name, or a file.
    void open(const QString &nameOrPath);
    /// Takes @p spec for the design, to be undone, together with the file it is from.
    void take(const rosler::ExperimentSpec &spec, const QString &file = {});
    /// Says, to be undone, that the design is for the loaded data.
    void useData();
    /// Gives each model a first layer that standardises the features, to be undone.
    void standardise();

Q_SIGNALS:
    void loaded(); ///< data() are new
    void loadFailed(const rosler::Error &error);
    void opened(const QString &file); ///< a file has become the design
    /// The design was opened, is for data of this name, and nobody knows where they are.
    void dataWanted(const QString &name);
    /// The user chose data() whose features the design should standardise and does not; they reach so far.
    void unscaled(float least, float most);
    void problem(const rosler::Error &error);
    /// Data are loaded and nothing else is on its way, for the first time.
    void ready();

private:
    void begin(const DatasetRequest &request, Chosen chosen);
    void takeData(const std::shared_ptr<const Dataset> &data);
    void takeFailure(const Error &error);
    void followDesign();
    void tellReady();
    [[nodiscard]] bool
    names(const DatasetRequest &request) const; ///< whether that means data(); there are some

    DesignModel *m_design;
    DatasetSession *m_datasets;
    ExperimentFiles *m_files;
    std::function<std::optional<std::uint64_t>()> m_free;
    std::shared_ptr<const Dataset> m_data;
    DatasetRequest m_request;           ///< that m_data came from
    DatasetRequest m_loading;           ///< what is being loaded; without a source, nothing is
    DatasetRequest m_failed;            ///< failed()
    Chosen m_chosen = Chosen::ByNobody; ///< m_loading was
    bool m_opening = false;             ///< an experiment that was asked for is not here yet
    bool m_startsWithData = false;      ///< that experiment is for the data that the user chose beside it
    bool m_wasReady = false;
};

} // namespace rosler
