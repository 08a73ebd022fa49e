# One makefile for everything; every path is relative. `make help` lists what it does.
# On a fresh machine only `make`, `git` and a shell are there: nothing below asks for a compiler or pkg-config
# before a recipe needs it, and what installs them (`deps`) starts make anew for the rest.
BUILD ?= build
CC = gcc
PREFIX ?= /usr/local
SYSCONFDIR ?= $(if $(filter /usr /usr/local,$(PREFIX)),/etc,$(PREFIX)/etc)
PACKAGES = libconfuse libcurl openssl libcares sqlite3 libmicrohttpd jansson libseccomp zlib libbrotlidec libzstd libsodium
KINDS = modules notifiers reports
FUZZ_SECONDS ?= 60
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -Wno-frame-larger-than

ifeq ($(MAKELEVEL)$(filter -j% --jobserver%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-print-directory

WARNINGS = -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
	-Wformat=2 -Wundef -Wframe-larger-than=8192 -Wno-format-nonliteral
OPTIMIZE = -O2 -g
HARDEN = -D_FORTIFY_SOURCE=2 -fstack-protector-strong
# Asked once, at the first compilation.
PACKAGE_CFLAGS = $(eval PACKAGE_CFLAGS := $$(call packages,--cflags))$(PACKAGE_CFLAGS)
PACKAGE_LIBS = $(eval PACKAGE_LIBS := $$(call packages,--libs))$(PACKAGE_LIBS)
packages = $(or $(shell pkg-config $1 $(PACKAGES) 2>&1 || echo missing),-DNINES)
CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(if $(CI),-Werror) $(OPTIMIZE) $(HARDEN) -fstack-clash-protection \
	-fvisibility=hidden -fPIC $(SANITIZE) -Iinclude -DNINES_PREFIX='"$(PREFIX)"' \
	$(if $(filter missing,$(PACKAGE_CFLAGS)),$(error libraries are missing: run `make deps` first),$(PACKAGE_CFLAGS))
LDFLAGS = -pie -Wl,-z,relro,-z,now,--as-needed $(SANITIZE)
LDLIBS = $(PACKAGE_LIBS)
COMPILE = $(CC) $(CFLAGS) -MMD -MP

# `make V=1` shows the commands.
SAY = @$(if $(V),,echo "  $1 $@";)

MAINS = core/ninesd.c core/nines.c
PROGRAMS = $(patsubst core/%.c,$(BUILD)/%,$(wildcard $(MAINS)))
CORE_O = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(MAINS),$(wildcard core/*.c core/*/*.c)))
EXPORTS = $(wildcard core/module/exports.list)
PRINTER_O = $(patsubst %.c,$(BUILD)/%.o,$(wildcard pdf/*.c))
MODULE_C = $(wildcard $(KINDS:%=%/*/*.c))
MODULE_SO = $(patsubst %,$(BUILD)/%.so,$(sort $(patsubst %/,%,$(dir $(MODULE_C)))))
BAD_SO = $(patsubst tests/modules/bad/%.c,$(BUILD)/tests/modules/%.so,$(wildcard tests/modules/bad/*.c))
UNIT = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*.c))
BENCHES = $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(wildcard tests/bench/*.c))
# Check modules that read foreign bytes have a folder `corpus`: conversations to begin fuzzing with.
CONVERSATIONS = $(patsubst modules/%/corpus,%,$(wildcard modules/*/corpus))
REPLAY = $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c)) \
	$(CONVERSATIONS:%=$(BUILD)/tests/fuzz/module-%)
DEPENDENCIES = $(patsubst %.o,%.d,$(CORE_O)) $(patsubst %.c,$(BUILD)/%.d,$(MAINS) $(MODULE_C) $(wildcard pdf/*.c)) \
	$(patsubst %,%.d,$(UNIT) $(BAD_SO) $(REPLAY))

all: $(PROGRAMS) $(BUILD)/nines-pdf $(MODULE_SO) ## build ninesd, nines and the modules (the default)

$(BUILD)/%.o: %.c
	@mkdir -p "$(@D)"
	$(call SAY,compile)$(COMPILE) -c -o $@ $<

$(BUILD)/core/web/assets.o: $(wildcard web/*)
$(BUILD)/modules/domain/bootstrap.o: modules/domain/rdap.json

$(BUILD)/core.a: $(CORE_O)
	@rm -f $@
	@ar rcs $@ $(CORE_O)

# What modules may call is exported by name from core/module/exports.list, nothing else.
$(PROGRAMS): $(BUILD)/%: $(BUILD)/core/%.o $(BUILD)/core.a $(EXPORTS)
	$(call SAY,link)$(CC) $(LDFLAGS) $(EXPORTS:%=-Wl,--dynamic-list=%) -o $@ $< \
		-Wl,--whole-archive $(BUILD)/core.a -Wl,--no-whole-archive $(LDLIBS)

# A module that needs a library of its own names its pkg-config package in a file `packages` in its folder; nothing else is linked with it.
own = $(if $(wildcard $1/packages),$(shell pkg-config $2 $(file <$1/packages) || echo -lmissing.run-make-deps))

# modules/NAME/*.c -> build/modules/NAME.so, put in place in one go: a running ninesd may pick it up at any moment.
$(PRINTER_O): COMPILE += $(call own,pdf,--cflags)
$(BUILD)/nines-pdf: $(PRINTER_O) $(BUILD)/core.a
	$(call SAY,link)$(CC) $(LDFLAGS) -o $@ $^ $(call own,pdf,--libs)

define MODULE
$(BUILD)/$1/%.o: COMPILE += $$(call own,$1,--cflags)
$(BUILD)/$1.so: $(patsubst %.c,$(BUILD)/%.o,$(wildcard $1/*.c))
	$$(call SAY,link)$$(CC) -shared $$(LDFLAGS:-pie=) -o $$@.new $$^ $$(call own,$1,--libs) && mv $$@.new $$@
endef
$(foreach so,$(MODULE_SO),$(eval $(call MODULE,$(so:$(BUILD)/%.so=%))))

# Modules that misbehave on purpose, for the tests of the host; a sanitizer would only be in their way.
$(BUILD)/tests/modules/%.so: override SANITIZE =
$(BUILD)/tests/modules/%.so: tests/modules/bad/%.c
	@mkdir -p "$(@D)"
	$(call SAY,test)$(COMPILE) -MF $@.d -MT $@ -shared -o $@.new $< && mv $@.new $@

# What lets allocations of a program fail.
$(BUILD)/tests/failmalloc.so: tests/torture/failmalloc.c
	@mkdir -p "$(@D)"
	$(call SAY,test)$(COMPILE) -MF $@.d -MT $@ -shared -o $@ $<

# A unit test is one file that links what it needs of the core.
$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/core.a
	@mkdir -p "$(@D)"
	$(call SAY,test)$(COMPILE) -MF $@.d -MT $@ $(LDFLAGS) -rdynamic -o $@ $< $(BUILD)/core.a $(LDLIBS)

# Small programs that measure; `make bench` runs them too.
$(BUILD)/tests/bench/%: tests/bench/%.c $(BUILD)/core.a
	@mkdir -p "$(@D)"
	$(call SAY,bench)$(COMPILE) -MF $@.d -MT $@ $(LDFLAGS) -rdynamic -o $@ $< $(BUILD)/core.a $(LDLIBS)

unit: $(UNIT) ## build the unit tests

# What stands in for libFuzzer: runs each file of a corpus once.
$(BUILD)/tests/fuzz/%: tests/fuzz/fuzz_%.c tests/lib/replay.c $(BUILD)/core.a
	@mkdir -p "$(@D)"
	$(call SAY,test)$(COMPILE) -DREPLAY='"tests/fuzz/corpus/$*"' -MF $@.d -MT $@ $(LDFLAGS) -o $@ tests/lib/replay.c $< $(BUILD)/core.a $(LDLIBS)

# What a module needs beside it to be played with any server stands in conversation_NAME.c.
define CONVERSATION
$(BUILD)/tests/fuzz/module-$1: tests/fuzz/conversation.c $(wildcard tests/fuzz/conversation_$1.c) tests/lib/replay.c $(patsubst %.c,$(BUILD)/%.o,$(wildcard modules/$1/*.c)) $(BUILD)/core.a
	@mkdir -p "$$(@D)"
	$$(call SAY,test)$$(COMPILE) -DREPLAY='"modules/$1/corpus"' -MF $$@.d -MT $$@ $$(LDFLAGS) -o $$@ $$(filter %.c %.o,$$^) $(BUILD)/core.a $$(LDLIBS) $$(call own,modules/$1,--libs)

$(BUILD)/fuzz/module-$1: tests/fuzz/conversation.c $(wildcard tests/fuzz/conversation_$1.c) $(patsubst %.c,$(BUILD)/%.o,$(wildcard modules/$1/*.c)) $(BUILD)/core.a
	@mkdir -p "$$(@D)"
	$$(call SAY,fuzz)$$(COMPILE) -MF $$@.d -MT $$@ -fsanitize=fuzzer $$(LDFLAGS) -o $$@ $$(filter %.c %.o,$$^) $(BUILD)/core.a $$(LDLIBS) $$(call own,modules/$1,--libs)
endef
$(foreach name,$(CONVERSATIONS),$(eval $(call CONVERSATION,$(name))))

replay: $(REPLAY)

# Everything that tests need beside the programs.
tests: all unit replay $(BAD_SO) $(BUILD)/tests/failmalloc.so

deps: ## install what is missing of Debian's packages (root or sudo); silent when all is there
	@scripts/deps

servers: ## download the servers that tests talk to and unpack them under build/
	@scripts/servers

run: deps ## build, start ninesd in the foreground, watch this machine's own services
	@$(MAKE) -s all
	@mkdir -p var/conf.d
	@python3 scripts/local >var/conf.d/local.conf
	@exec $(BUILD)/ninesd -c nines.conf

test: deps ## build everything and run all tests
	@scripts/servers || true
	@scripts/browser || true
	@$(MAKE) tests
	@$(MAKE) asan
	@BUILD=$(BUILD) tests/run

asan: deps ## build programs, modules and unit tests with ASan and UBSan into build/asan
	@$(MAKE) BUILD=$(BUILD)/asan SANITIZE="$(SANITIZERS)" OPTIMIZE="-O1 -g" HARDEN= tests

sanitized: deps ## run all tests with the programs built with ASan and UBSan
	@$(MAKE) asan
	@BUILD=$(BUILD)/asan tests/run

bench: deps ## measure what a check costs, beside the physical limit (BENCH="http tcp" chooses)
	@scripts/servers
	@$(MAKE) all $(BENCHES)
	@$(BUILD)/tests/bench/probe_rate && $(BUILD)/tests/bench/probe_rate -m -c 1000
	@$(BUILD)/tests/bench/keeper_rate
	@$(BUILD)/tests/bench/store_rate
	@$(BUILD)/tests/bench/store_years
	@BUILD=$(BUILD) python3 tests/bench/import_rate.py
	@BUILD=$(BUILD) python3 tests/bench/report_rate.py
	@BUILD=$(BUILD) python3 tests/bench/bench.py $(BENCH)

# libFuzzer needs clang, which nothing else here does. Its entropic schedule goes over all features of a target for each
# input it keeps: with the keeper, the largest, that took more than half of the time and found no more.
fuzz: ## fuzz every target for FUZZ_SECONDS (FUZZ="keeper policy" chooses)
	@scripts/deps fuzz
	@$(MAKE) BUILD=$(BUILD)/clang CC=clang SANITIZE="-fsanitize=address,undefined,fuzzer-no-link" OPTIMIZE="-O1 -g" HARDEN= \
		WARNINGS=-w fuzzers
	@for target in $(BUILD)/clang/fuzz/*; do case $$target in *.d) continue;; esac; \
		name=$${target##*/}; case " $(or $(FUZZ),$$name) " in *" $$name "*) ;; *) continue;; esac; mkdir -p $(BUILD)/fuzz/$$name; \
		corpus=tests/fuzz/corpus/$$name; case $$name in module-*) corpus=modules/$${name#module-}/corpus; esac; \
		$$target -max_total_time=$(FUZZ_SECONDS) -entropic=0 -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/$$name- \
			$(BUILD)/fuzz/$$name $$corpus || exit 1; done

$(BUILD)/fuzz/%: tests/fuzz/fuzz_%.c $(BUILD)/core.a
	@mkdir -p "$(@D)"
	$(call SAY,fuzz)$(COMPILE) -MF $@.d -MT $@ -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(BUILD)/core.a $(LDLIBS)

fuzzers: $(REPLAY:$(BUILD)/tests/fuzz/%=$(BUILD)/fuzz/%)

# Only what valgrind finds counts: a test of times may well fail, it is fifty times slower there.
valgrind: tests ## run the unit tests under valgrind
	@scripts/deps valgrind
	@for test in $(UNIT); do echo "$$test"; \
		valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite $$test >$(BUILD)/valgrind.out 2>&1; \
		[ $$? != 99 ] || { cat $(BUILD)/valgrind.out; exit 1; }; done

torture: all $(BUILD)/tests/failmalloc.so ## let every allocation and system call of `nines check` fail in turn (half an hour)
	@scripts/deps torture
	@status=0; for test in tests/torture/test_*.py; do \
		TORTURE=all BUILD=$(BUILD) PYTHONPATH=tests/lib PYTHONDONTWRITEBYTECODE=1 python3 $$test || status=1; \
	done; exit $$status

# Minutes, not seconds: what needs luck to be found. SEED chooses the luck, and is printed.
soak: all $(BAD_SO) $(BUILD)/tests/unit/store_disk $(BUILD)/tests/unit/verify $(BUILD)/tests/unit/verify_bytes ## kill -9 ROUNDS (500) times, storms of reloads and modules, stopped roles, bad disks
	@status=0; for test in tests/soak/test_*.py tests/soak/soak_*.py tests/recorder/test_disk.py tests/recorder/test_migrate.py; do \
		BUILD=$(BUILD) ROUNDS=$(or $(ROUNDS),500) NTH=200 PYTHONPATH=tests/lib PYTHONDONTWRITEBYTECODE=1 python3 $$test || status=1; \
	done; FLIPS=1000 $(BUILD)/tests/unit/store_disk 2>/dev/null || status=1; FLIPS=1000 $(BUILD)/tests/unit/verify || status=1; \
	WHOLE=1 $(BUILD)/tests/unit/verify_bytes || status=1; exit $$status

narrow: ## break lines of C wider than 100 columns (needs clang-format)
	@git ls-files -co --exclude-standard '*.c' '*.h' | xargs python3 tests/style/narrow.py

install: all ## into DESTDIR and PREFIX: programs, modules, headers, nines.pc, conf.d, manuals, systemd unit
	@DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" SYSCONFDIR="$(SYSCONFDIR)" BUILD="$(BUILD)" scripts/install

clean: ## remove what was built (downloaded servers too)
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

.PHONY: all unit replay tests deps servers run test asan sanitized bench fuzz fuzzers valgrind torture soak narrow install clean help
.DELETE_ON_ERROR:
-include $(DEPENDENCIES)
