#include "lib/privsep/report.h"

#include "lib/base/text.h"

namespace mail::privsep {

Answer read_report(std::string_view report) {
    Answer answer{.tag = 0, .outcome = Outcome::temporary, .status = "4.3.0", .text = "local delivery failed"};
    const auto line = report.substr(0, report.find('\n'));
    const auto words = text::split(line, " ");
    if (words.size() < 2) return answer;
    if (words[0] == "delivered")
        answer.outcome = Outcome::delivered;
    else if (words[0] == "permanent")
        answer.outcome = Outcome::permanent;
    else if (words[0] != "temporary")
        return answer;
    constexpr std::size_t longest_status = 9;  // "5.999.999"
    answer.status = text::printable(words[1], longest_status);
    const auto behind = static_cast<std::size_t>(words[1].data() - line.data()) + words[1].size();
    const auto said = text::trim(line.substr(behind));
    if (!said.empty()) answer.text = text::printable(said);
    return answer;
}

}  // namespace mail::privsep
