#include "lib/base/result.h"

#include <catch2/catch.hpp>
#include <cerrno>

using namespace mail;

TEST_CASE("a failed system call says what was done and why it failed, to the log alone") {
    const auto failure = system_failure("local error", "open /x", ENOSPC);
    CHECK(failure.kind == Fault::temporary);
    CHECK(failure.text == "local error");
    CHECK(failure.detail == "open /x: No space left on device");
    CHECK(failure.logged() == failure.detail);
    CHECK(failure.error == ENOSPC);
    CHECK(system_failure("t", "w", EPERM, Fault::permanent).kind == Fault::permanent);
    CHECK(system_failure("t", "w", 99999).detail == "w: unknown error");
}

TEST_CASE("a failure of our own is logged with its detail, or else its text") {
    const Result<int> plain = fail(Fault::refused, "no");
    CHECK(plain.error().kind == Fault::refused);
    CHECK(plain.error().logged() == "no");
    CHECK(plain.error().error == 0);
    const Result<int> detailed = fail(Fault::syntax, "no", "because");
    CHECK(detailed.error().text == "no");
    CHECK(detailed.error().logged() == "because");
}
