// One message on its way into a Maildir; lib/store/maildir.h says why its calls are in this order.
#pragma once

#include "lib/os/fd.h"
#include "lib/store/mailbox.h"
#include "lib/store/maildir_name.h"

namespace mail::store {

inline constexpr unsigned private_file = 0600;

// Whether open(2) with O_TMPFILE says by `error` that it cannot do that here. Kernels and file systems that
// do not know it say EISDIR or EINVAL.
bool no_unnamed_files(int error);

class MaildirIncoming : public Incoming {
public:
    // `maildir` ends with a slash. error == ENOENT when it, or a part of it, is not there.
    static Result<std::unique_ptr<MaildirIncoming>> open(const std::string& maildir);
    ~MaildirIncoming() override;

    Delivery<void> write(std::string_view data) override;
    Delivery<Stored> commit() override;

private:
    MaildirIncoming(const std::string& maildir, os::Fd folder) : maildir_(maildir), new_(std::move(folder)) {}

    std::string next_name();
    [[nodiscard]] bool spans_file_systems() const;
    Result<void> open_named();
    Result<void> move_to_named();
    Result<std::string> publish();
    [[nodiscard]] int link_unnamed(const std::string& name) const;
    [[nodiscard]] int link_named(const std::string& name) const;

    std::string maildir_;
    os::Fd new_;
    os::Fd file_;
    std::string tmp_name_;  // of file_; empty: it has none
    MessageSizes sizes_;
    unsigned count_ = 0;
};

}  // namespace mail::store
