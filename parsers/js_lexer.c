/* Tokens of JavaScript and arithmetic: see js_lexer.h. */
#include "parsers/js_lexer.h"

#include <math.h>
#include <stdlib.h>

#define NESTED_MAX 16 /* templates in templates, brackets in arithmetic */

bool js_starts(const struct js_cursor *c, const char *text)
{
    return span_starts((struct span){c->p, (size_t)(c->end - c->p)}, text);
}

bool js_take(struct js_cursor *c, const char *text)
{
    if (!js_starts(c, text))
        return false;
    c->p += strlen(text);
    return true;
}

static void skip_to(struct js_cursor *c, const char *closing)
{
    const char *to = memmem(c->p, (size_t)(c->end - c->p), closing, strlen(closing));
    c->p = to ? to + strlen(closing) : c->end;
}

bool js_skip_blanks(struct js_cursor *c)
{
    const char *from = c->p;
    for (;;) {
        while (c->p < c->end && (char_is_space(*c->p) || *c->p == '\n' || *c->p == '\r'))
            c->p++;
        if (js_starts(c, "\xef\xbb\xbf"))
            c->p += 3;
        else if (js_starts(c, "//"))
            skip_to(c, "\n");
        else if (js_take(c, "/*"))
            skip_to(c, "*/");
        else
            return memchr(from, '\n', (size_t)(c->p - from)) != NULL;
    }
}

struct span js_take_name(struct js_cursor *c)
{
    const char *from = c->p;
    while (c->p < c->end && js_is_name(*c->p))
        c->p++;
    return (struct span){from, (size_t)(c->p - from)};
}

struct span js_take_string(struct js_cursor *c)
{
    char quote = *c->p++;
    const char *from = c->p;
    while (c->p < c->end && *c->p != quote && *c->p != '\n')
        c->p += *c->p == '\\' && c->end - c->p > 1 ? 2 : 1;
    struct span s = {from, (size_t)(c->p - from)};
    if (js_at(c, quote))
        c->p++;
    return s;
}

static bool skip_template(struct js_cursor *c, unsigned nested, bool *ret_plain);

/* Behind "${": to the brace that closes it. */
static void skip_substitution(struct js_cursor *c, unsigned nested)
{
    unsigned open = 1;
    bool plain;
    while (c->p < c->end && open) {
        char at = *c->p;
        if (at == '`') {
            if (nested < NESTED_MAX)
                skip_template(c, nested + 1, &plain);
            else
                c->p = c->end;
            continue;
        }
        if (at == '"' || at == '\'') {
            js_take_string(c);
            continue;
        }
        open += at == '{';
        open -= at == '}';
        c->p++;
    }
}

static bool skip_template(struct js_cursor *c, unsigned nested, bool *ret_plain)
{
    *ret_plain = true;
    c->p++;
    while (c->p < c->end && *c->p != '`') {
        if (js_take(c, "${")) {
            *ret_plain = false;
            skip_substitution(c, nested);
        } else {
            c->p += *c->p == '\\' && c->end - c->p > 1 ? 2 : 1;
        }
    }
    return js_take(c, "`");
}

bool js_take_template(struct js_cursor *c, struct span *ret)
{
    const char *from = c->p + 1;
    bool plain;
    if (!skip_template(c, 0, &plain) || !plain)
        return false;
    *ret = (struct span){from, (size_t)(c->p - 1 - from)};
    return true;
}

char js_before(const struct js_cursor *c)
{
    const char *p = c->p;
    while (p > c->start && (char_is_space(p[-1]) || p[-1] == '\n' || p[-1] == '\r'))
        p--;
    return p > c->start ? p[-1] : '\0';
}

/* A slash begins a regular expression where a value may stand; it ends on its line. */
static bool skip_regexp(struct js_cursor *c)
{
    char before = js_before(c);
    bool in_class = false;
    if (before && !strchr("(,=:[!&|?{};+-*%<>~^", before))
        return false;
    for (const char *p = c->p + 1; p < c->end && *p != '\n'; p++) {
        if (*p == '\\') {
            p++;
        } else if (*p == '/' && !in_class) {
            c->p = p + 1;
            js_take_name(c);
            return true;
        } else {
            in_class = *p == '[' || (in_class && *p != ']');
        }
    }
    return false;
}

void js_skip_token(struct js_cursor *c)
{
    bool plain;
    if (c->p == c->end)
        return;
    if (*c->p == '"' || *c->p == '\'')
        js_take_string(c);
    else if (*c->p == '`')
        skip_template(c, 0, &plain);
    else if (js_is_name(*c->p))
        js_take_name(c);
    else if (*c->p != '/' || !skip_regexp(c))
        c->p++;
}

void js_skip_brackets(struct js_cursor *c)
{
    size_t open = 0;
    do {
        js_skip_blanks(c);
        if (c->p == c->end)
            return;
        open += *c->p == '{' || *c->p == '[' || *c->p == '(';
        open -= *c->p == '}' || *c->p == ']' || *c->p == ')';
        js_skip_token(c);
    } while (open);
}

void js_skip_expression(struct js_cursor *c, bool line_ends)
{
    for (;;) {
        const char *from = c->p;
        bool line = js_skip_blanks(c);
        if (c->p == c->end || js_at_any(c, ",;)]}"))
            return;
        if (line && line_ends) {
            c->p = from;
            return;
        }
        if (js_at_any(c, "{[("))
            js_skip_brackets(c);
        else
            js_skip_token(c);
    }
}

/* -- arithmetic -- */

struct sum {
    struct js_cursor at;
    const struct js_names *names;
    unsigned nested;
};

static bool take_shifted(struct sum *s, double *ret);

/* Digits with _ between them; strtod() and strtoull() want a text of their own. */
static bool take_literal(struct sum *s, double *ret)
{
    struct js_cursor *c = &s->at;
    char text[40];
    size_t len = 0;
    const char *from = c->p;
    bool hex = js_starts(c, "0x") || js_starts(c, "0X");
    for (; c->p < c->end && len < sizeof text - 1; c->p++) {
        char at = *c->p;
        bool sign = (at == '+' || at == '-') && !hex && c->p > from && strchr("eE", c->p[-1]);
        if (at != '_' && at != '.' && !sign && !js_is_name(at))
            break;
        if (at != '_')
            text[len++] = at;
    }
    text[len] = '\0';
    char *end;
    *ret = hex ? (double)strtoull(text, &end, 16) : strtod(text, &end);
    bool known = !*end && end > text && isfinite(*ret) && (hex || !strpbrk(text, "xXpPnN"));
    return known && (c->p == c->end || !js_is_name(*c->p));
}

static bool take_name_value(struct sum *s, double *ret)
{
    struct span name = js_take_name(&s->at);
    return name.len && s->names && s->names->number(s->names->ctx, name, ret) &&
           !js_at(&s->at, '.');
}

static bool take_primary(struct sum *s, double *ret)
{
    struct js_cursor *c = &s->at;
    js_skip_blanks(c);
    if (c->p == c->end || s->nested >= NESTED_MAX)
        return false;
    if (char_is_digit(*c->p) || (*c->p == '.' && c->end - c->p > 1 && char_is_digit(c->p[1])))
        return take_literal(s, ret);
    if (*c->p != '(' && *c->p != '-')
        return take_name_value(s, ret);
    bool minus = *c->p++ == '-';
    s->nested++;
    bool ok = minus ? take_primary(s, ret) : take_shifted(s, ret);
    s->nested--;
    if (minus) {
        *ret = -*ret;
        return ok;
    }
    js_skip_blanks(c);
    return ok && js_take(c, ")");
}

static bool take_power(struct sum *s, double *ret)
{
    double exponent;
    if (!take_primary(s, ret))
        return false;
    struct js_cursor before = s->at;
    js_skip_blanks(&s->at);
    if (!js_take(&s->at, "**")) {
        s->at = before;
        return true;
    }
    if (!take_primary(s, &exponent))
        return false;
    *ret = pow(*ret, exponent);
    return true;
}

/* The operator that comes next and is among `operators`, each one character; 0: none. */
static char take_operator(struct sum *s, const char *operators)
{
    struct js_cursor before = s->at;
    js_skip_blanks(&s->at);
    char c = s->at.p < s->at.end ? *s->at.p : '\0';
    if (c && strchr(operators, c)) {
        s->at.p++;
        return c;
    }
    s->at = before;
    return '\0';
}

static bool take_product(struct sum *s, double *ret)
{
    double factor;
    if (!take_power(s, ret))
        return false;
    for (char op; (op = take_operator(s, "*/%"));) {
        if (!take_power(s, &factor))
            return false;
        *ret = op == '*' ? *ret * factor : op == '/' ? *ret / factor : fmod(*ret, factor);
    }
    return true;
}

static bool take_added(struct sum *s, double *ret)
{
    double other;
    if (!take_product(s, ret))
        return false;
    for (char op; (op = take_operator(s, "+-"));) {
        if (!take_product(s, &other))
            return false;
        *ret += op == '+' ? other : -other;
    }
    return true;
}

static bool take_shifted(struct sum *s, double *ret)
{
    double by;
    if (!take_added(s, ret))
        return false;
    for (;;) {
        struct js_cursor before = s->at;
        js_skip_blanks(&s->at);
        if (!js_take(&s->at, "<<")) {
            s->at = before;
            return true;
        }
        if (!take_added(s, &by) || by < 0 || by > 40)
            return false;
        *ret = ldexp(*ret, (int)by);
    }
}

bool js_take_arithmetic(struct js_cursor *c, const struct js_names *names, double *ret)
{
    struct sum s = {.at = *c, .names = names};
    double value = 0;
    if (!take_shifted(&s, &value) || !isfinite(value))
        return false;
    *c = s.at;
    *ret = value;
    return true;
}
