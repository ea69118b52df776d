/* JSON text as tokens: see json_walk.h. */
#include "parsers/json_walk.h"

#include "parsers/byte_scan.h"

#define DEPTH_KNOWN 64 /* deeper containers are taken for what the outermost of these is */

enum state {
    WANT_DOCUMENT,
    WANT_VALUE,
    WANT_KEY,
    WANT_COLON,
    WANT_COMMA,
    IN_STRING,
    IN_WORD, /* a number or a literal */
    AT_END,
};

void json_walk_reset(struct json_walk *w)
{
    w->state = WANT_DOCUMENT;
    w->depth = 0;
    w->skip = false;
    w->escape = 0;
    w->high = 0;
    w->object = 0;
    buf_clear(&w->text);
}

void json_walk_release(struct json_walk *w)
{
    buf_release(&w->text);
}

static struct span text_of(const struct json_walk *w)
{
    return (struct span){buf_str(&w->text), w->text.len};
}

static bool in_object(const struct json_walk *w)
{
    unsigned level = w->depth < DEPTH_KNOWN ? w->depth : DEPTH_KNOWN;
    return level && (w->object >> (level - 1) & 1);
}

static void keep(struct json_walk *w, const char *bytes, size_t len)
{
    size_t room = JSON_TOKEN_KEEP - w->text.len;
    if (w->skip && !w->string_is_key)
        return;
    buf_append(&w->text, bytes, len < room ? len : room);
}

static bool give(struct json_walk *w, enum json_token t, struct err *err)
{
    if (w->text.failed)
        return err_nomem(err, JSON_TOKEN_KEEP, "a value of a log");
    return w->token(w->ctx, t, text_of(w), w->depth, err);
}

static bool open_container(struct json_walk *w, bool object, struct err *err)
{
    if (w->depth < DEPTH_KNOWN) {
        uint64_t bit = (uint64_t)1 << w->depth;
        w->object = object ? w->object | bit : w->object & ~bit;
    }
    w->depth++;
    w->state = object ? WANT_KEY : WANT_VALUE;
    buf_clear(&w->text);
    return give(w, object ? JSON_OPEN_OBJECT : JSON_OPEN_ARRAY, err);
}

void json_walk_assume_object(struct json_walk *w)
{
    struct err ignored;
    json_walk_reset(w);
    (void)!open_container(w, true, &ignored);
}

static bool close_container(struct json_walk *w, struct err *err)
{
    buf_clear(&w->text);
    if (!give(w, JSON_CLOSE, err))
        return false;
    w->skip = false;
    w->state = --w->depth ? WANT_COMMA : AT_END;
    return true;
}

static void start_string(struct json_walk *w, bool key)
{
    buf_clear(&w->text);
    w->string_is_key = key;
    if (key)
        w->skip = false;
    w->escape = 0;
    w->high = 0;
    w->state = IN_STRING;
}

/* -- strings -- */

static void put_code(struct json_walk *w, uint32_t c)
{
    char utf8[4];
    size_t n = 0;
    if (c < 0x80) {
        utf8[n++] = (char)c;
    } else {
        int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
        utf8[n++] = (char)(lead[more] | c >> (6 * more));
        while (more--)
            utf8[n++] = (char)(0x80 | (c >> (6 * more) & 0x3f));
    }
    keep(w, utf8, n);
}

static void drop_surrogate(struct json_walk *w)
{
    if (w->high)
        put_code(w, 0xfffd);
    w->high = 0;
}

static void end_code(struct json_walk *w)
{
    uint32_t c = w->code;
    if (c >= 0xdc00 && c < 0xe000 && w->high) {
        put_code(w, 0x10000 + ((w->high - 0xd800) << 10) + (c - 0xdc00));
        w->high = 0;
        return;
    }
    drop_surrogate(w);
    if (c >= 0xd800 && c < 0xdc00)
        w->high = c;
    else
        put_code(w, c >= 0xdc00 && c < 0xe000 ? 0xfffd : c);
}

/* One byte behind a backslash; escape is 1 behind it, 2 to 5 behind "\u". */
static bool take_escape(struct json_walk *w, char c)
{
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    if (w->escape == 1 && c == 'u') {
        w->escape = 2;
        w->code = 0;
        return true;
    }
    if (w->escape == 1) {
        const char *name = c ? strchr(names, c) : NULL;
        w->escape = 0;
        drop_surrogate(w);
        if (name)
            keep(w, &bytes[name - names], 1);
        return name;
    }
    int digit = c >= '0' && c <= '9'                 ? c - '0'
                : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                     : -1;
    if (digit < 0)
        return false;
    w->code = w->code << 4 | (uint32_t)digit;
    if (++w->escape == 6) {
        w->escape = 0;
        end_code(w);
    }
    return true;
}

static bool end_string(struct json_walk *w, struct err *err)
{
    drop_surrogate(w);
    w->state = w->string_is_key ? WANT_COLON : WANT_COMMA;
    return give(w, w->string_is_key ? JSON_KEY : JSON_STRING, err);
}

/* From s[at] on, inside a string; a raw line end cannot be there. */
static enum json_status feed_string(struct json_walk *w, struct span s, size_t *at, struct err *err)
{
    while (*at < s.len) {
        char c = s.p[*at];
        if (w->escape) {
            if (!take_escape(w, c))
                return JSON_BAD;
            ++*at;
            continue;
        }
        if (c == '"') {
            ++*at;
            return end_string(w, err) ? JSON_MORE : JSON_FAILED;
        }
        if (c == '\n')
            return JSON_BAD;
        if (c == '\\') {
            w->escape = 1;
            ++*at;
            continue;
        }
        drop_surrogate(w);
        const uint8_t *from = (const uint8_t *)s.p + *at;
        const uint8_t *stop = find_string_stop(from + 1, (const uint8_t *)s.p + s.len);
        keep(w, s.p + *at, (size_t)(stop - from));
        *at += (size_t)(stop - from);
    }
    return JSON_MORE;
}

/* -- the rest -- */

static bool is_word_byte(char c)
{
    return char_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '+' || c == '.';
}

static bool end_word(struct json_walk *w, struct err *err)
{
    char first = *buf_str(&w->text);
    w->state = WANT_COMMA;
    return give(w, char_is_digit(first) || first == '-' ? JSON_NUMBER : JSON_LITERAL, err);
}

static enum json_status feed_word(struct json_walk *w, struct span s, size_t *at, struct err *err)
{
    size_t from = *at;
    while (*at < s.len && is_word_byte(s.p[*at]))
        ++*at;
    size_t room = 64 - (w->text.len < 64 ? w->text.len : 64), len = *at - from;
    buf_append(&w->text, s.p + from, len < room ? len : room);
    if (*at == s.len)
        return JSON_MORE;
    return end_word(w, err) ? JSON_MORE : JSON_FAILED;
}

static enum json_status status_of(bool ok)
{
    return ok ? JSON_MORE : JSON_FAILED;
}

/* A byte between the tokens that is no space. */
static enum json_status take_mark(struct json_walk *w, char c, struct err *err)
{
    bool value = w->state == WANT_VALUE, document = w->state == WANT_DOCUMENT;
    if (c == '{' || c == '[')
        return value || document ? status_of(open_container(w, c == '{', err)) : JSON_BAD;
    if (c == '}' || c == ']') {
        bool may_end = w->state == WANT_COMMA || w->state == (c == '}' ? WANT_KEY : WANT_VALUE);
        return may_end && in_object(w) == (c == '}') ? status_of(close_container(w, err))
                                                     : JSON_BAD;
    }
    if (c == '"' && (value || w->state == WANT_KEY))
        start_string(w, !value);
    else if (c == ':' && w->state == WANT_COLON)
        w->state = WANT_VALUE;
    else if (c == ',' && w->state == WANT_COMMA)
        w->state = in_object(w) ? WANT_KEY : WANT_VALUE;
    else
        return JSON_BAD;
    return JSON_MORE;
}

enum json_status json_walk_feed(struct json_walk *w, struct span s, size_t *ret_used,
                                struct err *err)
{
    size_t at = 0;
    enum json_status status = JSON_MORE;
    while (status == JSON_MORE && w->state != AT_END && at < s.len) {
        char c = s.p[at];
        if (w->state == IN_STRING) {
            status = feed_string(w, s, &at, err);
        } else if (w->state == IN_WORD) {
            status = feed_word(w, s, &at, err);
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            at++;
        } else if (w->state == WANT_VALUE && is_word_byte(c)) {
            buf_clear(&w->text);
            w->state = IN_WORD;
        } else {
            status = take_mark(w, c, err);
            at += status == JSON_MORE;
        }
    }
    *ret_used = at;
    return status == JSON_MORE && w->state == AT_END ? JSON_DONE : status;
}

bool json_walk_cut(struct json_walk *w, struct err *err)
{
    if (w->state == IN_STRING && !w->string_is_key)
        return end_string(w, err);
    return w->state != IN_WORD || end_word(w, err);
}
