// Descriptor 2 goes to a file as long as the object is there: what a Log says, for a test to look at.
#pragma once

#include <unistd.h>

#include <string>

#include "tests/unit/temporary_folder.h"

namespace mail::test {

class CapturedStderr {
public:
    CapturedStderr() : before_(dup(STDERR_FILENO)) {
        const os::Fd file(::open(folder_.write("stderr", "").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
        REQUIRE(dup2(file.get(), STDERR_FILENO) == STDERR_FILENO);
    }
    CapturedStderr(const CapturedStderr&) = delete;
    CapturedStderr& operator=(const CapturedStderr&) = delete;
    ~CapturedStderr() { dup2(before_.get(), STDERR_FILENO); }

    [[nodiscard]] std::string text() const { return folder_.read("stderr"); }

private:
    TemporaryFolder folder_;
    os::Fd before_;
};

}  // namespace mail::test
