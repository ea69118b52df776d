/* Memory that is freed all at once: the answers of an analysis live in one arena.
 *
 * Allocations are zeroed and aligned for any type. After a failed allocation
 * `failed` stays set and string functions return "", so that building a model
 * is checked once, at its end; arena_alloc() itself returns NULL.
 */
#ifndef MORTEM_BASE_ARENA_H
#define MORTEM_BASE_ARENA_H

#include "base/base.h"

struct arena_block;

struct arena {
    struct arena_block *head;
    bool failed;
};

void arena_release(struct arena *a);
/* What lives in `from` lives in `a` from now on; `from` is empty. */
void arena_adopt(struct arena *a, struct arena *from);

void *arena_alloc(struct arena *a, size_t bytes);
const char *arena_strndup(struct arena *a, const char *text, size_t len);
const char *arena_strdup(struct arena *a, const char *text);
const char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Appends one zeroed element to an array of `elem`-byte elements that lives in the arena; *count
 * grows by one. Returns the new element, or NULL (array untouched). The array may move:
 *     struct evidence *e = arena_push(a, (void **)&f->evidence, &f->evidence_count, sizeof *e); */
void *arena_push(struct arena *a, void **array, size_t *count, size_t elem);

#endif
