// mayfly: the administrator's command.
#include "lib/serve/program.h"
#include "mayfly/commands.h"

int main(int argc, char** argv) {
    return mail::serve::run(argc, argv,
                            {.name = "mayfly",
                             .usage = "config [-n | -d] [-x | --json] [name...]",
                             .summary = "Shows the configuration of this mail system, and what in it has no effect.",
                             .declare = mail::mayfly::declare,
                             .main = mail::mayfly::run});
}
