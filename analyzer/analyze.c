/* From files to the model: see analyze.h. */
#include "analyzer/analyze.h"

#include "analyzer/deaths.h"
#include "analyzer/event_list.h"
#include "analyzer/heap_file.h"
#include "analyzer/heap_summary.h"
#include "analyzer/passes.h"
#include "analyzer/rules/rule.h"
#include "base/read_ahead.h"
#include "parsers/log.h"
#include "parsers/node_report.h"

#include <stdlib.h>
#include <string.h>

#define TELL_BYTES 4096 /* from the beginning, to tell the kind */

struct job {
    const struct analyze_options *options;
    const struct progress *progress;
    struct analysis *a;
    struct event_list events;
};

static void set_problem(struct job *j, struct input_info *info, const struct err *e)
{
    bool named = strstr(e->msg, info->file) != NULL;
    info->problem = e->code;
    info->complete = false;
    info->remark = named ? arena_strdup(&j->a->arena, e->msg)
                         : arena_printf(&j->a->arena, "%s: %s", info->file, e->msg);
}

/* -- snapshots -- */

/* What can be said of a heap whose file was cut. */
static void describe_damage(struct job *j, struct input_info *info, const struct heap *h)
{
    struct err e = h->damage;
    set_problem(j, info, &e);
    info->remark = arena_printf(&j->a->arena, "%s; analyzed as far as it goes: %s", info->remark,
                                heap_missing(h));
}

/* What is odd about a heap and did not stop its reading. */
static void describe_oddities(struct job *j, struct input_info *info, const struct heap *h)
{
    struct buf text = {0};
    if (oddities_describe(&h->odd, &text))
        info->remark =
            arena_printf(&j->a->arena, "%s%s%s", info->remark ? info->remark : info->file,
                         info->remark ? "; " : ": ", buf_str(&text));
    buf_release(&text);
}

/* The snapshot with the most bytes is the one that the figures are of. */
static bool take_heap(struct job *j, struct heap *h, const char *file, struct err *err)
{
    struct analysis *a = j->a;
    if (a->heap.present && a->heap.total_bytes >= heap_total_bytes(h))
        return true;
    if (!heap_summarize(h, file, a, err))
        return false;
    if (!j->options->keep_heap)
        return true;
    if (!heap_find_positions(h, err))
        return false;
    if (!a->graph && !(a->graph = calloc(1, sizeof *a->graph)))
        return err_nomem(err, sizeof *a->graph, "the heap");
    heap_release(a->graph);
    *a->graph = *h;
    *h = (struct heap){0};
    return true;
}

static bool analyze_snapshot(struct job *j, struct input *in, struct input_info *info,
                             struct err *err)
{
    const struct heap_load_options o = {.yajl = j->options->yajl, .temp_dir = j->options->temp_dir};
    struct heap h = {0};
    struct err e = {0};
    info->kind = INPUT_HEAP_SNAPSHOT;
    if (!heap_load(in, &o, &h, j->progress, &e)) {
        set_problem(j, info, &e);
        return true;
    }
    info->complete = h.complete;
    if (!h.complete)
        describe_damage(j, info, &h);
    describe_oddities(j, info, &h);
    if (!heap_analyze(&h, j->progress, &e)) {
        set_problem(j, info, &e);
        heap_release(&h);
        return true;
    }
    progress_step(j->progress, "looking for leaks", 0, 1);
    bool ok = rules_run(&h, info->file, j->a, err) && take_heap(j, &h, info->file, err);
    progress_step(j->progress, "looking for leaks", 1, 1);
    heap_release(&h);
    return ok;
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
        ok = feed(parser, bytes, len, err);
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
    struct event_sink sink = event_list_sink(&j->events);
    struct log_parser *parser = NULL;
    info->kind = INPUT_LOG;
    bool ok = log_parser_new(info->file, &sink, &parser, err) &&
              feed_all(j, in, info, feed_log, parser, err) && log_finish(parser, err);
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
    struct event_sink sink = event_list_sink(&j->events);
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

/* -- kinds -- */

static bool is_json(const uint8_t *p, size_t len)
{
    size_t i = 0;
    while (i < len && memchr(" \t\r\n", p[i], 4))
        i++;
    return i < len && (p[i] == '{' || (p[i] == '[' && i + 1 < len && strchr("{[\"\n", p[i + 1])));
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
                       "%s: byte 0: expected a heap snapshot, a Node report or a text log, the "
                       "file is empty",
                       info->file);
    if (!told) {
        set_problem(j, info, &e);
        return true;
    }
    if (bytes_are_heap_snapshot(bytes, len))
        return analyze_snapshot(j, in, info, err);
    if (bytes_are_node_report(bytes, len))
        return analyze_report(j, in, info, err);
    if (log_bytes_look_like_text(bytes, len))
        return analyze_log(j, in, info, err);
    err_set(&e, ERR_INPUT, 0,
            "%s: byte 0: expected a heap snapshot, a Node report or a text log, found %s",
            info->file, is_json(bytes, len) ? "JSON that is neither" : "binary data");
    set_problem(j, info, &e);
    return true;
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
    bool ok = analyze_content(j, in, info, err);
    info->bytes = input_offset(in);
    input_close(in);
    return ok;
}

bool analyze_files(const char *const *files, size_t count, const struct analyze_options *o,
                   struct analysis *ret, const struct progress *p, struct err *err)
{
    struct analysis a = {0};
    struct job j = {.options = o, .progress = p, .a = &a};
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++)
        ok = analyze_file(&j, files[i], err);
    if (ok) {
        logs_identify_next(&j.events, &a);
        ok = deaths_join(&a, &j.events, err);
    }
    event_list_release(&j.events);
    if (ok && a.arena.failed)
        ok = err_nomem(err, 0, "the analysis");
    if (!ok) {
        analysis_release(&a);
        return false;
    }
    *ret = a;
    return true;
}
