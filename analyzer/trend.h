/* What grew from snapshot to snapshot: by class, and by the variable that holds it.
 *
 * Snapshots are given oldest first. The newest stays, the others are read one after the other and
 * compared with it, so there are never more than two heaps at a time. Plain objects of all of them
 * are named by the newest one's interfaces. What grows is what grew in every step; with snapshots
 * of different processes only the sums of classes mean something, and classes are matched by name.
 */
#ifndef MORTEM_ANALYZER_TREND_H
#define MORTEM_ANALYZER_TREND_H

#include "analyzer/growth_places.h"
#include "analyzer/heap_load.h"
#include "base/u64_map.h"

struct trend_snapshot {
    const char *file; /* borrowed */
    uint64_t objects; /* with a size */
    uint64_t total_bytes;
    uint32_t max_js_id;
    bool same_process;  /* as the newest */
    const char *damage; /* why it is not complete, NULL if it is; in the arena */
    const char *remark; /* what is odd about it, NULL if nothing; in the arena */
};

struct trend_sum {
    uint64_t count, bytes; /* shallow */
};

struct trend_class {
    uint32_t name; /* in `names` */
    bool has_location;
    uint32_t script_id, line, column;
    /* From the oldest to the newest; 0 if processes differ. */
    uint64_t new_count, new_bytes, deleted_count, deleted_bytes;
};

struct trend {
    struct heap newest;   /* owned */
    struct column rows;   /* struct trend_class */
    struct column sums;   /* struct trend_sum, by row and snapshot */
    struct strings names; /* of classes */
    struct arena arena;
    struct trend_snapshot snapshots[GROWTH_SNAPSHOTS_MAX]; /* oldest first */
    size_t count;
    bool one_process;
    uint64_t requests;           /* served from the first to the last, 0: not known */
    bool backwards;              /* an older snapshot has younger objects than a newer one */
    struct growth_places places; /* empty if processes differ */
};

/* Reads all `files`, 2 to GROWTH_SNAPSHOTS_MAX of them, oldest first. Damaged snapshots are no
 * failure. On failure *ret is untouched. */
bool trend_of_files(char *const *files, size_t count, const struct heap_load_options *o,
                    struct trend *ret, const struct progress *p, struct err *err) WARN_UNUSED;
void trend_release(struct trend *t);

static inline const struct trend_class *trend_class(const struct trend *t, uint64_t row)
{
    return &((const struct trend_class *)t->rows.data)[row];
}

/* The sums of a class in all snapshots. */
static inline const struct trend_sum *trend_sums(const struct trend *t, uint64_t row)
{
    return &((const struct trend_sum *)t->sums.data)[row * t->count];
}

bool trend_class_grows(const struct trend *t, uint64_t row);
bool trend_place_grows(const struct trend *t, size_t place);

#endif
