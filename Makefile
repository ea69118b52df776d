# mortem: build, test, install. `make help` lists the targets.
VARIANT ?= release
BUILD := build/$(VARIANT)
CC ?= gcc

CFLAGS_release := -O2 -g
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS := $(CFLAGS_$(VARIANT)) -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wvla -fno-common -pthread -I. $(EXTRA_CFLAGS)
LDFLAGS := $(if $(filter asan,$(VARIANT)),-fsanitize=address,undefined) -pthread $(EXTRA_LDFLAGS)
LDLIBS := -lyajl -lpcre2-8 -lncursesw -lz -lzstd -lm

LIB_SRC := $(wildcard base/*.c parsers/*.c analyzer/*.c analyzer/rules/*.c report/*.c tui/*.c)
CLI_SRC := $(wildcard cli/*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(BUILD)/%.o)
UNIT_BIN := $(UNIT_SRC:%.c=$(BUILD)/%)

.PHONY: all clean unit
all: $(BUILD)/mortem

$(BUILD)/libmortem.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/mortem: $(CLI_OBJ) $(BUILD)/libmortem.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libmortem.a
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do $$t || exit 1; done

clean:
	rm -rf build

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT_BIN:=.d)
