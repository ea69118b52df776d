/* Byte input: see input.h. */
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define RAW_BYTES ((size_t)256 << 10)
#define MAGIC_BYTES 4 /* tell every container */

struct input {
    int fd;
    bool owns_fd;
    char *name;
    enum container container;
    uint64_t file_bytes;
    uint64_t raw_read; /* bytes read() from the file */
    uint64_t offset;
    bool raw_end; /* read() said so */
    bool read_failed;
    bool ended;         /* of the decompressed stream */
    bool started;       /* something of the present member or frame was read */
    struct err failure; /* found behind bytes that were good: told by the next read */
    size_t raw_pos, raw_len;
    size_t peek_pos, peek_len;
    z_stream gzip;
    bool gzip_ready;
    ZSTD_DStream *zstd;
    uint8_t raw[RAW_BYTES];
    uint8_t peek[INPUT_PEEK_MAX];
};

static bool read_fully_once(struct input *in, void *buf, size_t cap, size_t *ret_len,
                            struct err *err)
{
    ssize_t n;
    do
        n = read(in->fd, buf, cap);
    while (n < 0 && errno == EINTR);
    in->read_failed |= n < 0;
    if (n < 0)
        return err_errno(err, errno, in->name);
    in->raw_read += (uint64_t)n;
    in->raw_end = n == 0;
    *ret_len = (size_t)n;
    return true;
}

static size_t raw_left(const struct input *in)
{
    return in->raw_len - in->raw_pos;
}

/* At least `want` raw bytes at hand, fewer only at the end of the file. */
static bool fill_raw(struct input *in, size_t want, struct err *err)
{
    if (raw_left(in) >= want)
        return true;
    memmove(in->raw, in->raw + in->raw_pos, raw_left(in));
    in->raw_len = raw_left(in);
    in->raw_pos = 0;
    while (in->raw_len < want && !in->raw_end) {
        size_t len;
        if (!read_fully_once(in, in->raw + in->raw_len, sizeof in->raw - in->raw_len, &len, err))
            return false;
        in->raw_len += len;
    }
    return true;
}

static bool is_gzip(const uint8_t *p, size_t len)
{
    return len >= 2 && p[0] == 0x1f && p[1] == 0x8b;
}

static bool is_zstd(const uint8_t *p, size_t len)
{
    return len >= 4 && p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd;
}

static bool start_container(struct input *in, struct err *err)
{
    if (is_gzip(in->raw, in->raw_len)) {
        in->container = CONTAINER_GZIP;
        in->gzip_ready = inflateInit2(&in->gzip, 15 + 16) == Z_OK;
        return in->gzip_ready || err_nomem(err, 0, "the gzip decoder");
    }
    if (is_zstd(in->raw, in->raw_len)) {
        in->container = CONTAINER_ZSTD;
        in->zstd = ZSTD_createDStream();
        if (!in->zstd)
            return err_nomem(err, 0, "the zstd decoder");
        ZSTD_DCtx_setParameter(in->zstd, ZSTD_d_windowLogMax, 31);
    }
    return true;
}

static bool open_fd(struct input *in, const char *path, struct err *err)
{
    struct stat st;
    if (!strcmp(path, "-")) {
        in->fd = STDIN_FILENO;
    } else {
        in->fd = open(path, O_RDONLY | O_CLOEXEC);
        if (in->fd < 0)
            return err_errno(err, errno, path);
        in->owns_fd = true;
    }
    if (fstat(in->fd, &st))
        return err_errno(err, errno, in->name);
    if (S_ISDIR(st.st_mode))
        return err_set(err, ERR_INPUT, 0, "%s: is a directory; give the files in it", in->name);
    if (S_ISREG(st.st_mode) && st.st_size > 0)
        in->file_bytes = (uint64_t)st.st_size;
#ifdef POSIX_FADV_SEQUENTIAL
    posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
    return true;
}

bool input_open(const char *path, struct input **ret_in, struct err *err)
{
    struct input *in = calloc(1, sizeof *in);
    if (!in)
        return err_nomem(err, sizeof *in, "an input");
    in->fd = -1;
    in->name = strdup(strcmp(path, "-") ? path : "<stdin>");
    if (!in->name) {
        input_close(in);
        return err_nomem(err, strlen(path), "a file's name");
    }
    if (!open_fd(in, path, err) || !fill_raw(in, MAGIC_BYTES, err) || !start_container(in, err)) {
        input_close(in);
        return false;
    }
    *ret_in = in;
    return true;
}

void input_close(struct input *in)
{
    if (!in)
        return;
    if (in->owns_fd)
        close(in->fd);
    if (in->gzip_ready)
        inflateEnd(&in->gzip);
    ZSTD_freeDStream(in->zstd);
    free(in->name);
    free(in);
}

static bool damaged(struct input *in, const char *what, struct err *err)
{
    return err_set(err, ERR_INPUT, in->offset, "%s: byte %llu of the compressed file: %s", in->name,
                   (unsigned long long)input_file_offset(in), what);
}

/* Behind a whole gzip member: another one, or padding that gzip(1) ignores too. */
static bool start_gzip_member(struct input *in, struct err *err)
{
    if (!fill_raw(in, 2, err))
        return false;
    in->started = is_gzip(in->raw + in->raw_pos, raw_left(in));
    if (in->started)
        inflateReset(&in->gzip);
    else
        in->ended = true;
    return true;
}

/* Decoders fill [out, out + cap) from the raw bytes at hand and say how much they made. */
static bool decode_gzip(struct input *in, uint8_t *out, size_t cap, size_t *ret_len,
                        struct err *err)
{
    *ret_len = 0;
    if (!in->started && (!start_gzip_member(in, err) || in->ended))
        return in->ended;
    size_t room = min_u64(cap, UINT32_MAX);
    in->gzip.next_in = in->raw + in->raw_pos;
    in->gzip.avail_in = (uInt)raw_left(in);
    in->gzip.next_out = out;
    in->gzip.avail_out = (uInt)room;
    int rc = inflate(&in->gzip, Z_NO_FLUSH);
    in->raw_pos = in->raw_len - in->gzip.avail_in;
    *ret_len = room - in->gzip.avail_out;
    if (rc == Z_STREAM_END)
        in->started = false;
    else if (rc != Z_OK && rc != Z_BUF_ERROR)
        return damaged(in, in->gzip.msg ? in->gzip.msg : "not gzip", err);
    return true;
}

static bool decode_zstd(struct input *in, uint8_t *out, size_t cap, size_t *ret_len,
                        struct err *err)
{
    ZSTD_inBuffer src = {in->raw, in->raw_len, in->raw_pos};
    ZSTD_outBuffer dst = {out, cap, 0};
    size_t rc = ZSTD_decompressStream(in->zstd, &dst, &src);
    in->raw_pos = src.pos;
    *ret_len = dst.pos;
    if (ZSTD_isError(rc))
        return damaged(in, ZSTD_getErrorName(rc), err);
    in->started = rc != 0;
    return true;
}

/* One step of decoding; *ret_len may be 0 without an end. */
static bool decode_step(struct input *in, void *buf, size_t cap, size_t *ret_len, struct err *err)
{
    if (!fill_raw(in, 1, err))
        return false;
    bool had_input = raw_left(in) > 0;
    if (!had_input && in->raw_end && !in->started) {
        in->ended = true;
        *ret_len = 0;
        return true;
    }
    bool ok = in->container == CONTAINER_GZIP ? decode_gzip(in, buf, cap, ret_len, err)
                                              : decode_zstd(in, buf, cap, ret_len, err);
    if (!ok || *ret_len || had_input || !in->raw_end)
        return ok;
    in->ended = true;
    return damaged(in, "the file is cut short here", err);
}

static bool read_decoded(struct input *in, void *buf, size_t cap, size_t *ret_len, struct err *err)
{
    size_t len = 0;
    if (in->failure.code) {
        *err = in->failure;
        return false;
    }
    while (!len && !in->ended) {
        if (decode_step(in, buf, cap, &len, &in->failure))
            continue;
        if (len)
            break;
        *err = in->failure;
        return false;
    }
    *ret_len = len;
    return true;
}

static bool read_plain(struct input *in, void *buf, size_t cap, size_t *ret_len, struct err *err)
{
    size_t left = raw_left(in);
    if (!left)
        return read_fully_once(in, buf, cap, ret_len, err);
    size_t len = min_u64(left, cap);
    memcpy(buf, in->raw + in->raw_pos, len);
    in->raw_pos += len;
    *ret_len = len;
    return true;
}

static bool read_stream(struct input *in, void *buf, size_t cap, size_t *ret_len, struct err *err)
{
    if (in->container == CONTAINER_PLAIN)
        return read_plain(in, buf, cap, ret_len, err);
    return read_decoded(in, buf, cap, ret_len, err);
}

bool input_read(struct input *in, void *buf, size_t cap, size_t *ret_len, struct err *err)
{
    size_t len = in->peek_len - in->peek_pos;
    if (len) {
        len = min_u64(len, cap);
        memcpy(buf, in->peek + in->peek_pos, len);
        in->peek_pos += len;
    } else if (!read_stream(in, buf, cap, &len, err)) {
        return false;
    }
    in->offset += len;
    *ret_len = len;
    return true;
}

bool input_peek(struct input *in, size_t want, const uint8_t **ret_bytes, size_t *ret_len,
                struct err *err)
{
    want = min_u64(want, INPUT_PEEK_MAX);
    if (in->peek_pos) {
        memmove(in->peek, in->peek + in->peek_pos, in->peek_len - in->peek_pos);
        in->peek_len -= in->peek_pos;
        in->peek_pos = 0;
    }
    while (in->peek_len < want) {
        size_t len;
        if (!read_stream(in, in->peek + in->peek_len, want - in->peek_len, &len, &in->failure)) {
            if (in->peek_len)
                break; /* what is good first; the next read tells */
            *err = in->failure;
            return false;
        }
        if (!len)
            break;
        in->peek_len += len;
    }
    *ret_bytes = in->peek;
    *ret_len = in->peek_len;
    return true;
}

const char *input_name(const struct input *in)
{
    return in->name;
}

enum container input_container(const struct input *in)
{
    return in->container;
}

uint64_t input_file_bytes(const struct input *in)
{
    return in->file_bytes;
}

int input_dup_fd(const struct input *in)
{
    if (in->container != CONTAINER_PLAIN || !in->file_bytes)
        return -1;
    return fcntl(in->fd, F_DUPFD_CLOEXEC, 0);
}

uint64_t input_file_offset(const struct input *in)
{
    return in->raw_read - raw_left(in);
}

uint64_t input_offset(const struct input *in)
{
    return in->offset;
}

#ifdef __APPLE__
#define st_mtim st_mtimespec
#endif

bool input_stamp(const struct input *in, struct file_stamp *ret)
{
    struct stat st;
    if (!in->owns_fd || fstat(in->fd, &st) || !S_ISREG(st.st_mode))
        return false;
    ret->bytes = (uint64_t)st.st_size;
    ret->modified_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return true;
}

bool input_read_failed(const struct input *in)
{
    return in->read_failed;
}
