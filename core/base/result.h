// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace rosler {

/// What a caller can act on. One code per *reaction*, not per call site:
/// the text says the rest.
enum class ErrorCode {
    NotFound,    ///< a named file, run, port or board is not there
    Unreadable,  ///< it is there, but the system refused to read it
    Unwritable,  ///< the system refused to write it: a full disk, no permission
    OutOfMemory, ///< this machine has too little memory for it
    Malformed,   ///< its bytes do not follow the format they claim
    Unsupported, ///< well-formed, but a version or feature this build does not know
    OutOfRange,  ///< a value outside the limits its document states
    TimedOut,    ///< the other end did not answer in the time allowed
    Rejected,    ///< the other end answered no
    Cancelled,   ///< the user asked to stop; never shown as a failure
};

/// A failure that came from outside the program.
/// `what` says what is wrong, in one sentence, with the offending value;
/// `where` says where to look: "mnist/train-images.idx:16" (file:offset),
/// "spec.json:/layers/2/rank" (file:JSON pointer), "ttyACM0:seq 41".
struct Error {
    ErrorCode code = ErrorCode::Malformed;
    std::string what;
    std::string where;

    friend bool operator==(const Error &, const Error &) = default;
};

/// One line for people: "where: what", or "what" alone.
[[nodiscard]] std::string message(const Error &error);

/// The value, or why there is none. std::expected once the compiler has it.
template <typename T>
using Result = tl::expected<T, Error>;

/// Short for returning an error: return fail(ErrorCode::NotFound, "no such run", id).
[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string what, std::string where = {})
{
    return tl::unexpected<Error>(Error {code, std::move(what), std::move(where)});
}

} // namespace rosler
