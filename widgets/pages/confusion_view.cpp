// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/confusion_view.h"

#include <algorithm>

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>

#include "core/base/quantity_text.h"

namespace rosler {

namespace {

/// Of the text's colour, so that it fits light, dark and high contrast.
QColor shade(const QPalette &palette, double share)
{
    QColor colour = palette.color(QPalette::Highlight);
    colour.setAlphaF(static_cast<float>(0.08 + 0.5 * share));
    return colour;
}

} // namespace

ConfusionView::ConfusionView(QWidget *parent)
    : QWidget(parent)
    , m_model(new QComboBox)
    , m_shown(new QComboBox)
    , m_words(new QLabel)
    , m_table(new QTableWidget)
{
    m_model->setObjectName(QStringLiteral("confusionModel"));
    m_model->setAccessibleName(tr("Model"));
    m_model->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_shown->setObjectName(QStringLiteral("confusionShown"));
    m_shown->setAccessibleName(tr("Whose answers"));
    m_shown->addItems({tr("Board"), tr("Twin"), tr("Board − twin")});
    m_words->setObjectName(QStringLiteral("confusionWords"));
    m_table->setObjectName(QStringLiteral("confusion"));
    m_table->setAccessibleName(tr("Confusion: rows are true classes, columns answers"));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setMinimumSectionSize(
        fontMetrics().horizontalAdvance(QStringLiteral("0000")));
    m_table->verticalHeader()->setMinimumSectionSize(1);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() * 5 / 4);
    auto *choice = new QHBoxLayout;
    choice->addWidget(m_model);
    choice->addWidget(m_shown);
    choice->addWidget(m_words, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(choice);
    layout->addWidget(m_table, 1);
    connect(m_model, &QComboBox::currentIndexChanged, this, &ConfusionView::refresh);
    connect(m_shown, &QComboBox::currentIndexChanged, this, &ConfusionView::refresh);
    refresh();
}

void ConfusionView::setModels(const std::vector<MeasuredModel> &models)
{
    m_models = models;
    const QString chosen = m_model->currentText();
    {
        const QSignalBlocker blocker(m_model);
        m_model->clear();
        for (const MeasuredModel &model : models)
            m_model->addItem(QString::fromStdString(model.measurement.model + " " + model.measurement.type));
        m_model->setCurrentIndex(std::max(0, m_model->findText(chosen)));
    }
    refresh();
}

void ConfusionView::refresh()
{
    m_model->setEnabled(!m_models.empty());
    m_shown->setEnabled(!m_models.empty());
    const auto index = static_cast<std::size_t>(std::max(0, m_model->currentIndex()));
    if (index >= m_models.size() || m_models[index].measurement.samples == 0) {
        m_table->clear();
        m_table->setRowCount(0);
        m_table->setColumnCount(0);
        m_words->setText(tr("No test example has run on a board yet"));
        return;
    }
    const MeasuredModel &model = m_models[index];
    const BoardConfusion &confusion = model.confusion;
    const int classes = static_cast<int>(confusion.board.size());
    QStringList names;
    for (int i = 0; i < classes; ++i)
        names << (static_cast<std::size_t>(i) < confusion.classNames.size()
                      ? QString::fromStdString(confusion.classNames[static_cast<std::size_t>(i)])
                      : QString::number(i));
    m_table->setRowCount(classes);
    m_table->setColumnCount(classes);
    m_table->setHorizontalHeaderLabels(names);
    m_table->setVerticalHeaderLabels(names);
    const auto shown = static_cast<Shown>(m_shown->currentIndex());
    for (int row = 0; row < classes; ++row) {
        const auto &board = confusion.board[static_cast<std::size_t>(row)];
        const auto &twin = confusion.twin[static_cast<std::size_t>(row)];
        double inRow = 0;
        for (const std::uint64_t count : board)
            inRow += static_cast<double>(count);
        for (int column = 0; column < classes; ++column) {
            const auto onBoard = static_cast<qint64>(board[static_cast<std::size_t>(column)]);
            const auto onTwin = static_cast<qint64>(twin[static_cast<std::size_t>(column)]);
            const qint64 value = shown == Board ? onBoard : shown == Twin ? onTwin : onBoard - onTwin;
            auto *item = new QTableWidgetItem(value == 0 ? QString() : QString::number(value));
            item->setTextAlignment(Qt::AlignCenter);
            item->setToolTip(tr("True class %1, answered %2: board %3, twin %4")
                                 .arg(names[row], names[column])
                                 .arg(onBoard)
                                 .arg(onTwin));
            item->setData(Qt::AccessibleTextRole, item->toolTip());
            if (value != 0 && inRow > 0)
                item->setBackground(
                    shade(palette(), std::min(1.0, static_cast<double>(std::abs(value)) / inRow)));
            m_table->setItem(row, column, item);
        }
    }
    const Measurement &m = model.measurement;
    m_words->setText(tr("%n examples; board %1, twin %2", nullptr, static_cast<int>(m.samples))
                         .arg(QString::fromStdString(percentText(m.boardAccuracy.value_or(0))),
                              QString::fromStdString(percentText(m.twinAccuracy.value_or(0)))));
}

} // namespace rosler
