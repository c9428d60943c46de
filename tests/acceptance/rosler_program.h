// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>
#include <QString>
#include <QStringList>

/// What one run of the command line came to.
struct ProgramRun {
    int exitCode = -1;  ///< -1 when it did not start, crashed, or took longer than allowed
    QString problem;    ///< why exitCode is -1, and what the program said on standard error
    QStringList lines;  ///< of standard output
    QJsonObject result; ///< its last line, parsed; empty when that is no JSON object
};

/// Runs the built `rosler` with @p arguments in @p folder, with a run store below it.
[[nodiscard]] ProgramRun runRosler(const QStringList &arguments, const QString &folder, int allowedSeconds);

/// The model called @p name in a "rosler.result/1" object; empty when there is none.
[[nodiscard]] QJsonObject modelNamed(const QJsonObject &result, const QString &name);

/// What is wrong with a "rosler.result/1" object as such: missing keys, accuracies that are no fractions,
/// weight bytes that do not shrink from type to type. One sentence a fault.
[[nodiscard]] QStringList faultsOfResult(const QJsonObject &result);

/// Prints the models, one a line, so that a log shows what was reached.
void tellResult(const QJsonObject &result);
