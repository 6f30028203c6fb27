#include "deliver/options.h"

#include <unistd.h>

#include <catch2/catch.hpp>

using mail::deliver::Options;
namespace po = boost::program_options;

namespace {

std::expected<Options, std::string> parse(const std::vector<std::string>& words) {
    po::options_description described;
    po::positional_options_description positional;
    mail::deliver::declare_options(described, positional);
    po::variables_map given;
    po::store(po::command_line_parser(words).options(described).positional(positional).run(), given);
    return Options::parse(given);
}

}  // namespace

TEST_CASE("deliver's options as other MTAs write them") {
    auto options = parse({"-f", "a@b", "-a", "list", "-d", "user1"});
    REQUIRE(options);
    CHECK(options->letter.sender == "a@b");
    CHECK(options->letter.extension == "list");
    CHECK(options->users == std::vector<std::string>{"user1"});
    CHECK_FALSE(options->check);
    CHECK_FALSE(options->status_fd);
}

TEST_CASE("the null sender is a sender, and brackets are taken off") {
    CHECK(parse({"-f", "", "u"})->letter.sender == "");
    CHECK(parse({"-f", "<>", "u"})->letter.sender == "");
    CHECK(parse({"-f", "<a@b>", "u"})->letter.sender == "a@b");
    CHECK(parse({"-f<a@b>", "u"})->letter.sender == "a@b");
    CHECK(parse({"--sender=<-a@b>", "u"})->letter.sender == "-a@b");
    CHECK(parse({"u"})->letter.sender == std::nullopt);
    CHECK(parse({"-r", "<u+x@y>", "u"})->letter.recipient == "u+x@y");
    CHECK(parse({"-a", "", "u"})->letter.extension.empty());
}

TEST_CASE("several users keep their order") {
    CHECK(parse({"--check", "b", "a"})->users == std::vector<std::string>{"b", "a"});
    CHECK(parse({"--check", "b"})->check);
}

TEST_CASE("a command line that makes no sense is refused with the reason") {
    CHECK(parse({}).error().starts_with("no user"));
    CHECK(parse({"-f", "a\nX: y", "u"}).error().starts_with("-f"));
    CHECK(parse({"-r", "a\rb", "u"}).error().starts_with("-r"));
    CHECK(parse({"-a", std::string(2000, 'x'), "u"}).error().starts_with("-a"));
    CHECK(parse({"--session", "a b", "u"}).error().starts_with("--session"));
    CHECK(parse({"--status-fd", "0", "u"}).error().starts_with("--status-fd"));
    CHECK(parse({"--status-fd", "987", "u"}).error().starts_with("--status-fd"));
    CHECK(parse({"--status-fd", std::to_string(STDERR_FILENO), "u"})->status_fd == STDERR_FILENO);
}
