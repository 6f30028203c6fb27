// What the unprivileged session may ask of its monitor, and the answers: bounded, length-prefixed,
// validated when read. Nothing else crosses the border between them.
//
// A request is one packet: verb (1 octet), tag (4), then the four texts of Request, each as length (2) and
// octets. An answer is tag (4), outcome (1), two texts. Numbers are in host order: both ends are one program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mail::privsep {

inline constexpr std::size_t longest_text = 1024;    // octets of one text in a packet
inline constexpr std::size_t longest_packet = 6144;  // octets of a packet

enum class Verb : std::uint8_t {
    check = 1,    // could mail be delivered to this user now?
    deliver = 2,  // deliver the message whose descriptor comes with the packet
    prepare = 3,  // mail for this user may come soon: have a worker ready
};

// The tag of a request whose answer is not wanted.
inline constexpr std::uint32_t no_answer = UINT32_MAX;

struct Request {
    Verb verb = Verb::check;
    std::uint32_t tag = 0;    // comes back with the answer
    std::string user{};       // the account that gets the mail
    std::string sender{};     // reverse-path; "" is the null one
    std::string recipient{};  // the address that Delivered-To names
    std::string extension{};  // what stood behind the recipient delimiter

    bool operator==(const Request&) const = default;
};

enum class Outcome : std::uint8_t { delivered = 1, temporary = 2, permanent = 3 };

struct Answer {
    std::uint32_t tag = 0;
    Outcome outcome = Outcome::temporary;
    std::string status{};  // enhanced status code, "4.3.1"
    std::string text{};    // why, for the peer

    bool operator==(const Answer&) const = default;
};

std::string encode(const Request& request);
std::string encode(const Answer& answer);

// Nothing unless the packet is exactly one well-formed message: known verb or outcome, texts within bounds and
// free of control characters, a user name that can be neither an option nor a path.
std::optional<Request> decode_request(std::string_view packet);
std::optional<Answer> decode_answer(std::string_view packet);

// A name that may be handed to deliver as its argument.
bool is_user_name(std::string_view name);

}  // namespace mail::privsep
