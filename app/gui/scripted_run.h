// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

namespace rosler {

class AppServices;
class MainWindow;

/// Plays the program through without a user: waits for the data, trains the design, writes all figures
/// and a picture of the window ("window.png") into a folder, and ends the program with 0; with 1 and the
/// reason on stderr when anything goes wrong. For tests, and for the picture in the README.
class ScriptedRun : public QObject
{
    Q_OBJECT

public:
    /// @param window, services  not owned; outlive this
    ScriptedRun(MainWindow *window, AppServices *services, QString folder);

private:
    void exportAll();
    void takePicture();
    void fail(const QString &why);

    MainWindow *m_window;
    AppServices *m_services;
    QString m_folder;
};

} // namespace rosler
