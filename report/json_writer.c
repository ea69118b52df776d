/* Writing JSON to a sink: see json_writer.h. yajl_gen writes the syntax; what a string may not hold
 * is replaced on the way to the sink, where everything beyond ASCII is known to be in a string.
 */
#include "report/json_writer.h"

#include <string.h>
#include <yajl/yajl_gen.h>

#include "base/text.h"

#define BLOCK_BYTES 65536

/* -- bytes -- */

static void put_escape(struct buf *b, uint32_t code)
{
    if (code >= 0x10000) {
        put_escape(b, 0xD800 + ((code - 0x10000) >> 10));
        code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    buf_printf(b, "\\u%04x", code);
}

/* yajl hands over whole characters: it splits strings only at ASCII that it escapes itself. */
static void print(void *ctx, const char *bytes, size_t len)
{
    struct json_writer *w = ctx;
    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t plain = at;
        while (plain < len && bytes[plain] >= 0x20 && bytes[plain] < 0x7F)
            plain++;
        buf_append(&w->out, bytes + at, plain - at);
        at = plain;
        if (at == len)
            break;
        size_t used = text_decode(bytes + at, len - at, &code);
        if (code == TEXT_INVALID || (code >= 0xD800 && code <= 0xDFFF))
            buf_puts(&w->out, "\\ufffd");
        else if (code >= 0x7F && (w->o->ascii || !text_char_shown(code)))
            put_escape(&w->out, code);
        else
            buf_append(&w->out, bytes + at, used);
        at += used;
    }
    if (w->out.len < BLOCK_BYTES)
        return;
    w->no_memory |= w->out.failed;
    w->sink_failed = w->sink_failed || !w->sink->write(w->sink->ctx, w->out.data, w->out.len);
    buf_clear(&w->out);
}

bool json_writer_init(struct json_writer *w, const struct report_options *o,
                      const struct report_sink *sink, struct err *err)
{
    *w = (struct json_writer){.o = o, .sink = sink, .gen = yajl_gen_alloc(NULL)};
    if (!w->gen)
        return err_nomem(err, 0, "the JSON generator");
    yajl_gen_config(w->gen, yajl_gen_beautify, 1);
    yajl_gen_config(w->gen, yajl_gen_indent_string, "  ");
    yajl_gen_config(w->gen, yajl_gen_print_callback, print, w);
    return true;
}

void json_writer_compact(struct json_writer *w)
{
    yajl_gen_config(w->gen, yajl_gen_beautify, 0);
}

bool json_writer_failed(const struct json_writer *w)
{
    return w->no_memory || w->sink_failed || w->out.failed || w->scratch.failed;
}

bool json_writer_finish(struct json_writer *w, struct err *err)
{
    bool ok = true;
    if (w->no_memory || w->out.failed || w->scratch.failed)
        ok = err_nomem(err, w->out.len, "the report");
    else if (w->sink_failed || !w->sink->write(w->sink->ctx, buf_str(&w->out), w->out.len))
        ok = report_sink_failed(err);
    yajl_gen_free(w->gen);
    buf_release(&w->scratch);
    buf_release(&w->out);
    return ok;
}

/* -- values -- */

void json_open_object(struct json_writer *w)
{
    yajl_gen_map_open(w->gen);
}

void json_close_object(struct json_writer *w)
{
    yajl_gen_map_close(w->gen);
}

void json_open_array(struct json_writer *w, const char *key)
{
    json_put_key(w, key);
    yajl_gen_array_open(w->gen);
}

void json_close_array(struct json_writer *w)
{
    yajl_gen_array_close(w->gen);
}

void json_put_null(struct json_writer *w)
{
    yajl_gen_null(w->gen);
}

void json_put_text(struct json_writer *w, const char *text)
{
    if (text)
        yajl_gen_string(w->gen, (const unsigned char *)text, strlen(text));
    else
        yajl_gen_null(w->gen);
}

void json_put_key(struct json_writer *w, const char *key)
{
    json_put_text(w, key);
}

void json_put_number(struct json_writer *w, uint64_t value)
{
    struct buf *t = &w->scratch;
    buf_clear(t);
    buf_printf(t, "%llu", (unsigned long long)value);
    w->no_memory |= t->failed;
    yajl_gen_number(w->gen, buf_str(t), t->len);
}

void json_put_digits(struct json_writer *w, const char *digits)
{
    yajl_gen_number(w->gen, digits, strlen(digits));
}

void json_key_text(struct json_writer *w, const char *key, const char *text)
{
    json_put_key(w, key);
    json_put_text(w, text);
}

void json_key_number(struct json_writer *w, const char *key, uint64_t value)
{
    json_put_key(w, key);
    json_put_number(w, value);
}

void json_key_number_or_null(struct json_writer *w, const char *key, uint64_t value)
{
    json_put_key(w, key);
    if (value)
        json_put_number(w, value);
    else
        json_put_null(w);
}

void json_key_bool(struct json_writer *w, const char *key, bool value)
{
    json_put_key(w, key);
    yajl_gen_bool(w->gen, value);
}

void json_key_redacted(struct json_writer *w, const char *key, const char *text,
                       void (*redact)(struct buf *, const char *, bool))
{
    json_put_key(w, key);
    if (!text) {
        json_put_null(w);
        return;
    }
    buf_clear(&w->scratch);
    redact(&w->scratch, text, w->o->show_strings);
    w->no_memory |= w->scratch.failed;
    json_put_text(w, buf_str(&w->scratch));
}
