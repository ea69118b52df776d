/* Puts lines together that a container's log has in parts, 16 KiB each as a rule.
 *
 * Streams are told by their names; each has one line at most that goes on. Of a joined line
 * RECORD_TEXT_KEEP bytes are kept.
 */
#ifndef MORTEM_PARSERS_LINE_JOIN_H
#define MORTEM_PARSERS_LINE_JOIN_H

#include "parsers/log_record.h"

#define JOINS_MAX 8

struct line_join {
    bool open;
    uint64_t order;
    struct log_record head; /* of the first part; its spans are the arrays' */
    struct buf text;
    char stream[16], unit[128], tag[64], boot_id[40];
};

struct line_joins {
    struct line_join joins[JOINS_MAX];
    size_t open_count;
    uint64_t order;
};

void line_joins_release(struct line_joins *l);

/* Gives `r`, or what it completes, or nothing yet, to `record`. */
bool line_joins_take(struct line_joins *l, const struct log_record *r, const struct record_sink *to,
                     struct err *err) WARN_UNUSED;
/* The end of the input: what was not completed is given as it is. */
bool line_joins_finish(struct line_joins *l, const struct record_sink *to,
                       struct err *err) WARN_UNUSED;

#endif
