// A delivery's report: nothing is delivered or refused for good but what says so.
#include "lib/privsep/report.h"

#include <cstdint>
#include <cstdlib>

#include "lib/base/text.h"

using namespace mail;
using namespace mail::privsep;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check(std::string_view report) {
    const auto answer = read_report(report);
    const auto words = text::split(report, " ");
    const auto first = words.empty() ? std::string_view{} : words.front();
    require(answer.outcome != Outcome::delivered || first == "delivered");
    require(answer.outcome != Outcome::permanent || first == "permanent");
    require(answer.status.size() <= 9 && !answer.status.empty() && answer.text.size() <= 256 && !answer.text.empty());
    require(text::printable(answer.status) == answer.status && text::printable(answer.text) == answer.text);
    // It crosses the border to the session as it is.
    require(decode_answer(encode(answer)) == answer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check(input);
    for (const auto* verb : {"delivered ", "temporary ", "permanent "}) check(verb + std::string(input));
    return 0;
}
