/* Scopes of JavaScript by its brackets: see js_scope.h. */
#include "parsers/js_scope.h"

#include <stdlib.h>

#define NONE SIZE_MAX

/* -- places -- */

/* Bytes of the line end at p, 0 if there is none: V8 counts four. */
static size_t line_end(struct span s)
{
    if (s.p[0] == '\n')
        return 1;
    if (s.p[0] == '\r')
        return s.len > 1 && s.p[1] == '\n' ? 2 : 1;
    return s.len > 2 && !memcmp(s.p, "\xe2\x80", 2) && ((unsigned char)s.p[2] & 0xfe) == 0xa8 ? 3
                                                                                              : 0;
}

/* UTF-16 units that begin with this byte: those of more than three bytes take two. */
static unsigned units_of(unsigned char c)
{
    return (c & 0xc0) == 0x80 ? 0 : c >= 0xf0 ? 2 : 1;
}

bool js_text_offset(struct span text, uint32_t line, uint32_t column, size_t *ret)
{
    size_t at = 0;
    for (uint32_t l = 0; l < line; l++) {
        size_t end = 0;
        while (at < text.len && !(end = line_end(span_from(text, at))))
            at++;
        if (!end)
            return false;
        at += end;
    }
    uint64_t units = 0;
    for (; at < text.len && units < column; at++) {
        if (line_end(span_from(text, at)))
            return false;
        units += units_of((unsigned char)text.p[at]);
    }
    while (at < text.len && (text.p[at] & 0xc0) == 0x80)
        at++;
    *ret = at;
    return units >= column;
}

void js_text_place(struct span text, size_t offset, uint32_t *ret_line, uint32_t *ret_column)
{
    uint32_t line = 0, column = 0;
    for (size_t at = 0; at < offset && at < text.len;) {
        size_t end = line_end(span_from(text, at));
        line += end != 0;
        column = end ? 0 : column + units_of((unsigned char)text.p[at]);
        at += end ? end : 1;
    }
    *ret_line = line;
    *ret_column = column;
}

/* -- tokens -- */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || char_is_digit(c) || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static struct span word_at(struct span text, size_t at)
{
    size_t len = 0;
    while (at + len < text.len && is_name_char(text.p[at + len]))
        len++;
    return (struct span){text.p + at, len};
}

static bool is_one_of(struct span word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_is(word, words[i]))
            return true;
    }
    return false;
}

struct span js_identifier_at(struct span text, size_t offset)
{
    static const char *const before[] = {"const", "let",    "var",    "class",   "function",
                                         "async", "export", "static", "default", "new"};
    enum { WORDS = 5 };
    for (unsigned i = 0; i < WORDS && offset < text.len; i++) {
        struct span word = word_at(text, offset);
        if (!word.len || char_is_digit(*word.p))
            break;
        if (!is_one_of(word, before, ARRAY_LEN(before)))
            return word;
        offset += word.len;
        while (offset < text.len && (text.p[offset] == ' ' || text.p[offset] == '\n'))
            offset++;
    }
    return (struct span){text.p, 0};
}

enum bracket { BRACKET_BLOCK, BRACKET_FUNCTION, BRACKET_ROUND, BRACKET_SQUARE, BRACKET_TEMPLATE };

/* What was declared, and whether a list of declarations is open: `let a = 1, b`. */
struct scope {
    enum bracket kind;
    bool control; /* of a round one: it belongs to `if`, `for` ... */
    bool declares, declares_var;
    size_t start;
    size_t declared; /* NONE: not in it */
};

struct scan {
    struct span text, name;
    size_t at, seen_from;
    struct scope *open;
    size_t count, cap;
    struct span last;   /* the last token's text */
    bool after_value;   /* a slash divides */
    bool after_control; /* the last token closed the head of `if`, `for` ... */
    size_t found;
};

static bool push_scope(struct scan *s, enum bracket kind)
{
    if (s->count == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 64;
        struct scope *open = realloc(s->open, cap * sizeof *open);
        if (!open)
            return false;
        s->open = open;
        s->cap = cap;
    }
    s->open[s->count++] = (struct scope){.kind = kind, .start = s->at, .declared = NONE};
    return true;
}

/* The first scope that is closed behind the place, was open there and declares the name. */
static void close_scope(struct scan *s)
{
    struct scope *top = &s->open[s->count - 1];
    if (top->start <= s->seen_from && s->seen_from < s->at && top->declared != NONE &&
        s->found == NONE)
        s->found = top->declared;
    s->after_control = top->kind == BRACKET_ROUND && top->control;
    /* The bottom one is the file: a bracket too many does not close it. */
    s->count -= s->count > 1;
}

static struct scope *block_of(struct scan *s, bool function)
{
    size_t i = s->count - 1;
    while (i > 0 &&
           (s->open[i].kind > BRACKET_FUNCTION || (function && s->open[i].kind == BRACKET_BLOCK)))
        i--;
    return &s->open[i];
}

static void declare(struct scan *s, struct span word, bool var)
{
    struct scope *scope = block_of(s, var);
    bool is_it = word.len == s->name.len && !memcmp(word.p, s->name.p, word.len);
    if (is_it && scope->declared == NONE)
        scope->declared = (size_t)(word.p - s->text.p);
}

static void take_word(struct scan *s, struct span word)
{
    static const char *const operators[] = {"return", "typeof", "case",       "in",   "of",
                                            "delete", "void",   "throw",      "new",  "else",
                                            "do",     "yield",  "instanceof", "await"};
    struct scope *top = &s->open[s->count - 1];
    bool member = span_is(s->last, ".") || span_is(s->last, "?.");
    bool keyword = span_is(word, "let") || span_is(word, "const") || span_is(word, "var");
    if (!member && (span_is(s->last, "let") || span_is(s->last, "const") ||
                    span_is(s->last, "var") || (top->declares && span_is(s->last, ","))))
        declare(s, word, top->declares_var);
    else if (!member && (span_is(s->last, "function") || span_is(s->last, "class")))
        declare(s, word, false);
    if (!member && keyword) {
        top->declares = true;
        top->declares_var = span_is(word, "var");
    }
    s->after_value = member || !is_one_of(word, operators, ARRAY_LEN(operators));
    s->last = word;
    s->at += word.len;
}

/* Behind the closing quote; a line's end ends a string that is not closed. */
static void skip_string(struct scan *s, char quote)
{
    for (s->at++; s->at < s->text.len && s->text.p[s->at] != quote; s->at++) {
        if (s->text.p[s->at] == '\n')
            return;
        s->at += s->text.p[s->at] == '\\';
    }
    s->at++;
}

static void skip_pattern(struct scan *s)
{
    bool in_class = false;
    for (s->at++; s->at < s->text.len && s->text.p[s->at] != '\n'; s->at++) {
        char c = s->text.p[s->at];
        if (c == '\\')
            s->at++;
        else if (c == '[')
            in_class = true;
        else if (c == ']')
            in_class = false;
        else if (c == '/' && !in_class)
            break;
    }
    s->at++;
}

/* The text of a template up to its end or to "${", which opens a scope. */
static bool take_template(struct scan *s)
{
    for (; s->at < s->text.len; s->at++) {
        char c = s->text.p[s->at];
        if (c == '\\') {
            s->at++;
        } else if (c == '`') {
            s->at++;
            s->after_value = true;
            return true;
        } else if (c == '$' && s->at + 1 < s->text.len && s->text.p[s->at + 1] == '{') {
            s->at += 2;
            s->after_value = false;
            return push_scope(s, BRACKET_TEMPLATE);
        }
    }
    return true;
}

static bool take_slash(struct scan *s)
{
    struct span rest = span_from(s->text, s->at);
    size_t end;
    if (span_starts(rest, "//")) {
        end = span_find(rest, "\n");
        s->at += end == SPAN_NONE ? rest.len : end;
    } else if (span_starts(rest, "/*")) {
        end = span_find(span_from(rest, 2), "*/");
        s->at += end == SPAN_NONE ? rest.len : end + 4;
    } else if (s->after_value && !s->after_control) {
        s->last = span_head(rest, 1);
        s->at++;
        s->after_value = false;
    } else {
        skip_pattern(s);
        s->last = span_head(rest, 1);
        s->after_value = true;
    }
    return true;
}

static bool is_control(struct span word)
{
    static const char *const words[] = {"if", "for", "while", "switch", "catch", "with", "await"};
    return is_one_of(word, words, ARRAY_LEN(words));
}

static bool take_opening(struct scan *s, char c)
{
    bool function = span_is(s->last, "=>") || (span_is(s->last, ")") && !s->after_control) ||
                    span_is(s->last, "static");
    bool control = c == '(' && is_control(s->last);
    if (!push_scope(s, c == '('   ? BRACKET_ROUND
                       : c == '[' ? BRACKET_SQUARE
                       : function ? BRACKET_FUNCTION
                                  : BRACKET_BLOCK))
        return false;
    s->open[s->count - 1].control = control;
    s->after_value = false;
    return true;
}

static bool take_closing(struct scan *s, char c)
{
    bool template = c == '}' && s->open[s->count - 1].kind == BRACKET_TEMPLATE;
    close_scope(s);
    s->after_value = true;
    s->last = span_head(span_from(s->text, s->at), 1);
    s->at++;
    return !template || take_template(s);
}

static bool take_sign(struct scan *s, char c)
{
    struct span rest = span_from(s->text, s->at);
    if (strchr("([{", c)) {
        if (!take_opening(s, c))
            return false;
    } else if (strchr(")]}", c)) {
        return take_closing(s, c);
    } else if (c == ';') {
        s->open[s->count - 1].declares = false;
    }
    size_t len = span_starts(rest, "=>") || span_starts(rest, "?.") ? 2 : 1;
    s->last = span_head(rest, len);
    s->after_value = false;
    s->at += len;
    return true;
}

static bool take_token(struct scan *s)
{
    char c = s->text.p[s->at];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
        s->at++;
        return true;
    }
    if (c == '/')
        return take_slash(s);
    if (c == '"' || c == '\'') {
        s->last = span_head(span_from(s->text, s->at), 1);
        skip_string(s, c);
        s->after_value = true;
    } else if (c == '`') {
        s->last = span_head(span_from(s->text, s->at), 1);
        s->at++;
        if (!take_template(s))
            return false;
    } else if (is_name_char(c) || c == '#') {
        struct span word =
            c == '#' ? span_head(span_from(s->text, s->at), 1) : word_at(s->text, s->at);
        take_word(s, word);
    } else {
        return take_sign(s, c);
    }
    s->after_control = false;
    return true;
}

bool js_scope_declaration(struct span text, size_t at, struct span name, size_t *ret)
{
    struct scan s = {.text = text, .name = name, .seen_from = at, .found = NONE};
    bool ok = name.len && push_scope(&s, BRACKET_FUNCTION);
    while (ok && s.at < text.len && s.found == NONE)
        ok = take_token(&s);
    s.at = text.len;
    while (ok && s.found == NONE && s.count > 1) {
        s.at = text.len + 1;
        close_scope(&s);
    }
    if (ok && s.found == NONE)
        s.found = s.open[0].declared;
    free(s.open);
    if (s.found != NONE)
        *ret = s.found;
    return ok && s.found != NONE;
}
