// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <QWidget>

#include "core/nn/layer_spec.h"
#include "widgets/models/design_edits.h"

class QBoxLayout;
class QCheckBox;
class QLabel;
class QToolButton;

namespace rosler {

struct LayerField;
class SizeControl;

/// One layer of the edited model: its numbers by the table of its kind, whether it is sketched, and then
/// rank and sketch size as sliders. Shows what it is given and emits what the user changes.
class LayerRow : public QWidget
{
    Q_OBJECT

public:
    /// @param kind    a row of layer_catalog.h; it stays
    /// @param number  place in the network, from 0
    LayerRow(const std::string &kind, std::size_t number, QWidget *parent = nullptr);

    [[nodiscard]] const std::string &kind() const noexcept { return m_kind; }

    /// What the row shows of its neighbours and of the last training.
    struct Surroundings {
        DesignedLayer shape;
        bool last = false;           ///< has the classes' size and cannot be removed
        Index rankBefore = 0;        ///< of the weighted layer before; 0 = none
        const Sketch *ran = nullptr; ///< the sketch that the last training used here
    };
    void showLayer(const LayerSpec &layer, const Surroundings &around);

Q_SIGNALS:
    void fieldEdited(const QString &field, double value);
    void sketchToggled(bool sketched);
    void rankEdited(int rank);
    void sketchSizeEdited(int size);
    void removeRequested();
    /// The user let go: what follows is another change.
    void editingFinished();

private:
    struct Field {
        QWidget *line;
        std::function<void(double)> show;
    };

    void addField(const LayerField &field, QBoxLayout *into);
    void showSketch(const Sketch &sketch, const Surroundings &around);

    std::string m_kind;
    std::size_t m_number;
    QLabel *m_title;
    QToolButton *m_remove;
    QCheckBox *m_sketched;
    SizeControl *m_rank;
    SizeControl *m_size;
    std::vector<Field> m_fields; ///< of the kind, in its order
};

} // namespace rosler
