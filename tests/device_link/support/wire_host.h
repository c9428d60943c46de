// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "device_link/protocol/rsl_message.h"
#include "tests/device_link/support/sample_image.h"

namespace rosler {

struct Reply {
    rsl_frame frame {};
    std::vector<std::uint8_t> payload;
};

/// The least host there can be: one request at a time over any pipe of bytes. For tests of the firmware; the
/// product's own host is device_link/host.
class WireHost
{
public:
    using Write = std::function<void(const std::vector<std::uint8_t> &)>;
    /// Bytes that came, after waiting for some when there are none; empty: nothing came in time.
    using Read = std::function<std::vector<std::uint8_t>()>;

    WireHost(Write write, Read read, std::uint16_t session = 0x1234);

    /// Sends a request and returns its answer, passing over BUSY and LOG; sends again, up to @p tries times,
    /// when none comes.
    std::optional<Reply> ask(rsl_type type, const std::vector<std::uint8_t> &payload, int tries = 1);

    std::optional<rsl_caps> hello();
    /// BEGIN, DATA from where the board says, COMMIT.
    /// @return the last reply
    std::optional<Reply> push(const AlignedBytes &image, bool fresh = false);
    std::optional<rsl_begin_reply> begin(const AlignedBytes &image, bool fresh = false);
    std::optional<rsl_ack> data(const AlignedBytes &image, std::uint32_t offset);
    /// As a host that announces something else.
    std::optional<Reply> push(const AlignedBytes &image, const rsl_begin &announced);
    std::optional<Reply> commit(const AlignedBytes &image);
    /// INPUT and RUN, and OUTPUT as often as needed.
    std::optional<std::vector<std::uint8_t>> run(const std::vector<std::uint8_t> &input,
                                                 std::uint16_t *classIndex = nullptr);
    std::optional<rsl_result> bench(std::uint32_t runs, std::uint16_t flags = 0);
    /// A text command without its '%'; the reply up to m-ready.
    std::string text(const std::string &command);
    /// Text that came since the last, up to the next m-ready: a boot banner.
    std::string untilReady();

    std::uint32_t vector = 0; ///< number of the last input
    std::uint32_t dataFramesSent = 0;
    std::string lastLog; ///< what the board said of itself: after HELLO, the stack it has used

private:
    std::optional<Reply> nextFrame();

    Write m_write;
    Read m_read;
    std::uint16_t m_session;
    std::uint16_t m_seq = 0;
    rsl_decoder m_decoder {};
    std::vector<std::uint8_t> m_pending;
    std::size_t m_at = 0;
    std::string m_text;
};

[[nodiscard]] rsl_begin announcement(const AlignedBytes &image);
/// The status of an error, or of a reply that carries one; RSL_OK otherwise.
[[nodiscard]] rsl_status statusOf(const Reply &reply);

} // namespace rosler
