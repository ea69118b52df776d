/* The tables of a trend (analyzer/trend.h) for every renderer: classes that changed, and places
 * that grew. Items are rows of the trend.
 */
#ifndef MORTEM_ANALYZER_TREND_TABLES_H
#define MORTEM_ANALYZER_TREND_TABLES_H

#include "analyzer/answer_table.h"
#include "analyzer/trend.h"

/* Is there a column of that key in one of the tables? NULL is the default order. Asked before the
 * long work of reading snapshots. */
bool trend_tables_check_sort(const char *key, struct err *err) WARN_UNUSED;

/* Fill a table; the trend is borrowed. By default the classes that grew most stand first, and of
 * the places those that grow in every step, by new bytes. A column to sort by that only the other
 * table has is passed over; one that neither has is an error. */
bool trend_table_classes(struct table *t, const struct trend *trend, const struct table_options *o,
                         struct err *err) WARN_UNUSED;
bool trend_table_places(struct table *t, const struct trend *trend, const struct table_options *o,
                        struct err *err) WARN_UNUSED;

/* Growth in tenths of a percent, as COLUMN_PERCENT_CHANGE has it. */
int64_t percent_change(uint64_t before, uint64_t after);

/* As many of the last names of a path as there is room for: they tell one page from another. */
struct str path_tail(const char *path);

#endif
