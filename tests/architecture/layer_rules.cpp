// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/layer_rules.h"

#include <QRegularExpression>

namespace {

const QString labelOfModels = QStringLiteral("dense");

QString camelCase(const QString &stem)
{
    QString name;
    for (const QString &word : stem.split(QLatin1Char('_')))
        name += word.left(1).toUpper() + word.mid(1);
    return name;
}

} // namespace

QList<LayerPair> layerPairs(const QString &catalog)
{
    static const QRegularExpression include(QStringLiteral("#include \"core/nn/(\\w+)_layer\\.h\""));
    QList<LayerPair> pairs;
    for (auto match = include.globalMatch(catalog); match.hasNext();) {
        const QString kind = match.next().captured(1);
        const QString stem = kind + QStringLiteral("_layer");
        // A pair without a row of its own is a way to make another kind: its word is no kind.
        const bool hasRow = catalog.contains(QStringLiteral(" %1Kind(").arg(kind));
        pairs.append({stem, camelCase(stem), hasRow ? kind : QString()});
    }
    return pairs;
}

QStringList layerFaultsOf(const QString &path, const QString &text, const QList<LayerPair> &pairs)
{
    QStringList faults;
    if (path == QLatin1String("core/nn/layer_catalog.cpp"))
        return faults;
    static const QRegularExpression comment(QStringLiteral("//.*$"));
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (const LayerPair &pair : pairs) {
        if (path.startsWith(QStringLiteral("core/nn/%1.").arg(pair.stem)))
            continue;
        const QString quoted = QStringLiteral("\"%1\"").arg(pair.kind);
        for (qsizetype i = 0; i < lines.size(); ++i) {
            QString code = lines[i];
            code.remove(comment);
            const bool asKind = !pair.kind.isEmpty() && code.contains(quoted)
                && (pair.kind != labelOfModels || code.contains(QLatin1String("kind"), Qt::CaseInsensitive));
            if (asKind || code.contains(pair.className) || code.contains(pair.stem + QLatin1String(".h")))
                faults << QStringLiteral("%1:%2: names what only the pair of %3 and "
                                         "layer_catalog.cpp may")
                              .arg(path)
                              .arg(i + 1)
                              .arg(pair.className);
        }
    }
    return faults;
}
