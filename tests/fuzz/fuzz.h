/* What a fuzz target is: the entry point of libFuzzer, and inputs to begin with.
 *
 * Linked with fuzz_main.c it is a program of its own that runs a given number of mutations, always
 * the same ones, with any compiler: part of the test suite. Built by clang with -fsanitize=fuzzer,
 * and without fuzz_main.c, it is a libFuzzer program. A property that does not hold aborts.
 */
#ifndef MORTEM_TESTS_FUZZ_H
#define MORTEM_TESTS_FUZZ_H

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Input `index` of endlessly many, appended to `b`; the same index, the same input. */
void fuzz_seed(unsigned index, struct buf *b);

/* Words that mean something in the target's inputs; NULL ends them. */
extern const char *const fuzz_words[];

#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_fail(__FILE__, __LINE__, #condition);                                             \
    } while (0)

static inline void fuzz_fail(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

#endif
