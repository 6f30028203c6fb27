// "Did you mean X?": the nearest of some words.
#pragma once

#include <cstddef>
#include <string_view>

namespace mail::config {

// How many letters must be changed, left out, added or swapped with a neighbour to get from one to the other.
std::size_t distance(std::string_view a, std::string_view b);

// Remembers the best of the words that it is shown.
class Nearest {
public:
    explicit Nearest(std::string_view wanted) : wanted_(wanted), least_(wanted.size() / 4 + 2) {}

    void offer(std::string_view word) {
        // The lengths alone already rule most words out.
        const auto gap = word.size() > wanted_.size() ? word.size() - wanted_.size() : wanted_.size() - word.size();
        if (gap >= least_) return;
        if (const auto far = distance(wanted_, word); far < least_) {
            least_ = far;
            word_ = word;
        }
    }

    // The nearest, or empty when nothing was near.
    [[nodiscard]] std::string_view word() const { return word_; }

private:
    std::string_view wanted_;
    std::size_t least_;  // only words nearer than this
    std::string_view word_;
};

}  // namespace mail::config
