// What a command's parse gives: its value, or the reply that says what is wrong with it.
#pragma once

#include <expected>

#include "lib/smtp/reply.h"

namespace mail::smtpd {

template <class Command>
using Parsed = std::expected<Command, smtp::Reply>;

}  // namespace mail::smtpd
