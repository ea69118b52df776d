/* From lines and records to payloads: see log_levels.h. */
#include "parsers/log_levels.h"

#include "parsers/log_lines.h"
#include "parsers/log_scanners.h"
#include "parsers/record_reader.h"

#include <stdlib.h>
#include <string.h>

#define ESC '\x1b'
#define CLOCK_LINES 256 /* of so many, one is looked at for its stamp */
#define BOOT_JUMP_US INT64_C(60000000)
#define BOOT_IDS_MAX 32 /* the oldest is forgotten, and would be a new boot */
#define LEVELS 3        /* of records: an application's JSON in docker's in the journal */

/* A line of the file is at level 0, a line of a record's message one deeper than the record. */
struct level {
    struct log_levels *all;
    struct record_reader
        *reader;            /* of the records that lines at this level are; the last has none */
    struct log_prefix base; /* what is known before the line at hand is looked at */
    struct buf plain;       /* a line without its escapes */
    struct buf split;       /* a payload whose line ends were written otherwise */
};

struct boot_id {
    char id[BOOT_ID_MAX];
    unsigned boot;
};

struct log_levels {
    const struct log_work *work;
    void *ctx;
    struct log_out *out;
    struct level levels[LEVELS + 1];
    uint64_t line; /* of the file, at hand */
    uint64_t boot_line;
    int64_t last_uptime_us;
    unsigned boots;         /* numbers given so far, but for the first */
    bool sample;            /* the line at hand is looked at for its stamp */
    struct log_time minute; /* the last that relative times begin at */
    bool boot_told;         /* the line at hand says its boot */
    bool after_kmsg;        /* the last line of text was a record of /dev/kmsg */
    struct boot_id ids[BOOT_IDS_MAX];
    size_t id_count;
};

/* "ESC [ ... letter" goes: colours split what is searched for. */
static struct span without_escapes(struct buf *plain, struct span s)
{
    if (!s.len || !memchr(s.p, ESC, s.len))
        return s;
    buf_clear(plain);
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] != ESC) {
            buf_putc(plain, s.p[i]);
            continue;
        }
        if (i + 1 >= s.len || s.p[i + 1] != '[')
            continue;
        i += 2;
        while (i < s.len && s.p[i] >= '0' && s.p[i] <= '?')
            i++;
        /* PM2 cuts the cells of its tables inside of escapes. */
        if (i < s.len && (s.p[i] < '@' || s.p[i] > '~'))
            i--;
    }
    return plain->failed ? s : (struct span){buf_str(plain), plain->len};
}

/* -- boots -- */

/* A new boot: pids start anew, and nothing that is open goes on. */
static bool enter_boot(struct log_levels *p, unsigned boot, struct span id, struct err *err)
{
    if (!p->work->flush(p->ctx, err))
        return false;
    p->out->boot = boot;
    span_copy(p->out->boot_id, sizeof p->out->boot_id, id);
    p->last_uptime_us = 0;
    return true;
}

static bool next_boot(struct log_levels *p, struct err *err)
{
    bool again = p->boot_line && p->line - p->boot_line < 4; /* "-- Boot" and "Linux version" */
    p->boot_line = p->line;
    return again || enter_boot(p, ++p->boots, (struct span){"", 0}, err);
}

/* The boot with this id, which may have been seen before. `behind` says that it follows another. */
static bool take_boot_id(struct log_levels *p, struct span id, bool behind, struct err *err)
{
    struct boot_id made = {.boot = p->boots};
    if (!id.len || span_is(id, p->out->boot_id))
        return true;
    span_copy(made.id, sizeof made.id, id);
    for (size_t i = 0; i < p->id_count && i < BOOT_IDS_MAX; i++)
        if (!strcmp(p->ids[i].id, made.id))
            return enter_boot(p, p->ids[i].boot, id, err);
    bool first = !p->id_count && !p->boots && !p->last_uptime_us;
    if (!first || behind)
        made.boot = ++p->boots;
    p->ids[p->id_count++ % BOOT_IDS_MAX] = made;
    return enter_boot(p, made.boot, id, err);
}

/* "-- Boot 5f1d6a0f7e2c4b0c9a3d2e1f00112233 --", older "-- Reboot --" */
static bool take_boot_line(struct log_levels *p, struct span raw, struct err *err)
{
    struct span id;
    if (!span_take(&raw, "-- Boot ") || !span_take_word(&raw, &id) || id.len != BOOT_ID_MAX - 1)
        return next_boot(p, err);
    p->boot_line = p->line;
    return take_boot_id(p, id, true, err);
}

static bool is_boot_line(struct span raw)
{
    return span_starts(raw, "-- Boot ") || span_starts(raw, "-- Reboot --");
}

static bool is_first_of_boot(struct span payload)
{
    return span_starts(payload, "Linux version ") && payload.len > 14 &&
           char_is_digit(payload.p[14]);
}

static void watch_uptime(struct log_levels *p, const struct log_prefix *prefix)
{
    if (!prefix->time.uptime_us.known)
        return;
    int64_t us = prefix->time.uptime_us.value;
    if (us < p->last_uptime_us - BOOT_JUMP_US) {
        p->out->boot = ++p->boots;
        p->out->boot_id[0] = '\0';
    }
    p->last_uptime_us = us;
}

static bool may_say_boot(struct span raw)
{
    return span_starts(raw, "-- ") || span_find(raw, "Linux version ") != SPAN_NONE;
}

/* -- times -- */

/* "[Nov23 13:22] payload" */
static bool may_say_minute(struct span raw)
{
    return raw.len > 12 && raw.p[0] == '[' && !char_is_digit(raw.p[1]) &&
           !char_is_space(raw.p[1]) && raw.p[1] != '<' &&
           memchr(raw.p, ']', 24 < raw.len ? 24 : raw.len);
}

/* A time that is relative to the line before is one of the minute that was told last. */
static void carry_minute(struct log_levels *p, struct log_time *t)
{
    if (t->clock == LOG_CLOCK_YEARLESS && t->sure_ms == LOG_SURE_MINUTE_MS) {
        p->minute = *t;
    } else if (t->clock == LOG_CLOCK_RELATIVE && !t->wall_us.known && p->minute.wall_us.known) {
        t->wall_us = p->minute.wall_us;
        t->sure_ms = p->minute.sure_ms;
        memcpy(t->text, p->minute.text, sizeof t->text);
    }
}

/* -- lines -- */

/* Whether anything can come of a line. A bracket alone begins a document. */
static bool is_of_interest(const struct log_levels *p, const struct level *l, struct span s)
{
    bool bracket = s.len && s.len <= 2 && (*s.p == '{' || *s.p == '[');
    for (; l->reader; l++)
        if (record_reader_is_open(l->reader))
            return true;
    return bracket || p->sample || may_say_boot(s) || may_say_minute(s) ||
           p->work->matters(p->ctx, s);
}

/* A line of which nothing but the message is left. */
static bool take_payload(struct log_levels *p, const struct log_line *line, struct err *err)
{
    if (!p->boot_told && is_first_of_boot(line->payload))
        return next_boot(p, err);
    if (!p->boot_told)
        watch_uptime(p, &line->prefix);
    bool sample = p->sample;
    p->sample = false;
    if (sample && !p->work->stamp(p->ctx, line, err))
        return false;
    return p->work->payload(p->ctx, line, err);
}

/* Line ends inside of the payload, as /dev/kmsg and syslog's writers escape them, end lines too. */
static bool take_escaped(struct level *l, struct log_line *line, struct err *err)
{
    struct span rest = log_unescape(line->payload, line->prefix.escaped, &l->split), piece;
    while (span_take_line(&rest, &piece)) {
        line->payload = line->prefix.payload = piece;
        if (!take_payload(l->all, line, err))
            return false;
    }
    return true;
}

static bool take_text(struct level *l, struct span text, uint64_t number, struct err *err);

/* "{...}" behind a prefix is a record of the next level, which gets what the prefix said. */
static bool take_nested(struct level *l, const struct log_line *line, struct err *err)
{
    struct level *inner = l + 1;
    inner->base = line->prefix;
    bool ok = take_text(inner, line->payload, line->number, err);
    inner->base = (struct log_prefix){0};
    return ok;
}

static bool is_nested(const struct level *l, const struct log_line *line, struct span text)
{
    struct span s = line->payload;
    return l[1].reader && s.len > 1 && *s.p == '{' && s.p != text.p &&
           (s.p[1] == '"' || s.p[1] == ' ');
}

/* A part of a container's line, or the end of one. */
static bool take_part(struct level *l, struct span text, uint64_t number, bool *ret_taken,
                      struct err *err)
{
    struct log_prefix cri = l->base;
    *ret_taken =
        l->reader && strip_cri(text, &cri) && (cri.partial || record_reader_is_open(l->reader));
    if (!*ret_taken)
        return true;
    struct log_record r = {.line = number,
                           .time = cri.time,
                           .message = cri.payload,
                           .stream = cri.stream,
                           .partial = cri.partial};
    return record_reader_take(l->reader, &r, err);
}

/* A line of the file or of a message, with no record around it any more. */
static bool take_text(struct level *l, struct span text, uint64_t number, struct err *err)
{
    bool taken = false;
    if (l->reader) {
        struct span rest = text;
        if (!record_reader_line(l->reader, text, number, &rest, err))
            return false;
        if (text.len && !rest.len)
            return true;
        text = rest;
        if (!take_part(l, text, number, &taken, err))
            return false;
    }
    if (taken || (l->all->after_kmsg && is_kmsg_dictionary(text)))
        return true;
    if (is_boot_line(text))
        return take_boot_line(l->all, text, err);
    struct log_line line = {.number = number, .prefix = l->base, .raw = text};
    log_strip_more(text, &line.prefix);
    carry_minute(l->all, &line.prefix.time);
    line.payload = line.prefix.payload;
    l->all->after_kmsg = line.prefix.escaped;
    if (is_nested(l, &line, text))
        return take_nested(l, &line, err);
    if (log_is_escaped(&line))
        return take_escaped(l, &line, err);
    return take_payload(l->all, &line, err);
}

/* -- records -- */

static bool take_message_line(struct level *l, struct span line, uint64_t number, bool bare,
                              struct err *err)
{
    struct log_levels *p = l->all;
    if (line.len && line.p[line.len - 1] == '\r')
        line.len--;
    line = without_escapes(&l->plain, line);
    if (!is_of_interest(p, l, line))
        return true;
    if (!bare)
        return take_text(l, line, number, err);
    struct log_line whole = {.number = number, .prefix = l->base, .payload = line, .raw = line};
    whole.prefix.payload = line;
    return take_payload(p, &whole, err);
}

/* What a record tells beside its message. */
static bool take_document(struct log_levels *p, const struct level *l, const struct log_record *r,
                          struct err *err)
{
    struct log_line line = {.number = r->line, .prefix = l->base, .payload = r->document};
    line.prefix.payload = line.raw = line.payload;
    return !r->document.len || p->work->document(p->ctx, &line, err);
}

/* A record among the lines of level `ctx`: its message is lines of the next. */
static bool take_record(void *ctx, const struct log_record *r, struct err *err)
{
    struct level *l = ctx, *inner = l + 1;
    struct log_levels *p = l->all;
    bool outer = p->boot_told, ok = true;
    struct span rest = r->message, line;
    if (!take_boot_id(p, r->boot_id, false, err))
        return false;
    p->boot_told |= r->boot_id.len > 0;
    struct log_prefix base = l->base;
    log_record_prefix(r, &base);
    inner->base = base;
    ok = take_document(p, inner, r, err);
    for (uint64_t n = r->line; ok && span_take_line(&rest, &line); n += r->lines_follow) {
        inner->base = base;
        ok = take_message_line(inner, line, n, r->bare, err);
    }
    inner->base = (struct log_prefix){0};
    p->boot_told = outer;
    return ok;
}

/* -- the way in -- */

bool log_levels_new(const struct log_work *work, void *ctx, struct log_out *out,
                    struct log_levels **ret, struct err *err)
{
    struct log_levels *p = calloc(1, sizeof *p);
    if (!p)
        return err_nomem(err, sizeof *p, "the log parser");
    p->work = work;
    p->ctx = ctx;
    p->out = out;
    for (size_t i = 0; i <= LEVELS; i++) {
        struct record_sink sink = {&p->levels[i], take_record};
        p->levels[i].all = p;
        if (i < LEVELS && !record_reader_new(&sink, &p->levels[i].reader, err)) {
            log_levels_free(p);
            return false;
        }
    }
    *ret = p;
    return true;
}

void log_levels_free(struct log_levels *p)
{
    for (size_t i = 0; p && i <= LEVELS; i++) {
        record_reader_free(p->levels[i].reader);
        buf_release(&p->levels[i].plain);
        buf_release(&p->levels[i].split);
    }
    free(p);
}

struct record_reader *log_levels_reader(const struct log_levels *p)
{
    return p->levels[0].reader;
}

bool log_levels_matter(const struct log_levels *p, struct span text)
{
    struct span line;
    while (span_take_line(&text, &line))
        if (is_of_interest(p, &p->levels[0], line))
            return true;
    return false;
}

bool log_levels_take_line(struct log_levels *p, struct span raw, uint64_t number, struct err *err)
{
    struct level *l = &p->levels[0];
    p->line = number;
    p->sample = number % CLOCK_LINES == 1;
    if (raw.len && raw.p[raw.len - 1] == '\r')
        raw.len--;
    raw = without_escapes(&l->plain, raw);
    return !is_of_interest(p, l, raw) || take_text(l, raw, number, err);
}

bool log_levels_take_record(struct log_levels *p, const struct log_record *r, struct err *err)
{
    p->line = r->line;
    return record_reader_take(p->levels[0].reader, r, err);
}

bool log_levels_finish(struct log_levels *p, struct err *err)
{
    bool ignored;
    for (size_t i = 0; i < LEVELS; i++)
        if (!record_reader_finish(p->levels[i].reader, &ignored, err))
            return false;
    return true;
}
