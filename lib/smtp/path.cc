#include "lib/smtp/path.h"

#include <arpa/inet.h>

#include <algorithm>

namespace mail::smtp {
namespace {

// atext of RFC 5322 3.2.3, as Atom uses it in RFC 5321.
bool is_atext(char c) {
    constexpr std::string_view special = "!#$%&'*+-/=?^_`{|}~";
    return text::is_alpha(c) || text::is_digit(c) || special.contains(c);
}

bool is_dot_string(char c) { return is_atext(c) || c == '.'; }

// Underscores are no letters of a host name, but hosts that use them send mail.
bool is_domain(char c) { return text::is_alpha(c) || text::is_digit(c) || c == '-' || c == '.' || c == '_'; }

// dcontent of RFC 5321 4.1.3: printable, without brackets and backslash.
bool is_literal(char c) { return c > ' ' && c < 0x7f && c != '[' && c != ']' && c != '\\'; }

// An IPv4 address, "IPv6:" and an address, or "tag:" and something that another standard defines.
bool is_good_literal(const std::string& content) {
    in6_addr address{};
    constexpr std::string_view tag = "IPv6:";
    if (text::iequals(std::string_view(content).substr(0, tag.size()), tag))
        return inet_pton(AF_INET6, content.c_str() + tag.size(), &address) == 1;
    return inet_pton(AF_INET, content.c_str(), &address) == 1 || content.find(':', 1) != std::string::npos;
}

std::string quoted_string(Cursor& in) {
    std::string value;
    in.require('"', "missing quote");
    while (!in.failed() && in.peek() != '"') {
        char c = in.take("quoted string without its end");
        if (c == '\\') c = in.take("quoted string without its end");
        if (!text::is_ascii(c)) in.fail(not_ascii);
        if (text::is_control(c)) in.fail("control character in a quoted string");
        value += c;
    }
    in.require('"', "quoted string without its end");
    return value;
}

std::string local_part(Cursor& in) {
    if (in.peek() == '"') return quoted_string(in);
    std::string value(in.take_while(is_dot_string));
    if (!text::is_ascii(in.peek())) in.fail(not_ascii);
    return value;
}

void skip_source_route(Cursor& in) {
    if (in.peek() != '@') return;
    do {
        in.require('@', "bad source route");
        parse_domain(in);
    } while (in.accept(','));
    in.require(':', "bad source route");
}

}  // namespace

std::string Address::text() const {
    if (is_null()) return {};
    const bool plain = !local.empty() && std::ranges::all_of(local, is_dot_string);
    std::string out;
    if (plain) {
        out = local;
    } else {
        out = '"';
        for (const char c : local) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    if (!domain.empty()) out += '@' + domain;
    return out;
}

std::string parse_domain(Cursor& in) {
    std::string value;
    if (in.accept('[')) {
        value = '[' + std::string(in.take_while(is_literal)) + ']';
        in.require(']', "address literal without its end");
        if (!is_good_literal(value.substr(1, value.size() - 2))) in.fail("bad address literal");
    } else {
        value = in.take_while(is_domain);
        if (!text::is_ascii(in.peek())) in.fail(not_ascii);
        if (value.contains("..") || value.starts_with('.')) in.fail("bad domain name");
        if (value.ends_with('.')) value.pop_back();
        if (value.empty()) in.fail("bad domain name");
    }
    if (value.size() > longest_domain) in.fail("domain name too long");
    return value;
}

Address parse_mailbox(Cursor& in) {
    Address address{.local = local_part(in), .domain = {}};
    if (address.local.empty()) in.fail("empty local part");
    if (address.local.size() > longest_local_part) in.fail("local part too long");
    if (in.accept('@')) address.domain = parse_domain(in);
    return address;
}

Address parse_path(Cursor& in, bool may_be_null) {
    const bool bracket = in.accept('<');
    if (bracket && may_be_null && in.accept('>')) return {};
    if (bracket) skip_source_route(in);
    Address address = parse_mailbox(in);
    if (bracket) in.require('>', "address without closing >");
    return address;
}

}  // namespace mail::smtp
