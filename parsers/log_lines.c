/* Between records and payloads: see log_lines.h. */
#include "parsers/log_lines.h"

bool span_take_line(struct span *rest, struct span *ret)
{
    if (!rest->p)
        return false;
    const char *lf = rest->len ? memchr(rest->p, '\n', rest->len) : NULL;
    *ret = lf ? span_head(*rest, (size_t)(lf - rest->p)) : *rest;
    *rest = lf ? span_from(*rest, ret->len + 1) : (struct span){NULL, 0};
    return true;
}

static void take_span(struct span *known, struct span told)
{
    if (!known->len)
        *known = told;
}

void log_record_prefix(const struct log_record *r, struct log_prefix *base)
{
    struct log_time *t = &base->time;
    if (!base->form)
        base->form = r->form;
    if (!t->wall_us.known && r->time.wall_us.known) {
        struct number uptime = t->uptime_us;
        *t = r->time;
        if (uptime.known)
            t->uptime_us = uptime;
    } else if (t->clock == LOG_CLOCK_NONE) {
        *t = r->time;
    } else if (!t->uptime_us.known) {
        t->uptime_us = r->time.uptime_us;
    }
    if (!base->tag_pid.known)
        base->tag_pid = r->pid;
    base->kernel |= r->kernel;
    base->partial = base->escaped = false;
    base->spread = r->spread > base->spread ? r->spread : base->spread;
    take_span(&base->tag, r->tag);
    take_span(&base->unit, r->unit);
    take_span(&base->transport, r->transport);
    take_span(&base->stream, r->stream);
    take_span(&base->message_id, r->message_id);
}

bool log_is_escaped(const struct log_line *line)
{
    if (line->prefix.escaped)
        return span_find(line->payload, "\\x") != SPAN_NONE;
    return line->prefix.tag.len && span_find(line->payload, "#012") != SPAN_NONE;
}

static int digits(struct span s, size_t count, int base)
{
    int v = 0;
    if (s.len < count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        char c = s.p[i];
        int digit = char_is_digit(c)                     ? c - '0'
                    : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                         : 99;
        if (digit >= base)
            return -1;
        v = v * base + digit;
    }
    return v < 256 ? v : -1;
}

struct span log_unescape(struct span s, bool kmsg, struct buf *store)
{
    buf_clear(store);
    while (s.len) {
        int c = -1;
        size_t n = 4; /* of "\x0a" and of "#012" */
        if (kmsg && span_starts(s, "\\x"))
            c = digits(span_from(s, 2), 2, 16);
        else if (!kmsg && *s.p == '#')
            c = digits(span_from(s, 1), 3, 8);
        if (c < 0 || (!kmsg && c >= 0x20)) {
            c = (uint8_t)*s.p;
            n = 1;
        }
        buf_putc(store, (char)c);
        s = span_from(s, n);
    }
    return (struct span){buf_str(store), store->len};
}

bool is_kmsg_dictionary(struct span line)
{
    size_t n = 1;
    if (line.len < 3 || *line.p != ' ')
        return false;
    while (n < line.len && n < 40 && ((line.p[n] >= 'A' && line.p[n] <= 'Z') || line.p[n] == '_'))
        n++;
    return n > 1 && n < line.len && line.p[n] == '=';
}
