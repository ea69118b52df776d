/* The journal's export and verbose forms: see journal_text.h. */
#include "parsers/journal_text.h"

#include <inttypes.h>
#include <stdio.h>

enum { WANT_LINES, WANT_LENGTH, WANT_VALUE, WANT_LINE_END, WANT_REST };

static const char cursor[] = "\n__CURSOR=";

/* Values of fields that nobody wants are held here, in case that their length is wrong. */
#define FIELD_HELD FIELD_STACK

void journal_text_release(struct journal_text *t)
{
    record_fields_release(&t->fields);
}

static void begin(struct journal_text *t, bool verbose, uint64_t number)
{
    record_fields_clear(&t->fields);
    t->open = true;
    t->verbose = verbose;
    t->skip_line = false;
    t->indent = 0;
    t->wanted = WANT_LINES;
    t->message_line = number;
}

static bool end(struct journal_text *t, struct err *err)
{
    t->open = false;
    t->wanted = WANT_LINES;
    return !t->fields.any || t->done(t->ctx, err);
}

static size_t name_len(struct span s)
{
    size_t n = 0;
    while (n < s.len && n < 64 &&
           ((s.p[n] >= 'A' && s.p[n] <= 'Z') || s.p[n] == '_' || (n && char_is_digit(s.p[n]))))
        n++;
    return n;
}

static void store(struct journal_text *t, struct span name, struct span value, uint64_t number)
{
    t->field = record_field_of(GROUP_RECORD, name);
    if (t->field == FIELD_NONE)
        return;
    if (t->field == FIELD_JOURNAL_MESSAGE)
        t->message_line = number;
    record_field_store(&t->fields, t->field, TYPE_TEXT, value);
}

/* -- verbose -- */

static bool take_hex(struct span s, const char *key, uint64_t *ret)
{
    size_t at = span_find(s, key), n = 0;
    uint64_t v = 0;
    if (at == SPAN_NONE)
        return false;
    s = span_from(s, at + strlen(key));
    for (; n < s.len && n < 16; n++) {
        char c = s.p[n];
        int digit = char_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            break;
        v = v << 4 | (unsigned)digit;
    }
    *ret = v;
    return n > 0;
}

static void store_number(struct journal_text *t, enum record_field id, uint64_t v)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%" PRIu64, v);
    record_field_store(&t->fields, id, TYPE_TEXT, (struct span){text, (size_t)n});
}

/* "Tue 2025-12-02 08:00:00.000017 UTC [s=...;i=2;b=<boot>;m=<hex>;t=<hex>;x=...]" */
static bool begins_verbose(struct journal_text *t, struct span line, uint64_t number)
{
    size_t at = span_find(span_head(line, 80), " [s=");
    uint64_t realtime, monotonic;
    if (at == SPAN_NONE || !line.len || line.p[line.len - 1] != ']')
        return false;
    struct span s = span_from(line, at);
    size_t boot = span_find(s, ";b=");
    if (boot == SPAN_NONE || !take_hex(s, ";t=", &realtime) || !take_hex(s, ";m=", &monotonic))
        return false;
    begin(t, true, number);
    store_number(t, FIELD_REALTIME, realtime);
    store_number(t, FIELD_MONOTONIC, monotonic);
    struct span id = span_head(span_from(s, boot + 3), 32);
    size_t end_of_id = span_find(id, ";");
    record_field_store(&t->fields, FIELD_BOOT_ID, TYPE_TEXT,
                       end_of_id == SPAN_NONE ? id : span_head(id, end_of_id));
    return true;
}

static bool verbose_line(struct journal_text *t, struct span line, uint64_t number)
{
    size_t spaces = 0;
    while (spaces < line.len && line.p[spaces] == ' ')
        spaces++;
    if (t->indent && spaces >= t->indent) {
        if (t->field == FIELD_NONE)
            return true;
        record_field_append(&t->fields, t->field, "\n", 1);
        line = span_from(line, t->indent);
        record_field_append(&t->fields, t->field, line.p, line.len);
        return true;
    }
    struct span s = span_from(line, spaces);
    size_t n = name_len(s);
    if (spaces != 4 || !n || n >= s.len || s.p[n] != '=')
        return false;
    store(t, span_head(s, n), span_from(s, n + 1), number);
    t->indent = spaces + n + 1;
    return true;
}

/* -- export -- */

static bool export_line(struct journal_text *t, struct span line, uint64_t number, bool *ret_ended)
{
    size_t n = name_len(line);
    if (t->skip_line) {
        t->skip_line = false;
        return true;
    }
    *ret_ended = !line.len;
    if (!line.len)
        return true;
    if (!n || (n < line.len && line.p[n] != '='))
        return false;
    if (n < line.len) {
        store(t, span_head(line, n), span_from(line, n + 1), number);
        return true;
    }
    t->field = record_field_of(GROUP_RECORD, line);
    t->wanted = WANT_LENGTH;
    t->length_bytes = 0;
    t->length = 0;
    t->cursor_len = 0;
    return true;
}

static bool begins_export(struct span line)
{
    struct span s = line;
    return span_starts(line, "__CURSOR=") ||
           (span_take(&s, "__REALTIME_TIMESTAMP=") && s.len && char_is_digit(*s.p));
}

bool journal_text_begins(struct journal_text *t, struct span line, uint64_t number)
{
    if (begins_verbose(t, line, number))
        return true;
    bool ended = false;
    if (!begins_export(line))
        return false;
    begin(t, false, number);
    return export_line(t, line, number, &ended);
}

bool journal_text_line(struct journal_text *t, struct span line, uint64_t number, bool *ret_again,
                       struct err *err)
{
    bool ended = false;
    *ret_again = false;
    if (!t->verbose && !t->skip_line && span_starts(line, "__CURSOR=") && t->fields.any) {
        *ret_again = true;
        return end(t, err);
    }
    bool own = t->verbose ? verbose_line(t, line, number) : export_line(t, line, number, &ended);
    *ret_again = !own;
    return (own && !ended) || end(t, err);
}

/* -- values by length -- */

static enum record_field held_in(const struct journal_text *t)
{
    return t->field == FIELD_NONE ? FIELD_HELD : t->field;
}

/* What was taken for a value is not one: its bytes are given as messages, lest they are lost. */
static bool give_up_value(struct journal_text *t, struct err *err)
{
    enum record_field id = held_in(t);
    if (id != FIELD_JOURNAL_MESSAGE) {
        struct buf *held = &t->fields.text[id];
        record_field_store(&t->fields, FIELD_JOURNAL_MESSAGE, TYPE_TEXT,
                           (struct span){buf_str(held), held->len});
        buf_clear(held);
        t->fields.type[id] = TYPE_ABSENT;
    }
    return end(t, err);
}

static void begin_value(struct journal_text *t, uint64_t line)
{
    enum record_field id = held_in(t);
    t->wanted = t->length ? WANT_VALUE : WANT_LINE_END;
    record_field_store(&t->fields, id, TYPE_TEXT, (struct span){"", 0});
    if (id == FIELD_JOURNAL_MESSAGE)
        t->message_line = line;
}

/* How many bytes of s belong to the value before the next record's cursor shows in it. */
static size_t before_cursor(struct journal_text *t, struct span s, bool *ret_found)
{
    for (size_t i = 0; i < s.len;) {
        if (!t->cursor_len) {
            const char *lf = memchr(s.p + i, '\n', s.len - i);
            if (!lf)
                return s.len;
            i = (size_t)(lf - s.p);
        }
        t->cursor_len = s.p[i] == cursor[t->cursor_len] ? t->cursor_len + 1 : s.p[i] == '\n';
        i++;
        if (t->cursor_len == sizeof cursor - 1) {
            *ret_found = true;
            return i;
        }
    }
    return s.len;
}

static bool take_value(struct journal_text *t, struct span s, size_t *ret_used, struct err *err)
{
    bool found = false;
    size_t n = before_cursor(t, span_head(s, (size_t)min_u64(t->length, s.len)), &found);
    record_field_append(&t->fields, held_in(t), s.p, n);
    t->length -= n;
    *ret_used = n;
    if (found) {
        if (!give_up_value(t, err))
            return false;
        begin(t, false, 0);
        t->skip_line = true;
        return true;
    }
    if (!t->length)
        t->wanted = WANT_LINE_END;
    return true;
}

static void take_line_end(struct journal_text *t, char c, size_t *ret_used)
{
    bool right = c == '\n';
    *ret_used = right;
    t->wanted = right ? WANT_LINES : WANT_REST;
    if (right && t->field == FIELD_NONE) {
        buf_clear(&t->fields.text[FIELD_HELD]);
        t->fields.type[FIELD_HELD] = TYPE_ABSENT;
    }
}

/* The line on which a wrong length ended is not to be cut there. */
static bool take_rest(struct journal_text *t, struct span s, size_t *ret_used, struct err *err)
{
    const char *lf = memchr(s.p, '\n', s.len);
    size_t n = lf ? (size_t)(lf - s.p) : s.len;
    record_field_append(&t->fields, held_in(t), s.p, n);
    *ret_used = n + (lf ? 1 : 0);
    return !lf || give_up_value(t, err);
}

bool journal_text_bytes(struct journal_text *t, struct span s, uint64_t lines, size_t *ret_used,
                        uint64_t *ret_lines, struct err *err)
{
    bool ok = true;
    size_t used = 1;
    if (t->wanted == WANT_LENGTH) {
        t->length |= (uint64_t)(uint8_t)*s.p << (8 * t->length_bytes);
        if (++t->length_bytes == 8) {
            if (t->length > JOURNAL_VALUE_MAX)
                ok = end(t, err);
            else
                begin_value(t, lines + (*s.p == '\n') + 1);
        }
    } else if (t->wanted == WANT_VALUE) {
        ok = take_value(t, s, &used, err);
    } else if (t->wanted == WANT_LINE_END) {
        take_line_end(t, *s.p, &used);
    } else {
        ok = take_rest(t, s, &used, err);
    }
    *ret_used = used;
    *ret_lines = 0;
    for (size_t i = 0; i < used; i++)
        *ret_lines += s.p[i] == '\n';
    return ok;
}

bool journal_text_finish(struct journal_text *t, struct err *err)
{
    if (t->open && t->wanted >= WANT_VALUE)
        return give_up_value(t, err);
    return !t->open || end(t, err);
}
