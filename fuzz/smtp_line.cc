// Command lines and message bodies: wherever the input is cut, the result is the same, and no CR gets through.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "smtpd/wire/body.h"
#include "smtpd/wire/line.h"

using namespace mail::smtpd;

namespace {

constexpr std::size_t limit = 40;

void require(bool condition) {
    if (!condition) std::abort();
}

void check_line(std::string_view input) {
    const auto whole = first_line(input, limit);
    require(whole.consumed <= input.size());
    require((whole.consumed == 0) == (whole.status == LineStatus::incomplete));
    require(whole.text.size() <= limit);
    require(whole.text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    for (std::size_t size = 0; size < input.size(); ++size) {
        const auto part = first_line(input.substr(0, size), limit);
        if (part.status == LineStatus::incomplete) continue;
        // What is decided early is decided the same.
        require(part.status == whole.status && part.text == whole.text);
        require(part.status == LineStatus::too_long || part.consumed == whole.consumed);
    }
}

struct Read {
    std::string out;
    std::size_t taken = 0;
    std::uint64_t bare = 0;
    std::uint64_t size = 0;
    bool done = false;

    bool operator==(const Read&) const = default;
};

Read read(std::string_view input, std::size_t step) {
    BodyReader body;
    Read result;
    while (!input.empty() && !body.done()) {
        const auto piece = input.substr(0, step);
        const auto taken = body.take(piece, result.out);
        require(taken == piece.size() || body.done());
        result.taken += taken;
        input.remove_prefix(taken);
    }
    result.bare = body.bare_cr() + body.bare_lf();
    result.size = body.size();
    result.done = body.done();
    return result;
}

void check_body(std::string_view input) {
    const auto whole = read(input, input.size() + 1);
    require(!whole.out.contains('\r'));
    require(whole.out.size() <= whole.size && whole.size <= whole.taken);
    const auto end = ("\r\n" + std::string(input)).find("\r\n.\r\n");
    require(whole.done == (end != std::string::npos));
    require(!whole.done || whole.taken == end + 3);
    for (const std::size_t step : {1U, 2U, 3U, 7U}) require(read(input, step) == whole);
    for (std::size_t cut = 0; cut < input.size() && cut < 64; ++cut) {
        BodyReader body;
        std::string out;
        body.take(input.substr(0, cut), out);
        if (!body.done()) body.take(input.substr(cut), out);
        require(out == whole.out && body.size() == whole.size && body.done() == whole.done);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    check_line(input);
    check_body(input);
    return 0;
}
