// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include <QGroupBox>

#include "widgets/models/design_edits.h"
#include "widgets/models/design_model.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QSpinBox;
class QToolButton;
class QVBoxLayout;

namespace rosler {

class ElidedLabel;
class LayerRow;

/// The models of the experiment, and of the chosen one its list of layers: a row a layer, by its kind, with
/// rank and sketch size where it is sketched; how its sketches are drawn and trained.
class ModelGroup : public QGroupBox
{
    Q_OBJECT

public:
    explicit ModelGroup(DesignModel *model, QWidget *parent = nullptr);

    [[nodiscard]] std::size_t currentModel() const noexcept { return m_current; }
    /// What the last training used: shown as ghosts on the sliders of models of the same name.
    void setLastRun(const ExperimentSpec &spec);

Q_SIGNALS:
    /// The group shows the present design, or another of its models.
    void refreshed();

private:
    using Layers = std::vector<LayerSpec>;

    QWidget *buildChooser();
    QWidget *buildNetwork();
    QWidget *buildOptions();
    QWidget *buildTeaching();
    QDoubleSpinBox *addPercent(const QString &name, double minimum, const QString &text,
                               double SketchOptions::*field);
    /// @param unit  what the box shows of 1
    void connectOption(QDoubleSpinBox *box, double unit, const QString &text, double SketchOptions::*field);
    LayerRow *addRow(const std::string &kind, std::size_t number);
    void fitRows(const Layers &layers);

    /// Changes the layers of the edited model alone.
    void editLayers(const QString &text, const std::function<void(Layers &)> &change,
                    const QString &mergeKey = {});
    /// Changes the network: of the edited model and, when linked, of all models with the same one.
    void editNetwork(const QString &text, const std::function<void(Layers &)> &change,
                     const QString &mergeKey = {});
    /// A change of one number of a sketch: its undo texts, the key that merges a drag, and who makes it.
    struct SketchEdit {
        QString ofAll;
        QString ofOne; ///< with %1 for the layer
        QString key;
        void (*set)(Layers &layers, std::size_t layer, Index value, const DesignShape &shape);
    };
    /// Of one layer or, when they are linked, of all.
    void editSketches(const SketchEdit &edit, std::size_t layer, int value);
    void editOptions(const QString &text, const std::function<void(SketchOptions &)> &change,
                     const QString &mergeKey = {});
    /// Of the model's teacher, where it has one.
    void editTeacher(const QString &text, const std::function<void(Distillation &)> &change,
                     const QString &mergeKey);
    /// @param index  in the box: 0 is none, then the models before the edited one
    void setTeacher(int index);
    void refreshTeaching(const ExperimentSpec &spec);
    void addModel(bool sketched, bool duplicate);
    void removeModel();
    void rename();
    QWidget *buildStart();
    void refreshStart(const ModelSpec &model);
    void setCurrent(std::size_t model);
    void refresh();
    void refreshRows(const ModelSpec &model);

    DesignModel *m_model;
    std::size_t m_current = 0;
    std::optional<ExperimentSpec> m_lastRun;
    QComboBox *m_models;
    QToolButton *m_remove;
    QLineEdit *m_name;
    QWidget *m_start = nullptr; ///< the row; hidden where parameters are drawn
    ElidedLabel *m_startText = nullptr;
    QComboBox *m_presets;
    QLabel *m_shape;
    QCheckBox *m_alike;
    QCheckBox *m_link;
    QVBoxLayout *m_lines;
    QToolButton *m_add;
    QWidget *m_options = nullptr;
    QComboBox *m_initialisation;
    QComboBox *m_keptFeatures;
    QDoubleSpinBox *m_gradientSketch = nullptr;
    QDoubleSpinBox *m_successiveFrom = nullptr;
    QDoubleSpinBox *m_productDecay = nullptr;
    QSpinBox *m_orthonormalise = nullptr;
    QWidget *m_teaching = nullptr;
    QComboBox *m_teacher = nullptr;
    QDoubleSpinBox *m_temperature = nullptr;
    QDoubleSpinBox *m_teacherShare = nullptr;
    std::vector<LayerRow *> m_rows;
};

} // namespace rosler
