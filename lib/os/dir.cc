#include "lib/os/dir.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "lib/os/file.h"

namespace mail::os {

Result<Fd> open_folder(const std::string& path) { return open(path, O_RDONLY | O_DIRECTORY); }

Result<void> make_folder(const std::string& path, unsigned mode) {
    if (::mkdir(path.c_str(), mode) == 0 || errno == EEXIST) return {};
    return std::unexpected(system_failure("local file error", "mkdir " + path, errno));
}

Result<void> sync_folder(const std::string& path) {
    const auto folder = open_folder(path);
    if (!folder) return std::unexpected(folder.error());
    return sync(folder->get(), path);
}

}  // namespace mail::os
