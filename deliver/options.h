// deliver's command line.
#pragma once

#include <boost/program_options.hpp>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "lib/store/delivery.h"

namespace mail::deliver {

struct Options {
    store::Letter letter;
    std::vector<std::string> users;
    bool check = false;
    std::optional<int> status_fd;
    std::string session;

    // The options, or what is wrong with them and what would be right.
    static std::expected<Options, std::string> parse(const boost::program_options::variables_map& given);
};

void declare_options(boost::program_options::options_description& options,
                     boost::program_options::positional_options_description& positional);

}  // namespace mail::deliver
