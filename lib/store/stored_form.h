// A message as it comes in, made into what is stored: LF line ends, our own fields on top, no mbox "From "
// line and no Return-Path of somebody else's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mail::store {

// The mbox line that some callers (Postfix's mailbox_command, sendmail) put before a message.
struct FromLine {
    std::size_t length;                 // of the whole line with its end
    std::optional<std::string> sender;  // empty: the null reverse-path; nothing: not to be made out

    // The line at the start of `head`, the message's first bytes. Nothing when it begins with something else.
    static std::optional<FromLine> parse(std::string_view head);
    bool operator==(const FromLine&) const = default;
};

// Whether `address` may stand in a header field that we write: bounded, and without control characters.
bool safe_address(std::string_view address);

// Turns the message, given piece by piece, into what is stored. The pieces may be cut anywhere.
class StoredForm {
public:
    // `prefix` goes before the message. `drop_return_path`: the header's Return-Path fields are left out.
    StoredForm(std::string prefix, bool drop_return_path) : out_(std::move(prefix)), in_header_(drop_return_path) {}

    // What is stored for the next piece; valid until the next call and no longer than `piece`.
    std::string_view next(std::string_view piece);

    // What is stored after the last piece.
    std::string_view end();

private:
    void pass(std::string_view text);          // LF line ends already
    void pass_header(std::string_view& text);  // takes what it has decided about off the front

    std::string out_;   // what the current call returns, unless it can return the piece itself
    std::string held_;  // the start of a header line that may yet become a Return-Path
    bool in_header_;    // still looking for Return-Path
    bool at_line_start_ = true;
    bool dropping_ = false;  // the current field is a Return-Path
    bool held_cr_ = false;   // the last piece ended with a CR: of a CRLF?
    bool fresh_ = true;      // nothing but the prefix is in out_
};

}  // namespace mail::store
