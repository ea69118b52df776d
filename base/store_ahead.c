/* Memory that is made ready before a column wants it: see store_make_ahead() in store.h.
 *
 * A thread makes the file longer a step at a time and fills it with zeros, as long as less than
 * AHEAD_BYTES of it are free. Columns take free extents first, so they find these.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/store_file.h"

#define STEP_EXTENTS 8
#define AHEAD_EXTENTS 48

/* Is there something to do? `s` is locked. */
static bool wants_step(const struct store *s)
{
    uint32_t free_extents = 0;
    if (s->extents + STEP_EXTENTS > s->ahead_extents)
        return false;
    for (uint32_t e = 0; e < s->extents && free_extents < AHEAD_EXTENTS; e++)
        free_extents += s->used[e] == 0;
    return free_extents < AHEAD_EXTENTS;
}

static bool fill(const struct store *s, uint32_t extent)
{
#ifdef MADV_POPULATE_WRITE
    const uint64_t bytes = STEP_EXTENTS * STORE_EXTENT_BYTES;
    char *at = store_addresses(bytes);
    if (!at)
        return false;
    void *data = mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, s->fd,
                      (off_t)(extent * STORE_EXTENT_BYTES));
    bool ok = data != MAP_FAILED;
    if (ok) {
        (void)madvise(data, bytes, MADV_HUGEPAGE);
        ok = madvise(data, bytes, MADV_POPULATE_WRITE) == 0;
    }
    munmap(at, bytes);
    return ok;
#else
    (void)s, (void)extent;
    return false;
#endif
}

/* While a step is filled its extents count as used, so that nobody trims them away. */
static void *run(void *arg)
{
    struct store *s = arg;
    pthread_mutex_lock(&s->lock);
    while (!s->ahead_ends) {
        struct err ignored;
        uint32_t first = s->extents;
        if (!wants_step(s)) {
            pthread_cond_wait(&s->ahead_wanted, &s->lock);
            continue;
        }
        if (!store_file_grow(s, STEP_EXTENTS, STEP_EXTENTS * STORE_EXTENT_BYTES, &ignored))
            break; /* who needs the room will be told */
        memset(s->used + first, 0xff, STEP_EXTENTS * sizeof *s->used);
        pthread_mutex_unlock(&s->lock);
        bool ok = fill(s, first);
        pthread_mutex_lock(&s->lock);
        memset(s->used + first, 0, STEP_EXTENTS * sizeof *s->used);
        if (!ok)
            break;
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

void store_make_ahead(struct store *s, uint64_t bytes)
{
    pthread_mutex_lock(&s->lock);
    s->ahead_extents = (uint32_t)(min_u64(bytes, STORE_BYTES_MAX) / STORE_EXTENT_BYTES);
    if (!s->ahead_runs && s->fd >= 0)
        s->ahead_runs = pthread_create(&s->ahead_thread, NULL, run, s) == 0;
    pthread_cond_signal(&s->ahead_wanted);
    pthread_mutex_unlock(&s->lock);
}

void store_end_ahead(struct store *s)
{
    if (!s->ahead_runs)
        return;
    pthread_mutex_lock(&s->lock);
    s->ahead_ends = true;
    pthread_cond_signal(&s->ahead_wanted);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->ahead_thread, NULL);
    s->ahead_runs = s->ahead_ends = false;
}
