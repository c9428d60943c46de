// SPDX-License-Identifier: Apache-2.0
#include "device_link/host/model_push.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "core/base/digest.h"
#include "device_link/host/board_info.h"

namespace rosler {

namespace {

std::optional<std::uint8_t> activeNumber(const BoardInfo &info)
{
    const SlotInfo *slot = info.activeSlot();
    return slot == nullptr ? std::nullopt
                           : std::optional(static_cast<std::uint8_t>(slot - info.slots.data()));
}

bool holds(const SlotInfo *slot, const ModelImage &image)
{
    return slot != nullptr && slot->state == SlotInfo::State::Valid && slot->bytes == image.bytes().size()
        && slot->sha256 == hexOf(image.sha256());
}

bool isKnownAnswer(const RunReply &reply, const ModelImage &image)
{
    const auto known = image.knownOutput();
    return std::equal(reply.outputBytes.begin(), reply.outputBytes.end(), known.begin(), known.end());
}

/// Does the board take what this key makes a tag of?
Result<void> checkKey(const BoardInfo &board, const ModelKey *key)
{
    if (board.key == (key != nullptr ? key->number() : 0))
        return {};
    if (board.key == 0)
        return fail(ErrorCode::Rejected, "the board has no key; it takes any model, until it is given one",
                    board.board);
    return fail(ErrorCode::Rejected,
                "the board takes models with a tag of " + keyName(board.key) + " only, "
                    + (key != nullptr ? "this is " + keyName(key->number()) : "and no key was given"),
                board.board);
}

rsl_begin announcementOf(const ModelImage &image, bool replaces, const ModelKey *key)
{
    rsl_begin begin {};
    std::copy(image.sha256().begin(), image.sha256().end(), begin.sha256);
    begin.length = static_cast<std::uint32_t>(image.bytes().size());
    begin.ram_bytes = image.ramBytes();
    begin.format = RSL_MODEL_FORMAT;
    begin.kernel_abi = RSL_KERNEL_ABI;
    const rsl_needs needs = image.needs();
    begin.numbers = needs.numbers;
    begin.layouts = needs.layouts;
    begin.kinds = needs.kinds;
    begin.slot = RSL_ANY_SLOT;
    begin.flags = replaces ? RSL_BEGIN_REPLACE : 0;
    if (key != nullptr) {
        begin.tag_kind = RSL_TAG_HMAC;
        const auto tag = key->tagOf(image.bytes());
        std::copy(tag.begin(), tag.end(), begin.tag);
    }
    return begin;
}

/// Makes the slot that holds it the active one, if there is such a slot.
Result<void> activateIfThere(BoardClient &client, const ModelImage &image, const std::stop_token &stop)
{
    if (holds(client.info().activeSlot(), image))
        return {};
    for (std::uint8_t i = 0; i < client.info().slots.size(); ++i) {
        if (!holds(&client.info().slots[i], image) || !client.activate(i))
            continue;
        if (auto info = client.hello(stop); !info)
            return tl::unexpected(info.error());
        return {};
    }
    return {};
}

/// It passed its test when it was activated; it is asked again for its known answer.
Result<void> verifyAgain(BoardClient &client, const ModelImage &image, std::optional<std::uint8_t> before,
                         PushReport &report, const std::stop_token &stop)
{
    report.generation = client.info().activeSlot()->generation;
    report.slot = *activeNumber(client.info());
    const auto answer = client.run(image.knownInput(), stop);
    if (!answer)
        return tl::unexpected(answer.error());
    if (isKnownAnswer(*answer, image))
        return {};
    if (before && *before != report.slot)
        static_cast<void>(client.activate(*before));
    return fail(ErrorCode::Rejected, "the board's outputs are not the twin's", client.info().board);
}

Result<void> send(BoardClient &client, const ModelImage &image, const ModelKey *key, PushReport &report,
                  const BoardProgressSink &progress, const std::stop_token &stop)
{
    const auto begun = client.begin(announcementOf(image, report.replaced, key), stop);
    if (!begun)
        return tl::unexpected(begun.error());
    report.slot = begun->slot;
    report.resumedAt = begun->next_off;
    const auto sent = client.sendImage(image.bytes(), *begun, progress, stop);
    if (!sent)
        return tl::unexpected(sent.error());
    report.sentBytes = sent->all;
    report.resentBytes = sent->again;
    return {};
}

Result<void> commit(BoardClient &client, const ModelImage &image, PushReport &report,
                    const BoardProgressSink &progress, const std::stop_token &stop)
{
    const auto answer = client.commit(image.sha256(), stop);
    if (!answer)
        return tl::unexpected(answer.error());
    if (progress)
        progress({BoardProgress::Step::KnownAnswer, 0, 1});
    if (!isKnownAnswer(*answer, image)) {
        static_cast<void>(client.reject(report.slot));
        return fail(
            ErrorCode::Rejected,
            std::string("the board's outputs are not the twin's; ")
                + (report.replaced ? "it holds no model any more" : "the model before is active again"),
            client.info().board);
    }
    report.generation = answer->generation;
    // What the board itself says it holds.
    if (auto info = client.hello(stop); !info)
        return tl::unexpected(info.error());
    if (!holds(client.info().activeSlot(), image))
        return fail(ErrorCode::Rejected, "the board took the model, but does not hold it",
                    client.info().board);
    return {};
}

} // namespace

Result<PushReport> pushModel(BoardClient &client, const ModelImage &image, const BoardProgressSink &progress,
                             const std::stop_token &stop, const ModelKey *key)
{
    const auto begun = client.link().now();
    PushReport report;
    // What the board holds now, not what it held once.
    if (auto info = client.hello(stop); !info)
        return tl::unexpected(info.error());
    if (auto trusted = checkKey(client.info(), key); !trusted)
        return tl::unexpected(trusted.error());
    const auto verdict = fitOn(client.info(), image);
    if (!verdict)
        return tl::unexpected(verdict.error());
    const std::optional<std::uint8_t> before = activeNumber(client.info());
    // Two models that take turns stay on the board both.
    if (auto done = activateIfThere(client, image, stop); !done)
        return tl::unexpected(done.error());
    report.wasThere = holds(client.info().activeSlot(), image);
    report.replaced = !report.wasThere && verdict->losesActive;
    if (!report.wasThere && !verdict->fits())
        return fail(ErrorCode::Rejected, "the model does not fit: " + verdict->text(), client.info().board);
    if (!report.wasThere)
        if (auto sent = send(client, image, key, report, progress, stop); !sent)
            return tl::unexpected(sent.error());
    if (progress)
        progress({BoardProgress::Step::Verify, 0, 1});
    const auto verified = report.wasThere ? verifyAgain(client, image, before, report, stop)
                                          : commit(client, image, report, progress, stop);
    if (!verified)
        return tl::unexpected(verified.error());
    if (progress)
        progress({BoardProgress::Step::KnownAnswer, 1, 1});
    report.seconds = std::chrono::duration<double>(client.link().now() - begun).count();
    return report;
}

} // namespace rosler
