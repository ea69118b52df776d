/* Where a heap grew: its new objects by the variable that holds them.
 *
 * An object is new if its id is greater than all of an older heap of the same process; an
 * embedder's object, whose id tells nothing, if its dominator is. New bytes roll up the dominator
 * tree until they are a fixed share of all of them: the places where that happens are few, whatever
 * the heap, and for these an owner is looked for (analyzer/owner.h). Places of one variable are
 * one. What is spread too thin for a place of its own is told as a number.
 */
#ifndef MORTEM_ANALYZER_GROWTH_PLACES_H
#define MORTEM_ANALYZER_GROWTH_PLACES_H

#include "analyzer/owner.h"
#include "base/arena.h"

#define GROWTH_SNAPSHOTS_MAX 16
#define GROWTH_POINTS_MAX 512

struct growth_place {
    enum owner_kind kind;
    const char *holder;   /* the variable; of OWNER_NONE what the place is: "function foo" */
    const char *script;   /* where the variable is, "" if unknown */
    const char *what;     /* class of the object that is followed */
    uint32_t node_id;     /* of it */
    uint64_t new_objects; /* with a size */
    uint64_t new_bytes;
    uint64_t grown_bytes; /* that objects got larger which were there already */
    bool has_entries;     /* what is followed is a collection */
    /* Of the followed objects, snapshot by snapshot; 0 where they are not there yet. */
    uint64_t retained_bytes[GROWTH_SNAPSHOTS_MAX];
    uint64_t entries[GROWTH_SNAPSHOTS_MAX];
};

/* An object that is followed through the snapshots: what a variable holds. */
struct followed {
    uint32_t node_id;
    size_t place;
};

struct growth_places {
    struct growth_place *all; /* in the arena */
    size_t count;
    struct followed followed[GROWTH_POINTS_MAX];
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

/* Fills in the followed objects' figures of one snapshot, of the same process. */
bool growth_places_measure(struct growth_places *g, const struct heap *h, size_t snapshot,
                           struct err *err) WARN_UNUSED;

#endif
