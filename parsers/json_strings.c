/* Arrays of JSON strings: see json_strings.h. */
#include "parsers/json_strings.h"

#include "parsers/byte_scan.h"

static enum strings_result bad(struct json_strings *s, const char *expected)
{
    s->bad = expected;
    return STRINGS_BAD;
}

static bool give(struct json_strings *s, const void *bytes, size_t len, bool last, struct err *err)
{
    return s->piece(s->ctx, bytes, len, last, err);
}

/* `code` as UTF-8, surrogates too. Returns the length. */
static size_t encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static bool give_code(struct json_strings *s, uint32_t code, struct err *err)
{
    char utf8[4];
    size_t len = encode(code, utf8);
    return give(s, utf8, len, false, err);
}

/* A high surrogate was not followed by a low one: it stands alone. */
static bool flush_high(struct json_strings *s, struct err *err)
{
    uint32_t high = s->high;
    s->high = 0;
    return !high || give_code(s, high, err);
}

static bool end_unicode(struct json_strings *s, struct err *err)
{
    uint32_t unit = s->code_unit;
    if (unit >= 0xDC00 && unit <= 0xDFFF && s->high) {
        uint32_t code = 0x10000 + ((s->high - 0xD800) << 10) + (unit - 0xDC00);
        s->high = 0;
        return give_code(s, code, err);
    }
    if (!flush_high(s, err))
        return false;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        s->high = unit;
        return true;
    }
    return give_code(s, unit, err);
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

static int simple_escape(uint8_t c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return -1;
    }
}

static enum strings_result outside(struct json_strings *s, uint8_t c)
{
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
        return STRINGS_MORE;
    if (c == '"' && s->state != JS_AFTER)
        s->state = JS_INSIDE;
    else if (c == ',' && s->state == JS_AFTER)
        s->state = JS_AFTER_COMMA;
    else if (c == ']' && s->state != JS_AFTER_COMMA)
        return STRINGS_END;
    else
        return bad(s, s->state == JS_AFTER ? "a comma or the closing bracket" : "a string");
    return STRINGS_MORE;
}

static enum strings_result escape(struct json_strings *s, uint8_t c, struct err *err)
{
    if (c == 'u') {
        s->state = JS_UNICODE;
        s->hex_digits = 0;
        s->code_unit = 0;
        return STRINGS_MORE;
    }
    int plain = simple_escape(c);
    if (plain < 0)
        return bad(s, "an escape: one of \" \\ / b f n r t u");
    char byte = (char)plain;
    s->state = JS_INSIDE;
    return flush_high(s, err) && give(s, &byte, 1, false, err) ? STRINGS_MORE : STRINGS_SINK;
}

static enum strings_result unicode(struct json_strings *s, uint8_t c, struct err *err)
{
    int digit = hex_value(c);
    if (digit < 0)
        return bad(s, "a hexadecimal digit of \\uXXXX");
    s->code_unit = s->code_unit << 4 | (unsigned)digit;
    if (++s->hex_digits < 4)
        return STRINGS_MORE;
    s->state = JS_INSIDE;
    return end_unicode(s, err) ? STRINGS_MORE : STRINGS_SINK;
}

/* From inside a string to its end, the next escape or the chunk's end. */
static enum strings_result inside(struct json_strings *s, const uint8_t **pos, const uint8_t *end,
                                  struct err *err)
{
    const uint8_t *start = *pos, *p = find_string_stop(start, end);
    *pos = p;
    bool last = p < end && *p == '"';
    bool low_may_follow = p == start && (p == end || *p == '\\');
    if (!low_may_follow && !flush_high(s, err))
        return STRINGS_SINK;
    if ((p > start || last) && !give(s, start, (size_t)(p - start), last, err))
        return STRINGS_SINK;
    if (p < end && *p < 0x20)
        return bad(s, "no control character inside a string");
    if (p < end) {
        s->state = last ? JS_AFTER : JS_ESCAPE;
        *pos = p + 1;
    }
    return STRINGS_MORE;
}

enum strings_result json_strings_scan(struct json_strings *s, const uint8_t **pos,
                                      const uint8_t *end, struct err *err)
{
    enum strings_result r = STRINGS_MORE;
    while (r == STRINGS_MORE && *pos < end) {
        if (s->state == JS_INSIDE) {
            r = inside(s, pos, end, err);
            continue;
        }
        uint8_t c = **pos;
        if (s->state == JS_ESCAPE)
            r = escape(s, c, err);
        else if (s->state == JS_UNICODE)
            r = unicode(s, c, err);
        else
            r = outside(s, c);
        if (r != STRINGS_BAD)
            ++*pos;
    }
    return r;
}

bool json_strings_inside(const struct json_strings *s)
{
    return s->state >= JS_INSIDE;
}
