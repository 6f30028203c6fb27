/* The bare floor of a handler under a super-server: says one line, hears one, answers it, ends. Linked statically. */
#include <unistd.h>

static int say(const char* text, size_t length) { return write(1, text, length) == (ssize_t)length ? 0 : 1; }

int main(void) {
    static const char banner[] = "220 floor\r\n";
    static const char answer[] = "221 bye\r\n";
    char line[512];
    if (say(banner, sizeof banner - 1) != 0) return 1;
    if (read(0, line, sizeof line) <= 0) return 1;
    return say(answer, sizeof answer - 1);
}
