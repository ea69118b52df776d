/* Where a heap grew: see growth_places.h. */
#include "analyzer/growth_places.h"

#include "analyzer/classes.h"
#include "analyzer/compare.h"
#include "analyzer/retaining_path.h"
#include "analyzer/same_process.h"

#include <stdlib.h>
#include <string.h>

#define LEAST_BYTES 64
/* Dominators that are climbed when a place itself has no owner; links of a list are passed over. */
#define CLIMB_MAX 65536
#define OWNERS_TRIED_MAX 24
/* So many objects of a class are tried: links of a list may be of several classes by turns. */
#define TRIES_A_CLASS 2
#define CLASSES_MAX 12
/* Collections that a place is followed by, and from how many entries on. */
#define CONTAINERS_A_PLACE 16
#define CONTAINER_LEAST_ENTRIES 40

/* Where new bytes come together. */
struct point {
    uint32_t node;
    uint32_t number; /* in point_of */
    uint64_t objects, bytes, grown_bytes, code_bytes;
};

enum mark {
    MARK_FRESH = 1,
    MARK_CODE = 2, /* compiled code, a shape, or what only these hold */
};

struct search {
    const struct heap *h;
    struct js js;
    uint32_t base_max_id;
    struct column marks;    /* uint8_t, by node: enum mark */
    struct column carry;    /* uint64_t, by node: bytes that come up from below */
    struct column point_of; /* uint32_t, by node: 0 is everything without a point */
    struct point points[GROWTH_POINTS_MAX + 1];
    uint32_t point_count; /* with the first */
    size_t place_of[GROWTH_POINTS_MAX + 1];
    struct arena *arena;
    struct growth_places *g;
};

/* -- points -- */

static bool prepare(struct search *s, struct err *err)
{
    struct store *store = s->h->store;
    uint64_t nodes = s->h->node_count;
    js_init(&s->js, s->h);
    return column_make(&s->marks, store, "new objects", 1, nodes, err) &&
           column_make(&s->carry, store, "new objects", 8, nodes, err) &&
           column_make(&s->point_of, store, "new objects", 4, nodes, err);
}

static bool is_fresh(const struct search *s, uint32_t n)
{
    return ((const uint8_t *)s->marks.data)[n] & MARK_FRESH;
}

/* Down the tree: an embedder's object is as new as its dominator. */
static void find_fresh(struct search *s)
{
    const struct heap *h = s->h;
    const uint32_t *order = h->dom_order.data;
    uint8_t *marks = s->marks.data;
    for (uint32_t p = 1; p < h->node_count; p++) {
        uint32_t n = order[p], id = heap_id(h, n);
        uint64_t self = heap_self_bytes(h, n);
        unsigned above = marks[heap_dominator(h, n)];
        enum node_type type = heap_type(h, n);
        bool fresh = id_is_js(id) ? id > s->base_max_id : above & MARK_FRESH;
        bool code = type == NODE_CODE || type == NODE_OBJECT_SHAPE || above & MARK_CODE;
        marks[n] = (uint8_t)((fresh ? MARK_FRESH : 0) | (code ? MARK_CODE : 0));
        if (!fresh || !self)
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
        carry[n] += is_fresh(s, n) ? heap_self_bytes(h, n) : 0;
        if (carry[n] < least) {
            carry[heap_dominator(h, n)] += carry[n];
        } else {
            s->points[s->point_count].node = n;
            s->points[s->point_count].number = s->point_count;
            point_of[n] = s->point_count++;
        }
    }
}

static void add_up(struct search *s, const struct column *grown)
{
    const struct heap *h = s->h;
    const struct grown *all = grown->data;
    const uint32_t *order = h->dom_order.data;
    const uint8_t *marks = s->marks.data;
    uint32_t *point_of = s->point_of.data;
    for (uint32_t p = 1; p < h->node_count; p++) {
        uint32_t n = order[p];
        if (!point_of[n])
            point_of[n] = point_of[heap_dominator(h, n)];
        uint64_t self = heap_self_bytes(h, n);
        if (!is_fresh(s, n) || !self)
            continue;
        struct point *point = &s->points[point_of[n]];
        point->objects++;
        point->bytes += self;
        point->code_bytes += marks[n] & MARK_CODE ? self : 0;
    }
    for (uint64_t i = 0; i < grown->count; i++) {
        struct point *point = &s->points[point_of[all[i].node]];
        point->grown_bytes += all[i].bytes;
        point->code_bytes += marks[all[i].node] & MARK_CODE ? all[i].bytes : 0;
    }
}

/* -- owners -- */

static bool dominates(const struct heap *h, uint32_t d, uint32_t n)
{
    for (unsigned i = 0; i < CLIMB_MAX && n != d && n != h->root; i++)
        n = heap_dominator(h, n);
    return n == d;
}

/* The classes on the way up, and how often an object of each was tried. */
struct tried {
    uint32_t classes[CLASSES_MAX];
    unsigned times[CLASSES_MAX];
    unsigned count;
};

static bool is_exhausted(const struct tried *t, uint32_t class)
{
    for (unsigned i = 0; i < t->count; i++) {
        if (t->classes[i] == class)
            return t->times[i] >= TRIES_A_CLASS;
    }
    return false;
}

static void note_try(struct tried *t, uint32_t class)
{
    unsigned i = 0;
    while (i < t->count && t->classes[i] != class)
        i++;
    if (i == CLASSES_MAX)
        return;
    t->count += i == t->count;
    t->classes[i] = class;
    t->times[i]++;
}

struct found_owner {
    struct owner owner;
    uint32_t of;    /* whose it is */
    uint32_t links; /* passed over on the way */
};

/* The owner of n or of the nearest of its dominators that has one. Of a long row of the same
 * classes, a list, the first few and the last are tried. */
static void find_owner(const struct js *js, uint32_t n, struct found_owner *ret)
{
    const struct heap *h = js->h;
    struct tried tried = {0};
    unsigned tries = 0;
    *ret = (struct found_owner){.of = n};
    for (unsigned i = 0; i < CLIMB_MAX && n != h->root && tries < OWNERS_TRIED_MAX; i++) {
        uint32_t class = heap_class(h, n), above = heap_dominator(h, n);
        bool is_link = is_exhausted(&tried, class);
        ret->links += is_link;
        if (!is_link || !is_exhausted(&tried, heap_class(h, above))) {
            owner_find(js, n, &ret->owner);
            ret->of = n;
            if (ret->owner.kind != OWNER_NONE)
                return;
            note_try(&tried, class);
            tries++;
        }
        n = above;
    }
    ret->owner.kind = OWNER_NONE;
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

static bool is_same(const struct followed *a, const struct followed *b)
{
    bool places = !a->is_container || a->place == b->place;
    return a->node_id == b->node_id && a->is_container == b->is_container && places &&
           !a->variable == !b->variable && (!a->variable || !strcmp(a->variable, b->variable));
}

static void push_followed(struct search *s, struct followed f)
{
    struct growth_places *g = s->g;
    size_t i = 0;
    while (i < g->followed_count && !is_same(&g->followed[i], &f))
        i++;
    if (i == g->followed_count && i < GROWTH_FOLLOWED_MAX)
        g->followed[g->followed_count++] = f;
}

/* A new object may have taken the place of another one: then the variable is what to follow. */
static void follow_variable(struct search *s, const struct owner *o, uint32_t n, struct followed *f)
{
    const struct heap *h = s->h;
    if (o->kind == OWNER_NONE || heap_id(h, n) <= s->base_max_id)
        return;
    const struct owner_hop *last = &o->hops[o->hop_count - 1];
    if (heap_edge_to(h, last->edge) != n || heap_id(h, last->node) > s->base_max_id ||
        edge_type_is_indexed(heap_edge_type(h, last->edge)))
        return;
    struct str name = strings_get(&h->strings, heap_edge_name(h, last->edge));
    f->node_id = heap_id(h, last->node);
    f->edge = heap_edge_type(h, last->edge);
    f->variable = arena_strndup(s->arena, name.p, name.len);
}

static void follow(struct search *s, struct growth_place *p, const struct owner *o, uint32_t n)
{
    struct followed f = {.node_id = heap_id(s->h, n), .place = (size_t)(p - s->g->all)};
    follow_variable(s, o, n, &f);
    push_followed(s, f);
    if (p->node_id)
        return;
    struct str class = heap_class_name(s->h, n);
    p->node = n;
    p->node_id = heap_id(s->h, n);
    p->what = arena_strndup(s->arena, class.p, class.len);
    p->has_entries = js_collection(&s->js, n) != COLLECTION_NONE;
}

/* -- containers -- */

static bool is_known_container(const struct search *s, uint32_t n)
{
    for (size_t i = 0; i < s->g->container_count; i++) {
        if (s->g->containers[i].node == n)
            return true;
    }
    return false;
}

static bool has_room(const struct search *s, size_t place)
{
    const struct growth_places *g = s->g;
    unsigned of_place = 0;
    for (size_t i = 0; i < g->container_count; i++)
        of_place += g->containers[i].place == place;
    return of_place < CONTAINERS_A_PLACE && g->container_count < GROWTH_CONTAINERS_MAX;
}

/* Entries are counted once: many points may be in one collection. */
static bool is_container(const struct search *s, uint32_t n)
{
    const struct heap *h = s->h;
    if (is_known_container(s, n))
        return true;
    enum collection c = js_collection(&s->js, n);
    if (c == COLLECTION_NONE || heap_id(h, n) > s->base_max_id)
        return false;
    bool has_table = c == COLLECTION_MAP || c == COLLECTION_SET;
    uint64_t edges = heap_first_edge(h, n + 1) - heap_first_edge(h, n);
    return (has_table || edges >= CONTAINER_LEAST_ENTRIES) &&
           js_entries(&s->js, n) >= CONTAINER_LEAST_ENTRIES;
}

static void add_container(struct search *s, uint32_t n, size_t place)
{
    struct growth_places *g = s->g;
    for (size_t i = 0; i < g->container_count; i++) {
        if (g->containers[i].place == place && g->containers[i].node == n)
            return;
    }
    if (!has_room(s, place))
        return;
    g->containers[g->container_count] = (struct growth_container){.node = n, .place = place};
    push_followed(s, (struct followed){.node_id = heap_id(s->h, n),
                                       .is_container = true,
                                       .place = g->container_count++});
}

/* On the way from a variable to its place: it need not have the place alone. */
static void find_container_between(struct search *s, const struct owner *o, size_t place)
{
    bool look = o->kind != OWNER_NONE && has_room(s, place);
    for (unsigned i = 0; look && i + 1 < o->hop_count; i++) {
        if (!is_container(s, o->hops[i].node))
            continue;
        add_container(s, o->hops[i].node, place);
        return;
    }
}

/* The nearest that a point is in. */
static void find_container_above(struct search *s, const struct point *point)
{
    enum { CLIMB = 64 };
    uint32_t n = point->node;
    size_t place = s->place_of[point->number];
    bool look = has_room(s, place);
    for (unsigned i = 0; look && i < CLIMB && n != s->h->root; i++) {
        if (is_container(s, n)) {
            add_container(s, n, place);
            return;
        }
        n = heap_dominator(s->h, n);
    }
}

/* Those that a point dominates share its new objects: two Maps of one value, say. A table that got
 * larger makes its Map a point of its own. */
static void find_containers_below(struct search *s)
{
    const uint32_t *point_of = s->point_of.data;
    for (uint32_t n = 1; n < s->h->node_count; n++) {
        if (js_collection(&s->js, n) == COLLECTION_NONE)
            continue;
        uint32_t own = point_of[n], above = point_of[heap_dominator(s->h, n)];
        bool to_own = own && has_room(s, s->place_of[own]);
        bool to_above = above && has_room(s, s->place_of[above]);
        if (!(to_own || to_above) || !is_container(s, n))
            continue;
        if (to_own)
            add_container(s, n, s->place_of[own]);
        if (to_above)
            add_container(s, n, s->place_of[above]);
    }
}

/* -- places -- */

static bool add_place(struct search *s, const struct point *point)
{
    struct found_owner found;
    find_owner(&s->js, point->node, &found);
    const struct owner *o = &found.owner;
    const struct growth_place like = {
        .kind = o->kind,
        .holder = holder_text(s, o, point->node),
        .script = script_text(s, o),
        .script_kind = o->kind == OWNER_NONE ? SCRIPT_NONE : owner_script_kind(&s->js, o),
        .owned = found.of,
    };
    struct growth_place *p = find_place(s, &like);
    if (!p || s->arena->failed)
        return false;
    p->new_objects += point->objects;
    p->new_bytes += point->bytes;
    p->grown_bytes += point->grown_bytes;
    p->code_bytes += point->code_bytes;
    p->links = found.links > p->links ? found.links : p->links;
    s->g->held_objects += point->objects;
    s->g->held_bytes += point->bytes + point->grown_bytes;
    s->place_of[point->number] = (size_t)(p - s->g->all);
    follow(s, p, o, find_followed(s->h, o, found.of, point->node));
    find_container_between(s, o, s->place_of[point->number]);
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
    for (uint32_t i = 1; i < s->point_count; i++)
        find_container_above(s, &s->points[i]);
    find_containers_below(s);
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
    column_release(&s->marks);
    column_release(&s->carry);
    column_release(&s->point_of);
    free(s);
    return ok;
}
