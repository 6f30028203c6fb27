// A folder that is there, with all that is in it, as long as its object.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "lib/os/fd.h"

namespace mail::test {

class TemporaryFolder {
public:
    TemporaryFolder() { REQUIRE(mkdtemp(path_.data()) != nullptr); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

    // Writes a file and gives its path.
    std::string write(std::string_view name, std::string_view content, mode_t mode = 0644) const {
        const auto where = file(name);
        std::ofstream(where, std::ios::binary) << content;
        REQUIRE(chmod(where.c_str(), mode) == 0);
        return where;
    }
    // What a file holds, "" when it is not there.
    [[nodiscard]] std::string read(std::string_view name) const {
        std::ostringstream out;
        out << std::ifstream(file(name), std::ios::binary).rdbuf();
        return out.str();
    }
    [[nodiscard]] bool has(std::string_view name) const { return std::filesystem::exists(file(name)); }
    [[nodiscard]] os::Fd open() const { return os::Fd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

private:
    std::string path_ = "/tmp/mayfly-test-XXXXXX";
};

}  // namespace mail::test
