// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/measured_model.h"

#include "device_link/host/csv_field.h"

namespace rosler {

std::string confusionCsv(std::span<const MeasuredModel> models)
{
    std::string csv = "board,model,type,true_class,answer,board_count,twin_count\n";
    for (const MeasuredModel &model : models) {
        const BoardConfusion &confusion = model.confusion;
        const auto nameOfClass = [&](std::size_t i) {
            return i < confusion.classNames.size() ? csvField(confusion.classNames[i]) : std::to_string(i);
        };
        const std::string head = csvField(model.measurement.board) + "," + csvField(model.measurement.model)
            + "," + csvField(model.measurement.type) + ",";
        for (std::size_t row = 0; row < confusion.board.size(); ++row)
            for (std::size_t column = 0; column < confusion.board[row].size(); ++column)
                csv += head + nameOfClass(row) + "," + nameOfClass(column) + ","
                    + std::to_string(confusion.board[row][column]) + ","
                    + std::to_string(confusion.twin[row][column]) + "\n";
    }
    return csv;
}

} // namespace rosler
