#include "lib/privsep/messages.h"

#include <algorithm>
#include <concepts>
#include <cstring>

#include "lib/base/text.h"

namespace mail::privsep {
namespace {

constexpr std::size_t longest_user_name = 256;

class Writer {
public:
    void number(std::unsigned_integral auto value) {
        out_.append(reinterpret_cast<const char*>(&value), sizeof value);  // host order: one program reads and writes
    }
    void text(std::string_view value) {
        value = value.substr(0, longest_text);
        number(static_cast<std::uint16_t>(value.size()));
        out_ += value;
    }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

class Reader {
public:
    explicit Reader(std::string_view in) : in_(in) {}

    template <std::unsigned_integral N>
    N number() {
        N value{};
        if (in_.size() < sizeof value) {
            failed_ = true;
            return value;
        }
        std::memcpy(&value, in_.data(), sizeof value);
        in_.remove_prefix(sizeof value);
        return value;
    }
    std::string text() {
        const std::size_t length = number<std::uint16_t>();
        if (length > longest_text || length > in_.size()) failed_ = true;
        if (failed_) return {};
        std::string value(in_.substr(0, length));
        in_.remove_prefix(length);
        if (std::ranges::any_of(value, text::is_control)) failed_ = true;
        return value;
    }
    // Everything was there, was valid, and nothing follows.
    [[nodiscard]] bool complete() const { return !failed_ && in_.empty(); }

private:
    std::string_view in_;
    bool failed_ = false;
};

bool is_known(Verb verb) { return verb >= Verb::check && verb <= Verb::prepare; }
bool is_known(Outcome outcome) { return outcome >= Outcome::delivered && outcome <= Outcome::permanent; }

}  // namespace

bool is_user_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_user_name && name.front() != '-' && name != "." && name != ".." &&
           std::ranges::none_of(name, [](char c) { return text::is_control(c) || c == '/' || c == ' ' || c == ':'; });
}

std::string encode(const Request& request) {
    Writer out;
    out.number(static_cast<std::uint8_t>(request.verb));
    out.number(request.tag);
    for (const auto* value : {&request.user, &request.sender, &request.recipient, &request.extension}) out.text(*value);
    return out.take();
}

std::string encode(const Answer& answer) {
    Writer out;
    out.number(answer.tag);
    out.number(static_cast<std::uint8_t>(answer.outcome));
    out.text(answer.status);
    out.text(answer.text);
    return out.take();
}

std::optional<Request> decode_request(std::string_view packet) {
    Reader in(packet);
    Request request;
    request.verb = static_cast<Verb>(in.number<std::uint8_t>());
    request.tag = in.number<std::uint32_t>();
    for (auto* value : {&request.user, &request.sender, &request.recipient, &request.extension}) *value = in.text();
    if (!in.complete() || !is_known(request.verb) || !is_user_name(request.user)) return std::nullopt;
    return request;
}

std::optional<Answer> decode_answer(std::string_view packet) {
    Reader in(packet);
    Answer answer;
    answer.tag = in.number<std::uint32_t>();
    answer.outcome = static_cast<Outcome>(in.number<std::uint8_t>());
    answer.status = in.text();
    answer.text = in.text();
    if (!in.complete() || !is_known(answer.outcome)) return std::nullopt;
    return answer;
}

}  // namespace mail::privsep
