/* The index of a snapshot: its answers, kept in a small file for the next time.
 *
 * It lies beside its snapshot as FILE.mortem, or where that folder cannot be written under
 * $XDG_CACHE_HOME/mortem (~/.cache/mortem), by a hash of the snapshot's path; or in a directory of
 * the caller's choice, by the same hash. Only its owner can read it: it holds what the snapshot
 * holds. An index that is damaged, of another version, of a file that has changed, or that somebody
 * else could have written, is as good as none.
 */
#ifndef MORTEM_ANALYZER_HEAP_INDEX_H
#define MORTEM_ANALYZER_HEAP_INDEX_H

#include "analyzer/answers.h"

struct index_options {
    const char *dir;    /* NULL: beside the snapshot, else in the cache */
    uint64_t min_bytes; /* snapshots with less (decompressed) get none */
};

/* Reading less again is as fast as an index, and folders stay tidy. */
#define INDEX_MIN_BYTES ((uint64_t)16 << 20)

/* False if there is none to believe; then *ret is untouched. `stamp` is of the snapshot at `path`.
 * The caller calls analysis_release(). */
bool heap_index_load(const char *path, const struct file_stamp *stamp,
                     const struct index_options *o, struct analysis *ret) WARN_UNUSED;

/* Appears whole or not at all. False with the reason of the last place that was tried. */
bool heap_index_save(const char *path, const struct file_stamp *stamp,
                     const struct index_options *o, const struct analysis *a,
                     struct err *err) WARN_UNUSED;

#endif
