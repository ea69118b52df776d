/* What every reader of a configuration file ends in: one setting after the other.
 *
 * A setting is a value that stands somewhere: its path of keys, the line, and what it is. Readers
 * do not know which of them matter. The setting and its texts are the reader's and valid during the
 * call only.
 */
#ifndef MORTEM_PARSERS_SETTING_H
#define MORTEM_PARSERS_SETTING_H

#include "base/err.h"
#include "parsers/span.h"

enum config_kind {
    CONFIG_KIND_NONE,
    CONFIG_KIND_PM2,  /* ecosystem.config.js and its like */
    CONFIG_KIND_NEXT, /* next.config.js */
    CONFIG_KIND_PACKAGE,
    CONFIG_KIND_DOCKERFILE,
    CONFIG_KIND_COMPOSE,
    CONFIG_KIND_SYSTEMD,
    CONFIG_KIND_KUBERNETES,
    CONFIG_KIND_ENV,
    CONFIG_KIND_COUNT,
};

enum value_kind {
    VALUE_OTHER, /* an expression that is not evaluated */
    VALUE_TEXT,
    VALUE_NUMBER,
    VALUE_TRUE,
    VALUE_FALSE,
    VALUE_NULL,
    VALUE_SAME, /* what stands at another key, which `text` is: a variable, an anchor */
};

struct setting {
    enum config_kind source;
    unsigned document; /* of several in one file, or the stage of a Dockerfile */
    const char *key;   /* "apps[0].env.NODE_OPTIONS"; of a variable of a script "$config.output" */
    enum value_kind kind;
    const char *text; /* a text's contents; of all else how it is written */
    double number;
    bool assigned; /* by a statement, which may never have run */
    /* Known to whoever knows the key: a size, and its unit as written ("M", "Mi", ""). */
    bool is_size;
    uint64_t bytes;
    const char *unit;
    const char *file;
    uint64_t line; /* 1-based */
};

/* False ends the reading with *err filled. */
struct setting_sink {
    void *ctx;
    bool (*setting)(void *ctx, const struct setting *s, struct err *err);
};

/* What a reader could not read of a file, which it gave up there; line 0: nothing. */
struct config_damage {
    uint64_t line;
    char what[160];
};

/* "pm2", "next-config": as machine-readable output shows them. */
const char *config_kind_word(enum config_kind k);

#endif
