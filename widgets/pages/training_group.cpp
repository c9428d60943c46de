// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/training_group.h"

#include <algorithm>

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpressionValidator>
#include <QSignalBlocker>
#include <QSpinBox>

#include "core/experiment/budget.h"
#include "core/experiment/experiment_spec.h"
#include "widgets/controls/quiet_wheel.h"
#include "widgets/models/design_model.h"

namespace rosler {

namespace {

/// Shows 0.002 as 0.002, and steps by a tenth of it.
class NumberSpinBox : public QDoubleSpinBox
{
public:
    explicit NumberSpinBox(QWidget *parent)
        : QDoubleSpinBox(parent)
    {
        setDecimals(7);
        setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
        setKeyboardTracking(false);
        setAlignment(Qt::AlignRight);
        keepWheelForFocus(this);
    }

    [[nodiscard]] QString textFromValue(double value) const override
    {
        return locale().toString(value, 'g', 6);
    }
};

/// The first model with sketches, or without.
const ModelSpec *firstOf(const ExperimentSpec &spec, bool sketched)
{
    const auto found =
        std::find_if(spec.models.begin(), spec.models.end(),
                     [sketched](const ModelSpec &model) { return model.isSketched() == sketched; });
    return found == spec.models.end() ? nullptr : &*found;
}

void setRates(ExperimentSpec &spec, bool sketched, double rate)
{
    for (ModelSpec &model : spec.models) {
        if (model.isSketched() == sketched)
            model.learningRate = rate;
    }
}

} // namespace

TrainingGroup::TrainingGroup(DesignModel *model, QWidget *parent)
    : QGroupBox(tr("Training"), parent)
    , m_model(model)
    , m_form(new QFormLayout(this))
    , m_budget(new QComboBox(this))
    , m_ownEpochs(new QLabel(this))
    , m_optimizer(new QComboBox(this))
    , m_schedule(new QComboBox(this))
    , m_flip(new QCheckBox(tr("&Flip"), this))
    , m_validation(new QLineEdit(this))
    , m_seed(new QLineEdit(this))
{
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_form->setVerticalSpacing(m_form->verticalSpacing() / 2);
    m_epochs = addCount(tr("&Epochs"), QStringLiteral("epochs"), 100'000,
                        [](ExperimentSpec &spec, int value) { setEpochs(spec, value); });
    m_budget->setObjectName(QStringLiteral("budget"));
    m_budget->addItems({tr("Equal epochs"), tr("Equal training FLOPs")});
    m_budget->setMinimumContentsLength(8);
    m_budget->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_budget->setToolTip(
        tr("What the models are given alike. At equal training FLOPs the epochs are the first "
           "model's, and the others train as many as its computation pays for"));
    keepWheelForFocus(m_budget);
    m_form->addRow(tr("B&udget"), m_budget);
    m_ownEpochs->setObjectName(QStringLiteral("ownEpochs"));
    m_ownEpochs->setWordWrap(true);
    m_form->addRow(m_ownEpochs);
    m_batch = addCount(tr("&Batch"), QStringLiteral("batch"), 65'536,
                       [](ExperimentSpec &spec, int value) { spec.training.batch = value; });
    m_batch->setToolTip(tr("Examples a step"));

    const auto addChoice = [this](QComboBox *box, const QString &label, const QStringList &choices) {
        box->addItems(choices);
        box->setMinimumContentsLength(8);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        keepWheelForFocus(box);
        m_form->addRow(label, box);
    };
    m_optimizer->setObjectName(QStringLiteral("optimizer"));
    addChoice(m_optimizer, tr("&Optimizer"), {tr("Adam"), tr("SGD with momentum")});
    m_momentum = addNumber(tr("&Momentum"), QStringLiteral("momentum"), 0, 0.9999,
                           [](ExperimentSpec &spec, double value) { spec.training.momentum = value; });
    m_schedule->setObjectName(QStringLiteral("schedule"));
    addChoice(m_schedule, tr("&Schedule"), {tr("Cosine to 0"), tr("Constant")});
    m_warmup = addNumber(tr("Warm-up"), QStringLiteral("warmup"), 0, 100'000,
                         [](ExperimentSpec &spec, double value) { spec.training.warmup = value; });
    m_warmup->setToolTip(tr("Epochs in which the learning rate rises to its value; 0 = none"));
    m_denseRate = addNumber(tr("Learning rate, &dense"), QStringLiteral("denseRate"), 1e-7, 10,
                            [](ExperimentSpec &spec, double value) { setRates(spec, false, value); });
    m_roslerRate = addNumber(tr("Learning rate, &Rosler"), QStringLiteral("roslerRate"), 1e-7, 10,
                             [](ExperimentSpec &spec, double value) { setRates(spec, true, value); });
    m_weightDecay = addNumber(tr("&Weight decay"), QStringLiteral("weightDecay"), 0, 1,
                              [](ExperimentSpec &spec, double value) { spec.training.weightDecay = value; });
    m_shift = addCount(tr("S&hift"), QStringLiteral("shift"), 10'000,
                       [](ExperimentSpec &spec, int value) { spec.training.augmentation.shift = value; });
    m_shift->setMinimum(0);
    m_shift->setToolTip(tr("Training images are moved by up to so many pixels, signals along; 0 = none"));
    m_flip->setObjectName(QStringLiteral("flip"));
    m_flip->setToolTip(tr("Every other training image, drawn, is mirrored left to right"));
    m_form->addRow(m_flip);
    m_noise = addNumber(tr("&Noise"), QStringLiteral("noise"), 0, 1'000,
                        [](ExperimentSpec &spec, double value) { spec.training.augmentation.noise = value; });
    m_noise->setToolTip(tr("Standard deviation of what is added to every feature of a training example"));
    m_validation->setObjectName(QStringLiteral("validation"));
    m_validation->setAlignment(Qt::AlignRight);
    m_validation->setToolTip(
        tr("Training examples that are held out to choose by: a share (0.1), a number (5000), or none. "
           "Nothing is chosen by the test set"));
    m_form->addRow(tr("&Validation"), m_validation);
    m_seed->setObjectName(QStringLiteral("seed"));
    m_seed->setAlignment(Qt::AlignRight);
    m_seed->setValidator(
        new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-9]{1,20}")), this));
    m_form->addRow(tr("S&eed"), m_seed);

    connect(m_optimizer, &QComboBox::activated, this, [this](int index) {
        m_model->edit(tr("Optimizer"), [index](ExperimentSpec &spec) {
            spec.training.optimizer = index == 0 ? OptimizerKind::Adam : OptimizerKind::Sgd;
        });
    });
    connect(m_schedule, &QComboBox::activated, this, [this](int index) {
        m_model->edit(tr("Schedule"), [index](ExperimentSpec &spec) {
            spec.training.schedule = index == 0 ? ScheduleKind::Cosine : ScheduleKind::Constant;
        });
    });
    connect(m_budget, &QComboBox::activated, this, [this](int index) {
        m_model->edit(tr("Budget"),
                      [index](ExperimentSpec &spec) { setBudget(spec, static_cast<BudgetKind>(index)); });
    });
    connect(m_flip, &QCheckBox::clicked, this, [this](bool on) {
        m_model->edit(tr("Flip"), [on](ExperimentSpec &spec) { spec.training.augmentation.flip = on; });
    });
    connect(m_validation, &QLineEdit::editingFinished, this, &TrainingGroup::setValidation);
    connect(m_seed, &QLineEdit::editingFinished, this, &TrainingGroup::setSeed);
    connect(m_model, &DesignModel::changed, this, &TrainingGroup::refresh);
    refresh();
}

QSpinBox *TrainingGroup::addCount(const QString &label, const QString &name, int maximum,
                                  const std::function<void(ExperimentSpec &, int)> &set)
{
    auto *box = new QSpinBox(this);
    box->setObjectName(name);
    box->setRange(1, maximum);
    box->setAccelerated(true);
    box->setKeyboardTracking(false);
    box->setAlignment(Qt::AlignRight);
    keepWheelForFocus(box);
    m_form->addRow(label, box);
    const QString text = QString(label).remove(QLatin1Char('&'));
    connect(box, &QSpinBox::valueChanged, this, [=, this](int value) {
        m_model->edit(
            text, [&](ExperimentSpec &spec) { set(spec, value); }, name);
    });
    connect(box, &QSpinBox::editingFinished, m_model, &DesignModel::finishMerge);
    return box;
}

QDoubleSpinBox *TrainingGroup::addNumber(const QString &label, const QString &name, double minimum,
                                         double maximum,
                                         const std::function<void(ExperimentSpec &, double)> &set)
{
    auto *box = new NumberSpinBox(this);
    box->setObjectName(name);
    box->setRange(minimum, maximum);
    m_form->addRow(label, box);
    const QString text = QString(label).remove(QLatin1Char('&'));
    connect(box, &QDoubleSpinBox::valueChanged, this, [=, this](double value) {
        m_model->edit(
            text, [&](ExperimentSpec &spec) { set(spec, value); }, name);
    });
    connect(box, &QDoubleSpinBox::editingFinished, m_model, &DesignModel::finishMerge);
    return box;
}

void TrainingGroup::setSeed()
{
    bool good = false;
    const quint64 seed = m_seed->text().toULongLong(&good);
    if (good) {
        m_model->edit(tr("Seed"), [seed](ExperimentSpec &spec) { spec.seed = seed; });
    }
    refresh(); // a number that is too large gives way to what holds
}

void TrainingGroup::setValidation()
{
    const auto validation = parseValidation(m_validation->text().trimmed().toStdString(), "validation");
    if (validation && *validation != m_model->spec().training.validation)
        m_model->edit(tr("Validation"),
                      [&validation](ExperimentSpec &spec) { spec.training.validation = *validation; });
    m_validation->setModified(false);
    refresh(); // what says nothing gives way to what holds
}

void TrainingGroup::refresh()
{
    const ExperimentSpec &spec = m_model->spec();
    const auto show = [](auto *box, auto value) {
        const QSignalBlocker quiet(box);
        box->setValue(value);
    };
    show(m_epochs, static_cast<int>(spec.training.epochs));
    m_budget->setCurrentIndex(static_cast<int>(spec.training.budget));
    QStringList own;
    for (std::size_t i = 0; i < spec.models.size(); ++i)
        if (const Index epochs = m_model->epochs(i); epochs > 0)
            own.append(QStringLiteral("%1 %2").arg(QString::fromStdString(spec.models[i].name)).arg(epochs));
    m_ownEpochs->setText(own.isEmpty() ? tr("Load the data to see the epochs of each model")
                                       : tr("Epochs: %1").arg(own.join(QStringLiteral(", "))));
    m_ownEpochs->setVisible(spec.training.budget == BudgetKind::EqualTrainingFlops);
    show(m_shift, static_cast<int>(spec.training.augmentation.shift));
    m_flip->setChecked(spec.training.augmentation.flip);
    show(m_noise, spec.training.augmentation.noise);
    show(m_batch, static_cast<int>(spec.training.batch));
    m_optimizer->setCurrentIndex(spec.training.optimizer == OptimizerKind::Adam ? 0 : 1);
    m_schedule->setCurrentIndex(spec.training.schedule == ScheduleKind::Cosine ? 0 : 1);
    show(m_warmup, spec.training.warmup);
    show(m_momentum, spec.training.momentum);
    m_momentum->setVisible(spec.training.optimizer == OptimizerKind::Sgd);
    m_form->labelForField(m_momentum)->setVisible(spec.training.optimizer == OptimizerKind::Sgd);
    show(m_weightDecay, spec.training.weightDecay);
    const auto showRate = [&](QDoubleSpinBox *box, bool sketched) {
        const ModelSpec *model = firstOf(spec, sketched);
        box->setEnabled(model != nullptr);
        if (model)
            show(box, model->learningRate);
    };
    showRate(m_denseRate, false);
    showRate(m_roslerRate, true);
    if (!m_validation->hasFocus() || !m_validation->isModified())
        m_validation->setText(QString::fromStdString(validationText(spec.training.validation)));
    if (!m_seed->hasFocus() || !m_seed->isModified())
        m_seed->setText(QString::number(spec.seed));
}

} // namespace rosler
