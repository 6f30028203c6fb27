// Delivery into a Maildir (cr.yp.to/proto/maildir.html): folders tmp, new and cur; a message is one file,
// complete and durable before it has a name in new/, and never changed after.
//
// A delivery's calls in their order, and what a crash after each leaves:
//
//   open new/                        nothing
//   open tmp/ O_TMPFILE              a file without a name: the kernel frees it when the process ends, the
//   write ... write                  file system's journal or fsck after a crash of the machine
//   fsync file                       the same: content is on the disk, but nothing leads to it
//   linkat to new/NAME               the whole message under its last name. Until the next call a crash of the
//                                    machine may forget the name, never the content, so a reader sees all or
//                                    nothing; the caller has heard nothing and tries again
//   fsync new/                       the message, for good. Only now is the caller told
//
// Whatever fails before the linkat leaves nothing. When the last fsync fails, the name is removed again; a reader
// that was quicker keeps the message and the caller's next try makes a second one: twice rather than never.
// A name is unique by time, pid, count and host; should it be taken all the same, linkat says EEXIST and
// replaces nothing, and the next name is tried.
//
// Where the file system has no O_TMPFILE, or /proc is not there to give the file a name, a named file in tmp/ is
// written instead and linked (renamed, where there are no hard links). A crash leaves that name in tmp/, which
// readers never show and remove after 36 hours; after the link it is a second name of the whole message.
// Another program that empties tmp/ meanwhile makes the link fail with ENOENT: nothing is stored and the caller
// tries again.
//
// Making a Maildir: its folder, fsync of the folder above, cur and new, fsync of the folder, and tmp last. A
// delivery takes it for made only if tmp/ opens, so whoever finds tmp/ knows that everything else is durable;
// a crash in between leaves no tmp/ and the next delivery goes through it all again. tmp/ itself need not last.
#pragma once

#include "lib/store/mailbox.h"

namespace mail::store {

class Maildir : public Mailbox {
public:
    // `folder` is relative to `home` and ends with a slash.
    Maildir(const std::string& home, const std::string& folder) : home_(home), path_(home + "/" + folder) {}

    Delivery<std::unique_ptr<Incoming>> begin() override;
    Delivery<void> check() override;

private:
    [[nodiscard]] Delivery<void> make() const;

    std::string home_;
    std::string path_;  // ends with a slash
};

}  // namespace mail::store
