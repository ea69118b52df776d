/* A table of answers, whatever they are about: typed columns, and rows that were sorted, filtered
 * and cut as a user asked.
 *
 * A source names its columns, offers its items and knows their default order; all the rest is the
 * same for every table and is here. Renderers draw a table from its columns' kinds alone.
 */
#ifndef MORTEM_ANALYZER_ANSWER_TABLE_H
#define MORTEM_ANALYZER_ANSWER_TABLE_H

#include "analyzer/name_filter.h"
#include "analyzer/ranking.h"
#include "base/buf.h"

enum column_kind {
    COLUMN_TEXT,   /* shown as it is */
    COLUMN_NAME,   /* a node's text: may be a string's contents, or an object's property names */
    COLUMN_STRING, /* the contents of a string */
    COLUMN_EDGE,   /* how a node is reached */
    COLUMN_ID,
    COLUMN_COUNT,
    COLUMN_BYTES,
    COLUMN_DISTANCE, /* as int64_t: negative where there is none */
    COLUMN_SHARE,    /* of the whole: bytes, drawn as a percentage */
    /* As int64_t. */
    COLUMN_CHANGE,         /* of a count */
    COLUMN_BYTES_CHANGE,   /* of bytes */
    COLUMN_PERCENT_CHANGE, /* in tenths of a percent, INT64_MAX: there was nothing before */
};

struct table_column {
    const char *key; /* the name in JSON and of --sort, which takes it without its unit too */
    const char *title;
    unsigned width; /* columns, 0: what the others leave */
    enum column_kind kind;
    bool searched; /* by --filter */
};

struct table;

struct table_source {
    const char *name; /* "classes" */
    const struct table_column *columns;
    size_t column_count;
    /* Calls table_offer() for every item, in no order. */
    bool (*each)(struct table *t, struct err *err);
    uint64_t (*number)(const struct table *t, uint64_t item, size_t column);
    /* Appends; texts may hold any byte. */
    void (*text)(const struct table *t, uint64_t item, size_t column, struct buf *ret);
    /* The default order: negative if a comes first, never 0 for two items. */
    int (*compare)(struct table *t, uint64_t a, uint64_t b);
    void (*release)(void *data);
};

struct table_options {
    const char *sort;   /* a column, NULL: the default order */
    const char *filter; /* a regular expression, NULL: everything */
    uint64_t top;       /* rows at most, 0: all */
};

struct table {
    const struct table_source *source;
    void *data;           /* the source's own: owned, given to release() */
    uint64_t total_bytes; /* of the heap, for shares */
    uint64_t total;       /* rows that match, also those that were cut off */
    struct ranking ranking;
    struct name_filter filter;
    size_t sort; /* column, column_count: the default order */
    struct buf text_a, text_b;
};

/* Fills a table whose source, data and total_bytes are set. table_release() is the caller's, also
 * after a failure. Memory is that of the rows asked for. */
bool table_fill(struct table *t, const struct table_options *o, struct err *err) WARN_UNUSED;
void table_release(struct table *t);

/* For sources. */
void table_offer(struct table *t, uint64_t item);

static inline uint64_t table_rows(const struct table *t)
{
    return t->ranking.known;
}

static inline uint64_t table_item(const struct table *t, uint64_t row)
{
    return t->ranking.rows[row].item;
}

bool column_is_text(enum column_kind k);

#endif
