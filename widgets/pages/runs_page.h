// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QList>
#include <QStringList>
#include <QWidget>

#include "widgets/charts/chart_theme.h"

class QAction;

namespace rosler {

class RunsModel;

/// The runs list: check = plotted, a swatch with the run's colour, marker and dash, figures, star, filter.
/// F2 renames in place (the model asks for it), Del asks to delete. Emits wishes and changes no run.
class RunsPage : public QWidget
{
    Q_OBJECT

public:
    /// @param model  not owned; outlives the page
    explicit RunsPage(RunsModel *model, QWidget *parent = nullptr);
    ~RunsPage() override;

    void setTheme(const ChartTheme &theme);
    /// Puts commands of the window about the selected run into the menu of the list, as a menu of this title.
    /// Not owned.
    void addCommands(const QString &title, const QList<QAction *> &commands);
    /// In the order of the list.
    [[nodiscard]] QStringList selectedIds() const;

public Q_SLOTS:
    /// Scrolls to the run and selects it, unless the filter hides it.
    void select(const QString &id);

Q_SIGNALS:
    void selectionChanged(); ///< other runs are selected, or a selected one has changed
    void removeRequested(const QStringList &ids);
    void resumeRequested(const QStringList &ids);
    void exportRequested(const QStringList &ids);
    void starRequested(const QString &id, bool starred);
    void tagsRequested(const QString &id, const QStringList &tags);
    void folderRequested(const QString &id);
    void designRequested(const QString &id);
    /// From the sentence that stands here while there are no runs.
    void trainRequested();

protected:
    void changeEvent(QEvent *event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
