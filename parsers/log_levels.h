/* What is done with a line of a log: records are taken out of it, and records out of their
 * messages, prefixes are stripped, boots are told apart; what is left goes to the families of
 * matchers.
 *
 * Between log.c, which cuts bytes into lines and knows the matchers, and the readers of records.
 */
#ifndef MORTEM_PARSERS_LOG_LEVELS_H
#define MORTEM_PARSERS_LOG_LEVELS_H

#include "parsers/log_module.h"
#include "parsers/log_record.h"

struct log_levels;
struct record_reader;

/* What the owner does. */
struct log_work {
    /* Whether the line, wrapped in whatever form, is wanted or holds a needle. */
    bool (*matters)(const void *ctx, struct span line);
    bool (*payload)(void *ctx, const struct log_line *line, struct err *err);
    /* The whole text of a record whose message goes to payload(). */
    bool (*document)(void *ctx, const struct log_line *line, struct err *err);
    /* A line now and then, for its time alone. */
    bool (*stamp)(void *ctx, const struct log_line *line, struct err *err);
    bool (*flush)(void *ctx, struct err *err); /* nothing that is open goes on: a new boot */
};

/* `out` gets its boot from here. */
bool log_levels_new(const struct log_work *work, void *ctx, struct log_out *out,
                    struct log_levels **ret, struct err *err) WARN_UNUSED;
void log_levels_free(struct log_levels *p);

/* The reader of the file's own records, which may want bytes instead of lines. */
struct record_reader *log_levels_reader(const struct log_levels *p);

/* A line without its LF, and its number. */
bool log_levels_take_line(struct log_levels *p, struct span raw, uint64_t number,
                          struct err *err) WARN_UNUSED;
bool log_levels_take_record(struct log_levels *p, const struct log_record *r,
                            struct err *err) WARN_UNUSED;
/* Whether anything can come of a message. */
bool log_levels_matter(const struct log_levels *p, struct span text);
bool log_levels_finish(struct log_levels *p, struct err *err) WARN_UNUSED;

#endif
