/* Events as JSON lines, by the table of facts: see event_lines.h and docs/events.md. */
#include <inttypes.h>
#include <string.h>

#include "report/event_lines.h"
#include "report/json_writer.h"

void event_decimal_put(struct buf *b, int64_t value, unsigned digits)
{
    uint64_t scale = 1, size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    for (unsigned i = 0; i < digits; i++)
        scale *= 10;
    uint64_t rest = size % scale;
    buf_printf(b, "%s%" PRIu64, value < 0 ? "-" : "", size / scale);
    if (!rest)
        return;
    for (; rest % 10 == 0; digits--)
        rest /= 10;
    buf_printf(b, ".%0*" PRIu64, (int)digits, rest);
}

/* -- a document of one object, into a buffer -- */

struct object {
    struct json_writer w;
    struct report_sink sink;
    struct buf number;
};

static bool append(void *ctx, const char *bytes, size_t len)
{
    buf_append(ctx, bytes, len);
    return true;
}

static bool object_open(struct object *o, const struct report_options *options, struct buf *to,
                        struct err *err)
{
    *o = (struct object){.sink = {append, to}};
    if (!json_writer_init(&o->w, options, &o->sink, err))
        return false;
    json_writer_compact(&o->w);
    json_open_object(&o->w);
    return true;
}

static bool object_close(struct object *o, struct buf *to, struct err *err)
{
    json_close_object(&o->w);
    bool failed = o->number.failed;
    buf_release(&o->number);
    return json_writer_finish(&o->w, err) &&
           (!(failed || to->failed) || err_nomem(err, to->len, "an event"));
}

static void key_decimal(struct object *o, const char *key, struct number n, unsigned digits)
{
    json_put_key(&o->w, key);
    if (!n.known) {
        json_put_null(&o->w);
        return;
    }
    buf_clear(&o->number);
    event_decimal_put(&o->number, n.value, digits);
    json_put_digits(&o->w, buf_str(&o->number));
}

/* -- the body -- */

static void put_fact(struct object *o, const struct event *e, const struct event_fact *f)
{
    const void *at = event_fact_at(e, f);
    if (!event_knows(e, f))
        return;
    if (f->type == FACT_BOOL || f->type == FACT_FLAG) {
        json_key_bool(&o->w, f->key, *(const bool *)at);
        return;
    }
    buf_clear(&o->number);
    event_fact_put(&o->number, e, f, false);
    json_put_key(&o->w, f->key);
    if (f->type == FACT_TEXT || f->type == FACT_HEX || event_fact_word(e, f))
        json_put_text(&o->w, buf_str(&o->number));
    else
        json_put_digits(&o->w, buf_str(&o->number));
}

/* Pages of the victim in the task table. */
static void put_victim(struct object *o, const struct event *e)
{
    const struct oom_facts *f = e->oom;
    json_put_key(&o->w, "victim");
    if (!e->pid.known) {
        json_put_null(&o->w);
        return;
    }
    json_put_number(&o->w, (uint64_t)e->pid.value);
    for (size_t i = 0; i < f->top_count; i++)
        if (number_is(e->pid, f->top[i].pid) && f->page_kib > 0)
            json_key_number(&o->w, "rss_pages", (uint64_t)(f->top[i].rss_kib / f->page_kib));
}

static bool draw_body(const struct event *e, const struct report_options *options, struct buf *ret,
                      struct err *err)
{
    struct object o;
    const struct event_kind_row *row = event_kind_row(e->kind);
    size_t count;
    const struct event_fact *facts = event_facts(&count);
    if (!object_open(&o, options, ret, err))
        return false;
    if (e->time.text[0])
        json_key_text(&o.w, "stamp", e->time.text);
    if (e->comm[0])
        json_key_text(&o.w, row->name_key, e->comm);
    if (e->text && row->text_key)
        json_key_text(&o.w, row->text_key, e->text);
    for (size_t i = 0; i < count; i++)
        put_fact(&o, e, &facts[i]);
    if (e->kind == EVENT_KERNEL_OOM && e->oom)
        put_victim(&o, e);
    return object_close(&o, ret, err);
}

/* -- the rest -- */

static void put_time(struct object *o, const struct event_time *t)
{
    json_put_key(&o->w, "time");
    if (event_time_known(t)) {
        buf_clear(&o->number);
        time_put(&o->number, t->us, 'T');
        buf_puts(&o->number, t->zone_known ? "Z" : "");
        json_put_text(&o->w, buf_str(&o->number));
    } else {
        json_put_null(&o->w);
    }
    key_decimal(o, "time_sure_s", (struct number){event_time_known(t), t->sure_us}, 6);
    json_key_text(&o->w, "time_from", event_time_known(t) ? time_source_word(t->source) : NULL);
}

static void put_head(struct object *o, const struct event_line *l)
{
    const struct spooled_event *e = l->event;
    json_key_text(&o->w, "type", event_kind_word(e->kind));
    put_time(o, &e->at);
    json_key_text(&o->w, "clock", log_clock_word(e->clock));
    key_decimal(o, "mono", e->uptime_us, 6);
    json_key_number_or_null(&o->w, "boot", e->at.boot);
    if (l->boot_id)
        json_key_text(&o->w, "boot_id", l->boot_id);
    json_key_text(&o->w, "file", e->file);
    json_key_number_or_null(&o->w, "line", e->line);
    if (e->first_line != e->line)
        json_key_number(&o->w, "first_line", e->first_line);
    key_decimal(o, "pid", e->pid, 0);
    if (e->kind == EVENT_KERNEL_OOM)
        json_key_bool(&o->w, "reaped", e->reaped);
}

/* Both parts are objects: the brace that ends the one and that which begins the other are one
 * comma. */
static bool draw_line(const struct event_line *l, const struct report_options *options,
                      struct buf *ret, struct err *err)
{
    struct object o;
    if (!object_open(&o, options, ret, err))
        return false;
    put_head(&o, l);
    if (!object_close(&o, ret, err))
        return false;
    bool more = l->event->body_len > 2;
    if (more) {
        ret->data[ret->len - 1] = ',';
        buf_append(ret, l->body + 1, l->event->body_len - 1);
    }
    buf_putc(ret, '\n');
    return !ret->failed || err_nomem(err, ret->len, "an event");
}

const struct event_drawing event_json = {draw_body, draw_line};
