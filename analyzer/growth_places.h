/* Where a heap grew: its new objects by the variable that holds them.
 *
 * An object is new if its id is greater than all of an older heap of the same process; an
 * embedder's object, whose id tells nothing, if its dominator is. New bytes roll up the dominator
 * tree until they are a fixed share of all of them: the places where that happens are few, whatever
 * the heap, and for these an owner is looked for (analyzer/owner.h). Places of one variable are
 * one. What is spread too thin for a place of its own is told as a number.
 *
 * What a variable holds is followed through the snapshots by its id; if the variable was given
 * another object meanwhile, by the variable. So are collections through which a place may have
 * grown: those that its new objects are in, and those that share them with others.
 */
#ifndef MORTEM_ANALYZER_GROWTH_PLACES_H
#define MORTEM_ANALYZER_GROWTH_PLACES_H

#include "analyzer/owner.h"
#include "base/arena.h"

#define GROWTH_SNAPSHOTS_MAX 16
#define GROWTH_POINTS_MAX 512
#define GROWTH_CONTAINERS_MAX 256
#define GROWTH_FOLLOWED_MAX (GROWTH_POINTS_MAX + GROWTH_CONTAINERS_MAX)

struct growth_place {
    enum owner_kind kind;
    const char *holder; /* the variable; of OWNER_NONE what the place is: "function foo" */
    const char *script; /* where the variable is, "" if unknown */
    const char *what;   /* class of the object that is followed */
    uint32_t node_id;   /* of it */
    uint32_t node;      /* its ordinal in the heap */
    uint32_t owned;     /* ordinal of what the owner was found for */
    enum script_kind script_kind;
    uint64_t new_objects; /* with a size */
    uint64_t new_bytes;
    uint64_t grown_bytes; /* that objects got larger which were there already */
    uint64_t code_bytes;  /* of both, compiled code and what only that holds */
    uint32_t links;       /* objects of the same classes that hold the new ones in a row */
    bool has_entries;     /* what is followed is a collection */
    /* Of the followed objects, snapshot by snapshot; 0 where they are not there yet. */
    uint64_t retained_bytes[GROWTH_SNAPSHOTS_MAX];
    uint64_t entries[GROWTH_SNAPSHOTS_MAX];
};

/* A collection that was there before, through which a place may have grown. */
struct growth_container {
    uint32_t node; /* ordinal in the heap */
    size_t place;
    uint64_t entries[GROWTH_SNAPSHOTS_MAX];
};

/* An object that is followed through the snapshots: what a variable holds, or a container. */
struct followed {
    uint32_t node_id;     /* of it, or with `variable` of what holds it */
    const char *variable; /* name of the edge to it, NULL */
    enum edge_type edge;
    bool is_container; /* `place` is one of containers */
    size_t place;
};

struct growth_places {
    struct growth_place *all; /* in the arena */
    size_t count;
    struct growth_container containers[GROWTH_CONTAINERS_MAX];
    size_t container_count;
    struct followed followed[GROWTH_FOLLOWED_MAX];
    size_t followed_count;
    uint64_t new_objects, new_bytes, grown_bytes; /* of the whole heap */
    uint64_t held_objects, held_bytes;            /* of these, in the places */
};

/* Finds the places in `h`. `base_max_id` is the older heap's heap_max_js_id(), `grown` a column of
 * struct grown (analyzer/compare.h). Texts and rows are in the arena. Sweeps over the dominator
 * tree; columns of 13 bytes a node in the heap's store. */
bool growth_places_find(const struct heap *h, uint32_t base_max_id, const struct column *grown,
                        struct arena *arena, struct growth_places *ret,
                        struct err *err) WARN_UNUSED;

/* Fills in the followed objects' figures of one snapshot, of the same process: growth_follow.c. */
bool growth_places_measure(struct growth_places *g, const struct heap *h, size_t snapshot,
                           struct err *err) WARN_UNUSED;

#endif
