#include <catch2/catch.hpp>
#include <cerrno>

#include "deliver/each.h"
#include "deliver/report.h"
#include "lib/store/outcome.h"

using namespace mail;
using store::Outcome;

namespace {

store::Undelivered after(int error) { return store::Delivery<void>(store::undelivered("write x", error)).error(); }

constexpr Outcome all[] = {Outcome::delivered, Outcome::usage,           Outcome::no_user,      Outcome::not_allowed,
                           Outcome::no_home,   Outcome::over_quota,      Outcome::disk_full,    Outcome::too_large,
                           Outcome::io_error,  Outcome::no_name_service, Outcome::misconfigured};

}  // namespace

TEST_CASE("every outcome has a row, and its parts agree") {
    for (const auto outcome : all) {
        const auto& row = store::meaning(outcome);
        CHECK(row.outcome == outcome);
        CHECK((row.exit_status == 0) == (row.verdict() == store::Verdict::delivered));
        // A caller that has only the exit status comes to the same verdict.
        CHECK(store::meaning_of_exit(row.exit_status)->verdict() == row.verdict());
    }
    CHECK(store::meaning_of_exit(99) == nullptr);
}

TEST_CASE("what a sending host must not lose mail over is temporary") {
    CHECK(store::meaning(Outcome::no_home).verdict() == store::Verdict::temporary);
    CHECK(store::meaning(Outcome::misconfigured).verdict() == store::Verdict::temporary);
    CHECK(store::meaning(Outcome::no_user).verdict() == store::Verdict::permanent);
    CHECK(store::meaning(Outcome::over_quota).verdict() == store::Verdict::permanent);
}

TEST_CASE("errno tells quota and full disk apart") {
    CHECK(after(EDQUOT).outcome == Outcome::over_quota);
    CHECK(after(ENOSPC).outcome == Outcome::disk_full);
    CHECK(after(EFBIG).outcome == Outcome::too_large);
    CHECK(after(EIO).outcome == Outcome::io_error);
    CHECK(after(ENOENT).outcome == Outcome::io_error);
    CHECK(after(EIO).detail == "write x: Input/output error");
}

TEST_CASE("the report is one bounded line") {
    CHECK(store::status_line(Outcome::delivered) == "delivered 2.0.0 delivered\n");
    CHECK(store::status_line(Outcome::disk_full) == "temporary 4.3.1 mail system full\n");
    CHECK(store::status_line(Outcome::no_user) == "permanent 5.1.1 no such user\n");
    for (const auto outcome : all) CHECK(store::status_line(outcome).size() <= 512);

    CHECK(deliver::people_line("user1", Outcome::disk_full, "write x: No space left on device") ==
          "deliver: user1: 4.3.1 mail system full: write x: No space left on device\n");
    CHECK(deliver::people_line("a\nb\x1b", Outcome::no_user, "") == "deliver: a?b?: 5.1.1 no such user\n");
    CHECK(deliver::people_line("u", Outcome::io_error, std::string(2000, 'x')).size() == 512);
}

TEST_CASE("of several users temporary beats permanent beats delivered") {
    CHECK(deliver::worse(0, 67) == 67);
    CHECK(deliver::worse(67, 0) == 67);
    CHECK(deliver::worse(67, 75) == 75);
    CHECK(deliver::worse(75, 67) == 75);
    CHECK(deliver::worse(72, 75) == 72);
    CHECK(deliver::worse(67, 73) == 67);
    CHECK(deliver::worse(73, 99) == 99);
}
