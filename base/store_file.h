/* The file under a column store: which parts of it are free.
 *
 * The file is a row of extents as large as a huge page, each made of slots. What is at least an
 * extent takes whole ones, and its rest, like what is smaller, shares an extent with others. Free
 * space is taken from the front, before the file grows.
 *
 * Any function may be called by several threads at once.
 */
#ifndef MORTEM_BASE_STORE_FILE_H
#define MORTEM_BASE_STORE_FILE_H

#include "base/store.h"

#include <pthread.h>

#define STORE_SLOTS 32                        /* in an extent: the bits of its mask */
#define STORE_SLOT_BYTES ((uint64_t)64 << 10) /* a multiple of every page size there is */
#define STORE_EXTENT_BYTES (STORE_SLOTS * STORE_SLOT_BYTES)
#define STORE_BYTES_MAX ((uint64_t)1 << 47) /* so that slots are counted in 32 bits */

struct store {
    char *dir;
    pthread_mutex_t lock; /* of all that follows */
    int fd;               /* -1: not made yet */
    uint32_t *used;       /* a mask of slots for each extent */
    uint32_t extents;
    uint32_t room;        /* for masks */
    bool has_holes;       /* free extents may have no space reserved */
    uint64_t limit_bytes; /* UINT64_MAX: none */
    struct store_usage usage;
    /* base/store_ahead.c */
    pthread_t ahead_thread;
    pthread_cond_t ahead_wanted;
    bool ahead_runs, ahead_ends;
    uint32_t ahead_extents; /* how long it makes the file */
};

/* Fills *ret with runs of `bytes` in all, a multiple of the slot's: first of whole extents, last,
 * where it does not divide, of a part of one. `column_bytes` is for the error. Free them with
 * store_runs_release(). */
bool store_take(struct store *s, uint64_t bytes, uint64_t column_bytes, struct store_runs *ret,
                struct err *err) WARN_UNUSED;
void store_give(struct store *s, struct store_run run);
/* Gives all of them. */
void store_runs_release(struct store *s, struct store_runs *r);

/* Makes the file `more` extents longer. They are free. `s` is locked, `column_bytes` for the error.
 */
bool store_file_grow(struct store *s, uint32_t more, uint64_t column_bytes,
                     struct err *err) WARN_UNUSED;

/* Addresses that nothing else is mapped at, aligned as huge pages want it. NULL if there are not as
 * many. */
char *store_addresses(uint64_t bytes);

/* Waits until the thread that makes memory ready is done. */
void store_end_ahead(struct store *s);

/* Makes room for `more` runs. */
bool store_runs_reserve(struct store_runs *r, uint32_t more, struct err *err) WARN_UNUSED;

static inline uint64_t store_run_bytes(struct store_run run)
{
    return run.count * STORE_SLOT_BYTES;
}

#endif
