/* The column store: see store.h. */
#include "base/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Columns grow in steps of at least this many bytes. */
#define GROW_BYTES ((uint64_t)1 << 20)

static bool dir_is_usable(const char *dir)
{
    return dir && dir[0] && access(dir, W_OK | X_OK) == 0;
}

bool store_open(struct store *s, const char *dir, struct err *err)
{
    if (dir && !dir_is_usable(dir))
        return err_errno(err, errno, dir[0] ? dir : "the index directory's empty name");
    const char *const places[] = {dir, getenv("TMPDIR"), "/var/tmp", "/tmp"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        if (!dir_is_usable(places[i]))
            continue;
        s->dir = strdup(places[i]);
        return s->dir || err_nomem(err, strlen(places[i]), "a directory's name");
    }
    return err_set(err, ERR_RESOURCE, 0,
                   "no directory for temporary columns: /var/tmp and /tmp cannot be written; "
                   "name one with --index-dir");
}

void store_close(struct store *s)
{
    free(s->dir);
    s->dir = NULL;
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

static bool map_bytes(struct column *c, uint64_t bytes, struct err *err)
{
    int fd = c->fd_plus_1 - 1;
    int rc = reserve_space(fd, bytes);
    if (rc)
        return err_set(err, ERR_RESOURCE, 0,
                       "no room for a temporary column of %llu bytes: %s; name a roomier directory "
                       "with --index-dir",
                       (unsigned long long)bytes, strerror(rc));
    void *data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return err_set(err, ERR_RESOURCE, 0, "cannot map a column of %llu bytes: %s",
                       (unsigned long long)bytes, strerror(errno));
    if (c->data)
        munmap(c->data, c->capacity * c->elem);
    c->data = data;
    c->capacity = bytes / c->elem;
    return true;
}

/* Bytes for `count` elements, at least one page so that there is always a mapping. */
static bool column_bytes(uint64_t count, uint32_t elem, uint64_t *ret_bytes, struct err *err)
{
    if (count > (UINT64_MAX / 4) / elem || count * elem > (uint64_t)INT64_MAX / 4)
        return err_set(err, ERR_RESOURCE, 0, "a column of %llu elements is beyond any machine",
                       (unsigned long long)count);
    *ret_bytes = max_u64(count * elem, 4096);
    return true;
}

bool column_make(struct column *c, const struct store *s, const char *what, uint32_t elem,
                 uint64_t count, struct err *err)
{
    uint64_t bytes = 0;
    struct column made = {.elem = elem};
    if (!column_bytes(count, elem, &bytes, err))
        return err_prefix(err, what);
    int fd = nameless_file(s->dir);
    if (fd < 0)
        return err_set(err, ERR_RESOURCE, 0, "%s: cannot make a temporary file in %s: %s", what,
                       s->dir, strerror(errno));
    made.fd_plus_1 = fd + 1;
    if (!map_bytes(&made, bytes, err)) {
        close(fd);
        return err_prefix(err, what);
    }
    made.count = count;
    column_release(c);
    *c = made;
    return true;
}

bool column_reserve(struct column *c, uint64_t more, struct err *err)
{
    if (LIKELY(c->capacity - c->count >= more))
        return true;
    uint64_t bytes = 0;
    if (more > UINT64_MAX / 8 || !column_bytes(c->count + more, c->elem, &bytes, err))
        return false;
    uint64_t comfortable = c->capacity * c->elem * 3 / 2 + GROW_BYTES;
    return map_bytes(c, max_u64(bytes, comfortable), err);
}

void column_release(struct column *c)
{
    if (c->data)
        munmap(c->data, c->capacity * c->elem);
    if (c->fd_plus_1)
        close(c->fd_plus_1 - 1);
    *c = (struct column){0};
}

void column_cool(const struct column *c)
{
    if (c->data)
        madvise(c->data, c->capacity * c->elem, MADV_DONTNEED);
}
