// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

namespace rosler {

/// The other end of a serial port, played by a thread on a pty: hears bytes, and says some.
class PtyPeer
{
public:
    using Bytes = std::vector<std::uint8_t>;
    /// Called with what came, nothing every few milliseconds; what it returns is sent.
    /// On the peer's thread.
    using Play = std::function<Bytes(std::span<const std::uint8_t> heard, std::uint32_t baud)>;

    explicit PtyPeer(Play play)
    {
        std::array<char, 64> name {};
        if (::openpty(&m_master, &m_slave, name.data(), nullptr, nullptr) != 0)
            return;
        termios line {};
        ::tcgetattr(m_slave, &line);
        ::cfmakeraw(&line);
        ::cfsetspeed(&line, B115200);
        ::tcsetattr(m_slave, TCSANOW, &line);
        ::fcntl(m_master, F_SETFL, O_NONBLOCK);
        m_path = name.data();
        m_thread =
            std::jthread([this, act = std::move(play)](const std::stop_token &stop) { run(act, stop); });
    }
    ~PtyPeer() { unplug(); }
    PtyPeer(const PtyPeer &) = delete;
    PtyPeer &operator=(const PtyPeer &) = delete;

    [[nodiscard]] const std::string &path() const noexcept { return m_path; }

    /// The port is gone.
    void unplug()
    {
        if (m_thread.joinable()) {
            m_thread.request_stop();
            m_thread.join();
        }
        for (int *end : {&m_slave, &m_master})
            if (*end >= 0)
                ::close(std::exchange(*end, -1));
    }

private:
    [[nodiscard]] std::uint32_t baud() const
    {
        termios line {};
        ::tcgetattr(m_master, &line);
        switch (::cfgetospeed(&line)) {
        case B9600:
            return 9600;
        case B57600:
            return 57600;
        case B115200:
            return 115200;
        case B230400:
            return 230400;
        case B460800:
            return 460800;
        case B921600:
            return 921600;
        default:
            return 0;
        }
    }

    void run(const Play &play, const std::stop_token &stop)
    {
        std::array<std::uint8_t, 4096> buffer {};
        Bytes unsent;
        while (!stop.stop_requested()) {
            const short events = static_cast<short>(unsent.empty() ? POLLIN : POLLIN | POLLOUT);
            pollfd wait {m_master, events, 0};
            ::poll(&wait, 1, 2);
            const ssize_t n =
                (wait.revents & POLLIN) != 0 ? ::read(m_master, buffer.data(), buffer.size()) : 0;
            if (unsent.size() < 65536 || n > 0) {
                const Bytes said =
                    play(std::span(buffer).first(n > 0 ? static_cast<std::size_t>(n) : 0), baud());
                unsent.insert(unsent.end(), said.begin(), said.end());
            }
            if (unsent.empty())
                continue;
            const ssize_t sent = ::write(m_master, unsent.data(), unsent.size());
            if (sent > 0)
                unsent.erase(unsent.begin(), unsent.begin() + sent);
        }
    }

    int m_master = -1;
    int m_slave = -1; ///< held open, so that the port outlives its users
    std::string m_path;
    std::jthread m_thread;
};

} // namespace rosler
