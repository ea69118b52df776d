/* Strings as JavaScript sees them: see utf16.h. */
#include "analyzer/utf16.h"

#include <string.h>

#include "base/text.h"

#define REPLACEMENT 0xFFFD

size_t utf16_length(struct str s)
{
    size_t units = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        units += (c & 0xC0) != 0x80;
        units += c >= 0xF0;
    }
    return units;
}

static bool is_high(uint32_t code)
{
    return code >= 0xD800 && code < 0xDC00;
}

static bool is_low(uint32_t code)
{
    return code >= 0xDC00 && code < 0xE000;
}

/* The character at *at and past it; a pair of surrogates is one. */
static uint32_t next_char(struct str s, size_t *at)
{
    uint32_t code, low;
    *at += text_decode(s.p + *at, s.len - *at, &code);
    if (code == TEXT_INVALID)
        return REPLACEMENT;
    if (!is_high(code) || *at == s.len)
        return code;
    size_t used = text_decode(s.p + *at, s.len - *at, &low);
    if (!is_low(low))
        return code;
    *at += used;
    return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

/* Units of a string, one after the other. */
struct units {
    struct str s;
    size_t at;
    uint32_t low; /* the second unit of a character, 0 if there is none */
};

static bool next_unit(struct units *u, uint32_t *ret)
{
    if (u->low) {
        *ret = u->low;
        u->low = 0;
        return true;
    }
    if (u->at == u->s.len)
        return false;
    uint32_t code = next_char(u->s, &u->at);
    if (code >= 0x10000) {
        u->low = 0xDC00 + ((code - 0x10000) & 0x3FF);
        code = 0xD800 + ((code - 0x10000) >> 10);
    }
    *ret = code;
    return true;
}

int utf16_compare(struct str a, struct str b)
{
    size_t common = min_u64(a.len, b.len), same = 0;
    while (same < common && a.p[same] == b.p[same])
        same++;
    if (same == common)
        return (a.len > b.len) - (a.len < b.len);
    unsigned char x = (unsigned char)a.p[same], y = (unsigned char)b.p[same];
    if (x < 0x80 && y < 0x80)
        return x < y ? -1 : 1;
    /* Back to where a character begins. */
    while (same > 0 && ((unsigned char)a.p[same] & 0xC0) == 0x80)
        same--;
    struct units u = {.s = a, .at = same}, v = {.s = b, .at = same};
    for (;;) {
        uint32_t p, q;
        bool more_u = next_unit(&u, &p), more_v = next_unit(&v, &q);
        if (!more_u || !more_v)
            return more_u - more_v;
        if (p != q)
            return p < q ? -1 : 1;
    }
}

static void put_json_char(struct buf *b, uint32_t code)
{
    static const char named[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
    const char *at = code && code < 0x80 ? strchr(named, (int)code) : NULL;
    if (at)
        buf_printf(b, "\\%c", letters[at - named]);
    else if (code < 0x20 || is_high(code) || is_low(code))
        buf_printf(b, "\\u%04x", code);
    else
        text_put_char(b, code);
}

/* Runs of what stands for itself are copied whole. */
static size_t plain_run(struct str s, size_t at)
{
    size_t end = at;
    while (end < s.len) {
        unsigned char c = (unsigned char)s.p[end];
        if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\')
            break;
        end++;
    }
    return end - at;
}

void utf16_put_json(struct buf *b, struct str s)
{
    buf_putc(b, '"');
    for (size_t at = 0; at < s.len;) {
        size_t run = plain_run(s, at);
        buf_append(b, s.p + at, run);
        at += run;
        if (at < s.len)
            put_json_char(b, next_char(s, &at));
    }
    buf_putc(b, '"');
}
