// A message from a pipe, made readable several times.
#pragma once

#include "deliver/attempt.h"
#include "lib/os/fd.h"

namespace mail::deliver {

// Copies stdin into an unnamed temporary file and returns that, for reading only. When this process is root
// the copying is done by a child without root: root reads nothing of a message.
store::Delivery<os::Fd> spool_message(const Job& job);

}  // namespace mail::deliver
