/* The table of tasks in a kernel OOM report: see log_tasks.h. */
#include "parsers/log_tasks.h"

/* Which member a header word fills. */
struct column {
    const char *word;
    size_t offset;
};

static const struct column columns[] = {
    {"total_vm", offsetof(struct task_table, total_vm)},
    {"rss", offsetof(struct task_table, rss)},
    {"swapents", offsetof(struct task_table, swapents)},
    {"oom_score_adj", offsetof(struct task_table, oom_score_adj)},
};

static void table_clear(struct task_table *t)
{
    *t = (struct task_table){.total_vm = -1, .rss = -1, .swapents = -1, .oom_score_adj = -1};
}

bool task_table_header(struct task_table *t, struct span payload)
{
    struct span s = span_trim(payload), word;
    if (!span_take(&s, "["))
        return false;
    s = span_trim_left(s);
    if (!span_take(&s, "pid"))
        return false;
    s = span_trim_left(s);
    if (!span_take(&s, "]"))
        return false;
    struct task_table fresh;
    table_clear(&fresh);
    int position = 0;
    bool named = false;
    while (span_take_word(&s, &word) && position < TASK_COLUMNS_MAX) {
        named = span_is(word, "name");
        if (named)
            break;
        for (size_t i = 0; i < ARRAY_LEN(columns); i++)
            if (span_is(word, columns[i].word))
                *(int *)((char *)&fresh + columns[i].offset) = position;
        position++;
    }
    if (!named || fresh.rss < 0)
        return false;
    fresh.header = true;
    fresh.numbers = (size_t)position;
    *t = fresh;
    return true;
}

/* Without a header: uid, tgid, total_vm and rss lead in every version; swapents and oom_score_adj
 * end the row. The count tells 3.x and 4.15 (7), 4.0 (8) and 6.8 (10) apart from anything else. */
static bool infer_columns(struct task_table *t, size_t numbers)
{
    if (numbers != 7 && numbers != 8 && numbers != 10)
        return false;
    t->numbers = numbers;
    t->total_vm = 2;
    t->rss = 3;
    t->swapents = (int)numbers - 2;
    t->oom_score_adj = (int)numbers - 1;
    return true;
}

static size_t take_numbers(struct span *s, int64_t *ret, size_t max)
{
    size_t n = 0;
    while (n < max) {
        struct span rest = span_trim_left(*s);
        if (!span_take_signed(&rest, &ret[n]) || (rest.len && !char_is_space(*rest.p)))
            break;
        *s = rest;
        n++;
    }
    return n;
}

static void keep_largest(struct task_table *t, const struct oom_task *task)
{
    size_t at = t->top_count < OOM_TOP_TASKS ? t->top_count++ : OOM_TOP_TASKS;
    while (at > 0 &&
           t->top[at - 1].rss_kib + t->top[at - 1].swap_kib < task->rss_kib + task->swap_kib) {
        if (at < OOM_TOP_TASKS)
            t->top[at] = t->top[at - 1];
        at--;
    }
    if (at < OOM_TOP_TASKS)
        t->top[at] = *task;
}

static int64_t pages_at(const int64_t *values, int column)
{
    int64_t v = column < 0 ? 0 : values[column];
    return v < 0 || v > INT64_MAX / 4096 ? 0 : v;
}

bool task_table_row(struct task_table *t, struct span payload, uint64_t line, uint32_t *ret_pid)
{
    int64_t values[TASK_COLUMNS_MAX];
    struct span s = span_trim(payload);
    uint64_t pid;
    if (!span_take(&s, "["))
        return false;
    s = span_trim_left(s);
    if (!span_take_number(&s, &pid) || pid > UINT32_MAX || !span_take(&s, "]"))
        return false;
    size_t numbers = take_numbers(&s, values, t->header ? t->numbers : TASK_COLUMNS_MAX);
    if (!t->numbers && !t->header) {
        table_clear(t);
        if (!infer_columns(t, numbers))
            return false;
    }
    if (numbers != t->numbers)
        return false;
    struct oom_task task = {.pid = (uint32_t)pid,
                            .rss_kib = pages_at(values, t->rss),
                            .swap_kib = pages_at(values, t->swapents),
                            .total_vm_kib = pages_at(values, t->total_vm),
                            .line = line};
    if (t->oom_score_adj >= 0)
        task.oom_score_adj = (struct number){true, values[t->oom_score_adj]};
    span_copy(task.name, sizeof task.name, span_trim_left(s));
    keep_largest(t, &task);
    t->rows++;
    *ret_pid = task.pid;
    return true;
}

void task_table_store(const struct task_table *t, int64_t page_kib, struct oom_facts *ret)
{
    for (size_t i = 0; i < t->top_count; i++) {
        ret->top[i] = t->top[i];
        ret->top[i].rss_kib *= page_kib;
        ret->top[i].swap_kib *= page_kib;
        ret->top[i].total_vm_kib *= page_kib;
    }
    ret->top_count = t->top_count;
    ret->task_count = t->rows;
}
