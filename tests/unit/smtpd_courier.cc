#include "smtpd/courier.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "lib/privsep/channel.h"

using namespace mail;
using namespace mail::smtpd;
using namespace std::chrono_literals;
using privsep::Answer;
using privsep::Outcome;
using privsep::Request;
using privsep::Verb;

namespace {

const std::vector<Parcel> three{{"alice", "", "alice@x"}, {"bob", "l", "bob+l@x"}, {"carol", "", "carol@x"}};

// The monitor's end of a channel, played by a thread.
class Monitor {
public:
    using Play = std::function<void(Monitor&)>;

    explicit Monitor(Play play, std::size_t at_once = 4, std::chrono::seconds limit = 60s) {
        auto ends = privsep::socket_pair();
        REQUIRE(ends);
        channel_ = std::move(ends->second);
        courier_.emplace(std::move(ends->first), at_once, limit);
        thread_ = std::thread([this, play = std::move(play)] {
            play(*this);
            channel_.reset();
        });
    }
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;
    ~Monitor() { end(); }

    // The session ends, and the play with it.
    void end() {
        courier_.reset();
        if (thread_.joinable()) thread_.join();
    }

    Courier& courier() { return *courier_; }

    // The next request; nothing when the session is gone.
    std::optional<Request> next(bool* with_message = nullptr) {
        const auto packet = privsep::receive_packet(channel_.get());
        if (!packet || packet->bytes.empty()) return std::nullopt;
        if (with_message != nullptr) *with_message = static_cast<bool>(packet->attached);
        return privsep::decode_request(packet->bytes);
    }
    // Whether another request is there already.
    bool more() {
        std::this_thread::sleep_for(30ms);
        char octet = 0;
        return recv(channel_.get(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    }
    void say(std::string_view packet) {
        [[maybe_unused]] const auto sent = privsep::send_packet(channel_.get(), packet);
    }
    void answer(std::uint32_t tag, Outcome outcome, const std::string& status = "2.0.0") {
        say(encode(Answer{.tag = tag, .outcome = outcome, .status = status, .text = "t" + std::to_string(tag)}));
    }

private:
    os::Fd channel_;
    std::optional<Courier> courier_;
    std::thread thread_;
};

os::Fd some_file() { return os::Fd(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

TEST_CASE("courier: a check asks with the user alone") {
    Request asked;
    bool with_message = true;
    Monitor monitor([&](Monitor& self) {
        asked = self.next(&with_message).value_or(Request{});
        self.answer(0, Outcome::permanent, "5.2.2");
    });
    const auto answer = monitor.courier().check("alice");
    CHECK(answer.user == "alice");
    CHECK(answer.outcome == Outcome::permanent);
    CHECK(answer.status == "5.2.2");
    CHECK(answer.text == "t0");
    CHECK(asked == Request{.verb = Verb::check, .tag = 0, .user = "alice"});
    CHECK_FALSE(with_message);
}

TEST_CASE("courier: to prepare is to ask, and to wait for nothing") {
    Request asked;
    Monitor monitor([&](Monitor& self) {
        asked = self.next().value_or(Request{});
        self.next();
        self.answer(0, Outcome::delivered);
    });
    monitor.courier().prepare("alice");
    CHECK(monitor.courier().check("bob").outcome == Outcome::delivered);
    CHECK(asked == Request{.verb = Verb::prepare, .tag = privsep::no_answer, .user = "alice"});
}

TEST_CASE("courier: each parcel is asked for with the message") {
    std::vector<Request> asked;
    bool all_with_message = true;
    Monitor monitor([&](Monitor& self) {
        for (int i = 0; i < 3; ++i) {
            bool with_message = false;
            asked.push_back(self.next(&with_message).value_or(Request{}));
            all_with_message = all_with_message && with_message;
            self.answer(asked.back().tag, Outcome::delivered);
        }
    });
    const auto results = monitor.courier().deliver(some_file().get(), "s@y", three);
    REQUIRE(results.size() == 3);
    REQUIRE(asked.size() == 3);
    CHECK(all_with_message);
    for (std::uint32_t i = 0; i < 3; ++i) {
        CHECK(results[i].user == three[i].user);
        CHECK(results[i].outcome == Outcome::delivered);
        CHECK(asked[i] == Request{.verb = Verb::deliver,
                                  .tag = i,
                                  .user = three[i].user,
                                  .sender = "s@y",
                                  .recipient = three[i].recipient,
                                  .extension = three[i].extension});
    }
}

TEST_CASE("courier: answers find their parcels in whatever order they come") {
    Monitor monitor([](Monitor& self) {
        for (int i = 0; i < 3; ++i) self.next();
        self.answer(2, Outcome::permanent, "5.1.1");
        self.answer(0, Outcome::delivered);
        self.answer(1, Outcome::temporary, "4.2.2");
    });
    const auto results = monitor.courier().deliver(some_file().get(), "", three);
    REQUIRE(results.size() == 3);
    CHECK(results[0].outcome == Outcome::delivered);
    CHECK(results[1].outcome == Outcome::temporary);
    CHECK(results[1].status == "4.2.2");
    CHECK(results[2].outcome == Outcome::permanent);
    CHECK(results[2].text == "t2");
}

TEST_CASE("courier: no more are on their way than may be") {
    bool too_many = false;
    Monitor monitor(
        [&](Monitor& self) {
            self.next();
            self.next();
            too_many = self.more();
            self.answer(1, Outcome::delivered);
            self.next();
            self.answer(2, Outcome::delivered);
            self.answer(0, Outcome::delivered);
        },
        2);
    for (const auto& result : monitor.courier().deliver(some_file().get(), "", three))
        CHECK(result.outcome == Outcome::delivered);
    CHECK_FALSE(too_many);
}

TEST_CASE("courier: what a monitor that goes has not answered is temporary") {
    Monitor monitor([](Monitor& self) {
        for (int i = 0; i < 3; ++i) self.next();
        self.answer(1, Outcome::delivered);
    });
    const auto results = monitor.courier().deliver(some_file().get(), "", three);
    REQUIRE(results.size() == 3);
    CHECK(results[0].outcome == Outcome::temporary);
    CHECK(results[0].status == "4.3.0");
    CHECK(results[1].outcome == Outcome::delivered);
    CHECK(results[2].outcome == Outcome::temporary);
    CHECK(results[2].status == "4.3.0");
    const auto checked = monitor.courier().check("alice");
    CHECK(checked.outcome == Outcome::temporary);
    CHECK(checked.status == "4.3.0");
    CHECK(checked.user == "alice");
}

TEST_CASE("courier: what a lost monitor was not even asked for is its loss, not want of time") {
    Monitor monitor([](Monitor& self) { self.next(); }, 1);
    const auto results = monitor.courier().deliver(some_file().get(), "", three);
    REQUIRE(results.size() == 3);
    for (const auto& result : results) {
        CHECK(result.outcome == Outcome::temporary);
        CHECK(result.status == "4.3.0");
        CHECK(result.text == "local delivery is not available now");
    }
}

TEST_CASE("courier: each request of a session has a tag of its own") {
    std::vector<std::uint32_t> tags;
    Monitor monitor([&](Monitor& self) {
        while (const auto request = self.next()) {
            tags.push_back(request->tag);
            self.answer(request->tag, Outcome::delivered);
        }
    });
    auto& courier = monitor.courier();
    CHECK(courier.check("alice").outcome == Outcome::delivered);
    for (int message = 0; message < 2; ++message)
        for (const auto& result : courier.deliver(some_file().get(), "", three))
            CHECK(result.outcome == Outcome::delivered);
    const auto last = courier.check("bob");
    CHECK(last.text == "t7");
    CHECK(tags == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("courier: an answer to one message is never taken for the next one's") {
    bool asked_again = true;
    Monitor monitor([&](Monitor& self) {
        const auto first = self.next();
        self.answer(first->tag, Outcome::delivered);
        self.answer(first->tag, Outcome::delivered);
        self.next();
        asked_again = self.next().has_value();
    });
    auto& courier = monitor.courier();
    const std::vector<Parcel> one{three.front()};
    CHECK(courier.deliver(some_file().get(), "", one).front().outcome == Outcome::delivered);
    const auto second = courier.deliver(some_file().get(), "", one);
    REQUIRE(second.size() == 1);
    CHECK(second.front().outcome == Outcome::temporary);
    CHECK(second.front().status == "4.3.0");
    // Nothing that comes on this channel can be trusted any more: nothing is asked on it.
    CHECK(courier.check("bob").status == "4.3.0");
    CHECK(courier.deliver(some_file().get(), "", one).front().status == "4.3.0");
    courier.prepare("bob");
    monitor.end();
    CHECK_FALSE(asked_again);
}

TEST_CASE("courier: a check's answer is never taken for a message's, nor the other way round") {
    SECTION("a check answered twice, then a message") {
        Monitor monitor([](Monitor& self) {
            self.next();
            self.answer(0, Outcome::delivered);
            self.answer(0, Outcome::delivered);
            self.next();
        });
        CHECK(monitor.courier().check("alice").outcome == Outcome::delivered);
        CHECK(monitor.courier().deliver(some_file().get(), "", {three.front()}).front().outcome == Outcome::temporary);
    }
    SECTION("a message answered twice, then a check") {
        Monitor monitor([](Monitor& self) {
            self.next();
            self.answer(0, Outcome::delivered);
            self.answer(0, Outcome::delivered);
            self.next();
        });
        CHECK(monitor.courier().deliver(some_file().get(), "", {three.front()}).front().outcome == Outcome::delivered);
        CHECK(monitor.courier().check("alice").outcome == Outcome::temporary);
    }
}

TEST_CASE("courier: nonsense from the monitor is no answer") {
    for (const std::string& nonsense :
         {std::string("x"), encode(Answer{.tag = 3, .outcome = Outcome::delivered, .status = "2.0.0"}),
          encode(Answer{.tag = UINT32_MAX, .outcome = Outcome::delivered, .status = "2.0.0"}),
          encode(Request{.verb = Verb::check, .user = "alice"})}) {
        Monitor monitor([&](Monitor& self) {
            for (int i = 0; i < 3; ++i) self.next();
            self.say(nonsense);
        });
        for (const auto& result : monitor.courier().deliver(some_file().get(), "", three)) {
            CHECK(result.outcome == Outcome::temporary);
            CHECK(result.status == "4.3.0");
        }
        CHECK(monitor.courier().check("alice").status == "4.3.0");
    }
}

TEST_CASE("courier: what is not begun within the time limit is temporary") {
    int asked = 0;
    Monitor monitor(
        [&](Monitor& self) {
            while (const auto request = self.next()) {
                ++asked;
                std::this_thread::sleep_for(1200ms);
                self.answer(request->tag, Outcome::delivered);
            }
        },
        1, 1s);
    const auto results = monitor.courier().deliver(some_file().get(), "", three);
    REQUIRE(results.size() == 3);
    CHECK(results[0].outcome == Outcome::delivered);
    for (const std::size_t late : {1U, 2U}) {
        CHECK(results[late].outcome == Outcome::temporary);
        CHECK(results[late].status == "4.4.7");
        CHECK(results[late].text == "delivery takes too long");
    }
    CHECK(asked == 1);
}

TEST_CASE("courier: nobody to deliver to is nothing to do") {
    Monitor monitor([](Monitor&) {});
    CHECK(monitor.courier().deliver(some_file().get(), "", {}).empty());
}
