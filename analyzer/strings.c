/* The string table of a heap: see strings.h. */
#include "analyzer/strings.h"

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

void strings_find(const struct strings *t, const char *const *names, size_t count,
                  uint32_t *ret_index)
{
    /* By length and first byte most strings are refused without a comparison. */
    enum { LENGTHS = 64 };
    uint64_t lengths[256] = {0};
    for (size_t k = 0; k < count; k++) {
        size_t len = strlen(names[k]);
        ret_index[k] = NO_STRING;
        lengths[(unsigned char)names[k][0]] |= UINT64_C(1) << (len < LENGTHS ? len : LENGTHS - 1);
    }
    size_t left = count;
    for (uint32_t i = 0; i < strings_count(t) && left; i++) {
        struct str s = strings_get(t, i);
        unsigned char first = s.len ? (unsigned char)s.p[0] : 0;
        if (!(lengths[first] >> (s.len < LENGTHS ? s.len : LENGTHS - 1) & 1))
            continue;
        for (size_t k = 0; k < count; k++) {
            if (ret_index[k] == NO_STRING && str_equal(s, names[k])) {
                ret_index[k] = i;
                left--;
            }
        }
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
