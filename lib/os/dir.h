// Folders: making them and making what is in them last.
#pragma once

#include <string>

#include "lib/base/result.h"
#include "lib/os/fd.h"

namespace mail::os {

// Opens a folder, to be synced or for calls that end in "at". error == ENOTDIR when it is something else.
Result<Fd> open_folder(const std::string& path);

// Makes one folder; one that is there already is no failure.
Result<void> make_folder(const std::string& path, unsigned mode);

// Makes the names in a folder survive a crash.
Result<void> sync_folder(const std::string& path);

}  // namespace mail::os
