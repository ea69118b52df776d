/* Settings in the text of a configuration: see config_text.h. */
#include "analyzer/config_text.h"

#include "analyzer/retainers.h"

#include <string.h>

#define DEPTH_MAX 32

struct reader {
    const char *p, *end;
    struct str open[DEPTH_MAX]; /* the key whose value each open brace is */
    unsigned depth;
    struct str key;  /* the last name that a ':' or '=' stood behind */
    struct str last; /* the last name */
};

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Passes over blanks and comments. */
static void skip_blanks(struct reader *r)
{
    for (;;) {
        while (r->p < r->end && strchr(" \t\r\n", *r->p))
            r->p++;
        if (r->end - r->p < 2 || r->p[0] != '/' || (r->p[1] != '/' && r->p[1] != '*'))
            return;
        const char *closing = r->p[1] == '/' ? "\n" : "*/";
        const char *to = memmem(r->p + 2, (size_t)(r->end - r->p - 2), closing, strlen(closing));
        r->p = to ? to + strlen(closing) : r->end;
    }
}

static struct str take_string(struct reader *r)
{
    char quote = *r->p++;
    const char *start = r->p;
    while (r->p < r->end && *r->p != quote)
        r->p += *r->p == '\\' && r->p + 1 < r->end ? 2 : 1;
    struct str s = {start, (size_t)(r->p - start)};
    r->p += r->p < r->end;
    return s;
}

static struct str take_name(struct reader *r)
{
    const char *start = r->p;
    while (r->p < r->end && is_name(*r->p))
        r->p++;
    return (struct str){start, (size_t)(r->p - start)};
}

/* -- values -- */

/* 50, 50_000_000, 5e7 */
static bool take_number(struct reader *r, uint64_t *ret)
{
    uint64_t value = 0, exponent = 0;
    skip_blanks(r);
    const char *start = r->p;
    for (; r->p < r->end && (is_digit(*r->p) || *r->p == '_') && r->p - start < 18; r->p++)
        value = *r->p == '_' ? value : value * 10 + (uint64_t)(*r->p - '0');
    bool ok = r->p > start;
    if (ok && r->p < r->end && *r->p == 'e') {
        r->p++;
        for (; r->p < r->end && is_digit(*r->p) && exponent < 10; r->p++)
            exponent = exponent * 10 + (uint64_t)(*r->p - '0');
    }
    for (; exponent && value < UINT64_MAX / 10; exponent--)
        value *= 10;
    *ret = value;
    return ok && !exponent && (r->p == r->end || (!is_name(*r->p) && *r->p != '.'));
}

static bool multiply(uint64_t a, uint64_t b, uint64_t *ret)
{
    return !__builtin_mul_overflow(a, b, ret);
}

static bool starts(const struct reader *r, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(r->end - r->p) >= len && !memcmp(r->p, word, len);
}

static bool take_operator(struct reader *r, const char *word)
{
    if (!starts(r, word))
        return false;
    r->p += strlen(word);
    return true;
}

/* A number, or a power of one. */
static bool take_factor(struct reader *r, uint64_t *ret)
{
    uint64_t base, exponent;
    if (!take_number(r, &base))
        return false;
    skip_blanks(r);
    *ret = base;
    if (!take_operator(r, "**"))
        return true;
    if (!take_number(r, &exponent) || exponent > 64)
        return false;
    *ret = 1;
    for (; exponent; exponent--) {
        if (!multiply(*ret, base, ret))
            return false;
    }
    skip_blanks(r);
    return true;
}

static bool take_product(struct reader *r, uint64_t *ret)
{
    uint64_t factor;
    if (!take_factor(r, ret))
        return false;
    for (;;) {
        if (take_operator(r, "<<")) {
            if (!take_number(r, &factor) || factor > 40 ||
                !multiply(*ret, UINT64_C(1) << factor, ret))
                return false;
            skip_blanks(r);
        } else if (take_operator(r, "*")) {
            if (!take_factor(r, &factor) || !multiply(*ret, factor, ret))
                return false;
        } else {
            return r->p == r->end || strchr(",};)\n", *r->p) || starts(r, "module");
        }
    }
}

static void read_value(struct reader r, struct config_value *v)
{
    skip_blanks(&r);
    struct reader word = r;
    struct str name = take_name(&word);
    v->kind = CONFIG_OTHER;
    if (str_equal(name, "true"))
        v->kind = CONFIG_TRUE;
    else if (str_equal(name, "false"))
        v->kind = CONFIG_FALSE;
    else if (take_product(&r, &v->number))
        v->kind = CONFIG_NUMBER;
}

/* -- keys -- */

static enum setting_place place_of(const struct reader *r)
{
    struct str parent = r->depth ? r->open[(r->depth - 1) % DEPTH_MAX] : (struct str){"", 0};
    if (str_equal(parent, "experimental"))
        return PLACE_EXPERIMENTAL;
    return str_equal(parent, "images") ? PLACE_IMAGES : PLACE_TOP;
}

static const char *known_key(struct str name)
{
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if (str_equal(name, setting_rows[i].key))
            return setting_rows[i].key;
    }
    return NULL;
}

/* Behind a name: is it a key? Then its value begins here. "==" and "=>" are none. */
static bool take_colon(struct reader *r, bool *ret_assigned)
{
    skip_blanks(r);
    if (r->p == r->end || (*r->p != ':' && *r->p != '='))
        return false;
    if (*r->p == '=' && r->p + 1 < r->end && strchr("=>", r->p[1]))
        return false;
    *ret_assigned = *r->p == '=';
    r->p++;
    return true;
}

static void take_key(struct reader *r, struct str name, struct str object, struct config_value *ret,
                     size_t limit, size_t *count)
{
    const char *key = known_key(name);
    r->last = name;
    bool assigned;
    if (!take_colon(r, &assigned))
        return;
    r->key = name;
    if (!key || *count == limit)
        return;
    struct config_value *v = &ret[(*count)++];
    *v = (struct config_value){.key = key, .place = place_of(r), .assigned = assigned};
    if (str_equal(object, "experimental"))
        v->place = PLACE_EXPERIMENTAL;
    if (str_equal(object, "images"))
        v->place = PLACE_IMAGES;
    read_value(*r, v);
}

size_t config_text_read(struct str text, struct config_value *ret, size_t limit)
{
    struct reader r = {.p = text.p, .end = text.p + text.len};
    size_t count = 0;
    while (skip_blanks(&r), r.p < r.end) {
        struct str none = {"", 0};
        char c = *r.p;
        if (c == '"' || c == '\'' || c == '`') {
            struct str s = take_string(&r);
            if (c != '`')
                take_key(&r, s, none, ret, limit, &count);
        } else if (is_name(c)) {
            bool member = r.p > text.p && r.p[-1] == '.';
            struct str object = member ? r.last : none;
            take_key(&r, take_name(&r), object, ret, limit, &count);
        } else {
            if (c == '{') {
                r.open[r.depth++ % DEPTH_MAX] = r.key;
            } else if (c == '}' && r.depth) {
                r.depth--;
            }
            if (c != '.')
                r.key = r.last = none;
            r.p++;
        }
    }
    return count;
}

const char *config_value_key(const struct config_value *v, struct arena *arena)
{
    static const char *const places[] = {
        [PLACE_TOP] = "", [PLACE_EXPERIMENTAL] = "experimental.", [PLACE_IMAGES] = "images."};
    return arena_printf(arena, "%s%s", places[v->place], v->key);
}

bool config_is_source(const struct js *js, uint32_t n)
{
    struct retainer_walk w = heap_retainers(js->h, n);
    while (retainer_next(&w)) {
        uint32_t u = w.source;
        if (js_edge(js, u, EDGE_CONTEXT, JS_SOURCE) == n)
            return true;
        if (js_internal(js, u, JS_SOURCE) != n)
            continue;
        enum script_kind k = script_kind(heap_name(js->h, u));
        if (k != SCRIPT_FRAMEWORK && k != SCRIPT_PACKAGE)
            return true;
    }
    return false;
}
