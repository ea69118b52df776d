/* What is odd about a snapshot and does not stop its analysis: counted while it is loaded, told
 * afterwards, so that no number is wrong in silence.
 */
#ifndef MORTEM_ANALYZER_ODDITIES_H
#define MORTEM_ANALYZER_ODDITIES_H

#include "base/buf.h"

enum oddity_kind {
    ODD_ID_TWICE,   /* value: the id */
    ODD_ID_WIDE,    /* over 32 bits: the lower 32 are kept, as DevTools does */
    ODD_NODE_NAME,  /* the string is not there: the name is empty */
    ODD_EDGE_NAME,  /* the same */
    ODD_EDGE_INDEX, /* over 32 bits: the index is not kept */
    ODD_LOCATION,   /* of no node or over 32 bits: left out */
    ODDITY_COUNT,
};

struct oddities {
    struct oddity {
        uint64_t count;
        uint64_t row, value; /* of the first: its row in its section */
    } found[ODDITY_COUNT];
    char unknown[256]; /* fields and types of the header that mortem knows nothing of */
};

static inline void oddity_note(struct oddities *o, enum oddity_kind kind, uint64_t row,
                               uint64_t value)
{
    struct oddity *f = &o->found[kind];
    if (!f->count++)
        *f = (struct oddity){.count = 1, .row = row, .value = value};
}

/* One sentence of all that there is, false if there is nothing. */
bool oddities_describe(const struct oddities *o, struct buf *b);

#endif
