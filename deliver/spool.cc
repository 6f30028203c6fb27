#include "deliver/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "lib/os/file.h"
#include "lib/os/process.h"
#include "lib/store/recipient.h"

namespace mail::deliver {
namespace {

using store::Outcome;

constexpr auto folder = "/var/tmp";
constexpr std::size_t piece_size = 65536;

Result<os::Fd> temporary_file() {
    auto file = os::open(folder, O_TMPFILE | O_RDWR, 0600);
    if (file) return file;
    auto name = std::string(folder) + "/deliver.XXXXXX";
    os::Fd named(::mkostemp(name.data(), O_CLOEXEC));
    if (!named) return std::unexpected(system_failure({}, "make a temporary file in " + std::string(folder), errno));
    ::unlink(name.c_str());
    return named;
}

store::Delivery<void> copy(int to) {
    store::Source message(STDIN_FILENO);
    std::array<char, piece_size> buffer;
    for (;;) {
        const auto got = message.fill(buffer);
        if (!got) return store::undelivered(got.error());
        if (*got == 0) return {};
        if (auto written = os::write_all(to, {buffer.data(), *got}, folder); !written)
            return store::undelivered(written.error());
    }
}

// In the child: the exit status stands for the outcome.
int copy_without_root(const Job& job, const os::Account* owner, int to) {
    const auto copied = [&]() -> store::Delivery<void> {
        if (owner != nullptr)
            if (auto became = os::become(*owner); !became) return store::undelivered(became.error());
        return copy(to);
    }();
    if (copied) return static_cast<int>(Outcome::delivered);
    job.desk.log(log::events::fault, {{"problem", "spool the message: " + copied.error().detail}});
    return static_cast<int>(copied.error().outcome);
}

}  // namespace

store::Delivery<os::Fd> spool_message(const Job& job) {
    const auto owner = store::is_root() ? store::find_mail_owner(job.desk.config) : os::Account{};
    if (!owner) return std::unexpected(owner.error());
    const auto file = temporary_file();
    if (!file) return store::undelivered(file.error());
    const auto outcome =
        os::run_in_child([&] { return copy_without_root(job, store::is_root() ? &*owner : nullptr, file->get()); });
    if (!outcome) return store::undelivered(outcome.error());
    if (*outcome != static_cast<int>(Outcome::delivered))
        return store::undelivered(static_cast<Outcome>(*outcome), "the message could not be spooled");
    // The children that deliver get no way to change it for the next one.
    auto reading = os::open("/proc/self/fd/" + std::to_string(file->get()), O_RDONLY);
    if (!reading) return store::undelivered(reading.error());
    return std::move(*reading);
}

}  // namespace mail::deliver
