/* The bare floor of a handler under a super-server: says one line, hears one, ends. Linked statically. */
#include <unistd.h>

int main(void) {
    static const char banner[] = "220 floor\r\n";
    char line[512];
    if (write(1, banner, sizeof banner - 1) < 0) return 1;
    return read(0, line, sizeof line) < 0;
}
