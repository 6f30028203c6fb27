#include "deliver/report.h"

#include <unistd.h>

#include "lib/base/text.h"
#include "lib/os/file.h"

namespace mail::deliver {
namespace {

constexpr std::size_t longest_line = 512;

}  // namespace

std::string status_line(store::Outcome outcome) {
    const auto& row = store::meaning(outcome);
    std::string line(store::name(row.verdict()));
    return line.append(" ").append(row.status).append(" ").append(row.text).append("\n");
}

std::string people_line(const std::string& user, store::Outcome outcome, const std::string& detail) {
    const auto& row = store::meaning(outcome);
    auto line = "deliver: " + user + ": ";
    line.append(row.status).append(" ").append(row.text);
    if (!detail.empty()) line.append(": ").append(detail);
    return text::printable(line, longest_line - 1) + "\n";
}

void report(std::optional<int> status_fd, const std::string& user, store::Outcome outcome, const std::string& detail) {
    // A caller that has gone cannot be told; the log has it.
    if (status_fd)
        static_cast<void>(os::write_all(*status_fd, status_line(outcome), "--status-fd"));
    else if (outcome != store::Outcome::delivered)
        static_cast<void>(os::write_all(STDERR_FILENO, people_line(user, outcome, detail), "stderr"));
}

}  // namespace mail::deliver
