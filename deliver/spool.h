// A message from a pipe, made readable several times.
#pragma once

#include <expected>
#include <functional>
#include <string>

#include "deliver/attempt.h"
#include "lib/os/fd.h"

namespace mail::deliver {

// Copies stdin into an unnamed temporary file and returns that, for reading only. When this process is root
// the copying is done by a child without root: root reads nothing of a message.
store::Delivery<os::Fd> spool_message(const Job& job);

// Runs `work` in a child and returns its exit status, or what became of the child instead.
std::expected<int, std::string> run_in_child(const std::function<int()>& work);

}  // namespace mail::deliver
