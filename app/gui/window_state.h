// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include <QByteArray>
#include <QString>
#include <QStringList>

#include "core/experiment/experiment_spec.h"
#include "core/experiment/run_figures.h"
#include "widgets/charts/chart_theme.h"
#include "widgets/pages/export_dialog.h"

namespace rosler {

/// How the window was left: what session.json holds. Whatever is missing or wrong in the file stands here
/// as its default.
struct WindowState {
    QByteArray geometry; ///< of QWidget::saveGeometry(); empty = the default size
    QByteArray docks;    ///< of QMainWindow::saveState(); empty = the default layout
    ThemeKind theme = ThemeKind::System;
    bool hintsDismissed = false;

    QString dataset = QStringLiteral("digits"); ///< last source
    QStringList recentData;
    std::optional<ExperimentSpec> design; ///< as it was, saved or not
    QString designFile;                   ///< empty = never saved
    QStringList recentExperiments;
    QStringList checkedRuns; ///< ids
    QString boardKeyFile;    ///< path, not what is in it; empty = none

    CurveX curveX = CurveX::Epoch;
    CurveY curveY = CurveY::HeldOutAccuracy;
    bool logX = false;
    bool logY = false;
    bool lossBeside = false;
    ExportSettings exports;
};

/// Version of the docks' arrangement: raised when docks are added or renamed, so that an old layout is
/// left out and the default one is shown.
inline constexpr int layoutVersion = 1;

/// How many recent files are remembered.
inline constexpr int recentLimit = 8;

/// The state as JSON, schema "rosler.window/1". Geometry and layout carry a digest.
[[nodiscard]] QByteArray toJson(const WindowState &state);

/// A state read back, and in words what of it could not be used.
struct ReadWindowState {
    WindowState state;
    QStringList problems;
};

/// Never fails: the parts that are damaged, of another version or of the wrong type fall back to their
/// defaults, each by itself.
[[nodiscard]] ReadWindowState parseWindowState(const QByteArray &json);

/// @p list with @p item first, without repeats, at most recentLimit long.
[[nodiscard]] QStringList withRecent(QStringList list, const QString &item);

} // namespace rosler
