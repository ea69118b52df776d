/* The small pieces of JavaScript's and TypeScript's text: blanks, comments, strings, templates,
 * regular expressions, brackets, and arithmetic with numbers.
 *
 * A cursor moves forward over text that may hold anything and end anywhere; nothing is read behind
 * its end, and every function that has something in front of it moves on.
 */
#ifndef MORTEM_PARSERS_JS_LEXER_H
#define MORTEM_PARSERS_JS_LEXER_H

#include "parsers/span.h"

struct js_cursor {
    const char *start, *p, *end;
};

/* The value of a name that stands in arithmetic. False: it is not known. */
struct js_names {
    void *ctx;
    bool (*number)(void *ctx, struct span name, double *ret);
};

static inline bool js_is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || char_is_digit(c) || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static inline bool js_at(const struct js_cursor *c, char what)
{
    return c->p < c->end && *c->p == what;
}

static inline bool js_at_any(const struct js_cursor *c, const char *set)
{
    return c->p < c->end && *c->p && strchr(set, *c->p);
}

bool js_starts(const struct js_cursor *c, const char *text);
bool js_take(struct js_cursor *c, const char *text);
/* Blanks and comments. True if a line ended among them. */
bool js_skip_blanks(struct js_cursor *c);
/* Letters, digits, _, $ and all that is not ASCII; empty if something else is there. */
struct span js_take_name(struct js_cursor *c);
/* At a quote, single or double: what is between, escapes as they stand. */
struct span js_take_string(struct js_cursor *c);
/* At a backtick. False if it has substitutions, or no end. */
bool js_take_template(struct js_cursor *c, struct span *ret);
/* One token, whatever it is; a regular expression is one. */
void js_skip_token(struct js_cursor *c);
/* At an opening bracket: behind the one that closes it. */
void js_skip_brackets(struct js_cursor *c);
/* To the ',' ';' or closing bracket that ends an expression; `line_ends`: or the line does. */
void js_skip_expression(struct js_cursor *c, bool line_ends);
/* The last character that is not blank in front of the cursor, 0 at the start. */
char js_before(const struct js_cursor *c);

/* 50 * 1024 ** 2, (1 << 30) / 2, 50_000_000, 0x10, 5e7, names that `names` knows (or NULL). Moves
 * only if it is one. */
bool js_take_arithmetic(struct js_cursor *c, const struct js_names *names, double *ret);

#endif
