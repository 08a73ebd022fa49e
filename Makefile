# One makefile for everything. `make help` lists what it does.
BUILD ?= build
CC ?= gcc
PREFIX ?= /usr/local
PACKAGES = libconfuse libcurl openssl libcares sqlite3 libmicrohttpd jansson libseccomp

WARNINGS = -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings \
	-Wformat=2 -Wundef -Wframe-larger-than=8192 -Wno-format-nonliteral
OPTIMIZE ?= -O2 -g
HARDEN ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong
CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(if $(CI),-Werror) $(OPTIMIZE) $(HARDEN) -fstack-clash-protection \
	-fvisibility=hidden -fPIC $(SANITIZE) -Iinclude -DNINES_PREFIX='"$(PREFIX)"' $(shell pkg-config --cflags $(PACKAGES))
LDFLAGS = -pie -Wl,-z,relro,-z,now,--as-needed $(SANITIZE)
LDLIBS = $(shell pkg-config --libs $(PACKAGES))

MAINS = core/ninesd.c core/nines.c
CORE = $(filter-out $(MAINS),$(wildcard core/*.c core/*/*.c))
CORE_O = $(CORE:%.c=$(BUILD)/%.o)
MODULES = $(foreach kind,modules notifiers reports,$(wildcard $(kind)/*/))
MODULE_SO = $(foreach m,$(patsubst %/,%,$(MODULES)),$(BUILD)/$(m).so)
UNIT = $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/*.c))

all: $(BUILD)/ninesd $(BUILD)/nines $(MODULE_SO)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/core.a: $(CORE_O)
	rm -f $@
	ar rcs $@ $^

# What modules may call is exported by name from core/module/exports.list, nothing else.
$(BUILD)/ninesd $(BUILD)/nines: $(BUILD)/%: $(BUILD)/core/%.o $(BUILD)/core.a core/module/exports.list
	$(CC) $(LDFLAGS) -Wl,--dynamic-list=core/module/exports.list -o $@ $< \
		-Wl,--whole-archive $(BUILD)/core.a -Wl,--no-whole-archive $(LDLIBS)

# modules/NAME/*.c -> build/modules/NAME.so
.SECONDEXPANSION:
$(BUILD)/modules/%.so $(BUILD)/notifiers/%.so $(BUILD)/reports/%.so: \
		$$(patsubst %.c,$(BUILD)/%.o,$$(wildcard $$(patsubst $(BUILD)/%,%,$$(@D))/$$*/*.c))
	@mkdir -p $(@D)
	$(CC) -shared $(LDFLAGS:-pie=) -o $@.new $^ && mv $@.new $@

# A unit test is one file that links what it needs of the core.
$(BUILD)/tests/unit/%: tests/unit/%.c $(BUILD)/core.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP $(LDFLAGS) -rdynamic -o $@ $< $(BUILD)/core.a $(LDLIBS)

unit: $(UNIT)

clean:
	rm -rf $(BUILD)

.PHONY: all unit clean
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
