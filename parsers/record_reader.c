/* From lines to records: see record_reader.h. Here JSON in all its framings, and what the forms
 * have in common; the journal's own two are journal_text.c's. */
#include "parsers/record_reader.h"

#include "parsers/journal_text.h"
#include "parsers/json_record.h"

#include <stdlib.h>

#define RECORD_LINES 24 /* of a record that is written a field a line */

enum mode {
    MODE_NONE,
    MODE_JSON,      /* a document over several lines */
    MODE_JSON_LONG, /* a line longer than lines are kept */
    MODE_SKIP_LONG, /* the rest of it, which is damaged */
    MODE_JOURNAL,   /* journal_text.h */
};

struct record_reader {
    struct record_sink sink;
    enum mode mode;
    enum record_framing framing;
    struct span document; /* the line that is being read, if it is one object */
    struct json_record json;
    struct journal_text journal;
    struct line_joins joins;
    bool given;   /* a record came out of the line at hand */
    bool in_long; /* the line at hand is a long one */
};

const char *const record_needles[] = {"__CURSOR=",     "__REALTIME_TIMESTAMP=",
                                      " [s=",          "\"stream\":",
                                      "\"stream\" :",  " stderr P",
                                      " stdout P",     "\"dmesg\"",
                                      "\"MESSAGE\":[", "\" : ",
                                      "\\u00",         "\\u25",
                                      "\"items\"",     NULL};

/* {"log":"a whole line\n","stream":"stdout",...} without escapes that might hide something */
bool record_line_matters(struct span line)
{
    size_t stream =
        span_starts(line, "{\"log\":") ? span_find_last(line, "\"stream\":") : SPAN_NONE;
    if (stream == SPAN_NONE)
        return true;
    struct span text = span_trim(span_head(line, stream));
    if (text.len && text.p[text.len - 1] == ',')
        text = span_trim(span_head(text, text.len - 1));
    bool whole = text.len > 3 && !memcmp(text.p + text.len - 3, "\\n\"", 3);
    return !whole || span_find(line, "\\u") != SPAN_NONE;
}

bool record_reader_take(struct record_reader *r, const struct log_record *record, struct err *err)
{
    return line_joins_take(&r->joins, record, &r->sink, err);
}

/* An error that is told along with a message is a record of its own, unless it says the same. */
static bool give_stack(struct record_reader *r, const struct record_fields *f,
                       struct log_record *record, struct err *err)
{
    struct span stack = record_text(f, FIELD_STACK), message = record->message;
    bool journal = record_has(f, FIELD_JOURNAL_MESSAGE);
    if (journal || !stack.len)
        return true;
    bool same = message.len && memmem(stack.p, stack.len, message.p, message.len);
    if (message.len && !same && !record_reader_take(r, record, err))
        return false;
    record->message = stack;
    record->partial = false;
    return true;
}

static bool give(struct record_reader *r, const struct record_fields *f, struct log_record *record,
                 struct err *err)
{
    const struct record_form *form = record_form_of(f, r->framing);
    for (size_t i = 0; i < RECORD_FIELD_COUNT; i++)
        if (f->text[i].failed)
            return err_nomem(err, RECORD_TEXT_KEEP, "a field of a log");
    if (!form)
        return true;
    r->given = true;
    record->form = &form->form;
    record->fields = f;
    if (r->framing & (FRAMING_LINES | FRAMING_EXPORT | FRAMING_VERBOSE))
        record->spread = RECORD_LINES;
    form->fill(f, record);
    return give_stack(r, f, record, err) && record_reader_take(r, record, err);
}

static bool json_done(void *ctx, struct err *err)
{
    struct record_reader *r = ctx;
    struct json_record *j = &r->json;
    struct log_record record = {.line = j->message_line ? j->message_line : j->line,
                                .document = r->document};
    return give(r, &j->fields, &record, err);
}

static bool journal_done(void *ctx, struct err *err)
{
    struct record_reader *r = ctx;
    struct log_record record = {.line = r->journal.message_line, .lines_follow = true};
    r->framing = r->journal.verbose ? FRAMING_VERBOSE : FRAMING_EXPORT;
    return give(r, &r->journal.fields, &record, err);
}

bool record_reader_new(const struct record_sink *sink, struct record_reader **ret, struct err *err)
{
    struct record_reader *r = calloc(1, sizeof *r);
    if (!r)
        return err_nomem(err, sizeof *r, "the reader of records");
    r->sink = *sink;
    r->json.ctx = r->journal.ctx = r;
    r->json.done = json_done;
    r->journal.done = journal_done;
    json_record_reset(&r->json);
    *ret = r;
    return true;
}

void record_reader_free(struct record_reader *r)
{
    if (!r)
        return;
    json_record_release(&r->json);
    journal_text_release(&r->journal);
    line_joins_release(&r->joins);
    free(r);
}

bool record_reader_is_open(const struct record_reader *r)
{
    return r->mode != MODE_NONE || r->joins.open_count;
}

/* -- JSON -- */

static struct span trim_left(struct span s)
{
    while (s.len && (char_is_space(*s.p) || *s.p == '\r'))
        s = span_from(s, 1);
    return s;
}

/* "{", "{"key"", "[", "[{": what a document of records begins with. */
static bool begins_document(struct span s)
{
    bool list = span_starts(s, "[");
    if (!list && !span_starts(s, "{"))
        return false;
    s = trim_left(span_from(s, 1));
    return !s.len || *s.p == (list ? '{' : '"') || (!list && *s.p == '}');
}

/* "    "MESSAGE" : ..." of a document whose beginning was not seen. */
static bool is_member(struct span line)
{
    struct span s = trim_left(line);
    if (s.p == line.p || !span_take(&s, "\""))
        return false;
    size_t end = span_find(span_head(s, 64), "\"");
    if (end == SPAN_NONE || record_field_of(GROUP_RECORD, span_head(s, end)) == FIELD_NONE)
        return false;
    return span_starts(trim_left(span_from(s, end + 1)), ":");
}

static struct span take_framing(struct span line, enum record_framing *ret)
{
    struct span s = trim_left(line);
    *ret = FRAMING_LINE;
    if (span_take(&s, "\x1e"))
        *ret = FRAMING_SEQUENCE;
    else if (span_take(&s, "data: "))
        *ret = FRAMING_SSE;
    return s;
}

/* Whether a document that a line leaves open can go on with the next one. */
static bool may_go_on(struct span line)
{
    line = span_trim(line);
    return line.len && strchr("{[,:", line.p[line.len - 1]);
}

/* What was read of a document is all there is. Whether it has anything is in r->given. */
static bool end_json(struct record_reader *r, struct err *err)
{
    r->mode = MODE_NONE;
    bool ok = json_record_cut(&r->json, err);
    json_record_reset(&r->json);
    return ok;
}

/* Reads documents from a line, or goes on with one; *s is what is left. */
static enum json_status read_json(struct record_reader *r, struct span *s, struct err *err)
{
    for (;;) {
        size_t used;
        enum json_status status = json_record_feed(&r->json, *s, &used, err);
        *s = span_from(*s, used);
        if (status == JSON_FAILED || status == JSON_MORE)
            return status;
        if (!end_json(r, err))
            return JSON_FAILED;
        if (status == JSON_BAD)
            return status;
        struct span next = trim_left(*s);
        if (span_take(&next, ","))
            next = trim_left(next);
        if (!next.len)
            *s = next;
        if (!begins_document(next))
            return JSON_DONE;
        *s = r->document = next;
        r->mode = MODE_JSON;
    }
}

/* The line ends inside of a document. */
static bool end_json_line(struct record_reader *r, struct err *err)
{
    size_t used;
    enum json_status status = json_record_feed(&r->json, (struct span){"\n", 1}, &used, err);
    return status == JSON_MORE || (status == JSON_BAD && end_json(r, err));
}

/* A line that begins a document. */
static bool start_json(struct record_reader *r, struct span line, struct span s, uint64_t number,
                       struct span *ret_rest, struct err *err)
{
    json_record_reset(&r->json);
    r->json.line = number;
    r->document = s;
    r->mode = MODE_JSON;
    enum json_status status = read_json(r, &s, err);
    r->document = (struct span){"", 0};
    if (status == JSON_FAILED)
        return false;
    *ret_rest = r->given ? s : line;
    if (status != JSON_MORE)
        return true;
    bool goes_on = may_go_on(line);
    if (!(goes_on ? end_json_line(r, err) : end_json(r, err)))
        return false;
    if (r->given || r->mode == MODE_JSON)
        *ret_rest = (struct span){"", 0};
    r->framing = FRAMING_LINES;
    return true;
}

/* The documents whose lines are nobody else's, whatever is on them. */
static bool is_known_document(const struct json_record *j)
{
    return j->listed || record_has(&j->fields, FIELD_REALTIME) ||
           record_has(&j->fields, FIELD_BOOT_ID) || record_has(&j->fields, FIELD_TRANSPORT);
}

/* *ret_again: the line does not go on with the document, and is to be looked at afresh. */
static bool go_on_with_json(struct record_reader *r, struct span line, uint64_t number,
                            struct span *ret_rest, bool *ret_again, struct err *err)
{
    struct span s = line;
    uint64_t message = r->json.message_line;
    r->json.line = number;
    enum json_status status = read_json(r, &s, err);
    r->document = (struct span){"", 0};
    *ret_again = status == JSON_BAD;
    *ret_rest = s;
    if (status == JSON_DONE || status == JSON_BAD)
        return true;
    if (status == JSON_FAILED || !end_json_line(r, err))
        return false;
    bool own = r->given || message != r->json.message_line || is_known_document(&r->json);
    *ret_rest = own ? (struct span){"", 0} : line;
    return true;
}

/* -- lines -- */

static bool read_line(struct record_reader *r, struct span line, uint64_t number,
                      struct span *ret_rest, struct err *err)
{
    enum record_framing framing;
    struct span s = take_framing(line, &framing);
    *ret_rest = line;
    if (begins_document(s)) {
        r->framing = framing;
        return start_json(r, line, s, number, ret_rest, err);
    }
    if (is_member(line)) {
        json_record_assume(&r->json);
        r->framing = FRAMING_LINES;
        r->mode = MODE_JSON;
        bool again = false;
        return go_on_with_json(r, line, number, ret_rest, &again, err);
    }
    if (journal_text_begins(&r->journal, line, number)) {
        r->mode = MODE_JOURNAL;
        *ret_rest = (struct span){"", 0};
    }
    return true;
}

bool record_reader_line(struct record_reader *r, struct span line, uint64_t number,
                        struct span *ret_rest, struct err *err)
{
    bool again = false;
    r->given = false;
    if (r->mode == MODE_JSON) {
        if (!go_on_with_json(r, line, number, ret_rest, &again, err))
            return false;
        if (!again)
            return true;
    } else if (r->mode == MODE_JOURNAL) {
        if (!journal_text_line(&r->journal, line, number, &again, err))
            return false;
        *ret_rest = (struct span){"", 0};
        if (!r->journal.open)
            r->mode = MODE_NONE;
        if (!again)
            return true;
    }
    return read_line(r, line, number, ret_rest, err);
}

/* -- bytes -- */

bool record_reader_reads_long(const struct record_reader *r, struct span head)
{
    enum record_framing framing;
    return r->mode == MODE_JSON ||
           (r->mode == MODE_NONE && begins_document(take_framing(span_head(head, 256), &framing)));
}

bool record_reader_begin_long(struct record_reader *r, struct span head, uint64_t number,
                              struct err *err)
{
    struct span s = head;
    bool goes_on = r->mode == MODE_JSON;
    r->given = false;
    r->in_long = true;
    if (!goes_on) {
        s = take_framing(head, &r->framing);
        json_record_reset(&r->json);
    }
    r->document = (struct span){"", 0};
    r->json.line = number;
    r->mode = MODE_JSON;
    enum json_status status = read_json(r, &s, err);
    r->document = (struct span){"", 0};
    if (status == JSON_FAILED)
        return false;
    if (status == JSON_BAD && goes_on)
        r->given = false; /* what was given is of the lines before */
    r->mode = r->mode == MODE_JSON ? MODE_JSON_LONG : MODE_SKIP_LONG;
    return true;
}

bool record_reader_wants_bytes(const struct record_reader *r)
{
    return r->in_long || (r->mode == MODE_JOURNAL && journal_text_wants_bytes(&r->journal));
}

/* Up to the end of the long line. */
static bool read_long(struct record_reader *r, struct span s, size_t *ret_used, uint64_t *ret_lines,
                      bool *ret_text, struct err *err)
{
    const char *lf = memchr(s.p, '\n', s.len);
    size_t n = lf ? (size_t)(lf - s.p) : s.len;
    struct span piece = span_head(s, n);
    if (r->mode == MODE_JSON_LONG) {
        r->mode = MODE_JSON;
        if (read_json(r, &piece, err) == JSON_FAILED)
            return false;
        r->document = (struct span){"", 0};
        r->mode = r->mode == MODE_JSON ? MODE_JSON_LONG : MODE_SKIP_LONG;
    }
    *ret_used = n + (lf ? 1 : 0);
    *ret_lines = lf ? 1 : 0;
    if (!lf)
        return true;
    r->in_long = false;
    bool goes_on = r->mode == MODE_JSON_LONG && r->framing == FRAMING_LINES;
    bool ended = r->mode == MODE_SKIP_LONG;
    r->mode = goes_on ? MODE_JSON : MODE_NONE;
    *ret_text = ended && !r->given;
    if (ended)
        return true;
    if (!(goes_on ? end_json_line(r, err) : end_json(r, err)))
        return false;
    *ret_text = !r->given && !goes_on;
    return true;
}

bool record_reader_bytes(struct record_reader *r, struct span s, uint64_t lines, size_t *ret_used,
                         uint64_t *ret_lines, bool *ret_text, struct err *err)
{
    *ret_text = false;
    if (r->in_long)
        return read_long(r, s, ret_used, ret_lines, ret_text, err);
    r->given = false;
    bool ok = journal_text_bytes(&r->journal, s, lines, ret_used, ret_lines, err);
    if (!r->journal.open)
        r->mode = MODE_NONE;
    return ok;
}

bool record_reader_finish(struct record_reader *r, bool *ret_text, struct err *err)
{
    enum mode mode = r->mode;
    bool in_long = r->in_long;
    r->mode = MODE_NONE;
    r->in_long = false;
    if ((mode == MODE_JSON || mode == MODE_JSON_LONG) && !end_json(r, err))
        return false;
    *ret_text = in_long && !r->given;
    if (mode == MODE_JOURNAL && !journal_text_finish(&r->journal, err))
        return false;
    return line_joins_finish(&r->joins, &r->sink, err);
}
