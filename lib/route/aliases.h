// /etc/aliases: other names for accounts. The text is the truth and is read anew for each connection.
//
// Understood are the lines that name people, "name: user, user@domain", continued on lines that begin with a blank,
// "#" for a comment. Commands, files, :include: lists and other hosts wait for the queue: an alias that has one is
// kept, and told apart, so that its mail is deferred and never lost.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace mail::route {

struct Alias {
    std::vector<std::string> targets;  // as written, without quotes
    std::string where;                 // "/etc/aliases:12"
};

// The targets of `name`, which is compared without regard to case. The first of several lines wins.
// `text` is the file's content, `file` its name for Alias::where.
std::optional<Alias> find_alias(std::string_view text, std::string_view name, std::string_view file);

// The files of alias_maps, read when first asked.
class Aliases {
public:
    explicit Aliases(std::vector<std::string> files) : files_(std::move(files)) {}

    // A file that is missing holds no alias; one that can't be read is a temporary failure.
    Result<std::optional<Alias>> find(std::string_view name);

private:
    struct Table {
        std::string file;
        std::string text;
    };
    Result<void> load();

    std::vector<std::string> files_;
    std::optional<std::vector<Table>> tables_;
};

}  // namespace mail::route
