// deliver: the local delivery agent. Puts the message on stdin into users' mailboxes; see deliver(8).
#include "deliver/deliver.h"
#include "deliver/options.h"
#include "lib/serve/program.h"

int main(int argc, char** argv) {
    using namespace mail;
    constexpr serve::Program program{
        .name = "deliver",
        .usage = "[-f sender] [-a extension] [-r recipient] user...  |  --check user...",
        .summary = "put the message on standard input into users' mailboxes",
        .declare = deliver::declare_options,
        .main = deliver::run,
        .misconfigured = nullptr,
    };
    return serve::run(argc, argv, program);
}
