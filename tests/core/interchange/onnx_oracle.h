// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>

#include "core/base/matrix.h"

namespace rosler::testing {

/// Whether this machine has what onnx_evaluate.py needs.
inline bool hasOnnxOracle()
{
    static const bool has = QProcess::execute(QStringLiteral("/usr/bin/python3"),
                                              {QStringLiteral("-c"), QStringLiteral("import onnx, numpy")})
        == 0;
    return has;
}

/// What onnx_evaluate.py makes of a model.
struct OracleAnswer {
    std::string error; ///< empty: all is well
    Matrix outputs;
    std::map<std::string, std::string> properties;
};

/// @param inputs  one example a row, as the model's input has it
inline OracleAnswer askOnnxOracle(const std::string &model, const Matrix &inputs)
{
    const QTemporaryDir folder;
    const auto path = [&](const char *name) { return folder.filePath(QLatin1String(name)); };
    const auto write = [&](const char *name, const char *bytes, std::size_t size) {
        std::ofstream(path(name).toStdString(), std::ios::binary)
            .write(bytes, static_cast<std::streamsize>(size));
    };
    write("model.onnx", model.data(), model.size());
    write("in.f32", reinterpret_cast<const char *>(inputs.data()),
          static_cast<std::size_t>(inputs.size()) * sizeof(float));
    QProcess python;
    python.start(QStringLiteral("/usr/bin/python3"),
                 {QStringLiteral(ROSLER_SOURCE_DIR "/tests/core/interchange/onnx_evaluate.py"),
                  path("model.onnx"), path("in.f32"), path("out.f32")});
    OracleAnswer answer;
    if (!python.waitForFinished(60'000) || python.exitCode() != 0) {
        answer.error = "onnx_evaluate.py: " + python.readAllStandardError().toStdString();
        return answer;
    }
    for (const QByteArray &line : python.readAllStandardOutput().split('\n'))
        if (const qsizetype equals = line.indexOf('='); equals > 0)
            answer.properties[line.left(equals).toStdString()] = line.mid(equals + 1).toStdString();
    std::ifstream in(path("out.f32").toStdString(), std::ios::binary);
    const std::string bytes {std::istreambuf_iterator<char>(in), {}};
    const auto numbers = static_cast<Index>(bytes.size() / sizeof(float));
    answer.outputs.resize(inputs.rows(), numbers / inputs.rows());
    std::memcpy(answer.outputs.data(), bytes.data(),
                static_cast<std::size_t>(answer.outputs.size()) * sizeof(float));
    return answer;
}

} // namespace rosler::testing
