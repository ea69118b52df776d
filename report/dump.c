/* Whole tables for machines: see dump.h. */
#include "report/dump.h"

#include <inttypes.h>

#include "analyzer/class_list.h"
#include "analyzer/heap_statistics.h"
#include "analyzer/node_text.h"
#include "analyzer/retainers.h"
#include "analyzer/utf16.h"
#include "report/dump_diff.h"

#define BLOCK_BYTES 65536

/* What is on its way to the sink. */
struct stream {
    const struct report_sink *sink;
    struct buf out;
    struct buf text; /* before it is quoted */
    bool refused;
};

static void put_quoted_text(struct stream *s)
{
    utf16_put_json(&s->out, (struct str){buf_str(&s->text), s->text.len});
}

/* False when it makes no sense to go on. */
static bool flush(struct stream *s, size_t least)
{
    if (s->out.failed || s->text.failed)
        return false;
    if (s->out.len < least)
        return true;
    s->refused = !s->sink->write(s->sink->ctx, buf_str(&s->out), s->out.len);
    buf_clear(&s->out);
    return !s->refused;
}

static bool finish(struct stream *s, struct err *err)
{
    bool ok = flush(s, 0);
    if (s->refused)
        report_sink_failed(err);
    else if (!ok)
        err_nomem(err, s->out.len, "the dump");
    buf_release(&s->out);
    buf_release(&s->text);
    return ok;
}

/* -- nodes -- */

static void put_node(struct stream *s, const struct node_text *t, uint32_t n)
{
    const struct heap *h = t->h;
    struct buf *b = &s->out;
    buf_printf(b, "%" PRIu32 "\t%" PRIu32 "\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRId32, n,
               heap_id(h, n), node_type_text(h, n), heap_self_bytes(h, n),
               heap_retained_bytes(h, n), heap_distance(h, n));
    buf_printf(b, "\t%u\t%" PRIu32 "\t%" PRIu64 "\t%" PRIu64 "\t",
               heap_flags(h, n) & FLAG_DETACHEDNESS, heap_dominator(h, n),
               heap_first_edge(h, n + 1) - heap_first_edge(h, n), heap_retainer_count(h, n));
    utf16_put_json(b, heap_class_name(h, n));
    buf_putc(b, '\t');
    buf_clear(&s->text);
    class_put_key(&s->text, h, heap_class(h, n));
    put_quoted_text(s);
    buf_putc(b, '\t');
    buf_clear(&s->text);
    node_text_put_name(&s->text, t, n, SIZE_MAX);
    put_quoted_text(s);
    buf_putc(b, '\n');
}

static bool dump_nodes(const struct dump_input *in, const struct report_sink *sink, struct err *err)
{
    struct stream s = {.sink = sink};
    struct node_text text;
    node_text_init(&text, in->heap);
    buf_puts(&s.out, "ord\tid\ttype\tself\tretained\tdistance\tdetached\tdom\tedges\tretainers\t"
                     "class\tclassKey\tname\n");
    for (uint32_t n = 0; n < in->heap->node_count && flush(&s, BLOCK_BYTES); n++) {
        if (!in->passes || in->passes[n])
            put_node(&s, &text, n);
    }
    return finish(&s, err);
}

/* -- classes -- */

static void put_class(struct stream *s, const struct heap *h, const struct class_sum *c)
{
    utf16_put_json(&s->out, c->name);
    buf_putc(&s->out, '\t');
    buf_clear(&s->text);
    class_put_key(&s->text, h, c->row);
    put_quoted_text(s);
    buf_printf(&s->out, "\t%" PRIu64 "\t%" PRId32 "\t%" PRIu64 "\t%" PRIu64 "\n", c->count,
               c->distance, c->shallow_bytes, c->retained_bytes);
}

static bool dump_classes(const struct dump_input *in, const struct report_sink *sink,
                         struct err *err)
{
    struct stream s = {.sink = sink};
    struct column rows = {0};
    if (!class_list(in->heap, in->passes, &rows, err))
        return false;
    const struct class_sum *c = rows.data;
    buf_puts(&s.out, "name\tclassKey\tcount\tdistance\tshallow\tretained\n");
    for (uint64_t i = 0; i < rows.count && flush(&s, BLOCK_BYTES); i++)
        put_class(&s, in->heap, &c[i]);
    column_release(&rows);
    return finish(&s, err);
}

/* -- statistics -- */

static bool dump_stats(const struct dump_input *in, const struct report_sink *sink, struct err *err)
{
    struct heap_statistics t = heap_statistics(in->heap);
    struct stream s = {.sink = sink};
    buf_printf(&s.out,
               "{\n \"total\": %" PRIu64 ",\n \"native\": {\n  \"total\": %" PRIu64
               ",\n  \"typedArrays\": %" PRIu64 "\n },\n",
               t.total_bytes, t.native_bytes, t.typed_array_bytes);
    buf_printf(&s.out,
               " \"v8heap\": {\n  \"total\": %" PRIu64 ",\n  \"code\": %" PRIu64
               ",\n  \"jsArrays\": %" PRIu64 ",\n  \"strings\": %" PRIu64
               ",\n  \"system\": %" PRIu64 "\n }",
               t.v8_bytes, t.code_bytes, t.js_array_bytes, t.string_bytes, t.system_bytes);
    if (in->heap->has_extra_native_bytes)
        buf_printf(&s.out, ",\n \"extra_native_bytes\": %" PRIu64, in->heap->extra_native_bytes);
    buf_puts(&s.out, "\n}\n");
    return finish(&s, err);
}

static bool dump_changes(const struct dump_input *in, const struct report_sink *sink,
                         struct err *err)
{
    return dump_diff(in->base, in->heap, sink, err);
}

const struct dump dumps[] = {
    {"nodes", "a line for each object", false, true, dump_nodes},
    {"classes", "a line for each class, largest retained size first", false, true, dump_classes},
    {"stats", "bytes by what they are, as JSON", false, false, dump_stats},
    {"diff", "a line for each class that changed since OLD", true, false, dump_changes},
};

const char *dump_choice(size_t i)
{
    return i < ARRAY_LEN(dumps) ? dumps[i].name : NULL;
}
