/* Whole tables for machines, to be compared with cmp: what DevTools' engine says about every
 * node, class and change, as tab-separated values with one line of names; texts are JSON strings as
 * JSON.stringify() writes them. The statistics are a JSON object.
 *
 * A dump shows the contents of strings: that is what it is for.
 */
#ifndef MORTEM_REPORT_DUMP_H
#define MORTEM_REPORT_DUMP_H

#include "analyzer/heap.h"
#include "report/report.h"

struct dump_input {
    const struct heap *heap;
    const struct heap *base; /* what `heap` is compared with; NULL unless needs_base */
    const uint8_t *passes;   /* of a filter, by node; NULL: all */
};

struct dump {
    const char *name;
    const char *help;
    bool needs_base;
    bool takes_filter;
    /* Streams; fails for want of memory or if the sink does. */
    bool (*write)(const struct dump_input *in, const struct report_sink *sink, struct err *err);
};

extern const struct dump dumps[];

/* dumps[i].name, NULL behind the last. */
const char *dump_choice(size_t i);

#endif
