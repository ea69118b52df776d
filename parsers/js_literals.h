/* Values of JavaScript's text, inside of js_object_read(): see js_object.h.
 */
#ifndef MORTEM_PARSERS_JS_LITERALS_H
#define MORTEM_PARSERS_JS_LITERALS_H

#include "parsers/config_tree.h"
#include "parsers/js_lexer.h"

#define JS_NUMBERS_MAX 32
#define JS_BLOCKS_MAX 64
#define JS_NAME_LEN_MAX 64

struct js_literals {
    struct js_cursor c;
    struct config_tree tree;
    struct err *err;
    bool failed; /* the sink did */
    const char *counted;
    uint64_t line; /* of `counted` */
    unsigned depth;
    bool whole_lines; /* a statement's value: the end of the line may end it */
    struct {
        struct span name;
        double value;
    } numbers[JS_NUMBERS_MAX]; /* variables that are one */
    size_t number_count;
    /* Where the values returned in a block belong: "" for the root. */
    char returns[JS_BLOCKS_MAX][JS_NAME_LEN_MAX + 2];
    unsigned blocks;
    char function[JS_NAME_LEN_MAX + 2]; /* the one whose block comes next */
    bool has_function;
};

/* What is at the cursor, given at the tree's path; the cursor ends where the value does. */
void js_literal_read(struct js_literals *r);

/* A function or an arrow function? */
bool js_literal_is_function(const struct js_literals *r);

/* Behind a value, past `as const` and `satisfies Config`: does it end here? */
bool js_literal_ends(struct js_literals *r);

/* Passes over the type of a variable. */
void js_literal_skip_type(struct js_literals *r);

/* Variables that are numbers, by name: `ctx` is the reader. */
bool js_literal_number(void *ctx, struct span name, double *ret);

#endif
