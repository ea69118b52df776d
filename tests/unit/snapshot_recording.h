/* Everything a snapshot parser hands over, kept in memory, so that two ways of feeding it can be
 * compared. Used by the unit tests and by the fuzzer.
 */
#ifndef MORTEM_TESTS_SNAPSHOT_RECORDING_H
#define MORTEM_TESTS_SNAPSHOT_RECORDING_H

#include "base/buf.h"
#include "parsers/heapsnapshot.h"

struct recording {
    struct snapshot_meta meta;
    unsigned metas;
    struct buf values[SECTION_COUNT]; /* uint64_t, of whole rows */
    struct buf text;                  /* the strings' bytes */
    struct buf ends;                  /* size_t, where each whole string ends in `text` */
    bool ok;                          /* neither feeding nor finishing failed */
    bool complete;
    unsigned done;
    enum snapshot_section open;
    struct err err;
};

/* Parses `text` in chunks of `chunk` bytes (0: at once), each in an allocation of its own so that a
 * sanitizer sees a read behind it. `r` need not be initialised. */
void recording_run(struct recording *r, const void *text, size_t len, size_t chunk, bool all_yajl);
void recording_release(struct recording *r);

size_t recording_strings(const struct recording *r);
/* Same meta, rows and strings (errors are not compared)? */
bool recording_same(const struct recording *a, const struct recording *b);
/* Is what `a` holds the beginning of what `b` holds? A string may be cut. */
bool recording_is_prefix(const struct recording *a, const struct recording *b);

#endif
