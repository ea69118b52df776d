/* Requests counted by route and minute, bounded whatever the input.
 *
 * A route that is asked for often keeps its own counts; one that has too many neighbours below the
 * same path is counted as `/blog/` and a star, and what finds no room as "other". The spans of time
 * are a minute at first and double when there are more than REQUEST_BUCKETS_MAX of them.
 */
#ifndef MORTEM_PARSERS_REQUEST_COUNTS_H
#define MORTEM_PARSERS_REQUEST_COUNTS_H

#include "parsers/event.h"
#include "parsers/span.h"

#define REQUEST_BUCKETS_MAX 1536 /* a day and an hour by the minute */

struct request_counts;

struct request_counts *request_counts_new(void); /* NULL for want of memory */
void request_counts_free(struct request_counts *c);

/* One request: its path, its status (0: not told), its time if it has one, its line. */
void request_counts_add(struct request_counts *c, struct span path, unsigned status,
                        const struct log_time *time, uint64_t line);

/* All of them together, then the routes, the most frequent first, then the others: `index` from 0
 * on until it returns false. The texts are "all", the route, "other". */
bool request_counts_row(struct request_counts *c, size_t index, struct request_facts *ret,
                        const char **ret_route, struct log_time *ret_last, uint64_t *ret_line,
                        uint64_t *ret_first_line);

#endif
