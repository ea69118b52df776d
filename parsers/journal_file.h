/* systemd's binary journals, through libsystemd: offline, several at once, archived and unclean
 * ones too. Built without libsystemd this says how to convert them.
 *
 * Entries of several files come in the order of their times, each with the name of its file; their
 * line is their sequence number.
 */
#ifndef MORTEM_PARSERS_JOURNAL_FILE_H
#define MORTEM_PARSERS_JOURNAL_FILE_H

#include "base/progress.h"
#include "parsers/event.h"

struct journal_source {
    const char *file;   /* its name in the events; outlives them */
    struct err problem; /* what could not be read, ERR_NONE if all was so far */
    void *journal;      /* NULL if it cannot be read at all */
    int fd, journal_fd; /* the caller's, and libsystemd's own */
    uint64_t entries;   /* as the file itself says */
    bool noisy;         /* most of them are of no use here */
    bool cut;           /* set by the caller: its end is missing */
};

bool bytes_are_journal(const uint8_t *bytes, size_t len);

/* Never fails: what is wrong goes to ret->problem. The file must still have a name; afterwards it
 * need not. `fd` is the caller's, to be closed behind journal_source_close(). */
void journal_source_open(const char *file, int fd, struct journal_source *ret);
void journal_source_close(struct journal_source *s);

/* Fails only for want of memory, when the sink does, or when cancelled: what is wrong with a source
 * is in its `problem`, and the others are read. */
bool journal_files_read(struct journal_source *sources, size_t count, const struct event_sink *sink,
                        const struct progress *progress, struct err *err) WARN_UNUSED;

#endif
