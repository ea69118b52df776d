/* The columns of the table of classes: see class_columns.h. */
#include "analyzer/class_columns.h"

#include "analyzer/heap.h"
#include "base/text.h"

static void put_name(struct buf *b, const struct class_row *row, uint64_t total_bytes)
{
    (void)total_bytes;
    buf_puts(b, row->name);
}

static void put_distance(struct buf *b, const struct class_row *row, uint64_t total_bytes)
{
    (void)total_bytes;
    if (row->distance < 0 || row->distance >= SYSTEM_DISTANCE)
        buf_putc(b, '-');
    else
        text_put_count(b, (uint64_t)row->distance);
}

static void put_count(struct buf *b, const struct class_row *row, uint64_t total_bytes)
{
    (void)total_bytes;
    text_put_count(b, row->count);
}

static void put_shallow(struct buf *b, const struct class_row *row, uint64_t total_bytes)
{
    (void)total_bytes;
    text_put_bytes(b, row->shallow_bytes);
}

static void put_retained(struct buf *b, const struct class_row *row, uint64_t total_bytes)
{
    (void)total_bytes;
    text_put_bytes(b, row->retained_bytes);
}

static void put_share(struct buf *b, const struct class_row *row, uint64_t total_bytes)
{
    text_put_percent(b, row->retained_bytes, total_bytes);
}

const struct class_column class_columns[CLASS_COLUMN_COUNT] = {
    {"Class", 0, false, "constructor, or the kind of the object in brackets", put_name},
    {"Distance", 8, true, "steps from a root to the nearest object", put_distance},
    {"Count", 11, true, "objects", put_count},
    {"Shallow", 9, true, "bytes of the objects themselves", put_shallow},
    {"Retained", 9, true, "bytes that would go with them", put_retained},
    {"Share", 7, true, "retained bytes of the whole heap", put_share},
};
