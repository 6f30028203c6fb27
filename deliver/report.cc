#include "deliver/report.h"

#include <unistd.h>

#include "lib/base/text.h"
#include "lib/os/file.h"

namespace mail::deliver {
namespace {

constexpr std::size_t longest_line = 512;

// A caller that has gone cannot be told; the log has it.
void tell(int fd, const std::string& line) { [[maybe_unused]] const auto told = os::write_all(fd, line, "the report"); }

}  // namespace

std::string people_line(const std::string& user, store::Outcome outcome, const std::string& detail) {
    const auto& row = store::meaning(outcome);
    auto line = "deliver: " + user + ": ";
    line.append(row.status).append(" ").append(row.text);
    if (!detail.empty()) line.append(": ").append(detail);
    return text::printable(line, longest_line - 1) + "\n";
}

void report(std::optional<int> status_fd, const std::string& user, store::Outcome outcome, const std::string& detail) {
    if (status_fd)
        tell(*status_fd, store::status_line(outcome));
    else if (outcome != store::Outcome::delivered)
        tell(STDERR_FILENO, people_line(user, outcome, detail));
}

}  // namespace mail::deliver
