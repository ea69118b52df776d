/* UTF-16 to UTF-8: see utf16_text.h. */
#include "parsers/utf16_text.h"

#include <string.h>

static size_t put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* At most 7 bytes: a lone surrogate's and the unit's own. */
static size_t put_unit(struct utf16_text *u, char *out, uint32_t c)
{
    size_t n = 0;
    if (u->high && c >= 0xdc00 && c < 0xe000) {
        c = 0x10000 + ((u->high - 0xd800) << 10) + (c - 0xdc00);
        u->high = 0;
        return put(out, c);
    }
    if (u->high)
        n = put(out, 0xfffd);
    u->high = c >= 0xd800 && c < 0xdc00 ? c : 0;
    if (u->high)
        return n;
    return n + put(out + n, c >= 0xdc00 && c < 0xe000 ? 0xfffd : c);
}

static void tell(struct utf16_text *u)
{
    u->told = true;
    u->big_endian = u->held[0] == 0xfe && u->held[1] == 0xff;
    u->is_utf16 = u->big_endian || (u->held[0] == 0xff && u->held[1] == 0xfe);
    if (u->is_utf16)
        u->held_len = 0;
}

size_t utf16_text_decode(struct utf16_text *u, const uint8_t *p, size_t len, char *out, size_t cap,
                         size_t *ret_used)
{
    size_t used = 0, made = 0;
    while (!u->told && used < len) {
        u->held[u->held_len++] = p[used++];
        if (u->held_len == 2)
            tell(u);
    }
    if (!u->told || !u->is_utf16) {
        made = u->told ? utf16_text_finish(u, out) : 0;
        size_t n = u->told ? (len - used < cap - made ? len - used : cap - made) : 0;
        memcpy(out + made, p + used, n);
        *ret_used = used + n;
        return made + n;
    }
    while (used < len && made + 8 <= cap) {
        u->held[u->held_len++] = p[used++];
        if (u->held_len < 2)
            continue;
        u->held_len = 0;
        unsigned first = u->held[0], second = u->held[1];
        made += put_unit(u, out + made, u->big_endian ? first << 8 | second : second << 8 | first);
    }
    *ret_used = used;
    return made;
}

size_t utf16_text_finish(struct utf16_text *u, char *out)
{
    size_t n = u->is_utf16 ? 0 : u->held_len;
    memcpy(out, u->held, n);
    u->held_len = 0;
    return n;
}
