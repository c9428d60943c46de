// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

/// The kinds of layers and the files that may tell them apart: each has its pair in core/nn and its row in
/// layer_catalog.cpp, and nothing else of the product names it.
struct LayerPair {
    QString stem;      ///< "dropout_layer": of its pair's names
    QString className; ///< "DropoutLayer"
    QString kind;      ///< "dropout": in spec files; empty for a way to make another kind
};

/// The pairs that @p catalog, the text of layer_catalog.cpp, includes.
[[nodiscard]] QList<LayerPair> layerPairs(const QString &catalog);

/// Where @p text of the source file @p path names a kind of layer that is not its own: "path:line: ...".
/// Comments do not count. The word "dense" is also what people call a model without sketches: as that it may
/// stand anywhere, as a kind not.
[[nodiscard]] QStringList layerFaultsOf(const QString &path, const QString &text,
                                        const QList<LayerPair> &pairs);
