/* The file under a column store: see store_file.h. */
#include "base/store_file.h"

#include "base/nameless_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool store_new(const char *dir, struct store **ret, struct err *err)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(err, sizeof *s, "the column store");
    s->dir = temp_dir_choose(dir, err);
    if (!s->dir) {
        free(s);
        return false;
    }
    s->fd = -1;
    s->limit_bytes = UINT64_MAX;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->ahead_wanted, NULL);
    *ret = s;
    return true;
}

void store_free(struct store *s)
{
    if (!s)
        return;
    store_end_ahead(s);
    if (s->fd >= 0)
        close(s->fd);
    pthread_cond_destroy(&s->ahead_wanted);
    pthread_mutex_destroy(&s->lock);
    free(s->used);
    free(s->dir);
    free(s);
}

void store_limit(struct store *s, uint64_t bytes)
{
    pthread_mutex_lock(&s->lock);
    s->limit_bytes = bytes ? bytes : UINT64_MAX;
    pthread_mutex_unlock(&s->lock);
}

struct store_usage store_usage(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    struct store_usage usage = s->usage;
    pthread_mutex_unlock(&s->lock);
    return usage;
}

/* -- the file -- */

static bool file_is_open(struct store *s, struct err *err)
{
    if (s->fd < 0)
        s->fd = nameless_file(s->dir);
    return s->fd >= 0 || err_set(err, ERR_RESOURCE, 0, "cannot make a temporary file in %s: %s",
                                 s->dir, strerror(errno));
}

/* Space for a part of the file, which gets longer if need be. Where the file system cannot promise
 * space, zeros are written, which takes it as well. Returns errno's number. */
static int reserve_space(int fd, uint64_t from, uint64_t bytes)
{
#ifdef __APPLE__
    fstore_t space = {F_ALLOCATEALL, F_PEOFPOSMODE, 0, (off_t)bytes, 0};
    if (fcntl(fd, F_PREALLOCATE, &space) || ftruncate(fd, (off_t)(from + bytes)))
        return errno;
    return 0;
#else
    int rc;
    do
        rc = posix_fallocate(fd, (off_t)from, (off_t)bytes);
    while (rc == EINTR);
    return rc;
#endif
}

static bool no_room(uint64_t column_bytes, int errnum, struct err *err)
{
    return err_set(err, ERR_RESOURCE, 0,
                   "no room for a temporary column of %llu bytes: %s; name a roomier directory "
                   "with --index-dir",
                   (unsigned long long)column_bytes, strerror(errnum));
}

static bool masks_reserve(struct store *s, uint32_t more, struct err *err)
{
    if (s->room - s->extents >= more)
        return true;
    uint64_t room = (uint64_t)s->extents + more + s->extents / 2 + 64;
    uint32_t *used = realloc(s->used, room * sizeof *used);
    if (!used)
        return err_nomem(err, room * sizeof *used, "the list of a store's extents");
    s->used = used;
    s->room = (uint32_t)room;
    return true;
}

bool store_file_grow(struct store *s, uint32_t more, uint64_t column_bytes, struct err *err)
{
    uint64_t end = s->extents * STORE_EXTENT_BYTES;
    uint64_t bytes = more * STORE_EXTENT_BYTES;
    if (end + bytes > STORE_BYTES_MAX)
        return no_room(column_bytes, EFBIG, err);
    if (end + bytes > s->limit_bytes)
        return err_set(err, ERR_RESOURCE, 0,
                       "needs %llu bytes of temporary space, %llu are the limit",
                       (unsigned long long)(end + bytes), (unsigned long long)s->limit_bytes);
    if (!masks_reserve(s, more, err))
        return false;
    int rc = reserve_space(s->fd, end, bytes);
    if (rc) {
        /* what it got until the disk was full; no harm where it stays */
        int ignored = ftruncate(s->fd, (off_t)end);
        (void)ignored;
        return no_room(column_bytes, rc, err);
    }
    memset(s->used + s->extents, 0, more * sizeof *s->used);
    s->extents += more;
    s->usage.file_bytes = s->extents * STORE_EXTENT_BYTES;
    return true;
}

/* -- runs -- */

bool store_runs_reserve(struct store_runs *r, uint32_t more, struct err *err)
{
    if (r->room - r->count >= more)
        return true;
    uint64_t room = (uint64_t)r->count + r->count / 2 + more;
    struct store_run *all = realloc(r->all, room * sizeof *all);
    if (!all)
        return err_nomem(err, room * sizeof *all, "the list of a column's extents");
    r->all = all;
    r->room = (uint32_t)room;
    return true;
}

static uint32_t mask_of(uint32_t first, uint32_t count)
{
    return (count == STORE_SLOTS ? UINT32_MAX : ((uint32_t)1 << count) - 1) << first;
}

/* `run` is of whole extents or a part of one. */
static void mark(struct store *s, struct store_run run, bool used)
{
    uint32_t extent = run.slot / STORE_SLOTS;
    uint32_t count = min_u64(run.count, STORE_SLOTS);
    for (uint32_t left = run.count; left; left -= count, extent++) {
        uint32_t mask = mask_of(run.slot % STORE_SLOTS, count);
        s->used[extent] = used ? s->used[extent] | mask : s->used[extent] & ~mask;
    }
    if (used)
        s->usage.live_bytes += store_run_bytes(run);
    else
        s->usage.live_bytes -= store_run_bytes(run);
    s->usage.peak_bytes = max_u64(s->usage.peak_bytes, s->usage.live_bytes);
    if (used)
        pthread_cond_signal(&s->ahead_wanted);
}

static bool take_run(struct store *s, struct store_run run, uint64_t column_bytes,
                     struct store_runs *r, struct err *err)
{
    if (!store_runs_reserve(r, 1, err))
        return false;
    /* A whole extent that was free may be a hole by now. */
    if (s->has_holes && !run.fresh) {
        int rc = reserve_space(s->fd, run.slot * STORE_SLOT_BYTES, store_run_bytes(run));
        if (rc)
            return no_room(column_bytes, rc, err);
    }
    mark(s, run, true);
    r->all[r->count++] = run;
    return true;
}

/* How many free extents there are from `extent` on, up to `most`. */
static uint32_t count_free(const struct store *s, uint32_t extent, uint32_t most)
{
    uint32_t n = 0;
    while (n < most && extent + n < s->extents && s->used[extent + n] == 0)
        n++;
    return n;
}

/* Where `want` free extents are in a row, or there are some at all: fewer runs are fewer mappings,
 * of which the kernel allows a process some 65000. s->extents if all are used. */
static uint32_t find_free(const struct store *s, uint32_t want, uint32_t *ret_count)
{
    uint32_t first = s->extents;
    *ret_count = 0;
    for (uint32_t e = 0; e < s->extents; e++) {
        uint32_t n = count_free(s, e, want);
        if (n == want || (n && !*ret_count)) {
            first = e;
            *ret_count = n;
        }
        if (n == want)
            break;
        e += n;
    }
    return first;
}

static bool take_extents(struct store *s, uint32_t want, uint64_t column_bytes,
                         struct store_runs *r, struct err *err)
{
    while (want) {
        uint32_t n, first = find_free(s, want, &n);
        bool fresh = n == 0;
        if (fresh && !store_file_grow(s, n = want, column_bytes, err))
            return false;
        const struct store_run run = {first * STORE_SLOTS, n * STORE_SLOTS, fresh};
        if (!take_run(s, run, column_bytes, r, err))
            return false;
        want -= n;
    }
    return true;
}

/* The first place for `want` slots in an extent. */
static bool fits_slots(uint32_t used, uint32_t want, uint32_t *ret_first)
{
    for (uint32_t first = 0; first + want <= STORE_SLOTS; first++) {
        if ((used & mask_of(first, want)) == 0) {
            *ret_first = first;
            return true;
        }
    }
    return false;
}

/* Part of an extent that others use too, else of a free one, else of a new one. */
static bool take_slots(struct store *s, uint32_t want, uint64_t column_bytes, struct store_runs *r,
                       struct err *err)
{
    uint32_t first = 0, n;
    for (uint32_t e = 0; e < s->extents; e++) {
        if (s->used[e] && fits_slots(s->used[e], want, &first)) {
            const struct store_run run = {e * STORE_SLOTS + first, want, false};
            return take_run(s, run, column_bytes, r, err);
        }
    }
    uint32_t extent = find_free(s, 1, &n);
    bool fresh = n == 0;
    if (fresh && !store_file_grow(s, 1, column_bytes, err))
        return false;
    const struct store_run run = {extent * STORE_SLOTS, want, fresh};
    return take_run(s, run, column_bytes, r, err);
}

bool store_take(struct store *s, uint64_t bytes, uint64_t column_bytes, struct store_runs *ret,
                struct err *err)
{
    struct store_runs taken = {0};
    if (bytes > STORE_BYTES_MAX)
        return no_room(column_bytes, EFBIG, err);
    uint32_t slots = (uint32_t)(bytes / STORE_SLOT_BYTES);
    uint32_t rest = slots % STORE_SLOTS;
    pthread_mutex_lock(&s->lock);
    bool ok = file_is_open(s, err) &&
              take_extents(s, slots / STORE_SLOTS, column_bytes, &taken, err) &&
              (!rest || take_slots(s, rest, column_bytes, &taken, err));
    pthread_mutex_unlock(&s->lock);
    if (!ok) {
        store_runs_release(s, &taken);
        return false;
    }
    *ret = taken;
    return true;
}

void store_give(struct store *s, struct store_run run)
{
    pthread_mutex_lock(&s->lock);
    mark(s, run, false);
    pthread_mutex_unlock(&s->lock);
}

void store_runs_release(struct store *s, struct store_runs *r)
{
    for (uint32_t i = 0; i < r->count; i++)
        store_give(s, r->all[i]);
    free(r->all);
    *r = (struct store_runs){0};
}

void store_trim(struct store *s)
{
    store_end_ahead(s);
    pthread_mutex_lock(&s->lock);
    uint32_t end = s->extents;
    while (end && s->used[end - 1] == 0)
        end--;
    if (end < s->extents && ftruncate(s->fd, (off_t)(end * STORE_EXTENT_BYTES)) == 0) {
        s->extents = end;
        s->usage.file_bytes = end * STORE_EXTENT_BYTES;
    }
#ifdef FALLOC_FL_PUNCH_HOLE
    for (uint32_t e = 0, n; e < s->extents; e += n + 1) {
        n = count_free(s, e, s->extents);
        s->has_holes |=
            n && fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                           (off_t)(e * STORE_EXTENT_BYTES), (off_t)(n * STORE_EXTENT_BYTES)) == 0;
    }
#endif
    pthread_mutex_unlock(&s->lock);
}
