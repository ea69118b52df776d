/* The index of a snapshot: see heap_index.h. */
#include "analyzer/heap_index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/u64_map.h"

#define SUFFIX ".mortem"

/* -- where -- */

enum place {
    PLACE_DIR,
    PLACE_BESIDE,
    PLACE_CACHE,
    PLACE_COUNT,
};

/* "DIR/0123456789abcdef.mortem"; false if the path cannot be told. */
static bool put_hashed(struct buf *b, const char *path)
{
    char *absolute = realpath(path, NULL);
    if (!absolute)
        return false;
    buf_printf(b, "/%016llx" SUFFIX, (unsigned long long)hash_bytes(absolute, strlen(absolute)));
    free(absolute);
    return true;
}

/* The cache's directory, made if `make`; "" if the user has none. */
static void put_cache(struct buf *b, bool make)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/')
        buf_puts(b, cache);
    else if (home && home[0] == '/')
        buf_printf(b, "%s/.cache", home);
    else
        return;
    if (make)
        (void)!mkdir(buf_str(b), 0700);
    buf_puts(b, "/mortem");
    if (make)
        (void)!mkdir(buf_str(b), 0700);
}

/* The name of the index at a place; false if there is no such place. A directory that was given is
 * the only one. */
static bool put_name(struct buf *b, enum place place, const char *path,
                     const struct index_options *o, bool make)
{
    buf_clear(b);
    if ((o->dir != NULL) != (place == PLACE_DIR))
        return false;
    switch (place) {
    case PLACE_DIR:
        buf_puts(b, o->dir);
        break;
    case PLACE_BESIDE:
        buf_printf(b, "%s" SUFFIX, path);
        return !b->failed;
    case PLACE_CACHE:
        put_cache(b, make);
        break;
    case PLACE_COUNT:
        break;
    }
    return b->len > 0 && put_hashed(b, path) && !b->failed;
}

/* -- reading -- */

/* Nobody else could have written it. */
static bool is_ours(const struct stat *st)
{
    return S_ISREG(st->st_mode) && (st->st_uid == geteuid() || st->st_uid == 0) &&
           !(st->st_mode & (S_IWGRP | S_IWOTH)) && st->st_size <= (off_t)ANSWERS_BYTES_MAX;
}

static bool read_all(int fd, struct buf *ret)
{
    char block[16384];
    ssize_t len;
    while ((len = read(fd, block, sizeof block)) != 0) {
        if (len < 0 && errno != EINTR)
            return false;
        if (len > 0)
            buf_append(ret, block, (size_t)len);
        if (ret->failed || ret->len > ANSWERS_BYTES_MAX)
            return false;
    }
    return true;
}

static bool load_from(const char *name, const struct file_stamp *stamp, const char *path,
                      struct analysis *ret)
{
    struct stat st;
    struct buf bytes = {0};
    /* O_NONBLOCK: it might be a pipe. */
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool ok = fstat(fd, &st) == 0 && is_ours(&st) && read_all(fd, &bytes) &&
              answers_decode(buf_str(&bytes), bytes.len, stamp, path, ret);
    close(fd);
    buf_release(&bytes);
    return ok;
}

bool heap_index_load(const char *path, const struct file_stamp *stamp,
                     const struct index_options *o, struct analysis *ret)
{
    struct buf name = {0};
    bool found = false;
    for (unsigned place = 0; place < PLACE_COUNT && !found; place++)
        found = put_name(&name, (enum place)place, path, o, false) &&
                load_from(buf_str(&name), stamp, path, ret);
    buf_release(&name);
    return found;
}

/* -- writing -- */

static bool write_all(int fd, const struct buf *bytes)
{
    for (size_t at = 0; at < bytes->len;) {
        ssize_t len = write(fd, bytes->data + at, bytes->len - at);
        if (len < 0 && errno != EINTR)
            return false;
        at += len > 0 ? (size_t)len : 0;
    }
    return true;
}

static bool cannot_write(struct err *err, const char *name)
{
    err_errno(err, errno, name);
    err->code = ERR_RESOURCE;
    return err_prefix(err, "cannot write the index");
}

/* Under another name until it is whole; mkstemp() gives it mode 0600. */
static bool save_to(const char *name, const struct buf *bytes, struct err *err)
{
    struct buf temp = {0};
    buf_printf(&temp, "%s.XXXXXX", name);
    if (temp.failed)
        return err_nomem(err, temp.len, "a file's name");
    int fd = mkostemp(temp.data, O_CLOEXEC);
    bool ok = fd >= 0 && write_all(fd, bytes);
    if (fd >= 0 && close(fd))
        ok = false;
    ok = ok && rename(temp.data, name) == 0;
    if (!ok) {
        cannot_write(err, name);
        if (fd >= 0)
            unlink(temp.data);
    }
    buf_release(&temp);
    return ok;
}

bool heap_index_save(const char *path, const struct file_stamp *stamp,
                     const struct index_options *o, const struct analysis *a, struct err *err)
{
    struct buf name = {0}, bytes = {0};
    bool saved = false;
    err_set(err, ERR_RESOURCE, 0, "cannot write the index of %s: there is no place for it", path);
    if (!answers_encode(a, stamp, &bytes)) {
        buf_release(&bytes);
        return err_set(err, ERR_RESOURCE, 0,
                       "cannot write the index of %s: its answers are too long", path);
    }
    for (unsigned place = 0; place < PLACE_COUNT && !saved; place++)
        saved = put_name(&name, (enum place)place, path, o, true) &&
                save_to(buf_str(&name), &bytes, err);
    buf_release(&name);
    buf_release(&bytes);
    return saved;
}
