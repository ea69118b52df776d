# mortem: build, test, install. `make help` lists the targets.
#
# Everything built goes to build/VARIANT: release (default), asan, clang, neon.
VARIANT ?= release
BUILD := build/$(VARIANT)
PREFIX ?= /usr/local
bindir := $(DESTDIR)$(PREFIX)/bin
mandir := $(DESTDIR)$(PREFIX)/share/man/man1

CC_clang := clang
ifeq ($(origin CC),default)
CC := $(or $(CC_$(VARIANT)),cc)
endif

# Homebrew's ncurses is not where pkg-config looks.
ifeq ($(shell uname -s),Darwin)
export PKG_CONFIG_PATH := $(shell brew --prefix ncurses 2>/dev/null)/lib/pkgconfig:$(PKG_CONFIG_PATH)
endif
# $(call lib,PACKAGE,FLAGS): how to link with it; FLAGS when pkg-config does not know
lib = $(or $(shell pkg-config --libs $(1) 2>/dev/null),$(2))
PACKAGES := yajl yaml-0.1 libpcre2-8 ncursesw zlib libzstd cmocka
# What may be missing: WITHOUT_SYSTEMD=1 builds as if it were.
SYSTEMD := $(if $(WITHOUT_SYSTEMD),,$(shell pkg-config --libs libsystemd 2>/dev/null))

CFLAGS_release := -O2 -g
CFLAGS_clang := -O2 -g
CFLAGS_neon := -O2 -g
SANITIZE := -fsanitize=address,undefined
CFLAGS_asan := -O1 -g $(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS := $(CFLAGS_$(VARIANT)) -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wvla -fno-common -pthread -I. \
	$(foreach p,$(PACKAGES),$(shell pkg-config --cflags-only-I $(p) 2>/dev/null)) \
	$(if $(SYSTEMD),-DHAVE_LIBSYSTEMD $(shell pkg-config --cflags-only-I libsystemd 2>/dev/null)) \
	$(if $(WERROR),-Werror) $(EXTRA_CFLAGS)
LDFLAGS := $(if $(filter asan,$(VARIANT)),$(SANITIZE)) -pthread $(EXTRA_LDFLAGS)
LDLIBS := $(call lib,yajl,-lyajl) $(call lib,yaml-0.1,-lyaml) \
	$(call lib,libpcre2-8,-lpcre2-8) $(call lib,ncursesw,-lncursesw) \
	$(call lib,zlib,-lz) $(call lib,libzstd,-lzstd) $(SYSTEMD) -lm
CMOCKA := $(call lib,cmocka,-lcmocka)

# Everything but main is in the library, for the tests.
MAIN := cli/main
LIB_SRC := $(filter-out $(MAIN).c,$(wildcard \
	base/*.c parsers/*.c analyzer/*.c analyzer/rules/*.c report/*.c tui/*.c cli/*.c))
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_AID := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))
CLI_TESTS := $(wildcard tests/cli/test_*.sh)
ALL_C := $(LIB_SRC) $(MAIN).c $(UNIT_SRC) $(UNIT_AID) $(wildcard tests/bench/*.c tests/fuzz/*.c \
	tests/parity/*.c)
ALL_H := $(wildcard base/*.h parsers/*.h analyzer/*.h analyzer/rules/*.h report/*.h tui/*.h cli/*.h tests/unit/*.h tests/fuzz/*.h \
	tests/bench/*.h)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
AID_OBJ := $(UNIT_AID:%.c=$(BUILD)/%.o)
UNIT_BIN := $(UNIT_SRC:%.c=$(BUILD)/%)
FUZZ_SRC := $(filter-out %/fuzz_main.c,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN := $(FUZZ_SRC:%.c=$(BUILD)/%)

# A target that may install packages builds in a second make, which looks for them afresh.
JOBS := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
SUBMAKE = +@$(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))
Q := $(if $(V),,@)

.PHONY: all deps demo check bench bench-synth lab lab-matrix rules parity parity-random parity-writers check-built \
	build-tests unit cli-tests golden asan check-neon lint format man install uninstall clean help FORCE
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/mortem ## build the program: build/release/mortem

deps: ## install what is missing to build and test (says what, through sudo if not root)
	@./deps.sh

demo: deps ## build, then diagnose the real inputs in samples/
	$(SUBMAKE) all
	$(BUILD)/mortem samples/v8-fatal.log
	$(BUILD)/mortem samples/shop.heapsnapshot.zst samples/kernel-oom.log

check: deps ## build, then run the whole test suite
	$(SUBMAKE) all build-tests
	$(SUBMAKE) check-built

check-built: all build-tests
	@MORTEM=$(BUILD)/mortem tests/run.sh $(BUILD)/log $(UNIT_BIN) $(FUZZ_BIN) $(CLI_TESTS)

build-tests: $(UNIT_BIN) $(FUZZ_BIN)

unit: build-tests ## run the unit tests only
	@tests/run.sh $(BUILD)/log $(UNIT_BIN)

cli-tests: all ## run the tests of the command line only
	@MORTEM=$(BUILD)/mortem tests/run.sh $(BUILD)/log $(CLI_TESTS)

golden: all build-tests ## write anew what the tests of the command line and the screens expect, and show it
	@UPDATE=1 MORTEM=$(BUILD)/mortem tests/cli/test_golden.sh
	@UPDATE=1 $(BUILD)/tests/unit/test_screens
	@git diff --stat tests/cli tests/screen

asan: ## the whole test suite under the address and undefined-behaviour sanitizers
	$(SUBMAKE) VARIANT=asan all build-tests
	$(SUBMAKE) VARIANT=asan check-built

# The kernels and their test need no library, so that a cross compiler is enough for them.
CROSS_CC ?= aarch64-linux-gnu-gcc
CROSS_RUN ?= qemu-aarch64
KERNEL_SRC := base/cpu.c base/err.c $(wildcard parsers/numbers*.c parsers/byte_scan*.c) \
	tests/unit/kernel_compare.c tests/unit/test_kernels.c

check-neon: ## the test of the kernels on an emulated aarch64 (installs a cross compiler and qemu)
	@./deps.sh aarch64
	$(SUBMAKE) VARIANT=neon CC=$(CROSS_CC) PACKAGES= build/neon/test_kernels
	$(CROSS_RUN) build/neon/test_kernels

build/neon/test_kernels: $(KERNEL_SRC:%.c=build/neon/%.o)
	@echo "  LD $@"
	$(Q)$(CC) -static $(LDFLAGS) -o $@ $^

lint: ## check include directions, headers, names, file lengths and the format
	@CC="$(CC)" CFLAGS="$(CFLAGS)" tests/lint.sh $(ALL_C) $(ALL_H)

format: ## format every C file with clang-format
	clang-format -i $(ALL_C) $(ALL_H)

man: all ## write docs/mortem.1, the README's list of rules and the tables of docs/events.md anew, from the program's tables
	$(BUILD)/mortem --help-man >docs/mortem.1
	docs/rules.sh $(BUILD)/mortem README.md
	docs/events.sh $(BUILD)/mortem docs/events.md

BENCH := $(BUILD)/tests/bench

bench: all $(BENCH)/measure ## time and memory beside md5sum and the peers (node, npm): SNAP=FILE, ROUNDS=5, BENCH_BIG=1
	@tests/bench/bench.sh $(BUILD)/mortem $(BENCH)/measure build/bench

bench-synth: all $(BENCH)/measure $(BENCH)/synth ## the same as the file grows, answers checked: SIZES='50M 250M 1G', to 20G and more
	@tests/bench/synth.sh $(BUILD)/mortem $(BENCH)/measure $(BENCH)/synth build/bench

$(BENCH)/measure: $(BENCH)/measure.o $(BENCH)/memcg.o
$(BENCH)/synth: $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/bench/synth*.c))
$(BENCH)/measure $(BENCH)/synth:
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

LAB := MORTEM=$(BUILD)/mortem LAB=build/lab node samples/lab/lab.js

lab: all ## a real server with one leak, its snapshot, the verdict (node, npm): VERSION=16 LEAK=map, NODE=24; samples/lab/README.md
	@$(LAB) run '$(or $(VERSION),16)' '$(or $(LEAK),map)'

lab-matrix: all ## the same for many, with precision and recall: VERSIONS='14 16' LEAKS='map requests', or all of them
	@$(LAB) matrix '$(or $(VERSIONS),14 16)' '$(or $(LEAKS),all)'

parity: all ## every number against Chrome DevTools': ../shared/data/heaps, or SNAP=FILE [OLD=FILE] (npm)
	@tests/parity/parity.sh $(BUILD)/mortem build/parity

parity-random: all $(BUILD)/tests/parity/random_snapshots ## the same for N=300 random graphs from SEED=0 on (npm)
	@RANDOM_SNAPSHOTS=$(BUILD)/tests/parity/random_snapshots tests/parity/parity.sh $(BUILD)/mortem build/parity

parity-writers: all ## the same for snapshots of Node 12 to 26 and Chromium (npm)
	@WRITERS=1 tests/parity/parity.sh $(BUILD)/mortem build/parity

$(BUILD)/tests/parity/random_snapshots: $(BUILD)/tests/parity/random_snapshots.o $(BUILD)/tests/unit/random_heap.o \
		$(BUILD)/libmortem.a
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA) $(LDLIBS)

RULES_DATA ?= ../shared/data/next
rules: all ## what the rules say of real snapshots against what was planted: RULES_DATA=DIR with a MANIFEST.json
	@python3 tests/rules/rules.py $(BUILD)/mortem $(RULES_DATA)

install: all ## install the program and its man page under PREFIX (/usr/local); DESTDIR is honoured
	install -d $(bindir) $(mandir)
	install -m 755 $(BUILD)/mortem $(bindir)/mortem
	install -m 644 docs/mortem.1 $(mandir)/mortem.1

uninstall: ## remove what install put there
	rm -f $(bindir)/mortem $(mandir)/mortem.1

clean: ## remove everything built
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-12s %s\n", $$1, $$2 }' Makefile

$(BUILD)/libmortem.a: $(LIB_OBJ)
	@rm -f $@
	@echo "  AR $@"
	$(Q)ar rcs $@ $^

$(BUILD)/mortem: $(BUILD)/$(MAIN).o $(BUILD)/libmortem.a
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(AID_OBJ) $(BUILD)/libmortem.a
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA) $(LDLIBS)

# An index is believed by a program that would answer alike: one of the same sources.
ANSWERS_SRC := $(wildcard base/*.[ch] parsers/*.[ch] analyzer/*.[ch] analyzer/rules/*.[ch])
$(BUILD)/answers.id: $(ANSWERS_SRC)
	@mkdir -p $(@D)
	@cat $^ | cksum | cut -d ' ' -f 1 >$@
$(BUILD)/analyzer/answers.o: $(BUILD)/answers.id
CFLAGS_analyzer/answers = -DANSWERS_ID=$$(cat $(BUILD)/answers.id)u

# Its own versions of these fail when they are told to.
FAULTS := malloc calloc realloc strdup posix_fallocate mmap read pthread_create
ifneq ($(shell uname -s),Darwin)
$(BUILD)/tests/unit/test_faults: LDFLAGS += $(FAULTS:%=-Wl,--wrap=%)
endif

$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/fuzz_main.o $(AID_OBJ) $(BUILD)/libmortem.a
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(CMOCKA) $(LDLIBS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CFLAGS) $(CFLAGS_$*) -MMD -MP -c -o $@ $<

# Changes when the compiler or its flags do, and everything is compiled again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS)' >$@
FORCE:

-include $(LIB_OBJ:.o=.d) $(BUILD)/$(MAIN).d $(AID_OBJ:.o=.d) $(UNIT_BIN:=.d) $(FUZZ_BIN:=.d) \
	$(patsubst %.c,$(BUILD)/%.d,$(wildcard tests/bench/*.c))
