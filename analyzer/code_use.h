/* What the code that can reach a collection did to it: did a function that ran call `push` or `set`
 * there, or `shift` or `delete`?
 *
 * V8 compiles a function when it is first called, and a call site that ran more than a few times
 * remembers what it called. So what stands in a function's feedback was called, and the constants
 * of a function that has none yet say what it may call. Functions that never ran, or not for long,
 * have neither and say nothing.
 */
#ifndef MORTEM_ANALYZER_CODE_USE_H
#define MORTEM_ANALYZER_CODE_USE_H

#include "analyzer/js.h"

struct code_use {
    unsigned functions; /* that ran and tell */
    bool adds;
    bool removes;
    bool hands_out; /* a function does nothing but return a variable: others may use it */
    uint32_t adder; /* the function that adds, NO_NODE if none was seen */
    uint32_t remover;
    unsigned budget; /* of functions and contexts that may still be looked at */
};

void code_use_init(struct code_use *use);

/* Adds what functions do whose variables are `context`'s, or those of a block inside of it, and
 * what a single function does, to any collection of this kind. */
void code_use_of_context(const struct js *js, uint32_t context, enum collection kind,
                         struct code_use *use);
void code_use_of_closure(const struct js *js, uint32_t closure, enum collection kind,
                         struct code_use *use);
/* The methods of n's class, and what they share. */
void code_use_of_methods(const struct js *js, uint32_t n, enum collection kind,
                         struct code_use *use);

#endif
