/* Where a heap grew: see growth_places.h. */
#include "analyzer/growth_places.h"

#include "analyzer/classes.h"
#include "analyzer/compare.h"
#include "analyzer/retaining_path.h"
#include "analyzer/same_process.h"
#include "base/u64_map.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_BYTES 64
/* Dominators that are climbed when a place itself has no owner; links of a list are passed over. */
#define CLIMB_MAX 65536
#define OWNERS_TRIED_MAX 16

/* Where new bytes come together. */
struct point {
    uint32_t node;
    uint64_t objects, bytes, grown_bytes;
};

struct search {
    const struct heap *h;
    struct js js;
    uint32_t base_max_id;
    struct column fresh;    /* uint8_t, by node */
    struct column carry;    /* uint64_t, by node: bytes that come up from below */
    struct column point_of; /* uint32_t, by node: 0 is everything without a point */
    struct point points[GROWTH_POINTS_MAX + 1];
    uint32_t point_count; /* with the first */
    struct arena *arena;
    struct growth_places *g;
};

/* -- points -- */

static bool prepare(struct search *s, struct err *err)
{
    struct store *store = s->h->store;
    uint64_t nodes = s->h->node_count;
    js_init(&s->js, s->h);
    return column_make(&s->fresh, store, "new objects", 1, nodes, err) &&
           column_make(&s->carry, store, "new objects", 8, nodes, err) &&
           column_make(&s->point_of, store, "new objects", 4, nodes, err);
}

/* Down the tree: an embedder's object is as new as its dominator. */
static void find_fresh(struct search *s)
{
    const struct heap *h = s->h;
    const uint32_t *order = h->dom_order.data;
    uint8_t *fresh = s->fresh.data;
    for (uint32_t p = 1; p < h->node_count; p++) {
        uint32_t n = order[p], id = heap_id(h, n);
        uint64_t self = heap_self_bytes(h, n);
        fresh[n] = id_is_js(id) ? id > s->base_max_id : fresh[heap_dominator(h, n)];
        if (!fresh[n] || !self)
            continue;
        s->g->new_objects++;
        s->g->new_bytes += self;
    }
}

static void add_grown(struct search *s, const struct column *grown)
{
    const struct grown *all = grown->data;
    for (uint64_t i = 0; i < grown->count; i++) {
        ((uint64_t *)s->carry.data)[all[i].node] += all[i].bytes;
        s->g->grown_bytes += all[i].bytes;
    }
}

/* Up the tree. No more than all bytes by the least bytes of a point are found. */
static void find_points(struct search *s)
{
    const struct heap *h = s->h;
    const uint32_t *order = h->dom_order.data;
    uint64_t *carry = s->carry.data;
    uint32_t *point_of = s->point_of.data;
    uint64_t all = s->g->new_bytes + s->g->grown_bytes;
    uint64_t least = max_u64(all / GROWTH_POINTS_MAX + 1, LEAST_BYTES);
    s->point_count = 1;
    for (uint32_t p = h->node_count; p-- > 1;) {
        uint32_t n = order[p];
        carry[n] += ((const uint8_t *)s->fresh.data)[n] ? heap_self_bytes(h, n) : 0;
        if (carry[n] < least) {
            carry[heap_dominator(h, n)] += carry[n];
        } else {
            s->points[s->point_count].node = n;
            point_of[n] = s->point_count++;
        }
    }
}

static void add_up(struct search *s, const struct column *grown)
{
    const struct heap *h = s->h;
    const struct grown *all = grown->data;
    const uint32_t *order = h->dom_order.data;
    uint32_t *point_of = s->point_of.data;
    for (uint32_t p = 1; p < h->node_count; p++) {
        uint32_t n = order[p];
        if (!point_of[n])
            point_of[n] = point_of[heap_dominator(h, n)];
        uint64_t self = heap_self_bytes(h, n);
        if (!((const uint8_t *)s->fresh.data)[n] || !self)
            continue;
        s->points[point_of[n]].objects++;
        s->points[point_of[n]].bytes += self;
    }
    for (uint64_t i = 0; i < grown->count; i++)
        s->points[point_of[all[i].node]].grown_bytes += all[i].bytes;
}

/* -- owners -- */

static bool dominates(const struct heap *h, uint32_t d, uint32_t n)
{
    for (unsigned i = 0; i < CLIMB_MAX && n != d && n != h->root; i++)
        n = heap_dominator(h, n);
    return n == d;
}

/* The owner of n or of the nearest of its dominators that has one. *ret_of is which. */
static void find_owner(const struct js *js, uint32_t n, struct owner *ret, uint32_t *ret_of)
{
    const struct heap *h = js->h;
    unsigned tried = 0;
    uint32_t class = UINT32_MAX;
    *ret_of = n;
    for (unsigned i = 0; i < CLIMB_MAX && n != h->root && tried < OWNERS_TRIED_MAX; i++) {
        if (heap_class(h, n) != class) {
            owner_find(js, n, ret);
            *ret_of = n;
            if (ret->kind != OWNER_NONE)
                return;
            tried++;
        }
        class = heap_class(h, n);
        n = heap_dominator(h, n);
    }
    ret->kind = OWNER_NONE;
}

/* What the variable holds, or of the objects on the way to the point the outermost that has it
 * alone: its retained size is that of the place. */
static uint32_t find_followed(const struct heap *h, const struct owner *o, uint32_t of,
                              uint32_t point)
{
    if (o->kind == OWNER_NONE)
        return point;
    for (unsigned i = o->hop_count - 1; i-- > 0;) {
        if (dominates(h, o->hops[i].node, point))
            return o->hops[i].node;
    }
    return of;
}

static const char *keep(struct search *s, struct buf *b)
{
    s->arena->failed |= b->failed;
    const char *text = arena_strndup(s->arena, buf_str(b), b->len);
    buf_release(b);
    return text;
}

static const char *holder_text(struct search *s, const struct owner *o, uint32_t point)
{
    struct buf b = {0};
    if (o->kind == OWNER_NONE)
        node_put_label(&s->js, point, &b);
    else
        owner_put_variable(&s->js, o, &b);
    return keep(s, &b);
}

static const char *script_text(struct search *s, const struct owner *o)
{
    struct str script = o->kind == OWNER_NONE ? (struct str){"", 0} : owner_script(&s->js, o);
    return arena_strndup(s->arena, script.p, script.len);
}

static struct growth_place *find_place(struct search *s, const struct growth_place *like)
{
    struct growth_places *g = s->g;
    for (size_t i = 0; i < g->count; i++) {
        struct growth_place *p = &g->all[i];
        if (p->kind == like->kind && !strcmp(p->holder, like->holder) &&
            !strcmp(p->script, like->script))
            return p;
    }
    struct growth_place *made = arena_push(s->arena, (void **)&g->all, &g->count, sizeof *g->all);
    if (made)
        *made = *like;
    return made;
}

static void follow(struct search *s, struct growth_place *p, uint32_t n)
{
    struct growth_places *g = s->g;
    size_t place = (size_t)(p - g->all);
    uint32_t id = heap_id(s->h, n);
    for (size_t i = 0; i < g->followed_count; i++) {
        if (g->followed[i].node_id == id)
            return;
    }
    g->followed[g->followed_count++] = (struct followed){id, place};
    if (p->node_id)
        return;
    struct str class = heap_class_name(s->h, n);
    p->node_id = id;
    p->what = arena_strndup(s->arena, class.p, class.len);
    p->has_entries = js_collection(&s->js, n) != COLLECTION_NONE;
}

static bool add_place(struct search *s, const struct point *point)
{
    struct owner o;
    uint32_t of;
    find_owner(&s->js, point->node, &o, &of);
    const struct growth_place like = {
        .kind = o.kind,
        .holder = holder_text(s, &o, point->node),
        .script = script_text(s, &o),
    };
    struct growth_place *p = find_place(s, &like);
    if (!p || s->arena->failed)
        return false;
    p->new_objects += point->objects;
    p->new_bytes += point->bytes;
    p->grown_bytes += point->grown_bytes;
    s->g->held_objects += point->objects;
    s->g->held_bytes += point->bytes + point->grown_bytes;
    follow(s, p, find_followed(s->h, &o, of, point->node));
    return true;
}

static int compare_points(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return x->node < y->node ? -1 : x->node > y->node;
}

/* The largest first, which gives a place its object. */
static bool add_places(struct search *s, struct err *err)
{
    qsort(s->points + 1, s->point_count - 1, sizeof *s->points, compare_points);
    for (uint32_t i = 1; i < s->point_count; i++) {
        if (!add_place(s, &s->points[i]))
            return err_nomem(err, 0, "the places that grew");
    }
    return true;
}

bool growth_places_find(const struct heap *h, uint32_t base_max_id, const struct column *grown,
                        struct arena *arena, struct growth_places *ret, struct err *err)
{
    struct search *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(err, sizeof *s, "the places that grew");
    *ret = (struct growth_places){0};
    s->h = h;
    s->base_max_id = base_max_id;
    s->arena = arena;
    s->g = ret;
    bool ok = prepare(s, err);
    if (ok) {
        find_fresh(s);
        add_grown(s, grown);
        find_points(s);
        add_up(s, grown);
        ok = add_places(s, err);
    }
    column_release(&s->fresh);
    column_release(&s->carry);
    column_release(&s->point_of);
    free(s);
    return ok;
}

/* -- through the snapshots -- */

bool growth_places_measure(struct growth_places *g, const struct heap *h, size_t snapshot,
                           struct err *err)
{
    struct u64_map wanted;
    struct js js;
    bool ok = u64_map_init(&wanted, h->store, err), is_new;
    uint32_t *which;
    for (size_t i = 0; ok && i < g->followed_count; i++)
        ok = u64_map_put(&wanted, g->followed[i].node_id, (uint32_t)i, &which, &is_new, err);
    if (ok)
        js_init(&js, h);
    for (uint32_t n = 0; ok && n < h->node_count; n++) {
        const uint32_t *i = u64_map_get(&wanted, heap_id(h, n));
        if (!i)
            continue;
        struct growth_place *p = &g->all[g->followed[*i].place];
        p->retained_bytes[snapshot] += heap_retained_bytes(h, n);
        if (p->has_entries)
            p->entries[snapshot] += js_entries(&js, n);
    }
    u64_map_release(&wanted);
    return ok;
}
