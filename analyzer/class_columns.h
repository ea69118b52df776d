/* The columns of the table of classes, defined once for every renderer and the browser.
 *
 * `put` writes plain text that may hold anything an input held: escaping is the renderer's. The
 * column with width 0 takes what the others leave.
 */
#ifndef MORTEM_ANALYZER_CLASS_COLUMNS_H
#define MORTEM_ANALYZER_CLASS_COLUMNS_H

#include "analyzer/analysis.h"
#include "base/buf.h"

struct class_column {
    const char *title;
    unsigned width;   /* columns, 0: the rest */
    bool right;       /* numbers stand right */
    const char *help; /* one line */
    void (*put)(struct buf *b, const struct class_row *row, uint64_t total_bytes);
};

#define CLASS_COLUMN_COUNT 6

extern const struct class_column class_columns[CLASS_COLUMN_COUNT];

#endif
