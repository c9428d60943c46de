// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QTableWidget>

#include "core/cost/cost_model.h"

namespace rosler {

/// What a model will cost beside the dense reference, before it is trained: parameters, memory at each
/// number type, multiply-adds, training memory and training FLOPs, and the saving in each. All of it is
/// modelled: italic, with a tilde, and the formula in the tooltip.
class ForecastTable : public QTableWidget
{
    Q_OBJECT

public:
    enum Column { Name, Dense, Model, Saving, ColumnCount };

    explicit ForecastTable(QWidget *parent = nullptr);

    /// @param name  of the model, above its column
    void setCosts(const QString &name, const std::optional<TrialCost> &dense,
                  const std::optional<TrialCost> &model);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void fitRows();
    void copy();
};

} // namespace rosler
