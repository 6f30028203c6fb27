// Reading and writing descriptors: whole or failed, interrupted calls resumed, each error reported.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/os/fd.h"

namespace mail::os {

// Writes all of `data`. `name` is the file's name for the log.
Result<void> write_all(int fd, std::string_view data, std::string_view name);

// Reads at most `into.size()` bytes; 0 is the end of the file.
Result<std::size_t> read_some(int fd, std::span<char> into, std::string_view name);

// The whole of a small file. A longer one than `limit` bytes is a permanent failure; a missing one
// is a failure with error == ENOENT.
Result<std::string> read_file(const std::string& path, std::size_t limit);

// Makes what was written to a file, or linked into a folder, survive a crash (fsync).
Result<void> sync(int fd, std::string_view name);

// Closes and reports: NFS and quota tell of a failed write only here.
Result<void> close(Fd fd, std::string_view name);

// Opens with O_CLOEXEC.
Result<Fd> open(const std::string& path, int flags, unsigned mode = 0);

}  // namespace mail::os
