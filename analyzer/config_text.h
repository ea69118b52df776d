/* Settings as they are written in the text of a next.config.js, of which a heap keeps the first
 * 1,024 characters: those of parsers/js_object.h that have a row in setting_rows.
 */
#ifndef MORTEM_ANALYZER_CONFIG_TEXT_H
#define MORTEM_ANALYZER_CONFIG_TEXT_H

#include "analyzer/js.h"
#include "analyzer/next_config.h"

enum config_value_kind {
    CONFIG_OTHER, /* an expression */
    CONFIG_NUMBER,
    CONFIG_TRUE,
    CONFIG_FALSE,
};

struct config_value {
    const char *key;          /* of a row of setting_rows */
    enum setting_place place; /* where it stands */
    enum config_value_kind kind;
    bool assigned;   /* by a statement, which may never have run */
    uint64_t number; /* arithmetic is worked out */
};

/* "experimental.isrMemoryCacheSize", as it stands. */
const char *config_value_key(const struct config_value *v, struct arena *arena);

/* Is the string the source of a script of the application's, or of a module that keeps it? */
bool config_is_source(const struct js *js, uint32_t n);

/* The key and the place of "experimental.isrMemoryCacheSize", also below a variable; false: it has
 * no row. */
bool config_key_parse(const char *path, const char **ret_key, enum setting_place *ret_place);
/* False if it is none, or more than a double holds exactly. */
bool config_whole_number(double number, uint64_t *ret);

/* The settings found, up to `limit`. Returns how many. */
size_t config_text_read(struct str text, struct config_value *ret, size_t limit);

#endif
