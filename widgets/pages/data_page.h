// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <span>

#include <QStringList>
#include <QWidget>

#include "core/base/result.h"
#include "core/data/dataset.h"
#include "core/data/dataset_request.h"

namespace rosler {

/// The Data dock: which dataset is loaded, its counts, class histogram and thumbnails; open, drop, recent.
/// Touches no file: it emits loadRequested(), and its slots take what became of it.
class DataPage : public QWidget
{
    Q_OBJECT

public:
    explicit DataPage(QWidget *parent = nullptr);
    ~DataPage() override;

public Q_SLOTS:
    void setDataset(std::shared_ptr<const rosler::Dataset> data);
    /// What the reader of these data may be told, and is told; without any there is nothing to ask for.
    void setOptions(std::span<const rosler::ReaderOption> known, const rosler::DatasetOptions &given);
    void setRecent(const QStringList &sources);
    void setLoading(const QString &source);
    /// The same of data that stand in for those that showError() was about, which goes on being said.
    void setLoadingInstead(const QString &source);
    void setProgress(double fraction);
    /// An inline banner over the data that was there before, which stays.
    void showError(const rosler::Error &error);
    /// What the reader of the data that showError() was about may be told, and was: the banner asks for it.
    /// Data that cannot be read as they are can be read otherwise.
    void offerOptions(std::span<const rosler::ReaderOption> known, const rosler::DatasetOptions &given);
    /// Opens the file dialog (also behind the button and Ctrl+O).
    void chooseFolder();
    void chooseFiles();
    /// What the button beside the progress does: nothing, if nothing is being loaded.
    void cancelLoading();

Q_SIGNALS:
    void loadingChanged(bool loading);
    void loadRequested(const QString &source); ///< "digits" or a path
    void loadAsRequested(const QString &source, const rosler::DatasetOptions &options);
    void optionsRequested(const rosler::DatasetOptions &options); ///< those that differ from the defaults
    void cancelRequested();

protected:
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dragLeaveEvent(QDragLeaveEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace rosler
