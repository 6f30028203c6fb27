#include "lib/privsep/messages.h"

#include <catch2/catch.hpp>

using namespace mail::privsep;

namespace {

const Request request{.verb = Verb::deliver,
                      .tag = 0x01020304,
                      .user = "alice",
                      .sender = "s@x",
                      .recipient = "alice+l@x",
                      .extension = "l"};
const Answer answer{.tag = 7, .outcome = Outcome::permanent, .status = "5.1.1", .text = "no such user"};

// The request with a text of its own in one field, decoded from its packet.
std::optional<Request> with(std::string Request::* field, const std::string& value) {
    auto changed = request;
    changed.*field = value;
    return decode_request(encode(changed));
}

// A text as a packet has it, with a length that need not be true.
std::string counted(std::uint16_t length, std::string_view octets) {
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + std::string(octets);
}

}  // namespace

TEST_CASE("requests and answers come out as they went in") {
    CHECK(decode_request(encode(request)) == request);
    const Request check{.verb = Verb::check, .tag = 0, .user = "bob"};
    CHECK(decode_request(encode(check)) == check);
    const Request prepare{.verb = Verb::prepare, .tag = no_answer, .user = "bob"};
    CHECK(decode_request(encode(prepare)) == prepare);
    CHECK(with(&Request::sender, "\"a b\"@\xc3\xa9")->sender == "\"a b\"@\xc3\xa9");
    for (const auto outcome : {Outcome::delivered, Outcome::temporary, Outcome::permanent}) {
        const Answer each{.tag = UINT32_MAX, .outcome = outcome, .status = "", .text = "t"};
        CHECK(decode_answer(encode(each)) == each);
    }
    CHECK(decode_answer(encode(answer)) == answer);
}

TEST_CASE("texts up to the limit pass, and a packet has room for all of them at once") {
    const std::string longest(longest_text, 'x');
    Request full{.verb = Verb::deliver, .tag = 1, .user = std::string(256, 'u')};
    full.sender = full.recipient = full.extension = longest;
    CHECK(decode_request(encode(full)) == full);
    full.user = longest;
    CHECK(encode(full).size() <= longest_packet);
    // More than that is cut where it is written.
    full.sender = longest + "y";
    CHECK(encode(full).size() <= longest_packet);
}

TEST_CASE("a packet that was cut anywhere, or has more, is nothing") {
    for (const auto& whole : {encode(request), encode(Request{.verb = Verb::check, .user = "u"})}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            INFO("cut to " << size);
            CHECK_FALSE(decode_request(whole.substr(0, size)));
        }
        for (const std::string_view more :
             {std::string_view("\0", 1), std::string_view("\0\0", 2), std::string_view("x")})
            CHECK_FALSE(decode_request(whole + std::string(more)));
        CHECK_FALSE(decode_request(whole + whole));
    }
    const auto whole = encode(answer);
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(decode_answer(whole.substr(0, size)));
    CHECK_FALSE(decode_answer(whole + "x"));
    CHECK_FALSE(decode_answer(encode(request)));
    CHECK_FALSE(decode_request(whole));
}

TEST_CASE("only known verbs and outcomes count") {
    auto packet = encode(request);
    auto reply = encode(answer);
    for (int i = 0; i < 256; ++i) {
        INFO("octet " << i);
        packet[0] = static_cast<char>(i);
        CHECK(decode_request(packet).has_value() == (i >= 1 && i <= 3));
        reply[4] = static_cast<char>(i);
        CHECK(decode_answer(reply).has_value() == (i >= 1 && i <= 3));
    }
}

TEST_CASE("no text has a control character") {
    for (int i = 0; i < 256; ++i) {
        const auto text = std::string("a") + static_cast<char>(i) + "b";
        const bool control = i < 32 || i == 127;
        INFO("character " << i);
        CHECK(with(&Request::sender, text).has_value() == !control);
        CHECK(with(&Request::recipient, text).has_value() == !control);
        CHECK(with(&Request::extension, text).has_value() == !control);
        auto changed = answer;
        changed.text = text;
        CHECK(decode_answer(encode(changed)).has_value() == !control);
        changed = answer;
        changed.status = text;
        CHECK(decode_answer(encode(changed)).has_value() == !control);
    }
}

TEST_CASE("a user's name can be no option and no path") {
    for (const auto& good : std::vector<std::string>{"alice", "a", "a.b", "a-", "DOM\\user", "user@realm", "...", "a+b",
                                                     "\xc3\xa9", std::string(256, 'x')}) {
        INFO(good);
        CHECK(is_user_name(good));
        CHECK(with(&Request::user, good));
    }
    for (const auto& bad :
         std::vector<std::string>{"", "-", "-d", "--check", ".", "..", "/", "a/b", "../a", "a b", " ", "a:b", "a\nb",
                                  "\t", "\x7f", std::string("a\0b", 3), std::string(257, 'x')}) {
        INFO(bad);
        CHECK_FALSE(is_user_name(bad));
        CHECK_FALSE(with(&Request::user, bad));
    }
}

TEST_CASE("lengths that lie are refused") {
    const std::string head("\2\0\0\0\0", 5);
    const auto packet = [&](const std::string& sender, const std::string& rest) {
        return decode_request(head + counted(1, "u") + sender + rest);
    };
    const auto two = counted(0, "") + counted(0, "");
    CHECK(packet(counted(0, ""), two));
    CHECK(packet(counted(longest_text, std::string(longest_text, 's')), two));
    CHECK_FALSE(packet(counted(longest_text + 1, std::string(longest_text + 1, 's')), two));
    CHECK_FALSE(packet(counted(UINT16_MAX, "s"), two));
    CHECK_FALSE(packet(counted(1, ""), two));
    CHECK_FALSE(packet(counted(0, "s"), two));
    CHECK_FALSE(packet(counted(0, ""), counted(0, "") + counted(1, "")));
    // The four texts are all: a fifth is too much, as is one too few.
    CHECK_FALSE(packet(counted(0, ""), two + counted(0, "")));
    CHECK_FALSE(packet(counted(0, ""), counted(0, "")));
}
