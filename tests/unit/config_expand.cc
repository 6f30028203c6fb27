// The $ in values: every form as Postfix's postconf(1) expands it, every mistake, and what bounds it.
#include "lib/config/expand.h"

#include <catch2/catch.hpp>
#include <map>

using namespace mail::config;

namespace {

using Values = std::map<std::string, std::string, std::less<>>;

std::expected<std::string, ExpansionMistake> expand_in(const Values& values, std::string_view name) {
    return expand(name, [&](std::string_view each) -> std::optional<std::string_view> {
        const auto at = values.find(each);
        if (at == values.end()) return std::nullopt;
        return at->second;
    });
}

// `text` expanded where set has a value, unset has an empty one, and nope none.
std::string expanded(const std::string& text) {
    const auto result = expand_in({{"it", text}, {"set", "Value"}, {"unset", ""}, {"other", "<$set>"}}, "it");
    if (!result) return "MISTAKE " + result.error().name + ": " + result.error().problem;
    return *result;
}

}  // namespace

TEST_CASE("names are replaced by their values", "[config]") {
    CHECK(expanded("plain") == "plain");
    CHECK(expanded("$set") == "Value");
    CHECK(expanded("a ${set}b $(set).c $set.d $set-e") == "a Valueb Value.c Value.d Value-e");
    CHECK(expanded("${ set }") == "Value");
    CHECK(expanded("[$unset] [$nope]") == "[] []");
    CHECK(expanded("$other$other") == "<Value><Value>");
    CHECK(expanded("$$set $$$set") == "$set $Value");
}

TEST_CASE("text depends on whether a name has a value", "[config]") {
    CHECK(expanded("[${set?yes}] [${unset?yes}] [${nope?yes}]") == "[yes] [] []");
    CHECK(expanded("[${set:no}] [${unset:no}] [${nope:no}]") == "[] [no] [no]");
    CHECK(expanded("[${set?{q r}:{n m}}] [${nope?{q r}:{n m}}]") == "[q r] [n m]");
    CHECK(expanded("[${set?{yes} : {no}}] [${nope ? {y} : {n}}]") == "[yes] [n]");
    CHECK(expanded("[${set?{a}:b}] [${nope?{a}:b}]") == "[a] [b]");
    CHECK(expanded("[${set?a:b}] [${nope:a?b}]") == "[a:b] [a?b]");
    CHECK(expanded("[${set?  x  }] [${set? {x} }]") == "[  x  ] [x]");
    CHECK(expanded("[${set?}] [${nope:}]") == "[] []");
    CHECK(expanded("${set?$set ${nope:{x}}}") == "Value x");
    CHECK(expanded("${set?{a{b}c}} ${set?a{b}c} $(set?a(b)c)") == "a{b}c a{b}c a(b)c");
    CHECK(expanded("${set?$other}${nope?$other}") == "<Value>");
    CHECK(expanded("[${nope?{$}}]") == "[]");
}

TEST_CASE("text depends on a comparison", "[config]") {
    CHECK(expanded("[${{x} == {x} ? {eq} : {ne}}] [${{x}=={y}?{eq}:{ne}}]") == "[eq] [ne]");
    CHECK(expanded("${{$set} == {Value}?eq}") == "eq");
    CHECK(expanded("${{2}<{10}?{number}} [${{2}!={10}:{equal}}]") == "number []");
    CHECK(expanded("${{01}=={1}?{number}:{text}} ${{ 1 }=={1}?{number}:{text}}") == "number text");
    CHECK(expanded("${{a}<{B}?{less}:{not}} ${{-1}<={1}?{less}} ${{b}>{a}?{more}} ${{1}>={1}?{most}}") ==
          "not less more most");
    CHECK(expanded("[${{1}=={1}}] [${{1}=={2}}] [${{}=={}?{empty}}]") == "[true] [] [empty]");
}

TEST_CASE("mistakes in $ are told with what would be right", "[config]") {
    CHECK(expanded("x$") == "MISTAKE it: no name after $ in \"$\": write $name, or $$ for a dollar sign");
    CHECK(expanded("5 $ each") == "MISTAKE it: no name after $ in \"$ each\": write $name, or $$ for a dollar sign");
    CHECK(expanded("x ${set") == "MISTAKE it: \"${set\" is not closed: add the missing }");
    CHECK(expanded("x $(set}") == "MISTAKE it: \"$(set}\" is not closed: add the missing )");
    CHECK(expanded("${}") == "MISTAKE it: no name in \"${}\": write ${name}");
    CHECK(expanded("${-b}") == "MISTAKE it: no name in \"${-b}\": write ${name}");
    CHECK(expanded("${set!x}") == "MISTAKE it: \"?\" or \":\" is missing in \"${set!x}\": write ${name?{text}:{text}}");
    CHECK(expanded("${a.b}") == "MISTAKE it: \"?\" or \":\" is missing in \"${a.b}\": write ${name?{text}:{text}}");
    CHECK(expanded("${set?{x}y}") == "MISTAKE it: text after \"}\" in \"${set?{x}y}\": write ${name?{text}:{text}}");
    CHECK(expanded("${nope?{x}:{y}z}") ==
          "MISTAKE it: text after \"}\" in \"${nope?{x}:{y}z}\": write ${name?{text}:{text}}");
    CHECK(expanded("${{1} = {1} ? x}") ==
          "MISTAKE it: no comparison in \"${{1} = {1} ? x}\": write ${{a} == {b} ? {text}:{text}}");
    CHECK(expanded("${{1} == 1}") ==
          "MISTAKE it: no comparison in \"${{1} == 1}\": write ${{a} == {b} ? {text}:{text}}");
    CHECK(expanded("${{1}=={1} x}") ==
          "MISTAKE it: \"?\" or \":\" is missing in \"${{1}=={1} x}\": write ${name?{text}:{text}}");
}

TEST_CASE("a circle is reported, with the way around", "[config]") {
    CHECK(expanded("$it").starts_with("MISTAKE it: it refers to itself (it -> it)"));
    const auto result = expand_in({{"a", "x$b"}, {"b", "$c"}, {"c", "${b}"}}, "a");
    REQUIRE_FALSE(result);
    CHECK(result.error().name == "c");
    CHECK(result.error().problem == "it refers to itself (b -> c -> b): give one of them a value without $");
}

TEST_CASE("a mistake is told with the name whose value has it", "[config]") {
    const auto result = expand_in({{"a", "x$b"}, {"b", "${"}}, "a");
    REQUIRE_FALSE(result);
    CHECK(result.error().name == "b");
}

TEST_CASE("expansion is bounded in depth, in length and in work", "[config]") {
    Values chain;
    for (int i = 0; i < 30; ++i) chain["v" + std::to_string(i)] = "$v" + std::to_string(i + 1);
    CHECK(expand_in(chain, "v20"));
    REQUIRE_FALSE(expand_in(chain, "v0"));
    CHECK(expand_in(chain, "v0").error().problem == "its $ are nested more than 20 deep: make it simpler");

    CHECK(expanded(std::string(70000, 'x')).ends_with("it expands to more than 65536 bytes: make it shorter"));

    const Values laughs{{"a", "$b$b$b$b$b$b$b$b$b$b"},
                        {"b", "$c$c$c$c$c$c$c$c$c$c"},
                        {"c", "$d$d$d$d$d$d$d$d$d$d"},
                        {"d", "$e$e$e$e$e$e$e$e$e$e"},
                        {"e", ""}};
    REQUIRE_FALSE(expand_in(laughs, "a"));
    CHECK(expand_in(laughs, "a").error().problem == "it takes more than 1000 uses of $ to expand: make it simpler");
}
