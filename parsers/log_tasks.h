/* The table of tasks in a kernel OOM report: columns by the header's words, never by position.
 *
 * Header words that are not known keep their place. Where the header is lost the columns are
 * inferred from the count of numbers. Everything is in pages until task_table_store().
 */
#ifndef MORTEM_PARSERS_LOG_TASKS_H
#define MORTEM_PARSERS_LOG_TASKS_H

#include "parsers/event.h"
#include "parsers/span.h"

#define TASK_COLUMNS_MAX 24

struct task_table {
    bool header;
    size_t numbers;                             /* in a row, behind "[pid]" */
    int total_vm, rss, swapents, oom_score_adj; /* positions among them, -1 if none */
    struct oom_task top[OOM_TOP_TASKS];         /* rss_kib, swap_kib, total_vm_kib hold pages */
    size_t top_count;
    uint64_t rows;
};

/* "[  pid  ]   uid  tgid total_vm ... name"; false if it is no header. Starts an empty table. */
bool task_table_header(struct task_table *t, struct span payload);
/* "[  18465]     0 18465 ... node"; false if it is no row, the table is untouched then. */
bool task_table_row(struct task_table *t, struct span payload, uint64_t line, uint32_t *ret_pid);
/* The largest tasks, in KiB of pages of `page_kib`. */
void task_table_store(const struct task_table *t, int64_t page_kib, struct oom_facts *ret);

#endif
