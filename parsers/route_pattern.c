/* Patterns of paths: see route_pattern.h. */
#include "parsers/route_pattern.h"

#define SEGMENT_MAX 32 /* a longer one is a text or a token */
#define TOKEN_FROM 16  /* so long and with digits, it is a token */
#define DIGITS_SHOWN 12

static struct span path_of(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (memchr("?#;& \"", s.p[i], 6))
            return span_head(s, i);
    return s;
}

static bool is_letter(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* A session, a hash, a UUID, an address, an escape: nothing that names a route. */
static bool is_secret(struct span s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        digits += char_is_digit(c);
        if (!char_is_digit(c) && !is_letter(c) && !memchr("-_.~[]()@$+!*,", c, 15))
            return true;
        if (c == '@' && i)
            return true;
    }
    return s.len > SEGMENT_MAX || (s.len >= TOKEN_FROM && digits && digits < s.len);
}

static size_t put_segment(struct span s, char *ret, size_t room)
{
    size_t n = 0, run = 0;
    if (is_secret(s)) {
        if (room)
            ret[n++] = '*';
        return n;
    }
    for (size_t i = 0; i < s.len && n < room; i++) {
        run = char_is_digit(s.p[i]) ? run + 1 : 0;
        if (run <= DIGITS_SHOWN)
            ret[n++] = run ? '#' : s.p[i];
    }
    return n;
}

size_t route_pattern(struct span path, char ret[ROUTE_MAX])
{
    size_t n = 0;
    path = path_of(path);
    for (int depth = 0; span_take(&path, "/") && n + 2 < ROUTE_MAX; depth++) {
        size_t slash = span_find(path, "/");
        struct span segment = slash == SPAN_NONE ? path : span_head(path, slash);
        ret[n++] = '/';
        if (depth == ROUTE_SEGMENTS_MAX) {
            ret[n++] = '*';
            break;
        }
        n += put_segment(segment, ret + n, ROUTE_MAX - 1 - n);
        path = span_from(path, segment.len);
    }
    ret[n] = '\0';
    return n;
}

bool route_same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        if (*a == '#') {
            a += strspn(a, "#");
            b += strspn(b, "#");
        } else {
            a++;
            b++;
        }
    }
    return *a == *b;
}
