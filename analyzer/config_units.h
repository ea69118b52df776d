/* Sizes as configuration files write them, each with its own grammar, and V8's flags in commands.
 */
#ifndef MORTEM_ANALYZER_CONFIG_UNITS_H
#define MORTEM_ANALYZER_CONFIG_UNITS_H

#include "parsers/span.h"

enum size_grammar {
    SIZE_NONE,
    SIZE_PM2,        /* 250, 250K, 250M, 1G: powers of 1024; nothing else is accepted */
    SIZE_DOCKER,     /* 512m, 512MB, 1.5g, 536870912: powers of 1024 */
    SIZE_KUBERNETES, /* 512Mi, 1G, 1e9, 128974848000m */
    SIZE_SYSTEMD,    /* 512M, 1.5G, infinity, 80% (which is no size) */
};

/* False if the grammar does not have it, or it is of no fixed size. `ret_unit` is borrowed from
 * `text`, "" if it has none. "${NAME:-512m}" is its default. */
bool config_size(enum size_grammar g, const char *text, uint64_t *ret_bytes, const char **ret_unit);

/* A flag of V8's with its number: "--max-old-space-size=4096", with underscores or a space too. */
struct v8_flag {
    struct span written;
    uint64_t value;
    struct span unit; /* what follows the number, "" if it is alone: V8 knows no units */
};

/* `name` is written with hyphens: "max-old-space-size". The last one counts, as it does for V8. */
bool v8_flag_find(struct span command, const char *name, struct v8_flag *ret);

#endif
