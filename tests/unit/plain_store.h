/* A column store of plain allocations in place of base/store, for a program that includes this
 * once.
 *
 * The linker then leaves base/store out of the library. Columns have just the elements that were
 * asked for, so that the address sanitizer sees every access outside of them, and undefined
 * contents are garbage. It is also many times faster for thousands of tiny heaps.
 */
#ifndef MORTEM_TESTS_PLAIN_STORE_H
#define MORTEM_TESTS_PLAIN_STORE_H

#include "base/store.h"

#include <stdlib.h>
#include <string.h>

#define PLAIN_EXACT_MAX 4096 /* elements that a column grows by just what is needed */
#define PLAIN_BYTES_MAX ((uint64_t)1 << 32)

struct store {
    char unused;
};

bool store_new(const char *dir, struct store **ret, struct err *err)
{
    (void)dir;
    *ret = calloc(1, sizeof **ret);
    return *ret || err_nomem(err, 1, "a store");
}

void store_free(struct store *s)
{
    free(s);
}

void store_trim(struct store *s)
{
    (void)s;
}

void store_limit(struct store *s, uint64_t bytes)
{
    (void)s, (void)bytes;
}

struct store_usage store_usage(struct store *s)
{
    (void)s;
    return (struct store_usage){0};
}

void store_make_ahead(struct store *s, uint64_t bytes)
{
    (void)s, (void)bytes;
}

static bool plain_grow(struct column *c, uint64_t capacity, struct err *err)
{
    if (capacity > PLAIN_BYTES_MAX / c->elem)
        return err_nomem(err, capacity, "a column");
    unsigned char *data = realloc(c->data, capacity * c->elem + (capacity == 0));
    if (!data)
        return err_nomem(err, capacity * c->elem, "a column");
    memset(data + c->capacity * c->elem, 0xA5, (capacity - c->capacity) * c->elem);
    c->data = data;
    c->capacity = capacity;
    return true;
}

bool column_make_raw(struct column *c, struct store *s, const char *what, uint32_t elem,
                     uint64_t count, struct err *err)
{
    struct column made = {.store = s, .elem = elem};
    if (!plain_grow(&made, count, err))
        return err_prefix(err, what);
    made.count = count;
    column_release(c);
    *c = made;
    return true;
}

bool column_make(struct column *c, struct store *s, const char *what, uint32_t elem, uint64_t count,
                 struct err *err)
{
    if (!column_make_raw(c, s, what, elem, count, err))
        return false;
    memset(c->data, 0, count * elem);
    return true;
}

bool column_reserve(struct column *c, uint64_t more, struct err *err)
{
    if (c->capacity - c->count >= more)
        return true;
    uint64_t need = c->count + more;
    return plain_grow(c, need < PLAIN_EXACT_MAX ? need : need * 2, err);
}

void column_release(struct column *c)
{
    free(c->data);
    *c = (struct column){0};
}

void column_fit(struct column *c)
{
    (void)c;
}

void column_cool(const struct column *c)
{
    (void)c;
}

void column_warm(const struct column *c)
{
    (void)c;
}

#endif
