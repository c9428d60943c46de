// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <QtTest>

#include "app/session/job_thread.h"

namespace job_thread_test {

using namespace rosler;

class JobThreadTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void jobsAreDoneInOrderAndNoneIsLost()
    {
        std::vector<int> done;
        {
            JobThread thread([](const Error &) {});
            for (int i = 0; i < 500; ++i)
                thread.post([&done, i] { done.push_back(i); });
        } // its end waits for what is left
        QCOMPARE(done.size(), std::size_t {500});
        QVERIFY(std::is_sorted(done.begin(), done.end()));
    }

    void aJobThatThrowsIsToldAndTheNextIsDone()
    {
        std::string told;
        bool next = false;
        {
            JobThread thread([&told](const Error &error) { told = error.what; });
            thread.post([] { throw std::runtime_error("no space"); });
            thread.post([&next] { next = true; });
        }
        QCOMPARE(told, std::string("no space"));
        QVERIFY(next);
    }

    void jobsRunOnOneThreadThatIsNotTheCallers()
    {
        std::atomic<bool> same = false;
        {
            const std::thread::id own = std::this_thread::get_id();
            JobThread thread([](const Error &) {});
            thread.post([&same, own] { same = std::this_thread::get_id() == own; });
        }
        QVERIFY(!same);
    }
};

QTEST_GUILESS_MAIN(JobThreadTest)

} // namespace job_thread_test

#include "job_thread_test.moc"
