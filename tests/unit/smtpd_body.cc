#include "smtpd/wire/body.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

using mail::smtpd::BodyReader;

namespace {

// All that a reader makes of an input.
struct Read {
    std::string out;
    bool done = false;
    std::size_t taken = 0;
    std::uint64_t bare_lf = 0;
    std::uint64_t bare_cr = 0;
    std::uint64_t size = 0;

    bool operator==(const Read&) const = default;
};

std::ostream& operator<<(std::ostream& to, const Read& read) {
    return to << '"' << read.out << "\" done=" << read.done << " taken=" << read.taken << " lf=" << read.bare_lf
              << " cr=" << read.bare_cr << " size=" << read.size;
}

Read read(const std::vector<std::string_view>& pieces) {
    BodyReader body;
    Read result;
    for (const auto piece : pieces) {
        result.taken += body.take(piece, result.out);
        if (!body.done()) continue;
        // What comes after the end is another command's.
        REQUIRE(body.take("QUIT\r\n", result.out) == 0);
        break;
    }
    result.done = body.done();
    result.bare_lf = body.bare_lf();
    result.bare_cr = body.bare_cr();
    result.size = body.size();
    return result;
}

std::vector<std::string_view> in_pieces_of(std::string_view input, std::size_t size) {
    std::vector<std::string_view> pieces;
    for (; !input.empty(); input.remove_prefix(std::min(size, input.size()))) pieces.push_back(input.substr(0, size));
    return pieces;
}

// Reads the input whole, cut in two at each place, and in small pieces: all must agree.
Read read_every_way(std::string_view input) {
    const auto whole = read({input});
    for (std::size_t cut = 0; cut <= input.size(); ++cut) {
        if (const auto cut_read = read({input.substr(0, cut), input.substr(cut)}); cut_read != whole) {
            INFO("cut at " << cut);
            CHECK(cut_read == whole);
        }
    }
    for (std::size_t size = 1; size <= 5; ++size)
        if (const auto pieces = read(in_pieces_of(input, size)); pieces != whole) CHECK(pieces == whole);
    return whole;
}

// The same by the definition: lines end with CR LF, a line "." ends it all, one dot at a line's front is stuffing.
Read by_definition(std::string_view input) {
    const std::string framed = "\r\n" + std::string(input);
    const auto end = framed.find("\r\n.\r\n");
    Read result;
    result.done = end != std::string::npos;
    result.taken = result.done ? end + 3 : input.size();
    std::string_view rest = input.substr(0, result.done ? end : input.size());
    for (bool first = true; !rest.empty() || first; first = false) {
        const auto line_end = rest.find("\r\n");
        auto line = rest.substr(0, line_end);
        const bool last = line_end == std::string_view::npos;
        rest.remove_prefix(last ? rest.size() : line_end + 2);
        if (line.starts_with('.')) line.remove_prefix(1);
        // A CR at the very end may be half of a line end that is still to come.
        if (last && line.ends_with('\r')) line.remove_suffix(1);
        for (const char c : line) {
            result.bare_lf += c == '\n' ? 1 : 0;
            result.bare_cr += c == '\r' ? 1 : 0;
            result.out += c == '\r' ? ' ' : c;
        }
        result.size += line.size();
        if (last) break;
        result.out += '\n';
        result.size += 2;
    }
    return result;
}

}  // namespace

TEST_CASE("a message ends at CR LF . CR LF, which is no part of it") {
    struct Row {
        std::string_view wire;
        Read expected;
    };
    const Row rows[] = {
        {"", {"", false, 0, 0, 0, 0}},
        {".\r\n", {"", true, 3, 0, 0, 0}},
        {"a\r\n.\r\n", {"a\n", true, 6, 0, 0, 3}},
        {"a\r\nb\r\n.\r\nQUIT\r\n", {"a\nb\n", true, 9, 0, 0, 6}},
        {"\r\n.\r\n.\r\n", {"\n", true, 5, 0, 0, 2}},
        {"a", {"a", false, 1, 0, 0, 1}},
        {"a\r\n.", {"a\n", false, 4, 0, 0, 3}},
        {"a\r\n.\r", {"a\n", false, 5, 0, 0, 3}},
        // Stuffing
        {"..\r\n.\r\n", {".\n", true, 7, 0, 0, 3}},
        {"...a\r\n.\r\n", {"..a\n", true, 9, 0, 0, 5}},
        {".a\r\n.\r\n", {"a\n", true, 7, 0, 0, 3}},
        {"a.\r\n.\r\n", {"a.\n", true, 7, 0, 0, 4}},
        {". \r\n.\r\n", {" \n", true, 7, 0, 0, 3}},
        // Bare CR and LF
        {"a\nb\r\n.\r\n", {"a\nb\n", true, 8, 1, 0, 5}},
        {"a\rb\r\n.\r\n", {"a b\n", true, 8, 0, 1, 5}},
        {"a\r\r\n.\r\n", {"a \n", true, 7, 0, 1, 4}},
        {"\n\n\r\n.\r\n", {"\n\n\n", true, 7, 2, 0, 4}},
        // NUL and eight bits pass
        {std::string_view("\0\xff\r\n.\r\n", 7), {std::string("\0\xff\n", 3), true, 7, 0, 0, 4}},
    };
    for (const auto& row : rows) CHECK(read_every_way(row.wire) == row.expected);
}

TEST_CASE("nothing that some server takes for an end is one here") {
    using namespace std::string_view_literals;
    constexpr std::string_view ends[] = {
        "\n.\n"sv,       "\n.\r\n"sv,     "\r\n.\n"sv,
        "\r.\r"sv,       "\r.\r\n"sv,     "\r\n.\r"sv,
        "\n.\r"sv,       "\r.\n"sv,       "\r\n.\r\r\n"sv,
        "\r\n\0.\r\n"sv, "\r\n.\0\r\n"sv, "\r\n.\r\0\n"sv,
        "\r\0\n.\r\n"sv, "\0\r\n\0."sv,   "\r\n.\0"sv,
        "\r\n .\r\n"sv,  "\r\n. \r\n"sv,  "\r\n..\r\n"sv,
        "\r\n\t.\r\n"sv, "\n\r.\n\r"sv,   "\r\n\xef\xbb\xbf.\r\n"sv,
        "\x85.\x85"sv,   "\r\n.\x85"sv,   "\xe2\x80\xa8.\xe2\x80\xa8"sv,
        "\v.\v"sv,       "\f.\f"sv,       "\r\n.\v"sv,
        "\x1a"sv,        "\x04"sv,        "\n\n.\n\n"sv,
        "\r\r.\r\r"sv,   "\n\r\n."sv,
    };
    for (const auto end : ends) {
        const auto wire = "Subject: x\r\n\r\nfirst" + std::string(end) +
                          "MAIL FROM:<evil@x>\r\nRCPT TO:<victim@y>\r\nDATA\r\n\r\nsecond\r\n.\r\n";
        const auto whole = read_every_way(wire);
        INFO(wire);
        CHECK(whole.done);
        CHECK(whole.taken == wire.size());
        CHECK(whole.out.contains("MAIL FROM:<evil@x>\n"));
        CHECK(whole.out.ends_with("second\n"));
        CHECK_FALSE(whole.out.contains('\r'));
        // Each with a bare CR or LF is counted, to be refused.
        std::string without = "\r\nfirst" + std::string(end) + "M";
        for (auto at = without.find("\r\n"); at != std::string::npos; at = without.find("\r\n")) without.erase(at, 2);
        CHECK((whole.bare_cr + whole.bare_lf > 0) == (without.find_first_of("\r\n") != std::string::npos));
    }
}

TEST_CASE("every short input is read as the definition says, however it is cut") {
    constexpr std::string_view alphabet = "\r\n.a";
    std::size_t wrong = 0;
    for (std::size_t length = 0; length <= 8; ++length) {
        std::size_t count = 1;
        for (std::size_t i = 0; i < length; ++i) count *= alphabet.size();
        for (std::size_t number = 0; number < count; ++number) {
            std::string input;
            for (std::size_t rest = number; input.size() < length; rest /= alphabet.size())
                input += alphabet[rest % alphabet.size()];
            const auto expected = by_definition(input);
            bool same = read({input}) == expected && read(in_pieces_of(input, 1)) == expected;
            for (std::size_t cut = 1; cut < length; ++cut)
                same = same &&
                       read({std::string_view(input).substr(0, cut), std::string_view(input).substr(cut)}) == expected;
            if (same) continue;
            ++wrong;
            INFO("input " << Catch::Detail::stringify(input));
            CHECK(read({input}) == expected);
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("long runs of each kind are read as the definition says") {
    for (const char c : {'a', '\r', '\n', '.'}) {
        for (const std::size_t length : {1023, 1024, 1025, 5000}) {
            const auto wire = std::string(length, c) + "\r\n.\r\n";
            INFO(static_cast<int>(c) << " times " << length);
            const auto expected = by_definition(wire);
            CHECK(read({wire}) == expected);
            CHECK(read(in_pieces_of(wire, 1000)) == expected);
            CHECK(read(in_pieces_of(wire, 1)) == expected);
        }
    }
}
