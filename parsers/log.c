/* Lines from bytes, needles in lines, matchers on needles: see log.h. */
#include "parsers/log.h"

#include "base/buf.h"
#include "parsers/log_module.h"

#include <assert.h>
#include <stdlib.h>

#define ESC '\x1b'
#define MODULES_MAX 8
#define MATCHERS_MAX 64
#define BOOT_JUMP_US INT64_C(60000000)

static const struct log_module *const modules[] = {&log_kernel_module, &log_v8_module,
                                                   &log_pm2_module, &log_next_module};

struct log_parser {
    struct log_out out;
    struct log_module_state *states[MODULES_MAX];
    const struct log_matcher *matchers[MATCHERS_MAX];
    uint8_t owner[MATCHERS_MAX]; /* which module's state a matcher gets */
    size_t needle_len[MATCHERS_MAX];
    size_t matcher_count;
    /* Needles by their first two bytes: number of the first one + 1, then those that follow. */
    uint8_t first[65536], next[MATCHERS_MAX];
    struct buf carry; /* the beginning of a line whose end has not come */
    struct buf plain; /* a line without its escapes */
    uint64_t lines;
    uint64_t boot_line;
    int64_t last_uptime_us;
};

bool log_emit(const struct log_out *out, struct event *e, struct err *err)
{
    e->file = out->file;
    e->boot = out->boot;
    return out->sink.event(out->sink.ctx, e, err);
}

/* -- making -- */

static unsigned pair_of(const char *p)
{
    return (unsigned)(uint8_t)p[0] << 8 | (uint8_t)p[1];
}

static void add_matchers(struct log_parser *p, size_t module)
{
    for (size_t i = 0; i < modules[module]->matcher_count; i++) {
        const struct log_matcher *m = &modules[module]->matchers[i];
        size_t n = p->matcher_count++;
        assert(n < MATCHERS_MAX && m->needle[0] && m->needle[1]);
        unsigned pair = pair_of(m->needle);
        p->matchers[n] = m;
        p->owner[n] = (uint8_t)module;
        p->needle_len[n] = strlen(m->needle);
        p->next[n] = p->first[pair];
        p->first[pair] = (uint8_t)(n + 1);
    }
}

bool log_parser_new(const char *file, const struct event_sink *sink, struct log_parser **ret,
                    struct err *err)
{
    struct log_parser *p = calloc(1, sizeof *p);
    if (!p)
        return err_nomem(err, sizeof *p, "the log parser");
    p->out = (struct log_out){.sink = *sink, .file = file};
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
    buf_release(&p->carry);
    buf_release(&p->plain);
    free(p);
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
    return s.len >= n && !memcmp(s.p, p->matchers[matcher]->needle, n);
}

/* Whether any needle is in the line at all. Each step reads the bytes `at` and `at + 1`: the last
 * one is at s.len - 2, and no needle is a single byte. */
static bool has_needle(const struct log_parser *p, struct span s)
{
    for (size_t at = 0; at + 1 < s.len; at++)
        for (size_t m = p->first[pair_of(s.p + at)]; UNLIKELY(m); m = p->next[m - 1])
            if (needle_at(p, m - 1, span_from(s, at)))
                return true;
    return false;
}

/* Each matcher once, for its first needle, in the order of the needles in the line. */
static bool run_matchers(struct log_parser *p, const struct log_line *line, struct err *err)
{
    bool done[MATCHERS_MAX] = {false};
    struct span s = line->payload;
    for (size_t at = 0; at + 1 < s.len; at++) {
        for (size_t m = p->first[pair_of(s.p + at)]; UNLIKELY(m); m = p->next[m - 1]) {
            if (done[m - 1] || !needle_at(p, m - 1, span_from(s, at)))
                continue;
            done[m - 1] = true;
            if (!p->matchers[m - 1]->hit(p->states[p->owner[m - 1]], line, at, err))
                return false;
        }
    }
    return true;
}

/* "ESC [ ... letter" goes: colours split what is searched for. */
static struct span without_escapes(struct log_parser *p, struct span s)
{
    if (!s.len || !memchr(s.p, ESC, s.len))
        return s;
    buf_clear(&p->plain);
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] != ESC) {
            buf_putc(&p->plain, s.p[i]);
            continue;
        }
        if (i + 1 >= s.len || s.p[i + 1] != '[')
            continue;
        i += 2;
        while (i < s.len && (s.p[i] < '@' || s.p[i] > '~'))
            i++;
    }
    return p->plain.failed ? s : (struct span){buf_str(&p->plain), p->plain.len};
}

/* A new boot: pids start anew, and nothing that is open goes on. */
static bool next_boot(struct log_parser *p, struct err *err)
{
    bool again = p->boot_line && p->lines - p->boot_line < 4; /* "-- Boot" and "Linux version" */
    p->boot_line = p->lines;
    if (again)
        return true;
    if (!flush_modules(p, err))
        return false;
    p->out.boot++;
    p->last_uptime_us = 0;
    return true;
}

static bool says_boot(struct span raw, struct span payload)
{
    return span_starts(raw, "-- Boot ") || span_starts(raw, "-- Reboot --") ||
           (span_starts(payload, "Linux version ") && payload.len > 14 &&
            char_is_digit(payload.p[14]));
}

static void watch_uptime(struct log_parser *p, const struct log_prefix *prefix)
{
    if (!prefix->time.uptime_us.known)
        return;
    int64_t us = prefix->time.uptime_us.value;
    if (us < p->last_uptime_us - BOOT_JUMP_US)
        p->out.boot++;
    p->last_uptime_us = us;
}

static bool may_say_boot(struct span raw)
{
    return span_starts(raw, "-- ") || span_find(raw, "Linux version ") != SPAN_NONE;
}

static bool any_wants_lines(const struct log_parser *p)
{
    for (size_t i = 0; i < ARRAY_LEN(modules); i++)
        if (p->states[i]->wants_lines)
            return true;
    return false;
}

static bool take_line(struct log_parser *p, struct span raw, struct err *err)
{
    p->lines++;
    if (raw.len > LOG_LINE_KEEP)
        raw.len = LOG_LINE_KEEP;
    if (p->lines == 1)
        span_take(&raw, "\xef\xbb\xbf");
    if (raw.len && raw.p[raw.len - 1] == '\r')
        raw.len--;
    raw = without_escapes(p, raw);
    bool wanted = any_wants_lines(p);
    if (!wanted && !has_needle(p, raw) && !may_say_boot(raw))
        return true;
    struct log_line line = {.number = p->lines};
    log_strip(raw, &line.prefix);
    line.payload = line.prefix.payload;
    if (says_boot(raw, line.payload))
        return next_boot(p, err);
    watch_uptime(p, &line.prefix);
    for (size_t i = 0; wanted && i < ARRAY_LEN(modules); i++)
        if (p->states[i]->wants_lines && !modules[i]->line(p->states[i], &line, err))
            return false;
    return run_matchers(p, &line, err);
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

bool log_feed(struct log_parser *p, const uint8_t *buf, size_t len, struct err *err)
{
    const char *s = (const char *)buf, *end = s + len;
    while (s < end) {
        const char *lf = memchr(s, '\n', (size_t)(end - s));
        size_t n = (size_t)((lf ? lf : end) - s);
        if (!lf) {
            keep(p, s, n);
            return !p->carry.failed || err_nomem(err, LOG_LINE_KEEP, "a log line");
        }
        if (p->carry.len) {
            keep(p, s, n);
            if (!take_carried(p, err))
                return false;
        } else if (!take_line(p, (struct span){s, n}, err)) {
            return false;
        }
        s = lf + 1;
    }
    return true;
}

bool log_finish(struct log_parser *p, struct err *err)
{
    if (p->carry.len && !take_carried(p, err))
        return false;
    return flush_modules(p, err);
}

/* -- telling text -- */

static size_t utf8_len(const uint8_t *p, size_t left)
{
    size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (n > 1 && (p[0] < 0xc2 || p[0] > 0xf4))
        return 0;
    for (size_t i = 1; i < n && i < left; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* A document in JSON is a log only if it is one of the line forms. */
static bool json_is_log(struct span s)
{
    static const char *const keys[] = {"\"log\"", "\"MESSAGE\"", "\"message\"",
                                       "\"msg\"", "\"dmesg\":",  "\"__REALTIME_TIMESTAMP\""};
    if (span_find(s, "\"reportVersion\"") != SPAN_NONE || span_find(s, "\"snapshot\":") == 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (span_find(s, keys[i]) != SPAN_NONE)
            return true;
    return false;
}

static bool looks_like_json(struct span s)
{
    while (s.len && (char_is_space(*s.p) || *s.p == '\n' || *s.p == '\r'))
        s = span_from(s, 1);
    if (span_starts(s, "{"))
        return true;
    if (!span_take(&s, "["))
        return false;
    while (s.len && (char_is_space(*s.p) || *s.p == '\n' || *s.p == '\r'))
        s = span_from(s, 1);
    return span_starts(s, "{") || span_starts(s, "\"") || span_starts(s, "]");
}

bool log_bytes_look_like_text(const uint8_t *bytes, size_t len)
{
    static const char *const binaries[] = {"\x1f\x8b",
                                           "\x28\xb5\x2f\xfd",
                                           "LPKSHHRH",
                                           "\x7f"
                                           "ELF",
                                           "\xfd"
                                           "7zXZ",
                                           "BZh",
                                           "%PDF-",
                                           "\x89PNG",
                                           "PK\x03\x04",
                                           "\xff\xfe",
                                           "\xfe\xff"};
    size_t strange = 0;
    struct span s = {(const char *)bytes, len < 4096 ? len : 4096};
    if (!len)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(binaries); i++)
        if (span_starts(s, binaries[i]))
            return false;
    for (size_t i = 0; i < s.len;) {
        uint8_t c = bytes[i];
        size_t n = utf8_len(bytes + i, s.len - i);
        bool control = (c < 0x20 && !memchr("\t\n\r\f\b\x1b", c, 6)) || c == 0x7f;
        strange += control || !n;
        i += n ? n : 1;
    }
    /* Text in an old eight-bit encoding is a third strange; random bytes and machine code are half.
     */
    if (strange * 5 > s.len * 2)
        return false;
    return !looks_like_json(s) || json_is_log(s);
}
