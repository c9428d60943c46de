// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/include_rules.h"

#include <algorithm>
#include <functional>

#include <QHash>
#include <QRegularExpression>

namespace {

const QString apache = QStringLiteral("Apache-2.0");
const QString gpl = QStringLiteral("GPL-3.0-or-later");

/// The row whose folder is the longest beginning of @p path.
const FolderRule *ruleFor(const QString &path)
{
    const FolderRule *best = nullptr;
    for (const FolderRule &rule : folderRules())
        if (path.startsWith(rule.folder) && (!best || rule.folder.size() > best->folder.size()))
            best = &rule;
    return best;
}

bool isBelow(const QString &path, const QStringList &folders)
{
    return std::any_of(folders.begin(), folders.end(), [&](const QString &f) { return path.startsWith(f); });
}

QString faultOfOwnHeader(const FolderRule &rule, const QString &header)
{
    static const QRegularExpression generated(QStringLiteral("^[a-z0-9_]+\\.moc$"));
    if (generated.match(header).hasMatch() || header.startsWith(rule.folder))
        return {};
    if (!ruleFor(header) && !header.startsWith(QStringLiteral("tests/")))
        return QStringLiteral("\"%1\" is not a path from the repository root").arg(header);
    for (const QString &allowed : rule.mayInclude)
        if (allowed.endsWith(QLatin1Char('/')) ? header.startsWith(allowed) : header == allowed)
            return {};
    return QStringLiteral("%1 may not include \"%2\"").arg(rule.folder, header);
}

QString faultOfLibraryHeader(const QString &path, const QString &header)
{
    for (const LibraryRule &rule : libraryRules()) {
        if ((!rule.folders.isEmpty() && !isBelow(path, rule.folders)) || isBelow(path, rule.homes))
            continue;
        if (QRegularExpression(QRegularExpression::anchoredPattern(rule.headers)).match(header).hasMatch())
            return QStringLiteral("<%1>: %2").arg(header, rule.reason);
    }
    return {};
}

} // namespace

const std::vector<FolderRule> &folderRules()
{
    static const QString base = QStringLiteral("core/base/");
    static const QString h5 = QStringLiteral("core/h5/");
    static const QString data = QStringLiteral("core/data/");
    static const QString sketch = QStringLiteral("core/sketch/");
    static const QString nn = QStringLiteral("core/nn/");
    static const QString compress = QStringLiteral("core/compress/");
    static const QString training = QStringLiteral("core/training/");
    static const QString cost = QStringLiteral("core/cost/");
    static const QString figure = QStringLiteral("core/figure/");
    static const QString experiment = QStringLiteral("core/experiment/");
    static const QString interchange = QStringLiteral("core/interchange/");
    static const QString store = QStringLiteral("core/store/");
    static const QString protocol = QStringLiteral("device_link/protocol/");
    static const QString firmware = QStringLiteral("device_link/firmware/");
    static const QString host = QStringLiteral("device_link/host/");
    static const QString links = QStringLiteral("device_link/host/links/");
    static const QString flash = QStringLiteral("device_link/host/flash/");
    static const QString boardTrace = host + QStringLiteral("power_trace.h");
    static const QStringList boardValues {boardTrace,
                                          host + QStringLiteral("board_connection.h"),
                                          host + QStringLiteral("board_profile.h"),
                                          host + QStringLiteral("energy.h"),
                                          host + QStringLiteral("measurement.h"),
                                          host + QStringLiteral("measurement_figures.h"),
                                          host + QStringLiteral("measured_model.h"),
                                          host + QStringLiteral("power_figure.h"),
                                          host + QStringLiteral("image_forecast.h"),
                                          host + QStringLiteral("extraction.h"),
                                          host + QStringLiteral("latency_histogram.h")};
    static const QString models = QStringLiteral("widgets/models/");
    static const QString charts = QStringLiteral("widgets/charts/");
    static const QString controls = QStringLiteral("widgets/controls/");
    static const QString pages = QStringLiteral("widgets/pages/");
    static const QString session = QStringLiteral("app/session/");
    static const QString fetch = QStringLiteral("app/fetch/");
    static const QString trained = QStringLiteral("app/trained/");

    static const std::vector<FolderRule> rules {
        {base, {}, apache},
        {h5, {base}, apache},
        {data, {h5, base}, apache},
        {sketch, {base}, apache},
        {nn, {sketch, base}, apache},
        {compress, {nn, base}, apache},
        {training, {compress, nn, sketch, data, base}, apache},
        // Costs are sums over the specs, the stages and the layers: never over what trains.
        {cost,
         {QStringLiteral("core/training/trial_spec.h"), QStringLiteral("core/training/stage_schedule.h"),
          QStringLiteral("core/training/engine_sizes.h"), nn + QStringLiteral("layer_catalog.h"),
          nn + QStringLiteral("layer.h"), nn + QStringLiteral("network_plan.h"),
          nn + QStringLiteral("orthonormal_macs.h"), base},
         apache},
        {figure, {base}, apache},
        {experiment, {training, cost, figure, nn, data, base}, apache},
        {interchange, {nn, h5, base}, apache},
        {store, {experiment, training, cost, figure, compress, nn, data, h5, base}, apache},
        {protocol, {}, apache},
        {firmware, {protocol}, apache},
        {host, {protocol, QStringLiteral("core/")}, apache},
        {links,
         {host, QStringLiteral("device_link/firmware/twin/"), protocol, QStringLiteral("core/")},
         apache},
        {flash,
         {host + QStringLiteral("board_profile.h"), host + QStringLiteral("child_process.h"),
          QStringLiteral("core/")},
         apache},
        // Of boards, widgets know values alone.
        {models, QStringList {QStringLiteral("core/")} + boardValues, gpl},
        {charts, {figure, base, boardTrace}, gpl},
        {controls, QStringList {models, QStringLiteral("core/")} + boardValues, gpl},
        {pages, QStringList {controls, charts, models, QStringLiteral("core/")} + boardValues, gpl},
        {fetch, {QStringLiteral("core/")}, gpl},
        {trained, {host, QStringLiteral("core/")}, gpl},
        {session, {trained, fetch, host, QStringLiteral("core/")}, gpl},
        {QStringLiteral("app/cli/"), {trained, fetch, host, QStringLiteral("core/")}, gpl},
        {QStringLiteral("app/gui/"),
         {pages, controls, charts, models, session, trained, fetch, host, QStringLiteral("core/")},
         gpl},
    };
    return rules;
}

const std::vector<LibraryRule> &libraryRules()
{
    static const std::vector<LibraryRule> rules {
        {QStringLiteral("Q[A-Za-z0-9/]+|q[a-z0-9]+\\.h"),
         {QStringLiteral("core/"), QStringLiteral("app/cli/"), QStringLiteral("app/trained/"),
          QStringLiteral("device_link/protocol/"), QStringLiteral("device_link/firmware/"),
          QStringLiteral("device_link/host/")},
         {QStringLiteral("device_link/host/links/"), QStringLiteral("device_link/host/flash/")},
         QStringLiteral("core, the firmware and the command line know no Qt")},
        {QStringLiteral("hdf5.*\\.h|H5[A-Za-z]*\\.h|highfive/.*"),
         {},
         {QStringLiteral("core/h5/")},
         QStringLiteral("HDF5 is known in core/h5 alone")},
        {QStringLiteral(
             "QtCharts.*|Q(Abstract)?(Charts?|ChartView|XYSeries|LineSeries|SplineSeries|ScatterSeries"
             "|AreaSeries|BarSet|BarSeries|HorizontalBarSeries|BoxPlotSeries|PieSeries|Series|Axis"
             "|ValueAxis|LogValueAxis|CategoryAxis|BarCategoryAxis|DateTimeAxis|Legend|LegendMarker)"),
         {},
         {QStringLiteral("widgets/charts/")},
         QStringLiteral("Qt Charts is known in widgets/charts alone")},
        {QStringLiteral(
             "thread|jthread|future|fstream|QThread|QThreadPool|QRunnable|QtConcurrent.*|QFuture.*"
             "|QFile|QSaveFile|QTemporaryFile|QTemporaryDir|QProcess|QSerialPort.*|QTcp.*|QUdp.*|QNetwork.*"),
         {QStringLiteral("widgets/")},
         {},
         QStringLiteral("widgets start no threads, open no ports, touch no files")},
        {QStringLiteral("QWidget|QtWidgets.*|QApplication|QMainWindow|QDialog|QMessageBox"),
         {QStringLiteral("widgets/models/"), QStringLiteral("app/session/")},
         {},
         QStringLiteral("models and sessions know no widgets")},
    };
    return rules;
}

QStringList faultsOf(const QString &path, const QString &text)
{
    static const QRegularExpression include(QStringLiteral("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]"));
    const FolderRule *rule = ruleFor(path);
    if (!rule)
        return {QStringLiteral("%1: its folder has no row in folderRules()").arg(path)};

    QStringList faults;
    const QStringList lines = text.split(QLatin1Char('\n'));
    const QString spdx = QStringLiteral("// SPDX-License-Identifier: ") + rule->licence;
    if (lines.front() != spdx)
        faults << QStringLiteral("%1:1: must be \"%2\"").arg(path, spdx);
    for (qsizetype i = 0; i < lines.size(); ++i) {
        const QRegularExpressionMatch match = include.match(lines[i]);
        if (!match.hasMatch())
            continue;
        const QString header = match.captured(2);
        const QString fault = match.captured(1) == QLatin1String("\"") ? faultOfOwnHeader(*rule, header)
                                                                       : faultOfLibraryHeader(path, header);
        if (!fault.isEmpty())
            faults << QStringLiteral("%1:%2: %3").arg(path).arg(i + 1).arg(fault);
    }
    return faults;
}

QString circleIn(const std::vector<FolderRule> &rules)
{
    enum class Seen { No, OnTheWay, Done };
    QHash<QString, Seen> seen;
    QStringList way;
    const std::function<bool(const FolderRule &)> leadsToCircle = [&](const FolderRule &from) {
        seen[from.folder] = Seen::OnTheWay;
        way << from.folder;
        for (const FolderRule &to : rules) {
            // A mention of "core/" means each row below it.
            const bool arrow = to.folder != from.folder && isBelow(to.folder, from.mayInclude);
            if (!arrow || seen.value(to.folder) == Seen::Done)
                continue;
            if (seen.value(to.folder) == Seen::OnTheWay) {
                way << to.folder;
                way = way.mid(way.indexOf(to.folder));
                return true;
            }
            if (leadsToCircle(to))
                return true;
        }
        way.removeLast();
        seen[from.folder] = Seen::Done;
        return false;
    };
    for (const FolderRule &rule : rules)
        if (seen.value(rule.folder) == Seen::No && leadsToCircle(rule))
            return way.join(QStringLiteral(" -> "));
    return {};
}
