/* One collection as V8 tells it: --trace-gc, --trace-gc-nvp (name=value; JSON since Node 26), and
 * the records of its last words.
 */
#ifndef MORTEM_PARSERS_GC_RECORD_H
#define MORTEM_PARSERS_GC_RECORD_H

#include "parsers/event.h"
#include "parsers/pattern.h"

struct gc_patterns {
    struct pattern head, sizes, utilisation;
};

bool gc_patterns_init(struct gc_patterns *p, struct err *err) WARN_UNUSED;
void gc_patterns_release(struct gc_patterns *p);

/* The first record that begins at line[from] or later; what lacks its beginning, as the first one
 * of V8's last words mostly does, is none. `*ret` then has all but the line. */
bool gc_record_find(const struct gc_patterns *p, struct span line, size_t from,
                    struct number *ret_pid, struct v8_facts *ret, size_t *ret_end);

#endif
