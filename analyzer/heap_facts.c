/* Single facts about a heap: see heap_facts.h. */
#include "analyzer/heap_facts.h"

#include <assert.h>

#include "analyzer/class_list.h"
#include "analyzer/heap_statistics.h"
#include "analyzer/node_text.h"
#include "analyzer/retainers.h"

static struct fact *add(struct fact_list *l, const char *key, const char *label,
                        enum column_kind kind)
{
    assert(l->count < FACTS_MAX);
    struct fact *f = &l->facts[l->count++];
    *f = (struct fact){.key = key, .label = label, .kind = kind, .known = true};
    return f;
}

static void add_number(struct fact_list *l, const char *key, const char *label,
                       enum column_kind kind, uint64_t number)
{
    add(l, key, label, kind)->number = number;
}

/* Takes the text out of `b`. */
static void add_text(struct fact_list *l, const char *key, const char *label, enum column_kind kind,
                     struct buf *b)
{
    l->arena.failed |= b->failed;
    add(l, key, label, kind)->text = arena_strndup(&l->arena, buf_str(b), b->len);
    buf_clear(b);
}

static bool finish(struct fact_list *l, struct err *err)
{
    return !l->arena.failed || err_nomem(err, 0, "facts");
}

static void add_bytes(struct fact_list *l, const char *key, const char *label, uint64_t bytes)
{
    add_number(l, key, label, COLUMN_BYTES, bytes);
}

static uint64_t rest(uint64_t whole, uint64_t part)
{
    return whole > part ? whole - part : 0;
}

bool heap_facts(const struct heap *h, struct fact_list *ret, struct err *err)
{
    struct heap_statistics s = heap_statistics(h);
    uint64_t named = s.code_bytes + s.string_bytes + s.js_array_bytes + s.system_bytes;
    *ret = (struct fact_list){.total_bytes = s.total_bytes};
    add_number(ret, "nodes", "Objects", COLUMN_COUNT, h->node_count);
    add_number(ret, "edges", "Edges", COLUMN_COUNT, h->edge_count);
    add_bytes(ret, "total_bytes", "Total", s.total_bytes);
    add_bytes(ret, "v8_bytes", "V8's heap", s.v8_bytes);
    add_bytes(ret, "code_bytes", "  Code", s.code_bytes);
    add_bytes(ret, "string_bytes", "  Strings", s.string_bytes);
    add_bytes(ret, "js_array_bytes", "  JS arrays", s.js_array_bytes);
    add_bytes(ret, "system_bytes", "  System objects", s.system_bytes);
    add_bytes(ret, "other_js_bytes", "  Other JS objects", rest(s.v8_bytes, named));
    add_bytes(ret, "native_bytes", "Outside of it", s.native_bytes);
    add_bytes(ret, "typed_array_bytes", "  Typed arrays", s.typed_array_bytes);
    add_bytes(ret, "other_native_bytes", "  Other", rest(s.native_bytes, s.typed_array_bytes));
    return finish(ret, err);
}

static void add_dominator(struct fact_list *l, const struct node_text *t, uint32_t n, struct buf *b)
{
    const struct heap *h = t->h;
    struct fact *id = add(l, "dominator_id", "Dominator", COLUMN_ID);
    id->known = n != h->root;
    id->number = heap_id(h, heap_dominator(h, n));
    node_text_put(b, t, heap_dominator(h, n), SIZE_MAX);
    add_text(l, "dominator", "", COLUMN_NAME, b);
    l->facts[l->count - 1].known = n != h->root;
}

static void add_location(struct fact_list *l, const struct heap *h, uint32_t n, struct buf *b)
{
    const struct location *at = heap_location(h, n);
    if (at)
        buf_printf(b, "script %u, line %u, column %u", at->script_id, at->line + 1, at->column + 1);
    add_text(l, "location", "Location", COLUMN_TEXT, b);
    l->facts[l->count - 1].known = at != NULL;
}

bool node_facts(const struct heap *h, uint32_t n, struct fact_list *ret, struct err *err)
{
    static const char *const states[] = {"unknown", "attached", "detached", "unknown"};
    struct node_text text;
    struct buf b = {0};
    struct str name = heap_class_name(h, n);
    *ret = (struct fact_list){.total_bytes = heap_total_bytes(h)};
    node_text_init(&text, h);
    add_number(ret, "id", "Object", COLUMN_ID, heap_id(h, n));
    node_text_put(&b, &text, n, SIZE_MAX);
    add_text(ret, "name", "Name", COLUMN_NAME, &b);
    buf_puts(&b, node_type_text(h, n));
    add_text(ret, "type", "Type", COLUMN_TEXT, &b);
    buf_append(&b, name.p, name.len);
    add_text(ret, "class", "Class", COLUMN_NAME, &b);
    class_put_key(&b, h, heap_class(h, n));
    add_text(ret, "class_key", "Class key", COLUMN_NAME, &b);
    add_location(ret, h, n, &b);
    add_number(ret, "distance", "Distance", COLUMN_DISTANCE,
               (uint64_t)(int64_t)heap_distance(h, n));
    add_bytes(ret, "shallow_bytes", "Shallow", heap_self_bytes(h, n));
    add_bytes(ret, "retained_bytes", "Retained", heap_retained_bytes(h, n));
    add_number(ret, "share", "Share", COLUMN_SHARE, heap_retained_bytes(h, n));
    add_number(ret, "edges", "Edges", COLUMN_COUNT,
               heap_first_edge(h, n + 1) - heap_first_edge(h, n));
    add_number(ret, "retainers", "Retainers", COLUMN_COUNT, heap_retainer_count(h, n));
    buf_puts(&b, states[heap_flags(h, n) & FLAG_DETACHEDNESS]);
    add_text(ret, "detachedness", "Document", COLUMN_TEXT, &b);
    add_dominator(ret, &text, n, &b);
    buf_release(&b);
    return finish(ret, err);
}

void fact_list_release(struct fact_list *l)
{
    arena_release(&l->arena);
    l->count = 0;
}
