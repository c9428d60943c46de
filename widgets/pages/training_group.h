// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QGroupBox>
#include <QString>

#include "core/training/trial_spec.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace rosler {

class DesignModel;
struct ExperimentSpec;

/// How all models are trained: epochs, budget, augmentation, batch, optimizer, schedule, seed, what is held
/// out, and each kind's learning rate.
class TrainingGroup : public QGroupBox
{
    Q_OBJECT

public:
    explicit TrainingGroup(DesignModel *model, QWidget *parent = nullptr);

private:
    QSpinBox *addCount(const QString &label, const QString &name, int maximum,
                       const std::function<void(ExperimentSpec &, int)> &set);
    QDoubleSpinBox *addNumber(const QString &label, const QString &name, double minimum, double maximum,
                              const std::function<void(ExperimentSpec &, double)> &set);
    void setSeed();
    void setValidation();
    void refresh();

    DesignModel *m_model;
    QFormLayout *m_form;
    QSpinBox *m_epochs;
    QComboBox *m_budget;
    QLabel *m_ownEpochs; ///< of each model, at equal training FLOPs
    QSpinBox *m_batch;
    QComboBox *m_optimizer;
    QDoubleSpinBox *m_momentum;
    QDoubleSpinBox *m_warmup;
    QDoubleSpinBox *m_weightDecay;
    QComboBox *m_schedule;
    QDoubleSpinBox *m_denseRate;
    QDoubleSpinBox *m_roslerRate;
    QSpinBox *m_shift;
    QCheckBox *m_flip;
    QDoubleSpinBox *m_noise;
    QLineEdit *m_validation;
    QLineEdit *m_seed;
};

} // namespace rosler
