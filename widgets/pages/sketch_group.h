// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include <QGroupBox>

#include "core/experiment/experiment_spec.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QToolButton;
class QVBoxLayout;

namespace rosler {

class DesignModel;
class SizeControl;

/// The models of the experiment, and of the chosen one rank and sketch size of each layer and how its
/// sketch is drawn and trained.
class SketchGroup : public QGroupBox
{
    Q_OBJECT

public:
    explicit SketchGroup(DesignModel *model, QWidget *parent = nullptr);

    [[nodiscard]] std::size_t currentModel() const noexcept { return m_current; }
    /// What the last training used: shown as ghosts on the sliders of models of the same name.
    void setLastRun(const ExperimentSpec &spec);

Q_SIGNALS:
    /// The group shows the present design, or another of its models.
    void refreshed();

private:
    struct Layer {
        QWidget *block;
        QLabel *title;
        SizeControl *rank;
        SizeControl *sketch;
    };

    QWidget *buildChooser();
    QWidget *buildOptions();
    QDoubleSpinBox *addPercent(const QString &name, double minimum, const QString &text,
                               double SketchOptions::*field);
    void addLayer();
    void editRank(std::size_t layer, int value);
    void editSketch(std::size_t layer, int value);
    void editOptions(const QString &text, const std::function<void(SketchOptions &)> &change,
                     const QString &mergeKey = {});
    void addModel(ModelKind kind, bool duplicate);
    void removeModel();
    void rename();
    void setCurrent(std::size_t model);
    void refresh();
    void refreshLayer(std::size_t layer, const ModelSpec &model);

    DesignModel *m_model;
    std::size_t m_current = 0;
    std::optional<ExperimentSpec> m_lastRun;
    QComboBox *m_models;
    QToolButton *m_remove;
    QLineEdit *m_name;
    QLabel *m_denseNote;
    QWidget *m_sliders;
    QVBoxLayout *m_layerLines;
    QCheckBox *m_link;
    QWidget *m_options = nullptr;
    QComboBox *m_initialisation;
    QComboBox *m_keptFeatures;
    QDoubleSpinBox *m_gradientSketch = nullptr;
    QDoubleSpinBox *m_successiveFrom = nullptr;
    std::vector<Layer> m_layers;
};

} // namespace rosler
