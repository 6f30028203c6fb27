# Mayfly. `make` builds every program into build/bin; `make help` lists the rest.

PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR    ?=
BUILD      ?= build
CXX        ?= g++
VERSION    := 0.1

PROGRAMS := deliver mayfly smtpd

.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

# --- Flags --------------------------------------------------------------------------------------
# libstdc++ and Boost.ProgramOptions are linked statically, libc dynamically (NSS and iconv need it):
# a program starts twice as fast that way. RELR relocations halve what the loader has to touch.

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
HARDEN   := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE
OPTIMIZE := -O2 -ffunction-sections -fdata-sections
LINK     := -pie -static-libstdc++ -static-libgcc -Wl,-z,relro,-z,now,-z,noexecstack,-z,pack-relative-relocs \
            -Wl,--gc-sections,--as-needed
BOOST    := -Wl,-Bstatic -lboost_program_options -Wl,-Bdynamic

ifdef SANITIZE
OPTIMIZE := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
HARDEN   := -fPIE
LINK     := -pie -fsanitize=address,undefined -static-libasan -static-libubsan
# Under the sanitizers g++ 12 sees uninitialized members in libstdc++ itself (GCC bug 105562).
WARNINGS += -Wno-maybe-uninitialized
endif

CXXFLAGS ?= -g1
# The configuration's place is compiled in: what names it is built again when SYSCONFDIR changes.
$(shell mkdir -p $(BUILD); cat $(BUILD)/sysconfdir 2>/dev/null | grep -qx '$(SYSCONFDIR)' || \
    echo '$(SYSCONFDIR)' >$(BUILD)/sysconfdir)
$(BUILD)/obj/lib/serve/program.o: $(BUILD)/sysconfdir
$(BUILD)/obj/lib/serve/program.o: COMPILE += -DMAYFLY_SYSCONFDIR='"$(SYSCONFDIR)"'

COMPILE  = $(CXX) -std=c++23 $(OPTIMIZE) $(HARDEN) $(WARNINGS) $(CXXFLAGS) -I. -DMAYFLY_VERSION='"$(VERSION)"' -MMD -MP

# --- Sources ------------------------------------------------------------------------------------

LIB_SOURCES  := $(wildcard lib/*/*.cc)
UNIT_SOURCES := $(wildcard tests/unit/*.cc)
sources       = $(wildcard $(1)/*.cc $(1)/*/*.cc)
objects       = $(patsubst %.cc,$(BUILD)/obj/%.o,$(1))
BINARIES     := $(PROGRAMS:%=$(BUILD)/bin/%)
LIBRARY      := $(BUILD)/libmail.a

# What of the programs the unit tests link: everything but their mains.
UNIT_OBJECTS := $(call objects,$(UNIT_SOURCES) $(filter-out %/main.cc,$(foreach p,$(PROGRAMS),$(call sources,$(p)))))

all: $(BINARIES)

# `make V=1` shows whole command lines.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '%-5s %s\n' $(1) $@)

$(BUILD)/obj/%.o: %.cc
	@mkdir -p $(@D)
	$(call say,c++)
	$(Q)$(COMPILE) -c $< -o $@

$(LIBRARY): $(call objects,$(LIB_SOURCES))
	@rm -f $@
	$(call say,ar)
	$(Q)ar rcs $@ $^

define program
$(BUILD)/bin/$(1): $(call objects,$(call sources,$(1))) $(LIBRARY)
	@mkdir -p $$(@D)
	$$(call say,link)
	$$(Q)$(CXX) $(LINK) -o $$@ $$(filter %.o,$$^) $(LIBRARY) $(BOOST)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

$(BUILD)/tests/unit: $(UNIT_OBJECTS) $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,link)
	$(Q)$(CXX) $(LINK) -o $@ $(UNIT_OBJECTS) $(LIBRARY) $(BOOST)

$(BUILD)/tests/handler-static: bench/handler.c
	@mkdir -p $(@D)
	$(call say,link)
	$(Q)$(CC) -O2 -static -o $@ $<

$(BUILD)/tests/load: $(BUILD)/obj/bench/load.o
	@mkdir -p $(@D)
	$(call say,link)
	$(Q)$(CXX) $(LINK) -o $@ $<

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# --- Tests --------------------------------------------------------------------------------------

JOBS := $(shell nproc)

deps:  ## install the Debian packages that building and testing need (none when they are there)
	@tests/deps debian-packages

test: deps  ## unit tests, transcripts, whole-host tests
	+$(MAKE) -j$(JOBS) all $(BUILD)/tests/unit
	tests/run test

test-long: deps  ## fault sweeps, comparisons with peers, the heavy clients
	+$(MAKE) -j$(JOBS) all $(BUILD)/tests/unit
	tests/run long

sanitize: deps  ## unit tests and transcripts under AddressSanitizer and UBSan
	+$(MAKE) -j$(JOBS) BUILD=build/sanitize SANITIZE=1 all build/sanitize/tests/unit
	tests/run sanitize

lint: deps  ## formatting, clang-tidy, manual pages, layer and link rules
	+$(MAKE) -j$(JOBS) all
	tests/run lint

demo: deps  ## a whole private mailhost on loopback: mail goes in and comes out (ONCE=1 ends after the show)
	+$(MAKE) -j$(JOBS) all
	tests/demo

bench: deps  ## connections and messages a second beside the bare floor
	+$(MAKE) -j$(JOBS) all $(BUILD)/tests/handler-static $(BUILD)/tests/load
	bench/run

FUZZ_CXX    := clang++-19 -std=c++23 -O1 -g1 -Wno-deprecated-declarations -I. -DMAYFLY_VERSION='"$(VERSION)"' -MMD -MP
FUZZ_OBJECTS = $(patsubst %.cc,build/fuzz/obj/%.o,$(LIB_SOURCES) \
                 $(filter-out %/main.cc,$(foreach p,$(PROGRAMS),$(call sources,$(p)))))

fuzz: deps  ## build the fuzz targets of fuzz/ with clang's libFuzzer into build/fuzz
	+$(MAKE) -j$(JOBS) $(patsubst fuzz/%.cc,build/fuzz/%,$(wildcard fuzz/*.cc))

build/fuzz/obj/%.o: %.cc
	@mkdir -p $(@D)
	$(call say,fuzz)
	$(Q)$(FUZZ_CXX) -fsanitize=fuzzer-no-link,address,undefined -c $< -o $@

build/fuzz/libmail.a: $(FUZZ_OBJECTS)
	@rm -f $@
	$(call say,ar)
	$(Q)ar rcs $@ $^

build/fuzz/%: build/fuzz/obj/fuzz/%.o build/fuzz/libmail.a
	$(call say,link)
	$(Q)clang++-19 -fsanitize=fuzzer,address,undefined -o $@ $^ $(BOOST)

-include $(shell find build/fuzz/obj -name '*.d' 2>/dev/null)

# --- Installation -------------------------------------------------------------------------------

install: all  ## put Mayfly on this host (DESTDIR, PREFIX, SYSCONFDIR); enables nothing
	etc/install --prefix '$(PREFIX)' --sysconfdir '$(SYSCONFDIR)' --destdir '$(DESTDIR)' --bin '$(BUILD)/bin'

uninstall:  ## take it off again; mail, queue and configuration stay
	etc/install --uninstall --prefix '$(PREFIX)' --sysconfdir '$(SYSCONFDIR)' --destdir '$(DESTDIR)'

clean:  ## remove everything that was built
	rm -rf build

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

.PHONY: all deps test test-long sanitize lint demo bench fuzz install uninstall clean help
