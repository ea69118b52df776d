/* Values: see js_literals.h. */
#include "parsers/js_literals.h"

/* Places are asked for in order. */
static uint64_t line_of(struct js_literals *r, const char *p)
{
    while (r->counted < p) {
        const char *end = memchr(r->counted, '\n', (size_t)(p - r->counted));
        r->line += end != NULL;
        r->counted = end ? end + 1 : p;
    }
    return r->line;
}

static void give(struct js_literals *r, enum value_kind kind, struct span text, double number,
                 uint64_t line)
{
    bool root = !r->tree.len && kind != VALUE_SAME;
    if (!root && !r->failed)
        r->failed = !config_tree_give(&r->tree, kind, text, number, line, r->err);
}

static struct span between(const char *from, const char *to)
{
    const char *line = memchr(from, '\n', (size_t)(to - from));
    return span_trim((struct span){from, (size_t)((line ? line : to) - from)});
}

bool js_literal_number(void *ctx, struct span name, double *ret)
{
    const struct js_literals *r = ctx;
    for (size_t i = r->number_count; i-- > 0;) {
        if (r->numbers[i].name.len == name.len && !memcmp(r->numbers[i].name.p, name.p, name.len)) {
            *ret = r->numbers[i].value;
            return true;
        }
    }
    return false;
}

/* -- what ends a value -- */

void js_literal_skip_type(struct js_literals *r)
{
    while (!(r->c.p == r->c.end || js_at_any(&r->c, ",;)]}=\n"))) {
        if (js_at_any(&r->c, "{[("))
            js_skip_brackets(&r->c);
        else
            js_skip_token(&r->c);
    }
}

bool js_literal_ends(struct js_literals *r)
{
    const char *from = r->c.p;
    bool line = js_skip_blanks(&r->c);
    if (js_take(&r->c, "as ") || js_take(&r->c, "satisfies ")) {
        js_literal_skip_type(r);
        line |= js_skip_blanks(&r->c);
    }
    if (r->c.p == r->c.end || js_at_any(&r->c, ",;)]}"))
        return true;
    if (line && r->whole_lines && !js_at_any(&r->c, "*+-/%?.&|=<>")) {
        r->c.p = from;
        return true;
    }
    return false;
}

static void skip_rest(struct js_literals *r)
{
    js_skip_expression(&r->c, r->whole_lines);
}

/* -- values -- */

/* A function or an arrow function? Nobody has so long a list of parameters that more would have to
 * be looked through for the arrow. */
bool js_literal_is_function(const struct js_literals *r)
{
    enum { LOOK_AHEAD = 2048 };
    struct js_cursor c = r->c;
    if (c.end - c.p > LOOK_AHEAD)
        c.end = c.p + LOOK_AHEAD;
    struct span word = js_take_name(&c);
    if (span_is(word, "function") || span_is(word, "class"))
        return true;
    if (span_is(word, "async")) {
        js_skip_blanks(&c);
        word = js_take_name(&c);
        if (span_is(word, "function"))
            return true;
    }
    js_skip_blanks(&c);
    if (!word.len && js_at(&c, '('))
        js_skip_brackets(&c);
    else if (!word.len)
        return false;
    js_skip_blanks(&c);
    if (js_at(&c, ':')) /* the type that it returns */
        for (c.p++; c.p < c.end && !js_at_any(&c, "=,;{}\n"); c.p++)
            ;
    return js_starts(&c, "=>");
}

/* `(x) => ({...})`: what an arrow function makes, once or for each item of a list. */
static void read_made(struct js_literals *r, bool list)
{
    struct js_cursor c = r->c;
    while (c.p < c.end && !js_starts(&c, "=>")) {
        if (js_at(&c, '('))
            js_skip_brackets(&c);
        else
            js_skip_token(&c);
    }
    js_take(&c, "=>");
    js_skip_blanks(&c);
    if (!js_take(&c, "("))
        return;
    js_skip_blanks(&c);
    if (!js_at(&c, '{'))
        return;
    r->c = c;
    size_t path = list ? config_tree_index(&r->tree, 0) : r->tree.len;
    js_literal_read(r);
    config_tree_back(&r->tree, path);
    skip_rest(r);
    js_take(&r->c, ")");
}

/* Objects and variables among the arguments stand for the result of the call. */
static void read_arguments(struct js_literals *r, bool list)
{
    bool lines = r->whole_lines;
    r->whole_lines = false;
    r->c.p++;
    while (js_skip_blanks(&r->c), r->c.p < r->c.end && !js_at(&r->c, ')')) {
        const char *from = r->c.p;
        bool name = js_is_name(*r->c.p) && !char_is_digit(*r->c.p);
        bool function = js_literal_is_function(r);
        if (function && js_at_any(&r->c, "(abcdefghijklmnopqrstuvwxyz_"))
            read_made(r, list);
        else if ((name || js_at(&r->c, '{')) && !function && !list)
            js_literal_read(r);
        skip_rest(r);
        if (!js_take(&r->c, ",") && (r->c.p == from || !js_at(&r->c, ')')))
            r->c.p += r->c.p < r->c.end && !js_at(&r->c, ')');
    }
    js_take(&r->c, ")");
    r->whole_lines = lines;
}

static void give_same(struct js_literals *r, struct span name, uint64_t line)
{
    char target[JS_NAME_LEN_MAX + 2] = "$";
    if (name.len > JS_NAME_LEN_MAX)
        return;
    span_copy(target + 1, sizeof target - 1, name);
    give(r, VALUE_SAME, (struct span){target, name.len + 1}, 0, line);
}

static bool read_word_value(struct js_literals *r, struct span name, uint64_t line)
{
    static const struct {
        const char *word;
        enum value_kind kind;
    } words[] = {{"true", VALUE_TRUE},
                 {"false", VALUE_FALSE},
                 {"null", VALUE_NULL},
                 {"undefined", VALUE_NULL}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_is(name, words[i].word)) {
            give(r, words[i].kind, name, 0, line);
            return true;
        }
    }
    return false;
}

/* A name, alone or called: defineConfig({...}), withA(withB)(config), require.resolve('./x'). */
static void read_name(struct js_literals *r)
{
    const char *from = r->c.p;
    uint64_t line = line_of(r, from);
    struct span name = js_take_name(&r->c);
    if (span_is(name, "await") || span_is(name, "new")) {
        js_skip_blanks(&r->c);
        js_literal_read(r);
        return;
    }
    const char *behind = r->c.p;
    if (js_literal_ends(r)) {
        if (!read_word_value(r, name, line))
            give_same(r, name, line);
        return;
    }
    r->c.p = behind;
    size_t path = r->tree.len;
    struct span called = name;
    for (;;) {
        js_skip_blanks(&r->c);
        if (js_take(&r->c, "?.") || js_take(&r->c, ".")) {
            js_skip_blanks(&r->c);
            called = js_take_name(&r->c);
        } else if (js_at(&r->c, '[')) {
            js_skip_brackets(&r->c);
        } else if (js_at(&r->c, '(')) {
            read_arguments(r, span_is(called, "from") || span_is(called, "map"));
        } else {
            break;
        }
    }
    config_tree_back(&r->tree, path);
    skip_rest(r);
    give(r, VALUE_OTHER, between(from, r->c.p), 0, line);
}

static void read_key_value(struct js_literals *r, struct span key)
{
    uint64_t line = line_of(r, key.p);
    size_t path = config_tree_key(&r->tree, key);
    js_skip_blanks(&r->c);
    if (js_take(&r->c, ":")) {
        js_skip_blanks(&r->c);
        js_literal_read(r);
    } else if (js_at(&r->c, '(')) { /* a method */
        js_skip_brackets(&r->c);
        skip_rest(r);
    } else if (js_at_any(&r->c, ",}") || r->c.p == r->c.end) {
        give_same(r, key, line);
    } else {
        skip_rest(r);
    }
    config_tree_back(&r->tree, path);
}

static void read_spread(struct js_literals *r)
{
    js_skip_blanks(&r->c);
    if (r->c.p < r->c.end && (js_is_name(*r->c.p) || js_at(&r->c, '{')) &&
        !js_literal_is_function(r))
        js_literal_read(r);
    skip_rest(r);
}

static void read_member(struct js_literals *r)
{
    struct span key;
    if (js_take(&r->c, "...")) {
        read_spread(r);
    } else if (js_at_any(&r->c, "\"'")) {
        key = js_take_string(&r->c);
        read_key_value(r, key);
    } else if (js_is_name(*r->c.p)) {
        key = js_take_name(&r->c);
        if (span_is(key, "get") || span_is(key, "set") || span_is(key, "async")) {
            js_skip_blanks(&r->c);
            if (r->c.p < r->c.end && js_is_name(*r->c.p)) {
                skip_rest(r);
                return;
            }
        }
        read_key_value(r, key);
    } else { /* [computed], *generator() */
        if (js_at_any(&r->c, "[({"))
            js_skip_brackets(&r->c);
        else
            js_skip_token(&r->c);
        skip_rest(r);
    }
}

/* At '{' or '['. */
static void read_container(struct js_literals *r)
{
    const char closing = *r->c.p++ == '{' ? '}' : ']';
    bool lines = r->whole_lines;
    r->whole_lines = false;
    r->depth++;
    for (unsigned i = 0; js_skip_blanks(&r->c), r->c.p < r->c.end && !js_at(&r->c, closing);) {
        const char *from = r->c.p;
        if (closing == '}') {
            read_member(r);
        } else if (js_take(&r->c, "...")) {
            read_spread(r);
            i++;
        } else {
            size_t path = config_tree_index(&r->tree, i++);
            js_literal_read(r);
            config_tree_back(&r->tree, path);
        }
        skip_rest(r);
        if (!js_take(&r->c, ",") && (r->c.p == from || !js_at(&r->c, closing)))
            r->c.p += r->c.p < r->c.end && !js_at(&r->c, closing);
    }
    if (r->c.p < r->c.end)
        r->c.p++;
    r->depth--;
    r->whole_lines = lines;
}

static void read_number_or_other(struct js_literals *r)
{
    const struct js_names names = {r, js_literal_number};
    const char *from = r->c.p;
    uint64_t line = line_of(r, from);
    double number;
    if (js_take_arithmetic(&r->c, &names, &number)) {
        const char *to = r->c.p;
        if (js_literal_ends(r)) {
            give(r, VALUE_NUMBER, between(from, to), number, line);
            return;
        }
        r->c.p = from;
    }
    if (js_at(&r->c, '(') && !js_literal_is_function(r)) { /* ({...}) */
        r->c.p++;
        js_skip_blanks(&r->c);
        js_literal_read(r);
        skip_rest(r);
        js_take(&r->c, ")");
        return;
    }
    if (r->c.p < r->c.end && js_is_name(*r->c.p) && !char_is_digit(*r->c.p)) {
        read_name(r);
        return;
    }
    skip_rest(r);
    give(r, VALUE_OTHER, between(from, r->c.p), 0, line);
}

static void read_text(struct js_literals *r)
{
    const char *from = r->c.p;
    uint64_t line = line_of(r, from);
    struct span text = {from, 0};
    bool known = true;
    if (js_at(&r->c, '`'))
        known = js_take_template(&r->c, &text);
    else
        text = js_take_string(&r->c);
    if (known && js_literal_ends(r)) {
        give(r, VALUE_TEXT, text, 0, line);
        return;
    }
    skip_rest(r);
    give(r, VALUE_OTHER, between(from, r->c.p), 0, line);
}

void js_literal_read(struct js_literals *r)
{
    if (r->failed || r->c.p == r->c.end)
        return;
    if (r->depth >= CONFIG_DEPTH_MAX) {
        skip_rest(r);
        return;
    }
    r->depth++;
    if (js_literal_is_function(r)) {
        skip_rest(r);
    } else if (js_at_any(&r->c, "{[")) {
        read_container(r);
        if (!js_literal_ends(r))
            skip_rest(r);
    } else if (js_at_any(&r->c, "\"'`")) {
        read_text(r);
    } else {
        read_number_or_other(r);
    }
    r->depth--;
}
