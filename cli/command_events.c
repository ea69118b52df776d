/* `mortem events FILE...`: reads the events of all files, settles their clocks and lists what the
 * filters let through. `mortem events --list` lists kinds of events and what is told of them.
 */
#include "cli/command_events.h"

#include <inttypes.h>
#include <string.h>

#include "cli/draw.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/warn.h"
#include "report/event_lines.h"

#define FLUSH_BYTES 65536

struct listing {
    const struct settings *settings;
    struct report_options options; /* for bodies */
    struct event_times *times;
    struct event_spool *spool;
    struct event_window window;
    struct buf body;
    uint64_t timeless; /* left out for having no time */
};

/* -- reading -- */

static bool take_event(void *ctx, const struct event *e, struct err *err)
{
    struct listing *l = ctx;
    const struct settings *s = l->settings;
    if (!event_filter_lets_in(&s->events, e)) {
        /* It may be the last event, that others are counted from. */
        bool counts = s->events.has_since || s->events.has_until;
        return !counts || event_spool_add(l->spool, e, NULL, 0, err);
    }
    buf_clear(&l->body);
    return s->format->events->body(e, &l->options, &l->body, err) &&
           event_spool_add(l->spool, e, buf_str(&l->body), l->body.len, err);
}

/* -- writing -- */

static bool flush(struct buf *out, size_t least, const struct report_sink *sink, struct err *err)
{
    if (out->len < least)
        return true;
    if (!sink->write(sink->ctx, buf_str(out), out->len))
        return report_sink_failed(err);
    buf_clear(out);
    return true;
}

static bool draw(const void *ctx, const struct report_options *o, const struct report_sink *sink,
                 struct err *err)
{
    struct listing *l = (struct listing *)ctx;
    struct spooled_event e;
    struct buf out = {0};
    struct event_line line = {.event = &e, .zone = &l->settings->zone};
    bool ok = true;
    while (ok && event_spool_next(l->spool, &e, &line.body)) {
        if (e.hidden)
            continue;
        if (!event_window_has(&l->window, &e)) {
            l->timeless += l->window.timed && !e.placed;
            continue;
        }
        line.boot_id = event_times_boot_id(l->times, e.at.boot);
        ok = l->settings->format->events->line(&line, o, &out, err) &&
             flush(&out, FLUSH_BYTES, sink, err);
    }
    ok = ok && flush(&out, 1, sink, err);
    buf_release(&out);
    return ok;
}

static void warn_of_timeless(const struct listing *l)
{
    struct buf text = {0};
    if (!l->timeless)
        return;
    buf_printf(&text, "%" PRIu64 " event%s left out: %s log has no time that can be compared",
               l->timeless, l->timeless == 1 ? " is" : "s are", l->timeless == 1 ? "its" : "their");
    warn(buf_str(&text));
    buf_release(&text);
}

static bool list_events(struct listing *l, struct analysis *inputs, struct err *err)
{
    const struct settings *s = l->settings;
    const struct event_sink sink = {l, take_event};
    if (!output_check(s->output, s->files, s->file_count, err) ||
        !event_times_new(&s->zone, &l->times, err) ||
        !event_spool_new(s->index_dir, &l->spool, err) ||
        !inputs_events(s, &sink, l->times, inputs, err) ||
        !event_spool_sort(l->spool, l->times, err) ||
        !event_filter_settle(&s->events, l->times, l->spool, &s->zone, &l->window, err) ||
        !draw_answer(s, draw, l, err))
        return false;
    warn_of_timeless(l);
    return true;
}

/* -- what there is -- */

static void list_kinds(struct buf *b)
{
    buf_puts(b, "Kinds of events:\n");
    for (int k = EVENT_NONE + 1; k < EVENT_KIND_COUNT; k++) {
        const struct event_kind_row *row = event_kind_row((enum event_kind)k);
        if (k == EVENT_STAMP)
            continue;
        buf_printf(b, "  %-20s %s%s%s%s\n", event_kind_word((enum event_kind)k), row->help,
                   row->text_key ? " (`" : "", row->text_key ? row->text_key : "",
                   row->text_key ? "`)" : "");
    }
}

static void list_keys(struct buf *b)
{
    size_t count;
    const struct event_key *keys = event_keys(&count);
    buf_puts(b, "\nKeys of all events:\n");
    for (size_t i = 0; i < count; i++)
        buf_printf(b, "  %-20s %s\n", keys[i].key, keys[i].help);
}

static void list_facts(struct buf *b)
{
    size_t count;
    const struct event_fact *facts = event_facts(&count);
    for (size_t i = 0; i < count; i++) {
        if (!i || facts[i].part != facts[i - 1].part)
            buf_printf(b, "\nFacts, %s:\n", fact_part_word(facts[i].part));
        buf_printf(b, "  %-20s %s\n", facts[i].key, facts[i].help);
    }
}

static bool draw_list(const void *ctx, const struct report_options *o,
                      const struct report_sink *sink, struct err *err)
{
    struct buf b = {0};
    (void)ctx;
    (void)o;
    list_kinds(&b);
    list_keys(&b);
    list_facts(&b);
    bool ok = !b.failed || err_nomem(err, b.len, "the list of kinds");
    ok = ok && flush(&b, 1, sink, err);
    buf_release(&b);
    return ok;
}

int command_events(const struct settings *s)
{
    struct listing l = {.settings = s, .options = {.ascii = s->ascii}};
    struct analysis inputs = {0};
    struct err err;
    enum err_code status = ERR_NONE;
    bool ok = s->list ? draw_answer(s, draw_list, NULL, &err) : list_events(&l, &inputs, &err);
    if (ok)
        status = inputs_warn(&inputs);
    else
        warn(err.msg);
    event_spool_free(l.spool);
    event_times_free(l.times);
    buf_release(&l.body);
    analysis_release(&inputs);
    return ok ? (int)status : (int)err.code;
}
