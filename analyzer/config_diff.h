/* A change of a configuration file as a unified diff.
 *
 * Only the lines that change are shown, and of these nothing but the setting itself, keys and words
 * that are in every such file: whatever else stands there may be a secret and is "...".
 */
#ifndef MORTEM_ANALYZER_CONFIG_DIFF_H
#define MORTEM_ANALYZER_CONFIG_DIFF_H

#include "analyzer/config_facts.h"

enum edit_kind {
    EDIT_REPLACE, /* `old`, on the line or one of the next, by `text` */
    EDIT_DELETE,  /* the line, if nothing but `old` and its key stands there */
    EDIT_INSERT,  /* `text` behind the line; each of its lines is indented like `like` */
};

struct config_edit {
    enum edit_kind kind;
    uint64_t line;
    const char *old;
    const char *text;
    uint64_t like; /* 0: `line` */
};

#define CONFIG_EDITS_MAX 4

/* NULL: it cannot be done by lines. */
const char *config_diff(const struct config_file *f, const struct config_edit *edits, size_t count,
                        struct arena *arena);

/* The line without its end; empty behind the last one. */
struct span config_line(const struct config_file *f, uint64_t line);

#endif
