/* Retaining paths: see retaining_path.h. */
#include "analyzer/retaining_path.h"

#include "analyzer/classes.h"
#include "analyzer/owner.h"
#include "analyzer/retainers.h"

#include <stdlib.h>
#include <string.h>

#define RETAINERS_MAX 256

static void put_file_name(struct str path, struct buf *out)
{
    /* The last three names of a path tell a page from another. */
    size_t from = path.len;
    for (unsigned names = 0; from > 0; from--) {
        if (path.p[from - 1] == '/' && ++names == 3)
            break;
    }
    buf_append(out, path.p + from, path.len - from);
}

void node_put_label(const struct js *js, uint32_t n, struct buf *out)
{
    const struct heap *h = js->h;
    struct str name = heap_name(h, n);
    if (js_is_context(js, n)) {
        uint32_t script = js_script_of_context(js, n);
        buf_puts(out, "Context");
        if (script != NO_NODE) {
            buf_puts(out, " of ");
            put_file_name(heap_name(h, script), out);
        }
    } else if (heap_type(h, n) == NODE_CLOSURE) {
        buf_puts(out, "function ");
        buf_append(out, name.p, name.len);
    } else if (heap_type(h, n) == NODE_OBJECT || heap_type(h, n) == NODE_NATIVE) {
        struct str c = heap_class_name(h, n);
        buf_append(out, c.p, min_u64(c.len, 120));
    } else {
        buf_puts(out, h->node_type_names[heap_type(h, n)]);
        if (heap_type(h, n) == NODE_SYNTHETIC && name.len) {
            buf_putc(out, ' ');
            buf_append(out, name.p, name.len);
        }
    }
}

/* Smaller tells more. */
static unsigned dullness(const struct js *js, uint32_t u, uint64_t e)
{
    const struct heap *h = js->h;
    enum node_type t = heap_type(h, u);
    if (t == NODE_CODE || t == NODE_OBJECT_SHAPE || js_is(js, u, JS_CLEANUP_QUEUE))
        return 9;
    switch (heap_edge_type(h, e)) {
    case EDGE_CONTEXT:
        return 0;
    case EDGE_PROPERTY:
    case EDGE_OTHER:
        return 1;
    case EDGE_ELEMENT:
        return 2;
    case EDGE_INTERNAL:
        return heap_edge_name(h, e) == js->name[JS_PREVIOUS] ? 5 : 3;
    default:
        return 6;
    }
}

static bool step_up(const struct js *js, struct retaining_walk *w)
{
    const struct heap *h = js->h;
    uint32_t at = w->nodes[w->count - 1], best = NO_NODE;
    uint64_t best_edge = 0, looked_at = 0;
    unsigned best_dullness = UINT32_MAX;
    int32_t want = heap_distance(h, at) - 1;
    struct retainer_walk r = heap_retainers(h, at);
    while (looked_at < RETAINERS_MAX && retainer_next(&r)) {
        uint32_t u = r.source;
        uint64_t e;
        if (heap_distance(h, u) != want && u != h->root)
            continue;
        if (u == h->root && heap_distance(h, at) != 1 &&
            heap_distance(h, at) != SYSTEM_DISTANCE + 1)
            continue;
        looked_at++;
        if (!edge_between(h, u, at, &e))
            continue;
        if (dullness(js, u, e) < best_dullness) {
            best = u;
            best_edge = e;
            best_dullness = dullness(js, u, e);
        }
    }
    if (best == NO_NODE)
        return false;
    w->edges[w->count - 1] = best_edge;
    w->nodes[w->count++] = best;
    return best != h->root;
}

static const char *edge_text(const struct js *js, uint32_t from, uint64_t e, struct arena *arena)
{
    const struct heap *h = js->h;
    struct buf b = {0};
    enum edge_type t = heap_edge_type(h, e);
    bool may_be_variable = t == EDGE_CONTEXT || (t == EDGE_HIDDEN && js_is_context(js, from));
    struct str s = may_be_variable ? js_variable_name(js, from, e) : (struct str){"", 0};
    if (t == EDGE_CONTEXT || s.len) {
        buf_append(&b, s.p, s.len);
        buf_puts(&b, " (variable)");
    } else {
        edge_put_accessor(h, e, &b);
        if (t == EDGE_INTERNAL || t == EDGE_HIDDEN)
            buf_puts(&b, " (internal)");
    }
    const char *text = arena_strndup(arena, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static bool push_step(const struct js *js, struct arena *arena, struct path_step **path,
                      size_t *count, uint32_t n, const char *edge)
{
    struct path_step *step = arena_push(arena, (void **)path, count, sizeof **path);
    struct buf b = {0};
    if (!step)
        return false;
    node_put_label(js, n, &b);
    step->edge = edge;
    step->node = arena_strndup(arena, buf_str(&b), b.len);
    step->node_id = heap_id(js->h, n);
    buf_release(&b);
    return true;
}

/* Is step i only one more link of a list that step i + 1 is a link of? */
static bool repeats(const struct heap *h, const struct retaining_walk *w, size_t i)
{
    return i > 1 && i + 1 < w->count &&
           heap_edge_type(h, w->edges[i]) == heap_edge_type(h, w->edges[i - 1]) &&
           heap_edge_name(h, w->edges[i]) == heap_edge_name(h, w->edges[i - 1]) &&
           !edge_type_is_indexed(heap_edge_type(h, w->edges[i]));
}

void retaining_walk(const struct js *js, uint32_t n, struct retaining_walk *ret)
{
    ret->count = 1;
    ret->nodes[0] = n;
    if (heap_distance(js->h, n) == NO_DISTANCE)
        return;
    while (ret->count < WALK_NODES_MAX && step_up(js, ret))
        continue;
}

bool retaining_path(const struct js *js, uint32_t n, struct arena *arena,
                    struct path_step **ret_path, size_t *ret_count, struct err *err)
{
    struct retaining_walk *w = malloc(sizeof *w);
    struct path_step *path = NULL;
    size_t count = 0;
    if (!w)
        return err_nomem(err, sizeof *w, "a retaining path");
    retaining_walk(js, n, w);
    bool ok = true;
    for (size_t i = w->count; ok && i-- > 0;) {
        bool is_root = i + 1 == w->count || w->nodes[i + 1] == js->h->root;
        bool middle = i + PATH_STEPS_MAX / 2 < w->count && i >= PATH_STEPS_MAX / 2;
        if (!is_root && (middle || repeats(js->h, w, i)))
            continue;
        if (w->nodes[i] == js->h->root)
            continue;
        ok = push_step(js, arena, &path, &count, w->nodes[i],
                       is_root ? NULL : edge_text(js, w->nodes[i + 1], w->edges[i], arena));
    }
    free(w);
    if (!ok || arena->failed)
        return err_nomem(err, 0, "a retaining path");
    *ret_path = path;
    *ret_count = count;
    return true;
}
