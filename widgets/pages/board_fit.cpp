// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pages/board_fit.h"

#include <utility>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "core/base/quantity_text.h"
#include "device_link/host/image_forecast.h"

namespace rosler {

namespace {

constexpr const char *boardAtFirst = "stm32f405"; ///< a part that one can buy

} // namespace

BoardFit::BoardFit(QWidget *parent)
    : QWidget(parent)
    , m_board(new QComboBox)
    , m_type(new QComboBox)
    , m_words(new QLabel)
{
    m_board->setObjectName(QStringLiteral("fitBoard"));
    m_board->setAccessibleName(tr("Board to fit"));
    m_board->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_board->setMinimumContentsLength(8);
    for (const BoardProfile &board : boardProfiles())
        if (!board.firmware.empty()) { // the twin holds anything
            m_board->addItem(QString::fromStdString(board.title), QString::fromStdString(board.id));
            m_board->setItemData(m_board->count() - 1,
                                 tr("Model memory: %1. RAM: %2.")
                                     .arg(QString::fromStdString(board.flashBytes.source),
                                          QString::fromStdString(board.ramBytes.source)),
                                 Qt::ToolTipRole);
        }
    setBoard(QString::fromLatin1(boardAtFirst));
    m_type->setObjectName(QStringLiteral("fitType"));
    m_type->setAccessibleName(tr("Number type to fit"));
    for (const auto &[name, type] :
         {std::pair {"i8", RSL_I8}, std::pair {"f16", RSL_F16}, std::pair {"f32", RSL_F32}})
        m_type->addItem(QString::fromLatin1(name), static_cast<int>(type));
    m_words->setObjectName(QStringLiteral("fitWords"));
    m_words->setAccessibleName(tr("Verdict on the board"));
    m_words->setWordWrap(true);
    auto *choice = new QHBoxLayout;
    choice->addWidget(m_board, 1);
    choice->addWidget(m_type);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(layout->spacing() / 2);
    layout->addLayout(choice);
    layout->addWidget(m_words);
    connect(m_board, &QComboBox::currentIndexChanged, this, &BoardFit::refresh);
    connect(m_type, &QComboBox::currentIndexChanged, this, &BoardFit::refresh);
    refresh();
}

void BoardFit::setModels(std::vector<Model> models)
{
    m_models = std::move(models);
    refresh();
}

void BoardFit::setFeaturesMade(const std::optional<SignalFeatures> &made)
{
    m_extraction.reset();
    if (made)
        if (Result<Extraction> extraction = extractionOf(*made))
            m_extraction = std::move(*extraction);
    refresh();
}

QString BoardFit::board() const
{
    return m_board->currentData().toString();
}

void BoardFit::setBoard(const QString &id)
{
    if (const int row = m_board->findData(id); row >= 0)
        m_board->setCurrentIndex(row);
}

void BoardFit::refresh()
{
    const Result<BoardProfile> profile = boardProfile(board().toStdString());
    m_board->setToolTip(m_board->currentData(Qt::ToolTipRole).toString());
    QStringList lines;
    QStringList details;
    for (const Model &model : m_models) {
        if (!model.plan || !profile)
            continue;
        const auto type = static_cast<rsl_number>(m_type->currentData().toInt());
        const Result<ImageForecast> forecast = imageForecast(*model.plan, type, RSL_LAYOUT_I8_4X4, true,
                                                             m_extraction ? &*m_extraction : nullptr);
        if (!forecast) {
            lines << tr("%1: %2").arg(model.name, QString::fromStdString(forecast.error().what));
            continue;
        }
        const FitVerdict verdict = fitOn(*profile, *forecast);
        const QString words = QString::fromStdString(verdict.text());
        lines << (verdict.fits() ? tr("\u2713 %1 fits").arg(model.name)
                                 : tr("\u2717 %1 %2").arg(model.name, words));
        details << tr("%1: %2 (%3 of %4 bytes of model memory, %5 of %6 bytes of RAM)")
                       .arg(model.name, words)
                       .arg(verdict.imageBytes)
                       .arg(verdict.imageRoom)
                       .arg(verdict.ramBytes)
                       .arg(verdict.ramRoom);
        for (const ImageOperation &operation : forecast->operations)
            details << tr("    %1: %2 of RAM")
                           .arg(QString::fromStdString(operation.name),
                                QString::fromStdString(bytesText(static_cast<double>(operation.ramBytes))));
    }
    if (m_extraction && !lines.isEmpty())
        lines.prepend(tr("Handed raw samples:"));
    m_words->setText(lines.join(QLatin1Char('\n')));
    m_words->setToolTip(details.join(QLatin1Char('\n')));
    m_words->setVisible(!lines.isEmpty());
}

} // namespace rosler
