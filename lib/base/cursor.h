// A parser's place in its input. The first error latches: after it every accept fails and every take is
// empty, so that a grammar is written as a straight line and checked once, at its end.
#pragma once

#include <string_view>

#include "lib/base/text.h"

namespace mail {

class Cursor {
public:
    explicit Cursor(std::string_view input) : rest_(input) {}

    [[nodiscard]] bool failed() const { return !error_.empty(); }
    // What was wrong, "" while nothing is.
    [[nodiscard]] std::string_view error() const { return error_; }
    [[nodiscard]] bool at_end() const { return failed() || rest_.empty(); }
    // What is not read yet; nothing after an error.
    [[nodiscard]] std::string_view rest() const { return failed() ? std::string_view{} : rest_; }
    // The next character, NUL at the end or after an error.
    [[nodiscard]] char peek() const { return at_end() ? '\0' : rest_.front(); }

    // Records the first error; later ones change nothing. `what` must be a literal.
    void fail(std::string_view what) {
        if (error_.empty()) error_ = what;
    }

    // Moves past `c` if it comes next.
    bool accept(char c) {
        if (at_end() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // Moves past `word`, in either case, if it comes next.
    bool accept(std::string_view word) {
        if (failed() || !text::iequals(rest_.substr(0, word.size()), word)) return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    void require(char c, std::string_view otherwise) {
        if (!accept(c)) fail(otherwise);
    }
    // The next character, whatever it is; NUL at the end, which is an error.
    char take(std::string_view otherwise) {
        if (at_end()) {
            fail(otherwise);
            return '\0';
        }
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    // The longest run of characters that satisfy `wanted`, maybe none.
    template <class Predicate>
    std::string_view take_while(Predicate wanted) {
        const auto all = rest();
        std::size_t length = 0;
        while (length < all.size() && wanted(all[length])) ++length;
        if (!failed()) rest_.remove_prefix(length);
        return all.substr(0, length);
    }
    void skip_blanks() { take_while(text::is_space); }

private:
    std::string_view rest_;
    std::string_view error_;
};

}  // namespace mail
