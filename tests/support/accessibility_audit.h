// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAccessible>
#include <QStringList>
#include <QWidget>

namespace rosler::test {

/// The widgets at and below @p root that can have the focus and have no name for screen readers, as
/// "class objectName (parent class)". Skips the line edits inside spin boxes and combo boxes, which
/// speak for their owners.
inline QStringList unnamedFocusableWidgets(QWidget *root)
{
    QStringList unnamed;
    QList<QWidget *> widgets = root->findChildren<QWidget *>();
    widgets.prepend(root);
    for (QWidget *widget : std::as_const(widgets)) {
        if (widget->focusPolicy() == Qt::NoFocus
            || widget->objectName() == QLatin1String("qt_spinbox_lineedit"))
            continue;
        if (widget->window() != root->window()) // popups of combo boxes and menus
            continue;
        if (widget->parentWidget() && widget->parentWidget()->inherits("QComboBox"))
            continue;
        QAccessibleInterface *face = QAccessible::queryAccessibleInterface(widget);
        if (face && !face->text(QAccessible::Name).trimmed().isEmpty())
            continue;
        unnamed << QStringLiteral("%1 %2 (%3)")
                       .arg(QLatin1String(widget->metaObject()->className()), widget->objectName(),
                            QLatin1String(widget->parentWidget()
                                              ? widget->parentWidget()->metaObject()->className()
                                              : "no parent"));
    }
    return unnamed;
}

} // namespace rosler::test

/// Fails the test that it stands in, naming the widgets.
#define ROSLER_VERIFY_ACCESSIBLE(root)                                                                       \
    do {                                                                                                     \
        const QStringList unnamed = ::rosler::test::unnamedFocusableWidgets(root);                           \
        QVERIFY2(unnamed.isEmpty(), qPrintable(unnamed.join(QLatin1Char('\n'))));                            \
    } while (false)
