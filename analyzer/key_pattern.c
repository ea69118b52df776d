/* Patterns of keys: see key_pattern.h. */
#include "analyzer/key_pattern.h"

#include <string.h>

#define SEGMENTS_MAX 12
#define KEYS_MAX 64
#define SEGMENT_SHOWN 40

struct segments {
    struct str parts[SEGMENTS_MAX];
    char behind[SEGMENTS_MAX]; /* the separator that follows, 0: none */
    size_t count;
};

static void split(struct str key, struct segments *s)
{
    size_t from = 0;
    s->count = 0;
    for (size_t i = 0; i <= key.len; i++) {
        bool end = i == key.len;
        bool room = s->count + 1 < SEGMENTS_MAX;
        if (!end && (!room || !key.p[i] || !strchr("/?&=:|,;@ ", key.p[i])))
            continue;
        s->parts[s->count] = (struct str){key.p + from, i - from};
        s->behind[s->count++] = end ? 0 : key.p[i];
        from = i + 1;
    }
}

static bool same_shape(const struct segments *a, const struct segments *b)
{
    return a->count == b->count && !memcmp(a->behind, b->behind, a->count);
}

static size_t common_prefix(struct str a, struct str b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.p[n] == b.p[n])
        n++;
    return n;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The part as it stands in the first key, as far as all agree on it; digits are never shown. */
static void put_part(const struct segments *all, size_t count, size_t i, struct buf *out)
{
    struct str first = all[0].parts[i];
    size_t common = first.len, longest = 0;
    bool all_digits = true, all_same = true;
    for (size_t k = 1; k < count; k++) {
        struct str part = all[k].parts[i];
        size_t n = common_prefix(first, part);
        all_same = all_same && n == first.len && n == part.len;
        common = min_u64(common, n);
    }
    for (size_t k = 0; k < count; k++) {
        struct str part = all[k].parts[i];
        longest = max_u64(longest, part.len);
        for (size_t c = common; c < part.len; c++)
            all_digits = all_digits && is_digit(part.p[c]);
    }
    bool shown = count > 1 && common <= SEGMENT_SHOWN;
    for (size_t c = 0; c < common && shown; c++)
        buf_putc(out, is_digit(first.p[c]) ? '#' : first.p[c]);
    if (!shown && first.len)
        buf_putc(out, '*');
    if (!shown || all_same)
        return;
    if (!all_digits) {
        buf_putc(out, '*');
        return;
    }
    for (size_t c = common; c < longest && c < common + SEGMENT_SHOWN; c++)
        buf_putc(out, '#');
}

void key_pattern_put(const struct str *keys, size_t count, struct buf *out)
{
    struct segments all[KEYS_MAX];
    size_t used = 0;
    for (size_t k = 0; k < count && used < KEYS_MAX; k++) {
        if (!keys[k].len)
            continue;
        split(keys[k], &all[used]);
        /* Keys of another shape than the first one's are not described. */
        used += !used || same_shape(&all[0], &all[used]);
    }
    if (!used)
        return;
    for (size_t i = 0; i < all[0].count; i++) {
        put_part(all, used, i, out);
        if (all[0].behind[i])
            buf_putc(out, all[0].behind[i]);
    }
}
