/* The column store: see store.h. */
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Columns grow in steps of at least this many bytes. */
#define GROW_BYTES ((uint64_t)1 << 20)
/* A multiple of every page size there is. */
#define MAP_UNIT ((uint64_t)64 << 10)
/* Released files that are kept, and the least size worth it. */
#define SPARES_MAX 16
#define SPARE_LEAST ((uint64_t)1 << 20)

struct store {
    char *dir;
    pthread_mutex_t lock; /* of the spares */
    struct column spares[SPARES_MAX];
    size_t spare_count;
};

static bool dir_is_usable(const char *dir)
{
    return dir && dir[0] && access(dir, W_OK | X_OK) == 0;
}

static char *choose_dir(const char *dir, struct err *err)
{
    const char *const places[] = {dir, getenv("TMPDIR"), "/var/tmp", "/tmp"};
    if (dir && !dir_is_usable(dir)) {
        err_errno(err, errno, dir[0] ? dir : "the index directory's empty name");
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (!dir_is_usable(places[i]))
            continue;
        char *copy = strdup(places[i]);
        if (!copy)
            err_nomem(err, strlen(places[i]), "a directory's name");
        return copy;
    }
    err_set(
        err, ERR_RESOURCE, 0,
        "no directory for temporary columns: /var/tmp and /tmp cannot be written; name one with "
        "--index-dir");
    return NULL;
}

bool store_new(const char *dir, struct store **ret, struct err *err)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(err, sizeof *s, "the column store");
    s->dir = choose_dir(dir, err);
    if (!s->dir) {
        free(s);
        return false;
    }
    pthread_mutex_init(&s->lock, NULL);
    *ret = s;
    return true;
}

void store_free(struct store *s)
{
    if (!s)
        return;
    store_trim(s);
    pthread_mutex_destroy(&s->lock);
    free(s->dir);
    free(s);
}

/* A file without a name in `dir`, -1 and errno on failure. */
static int nameless_file(const char *dir)
{
#ifdef O_TMPFILE
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT))
        return fd;
#endif
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/mortem-XXXXXX", dir);
    if (len < 0 || (size_t)len >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int named = mkstemp(path);
    if (named >= 0)
        unlink(path);
    return named;
}

/* posix_fallocate() where the file system can; elsewhere it writes, which reserves as well. */
static int reserve_space(int fd, uint64_t bytes)
{
    int rc;
    do
        rc = posix_fallocate(fd, 0, (off_t)bytes);
    while (rc == EINTR);
    return rc;
}

/* Faulting a page in costs many times what filling it costs: all of them in one call. A kernel
 * without the call (before 5.14) faults them one by one. */
static void populate(const struct column *c, uint64_t from, uint64_t to)
{
#ifdef MADV_POPULATE_WRITE
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    from = from / page * page;
    if (to > from)
        (void)madvise((char *)c->data + from, to - from, MADV_POPULATE_WRITE);
#else
    (void)c, (void)from, (void)to;
#endif
}

/* Makes the mapping `bytes` long; what was mapped before stays resident where the system can. */
static void *map_again(struct column *c, uint64_t bytes)
{
#ifdef MREMAP_MAYMOVE
    if (c->data)
        return mremap(c->data, c->mapped_bytes, bytes, MREMAP_MAYMOVE);
#endif
    void *data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd_plus_1 - 1, 0);
    if (data != MAP_FAILED && c->data)
        munmap(c->data, c->mapped_bytes);
    return data;
}

static bool map_bytes(struct column *c, uint64_t bytes, struct err *err)
{
    uint64_t old = c->mapped_bytes;
    int rc = reserve_space(c->fd_plus_1 - 1, bytes);
    if (rc)
        return err_set(err, ERR_RESOURCE, 0,
                       "no room for a temporary column of %llu bytes: %s; name a roomier directory "
                       "with --index-dir",
                       (unsigned long long)bytes, strerror(rc));
    void *data = map_again(c, bytes);
    if (data == MAP_FAILED)
        return err_set(err, ERR_RESOURCE, 0, "cannot map a column of %llu bytes: %s",
                       (unsigned long long)bytes, strerror(errno));
    c->data = data;
    c->mapped_bytes = bytes;
    c->capacity = bytes / c->elem;
    populate(c, old, bytes);
    return true;
}

/* Bytes for `count` elements in whole units, at least one so that there is always a mapping. */
static bool column_bytes(uint64_t count, uint32_t elem, uint64_t *ret_bytes, struct err *err)
{
    if (count > (UINT64_MAX / 4) / elem || count * elem > (uint64_t)INT64_MAX / 4)
        return err_set(err, ERR_RESOURCE, 0, "a column of %llu elements is beyond any machine",
                       (unsigned long long)count);
    *ret_bytes = (max_u64(count * elem, 1) + MAP_UNIT - 1) / MAP_UNIT * MAP_UNIT;
    return true;
}

/* The smallest spare that holds `bytes` without wasting more than as much again. */
static bool take_spare(struct store *s, uint64_t bytes, struct column *ret)
{
    struct column *best = NULL;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->spare_count; i++) {
        struct column *c = &s->spares[i];
        if (c->mapped_bytes >= bytes && c->mapped_bytes / 2 <= bytes &&
            (!best || c->mapped_bytes < best->mapped_bytes))
            best = c;
    }
    if (best) {
        *ret = *best;
        *best = s->spares[--s->spare_count];
    }
    pthread_mutex_unlock(&s->lock);
    return best != NULL;
}

static bool keep_spare(struct store *s, const struct column *c)
{
    if (c->mapped_bytes < SPARE_LEAST)
        return false;
    pthread_mutex_lock(&s->lock);
    bool room = s->spare_count < SPARES_MAX;
    if (room)
        s->spares[s->spare_count++] = *c;
    pthread_mutex_unlock(&s->lock);
    if (room)
        column_cool(c);
    return room;
}

static void unmap(struct column *c)
{
    if (c->data)
        munmap(c->data, c->mapped_bytes);
    if (c->fd_plus_1)
        close(c->fd_plus_1 - 1);
}

void store_trim(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    while (s->spare_count)
        unmap(&s->spares[--s->spare_count]);
    pthread_mutex_unlock(&s->lock);
}

static bool make(struct column *c, struct store *s, const char *what, uint32_t elem, uint64_t count,
                 bool zeroed, struct err *err)
{
    uint64_t bytes = 0;
    struct column made = {0};
    if (!column_bytes(count, elem, &bytes, err))
        return err_prefix(err, what);
    if (take_spare(s, bytes, &made)) {
        populate(&made, 0, bytes);
        if (zeroed && count)
            memset(made.data, 0, count * elem);
    } else {
        int fd = nameless_file(s->dir);
        if (fd < 0)
            return err_set(err, ERR_RESOURCE, 0, "%s: cannot make a temporary file in %s: %s", what,
                           s->dir, strerror(errno));
        made = (struct column){.fd_plus_1 = fd + 1, .elem = elem};
        if (!map_bytes(&made, bytes, err)) {
            close(fd);
            return err_prefix(err, what);
        }
    }
    made.store = s;
    made.elem = elem;
    made.capacity = made.mapped_bytes / elem;
    made.count = count;
    column_release(c);
    *c = made;
    return true;
}

bool column_make(struct column *c, struct store *s, const char *what, uint32_t elem, uint64_t count,
                 struct err *err)
{
    return make(c, s, what, elem, count, true, err);
}

bool column_make_raw(struct column *c, struct store *s, const char *what, uint32_t elem,
                     uint64_t count, struct err *err)
{
    return make(c, s, what, elem, count, false, err);
}

bool column_reserve(struct column *c, uint64_t more, struct err *err)
{
    if (LIKELY(c->capacity - c->count >= more))
        return true;
    uint64_t bytes = 0;
    if (more > UINT64_MAX / 8 || !column_bytes(c->count + more, c->elem, &bytes, err))
        return false;
    uint64_t comfortable = (c->mapped_bytes * 3 / 2 + GROW_BYTES) / MAP_UNIT * MAP_UNIT;
    return map_bytes(c, max_u64(bytes, comfortable), err);
}

void column_release(struct column *c)
{
    if (!c->store || !keep_spare(c->store, c))
        unmap(c);
    *c = (struct column){0};
}

void column_cool(const struct column *c)
{
    if (c->data)
        madvise(c->data, c->mapped_bytes, MADV_DONTNEED);
}

void column_warm(const struct column *c)
{
    populate(c, 0, c->mapped_bytes);
}
