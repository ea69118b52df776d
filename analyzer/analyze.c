/* From files to the model: see analyze.h. */
#include "analyzer/analyze.h"

#include "analyzer/analyze_growth.h"
#include "analyzer/analyze_snapshot.h"
#include "analyzer/config_files.h"
#include "analyzer/deaths.h"
#include "analyzer/event_list.h"
#include "analyzer/event_times.h"
#include "analyzer/heap_file.h"
#include "analyzer/journal_inputs.h"
#include "analyzer/log_findings.h"
#include "analyzer/observations.h"
#include "analyzer/rules/rule.h"
#include "analyzer/snapshot_name.h"
#include "base/read_ahead.h"
#include "parsers/log.h"
#include "parsers/node_report.h"
#include "parsers/pm2_list.h"
#include "parsers/span.h"

#include <string.h>
#include <time.h>

#define TELL_BYTES 4096 /* from the beginning, to tell the kind */

struct job {
    const struct analyze_options *options;
    const struct progress *progress;
    struct analysis *a;
    struct event_list events;
    struct event_times *times;
    struct event_sink to; /* events: the list, or whoever only wants these */
    bool only_events;
    struct journal_inputs journals;
    struct config_set configs;
    size_t file_count;
};

static void set_problem(struct job *j, struct input_info *info, const struct err *e)
{
    input_info_set_problem(info, &j->a->arena, e);
}

/* -- snapshots -- */

/* The heap that is surer of it tells the version of Next.js, and the last one that knows how it was
 * set up all of the rest. */
static void join_next(struct next_info *next, const struct next_info *from)
{
    struct next_info joined = from->server || from->options ? *from : *next;
    const struct next_info *surer = from->certainty > next->certainty ? from : next;
    joined.found = next->found || from->found;
    joined.version = surer->version;
    joined.certainty = surer->certainty;
    joined.source = surer->source ? surer->source : from->source;
    joined.version_min = surer->version_min;
    joined.version_max = surer->version_max;
    joined.node_version = from->node_version ? from->node_version : next->node_version;
    *next = joined;
}

static void join_runtime(struct runtime_info *run, const struct runtime_info *from)
{
    const char **const old[] = {&run->node_range, &run->v8_version, &run->framework, &run->pm2,
                                &run->images};
    const char *const new[] = {from->node_range, from->v8_version, from->framework, from->pm2,
                               from->images};
    for (size_t i = 0; i < ARRAY_LEN(old); i++)
        *old[i] = new[i] ? new[i] : *old[i];
}

/* The snapshot with the most bytes is the one that the figures are of. */
static void join_heap(struct analysis *a, struct analysis *part)
{
    if (!part->heap.present || (a->heap.present && a->heap.total_bytes >= part->heap.total_bytes))
        return;
    struct heap *old = a->graph;
    a->heap = part->heap;
    a->graph = part->graph;
    part->graph = old;
}

/* Puts the answers of one snapshot to those of all. */
static bool join(struct job *j, struct input_info *info, struct analysis *part, struct err *err)
{
    struct analysis *a = j->a;
    *info = part->inputs[0];
    join_next(&a->next, &part->next);
    join_runtime(&a->runtime, &part->runtime);
    join_heap(a, part);
    for (size_t i = 0; i < part->finding_count; i++) {
        struct finding *f =
            arena_push(&a->arena, (void **)&a->findings, &a->finding_count, sizeof *a->findings);
        if (f)
            *f = part->findings[i];
    }
    findings_order(a);
    arena_adopt(&a->arena, &part->arena);
    analysis_release(part);
    return !a->arena.failed || err_nomem(err, 0, "the findings");
}

static bool take_snapshot(struct job *j, struct input *in, struct input_info *info, struct err *err)
{
    struct analysis part;
    return analyze_snapshot(in, info->file, j->options, &part, j->progress, err) &&
           join(j, info, &part, err);
}

/* -- events -- */

static bool take_event(void *job, const struct event *e, struct err *err)
{
    struct job *j = job;
    event_times_see(j->times, e);
    return e->kind == EVENT_STAMP || j->to.event(j->to.ctx, e, err);
}

/* A snapshot as an event: what its name says. */
static bool tell_snapshot(struct job *j, struct input_info *info, struct err *err)
{
    struct event e = {.kind = EVENT_HEAP_SNAPSHOT, .file = info->file, .text = info->file};
    info->kind = INPUT_HEAP_SNAPSHOT;
    info->complete = true;
    snapshot_name_read(info->file, &e);
    return take_event(j, &e, err);
}

/* What is not written any more was whole when it was written last; a pipe ends now. */
static void tell_written(struct job *j, struct input *in, const char *file)
{
    struct file_stamp stamp;
    int64_t us = input_stamp(in, &stamp) ? stamp.modified_ns / 1000 : (int64_t)time(NULL) * 1000000;
    event_times_file(j->times, file, us);
}

/* -- logs and reports: fed block by block -- */

typedef bool feed_fn(void *parser, const uint8_t *buf, size_t len, struct err *err);

/* Reads to the end or to damage; both leave what was fed. */
static bool feed_all(struct job *j, struct input *in, struct input_info *info, feed_fn *feed,
                     void *parser, struct err *err)
{
    struct read_ahead *reader;
    const uint64_t file_bytes = input_file_bytes(in);
    const uint8_t *bytes;
    size_t len = 1;
    bool ok = true;
    if (!read_ahead_new(in, &reader, err))
        return false;
    info->complete = true;
    while (ok && len) {
        struct err e = {0};
        if (!read_ahead_next(reader, &bytes, &len, &e)) {
            set_problem(j, info, &e);
            break;
        }
        ok = feed(parser, bytes, len, err) && progress_goes_on(j->progress, err);
        progress_step(j->progress, "reading", read_ahead_file_offset(reader), file_bytes);
    }
    read_ahead_free(reader);
    return ok;
}

static bool feed_log(void *parser, const uint8_t *buf, size_t len, struct err *err)
{
    return log_feed(parser, buf, len, err);
}

static bool analyze_log(struct job *j, struct input *in, struct input_info *info, struct err *err)
{
    struct event_sink sink = {j, take_event};
    struct log_parser *parser = NULL;
    info->kind = INPUT_LOG;
    if (!log_parser_new(info->file, &sink, &parser, err))
        return false;
    log_watch_clock(parser);
    bool ok = feed_all(j, in, info, feed_log, parser, err) && log_finish(parser, err);
    log_parser_free(parser);
    return ok;
}

static bool feed_report(void *parser, const uint8_t *buf, size_t len, struct err *err)
{
    return node_report_feed(parser, buf, len, err);
}

/* Damage ends the reading; what was read before it counts. */
static bool analyze_report(struct job *j, struct input *in, struct input_info *info,
                           struct err *err)
{
    struct event_sink sink = {j, take_event};
    struct node_report *report;
    struct err e = {0};
    bool closed = false;
    info->kind = INPUT_NODE_REPORT;
    if (!node_report_new(info->file, &sink, &report, err))
        return false;
    bool fed = feed_all(j, in, info, feed_report, report, &e);
    bool ok = node_report_finish(report, &closed, err);
    node_report_free(report);
    if (!fed)
        set_problem(j, info, &e);
    else if (ok && !closed && !info->problem)
        info->remark = arena_printf(&j->a->arena, "%s: the report ends before its end", info->file);
    info->complete = closed;
    return ok && (fed || e.code != ERR_RESOURCE);
}

static bool feed_pm2_list(void *parser, const uint8_t *buf, size_t len, struct err *err)
{
    return pm2_list_feed(parser, buf, len, err);
}

static bool analyze_pm2_list(struct job *j, struct input *in, struct input_info *info,
                             struct err *err)
{
    struct event_sink sink = {j, take_event};
    struct pm2_list *list = NULL;
    bool closed = false;
    info->kind = INPUT_LOG;
    bool ok = pm2_list_new(info->file, &sink, &list, err) &&
              feed_all(j, in, info, feed_pm2_list, list, err) &&
              pm2_list_finish(list, &closed, err);
    pm2_list_free(list);
    if (ok && !closed && !info->problem)
        info->remark = arena_printf(&j->a->arena, "%s: the list ends before its end", info->file);
    info->complete &= closed;
    return ok;
}

/* A journal is read with the others, when all are there. */
static bool take_journal(struct job *j, struct input *in, struct input_info *info)
{
    struct err e = {0};
    info->kind = INPUT_LOG;
    info->complete = true;
    info->bytes = input_file_bytes(in);
    if (!journal_inputs_add(&j->journals, &j->a->arena, in, info->file, j->a->input_count - 1,
                            j->options->load.temp_dir, &e))
        set_problem(j, info, &e);
    return true;
}

static bool read_journals(struct job *j, struct err *err)
{
    struct event_sink sink = {j, take_event};
    if (!journal_inputs_read(&j->journals, &sink, j->progress, err))
        return false;
    for (size_t i = 0; i < j->journals.count; i++)
        if (j->journals.sources[i].problem.code != ERR_NONE)
            set_problem(j, &j->a->inputs[j->journals.files[i].order],
                        &j->journals.sources[i].problem);
    return true;
}

/* -- kinds -- */

static bool is_json(const uint8_t *p, size_t len)
{
    size_t i = 0;
    while (i < len && memchr(" \t\r\n", p[i], 4))
        i++;
    return i < len && (p[i] == '{' || (p[i] == '[' && i + 1 < len && strchr("{[\"\n", p[i + 1])));
}

static const char *content_word(const uint8_t *p, size_t len)
{
    if (bytes_are_answers(p, len))
        return "mortem's own index of a snapshot";
    return is_json(p, len) ? "JSON that is none of these" : "binary data";
}

/* What is exported may stand at the end of a script, so that more is looked at than of others. */
static enum config_kind config_kind_peek(struct input *in, const char *name,
                                         enum config_syntax *ret)
{
    const uint8_t *bytes;
    size_t len;
    struct err ignored; /* there were bytes before */
    if (!input_peek(in, INPUT_PEEK_MAX, &bytes, &len, &ignored))
        return CONFIG_KIND_NONE;
    /* What Kubernetes says of a pod that runs is read as a log is. */
    struct span text = {(const char *)bytes, len};
    return span_find(text, "containerStatuses") == SPAN_NONE
               ? config_input_kind(bytes, len, name, ret)
               : CONFIG_KIND_NONE;
}

static bool analyze_content(struct job *j, struct input *in, struct input_info *info,
                            struct err *err)
{
    const uint8_t *bytes;
    size_t len;
    struct err e = {0};
    bool told = input_peek(in, TELL_BYTES, &bytes, &len, &e);
    if (told && !len)
        told = err_set(&e, ERR_INPUT, 0,
                       "%s: byte 0: expected a heap snapshot, a Node report, a configuration file "
                       "or a text log, the file is empty",
                       info->file);
    if (!told) {
        set_problem(j, info, &e);
        return true;
    }
    if (bytes_are_heap_snapshot(bytes, len))
        return j->only_events ? tell_snapshot(j, info, err) : take_snapshot(j, in, info, err);
    if (bytes_are_node_report(bytes, len))
        return analyze_report(j, in, info, err);
    if (bytes_are_pm2_list(bytes, len))
        return analyze_pm2_list(j, in, info, err);
    if (bytes_are_journal(bytes, len))
        return take_journal(j, in, info);
    enum config_syntax syntax;
    enum config_kind config = bytes_are_answers(bytes, len)
                                  ? CONFIG_KIND_NONE
                                  : config_kind_peek(in, info->file, &syntax);
    if (config != CONFIG_KIND_NONE && j->only_events) /* has none */
        return true;
    if (config != CONFIG_KIND_NONE)
        return config_take(&j->configs, in, info, config, syntax, j->a, err);
    if (!input_peek(in, TELL_BYTES, &bytes, &len, err))
        return false;
    if (!bytes_are_answers(bytes, len) && log_bytes_look_like_text(bytes, len))
        return analyze_log(j, in, info, err);
    err_set(&e, ERR_INPUT, 0,
            "%s: byte 0: expected a heap snapshot, a Node report, a configuration file or a text "
            "log, found %s",
            info->file, content_word(bytes, len));
    set_problem(j, info, &e);
    return true;
}

/* `mortem *` finds indexes beside their snapshots. */
static bool is_to_be_passed_over(struct job *j, struct input *in)
{
    const uint8_t *bytes;
    size_t len;
    struct err ignored; /* told when it is read */
    return j->file_count > 1 && input_peek(in, TELL_BYTES, &bytes, &len, &ignored) &&
           bytes_are_answers(bytes, len);
}

static bool analyze_file(struct job *j, const char *path, struct err *err)
{
    struct analysis *a = j->a;
    struct input *in;
    struct err e = {0};
    struct input_info *info =
        arena_push(&a->arena, (void **)&a->inputs, &a->input_count, sizeof *a->inputs);
    if (!info)
        return err_nomem(err, sizeof *info, "the list of inputs");
    info->file = arena_strdup(&a->arena, strcmp(path, "-") ? path : "<stdin>");
    if (!input_open(path, &in, &e)) {
        set_problem(j, info, &e);
        return true;
    }
    tell_written(j, in, info->file);
    bool ok = true;
    if (is_to_be_passed_over(j, in)) {
        *info = (struct input_info){0};
        a->input_count--;
    } else {
        ok = analyze_content(j, in, info, err);
        info->bytes = max_u64(info->bytes, input_offset(in));
    }
    input_close(in);
    return ok;
}

static bool read_files(struct job *j, const char *const *files, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < j->file_count; i++)
        ok = analyze_file(j, files[i], err) && progress_goes_on(j->progress, err);
    ok = ok && read_journals(j, err) && event_times_settle(j->times, err);
    journal_inputs_release(&j->journals);
    return ok;
}

bool analyze_events(const char *const *files, size_t count, const struct analyze_options *o,
                    const struct event_sink *to, struct event_times *times, struct analysis *ret,
                    const struct progress *p, struct err *err)
{
    struct analysis a = {0};
    struct job j = {.options = o, .progress = p, .a = &a, .file_count = count, .to = *to};
    j.times = times;
    j.only_events = true;
    bool ok = read_files(&j, files, err);
    if (ok && a.arena.failed)
        ok = err_nomem(err, 0, "the inputs");
    if (!ok) {
        analysis_release(&a);
        return false;
    }
    *ret = a;
    return true;
}

bool analyze_files(const char *const *files, size_t count, const struct analyze_options *o,
                   struct analysis *ret, const struct progress *p, struct err *err)
{
    struct analysis a = {0};
    struct job j = {.options = o, .progress = p, .a = &a, .file_count = count};
    j.to = event_list_sink(&j.events);
    if (!event_times_new(&o->zone, &j.times, err))
        return false;
    j.events.times = j.times;
    bool ok = read_files(&j, files, err);
    if (ok && o->compare)
        ok = analyze_growth(&a, o, p, err);
    if (ok) {
        logs_identify_next(&j.events, &a);
        config_identify(&j.configs, &a);
        logs_find(&j.events, &a);
        logs_observe(&j.events, &a);
        config_find(&j.configs, &a);
        ok = deaths_join(&a, &j.events, err);
        settings_place_advice(&a);
    }
    event_list_release(&j.events);
    event_times_free(j.times);
    config_set_release(&j.configs);
    if (ok && a.arena.failed)
        ok = err_nomem(err, 0, "the analysis");
    if (!ok) {
        analysis_release(&a);
        return false;
    }
    *ret = a;
    return true;
}

bool analyze_graph(const struct analysis *a, const struct analyze_options *o, struct heap *ret,
                   const struct progress *p, struct err *err)
{
    struct heap h;
    if (!heap_of_file(a->heap.file, &o->load, &h, p, err))
        return false;
    bool same = h.node_count == a->heap.nodes && heap_total_bytes(&h) == a->heap.total_bytes;
    if (!same)
        err_set(err, ERR_INPUT, 0, "%s: the file has changed since its answers were found",
                a->heap.file);
    if (!same || !heap_find_positions(&h, err)) {
        heap_release(&h);
        return false;
    }
    *ret = h;
    return true;
}
