#include "deliver/options.h"

#include <fcntl.h>

#include <algorithm>

#include "lib/base/text.h"
#include "lib/store/stored_form.h"

namespace mail::deliver {
namespace {

namespace po = boost::program_options;

constexpr std::size_t longest_session = 32;
constexpr int most_users = 1000;

std::string without_brackets(const std::string& address) {
    if (address.size() < 2 || address.front() != '<' || address.back() != '>') return address;
    return address.substr(1, address.size() - 2);
}

std::string value(const po::variables_map& given, const char* name) {
    return given.count(name) != 0 ? given[name].as<std::string>() : std::string();
}

bool safe_session(const std::string& id) {
    const auto allowed = [](char c) { return text::is_alpha(c) || text::is_digit(c) || c == '.' || c == '-'; };
    return id.size() <= longest_session && std::ranges::all_of(id, allowed);
}

std::string mistake_in(const Options& options) {
    if (options.users.empty()) return "no user given: deliver [-f sender] user...";
    if (!store::safe_address(options.letter.sender.value_or("")))
        return "-f: the sender has control characters or is too long";
    if (!store::safe_address(options.letter.recipient))
        return "-r: the recipient has control characters or is too long";
    if (!store::safe_address(options.letter.extension))
        return "-a: the extension has control characters or is too long";
    if (!safe_session(options.session)) return "--session: at most 32 letters, digits, dots and hyphens";
    if (options.status_fd && (*options.status_fd < 1 || ::fcntl(*options.status_fd, F_GETFD) < 0))
        return "--status-fd: not the number of an open descriptor";
    return {};
}

}  // namespace

void declare_options(po::options_description& options, po::positional_options_description& positional) {
    const auto text = [](const char* shown) { return po::value<std::string>()->value_name(shown); };
    auto add = options.add_options();
    add("sender,f", text("SENDER"), "envelope sender; '' or '<>' is the null sender");
    add("extension,a", text("EXTENSION"), "address extension, for Delivered-To");
    add("recipient,r", text("RECIPIENT"), "envelope recipient, for Delivered-To");
    add("deliver,d", po::bool_switch(), "for compatibility; deliver always delivers");
    add("check", po::bool_switch(), "only tell whether a delivery would find the mailbox usable");
    add("status-fd", po::value<int>()->value_name("N"), "report on descriptor N instead of stderr");
    add("session", text("ID"), "session id for the log");
    add("user", po::value<std::vector<std::string>>(), "a user; also without --user");
    positional.add("user", most_users);
}

std::expected<Options, std::string> Options::parse(const po::variables_map& given) {
    Options options;
    if (given.count("sender") != 0) options.letter.sender = without_brackets(value(given, "sender"));
    options.letter.extension = value(given, "extension");
    options.letter.recipient = without_brackets(value(given, "recipient"));
    if (given.count("user") != 0) options.users = given["user"].as<std::vector<std::string>>();
    options.check = given["check"].as<bool>();
    if (given.count("status-fd") != 0) options.status_fd = given["status-fd"].as<int>();
    options.session = value(given, "session");
    if (auto mistake = mistake_in(options); !mistake.empty()) return std::unexpected(std::move(mistake));
    return options;
}

}  // namespace mail::deliver
