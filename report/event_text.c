/* Events as lines of text, and facts as people read them: see event_lines.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/event_lines.h"

#define TIME_WIDTH 25
#define SURE_WIDTH 6
#define KIND_WIDTH 14
#define PID_WIDTH 8
#define TEXT_WIDTH 400
#define MIB (INT64_C(1) << 20)

/* -- facts -- */

static void put_size(struct buf *b, struct number bytes)
{
    if (bytes.value < 10 * MIB && bytes.value > -10 * MIB)
        buf_printf(b, bytes.value % 1024 ? "%" PRId64 " bytes" : "%" PRId64 " KiB",
                   bytes.value % 1024 ? bytes.value : bytes.value / 1024);
    else
        buf_printf(b, "%" PRId64 " MiB", bytes.value / MIB);
}

static void put_kib(struct buf *b, struct number kib)
{
    if (kib_is_unlimited(kib))
        buf_puts(b, "unlimited");
    else
        put_size(b, (struct number){true, kib.value * 1024});
}

/* Thousandths of MiB: a tenth is what logs have. */
static void put_mib(struct buf *b, struct number bytes)
{
    event_decimal_put(b, bytes.value / MIB * 1000 + (bytes.value % MIB * 1000 + MIB / 2) / MIB, 3);
}

void event_fact_put(struct buf *b, const struct event *e, const struct event_fact *f, bool units)
{
    const void *at = event_fact_at(e, f);
    const char *word = event_fact_word(e, f);
    switch (f->type) {
    case FACT_KIB:
    case FACT_BYTES:
        if (units && f->type == FACT_KIB)
            put_kib(b, *(const struct number *)at);
        else if (units)
            put_size(b, *(const struct number *)at);
        else
            buf_printf(b, "%" PRId64, ((const struct number *)at)->value);
        break;
    case FACT_NUMBER:
        buf_printf(b, "%" PRId64, ((const struct number *)at)->value);
        break;
    case FACT_HEX:
        buf_printf(b, "0x%" PRIx64, (uint64_t)((const struct number *)at)->value);
        break;
    case FACT_MIB:
        put_mib(b, *(const struct number *)at);
        break;
    case FACT_THOUSANDTHS:
        event_decimal_put(b, ((const struct number *)at)->value, 3);
        break;
    case FACT_BOOL:
    case FACT_FLAG:
        buf_puts(b, *(const bool *)at ? "true" : "false");
        break;
    case FACT_TEXT:
        buf_puts(b, at);
        break;
    case FACT_COUNT:
        buf_printf(b, "%" PRId64, *(const int64_t *)at);
        break;
    case FACT_OOM_KIND:
    case FACT_V8_CAUSE:
    case FACT_NODE_ERROR:
    case FACT_SERIES_METRIC:
    case FACT_SERIES_AXIS:
    case FACT_KILLER:
        buf_puts(b, word);
        break;
    case FACT_LINE:
        buf_printf(b, "%" PRIu64, *(const uint64_t *)at);
        break;
    }
}

/* -- the body: name, text, and the facts that have a brief form -- */

static void put_brief(struct buf *b, const struct event *e, const struct event_fact *f)
{
    const char *value = strchr(f->brief, '%');
    if (f->type == FACT_BOOL && !*(const bool *)event_fact_at(e, f))
        return;
    buf_puts(b, b->len ? ", " : "");
    if (!value) {
        buf_puts(b, f->brief);
        return;
    }
    buf_append(b, f->brief, (size_t)(value - f->brief));
    event_fact_put(b, e, f, true);
    buf_puts(b, value + 1);
}

static bool draw_body(const struct event *e, const struct report_options *o, struct buf *ret,
                      struct err *err)
{
    struct buf told = {0};
    size_t count;
    const struct event_fact *facts = event_facts(&count);
    if (e->text)
        buf_puts(&told, e->text);
    for (size_t i = 0; i < count; i++)
        if (facts[i].brief && event_knows(e, &facts[i]))
            put_brief(&told, e, &facts[i]);
    if (e->comm[0]) {
        text_put_cut(ret, e->comm, strlen(e->comm), COMM_MAX, o->ascii);
        buf_puts(ret, told.len ? ": " : "");
    }
    text_put_cut(ret, buf_str(&told), told.len, TEXT_WIDTH, o->ascii);
    bool failed = told.failed || ret->failed;
    buf_release(&told);
    /* Behind a NUL the stamp, for an event that gets no time. */
    buf_putc(ret, '\0');
    text_put_safe(ret, e->time.text, strlen(e->time.text), o->ascii);
    return !failed || err_nomem(err, ret->len, "an event");
}

/* -- the rest -- */

static void put_offset(struct buf *b, int64_t offset_us)
{
    int64_t minutes = offset_us / 60000000;
    if (!minutes)
        buf_putc(b, 'Z');
    else
        buf_printf(b, "%c%02d:%02d", minutes < 0 ? '-' : '+', (int)(llabs(minutes) / 60),
                   (int)(llabs(minutes) % 60));
}

/* "2026-11-23 13:22:48.561Z", to the millisecond; a stamp that tells no time as it is. */
static void put_time(struct buf *b, const struct event_line *l)
{
    const struct event_time *t = &l->event->at;
    const char *stamp = memchr(l->body, '\0', l->event->body_len);
    if (!event_time_known(t)) {
        size_t len = stamp ? (size_t)(l->body + l->event->body_len - stamp - 1) : 0;
        buf_append(b, len ? stamp + 1 : "-", len ? len : 1);
        return;
    }
    int64_t local = t->zone_known ? time_zone_to_local(l->zone, t->us) : t->us;
    time_put(b, local, ' ');
    if (!b->failed && b->len > 3)
        b->len -= 3;
    if (t->zone_known)
        put_offset(b, local - t->us);
}

static void pad(struct buf *b, size_t start, size_t width)
{
    size_t used = text_width(buf_str(b) + start, b->len - start);
    text_put_spaces(b, used < width ? width - used : 0);
    buf_putc(b, ' ');
}

static bool draw_line(const struct event_line *l, const struct report_options *o, struct buf *ret,
                      struct err *err)
{
    const struct spooled_event *e = l->event;
    size_t start = ret->len;
    put_time(ret, l);
    pad(ret, start, TIME_WIDTH);
    start = ret->len;
    if (event_time_known(&e->at)) {
        buf_puts(ret, o->ascii ? "+-" : "±");
        buf_printf(ret, "%" PRId64 " s", (e->at.sure_us + 999999) / 1000000);
    }
    pad(ret, start, SURE_WIDTH);
    start = ret->len;
    buf_puts(ret, event_kind_word(e->kind));
    pad(ret, start, KIND_WIDTH);
    start = ret->len;
    if (e->pid.known)
        buf_printf(ret, "%" PRId64, e->pid.value);
    pad(ret, start, PID_WIDTH);
    size_t told = strnlen(l->body, e->body_len);
    buf_append(ret, l->body, told);
    buf_puts(ret, told ? "  [" : "[");
    text_put_safe(ret, e->file, strlen(e->file), o->ascii);
    if (e->line)
        buf_printf(ret, ":%" PRIu64, e->line);
    buf_puts(ret, "]\n");
    return !ret->failed || err_nomem(err, ret->len, "an event");
}

const struct event_drawing event_text = {draw_body, draw_line};
