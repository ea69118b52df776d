/* What is odd about a snapshot: see oddities.h. */
#include "analyzer/oddities.h"

static const struct {
    const char *one, *many, *section, *value;
} texts[ODDITY_COUNT] = {
    [ODD_ID_TWICE] = {"node has the id of another", "nodes have ids of others", "nodes", "id"},
    [ODD_ID_WIDE] = {"id is over 32 bits and cut to them", "ids are over 32 bits and cut to them",
                     "nodes", "id"},
    [ODD_NODE_NAME] = {"node has a name that is not among the strings",
                       "nodes have names that are not among the strings", "nodes", "string"},
    [ODD_EDGE_NAME] = {"edge has a name that is not among the strings",
                       "edges have names that are not among the strings", "edges", "string"},
    [ODD_EDGE_INDEX] = {"index of an edge is over 32 bits and unknown",
                        "indexes of edges are over 32 bits and unknown", "edges", NULL},
    [ODD_LOCATION] = {"location is of no node or over 32 bits and left out",
                      "locations are of no node or over 32 bits and left out", "locations",
                      "object_index"},
};

bool oddities_describe(const struct oddities *o, struct buf *b)
{
    size_t before = b->len;
    for (size_t k = 0; k < ODDITY_COUNT; k++) {
        const struct oddity *f = &o->found[k];
        if (!f->count)
            continue;
        buf_printf(b, "%s%llu %s, %srow %llu of \"%s\"", b->len > before ? "; " : "",
                   (unsigned long long)f->count, f->count == 1 ? texts[k].one : texts[k].many,
                   f->count == 1 ? "" : "first ", (unsigned long long)f->row, texts[k].section);
        if (texts[k].value)
            buf_printf(b, " (%s %llu)", texts[k].value, (unsigned long long)f->value);
    }
    if (o->unknown[0])
        buf_printf(b, "%sthe header has what this version does not know: %s",
                   b->len > before ? "; " : "", o->unknown);
    return b->len > before;
}
