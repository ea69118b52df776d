/* systemd-oomd: kills of whole cgroups for memory pressure or for full swap.
 *
 * Before a kill it prints the candidates that it considered, with their memory; a list of
 * candidates without a kill says that nothing was killed, and is no event. It names no process.
 */
#include "parsers/log_module.h"
#include "parsers/log_sizes.h"

#define CANDIDATES_MAX 16
#define BLOCK_LINES_MAX 400

struct candidate {
    char path[CGROUP_PATH_MAX];
    struct number memory_kib, swap_kib;
};

struct oomd_log {
    struct log_module_state m;
    struct candidate candidates[CANDIDATES_MAX];
    size_t count;
    uint64_t block_line;          /* of the last line about candidates */
    char marked[CGROUP_PATH_MAX]; /* for killing: the kill itself may be told again */
    uint64_t marked_line;
};

static bool hit_considered(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct oomd_log *o = state;
    (void)at, (void)err;
    o->count = 0;
    o->block_line = line->number;
    o->m.wants_lines = true;
    return true;
}

/* "Path: /a/b", "Swap Usage: 477.8M", "Current Memory Usage: 388.4M" and what else there is */
static bool oomd_line(void *state, const struct log_line *line, struct err *err)
{
    struct oomd_log *o = state;
    struct span s = span_trim(line->payload);
    (void)err;
    if (log_is_beyond(line, o->block_line, BLOCK_LINES_MAX)) {
        o->m.wants_lines = false;
        o->count = 0;
        return true;
    }
    if (span_take(&s, "Path: ")) {
        if (o->count < CANDIDATES_MAX) {
            o->candidates[o->count] = (struct candidate){0};
            span_copy(o->candidates[o->count].path, CGROUP_PATH_MAX, s);
            o->count++;
        }
    } else if (o->count && span_take(&s, "Swap Usage: ")) {
        (void)span_take_size(&s, false, &o->candidates[o->count - 1].swap_kib);
    } else if (o->count && span_take(&s, "Current Memory Usage: ")) {
        (void)span_take_size(&s, false, &o->candidates[o->count - 1].memory_kib);
    }
    return true;
}

/* "61.77%" */
static struct number take_percent(struct span s)
{
    uint64_t whole;
    unsigned part = 0;
    if (!span_take_number(&s, &whole) || whole > 10000)
        return (struct number){0};
    if (span_take(&s, ".") && !span_take_digits(&s, 2, &part))
        part = 0;
    return number_of(whole * 100 + part);
}

/* "/p being 61.77% > 50.00% for > 20s with reclaim activity" */
static void take_pressure(struct killer_facts *f, struct span s)
{
    size_t being = span_find(s, " being ");
    span_copy(f->pressured, sizeof f->pressured, being == SPAN_NONE ? s : span_head(s, being));
    if (being == SPAN_NONE)
        return;
    s = span_from(s, being + strlen(" being "));
    f->pressure_permyriad = take_percent(s);
    size_t limit = span_find(s, "% > ");
    if (limit != SPAN_NONE)
        f->limit_permyriad = take_percent(span_from(s, limit + strlen("% > ")));
}

/* The number in parentheses behind `key`, which ends before s.len. */
static struct number parenthesised(struct span *s, const char *key)
{
    size_t at = span_find(*s, key);
    uint64_t v;
    if (at == SPAN_NONE)
        return (struct number){0};
    *s = span_from(*s, at + strlen(key));
    if (!span_take(s, "(") || !span_take_number(s, &v) || !span_starts(*s, ")"))
        return (struct number){0};
    return number_of(v);
}

/* "memory used (N) / total (N) and swap used (N) / total (N) being more than 90.00%" */
static void take_usage(struct killer_facts *f, struct span s)
{
    struct span rest = s;
    f->memory_used_bytes = parenthesised(&rest, "memory used ");
    f->memory_total_bytes = parenthesised(&rest, "/ total ");
    f->swap_used_bytes = parenthesised(&rest, "swap used ");
    f->swap_total_bytes = parenthesised(&rest, "/ total ");
    size_t more = span_find(s, "being more than ");
    if (more != SPAN_NONE)
        f->limit_permyriad = take_percent(span_from(s, more + strlen("being more than ")));
}

/* "Killed /a/b due to memory ...", since 258 "Marked /a/b for killing due to memory ..." */
static bool hit_due(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct oomd_log *o = state;
    struct span before = span_head(line->payload, at), s = span_from(line->payload, at);
    struct killer_facts f = {.killer = KILLER_SYSTEMD_OOMD, .signal = "SIGKILL", .attempt = 1};
    struct event e = log_event(EVENT_USER_KILL, line);
    size_t killed = span_find_last(before, "Killed /"), mark = span_find_last(before, "Marked /");
    size_t end = span_find_last(before, " for killing");
    bool marked = mark != SPAN_NONE && end != SPAN_NONE && end > mark;
    if (killed == SPAN_NONE && !marked)
        return true;
    struct span path =
        marked ? span_from(span_head(before, end), mark + 7) : span_from(before, killed + 7);
    span_copy(f.cgroup, sizeof f.cgroup, path);
    bool again = !marked && o->marked_line &&
                 !log_is_beyond(line, o->marked_line, BLOCK_LINES_MAX) &&
                 !strcmp(o->marked, f.cgroup);
    o->marked_line = marked ? line->number : 0;
    memcpy(o->marked, f.cgroup, sizeof o->marked);
    o->m.wants_lines = false;
    if (again)
        return true;
    s = span_from(s, strlen(" due to "));
    e.text = span_starts(s, "memory pressure for ") ? "pressure" : "swap";
    if (span_take(&s, "memory pressure for "))
        take_pressure(&f, s);
    else
        take_usage(&f, s);
    for (size_t i = 0; i < o->count; i++)
        if (!strcmp(o->candidates[i].path, f.cgroup))
            f.rss_kib = o->candidates[i].memory_kib;
    cgroup_identity(f.cgroup, &f.identity);
    e.killer = &f;
    return log_emit(o->m.out, &e, err);
}

static bool oomd_flush(void *state, struct err *err)
{
    struct oomd_log *o = state;
    (void)err;
    o->count = 0;
    o->marked_line = 0;
    o->m.wants_lines = false;
    return true;
}

static const struct log_matcher matchers[] = {
    {" cgroups for killing, top candidates were", hit_considered},
    {" due to memory pressure for ", hit_due},
    {" due to memory used (", hit_due},
};

const struct log_module log_oomd_module = {
    .name = "systemd-oomd",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct oomd_log),
    .line = oomd_line,
    .flush = oomd_flush,
};
