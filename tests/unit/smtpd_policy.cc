#include <catch2/catch.hpp>

#include "smtpd/policy/limits.h"
#include "smtpd/policy/verdict.h"

using namespace mail;
using namespace mail::smtpd;
using namespace std::chrono_literals;
using privsep::Outcome;

namespace {

constexpr auto delivered = Outcome::delivered;
constexpr auto temporary = Outcome::temporary;
constexpr auto permanent = Outcome::permanent;

std::string failure(Outcome outcome, const std::string& status) {
    return failure_reply({.user = "u", .outcome = outcome, .status = status, .text = "why"}).text();
}

Delivery one(Outcome outcome, const std::string& status, const std::string& text) {
    return {.user = "u", .outcome = outcome, .status = status, .text = text};
}

Limits limits_with(const std::vector<std::string>& settings) {
    const auto config = config::Config::load({.file = "", .file_required = false, .overrides = settings});
    REQUIRE(config);
    return Limits(*config);
}

}  // namespace

TEST_CASE("a failed delivery's reply follows its enhanced status") {
    struct Row {
        Outcome outcome;
        const char* status;
        const char* reply;
    };
    const Row rows[] = {
        {temporary, "4.2.2", "452 4.2.2 why"}, {temporary, "4.3.1", "452 4.3.1 why"},
        {temporary, "4.3.0", "451 4.3.0 why"}, {temporary, "4.4.7", "451 4.4.7 why"},
        {permanent, "5.1.1", "550 5.1.1 why"}, {permanent, "5.2.1", "550 5.2.1 why"},
        {permanent, "5.2.2", "552 5.2.2 why"}, {permanent, "5.2.3", "552 5.2.3 why"},
        {permanent, "5.3.4", "552 5.3.4 why"}, {permanent, "5.7.1", "550 5.7.1 why"},
        {permanent, "5.3.0", "554 5.3.0 why"}, {permanent, "5.9.9", "554 5.9.9 why"},
    };
    for (const auto& row : rows) CHECK(failure(row.outcome, row.status) == row.reply);
}

TEST_CASE("a status that contradicts the outcome loses to it") {
    for (const auto* status : {"5.1.1", "2.0.0", "", "x", "5.2.2"})
        CHECK(failure(temporary, status) == "451 4.3.0 why");
    for (const auto* status : {"4.2.2", "2.0.0", "", "x", "4.3.1"})
        CHECK(failure(permanent, status) == "554 5.3.0 why");
}

TEST_CASE("the verdict after DATA") {
    const auto reply = [](const std::vector<Delivery>& deliveries) { return verdict(deliveries, "id.1").text(); };
    const auto good = one(delivered, "2.0.0", "");
    const auto full = one(temporary, "4.2.2", "full");
    const auto slow = one(temporary, "4.4.7", "slow");
    const auto unknown = one(permanent, "5.1.1", "unknown");
    const auto large = one(permanent, "5.2.3", "large");
    constexpr auto stored = "250 2.0.0 Ok, in the mailbox as id.1";

    CHECK(reply({good}) == stored);
    CHECK(reply({good, good}) == stored);
    // Some delivered, others failed for good: a success.
    CHECK(reply({unknown, good}) == stored);
    CHECK(reply({good, large}) == stored);
    // All failed for good: the first reason.
    CHECK(reply({unknown}) == "550 5.1.1 unknown");
    CHECK(reply({large, unknown}) == "552 5.2.3 large");
    // Anything temporary defers all, with the first temporary reason.
    CHECK(reply({full}) == "452 4.2.2 full");
    CHECK(reply({good, slow}) == "451 4.4.7 slow");
    CHECK(reply({unknown, slow, full}) == "451 4.4.7 slow");
    CHECK(reply({good, unknown, full}) == "452 4.2.2 full");
}

TEST_CASE("the limits are the parameters") {
    const auto limits =
        limits_with({"smtpd_hard_error_limit=3", "smtpd_soft_error_limit=2", "smtpd_junk_command_limit=4",
                     "smtpd_error_sleep_time=5s", "smtpd_timeout=6m", "smtpd_min_data_rate=7", "line_length_limit=1000",
                     "smtpd_recipient_limit=9", "smtpd_recipient_overshoot_limit=10", "message_size_limit=11"});
    CHECK(limits.hard_errors == 3);
    CHECK(limits.soft_errors == 2);
    CHECK(limits.junk_commands == 4);
    CHECK(limits.error_delay == 5s);
    CHECK(limits.timeout == 360s);
    CHECK(limits.data_rate == 7);
    CHECK(limits.line_length == 1000);
    CHECK(limits.recipients == 9);
    CHECK(limits.recipient_overshoot == 10);
    CHECK(limits.message_size == 11);
}

TEST_CASE("a message must come with the least rate, after one timeout's grace") {
    const auto limits = limits_with({"smtpd_timeout=100s", "smtpd_min_data_rate=500"});
    const Clock::time_point start{};
    CHECK(limits.data_deadline(start, 0, start) == start + 100s);
    CHECK(limits.data_deadline(start, 0, start + 60s) == start + 100s);
    CHECK(limits.data_deadline(start, 499, start + 60s) == start + 100s);
    CHECK(limits.data_deadline(start, 500, start + 60s) == start + 101s);
    CHECK(limits.data_deadline(start, 5000, start + 60s) == start + 110s);
    // Who is quick may still fall silent for one timeout only.
    CHECK(limits.data_deadline(start, 50000000, start + 60s) == start + 160s);
    CHECK(limits.data_deadline(start, UINT64_MAX / 1000000000, start) == start + 100s);

    auto patient = limits;
    patient.data_rate = 0;
    CHECK(patient.data_deadline(start, 0, start + 1000s) == start + 1100s);
}

TEST_CASE("errors make a session slow, then end it") {
    const auto limits =
        limits_with({"smtpd_hard_error_limit=4", "smtpd_soft_error_limit=2", "smtpd_error_sleep_time=3s"});
    Errors errors(limits);
    struct Row {
        std::chrono::seconds delay;
        bool too_many;
    };
    for (const auto& [delay, too_many] :
         {Row{0s, false}, Row{0s, false}, Row{0s, false}, Row{3s, false}, Row{3s, true}}) {
        INFO(errors.errors() << " errors");
        CHECK(errors.delay() == delay);
        CHECK(errors.too_many() == too_many);
        errors.error();
    }
    CHECK(errors.errors() == 5);
}

TEST_CASE("junk commands past the limit are errors, until a message comes through") {
    const auto limits = limits_with({"smtpd_junk_command_limit=2"});
    Errors errors(limits);
    errors.junk();
    errors.junk();
    CHECK(errors.errors() == 0);
    errors.junk();
    errors.junk();
    CHECK(errors.errors() == 2);
    errors.message_done();
    errors.junk();
    errors.junk();
    CHECK(errors.errors() == 2);
    errors.junk();
    CHECK(errors.errors() == 3);
}
