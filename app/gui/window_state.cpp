// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/window_state.h"

#include <algorithm>
#include <utility>

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include "app/gui/theme_switch.h"

namespace rosler {

namespace {

const QLatin1String schema("rosler.window/1");

QString tr(const char *text)
{
    return QCoreApplication::translate("rosler::WindowState", text);
}

QString digestOf(const QByteArray &bytes)
{
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

QJsonObject sealed(const QByteArray &bytes)
{
    return {{QStringLiteral("base64"), QString::fromLatin1(bytes.toBase64())},
            {QStringLiteral("sha256"), digestOf(bytes)}};
}

QStringList strings(const QJsonValue &value, qsizetype limit)
{
    QStringList list;
    for (const QJsonValue &entry : value.toArray())
        if (entry.isString() && !entry.toString().isEmpty() && list.size() < limit)
            list << entry.toString();
    return list;
}

/// An enumeration stored as its number, when it is one of the @p count there are.
template <typename T>
T choice(const QJsonValue &value, int count, T fallback)
{
    const int number = value.toInt(-1);
    return number >= 0 && number < count ? static_cast<T>(number) : fallback;
}

double within(const QJsonValue &value, double least, double most, double fallback)
{
    const double number = value.toDouble(fallback);
    return number >= least && number <= most ? number : fallback;
}

QJsonObject exportsJson(const ExportSettings &exports)
{
    return {{QStringLiteral("folder"), exports.folder},
            {QStringLiteral("png"), exports.png},
            {QStringLiteral("svg"), exports.svg},
            {QStringLiteral("pdf"), exports.pdf},
            {QStringLiteral("csv"), exports.csv},
            {QStringLiteral("width_mm"), exports.style.widthMm},
            {QStringLiteral("height_mm"), exports.style.heightMm},
            {QStringLiteral("font_pt"), exports.style.fontPt},
            {QStringLiteral("line_pt"), exports.style.linePt},
            {QStringLiteral("legend"), static_cast<int>(exports.style.legend)},
            {QStringLiteral("grid"), exports.style.grid},
            {QStringLiteral("png_dpi"), exports.style.pngDpi}};
}

ExportSettings exportsFrom(const QJsonObject &json)
{
    ExportSettings exports;
    PublicationStyle &style = exports.style;
    exports.folder = json.value(QStringLiteral("folder")).toString();
    exports.png = json.value(QStringLiteral("png")).toBool(true);
    exports.svg = json.value(QStringLiteral("svg")).toBool(true);
    exports.pdf = json.value(QStringLiteral("pdf")).toBool(true);
    exports.csv = json.value(QStringLiteral("csv")).toBool(true);
    style.widthMm = within(json.value(QStringLiteral("width_mm")), 30, 500, style.widthMm);
    style.heightMm = within(json.value(QStringLiteral("height_mm")), 30, 250, style.heightMm);
    style.fontPt = within(json.value(QStringLiteral("font_pt")), 5, 24, style.fontPt);
    style.linePt = within(json.value(QStringLiteral("line_pt")), 0.25, 4, style.linePt);
    style.legend = choice(json.value(QStringLiteral("legend")), 3, style.legend);
    style.grid = json.value(QStringLiteral("grid")).toBool(style.grid);
    style.pngDpi = within(json.value(QStringLiteral("png_dpi")), 72, 1200, style.pngDpi);
    return exports;
}

QByteArray unsealed(const QJsonValue &value, const QString &what, QStringList &problems)
{
    if (value.isUndefined())
        return {};
    const QJsonObject json = value.toObject();
    const QByteArray bytes =
        QByteArray::fromBase64(json.value(QStringLiteral("base64")).toString().toLatin1());
    if (!bytes.isEmpty() && digestOf(bytes) == json.value(QStringLiteral("sha256")).toString())
        return bytes;
    problems << what;
    return {};
}

} // namespace

QByteArray toJson(const WindowState &state)
{
    QJsonObject json {
        {QStringLiteral("schema"), schema},
        {QStringLiteral("layout_version"), layoutVersion},
        {QStringLiteral("theme"), ThemeSwitch::name(state.theme)},
        {QStringLiteral("hints_dismissed"), state.hintsDismissed},
        {QStringLiteral("dataset"), state.dataset},
        {QStringLiteral("recent_data"), QJsonArray::fromStringList(state.recentData)},
        {QStringLiteral("design_file"), state.designFile},
        {QStringLiteral("recent_experiments"), QJsonArray::fromStringList(state.recentExperiments)},
        {QStringLiteral("checked_runs"), QJsonArray::fromStringList(state.checkedRuns)},
        {QStringLiteral("board_key_file"), state.boardKeyFile},
        {QStringLiteral("curve_x"), static_cast<int>(state.curveX)},
        {QStringLiteral("curve_y"), static_cast<int>(state.curveY)},
        {QStringLiteral("log_x"), state.logX},
        {QStringLiteral("log_y"), state.logY},
        {QStringLiteral("loss_beside"), state.lossBeside},
        {QStringLiteral("export"), exportsJson(state.exports)},
    };
    if (!state.geometry.isEmpty())
        json.insert(QStringLiteral("geometry"), sealed(state.geometry));
    if (!state.docks.isEmpty())
        json.insert(QStringLiteral("docks"), sealed(state.docks));
    if (state.design)
        json.insert(QStringLiteral("design"), QString::fromStdString(toJson(*state.design)));
    return QJsonDocument(json).toJson();
}

ReadWindowState parseWindowState(const QByteArray &bytes)
{
    ReadWindowState read;
    if (bytes.isEmpty())
        return read;
    QJsonParseError parsed {};
    const QJsonObject json = QJsonDocument::fromJson(bytes, &parsed).object();
    if (parsed.error != QJsonParseError::NoError
        || json.value(QStringLiteral("schema")).toString() != schema) {
        read.problems << tr("the whole session file");
        return read;
    }
    WindowState &state = read.state;
    state.geometry =
        unsealed(json.value(QStringLiteral("geometry")), tr("the window's place"), read.problems);
    if (json.value(QStringLiteral("layout_version")).toInt() == layoutVersion)
        state.docks = unsealed(json.value(QStringLiteral("docks")), tr("the layout"), read.problems);
    state.theme = ThemeSwitch::fromName(json.value(QStringLiteral("theme")).toString());
    state.hintsDismissed = json.value(QStringLiteral("hints_dismissed")).toBool();
    if (const QString dataset = json.value(QStringLiteral("dataset")).toString(); !dataset.isEmpty())
        state.dataset = dataset;
    state.recentData = strings(json.value(QStringLiteral("recent_data")), recentLimit);
    if (const QJsonValue design = json.value(QStringLiteral("design")); !design.isUndefined()) {
        if (Result<ExperimentSpec> spec =
                parseExperiment(design.toString().toStdString(), "session.json:/design"))
            state.design = std::move(*spec);
        else
            read.problems << tr("the design");
    }
    state.designFile = json.value(QStringLiteral("design_file")).toString();
    state.recentExperiments = strings(json.value(QStringLiteral("recent_experiments")), recentLimit);
    state.checkedRuns = strings(json.value(QStringLiteral("checked_runs")), 64);
    state.boardKeyFile = json.value(QStringLiteral("board_key_file")).toString();
    state.curveX = choice(json.value(QStringLiteral("curve_x")), 3, CurveX::Epoch);
    state.curveY = choice(json.value(QStringLiteral("curve_y")), 4, CurveY::HeldOutAccuracy);
    state.logX = json.value(QStringLiteral("log_x")).toBool();
    state.logY = json.value(QStringLiteral("log_y")).toBool();
    state.lossBeside = json.value(QStringLiteral("loss_beside")).toBool();
    state.exports = exportsFrom(json.value(QStringLiteral("export")).toObject());
    return read;
}

QStringList withRecent(QStringList list, const QString &item)
{
    list.removeAll(item);
    list.prepend(item);
    return list.mid(0, recentLimit);
}

} // namespace rosler
