/* The column store: typed arrays in one file, mapped shared, so that the kernel can write them back
 * instead of killing us.
 *
 * The file has no name: it vanishes with the process. A column lies on some of its extents, which
 * base/store_file.h hands out; what a column gives back serves the next one, whatever its size, so
 * that the file, and the memory behind it, never gets larger than all that was in use at once.
 * Space is reserved before it is mapped, so a full disk is an error and not a SIGBUS. Mappings are
 * made of huge pages where the system has them for files: random access then costs half.
 *
 * `struct column c = {0}` is a valid empty column. Pointers into a column stay valid until it grows
 * or is released. A store may be used by several threads, a column by one at a time.
 */
#ifndef MORTEM_BASE_STORE_H
#define MORTEM_BASE_STORE_H

#include "base/err.h"

struct store;

struct store_usage {
    uint64_t live_bytes; /* of all columns */
    uint64_t peak_bytes; /* the most that live_bytes has been */
    uint64_t file_bytes; /* how long the file is */
};

/* `dir` is where the file is made, with the first column. NULL: $TMPDIR, else /var/tmp, else /tmp,
 * the first that can be written. */
bool store_new(const char *dir, struct store **ret, struct err *err) WARN_UNUSED;
/* All its columns must have been released. */
void store_free(struct store *s);
/* Gives the space behind released columns back to the file system. */
void store_trim(struct store *s);
/* What would make the file longer than this is an error. 0, as at the start: no limit. */
void store_limit(struct store *s, uint64_t bytes);
struct store_usage store_usage(struct store *s);
/* Memory for columns is made ready on a thread, some ahead of their need, until there are `bytes`
 * in all. Only where there is memory enough: where there is not, it would be in the way. Ends with
 * store_trim(). */
void store_make_ahead(struct store *s, uint64_t bytes);

/* A part of the store's file: see base/store_file.h. */
struct store_run {
    uint32_t slot; /* the first */
    uint32_t count;
    bool fresh; /* nothing but zeros is in it */
};

struct store_runs {
    struct store_run *all;
    uint32_t count;
    uint32_t room;
};

struct column {
    struct store *store;
    void *data;
    uint64_t count;         /* elements in use */
    uint64_t capacity;      /* elements reserved and mapped */
    uint64_t mapped_bytes;  /* what `runs` add up to */
    uint64_t address_bytes; /* kept free from `data` on, to grow without moving */
    struct store_runs runs; /* in the column's order */
    uint32_t elem;          /* bytes of one element */
};

/* A column of `count` zeroed elements. `what` names it in errors: "node names". */
bool column_make(struct column *c, struct store *s, const char *what, uint32_t elem, uint64_t count,
                 struct err *err) WARN_UNUSED;
/* The same with undefined contents, for what is written before it is read. */
bool column_make_raw(struct column *c, struct store *s, const char *what, uint32_t elem,
                     uint64_t count, struct err *err) WARN_UNUSED;
/* Capacity for `more` elements behind `count`, undefined; may move the data, seldom when it is
 * large. */
bool column_reserve(struct column *c, uint64_t more, struct err *err) WARN_UNUSED;
/* Appends to a column of uint32_t. */
static inline bool column_push(struct column *c, uint32_t value, struct err *err)
{
    if (!column_reserve(c, 1, err))
        return false;
    ((uint32_t *)c->data)[c->count++] = value;
    return true;
}
/* Gives back what is behind `count`. The data stays where it is. */
void column_fit(struct column *c);
void column_release(struct column *c);

/* Takes the column's pages out of the process: it will not be touched for a while. Contents stay.
 */
void column_cool(const struct column *c);
/* In a sweep over a column's elements, or over what they belong to, at number `at`: cools it now
 * and then, so that no more than a part is in memory. */
static inline void column_sweep(const struct column *c, uint64_t at)
{
    enum { ELEMENTS = 1 << 21 };
    if (at % ELEMENTS == 0 && at)
        column_cool(c);
}
/* Brings them back at once instead of page by page. */
void column_warm(const struct column *c);

#endif
