// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include <QWidget>

#include "core/data/signal/signal_features.h"

namespace rosler {

class DesignModel;

/// The Design dock: architecture presets and widths, rank and sketch-size sliders for each layer, training
/// settings, and the forecast of what it will cost, which changes while a slider is dragged.
/// Edits @p model and nothing else.
class DesignPage : public QWidget
{
    Q_OBJECT

public:
    /// @param model  not owned; outlives the page
    explicit DesignPage(DesignModel *model, QWidget *parent = nullptr);
    ~DesignPage() override;

    /// The features that a board makes of samples that it is handed; none = it is handed features. Counts for
    /// whether the models fit a board.
    void setFeaturesMade(const std::optional<SignalFeatures> &made);

public Q_SLOTS:
    /// While a training runs, a line says that changes belong to the next one.
    void setTraining(bool running);

Q_SIGNALS:
    void copyCommandRequested();
    /// A design file or shipped experiment was chosen: "mnist-1024".
    void experimentRequested(const QString &nameOrPath);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
