/* Lines from bytes, needles in lines, matchers on needles: see log.h. */
#include "parsers/log.h"

#include "base/buf.h"
#include "parsers/log_levels.h"
#include "parsers/log_series.h"
#include "parsers/pm2_names.h"
#include "parsers/record_reader.h"
#include "parsers/utf16_text.h"

#include <assert.h>
#include <stdlib.h>

#define MODULES_MAX 20
#define MATCHERS_MAX 250 /* numbers of matchers are bytes */
#define UTF16_BLOCK 4096

static const struct log_module *const modules[] = {
    &log_kernel_module,  &log_v8_module,          &log_pm2_module,          &log_next_module,
    &log_killers_module, &log_oomd_module,        &log_systemd_module,      &log_docker_module,
    &log_kubectl_module, &log_kube_status_module, &log_kernel_notes_module, &log_node_errors_module,
    &log_memory_module,  &log_requests_module,    &log_pm2_tables_module,   &log_text_report_module,
};

struct log_parser {
    struct log_out out;
    struct log_module_state *states[MODULES_MAX];
    const struct log_matcher *matchers[MATCHERS_MAX]; /* NULL for the records' needles */
    const char *needles[MATCHERS_MAX];
    uint8_t owner[MATCHERS_MAX]; /* which module's state a matcher gets */
    bool document[MATCHERS_MAX]; /* it searches records as a whole */
    size_t needle_len[MATCHERS_MAX];
    size_t matcher_count;
    /* Needles by their first two bytes: number of the first one + 1, then those that follow. */
    uint8_t first[65536], next[MATCHERS_MAX];
    struct utf16_text utf16;
    struct buf carry; /* the beginning of a line whose end has not come */
    struct log_levels *levels;
    uint64_t lines;
    bool watches_clock;
};

bool log_emit(const struct log_out *out, struct event *e, struct err *err)
{
    e->file = out->file;
    e->boot = out->boot;
    e->boot_id = out->boot_id[0] ? out->boot_id : NULL;
    return out->sink.event(out->sink.ctx, e, err) && log_series_watch(out, e, err);
}

/* -- making -- */

static unsigned pair_of(const char *p)
{
    return (unsigned)(uint8_t)p[0] << 8 | (uint8_t)p[1];
}

static void add_needle(struct log_parser *p, const char *needle, const struct log_matcher *m,
                       size_t module, bool document)
{
    size_t n = p->matcher_count++;
    assert(n < MATCHERS_MAX && needle[0] && needle[1]);
    unsigned pair = pair_of(needle);
    p->matchers[n] = m;
    p->needles[n] = needle;
    p->owner[n] = (uint8_t)module;
    p->document[n] = document;
    p->needle_len[n] = strlen(needle);
    p->next[n] = p->first[pair];
    p->first[pair] = (uint8_t)(n + 1);
}

static void add_matchers(struct log_parser *p, size_t module)
{
    const struct log_module *m = modules[module];
    for (size_t i = 0; i < m->matcher_count; i++)
        add_needle(p, m->matchers[i].needle, &m->matchers[i], module, false);
    for (size_t i = 0; i < m->document_count; i++)
        add_needle(p, m->documents[i].needle, &m->documents[i], module, true);
}

static const struct log_work work_of_parser;

static bool make_levels(struct log_parser *p, struct err *err)
{
    for (size_t i = 0; record_needles[i]; i++)
        add_needle(p, record_needles[i], NULL, 0, false);
    return log_levels_new(&work_of_parser, p, &p->out, &p->levels, err);
}

bool log_parser_new(const char *file, const struct event_sink *sink, struct log_parser **ret,
                    struct err *err)
{
    struct log_parser *p = calloc(1, sizeof *p);
    if (!p)
        return err_nomem(err, sizeof *p, "the log parser");
    p->out = (struct log_out){.sink = *sink, .file = file, .series = log_series_new()};
    if (!p->out.series) {
        err_nomem(err, sizeof *p, "the log parser");
        goto fail;
    }
    pm2_name_of_file(file, p->out.app, &p->out.app_id);
    if (!make_levels(p, err))
        goto fail;
    for (size_t i = 0; i < ARRAY_LEN(modules); i++) {
        p->states[i] = calloc(1, modules[i]->state_bytes);
        if (!p->states[i]) {
            err_nomem(err, modules[i]->state_bytes, "the log parser");
            goto fail;
        }
        p->states[i]->out = &p->out;
        if (modules[i]->init && !modules[i]->init(p->states[i], err))
            goto fail;
        add_matchers(p, i);
    }
    *ret = p;
    return true;
fail:
    log_parser_free(p);
    return false;
}

void log_parser_free(struct log_parser *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < ARRAY_LEN(modules); i++) {
        if (p->states[i] && modules[i]->release)
            modules[i]->release(p->states[i]);
        free(p->states[i]);
    }
    log_levels_free(p->levels);
    log_series_free(p->out.series);
    buf_release(&p->carry);
    free(p);
}

void log_watch_clock(struct log_parser *p)
{
    p->watches_clock = true;
}

/* -- one line -- */

static bool flush_modules(struct log_parser *p, struct err *err)
{
    for (size_t i = 0; i < ARRAY_LEN(modules); i++)
        if (modules[i]->flush && !modules[i]->flush(p->states[i], err))
            return false;
    return true;
}

static bool needle_at(const struct log_parser *p, size_t matcher, struct span s)
{
    size_t n = p->needle_len[matcher];
    return s.len >= n && !memcmp(s.p, p->needles[matcher], n);
}

/* Whether any needle is in the line at all. Each step reads the bytes `at` and `at + 1`: the last
 * one is at s.len - 2, and no needle is a single byte. */
static bool has_needle(const struct log_parser *p, struct span s)
{
    bool of_record = false;
    for (size_t at = 0; at + 1 < s.len; at++) {
        for (size_t m = p->first[pair_of(s.p + at)]; UNLIKELY(m); m = p->next[m - 1]) {
            if (!needle_at(p, m - 1, span_from(s, at)))
                continue;
            if (p->matchers[m - 1])
                return true;
            of_record = true;
        }
    }
    return of_record && record_line_matters(s);
}

/* Each matcher once, for its first needle, in the order of the needles in the line. Of a record's
 * whole text those that want it, of a line all. */
static bool run_matchers(struct log_parser *p, const struct log_line *line, bool document,
                         struct err *err)
{
    bool done[MATCHERS_MAX] = {false};
    struct span s = line->payload;
    for (size_t at = 0; at + 1 < s.len; at++) {
        for (size_t m = p->first[pair_of(s.p + at)]; UNLIKELY(m); m = p->next[m - 1]) {
            const struct log_matcher *matcher = p->matchers[m - 1];
            if (done[m - 1] || !needle_at(p, m - 1, span_from(s, at)))
                continue;
            done[m - 1] = true;
            if (matcher && (!document || p->document[m - 1]) &&
                !matcher->hit(p->states[p->owner[m - 1]], line, at, err))
                return false;
        }
    }
    return true;
}

/* -- lines -- */

static bool any_wants_lines(const struct log_parser *p)
{
    for (size_t i = 0; i < ARRAY_LEN(modules); i++)
        if (p->states[i]->wants_lines)
            return true;
    return false;
}

static bool parser_matters(const void *parser, struct span s)
{
    const struct log_parser *p = parser;
    return any_wants_lines(p) || has_needle(p, s);
}

static bool parser_payload(void *parser, const struct log_line *line, struct err *err)
{
    struct log_parser *p = parser;
    for (size_t i = 0; i < ARRAY_LEN(modules); i++)
        if (p->states[i]->wants_lines && modules[i]->line &&
            !modules[i]->line(p->states[i], line, err))
            return false;
    return run_matchers(p, line, false, err);
}

static bool parser_document(void *parser, const struct log_line *line, struct err *err)
{
    return run_matchers(parser, line, true, err);
}

static bool parser_flush(void *parser, struct err *err)
{
    return flush_modules(parser, err);
}

static bool parser_stamp(void *parser, const struct log_line *line, struct err *err)
{
    struct log_parser *p = parser;
    struct event e = log_event(EVENT_STAMP, line);
    if (!p->watches_clock || e.time.clock == LOG_CLOCK_NONE)
        return true;
    return log_emit(&p->out, &e, err);
}

static const struct log_work work_of_parser = {parser_matters, parser_payload, parser_document,
                                               parser_stamp, parser_flush};

static bool take_line(struct log_parser *p, struct span raw, struct err *err)
{
    p->lines++;
    if (raw.len > LOG_LINE_KEEP)
        raw.len = LOG_LINE_KEEP;
    if (p->lines == 1)
        span_take(&raw, "\xef\xbb\xbf");
    return log_levels_take_line(p->levels, raw, p->lines, err);
}

bool log_take_record(struct log_parser *p, const struct log_record *r, struct err *err)
{
    p->lines = r->line;
    return log_levels_take_record(p->levels, r, err);
}

bool log_message_matters(const struct log_parser *p, const char *text, size_t len)
{
    return log_levels_matter(p->levels, (struct span){text, len});
}

void log_parser_set_file(struct log_parser *p, const char *file)
{
    p->out.file = file;
}

/* -- bytes -- */

/* Keeps at most LOG_LINE_KEEP bytes of the line, whatever its length. */
static void keep(struct log_parser *p, const char *text, size_t len)
{
    size_t room = LOG_LINE_KEEP - p->carry.len;
    buf_append(&p->carry, text, len < room ? len : room);
}

static bool take_carried(struct log_parser *p, struct err *err)
{
    if (p->carry.failed)
        return err_nomem(err, LOG_LINE_KEEP, "a log line");
    bool ok = take_line(p, (struct span){buf_str(&p->carry), p->carry.len}, err);
    buf_clear(&p->carry);
    return ok;
}

/* What is kept of a line is full: a record is read further without keeping it. */
static bool begin_long(struct log_parser *p, struct err *err)
{
    struct span head = {buf_str(&p->carry), p->carry.len};
    struct record_reader *reader = log_levels_reader(p->levels);
    if (!p->lines)
        span_take(&head, "\xef\xbb\xbf");
    return !record_reader_reads_long(reader, head) ||
           record_reader_begin_long(reader, head, p->lines + 1, err);
}

/* Bytes that are a record's, whatever is in them. */
static bool take_bytes(struct log_parser *p, struct span *s, struct err *err)
{
    size_t used = 0;
    uint64_t lines = 0;
    bool text = false;
    struct record_reader *reader = log_levels_reader(p->levels);
    if (!record_reader_bytes(reader, *s, p->lines, &used, &lines, &text, err))
        return false;
    *s = span_from(*s, used);
    p->lines += lines;
    if (record_reader_wants_bytes(reader))
        return true;
    p->lines -= text; /* take_line() counts it */
    if (text)
        return take_carried(p, err);
    buf_clear(&p->carry);
    return true;
}

static bool feed_utf8(struct log_parser *p, struct span s, struct err *err)
{
    struct record_reader *reader = log_levels_reader(p->levels);
    while (s.len) {
        if (record_reader_wants_bytes(reader)) {
            if (!take_bytes(p, &s, err))
                return false;
            continue;
        }
        const char *lf = memchr(s.p, '\n', s.len);
        size_t n = lf ? (size_t)(lf - s.p) : s.len, room = LOG_LINE_KEEP - p->carry.len;
        if (lf && !p->carry.len && n <= LOG_LINE_KEEP) {
            if (!take_line(p, span_head(s, n), err))
                return false;
            s = span_from(s, n + 1);
            continue;
        }
        bool full = p->carry.len == LOG_LINE_KEEP;
        keep(p, s.p, n);
        if (p->carry.failed)
            return err_nomem(err, LOG_LINE_KEEP, "a log line");
        if (!full && n > room) { /* the byte that is too many has come */
            if (!begin_long(p, err))
                return false;
            s = span_from(s, room);
            continue;
        }
        s = span_from(s, n + (lf ? 1 : 0));
        if (lf && !take_carried(p, err))
            return false;
    }
    return true;
}

bool log_feed(struct log_parser *p, const uint8_t *buf, size_t len, struct err *err)
{
    char utf8[UTF16_BLOCK];
    while (len && !utf16_text_is_other(&p->utf16)) {
        size_t used, made = utf16_text_decode(&p->utf16, buf, len, utf8, sizeof utf8, &used);
        if (!feed_utf8(p, (struct span){utf8, made}, err))
            return false;
        buf += used;
        len -= used;
    }
    return !len || feed_utf8(p, (struct span){(const char *)buf, len}, err);
}

bool log_finish(struct log_parser *p, struct err *err)
{
    char held[2];
    size_t made = utf16_text_finish(&p->utf16, held);
    if (!feed_utf8(p, (struct span){held, made}, err))
        return false;
    struct record_reader *reader = log_levels_reader(p->levels);
    bool text = !record_reader_wants_bytes(reader);
    if (p->carry.len && text && !take_carried(p, err))
        return false;
    if (!record_reader_finish(reader, &text, err))
        return false;
    if (p->carry.len && text && !take_carried(p, err))
        return false;
    if (!log_levels_finish(p->levels, err) || !flush_modules(p, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(modules); i++)
        if (modules[i]->finish && !modules[i]->finish(p->states[i], err))
            return false;
    return log_series_flush(&p->out, err);
}
