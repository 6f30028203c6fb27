#include "lib/store/maildir_name.h"

namespace mail::store {
namespace {

std::string escaped(std::string_view host) {
    std::string out;
    for (const char c : host) {
        if (c == '/')
            out += "\\057";
        else if (c == ':')
            out += "\\072";
        else if (c == ',')
            out += "\\054";
        else
            out += c;
    }
    return out;
}

}  // namespace

std::string MaildirName::text() const {
    constexpr auto million = std::chrono::microseconds::period::den;
    return std::to_string(time.count() / million) + ".M" + std::to_string(time.count() % million) + "P" +
           std::to_string(pid) + "Q" + std::to_string(count) + "." + escaped(host);
}

void MessageSizes::add(std::string_view data) {
    if (data.empty()) return;
    size_ += data.size();
    for (auto at = data.find('\n'); at != std::string_view::npos; at = data.find('\n', at + 1))
        if ((at == 0 ? last_ : data[at - 1]) != '\r') ++bare_;
    last_ = data.back();
}

std::string MessageSizes::text() const { return ",S=" + std::to_string(size()) + ",W=" + std::to_string(wire_size()); }

}  // namespace mail::store
