/* Object literals out of scripts, statement by statement: see js_object.h. */
#include "parsers/js_object.h"

#include "parsers/js_literals.h"

static void set_target(char *ret, struct span variable)
{
    ret[0] = '\0';
    if (variable.len && variable.len <= JS_NAME_LEN_MAX) {
        ret[0] = '$';
        span_copy(ret + 1, JS_NAME_LEN_MAX + 1, variable);
    }
}

static void keep_number(struct js_literals *r, struct span name, double value)
{
    if (r->number_count == JS_NUMBERS_MAX)
        return;
    r->numbers[r->number_count].name = name;
    r->numbers[r->number_count++].value = value;
}

/* The value of a statement, at the path that is set. A function is not passed over: what it returns
 * is the value. */
static void read_statement_value(struct js_literals *r, struct span variable)
{
    const struct js_names names = {r, js_literal_number};
    struct js_cursor before;
    double number;
    js_skip_blanks(&r->c);
    if (r->c.p == r->c.end)
        return;
    if (js_literal_is_function(r)) {
        set_target(r->function, variable);
        r->has_function = true;
        return;
    }
    before = r->c;
    r->whole_lines = true;
    if (variable.len && js_take_arithmetic(&r->c, &names, &number) && js_literal_ends(r))
        keep_number(r, variable, number);
    r->c = before;
    js_literal_read(r);
    r->whole_lines = false;
}

static void read_at(struct js_literals *r, const char *target)
{
    size_t path = config_tree_key(&r->tree, (struct span){target, strlen(target)});
    read_statement_value(r, (struct span){NULL, 0});
    config_tree_back(&r->tree, path);
}

static const char *returned_to(const struct js_literals *r)
{
    return r->returns[r->blocks < JS_BLOCKS_MAX ? r->blocks : JS_BLOCKS_MAX - 1];
}

/* `const name: Type = value` */
static void read_declaration(struct js_literals *r)
{
    js_skip_blanks(&r->c);
    struct span name = js_take_name(&r->c);
    if (!name.len) {
        if (js_at_any(&r->c, "{["))
            js_skip_brackets(&r->c);
        return;
    }
    js_skip_blanks(&r->c);
    if (js_take(&r->c, ":"))
        js_literal_skip_type(r);
    js_skip_blanks(&r->c);
    if (!js_at(&r->c, '=') || js_starts(&r->c, "=>") || js_starts(&r->c, "=="))
        return;
    r->c.p++;
    char target[JS_NAME_LEN_MAX + 2];
    set_target(target, name);
    size_t path = config_tree_key(&r->tree, (struct span){target, strlen(target)});
    read_statement_value(r, name);
    config_tree_back(&r->tree, path);
}

/* `module.exports`, `exports.default` and `exports` are the root; others are variables. */
static void enter_name(struct js_literals *r, struct span name, unsigned part, bool *root)
{
    char target[JS_NAME_LEN_MAX + 2];
    if (part == 0) {
        *root = span_is(name, "module") || span_is(name, "exports");
        set_target(target, name);
        if (!*root)
            config_tree_key(&r->tree, (struct span){target, strlen(target)});
    } else if (!*root || part > 1 || !(span_is(name, "exports") || span_is(name, "default"))) {
        config_tree_key(&r->tree, name);
    }
}

/* `name.key.key = value`, or anything else that begins with a name. */
static void read_assignment(struct js_literals *r)
{
    size_t path = r->tree.len;
    struct span first = {NULL, 0};
    unsigned parts = 0;
    bool root = false;
    for (;;) {
        struct span name = js_take_name(&r->c);
        if (!name.len)
            break;
        first = parts ? first : name;
        enter_name(r, name, parts++, &root);
        const char *behind = r->c.p;
        js_skip_blanks(&r->c);
        if (!js_take(&r->c, ".")) {
            r->c.p = behind;
            break;
        }
        js_skip_blanks(&r->c);
    }
    js_skip_blanks(&r->c);
    bool plain = js_at(&r->c, '=') && !js_starts(&r->c, "=>") && !js_starts(&r->c, "==");
    if (plain && parts) {
        r->c.p++;
        r->tree.setting.assigned = r->tree.len > path && parts > 1;
        read_statement_value(r, parts == 1 && !root ? first : (struct span){NULL, 0});
        r->tree.setting.assigned = false;
    }
    config_tree_back(&r->tree, path);
}

static void read_word(struct js_literals *r)
{
    const char *from = r->c.p;
    struct span word = js_take_name(&r->c);
    if (span_is(word, "return")) {
        if (!js_skip_blanks(&r->c))
            read_at(r, returned_to(r));
    } else if (span_is(word, "const") || span_is(word, "let") || span_is(word, "var")) {
        read_declaration(r);
    } else if (span_is(word, "default") && !js_starts(&r->c, ":")) {
        read_at(r, "");
    } else if (span_is(word, "function")) {
        js_skip_blanks(&r->c);
        struct span name = js_take_name(&r->c);
        if (name.len) {
            set_target(r->function, name);
            r->has_function = true;
        }
    } else {
        r->c.p = from;
        read_assignment(r);
    }
}

static void open_block(struct js_literals *r)
{
    char before = js_before(&r->c);
    const char *outer = returned_to(r);
    r->blocks++;
    if (r->blocks >= JS_BLOCKS_MAX)
        return;
    if (r->has_function && (before == ')' || before == '>')) {
        memcpy(r->returns[r->blocks], r->function, sizeof r->function);
        r->has_function = false;
    } else {
        memmove(r->returns[r->blocks], outer, sizeof r->function);
    }
}

static void read_arrow(struct js_literals *r)
{
    js_skip_blanks(&r->c);
    if (!r->has_function || js_at(&r->c, '{'))
        return;
    char target[JS_NAME_LEN_MAX + 2];
    memcpy(target, r->function, sizeof target);
    r->has_function = false;
    read_at(r, target);
}

static void read_statements(struct js_literals *r)
{
    while (!r->failed && (js_skip_blanks(&r->c), r->c.p < r->c.end)) {
        if (js_is_name(*r->c.p)) {
            read_word(r);
        } else if (js_take(&r->c, "=>")) {
            read_arrow(r);
        } else if (js_at(&r->c, '{')) {
            open_block(r);
            r->c.p++;
        } else if (js_at(&r->c, '}')) {
            r->blocks -= r->blocks > 0;
            r->c.p++;
        } else {
            js_skip_token(&r->c);
        }
    }
}

bool js_object_read(struct span text, const char *file, enum config_kind source,
                    const struct setting_sink *sink, struct err *err)
{
    struct js_literals r = {.c = {text.p, text.p, text.p + text.len}, .err = err};
    r.tree.sink = sink;
    r.tree.setting.source = source;
    r.tree.setting.file = file;
    r.counted = text.p;
    r.line = 1;
    read_statements(&r);
    return !r.failed;
}
