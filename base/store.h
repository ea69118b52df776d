/* The column store: typed arrays in files, mapped shared, so that the kernel can write them back
 * instead of killing us.
 *
 * A column is an array of fixed-size elements in a file of its own that has no name: it vanishes
 * with the process. Space is reserved before it is mapped, so a full disk is an error and not a
 * SIGBUS. A released column's file is kept for the next one of its size, because making pages costs
 * more than clearing them; store_trim() gives the space back.
 *
 * `struct column c = {0}` is a valid empty column. Pointers into a column stay valid until it grows
 * or is released. A store may be used by several threads, a column by one at a time.
 */
#ifndef MORTEM_BASE_STORE_H
#define MORTEM_BASE_STORE_H

#include "base/err.h"

struct store;

/* `dir` is where the files are made. NULL: $TMPDIR, else /var/tmp, else /tmp, the first that can be
 * written. */
bool store_new(const char *dir, struct store **ret, struct err *err) WARN_UNUSED;
/* All its columns must have been released. */
void store_free(struct store *s);
void store_trim(struct store *s);

struct column {
    struct store *store;
    void *data;
    uint64_t count;    /* elements in use */
    uint64_t capacity; /* elements reserved and mapped */
    uint64_t mapped_bytes;
    uint32_t elem; /* bytes of one element */
    int fd_plus_1; /* 0: no file */
};

/* A column of `count` zeroed elements. `what` names it in errors: "node names". */
bool column_make(struct column *c, struct store *s, const char *what, uint32_t elem, uint64_t count,
                 struct err *err) WARN_UNUSED;
/* The same with undefined contents, for what is written before it is read. */
bool column_make_raw(struct column *c, struct store *s, const char *what, uint32_t elem,
                     uint64_t count, struct err *err) WARN_UNUSED;
/* Capacity for `more` elements behind `count`, undefined; may move the data. */
bool column_reserve(struct column *c, uint64_t more, struct err *err) WARN_UNUSED;
void column_release(struct column *c);

/* Takes the column's pages out of the process: it will not be touched for a while. Contents stay.
 */
void column_cool(const struct column *c);
/* Brings them back at once instead of page by page. */
void column_warm(const struct column *c);

#endif
