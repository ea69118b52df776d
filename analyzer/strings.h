/* The string table of a heap: bytes and offsets in two columns.
 *
 * Strings are WTF-8: UTF-8 in which a lone surrogate of the snapshot's JSON is kept as three bytes.
 * They may hold any byte, NUL and newlines included, and are not NUL-terminated. Indexes are those
 * of the snapshot; strings that the analysis makes (a `Detached ` name) follow behind them.
 */
#ifndef MORTEM_ANALYZER_STRINGS_H
#define MORTEM_ANALYZER_STRINGS_H

#include "base/store.h"

#define NO_STRING UINT32_MAX
/* An index behind every string, for one that a file gives and that is beyond 32 bits: it must not
 * be equal to the NO_STRING of a search that found nothing. */
#define STRING_BEHIND_ALL (NO_STRING - 1)

struct str {
    const char *p;
    size_t len;
};

struct strings {
    struct column bytes;   /* char */
    struct column offsets; /* uint64_t, one more than there are strings */
};

bool strings_init(struct strings *t, struct store *s, struct err *err) WARN_UNUSED;
void strings_release(struct strings *t);

static inline uint32_t strings_count(const struct strings *t)
{
    return (uint32_t)(t->offsets.count - 1);
}

/* Borrowed until the next append. An index out of range gives "". */
static inline struct str strings_get(const struct strings *t, uint32_t i)
{
    if (i >= strings_count(t))
        return (struct str){"", 0};
    const uint64_t *off = t->offsets.data;
    return (struct str){(const char *)t->bytes.data + off[i], (size_t)(off[i + 1] - off[i])};
}

/* Appends bytes to the string being made; strings_end() finishes it and gives it the next index. */
bool strings_append(struct strings *t, const char *bytes, size_t len, struct err *err) WARN_UNUSED;
bool strings_end(struct strings *t, uint32_t *ret_index, struct err *err) WARN_UNUSED;

/* Indexes of the first strings equal to names[0..count), NO_STRING where there is none. One pass
 * over the table whatever the count, up to NAMES_MAX names of less than 64 bytes. */
#define NAMES_MAX 256
void strings_find(const struct strings *t, const char *const *names, size_t count,
                  uint32_t *ret_index);

bool str_equal(struct str a, const char *b);
bool str_starts_with(struct str a, const char *prefix);

#endif
