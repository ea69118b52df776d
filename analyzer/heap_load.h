/* From the snapshot's bytes to the columns of a heap.
 *
 * The parser hands over blocks of rows; they are scattered to typed columns here, node and edge
 * types translated by the names in the snapshot's meta, byte offsets turned into ordinals.
 */
#ifndef MORTEM_ANALYZER_HEAP_LOAD_H
#define MORTEM_ANALYZER_HEAP_LOAD_H

#include "analyzer/heap.h"
#include "base/input.h"

struct heap_load_options {
    bool yajl;             /* read the bulk with yajl too: slow, the kernels' oracle */
    const char *temp_dir;  /* where the columns' files are made; NULL: see store_new() */
    uint64_t memory_limit; /* bytes that the heap may take, 0: as many as it needs */
    size_t block_bytes;    /* of text that a thread reads at a time; 0: a good size (for tests) */
};

/* Reads a whole snapshot from `in`. A file that is cut or damaged behind its header is no failure:
 * *ret holds what is there, ret->complete is false and ret->damage says where it ended and why. On
 * failure *ret is untouched. The caller calls heap_release(). */
bool heap_load(struct input *in, const struct heap_load_options *o, struct heap *ret,
               const struct progress *p, struct err *err) WARN_UNUSED;

#endif
