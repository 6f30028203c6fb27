#include "lib/store/stored_form.h"

#include <algorithm>
#include <utility>

#include "lib/base/text.h"

namespace mail::store {
namespace {

constexpr std::size_t longest_address = 800;
constexpr std::string_view from_ = "From ";
constexpr std::string_view return_path = "return-path:";

// Where the sender of a From_ line ends: at the first blank outside quotes.
std::size_t sender_end(std::string_view line) {
    bool quoted = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (quoted && line[at] == '\\')
            ++at;
        else if (line[at] == '"')
            quoted = !quoted;
        else if (!quoted && text::is_space(line[at]))
            return at;
    }
    return line.size();
}

std::optional<std::string> sender_of(std::string_view line) {
    line = text::trim(line);
    auto sender = line.substr(0, sender_end(line));
    if (sender == "MAILER-DAEMON" || sender == "<>") return "";
    if (sender.starts_with('<') && sender.ends_with('>')) sender = sender.substr(1, sender.size() - 2);
    if (sender.empty() || !safe_address(sender)) return std::nullopt;
    return std::string(sender);
}

// Whether `line`, the start of a line, is `return_path` or can become it.
bool may_be_return_path(std::string_view line) {
    const auto length = std::min(line.size(), return_path.size());
    return text::iequals(line.substr(0, length), return_path.substr(0, length));
}

}  // namespace

std::optional<FromLine> FromLine::parse(std::string_view head) {
    const auto end = head.find('\n');
    if (!head.starts_with(from_) || end == std::string_view::npos) return std::nullopt;
    const auto rest = head.substr(from_.size(), end - from_.size());
    // "From :" is a header field (RFC 5322 4.5.3), not a From_ line.
    if (text::trim(rest).starts_with(':')) return std::nullopt;
    return FromLine{end + 1, sender_of(rest)};
}

bool safe_address(std::string_view address) {
    return address.size() <= longest_address && std::ranges::none_of(address, text::is_control);
}

std::string_view StoredForm::next(std::string_view piece) {
    if (!fresh_) out_.clear();
    const bool untouched = out_.empty() && held_.empty() && !in_header_ && !held_cr_;
    fresh_ = false;
    if (untouched && piece.find('\r') == std::string_view::npos) return piece;
    if (piece.empty()) return out_;
    if (held_cr_ && piece.front() != '\n') pass("\r");
    held_cr_ = piece.ends_with('\r');
    if (held_cr_) piece.remove_suffix(1);
    for (std::size_t cr = 0; (cr = piece.find('\r', cr)) != std::string_view::npos;) {
        if (cr + 1 < piece.size() && piece[cr + 1] == '\n') {
            pass(piece.substr(0, cr));
            piece.remove_prefix(cr + 1);
            cr = 0;
        } else {
            ++cr;
        }
    }
    pass(piece);
    return out_;
}

std::string_view StoredForm::end() {
    if (!fresh_) out_.clear();
    fresh_ = false;
    if (std::exchange(held_cr_, false)) pass("\r");
    out_ += std::exchange(held_, {});
    return out_;
}

void StoredForm::pass(std::string_view text) {
    while (in_header_ && !text.empty()) pass_header(text);
    out_ += text;
}

void StoredForm::pass_header(std::string_view& text) {
    const auto length = std::min(text.find('\n'), text.size() - 1) + 1;
    const bool complete = text[length - 1] == '\n';
    held_ += text.substr(0, length);
    text.remove_prefix(length);
    if (at_line_start_) {
        if (!complete && held_.size() < return_path.size() && may_be_return_path(held_)) return;
        if (held_ == "\n") in_header_ = false;
        const bool continued = text::is_space(held_.front());
        dropping_ = continued ? dropping_ : held_.size() >= return_path.size() && may_be_return_path(held_);
    }
    if (!dropping_) out_ += held_;
    held_.clear();
    at_line_start_ = complete;
}

}  // namespace mail::store
