/* The string table of a heap: see strings.h. */
#include "analyzer/strings.h"

#include <assert.h>
#include <string.h>

static bool push_offset(struct strings *t, struct err *err)
{
    if (!column_reserve(&t->offsets, 1, err))
        return err_prefix(err, "string offsets");
    ((uint64_t *)t->offsets.data)[t->offsets.count++] = t->bytes.count;
    return true;
}

bool strings_init(struct strings *t, struct store *s, struct err *err)
{
    return column_make(&t->bytes, s, "string bytes", 1, 0, err) &&
           column_make(&t->offsets, s, "string offsets", sizeof(uint64_t), 0, err) &&
           push_offset(t, err);
}

void strings_release(struct strings *t)
{
    column_release(&t->bytes);
    column_release(&t->offsets);
}

bool strings_append(struct strings *t, const char *bytes, size_t len, struct err *err)
{
    if (!column_reserve(&t->bytes, len, err))
        return err_prefix(err, "string bytes");
    if (len)
        memcpy((char *)t->bytes.data + t->bytes.count, bytes, len);
    t->bytes.count += len;
    return true;
}

bool strings_end(struct strings *t, uint32_t *ret_index, struct err *err)
{
    uint32_t index = strings_count(t);
    if (index == NO_STRING - 1)
        return err_set(err, ERR_INPUT, 0, "more than %u strings", NO_STRING - 1);
    if (!push_offset(t, err))
        return false;
    *ret_index = index;
    return true;
}

/* Names looked for, by length: nearly every string is refused by its length and first byte. */
enum { LENGTHS = 64 };

struct wanted {
    const char *const *names;
    uint64_t first_bytes[LENGTHS][4]; /* a bit a byte */
    uint16_t head[LENGTHS];           /* 1-based into names, 0: none */
    uint16_t next[NAMES_MAX];
    uint32_t *found;
};

static void want(struct wanted *w, uint16_t k)
{
    size_t len = strlen(w->names[k]);
    unsigned char first = (unsigned char)w->names[k][0];
    assert(len < LENGTHS);
    w->first_bytes[len][first >> 6] |= UINT64_C(1) << (first & 63);
    w->next[k] = w->head[len];
    w->head[len] = (uint16_t)(k + 1);
    w->found[k] = NO_STRING;
}

static size_t compare_wanted(struct wanted *w, struct str s, uint32_t index)
{
    size_t found = 0;
    for (uint16_t k = w->head[s.len]; k; k = w->next[k - 1]) {
        if (w->found[k - 1] == NO_STRING && !memcmp(s.p, w->names[k - 1], s.len)) {
            w->found[k - 1] = index;
            found++;
        }
    }
    return found;
}

void strings_find(const struct strings *t, const char *const *names, size_t count,
                  uint32_t *ret_index)
{
    struct wanted w = {.names = names, .found = ret_index};
    assert(count <= NAMES_MAX);
    for (size_t k = 0; k < count; k++)
        want(&w, (uint16_t)k);
    size_t left = count;
    for (uint32_t i = 0; i < strings_count(t) && left; i++) {
        struct str s = strings_get(t, i);
        unsigned char first = s.len ? (unsigned char)s.p[0] : 0;
        if (s.len < LENGTHS && w.first_bytes[s.len][first >> 6] >> (first & 63) & 1)
            left -= compare_wanted(&w, s, i);
    }
}

bool str_equal(struct str a, const char *b)
{
    return strlen(b) == a.len && !memcmp(a.p, b, a.len);
}

bool str_starts_with(struct str a, const char *prefix)
{
    size_t len = strlen(prefix);
    return a.len >= len && !memcmp(a.p, prefix, len);
}
