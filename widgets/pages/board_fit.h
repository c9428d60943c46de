// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "core/data/signal/signal_features.h"
#include "core/nn/network_plan.h"
#include "device_link/host/extraction.h"

class QComboBox;
class QLabel;

namespace rosler {

/// Whether the design would fit a board that need not be there: "fits", or how many kB it lacks. The bytes
/// are those that will be pushed, known from the shapes alone. GUI thread only.
class BoardFit : public QWidget
{
    Q_OBJECT

public:
    struct Model {
        QString name;
        std::optional<NetworkPlan> plan; ///< none = it does not fit the data
    };

    explicit BoardFit(QWidget *parent = nullptr);

    void setModels(std::vector<Model> models);
    /// @param made  the features that the board makes of samples that it is handed; none = it is handed
    ///              features. Those that no board can make count as none.
    void setFeaturesMade(const std::optional<SignalFeatures> &made);
    [[nodiscard]] QString board() const; ///< id of its profile
    void setBoard(const QString &id);    ///< ids that are none change nothing

private:
    void refresh();

    std::vector<Model> m_models;
    std::optional<Extraction> m_extraction;
    QComboBox *m_board;
    QComboBox *m_type;
    QLabel *m_words;
};

} // namespace rosler
