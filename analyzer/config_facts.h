/* All that stands in the configuration files that were given, while they are looked at.
 *
 * Files are small and read whole. What variables, anchors and spreads stand for is put in their
 * place, as far as it is known. This holds secrets; it is let go of when the answers are found,
 * which have the settings that matter only.
 */
#ifndef MORTEM_ANALYZER_CONFIG_FACTS_H
#define MORTEM_ANALYZER_CONFIG_FACTS_H

#include "base/arena.h"
#include "parsers/config_kind.h"

#define CONFIG_BYTES_MAX ((size_t)2 << 20)
#define CONFIG_FACTS_MAX 16384 /* of one file, with what aliases stand for */

struct config_file {
    const char *name;
    enum config_kind kind;
    size_t input; /* its place among the inputs */
    struct span text;
    struct setting *facts;
    size_t count;
    bool cut; /* there were more than CONFIG_FACTS_MAX */
    struct config_damage damage;
};

struct config_set {
    struct arena arena;
    struct config_file *files;
    size_t count;
};

void config_set_release(struct config_set *set);

/* Reads a file; `text` and `name` are borrowed as long as the set lives. */
bool config_set_add(struct config_set *set, enum config_kind kind, enum config_syntax syntax,
                    const char *name, size_t input, struct span text, struct err *err) WARN_UNUSED;

/* Of lines that say the same twice the last one counts, elsewhere the one that is written in place.
 */
bool config_last_counts(enum config_kind kind);

/* The setting at "PREFIX.KEY", or "KEY" where the prefix is "". NULL: there is none. */
const struct setting *config_get(const struct config_file *f, unsigned document, const char *prefix,
                                 const char *key);
/* A text or a number as it is written; NULL. */
const char *config_text_at(const struct config_file *f, unsigned document, const char *prefix,
                           const char *key);

/* Is `key` at or below `prefix`? What follows is returned, "" at it; NULL if not. */
const char *config_key_below(const char *key, const char *prefix);

#endif
