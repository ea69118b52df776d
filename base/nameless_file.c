/* Temporary files without names: see nameless_file.h. */
#include "base/nameless_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_BYTES 65536

static bool dir_is_usable(const char *dir)
{
    return dir && dir[0] && access(dir, W_OK | X_OK) == 0;
}

char *temp_dir_choose(const char *dir, struct err *err)
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
    err_set(err, ERR_RESOURCE, 0,
            "no directory for temporary files: /var/tmp and /tmp cannot be written; name one with "
            "--index-dir");
    return NULL;
}

/* "DIR/mortem-XXXXXX" at `path`. */
static int named_file(const char *dir, char *path, size_t cap)
{
    int len = snprintf(path, cap, "%s/mortem-XXXXXX", dir);
    if (len < 0 || (size_t)len >= cap) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkstemp(path);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

int nameless_file(const char *dir)
{
#ifdef O_TMPFILE
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT))
        return fd;
#endif
    char path[4096];
    int named = named_file(dir, path, sizeof path);
    if (named >= 0)
        unlink(path);
    return named;
}

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return false;
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool copy(struct input *in, int fd, uint64_t max_bytes, struct err *err)
{
    uint8_t block[COPY_BYTES];
    uint64_t total = 0;
    for (;;) {
        size_t len;
        if (!input_read(in, block, sizeof block, &len, err))
            return false;
        total += len;
        if (!len)
            return true;
        if (total > max_bytes)
            return err_set(err, ERR_RESOURCE, total, "%s: more than %llu MiB when decompressed",
                           input_name(in), (unsigned long long)(max_bytes >> 20));
        if (!write_all(fd, block, len))
            return err_errno(err, errno, "a temporary file");
    }
}

bool input_to_file(struct input *in, const char *dir, uint64_t max_bytes, struct named_copy *ret,
                   struct err *err)
{
    struct named_copy made;
    char *place = temp_dir_choose(dir, err);
    if (!place)
        return false;
    made.fd = named_file(place, made.path, sizeof made.path);
    if (made.fd < 0)
        err_errno(err, errno, place);
    free(place);
    if (made.fd < 0)
        return false;
    if (!copy(in, made.fd, max_bytes, err)) {
        unlink(made.path);
        close(made.fd);
        return false;
    }
    *ret = made;
    return true;
}
