/* What the tests of the log parsers share: files of the catalogue read in place, a parser run over
 * bytes in chunks of a given size, its events kept or written down for comparison.
 */
#ifndef MORTEM_TESTS_LOG_FIXTURE_H
#define MORTEM_TESTS_LOG_FIXTURE_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyzer/event_list.h"
#include "base/buf.h"
#include "parsers/log.h"
#include "parsers/node_report.h"
#include "parsers/pm2_list.h"

#define LOG_DATA "../shared/data/logs/"
#define CRASH_DATA "../shared/data/crash/"

/* The whole file, or false with a word if it is not there. */
static inline bool fixture_read(const char *path, struct buf *ret)
{
    char block[65536];
    size_t n;
    FILE *f = fopen(path, "rb");
    if (!f) {
        print_message("SKIPPED: %s is not there\n", path);
        return false;
    }
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_append(ret, block, n);
    fclose(f);
    assert_false(ret->failed);
    return true;
}

/* The bytes of each chunk are copied to a block of their own size, so that a sanitizer sees what
 * reads beyond it. `chunk` 0 is all at once. */
static inline void fixture_log(const char *file, const char *bytes, size_t len, size_t chunk,
                               struct event_sink sink)
{
    struct err err = {0};
    struct log_parser *p;
    assert_true(log_parser_new(file, &sink, &p, &err));
    for (size_t at = 0; at < len;) {
        size_t n = chunk && chunk < len - at ? chunk : len - at;
        uint8_t *copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, bytes + at, n);
        assert_true(log_feed(p, copy, n, &err));
        free(copy);
        at += n;
    }
    assert_true(log_finish(p, &err));
    log_parser_free(p);
}

static inline void fixture_report(const char *file, const char *bytes, size_t len, size_t chunk,
                                  struct event_sink sink)
{
    struct err err = {0};
    struct node_report *r;
    bool complete = false;
    assert_true(node_report_new(file, &sink, &r, &err));
    for (size_t at = 0; at < len;) {
        size_t n = chunk && chunk < len - at ? chunk : len - at;
        uint8_t *copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, bytes + at, n);
        assert_true(node_report_feed(r, copy, n, &err));
        free(copy);
        at += n;
    }
    assert_true(node_report_finish(r, &complete, &err));
    assert_true(complete);
    node_report_free(r);
}

/* Returns whether the list was closed. */
static inline bool fixture_pm2_list(const char *file, const char *bytes, size_t len, size_t chunk,
                                    struct event_sink sink)
{
    struct err err = {0};
    struct pm2_list *l;
    bool complete = false;
    assert_true(pm2_list_new(file, &sink, &l, &err));
    for (size_t at = 0; at < len;) {
        size_t n = chunk && chunk < len - at ? chunk : len - at;
        uint8_t *copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, bytes + at, n);
        assert_true(pm2_list_feed(l, copy, n, &err));
        free(copy);
        at += n;
    }
    assert_true(pm2_list_finish(l, &complete, &err));
    pm2_list_free(l);
    return complete;
}

/* An event_sink that writes every field down; `ctx` is a struct buf. */
static inline void put_number(struct buf *b, const char *name, struct number n)
{
    if (n.known)
        buf_printf(b, " %s=%" PRId64, name, n.value);
}

static inline void put_oom(struct buf *b, const struct oom_facts *f)
{
    buf_printf(b, " %s manual=%d group=%d complete=%d trigger=%s kernel=%s %s oom=%s task=%s",
               oom_kind_word(f->kind), f->manual, f->group, f->complete, f->trigger, f->kernel,
               f->constraint, f->oom_memcg, f->task_memcg);
    put_number(b, "tpid", f->trigger_pid);
    put_number(b, "order", f->order);
    put_number(b, "gfp", f->gfp);
    put_number(b, "uid", f->uid);
    put_number(b, "score", f->score);
    put_number(b, "adj", f->oom_score_adj);
    put_number(b, "vm", f->total_vm_kib);
    put_number(b, "anon", f->anon_rss_kib);
    put_number(b, "file", f->file_rss_kib);
    put_number(b, "shmem", f->shmem_rss_kib);
    put_number(b, "pgtables", f->pgtables_kib);
    put_number(b, "usage", f->usage_kib);
    put_number(b, "limit", f->limit_kib);
    put_number(b, "swap_free", f->swap_free_kib);
    put_number(b, "swap_total", f->swap_total_kib);
    put_number(b, "ram", f->ram_pages);
    put_number(b, "free", f->free_pages);
    buf_printf(b, " lines=%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, f->trigger_line,
               f->limit_line, f->swap_line, f->constraint_line);
    for (size_t i = 0; i < f->top_count; i++)
        buf_printf(b, " [%" PRIu32 " %s %" PRId64 "+%" PRId64 " :%" PRIu64 "]", f->top[i].pid,
                   f->top[i].name, f->top[i].rss_kib, f->top[i].swap_kib, f->top[i].line);
}

static inline void put_memory_state(struct buf *b, const struct oom_facts *f)
{
    put_number(b, "active_anon", f->active_anon_pages);
    put_number(b, "inactive_file", f->inactive_file_pages);
    put_number(b, "slab_u", f->slab_unreclaimable_pages);
    put_number(b, "stack", f->kernel_stack_kib);
    put_number(b, "huge", f->hugepages_total_kib);
    put_number(b, "cgroup_anon", f->cgroup_anon_kib);
    put_number(b, "cgroup_file", f->cgroup_file_kib);
    for (size_t i = 0; i < f->zone_count; i++) {
        buf_printf(b, " zone=%s", f->zones[i].name);
        put_number(b, "free", f->zones[i].free_kib);
        put_number(b, "min", f->zones[i].min_kib);
    }
    buf_printf(b, " nodemask=%s cpuset=%s mems=%s pod=%s container=%s unit=%s", f->nodemask,
               f->cpuset, f->mems_allowed, f->identity.pod_uid, f->identity.container_id,
               f->identity.unit);
}

static inline void put_others(struct buf *b, const struct event *e)
{
    if (e->note) {
        put_number(b, "count", e->note->count);
        put_number(b, "order", e->note->order);
        put_number(b, "seconds", e->note->seconds);
        buf_printf(b, " signal=%s executable=%s", e->note->signal, e->note->executable);
    }
    if (e->memory) {
        put_number(b, "available", e->memory->available_kib);
        put_number(b, "swap_free", e->memory->swap_free_kib);
    }
    if (e->killer) {
        buf_printf(b, " %s %s attempt=%" PRIu64 " cgroup=%s", killer_word(e->killer->killer),
                   e->killer->signal, e->killer->attempt, e->killer->cgroup);
        put_number(b, "rss", e->killer->rss_kib);
    }
    if (e->unit) {
        buf_printf(b, " unit=%s code=%s status=%s result=%s slice=%d", e->unit->unit, e->unit->code,
                   e->unit->status, e->unit->result, e->unit->slice);
        put_number(b, "peak", e->unit->memory_peak_kib);
        put_number(b, "restarts", e->unit->restarts);
    }
    if (e->container) {
        buf_printf(b, " id=%s name=%s pod=%s reason=%s by=%s", e->container->id, e->container->name,
                   e->container->pod, e->container->reason, e->container->said_by);
        put_number(b, "code", e->container->exit_code);
        put_number(b, "limit", e->container->limit_kib);
        put_number(b, "finished", e->container->finished_us);
    }
}

static inline bool fixture_write_down(void *ctx, const struct event *e, struct err *err)
{
    struct buf *b = ctx;
    (void)err;
    buf_printf(b, "%" PRIu64 "-%" PRIu64 " %s %s '%s' boot=%u comm='%s' text='%s'", e->first_line,
               e->line, event_kind_word(e->kind), log_clock_word(e->time.clock), e->time.text,
               e->boot, e->comm, e->text ? e->text : "");
    put_number(b, "pid", e->pid);
    put_number(b, "wall", e->time.wall_us);
    put_number(b, "uptime", e->time.uptime_us);
    if (e->oom) {
        put_oom(b, e->oom);
        put_memory_state(b, e->oom);
    }
    put_others(b, e);
    if (e->v8) {
        put_number(b, "used", e->v8->used_bytes);
        put_number(b, "committed", e->v8->committed_bytes);
        put_number(b, "mu", e->v8->mutator_permille);
        buf_printf(b, " title=%s report=%s", e->v8->title, e->v8->report_file);
    }
    if (e->pm2) {
        put_number(b, "id", e->pm2->id);
        put_number(b, "memory", e->pm2->memory_bytes);
        put_number(b, "limit", e->pm2->limit_bytes);
        buf_printf(b, " signal=%s", e->pm2->signal);
    }
    if (e->series) {
        buf_printf(b, " n=%" PRIu64 " first=%" PRId64 " last=%" PRId64 " points=%zu growing=%d",
                   e->series->count, e->series->first.bytes, e->series->last.bytes,
                   e->series->point_count, e->series->growing);
        put_number(b, "slope", e->series->slope_bytes_per_hour);
    }
    if (e->requests)
        buf_printf(b, " requests=%" PRIu64 " buckets=%zu", e->requests->count,
                   e->requests->bucket_count);
    if (e->error)
        buf_printf(b, " error=%s emitter=%s", node_error_word(e->error->error), e->error->emitter);
    if (e->report) {
        put_number(b, "heap", e->report->heap_used_bytes);
        put_number(b, "heap_limit", e->report->heap_limit_bytes);
        buf_printf(b, " node=%s event=%s command=%s", e->report->node_version, e->report->event,
                   e->report->command);
    }
    buf_putc(b, '\n');
    return true;
}

static inline size_t count_kind(const struct event_list *l, enum event_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++)
        n += l->events[i].kind == kind;
    return n;
}

/* The n-th event of a kind; the test fails if there is none. */
static inline const struct event *nth_of_kind(const struct event_list *l, enum event_kind kind,
                                              size_t n)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->events[i].kind == kind && n-- == 0)
            return &l->events[i];
    fail_msg("no such %s event", event_kind_word(kind));
    return NULL;
}

#endif
