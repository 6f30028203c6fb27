#include "lib/privsep/channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "lib/privsep/messages.h"
#include "tests/unit/temporary_folder.h"

using namespace mail;
using namespace mail::privsep;

namespace {

std::pair<os::Fd, os::Fd> ends() {
    auto pair = socket_pair();
    REQUIRE(pair);
    return std::move(*pair);
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// Sends what send_packet would not: several descriptors.
void send_many(int channel, std::string_view packet, const std::vector<int>& attached) {
    std::string control(CMSG_SPACE(attached.size() * sizeof(int)), '\0');
    iovec part{.iov_base = const_cast<char*>(packet.data()), .iov_len = packet.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(attached.size() * sizeof(int));
    std::memcpy(CMSG_DATA(head), attached.data(), attached.size() * sizeof(int));
    REQUIRE(sendmsg(channel, &message, 0) >= 0);
}

}  // namespace

TEST_CASE("packets arrive whole, one by one, in order") {
    const auto [here, there] = ends();
    REQUIRE(send_packet(here.get(), "one"));
    REQUIRE(send_packet(here.get(), "two\n"));
    const std::string longest(longest_packet, 'x');
    REQUIRE(send_packet(here.get(), longest));
    CHECK(receive_packet(there.get())->bytes == "one");
    CHECK(receive_packet(there.get())->bytes == "two\n");
    const auto packet = receive_packet(there.get());
    REQUIRE(packet);
    CHECK(packet->bytes == longest);
    CHECK_FALSE(packet->attached);
}

TEST_CASE("the ends are closed on exec") {
    const auto [here, there] = ends();
    CHECK((fcntl(here.get(), F_GETFD) & FD_CLOEXEC) != 0);
    CHECK((fcntl(there.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("a descriptor comes along as a copy that is closed on exec") {
    const test::TemporaryFolder folder;
    const os::Fd file(open(folder.write("f", "content").c_str(), O_RDONLY | O_CLOEXEC));
    const auto [here, there] = ends();
    REQUIRE(send_packet(here.get(), "with", file.get()));
    const auto packet = receive_packet(there.get());
    REQUIRE(packet);
    CHECK(packet->bytes == "with");
    REQUIRE(packet->attached);
    CHECK(packet->attached.get() != file.get());
    CHECK((fcntl(packet->attached.get(), F_GETFD) & FD_CLOEXEC) != 0);
    struct stat sent{};
    struct stat got{};
    fstat(file.get(), &sent);
    fstat(packet->attached.get(), &got);
    CHECK(sent.st_ino == got.st_ino);
    REQUIRE(send_packet(here.get(), "without"));
    CHECK_FALSE(receive_packet(there.get())->attached);
}

TEST_CASE("a packet that is too long is refused, and its descriptor closed") {
    const auto [here, there] = ends();
    const auto before = open_descriptors();
    REQUIRE(send_packet(here.get(), std::string(longest_packet + 1, 'x'), STDIN_FILENO));
    const auto packet = receive_packet(there.get());
    REQUIRE_FALSE(packet);
    CHECK(packet.error().kind == Fault::refused);
    CHECK(open_descriptors() == before);
    REQUIRE(send_packet(here.get(), "next"));
    CHECK(receive_packet(there.get())->bytes == "next");
}

TEST_CASE("more than one descriptor is refused, and none of them stays open") {
    const auto [here, there] = ends();
    const auto before = open_descriptors();
    for (const std::size_t count : {2U, 4U, 5U, 100U}) {
        INFO(count << " descriptors");
        send_many(here.get(), "many", std::vector<int>(count, here.get()));
        const auto packet = receive_packet(there.get());
        REQUIRE_FALSE(packet);
        CHECK(packet.error().kind == Fault::refused);
        CHECK(open_descriptors() == before);
    }
}

TEST_CASE("an end that is closed gives an empty packet, and sending to it a failure without a signal") {
    auto [here, there] = ends();
    there.reset();
    const auto packet = receive_packet(here.get());
    REQUIRE(packet);
    CHECK(packet->bytes.empty());
    CHECK(send_packet(here.get(), "x").error().error == EPIPE);
    CHECK_FALSE(send_packet(-1, "x"));
    CHECK_FALSE(receive_packet(-1));
}

TEST_CASE("what was sent before the end was closed still arrives") {
    auto [here, there] = ends();
    REQUIRE(send_packet(here.get(), "last"));
    here.reset();
    CHECK(receive_packet(there.get())->bytes == "last");
    CHECK(receive_packet(there.get())->bytes.empty());
}

TEST_CASE("who is not patient fails where a reader does not read, and can send again when it has") {
    const auto [here, there] = ends();
    constexpr int more_than_fits = 20000;
    int sent = 0;
    Result<void> last;
    while (sent < more_than_fits && (last = send_packet(here.get(), "x", -1, Patience::fail))) ++sent;
    REQUIRE(sent < more_than_fits);
    CHECK(last.error().error == EAGAIN);
    for (int i = 0; i < sent; ++i) CHECK(receive_packet(there.get())->bytes == "x");
    CHECK(send_packet(here.get(), "next", -1, Patience::fail));
    CHECK(receive_packet(there.get())->bytes == "next");
}
