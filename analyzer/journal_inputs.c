/* Gathering binary journals: see journal_inputs.h. */
#include "analyzer/journal_inputs.h"

#include "base/nameless_file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIZES_AT 88 /* in the file: of its header and of what follows, 8 bytes each */

#define JOURNAL_BYTES_MAX ((uint64_t)4 << 30) /* systemd's own limit of a file */

/* Whether the file has fewer than the *ret_bytes that it says it has. */
static bool is_cut(int fd, uint64_t *ret_bytes)
{
    uint8_t sizes[16];
    struct stat st;
    uint64_t header = 0, arena = 0;
    if (fstat(fd, &st) || pread(fd, sizes, sizeof sizes, SIZES_AT) != sizeof sizes)
        return false;
    for (int i = 8; i-- > 0;) {
        header = header << 8 | sizes[i];
        arena = arena << 8 | sizes[8 + i];
    }
    if (header > JOURNAL_BYTES_MAX || arena > JOURNAL_BYTES_MAX - header)
        return false;
    *ret_bytes = header + arena;
    return (uint64_t)st.st_size < *ret_bytes;
}

/* libsystemd refuses a file that ends too early: what is missing is made a hole of a copy. */
static bool lengthen(struct input *in, const char *temp_dir, struct named_copy *copy, bool *ret_cut,
                     struct err *err)
{
    uint64_t bytes = 0;
    *ret_cut = is_cut(copy->fd, &bytes);
    if (!*ret_cut)
        return true;
    if (!copy->path[0]) {
        close(copy->fd);
        copy->fd = -1;
        if (!input_to_file(in, temp_dir, JOURNAL_BYTES_MAX, copy, err))
            return false;
    }
    return !ftruncate(copy->fd, (off_t)bytes) || err_errno(err, errno, "a temporary file");
}

bool journal_inputs_add(struct journal_inputs *j, struct arena *arena, struct input *in,
                        const char *name, size_t order, const char *temp_dir, struct err *err)
{
    struct named_copy copy = {.fd = input_dup_fd(in)};
    if (copy.fd < 0 && !input_to_file(in, temp_dir, JOURNAL_BYTES_MAX, &copy, err))
        return false;
    bool cut = false, ready = lengthen(in, temp_dir, &copy, &cut, err);
    struct journal_source opened = {0};
    if (ready)
        journal_source_open(name, copy.fd, &opened);
    if (copy.path[0])
        unlink(copy.path);
    struct journal_file *f =
        ready ? arena_push(arena, (void **)&j->files, &j->file_count, sizeof *j->files) : NULL;
    struct journal_source *s =
        f ? arena_push(arena, (void **)&j->sources, &j->count, sizeof *j->sources) : NULL;
    if (!s) {
        journal_source_close(&opened);
        if (copy.fd >= 0)
            close(copy.fd);
        return ready ? err_nomem(err, sizeof *s, "the list of journals") : false;
    }
    opened.cut = cut;
    *f = (struct journal_file){copy.fd, order};
    *s = opened;
    return true;
}

bool journal_inputs_read(struct journal_inputs *j, const struct event_sink *sink,
                         const struct progress *progress, struct err *err)
{
    return !j->count || journal_files_read(j->sources, j->count, sink, progress, err);
}

void journal_inputs_release(struct journal_inputs *j)
{
    for (size_t i = 0; i < j->count; i++) {
        journal_source_close(&j->sources[i]);
        close(j->files[i].fd);
    }
    *j = (struct journal_inputs){0};
}
