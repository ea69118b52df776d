/* Byte input: a file, a pipe or standard input ("-"), gzip or zstd inside, read as one stream.
 *
 * The container is told by its first bytes, never by the name. Concatenated gzip members and zstd
 * frames are one stream. Offsets are those of the decompressed bytes. Input is read(), not mapped:
 * a file that shrinks while it is read is an early end and not a SIGBUS.
 */
#ifndef MORTEM_BASE_INPUT_H
#define MORTEM_BASE_INPUT_H

#include "base/err.h"

struct input;

enum container {
    CONTAINER_PLAIN,
    CONTAINER_GZIP,
    CONTAINER_ZSTD,
};

/* Opens `path`; "-" is standard input. Errors name the path: missing, a directory, no permission.
 */
bool input_open(const char *path, struct input **ret_in, struct err *err) WARN_UNUSED;
void input_close(struct input *in);

/* Up to `cap` bytes at `buf`; *ret_len is 0 only at the end. A damaged or cut container is an error
 * that names the byte of the container; bytes decoded before it have been returned first. */
bool input_read(struct input *in, void *buf, size_t cap, size_t *ret_len,
                struct err *err) WARN_UNUSED;

/* The first bytes without consuming them, at most INPUT_PEEK_MAX; fewer only at the end. Valid
 * until the next input_read(). */
#define INPUT_PEEK_MAX 65536
bool input_peek(struct input *in, size_t want, const uint8_t **ret_bytes, size_t *ret_len,
                struct err *err) WARN_UNUSED;

const char *input_name(const struct input *in); /* the path, "<stdin>" for "-" */
enum container input_container(const struct input *in);
/* Bytes of the file on disk, 0 if unknown (a pipe). */
uint64_t input_file_bytes(const struct input *in);
/* Bytes of the file on disk consumed so far: for progress. */
uint64_t input_file_offset(const struct input *in);
/* A descriptor of the file itself, the caller's to close; -1 if its bytes are not what is read (a
 * container) or can be read only once (a pipe). */
int input_dup_fd(const struct input *in);
/* Decompressed bytes returned so far. */
uint64_t input_offset(const struct input *in);

/* What tells a file that has been written since from the one that was read. */
struct file_stamp {
    uint64_t bytes; /* on disk */
    int64_t modified_ns;
};

/* Of the file as it is now; false if it is none (a pipe) or has no name (standard input). */
bool input_stamp(const struct input *in, struct file_stamp *ret);
/* The system could not read what is there: trying again may help, unlike with damaged contents. */
bool input_read_failed(const struct input *in);

#endif
