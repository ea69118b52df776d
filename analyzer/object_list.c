/* Lists of a heap's objects: see object_list.h. */
#include "analyzer/object_list.h"

#include "analyzer/classes.h"
#include "analyzer/retainers.h"
#include "analyzer/utf16.h"

#define FIRST_ROWS 256

/* What is not reached stands behind what is, as in DevTools. */
#define UNREACHED_DISTANCE 200000000

typedef void visit(void *ctx, uint64_t item, uint32_t n);

/* A kind of list: rows are nodes or edges. */
struct list_kind {
    enum object_order default_order;
    bool rows_are_edges;
    bool node_is_source; /* of an edge, the end that the row is about */
    void (*each)(const struct object_list *l, visit *v, void *ctx);
    /* Orders rows that are equal by key: negative if a comes first. */
    int (*compare)(struct object_list *l, uint64_t a, uint64_t b);
};

static const struct list_kind list_kinds[OBJECT_LIST_KINDS];

uint32_t object_list_node_of(const struct object_list *l, uint64_t item)
{
    const struct list_kind *k = &list_kinds[l->kind];
    if (!k->rows_are_edges)
        return (uint32_t)item;
    return k->node_is_source ? heap_edge_from(l->text->h, item) : heap_edge_to(l->text->h, item);
}

/* Larger comes first. */
static uint64_t key_of(const struct object_list *l, uint32_t n)
{
    const struct heap *h = l->text->h;
    int64_t distance;
    switch (l->order) {
    case ORDER_RETAINED:
        return heap_retained_bytes(h, n);
    case ORDER_SHALLOW:
        return heap_self_bytes(h, n);
    case ORDER_DISTANCE:
        distance = heap_distance(h, n);
        return UINT64_MAX - (uint64_t)(distance > 0 ? distance : UNREACHED_DISTANCE);
    case ORDER_NAME:
    case OBJECT_ORDERS:
        break;
    }
    return 0;
}

static void offer(void *ctx, uint64_t item, uint32_t n)
{
    struct object_list *l = ctx;
    l->total++;
    ranking_offer(&l->ranking, key_of(l, n), item);
}

/* -- the kinds -- */

static void each_instances(const struct object_list *l, visit *v, void *ctx)
{
    const struct heap *h = l->text->h;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (heap_class(h, n) == l->subject && heap_self_bytes(h, n))
            v(ctx, n, n);
    }
}

/* Children follow their dominator in the tree's order, each behind the subtree of the one before.
 */
static void each_dominated(const struct object_list *l, visit *v, void *ctx)
{
    const struct heap *h = l->text->h;
    const uint32_t *order = h->dom_order.data;
    uint32_t place = ((const uint32_t *)h->dom_position.data)[l->subject];
    for (uint32_t p = place + 1, end = heap_subtree_end(h, place); p < end;
         p = heap_subtree_end(h, p))
        v(ctx, order[p], order[p]);
}

/* Those of one source stand together: its edges are looked through once. */
static void each_retainers(const struct object_list *l, visit *v, void *ctx)
{
    const struct heap *h = l->text->h;
    struct retainer_walk w = heap_retainers(h, l->subject);
    uint32_t last = NO_NODE;
    while (retainer_next(&w)) {
        uint32_t from = w.source;
        if (from == last || from == h->root)
            continue;
        last = from;
        uint64_t e = heap_first_edge(h, from), e_end = heap_first_edge(h, from + 1);
        for (; e < e_end; e++) {
            if (heap_edge_to(h, e) == l->subject && heap_edge_type(h, e) != EDGE_WEAK)
                v(ctx, e, from);
        }
    }
}

static void each_contents(const struct object_list *l, visit *v, void *ctx)
{
    const struct heap *h = l->text->h;
    uint64_t end = heap_first_edge(h, l->subject + 1);
    for (uint64_t e = heap_first_edge(h, l->subject); e < end; e++)
        v(ctx, e, heap_edge_to(h, e));
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_names(struct object_list *l, uint32_t a, uint32_t b)
{
    buf_clear(&l->name_a);
    buf_clear(&l->name_b);
    node_text_put_name(&l->name_a, l->text, a, SIZE_MAX);
    node_text_put_name(&l->name_b, l->text, b, SIZE_MAX);
    return utf16_compare((struct str){buf_str(&l->name_a), l->name_a.len},
                         (struct str){buf_str(&l->name_b), l->name_b.len});
}

static int compare_by_id(struct object_list *l, uint64_t a, uint64_t b)
{
    const struct heap *h = l->text->h;
    int order = compare_numbers(heap_id(h, (uint32_t)a), heap_id(h, (uint32_t)b));
    return order ? order : compare_numbers(a, b);
}

/* Names, then against the order of the file. */
static int compare_retainers(struct object_list *l, uint64_t a, uint64_t b)
{
    int order = compare_names(l, object_list_node_of(l, a), object_list_node_of(l, b));
    return order ? order : compare_numbers(b, a);
}

static int compare_contents(struct object_list *l, uint64_t a, uint64_t b)
{
    int order = edge_text_compare(l->text, a, b);
    return order ? order : compare_numbers(a, b);
}

static const struct list_kind list_kinds[OBJECT_LIST_KINDS] = {
    [OBJECTS_INSTANCES] = {ORDER_RETAINED, false, false, each_instances, compare_by_id},
    [OBJECTS_DOMINATED] = {ORDER_RETAINED, false, false, each_dominated, compare_by_id},
    [OBJECTS_RETAINERS] = {ORDER_DISTANCE, true, true, each_retainers, compare_retainers},
    [OBJECTS_CONTENTS] = {ORDER_RETAINED, true, false, each_contents, compare_contents},
};

/* -- the list -- */

static bool precedes(void *ctx, uint64_t a, uint64_t b)
{
    struct object_list *l = ctx;
    int order = l->order == ORDER_NAME
                    ? compare_names(l, object_list_node_of(l, a), object_list_node_of(l, b))
                    : 0;
    return (order ? order : list_kinds[l->kind].compare(l, a, b)) < 0;
}

int object_list_compare(struct object_list *l, uint64_t a, uint64_t b)
{
    uint64_t x = key_of(l, object_list_node_of(l, a)), y = key_of(l, object_list_node_of(l, b));
    if (x != y)
        return x > y ? -1 : 1;
    return precedes(l, a, b) ? -1 : 1;
}

void object_list_each(const struct object_list *l, visit *each, void *ctx)
{
    list_kinds[l->kind].each(l, each, ctx);
}

enum object_order object_list_default_order(enum object_list_kind kind)
{
    return list_kinds[kind].default_order;
}

void object_list_init(struct object_list *l, const struct node_text *text,
                      enum object_list_kind kind, uint32_t subject, enum object_order order)
{
    *l = (struct object_list){.text = text, .kind = kind, .order = order, .subject = subject};
    l->ranking.precedes = precedes;
}

void object_list_release(struct object_list *l)
{
    ranking_release(&l->ranking);
    buf_release(&l->name_a);
    buf_release(&l->name_b);
    l->total = 0;
    l->counted = false;
}

bool object_list_reach(struct object_list *l, uint64_t rows, struct err *err)
{
    uint64_t known = object_list_known(l);
    if (l->counted && (rows <= known || known == l->total))
        return true;
    uint64_t more = max_u64(max_u64(known, FIRST_ROWS), rows > known ? rows - known : 0);
    if (l->counted)
        more = min_u64(more, l->total - known);
    l->ranking.ctx = l; /* here, so that a list may be moved */
    if (!ranking_begin(&l->ranking, (size_t)more, err))
        return false;
    l->total = 0;
    object_list_each(l, offer, l);
    ranking_end(&l->ranking);
    l->counted = true;
    return true;
}

uint32_t object_list_node(const struct object_list *l, uint64_t row)
{
    return object_list_node_of(l, l->ranking.rows[row].item);
}

uint64_t object_list_edge(const struct object_list *l, uint64_t row)
{
    return list_kinds[l->kind].rows_are_edges ? l->ranking.rows[row].item : NO_EDGE;
}
