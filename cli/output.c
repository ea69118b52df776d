/* Where the result goes: see output.h. */
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static bool fail(struct err *err, int errnum, const char *name)
{
    err_errno(err, errnum, name);
    if (err->code == ERR_INPUT)
        err->code = ERR_USAGE;
    return err_prefix(err, "cannot write");
}

bool output_check(const char *path, char *const *inputs, size_t input_count, struct err *err)
{
    struct stat to, from;
    if (!path)
        return true;
    if (stat(path, &to) == 0) {
        if (S_ISDIR(to.st_mode))
            return fail(err, EISDIR, path);
        for (size_t i = 0; i < input_count; i++) {
            if (S_ISREG(to.st_mode) && stat(inputs[i], &from) == 0 && from.st_dev == to.st_dev &&
                from.st_ino == to.st_ino)
                return err_set(err, ERR_USAGE, 0, "cannot write %s: it is one of the inputs", path);
        }
        return access(path, W_OK) == 0 || fail(err, errno, path);
    }
    if (errno != ENOENT)
        return fail(err, errno, path);
    const char *slash = strrchr(path, '/');
    struct buf dir = {0};
    buf_append(&dir, slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
    bool ok = access(buf_str(&dir), W_OK) == 0 || fail(err, errno, path);
    buf_release(&dir);
    return ok;
}

/* The modes that the file had, or a new one gets. */
static mode_t mode_for(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0)
        return st.st_mode & 0777;
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static bool open_temp(struct output *out, const char *path, struct err *err)
{
    struct buf name = {0};
    out->path = realpath(path, NULL);
    if (!out->path)
        out->path = strdup(path);
    if (!out->path)
        return err_nomem(err, strlen(path), path);
    buf_printf(&name, "%s.XXXXXX", out->path);
    if (name.failed)
        return err_nomem(err, strlen(path), path);
    int fd = mkstemp(name.data);
    if (fd < 0) {
        fail(err, errno, path);
        buf_release(&name);
        return false;
    }
    out->temp = name.data;
    out->file = fchmod(fd, mode_for(out->path)) == 0 ? fdopen(fd, "w") : NULL;
    if (out->file)
        return true;
    fail(err, errno, path);
    close(fd);
    return false;
}

static void release(struct output *out)
{
    if (out->temp)
        unlink(out->temp);
    free(out->temp);
    free(out->path);
    *out = (struct output){0};
}

bool output_open(struct output *out, const char *path, struct err *err)
{
    struct stat st;
    *out = (struct output){.name = path ? path : "standard output"};
    if (!path) {
        out->file = stdout;
        return true;
    }
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        out->file = fopen(path, "w");
        return out->file || fail(err, errno, path);
    }
    bool ok = open_temp(out, path, err);
    if (!ok)
        release(out);
    return ok;
}

static bool write_bytes(void *ctx, const char *bytes, size_t len)
{
    struct output *out = ctx;
    if (out->errnum == 0 && fwrite(bytes, 1, len, out->file) != len)
        out->errnum = errno ? errno : EIO;
    return out->errnum == 0;
}

struct report_sink output_sink(struct output *out)
{
    return (struct report_sink){write_bytes, out};
}

bool output_close(struct output *out, bool keep, struct err *err)
{
    bool to_stdout = out->file == stdout;
    if (fflush(out->file) != 0 && out->errnum == 0)
        out->errnum = errno;
    if (out->temp && keep && out->errnum == 0 && fsync(fileno(out->file)) != 0)
        out->errnum = errno;
    if (fclose(out->file) != 0 && out->errnum == 0)
        out->errnum = errno;
    if (out->temp && keep && out->errnum == 0) {
        if (rename(out->temp, out->path) != 0) {
            out->errnum = errno;
        } else {
            free(out->temp);
            out->temp = NULL;
        }
    }
    bool ok = out->errnum == 0 || (to_stdout && out->errnum == EPIPE);
    if (!ok) {
        err_errno(err, out->errnum, out->name);
        err->code = ERR_RESOURCE;
        err_prefix(err, "cannot write");
    }
    release(out);
    return ok;
}
