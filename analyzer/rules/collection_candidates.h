/* What module-collection looks at: large collections that the user's code or a package holds.
 */
#ifndef MORTEM_ANALYZER_RULES_COLLECTION_CANDIDATES_H
#define MORTEM_ANALYZER_RULES_COLLECTION_CANDIDATES_H

#include "analyzer/chain.h"
#include "analyzer/rules/collection_life.h"

enum collection_shape {
    SHAPE_ONE,   /* a Map, Set, array or object */
    SHAPE_PARTS, /* a few collections in one: Maps in a Map */
    SHAPE_LIST,  /* a linked list made by hand */
};

struct collection_candidate {
    uint32_t node;
    uint32_t part; /* the largest of the parts, or the first link; the node itself otherwise */
    enum collection_shape shape;
    uint64_t entries; /* of all parts together; links of a list */
    unsigned parts;
    uint32_t link_name; /* of a list, a string index */
    struct owner owner;
    enum script_kind kind; /* of the owner's script */
    struct collection_life life;
};

/* Fills the candidate for node n, whose owner tells whose it is. false: it is none. */
bool collection_candidate(struct rule_input *in, uint32_t n, struct collection_candidate *ret);

/* Does `outer` dominate `inner`? Looks a few hundred steps up: lists make deep trees. */
bool dominates(const struct heap *h, uint32_t outer, uint32_t inner);

/* Are both properties of the same name, or elements, in what one variable holds? */
bool same_place(const struct heap *h, const struct owner *a, const struct owner *b);

#endif
