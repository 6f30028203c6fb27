#include "smtpd/session.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <thread>

#include "lib/base/text.h"
#include "lib/os/file.h"
#include "lib/privsep/channel.h"
#include "smtpd/commands.h"
#include "smtpd/replies.h"
#include "smtpd/transaction/trace.h"
#include "tests/unit/captured_stderr.h"

using namespace mail;
using namespace mail::smtpd;

namespace {

config::Config configured(const std::vector<std::string>& settings) {
    std::vector<std::string> all{"myhostname=mail.example.test", "mydestination=mail.example.test",
                                 "myorigin=origin.test",         "recipient_delimiter=+",
                                 "smtpd_error_sleep_time=0",     "alias_maps="};
    all.insert(all.end(), settings.begin(), settings.end());
    auto config = config::Config::load({.file = "", .file_required = false, .overrides = all});
    if (!config) FAIL(config.error().problem);
    return std::move(*config);
}

Result<std::optional<os::Account>> find_account(const std::string& name) {
    const std::map<std::string, uid_t> known{{"alice", 1000}, {"bob", 1001}, {"carol", 1002}, {"root", 0}};
    if (name == "down") return std::unexpected(system_failure("no answer", "look up", EIO));
    const auto found = known.find(name);
    if (found == known.end()) return std::nullopt;
    return os::Account{name, found->second, 100, "/home/" + name};
}

std::pair<os::Fd, os::Fd> connected() {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    return {os::Fd(ends[0]), os::Fd(ends[1])};
}

// A session with all that it stands on: accounts alice and bob, and a monitor that delivers everything.
class Host {
public:
    explicit Host(const std::vector<std::string>& settings = {}, std::string_view aliases = "")
        : config_(configured(settings)),
          ends_(connected()),
          stream_(ends_.first.get(), ends_.first.get()),
          resolver_(
              {.local_domains = config_.get<"mydestination">(), .recipient_delimiter = "+", .mail_owner = "mayfly"},
              route::Aliases({folder_.write("aliases", aliases)}), find_account),
          monitor_(std::move(*privsep::socket_pair())),
          courier_(std::move(monitor_.first), 4, std::chrono::seconds(60)),
          folder_fd_(folder_.open()),
          session({.config = config_,
                   .log = log_,
                   .peer = peer_,
                   .stream = stream_,
                   .resolver = resolver_,
                   .courier = courier_,
                   .spool_folder = folder_fd_.get()}) {
        log_.session("s1");
    }

    // The reply to one command, as text.
    std::string reply(std::string_view verb, std::string_view argument = "") {
        const auto* const command = find_command(verb);
        REQUIRE(command != nullptr);
        return command->run(session, argument).text();
    }
    // All that a client hears who sends `input` and then says no more.
    std::string dialogue(std::string_view input) {
        REQUIRE(os::write_all(ends_.second.get(), input, "client"));
        shutdown(ends_.second.get(), SHUT_WR);
        std::thread monitor([this] { deliver_all(); });
        session.run();
        courier_ = Courier(os::Fd(), 1, std::chrono::seconds(1));
        monitor.join();
        std::string heard(1 << 20, '\0');
        const auto n = recv(ends_.second.get(), heard.data(), heard.size(), MSG_DONTWAIT);
        heard.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        return heard;
    }
    // The codes of that, one word each.
    std::string codes(std::string_view input) {
        const auto heard = dialogue(input);
        std::string out;
        for (const auto line : text::split(heard, "\r\n"))
            if (line.size() < 4 || line[3] == ' ') out += (out.empty() ? "" : " ") + std::string(line.substr(0, 3));
        return out;
    }

    [[nodiscard]] std::string logged() const { return stderr_.text(); }
    const std::vector<std::string>& delivered() const { return delivered_; }
    // Who got a message, in the order of the requests.
    std::vector<std::string> receivers() const {
        std::vector<std::string> users;
        for (const auto& each : delivered_) users.push_back(each.substr(0, each.find(' ')));
        return users;
    }
    // Whose mailbox was asked about.
    const std::vector<std::string>& checked() const { return checked_; }

private:
    // What the last delivered message looks like is kept.
    void deliver_all() {
        for (;;) {
            const auto packet = privsep::receive_packet(monitor_.second.get());
            const auto request = packet ? privsep::decode_request(packet->bytes) : std::nullopt;
            if (!request) return;
            if (request->verb == privsep::Verb::prepare) continue;
            if (request->verb == privsep::Verb::check) checked_.push_back(request->user);
            if (packet->attached) {
                std::string message(1 << 16, '\0');
                const auto n = pread(packet->attached.get(), message.data(), message.size(), 0);
                message.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
                delivered_.push_back(request->user + " " + request->recipient + " <" + request->sender + ">\n" +
                                     message);
            }
            const privsep::Answer answer{
                .tag = request->tag, .outcome = privsep::Outcome::delivered, .status = "2.0.0", .text = "stored"};
            if (!privsep::send_packet(monitor_.second.get(), encode(answer))) return;
        }
    }

    test::TemporaryFolder folder_;
    test::CapturedStderr stderr_;
    config::Config config_;
    log::Log log_{log::Destination::standard_error, "mayfly/test"};
    net::Peer peer_{.address = "192.0.2.9", .port = 1234, .local_address = "192.0.2.1"};
    std::pair<os::Fd, os::Fd> ends_;
    net::Stream stream_;
    route::Resolver resolver_;
    std::pair<os::Fd, os::Fd> monitor_;
    Courier courier_;
    os::Fd folder_fd_;
    std::vector<std::string> delivered_;
    std::vector<std::string> checked_;

public:
    Session session;
};

std::string wording(const smtp::Reply& reply) { return reply.text(); }

}  // namespace

TEST_CASE("EHLO's lines come from the table and the configuration") {
    using Lines = std::vector<std::string>;
    CHECK(extensions(Host({"message_size_limit=1000"}).session) ==
          Lines{"PIPELINING", "ENHANCEDSTATUSCODES", "HELP", "SIZE 1000", "8BITMIME", "VRFY"});
    CHECK(extensions(Host({"message_size_limit=0", "disable_vrfy_command=yes"}).session) ==
          Lines{"PIPELINING", "ENHANCEDSTATUSCODES", "HELP", "SIZE 0", "8BITMIME"});
}

TEST_CASE("each command where it is legal, and the answer where it is not") {
    Host host({"smtpd_helo_required=yes"});
    CHECK(host.reply("MAIL", "FROM:<>") == wording(replies::helo_first));
    CHECK(host.reply("RCPT", "TO:<alice>") == wording(replies::mail_first));
    CHECK(host.reply("DATA") == wording(replies::mail_first));
    CHECK(host.reply("EHLO", "c") == "250 mail.example.test");
    CHECK(std::get<Greeted>(host.session.state).extended);
    CHECK(host.reply("HELO", "d") == "250 mail.example.test");
    CHECK_FALSE(std::get<Greeted>(host.session.state).extended);
    CHECK(std::get<Greeted>(host.session.state).helo == "d");
    CHECK(host.reply("RCPT", "TO:<alice>") == wording(replies::mail_first));
    CHECK(host.reply("MAIL", "FROM:<s@x> BODY=8BITMIME") == wording(replies::sender_ok));
    CHECK(host.reply("MAIL", "FROM:<s@x>") == wording(replies::nested_mail));
    CHECK(host.reply("DATA") == wording(replies::rcpt_first));
    CHECK(host.reply("RCPT", "TO:<nobody>") == wording(replies::unknown_user));
    CHECK(host.reply("DATA") == wording(replies::no_valid_recipients));
    CHECK(host.reply("RCPT", "TO:<alice@mail.example.test>") == wording(replies::recipient_ok));
    CHECK(host.reply("RSET", "x") == wording(replies::no_argument_allowed));
    CHECK(std::holds_alternative<Transaction>(host.session.state));
    CHECK(host.reply("RSET") == wording(replies::ok));
    CHECK(std::get<Greeted>(host.session.state).helo == "d");
    CHECK(host.reply("MAIL", "FROM:<s@x>") == wording(replies::sender_ok));
    CHECK(host.reply("EHLO", "again") == "250 mail.example.test");
    CHECK(std::get<Greeted>(host.session.state).helo == "again");
    CHECK(host.reply("QUIT") == wording(replies::closing));
    CHECK(host.session.end == ending::quit);
}

TEST_CASE("RSET forgets the transaction and nothing of the greeting") {
    // Long enough to lie outside of the string itself.
    const std::string helo(200, 'h');
    Host host;
    host.reply("EHLO", helo);
    for (int i = 0; i < 3; ++i) {
        CHECK(host.reply("MAIL", "FROM:<" + std::string(200, 's') + "@x>") == wording(replies::sender_ok));
        CHECK(host.reply("RCPT", "TO:<alice>") == wording(replies::recipient_ok));
        CHECK(host.reply("RSET") == wording(replies::ok));
        REQUIRE(std::holds_alternative<Greeted>(host.session.state));
        CHECK(std::get<Greeted>(host.session.state).helo == helo);
        CHECK(std::get<Greeted>(host.session.state).extended);
    }
}

TEST_CASE("without smtpd_helo_required MAIL may come first") {
    Host host;
    CHECK(host.reply("MAIL", "FROM:<>") == wording(replies::sender_ok));
    CHECK(std::get<Transaction>(host.session.state).greeting.helo.empty());
}

TEST_CASE("recipients are answered for what they are") {
    Host host;
    host.reply("MAIL", "FROM:<>");
    CHECK(host.reply("RCPT", "TO:<alice@elsewhere.test>") == wording(replies::relaying_denied));
    CHECK(host.reply("RCPT", "TO:<nobody>") == wording(replies::unknown_user));
    CHECK(host.reply("RCPT", "TO:<down>") == wording(replies::lookup_failed));
    CHECK(host.logged().contains("look up: Input/output error"));
    CHECK(std::get<Transaction>(host.session.state).refused == 3);
    CHECK(host.reply("VRFY", "alice") == "252 2.0.0 Send some mail, I'll try my best for <alice>");
    CHECK(host.reply("VRFY", "nobody") == wording(replies::unknown_user));
    CHECK(Host({"disable_vrfy_command=yes"}).reply("VRFY", "alice") == wording(replies::vrfy_disabled));
}

TEST_CASE("a size that is too large is refused at MAIL, however large it is") {
    Host limited({"message_size_limit=1000"});
    CHECK(limited.reply("MAIL", "FROM:<> SIZE=1001") == wording(replies::too_big));
    CHECK(limited.reply("MAIL", "FROM:<> SIZE=99999999999999999999") == wording(replies::too_big));
    CHECK(limited.reply("MAIL", "FROM:<> SIZE=1000") == wording(replies::sender_ok));
    Host unlimited({"message_size_limit=0", "queue_minfree=1"});
    CHECK(unlimited.reply("MAIL", "FROM:<> SIZE=18446744073709551615") == wording(replies::disk_full));
    CHECK(unlimited.reply("MAIL", "FROM:<> SIZE=1") == wording(replies::sender_ok));
}

TEST_CASE("without the free space that queue_minfree wants no mail is taken") {
    Host host({"queue_minfree=9000000000000000000"});
    CHECK(host.reply("MAIL", "FROM:<>") == wording(replies::disk_full));
    CHECK(std::holds_alternative<Greeted>(host.session.state));
}

TEST_CASE("a message is delivered to each account once, under a trace header") {
    Host host;
    CHECK(host.codes("EHLO client.test\r\nMAIL FROM:<s>\r\nRCPT TO:<Alice+x@mail.example.test>\r\nRCPT TO:<alice+X>\r\n"
                     "RCPT TO:<bob>\r\nDATA\r\nSubject: x\r\n\r\n..\r\n.\r\nQUIT\r\n") ==
          "250 250 250 250 250 354 250 221");
    REQUIRE(host.delivered().size() == 2);
    CHECK(host.delivered()[0].starts_with(
        "alice Alice+x@mail.example.test <s@origin.test>\nReceived: from client.test "));
    CHECK(host.delivered()[0].ends_with("\nSubject: x\n\n.\n"));
    CHECK(host.delivered()[1].starts_with("bob bob@origin.test <s@origin.test>\n"));
    CHECK(host.logged().contains(
        "session=s1 event=received client=192.0.2.9 id=s1.1 sender=<s@origin.test> recipients=3"));
    CHECK(host.logged().contains("event=disconnect client=192.0.2.9 reason=quit"));
}

TEST_CASE("an account gets a message once, however it is named, and is not asked about again") {
    constexpr auto aliases = "team: alice, bob\nall: alice, bob, carol\nboss: alice\n";
    using Users = std::vector<std::string>;
    const auto outcome = [&](std::string_view recipients) {
        Host host({}, aliases);
        std::string input = "MAIL FROM:<>\r\n";
        std::string expected = "250";
        for (const auto name : text::split(recipients, " ")) {
            input += "RCPT TO:<" + std::string(name) + ">\r\n";
            expected += " 250";
        }
        CHECK(host.codes(input + "DATA\r\nSubject: x\r\n\r\n.\r\nQUIT\r\n") == expected + " 354 250 221");
        return std::pair(host.receivers(), host.checked());
    };
    CHECK(outcome("alice") == std::pair(Users{"alice"}, Users{}));
    CHECK(outcome("alice alice ALICE@mail.example.test boss") == std::pair(Users{"alice"}, Users{}));
    CHECK(outcome("boss alice") == std::pair(Users{"alice"}, Users{}));
    CHECK(outcome("team alice bob") == std::pair(Users{"alice", "bob"}, Users{}));
    // What is left of an alias is asked about where that is one account, and not where it is several.
    CHECK(outcome("alice team") == std::pair(Users{"alice", "bob"}, Users{"bob"}));
    CHECK(outcome("alice all") == std::pair(Users{"alice", "bob", "carol"}, Users{}));
    CHECK(outcome("alice bob all") == std::pair(Users{"alice", "bob", "carol"}, Users{"bob", "carol"}));
    CHECK(outcome("alice bob bob") == std::pair(Users{"alice", "bob"}, Users{"bob"}));
    // Another extension is another delivery.
    CHECK(outcome("alice alice+x alice+X") == std::pair(Users{"alice", "alice"}, Users{"alice"}));
}

TEST_CASE("the accounts of one message are forgotten for the next") {
    Host host;
    std::string input;
    for (int i = 0; i < 2; ++i) input += "MAIL FROM:<>\r\nRCPT TO:<alice>\r\nDATA\r\nSubject: x\r\n\r\n.\r\n";
    input += "MAIL FROM:<>\r\nRCPT TO:<bob>\r\nRSET\r\n" + input;
    CHECK(host.codes(input + "QUIT\r\n").ends_with("250 250 354 250 221"));
    CHECK(host.receivers() == std::vector<std::string>{"alice", "alice", "alice", "alice"});
}

TEST_CASE("Received names a single recipient with a domain, whatever the client left out") {
    Host host;
    host.codes("MAIL FROM:<>\r\nRCPT TO:<alice>\r\nDATA\r\nSubject: x\r\n\r\n.\r\nQUIT\r\n");
    REQUIRE(host.delivered().size() == 1);
    CHECK(host.delivered().front().contains("\n\tfor <alice@origin.test>;\n"));
}

TEST_CASE("a client that sends many messages and resets between them makes no errors") {
    Host host({"smtpd_junk_command_limit=3", "smtpd_hard_error_limit=2"});
    std::string input = "EHLO c\r\n";
    for (int i = 0; i < 10; ++i) input += "RSET\r\nMAIL FROM:<>\r\nRCPT TO:<alice>\r\nDATA\r\nSubject: x\r\n\r\n.\r\n";
    const auto heard = host.codes(input + "QUIT\r\n");
    CHECK(heard.ends_with("250 354 250 221"));
    CHECK_FALSE(heard.contains("421"));
    CHECK(host.delivered().size() == 10);
}

TEST_CASE("junk without mail ends a session") {
    Host host({"smtpd_junk_command_limit=3", "smtpd_hard_error_limit=2"});
    CHECK(host.codes("NOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n") == "250 250 250 250 250 421");
    CHECK(host.logged().contains("reason=errors"));
}

TEST_CASE("recipients above the limit are refused, and count as errors past the overshoot only") {
    Host host({"smtpd_recipient_limit=1", "smtpd_recipient_overshoot_limit=2", "smtpd_hard_error_limit=1"});
    CHECK(
        host.codes("MAIL FROM:<>\r\nRCPT TO:<alice>\r\nRCPT TO:<bob>\r\nRCPT TO:<bob>\r\nRCPT TO:<bob>\r\nNOOP\r\n") ==
        "250 250 452 452 452 421");
}

TEST_CASE("lines that are no lines are answered, and the session goes on") {
    Host host({"line_length_limit=512"});
    const std::string longest = "NOOP " + std::string(507, 'x') + "\r\n";
    const std::string too_long = "NOOP " + std::string(508, 'x') + "\r\n";
    const std::string huge = std::string(200000, 'x') + "\r\n";
    CHECK(host.codes(longest + too_long + huge + "NOOP\nNO\rOP\r\nNO" + std::string(1, '\0') + "OP\r\n\r\nNOOP\r\n") ==
          "250 500 500 500 500 500 500 250");
    CHECK(host.logged().contains("reason=lost"));
}

TEST_CASE("whatever line_length_limit says, a line that no buffer holds is only too long") {
    Host host({"line_length_limit=100000"});
    CHECK(host.codes("NOOP " + std::string(60000, 'x') + "\r\nNOOP " + std::string(70000, 'x') + "\r\nNOOP\r\n") ==
          "250 500 250");
}

TEST_CASE("other protocols are sent away at once") {
    CHECK(Host().codes("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == "221");
    CHECK(Host().codes("\x16\x03\x01\r\nNOOP\r\n") == "221");
    CHECK(Host({"smtpd_forbidden_commands=XYZZY"}).codes("xyzzy\r\nNOOP\r\n") == "221");
    CHECK(Host({"smtpd_forbidden_commands="}).codes("GET\r\nNOOP\r\n") == "500 250");
}

TEST_CASE("a client that goes amid a message leaves nothing") {
    Host host;
    CHECK(host.codes("MAIL FROM:<>\r\nRCPT TO:<alice>\r\nDATA\r\nSubject: x\r\n\r\nhalf") == "250 250 354");
    CHECK(host.delivered().empty());
    CHECK(host.logged().contains("reason=lost"));
}

TEST_CASE("a message with a bare CR or LF is refused, unless that is allowed") {
    constexpr auto input = "MAIL FROM:<>\r\nRCPT TO:<alice>\r\nDATA\r\nSubject: x\r\n\r\na\n.\nb\r\n.\r\nQUIT\r\n";
    Host strict;
    CHECK(strict.codes(input) == "250 250 354 550 221");
    CHECK(strict.delivered().empty());
    for (const auto* mode : {"normalize", "note", "no", "yes"}) {
        Host lax({std::string("smtpd_forbid_bare_newline=") + mode});
        CHECK(lax.codes(input) == "250 250 354 250 221");
        REQUIRE(lax.delivered().size() == 1);
        CHECK(lax.delivered()[0].ends_with("\na\n.\nb\n"));
    }
}

TEST_CASE("a message larger than the limit is refused when it has come whole") {
    Host host({"message_size_limit=100"});
    const auto message = [](std::size_t body) {
        return "MAIL FROM:<>\r\nRCPT TO:<alice>\r\nDATA\r\n" + std::string(body, 'x') + "\r\n.\r\n";
    };
    CHECK(host.codes(message(99) + message(98) + "QUIT\r\n") == "250 250 354 552 250 250 354 250 221");
    CHECK(host.delivered().size() == 1);
}

TEST_CASE("the trace header says who, by whom and when, and names a single recipient") {
    const Host host({"mail_name=May(fly)"});
    Transaction transaction{.greeting = {.helo = "client.test", .extended = true},
                            .envelope = {},
                            .recipients = {{.address = {"alice", "x"}}}};
    auto header = trace_header(host.session, transaction, "s1.1");
    CHECK(
        header.starts_with("Received: from client.test ([192.0.2.9])\n\tby mail.example.test (May?fly?) with ESMTP id "
                           "s1.1\n\tfor <alice@x>;\n\t"));
    CHECK(header.ends_with(")\n"));
    CHECK(std::ranges::count(header, '\n') == 4);
    transaction.recipients.front().address.domain.clear();
    CHECK(trace_header(host.session, transaction, "s1.1").contains("\n\tfor <alice@origin.test>;\n"));
    transaction.recipients.push_back({.address = {"bob", "x"}});
    transaction.greeting = {.helo = "(a)<b>\\\",;c", .extended = false};
    header = trace_header(host.session, transaction, "s1.2");
    CHECK(
        header.starts_with("Received: from ?a??b?????c ([192.0.2.9])\n\tby mail.example.test (May?fly?) with SMTP id "
                           "s1.2;\n\t"));
    transaction.greeting.helo.clear();
    CHECK(trace_header(host.session, transaction, "i").starts_with("Received: from unknown ([192.0.2.9])\n"));
}
