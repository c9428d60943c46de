// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
/// \file
/// The program as its user starts it, and a small experiment for it. Set ROSLER_PROGRAM to its path.

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>

namespace rosler::test {

struct Answer {
    int exitCode;
    QByteArray out;
    QByteArray error;

    /// The object on the last line.
    [[nodiscard]] QJsonObject json() const
    {
        return QJsonDocument::fromJson(out.trimmed().split('\n').last()).object();
    }
};

/// What a program that was started says until its end.
[[nodiscard]] inline Answer finish(QProcess &process)
{
    if (!process.waitForFinished(100'000))
        return {-1, {}, "did not end"};
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

[[nodiscard]] inline Answer rosler(const QStringList &arguments)
{
    QProcess process;
    process.start(QStringLiteral(ROSLER_PROGRAM), arguments);
    return finish(process);
}

/// Writes a small experiment on the built-in digits, dense and sketched, seed 3.
/// @return @p path; empty when it cannot be written
[[nodiscard]] inline QString writeSmallExperiment(const QString &path, int width, int epochs,
                                                  const QByteArray &rank = "[4, 4]")
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return {};
    file.write(R"({"schema": "rosler.experiment/1", "name": "small", "dataset": "digits", "seed": 3,
        "widths": [)"
               + QByteArray::number(width) + R"(], "training": {"epochs": )" + QByteArray::number(epochs)
               + R"(, "batch": 100},
        "models": [{"kind": "dense"}, {"kind": "rosler", "rank": )"
               + rank + R"(, "sketch_size": [200, 16]}]})");
    return path;
}

} // namespace rosler::test
