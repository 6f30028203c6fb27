// Every name that main.cf has in Postfix and that lib/config/parameters.h does not have, with what becomes of it
// here. So a Postfix main.cf loads, and its owner is told what it no longer does.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace mail::mayfly {

enum class Standing {
    no_effect,  // nothing is lost by ignoring it
    refused,    // ignoring it would leave the host unprotected, or change where mail goes
};

struct PostfixGroup {
    Standing standing;
    std::string_view reason;
    // Separated by blanks, sorted. "name=value": this value of it asks for nothing that is not so anyway.
    std::string_view names;
};

std::span<const PostfixGroup> postfix_groups();

struct PostfixParameter {
    Standing standing;
    std::string_view reason;
    std::string_view harmless;  // the value that is never refused; empty: only the empty value is
};

// What is known about `name`; nothing when Postfix does not have it either. The parameters that Postfix makes up
// for each transport ("smtp_destination_rate_delay") and for LMTP beside SMTP are known by their form.
std::optional<PostfixParameter> find_postfix(std::string_view name);

}  // namespace mail::mayfly
