/* The model as JSON: see report_json.h. yajl_gen writes the syntax; what a string may not hold is
 * replaced on the way to the sink, where everything beyond ASCII is known to be in a string.
 */
#include "report/report_json.h"

#include <string.h>
#include <yajl/yajl_gen.h>

#include "base/text.h"
#include "report/redact.h"

struct json_report {
    const struct report_options *o;
    const struct report_sink *sink;
    yajl_gen gen;
    struct buf scratch; /* a redacted text, and the bytes on their way to the sink */
    struct buf out;
    bool sink_failed;
    bool no_memory;
};

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
    struct json_report *r = ctx;
    for (size_t at = 0; at < len;) {
        uint32_t code;
        size_t used = text_decode(bytes + at, len - at, &code);
        if (code == TEXT_INVALID || (code >= 0xD800 && code <= 0xDFFF))
            buf_puts(&r->out, "\\ufffd");
        else if (code >= 0x7F && (r->o->ascii || !text_char_shown(code)))
            put_escape(&r->out, code);
        else
            buf_append(&r->out, bytes + at, used);
        at += used;
    }
    if (r->out.len < 65536)
        return;
    r->no_memory |= r->out.failed;
    r->sink_failed = r->sink_failed || !r->sink->write(r->sink->ctx, r->out.data, r->out.len);
    buf_clear(&r->out);
}

/* -- values -- */

static void put_text(struct json_report *r, const char *text)
{
    if (text)
        yajl_gen_string(r->gen, (const unsigned char *)text, strlen(text));
    else
        yajl_gen_null(r->gen);
}

static void put_key(struct json_report *r, const char *key)
{
    put_text(r, key);
}

static void put_number(struct json_report *r, uint64_t value)
{
    struct buf *t = &r->scratch;
    buf_clear(t);
    buf_printf(t, "%llu", (unsigned long long)value);
    r->no_memory |= t->failed;
    yajl_gen_number(r->gen, buf_str(t), t->len);
}

static void key_text(struct json_report *r, const char *key, const char *text)
{
    put_key(r, key);
    put_text(r, text);
}

static void key_number(struct json_report *r, const char *key, uint64_t value)
{
    put_key(r, key);
    put_number(r, value);
}

/* 0 stands for "not known" in the model. */
static void key_number_or_null(struct json_report *r, const char *key, uint64_t value)
{
    put_key(r, key);
    if (value)
        put_number(r, value);
    else
        yajl_gen_null(r->gen);
}

static void key_bool(struct json_report *r, const char *key, bool value)
{
    put_key(r, key);
    yajl_gen_bool(r->gen, value);
}

static void key_redacted(struct json_report *r, const char *key, const char *text,
                         void (*redact)(struct buf *, const char *, bool))
{
    put_key(r, key);
    if (!text) {
        yajl_gen_null(r->gen);
        return;
    }
    buf_clear(&r->scratch);
    redact(&r->scratch, text, r->o->show_strings);
    r->no_memory |= r->scratch.failed;
    put_text(r, buf_str(&r->scratch));
}

static void open_array(struct json_report *r, const char *key)
{
    put_key(r, key);
    yajl_gen_array_open(r->gen);
}

/* -- the parts; keys in alphabetical order -- */

static void put_advice(struct json_report *r, const struct advice *list, size_t count)
{
    open_array(r, "advice");
    for (size_t i = 0; i < count; i++) {
        yajl_gen_map_open(r->gen);
        key_text(r, "paste", list[i].paste);
        key_text(r, "title", list[i].title);
        key_text(r, "where", list[i].where);
        key_text(r, "why", list[i].why);
        yajl_gen_map_close(r->gen);
    }
    yajl_gen_array_close(r->gen);
}

static void put_evidence(struct json_report *r, const struct evidence *list, size_t count)
{
    open_array(r, "evidence");
    for (size_t i = 0; i < count; i++) {
        yajl_gen_map_open(r->gen);
        key_text(r, "file", list[i].file);
        key_number_or_null(r, "line", list[i].line);
        key_number_or_null(r, "node_id", list[i].node_id);
        key_text(r, "text", list[i].text);
        yajl_gen_map_close(r->gen);
    }
    yajl_gen_array_close(r->gen);
}

static void put_deaths(struct json_report *r, const struct analysis *a)
{
    open_array(r, "deaths");
    for (size_t i = 0; i < a->death_count; i++) {
        const struct death *d = &a->deaths[i];
        yajl_gen_map_open(r->gen);
        put_advice(r, d->advice, d->advice_count);
        key_text(r, "cause", death_cause_word(d->cause));
        key_text(r, "comm", d->comm);
        put_evidence(r, d->evidence, d->evidence_count);
        key_number_or_null(r, "pid", d->pid);
        key_text(r, "time", d->time);
        key_text(r, "title", d->title);
        yajl_gen_map_close(r->gen);
    }
    yajl_gen_array_close(r->gen);
}

static void put_path(struct json_report *r, const struct finding *f)
{
    open_array(r, "path");
    for (size_t i = 0; i < f->path_count; i++) {
        yajl_gen_map_open(r->gen);
        key_redacted(r, "edge", f->path[i].edge, redact_edge);
        key_redacted(r, "node", f->path[i].node, redact_node);
        key_number_or_null(r, "node_id", f->path[i].node_id);
        yajl_gen_map_close(r->gen);
    }
    yajl_gen_array_close(r->gen);
}

static void put_findings(struct json_report *r, const struct analysis *a)
{
    open_array(r, "findings");
    for (size_t i = 0; i < a->finding_count; i++) {
        const struct finding *f = &a->findings[i];
        yajl_gen_map_open(r->gen);
        put_advice(r, f->advice, f->advice_count);
        key_number(r, "confidence", f->confidence);
        key_number_or_null(r, "entries", f->entries);
        put_evidence(r, f->evidence, f->evidence_count);
        key_text(r, "file", f->file);
        key_number_or_null(r, "node_id", f->node_id);
        put_path(r, f);
        key_number(r, "retained_bytes", f->retained_bytes);
        key_text(r, "rule", f->rule);
        key_text(r, "script", f->script);
        key_text(r, "severity", severity_word(f->severity));
        key_text(r, "title", f->title);
        key_text(r, "variable", f->variable);
        yajl_gen_map_close(r->gen);
    }
    yajl_gen_array_close(r->gen);
}

static void put_classes(struct json_report *r, const struct heap_summary *h)
{
    open_array(r, "classes");
    for (size_t i = 0; i < h->top_class_count; i++) {
        const struct class_row *c = &h->top_classes[i];
        yajl_gen_map_open(r->gen);
        key_number(r, "count", c->count);
        put_key(r, "distance");
        if (c->distance < 0)
            yajl_gen_null(r->gen);
        else
            put_number(r, (uint64_t)c->distance);
        key_text(r, "name", c->name);
        key_number(r, "retained_bytes", c->retained_bytes);
        key_number(r, "shallow_bytes", c->shallow_bytes);
        yajl_gen_map_close(r->gen);
    }
    yajl_gen_array_close(r->gen);
}

static void put_heap(struct json_report *r, const struct heap_summary *h)
{
    put_key(r, "heap");
    if (!h->present) {
        yajl_gen_null(r->gen);
        return;
    }
    yajl_gen_map_open(r->gen);
    put_classes(r, h);
    key_number(r, "code_bytes", h->code_bytes);
    key_number(r, "edges", h->edges);
    key_text(r, "file", h->file);
    key_number(r, "js_array_bytes", h->js_array_bytes);
    key_number(r, "native_bytes", h->native_bytes);
    key_number(r, "nodes", h->nodes);
    key_number(r, "string_bytes", h->string_bytes);
    key_number(r, "system_bytes", h->system_bytes);
    key_number(r, "total_bytes", h->total_bytes);
    key_number(r, "typed_array_bytes", h->typed_array_bytes);
    yajl_gen_map_close(r->gen);
}

static const char *problem_word(enum err_code code)
{
    switch (code) {
    case ERR_NONE:
        return NULL;
    case ERR_USAGE:
        return "usage";
    case ERR_INPUT:
        return "input";
    case ERR_RESOURCE:
        return "resource";
    }
    return NULL;
}

static void put_inputs(struct json_report *r, const struct analysis *a)
{
    open_array(r, "inputs");
    for (size_t i = 0; i < a->input_count; i++) {
        const struct input_info *in = &a->inputs[i];
        yajl_gen_map_open(r->gen);
        key_number(r, "bytes", in->bytes);
        key_bool(r, "complete", in->complete);
        key_text(r, "file", in->file);
        key_text(r, "kind", in->kind == INPUT_UNKNOWN ? NULL : input_kind_word(in->kind));
        key_text(r, "problem", problem_word(in->problem));
        key_text(r, "remark", in->remark);
        yajl_gen_map_close(r->gen);
    }
    yajl_gen_array_close(r->gen);
}

static void put_next(struct json_report *r, const struct next_info *n)
{
    put_key(r, "next");
    yajl_gen_map_open(r->gen);
    key_text(r, "certainty", n->certainty == CERTAINTY_NONE ? NULL : certainty_word(n->certainty));
    key_bool(r, "found", n->found);
    key_text(r, "node_version", n->node_version);
    key_text(r, "source", n->source);
    key_text(r, "version", n->version);
    yajl_gen_map_close(r->gen);
}

static void put_document(struct json_report *r, const struct analysis *a)
{
    yajl_gen_map_open(r->gen);
    put_deaths(r, a);
    put_findings(r, a);
    put_heap(r, &a->heap);
    put_inputs(r, a);
    put_next(r, &a->next);
    key_number(r, "schema_version", REPORT_SCHEMA_VERSION);
    yajl_gen_map_close(r->gen);
}

bool report_json(const struct analysis *a, const struct report_options *o,
                 const struct report_sink *sink, struct err *err)
{
    struct json_report r = {.o = o, .sink = sink, .gen = yajl_gen_alloc(NULL)};
    if (!r.gen)
        return err_nomem(err, 0, "the JSON generator");
    yajl_gen_config(r.gen, yajl_gen_beautify, 1);
    yajl_gen_config(r.gen, yajl_gen_indent_string, "  ");
    yajl_gen_config(r.gen, yajl_gen_print_callback, print, &r);
    put_document(&r, a);
    bool ok = true;
    if (r.no_memory || r.out.failed || r.scratch.failed)
        ok = err_nomem(err, r.out.len, "the report");
    else if (r.sink_failed || !sink->write(sink->ctx, buf_str(&r.out), r.out.len))
        ok = report_sink_failed(err);
    yajl_gen_free(r.gen);
    buf_release(&r.scratch);
    buf_release(&r.out);
    return ok;
}
