// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include <QDialog>

#include "core/data/dataset_request.h"

namespace rosler {

/// Asks for what a data reader may be told: a row for each option that the reader describes.
class DataOptionsDialog : public QDialog
{
    Q_OBJECT

public:
    /// @param given  the values that are shown; the reader's defaults for the rest
    DataOptionsDialog(std::span<const ReaderOption> known, const DatasetOptions &given,
                      QWidget *parent = nullptr);

    /// Those that differ from the reader's defaults.
    [[nodiscard]] DatasetOptions options() const;

private:
    struct Row {
        std::string name;
        OptionValue fallback;
        QWidget *editor;
    };

    [[nodiscard]] QWidget *makeEditor(const ReaderOption &option, const OptionValue &value);

    std::vector<Row> m_rows;
};

} // namespace rosler
