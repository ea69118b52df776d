/* The comparison of two heaps: see compare.h. */
#include "analyzer/compare.h"

#include "analyzer/object_ids.h"
#include "analyzer/row_sort.h"
#include "analyzer/same_process.h"
#include "analyzer/utf16.h"
#include "base/u64_map.h"

/* A heap on its way into the comparison. */
struct side {
    const struct heap *h;
    struct column row_of; /* uint32_t, by node: row of the comparison, NO_ROW without a size */
    struct column row_of_class; /* uint32_t, by the heap's own row: 1-based */
    struct column ids;          /* struct object_id */
};

struct comparing {
    struct comparison *c;
    struct u64_map row_of_key;
    struct side base, current;
    struct interfaces interfaces;                  /* of current, for base */
    uint32_t row_of_interface[INTERFACES_MAX + 1]; /* 1-based; the last: of "Object" */
};

void comparison_release(struct comparison *c)
{
    column_release(&c->rows);
    column_release(&c->grown);
}

struct class_key comparison_key(const struct comparison *c, uint32_t row)
{
    const struct class_change *r = comparison_row(c, row);
    const struct heap *h = r->name_is_of_base ? c->base : c->current;
    return (struct class_key){strings_get(&h->strings, r->name), r->has_location, r->script_id,
                              r->line, r->column};
}

struct str comparison_name(const struct comparison *c, uint32_t row)
{
    const struct class_change *r = comparison_row(c, row);
    if (r->current_count || r->base_last == NO_NODE)
        return comparison_key(c, row).name;
    return heap_class_name(c->base, r->base_last);
}

/* -- rows -- */

static bool find_row(struct comparing *x, const struct class_key *key, uint32_t name, bool of_base,
                     uint32_t *ret_row, struct err *err)
{
    struct column *rows = &x->c->rows;
    for (uint64_t hash = class_key_hash(key);; hash++) {
        uint32_t *row;
        bool is_new;
        if (!u64_map_put(&x->row_of_key, hash, (uint32_t)rows->count, &row, &is_new, err))
            return false;
        *ret_row = *row;
        if (is_new)
            break;
        struct class_key other = comparison_key(x->c, *row);
        if (class_key_equal(key, &other))
            return true;
    }
    if (!column_reserve(rows, 1, err))
        return err_prefix(err, "classes");
    ((struct class_change *)rows->data)[rows->count++] = (struct class_change){
        .name = name,
        .base_last = NO_NODE,
        .name_is_of_base = of_base,
        .has_location = key->has_location,
        .script_id = key->script_id,
        .line = key->line,
        .column = key->column,
    };
    return true;
}

/* The row of a heap's own class. */
static bool row_of_class(struct comparing *x, struct side *s, uint32_t class, uint32_t *ret_row,
                         struct err *err)
{
    uint32_t *known = &((uint32_t *)s->row_of_class.data)[class];
    struct class_key key = class_row_key(s->h, class);
    if (!*known) {
        if (!find_row(x, &key, class_row(s->h, class)->name, s == &x->base, known, err))
            return false;
        ++*known;
    }
    *ret_row = *known - 1;
    return true;
}

/* The row of a plain object of the base: its interface is of the current heap, or none. */
static bool row_of_plain(struct comparing *x, uint32_t class, uint32_t interface, uint32_t plain,
                         uint32_t *ret_row, struct err *err)
{
    bool named = interface != NO_INTERFACE;
    uint32_t name = named ? x->interfaces.all[interface].name : plain;
    const struct heap *h = named ? x->current.h : x->base.h;
    uint32_t *known = &x->row_of_interface[named ? interface : INTERFACES_MAX];
    struct class_key key = class_row_key(x->base.h, class);
    key.name = strings_get(&h->strings, name);
    if (key.has_location)
        return find_row(x, &key, name, !named, ret_row, err);
    if (!*known) {
        if (!find_row(x, &key, name, !named, known, err))
            return false;
        ++*known;
    }
    *ret_row = *known - 1;
    return true;
}

static void count_base(struct class_change *row, uint64_t self)
{
    row->base_count++;
    row->base_bytes += self;
}

static void count_current(struct class_change *row, uint64_t self)
{
    row->current_count++;
    row->current_bytes += self;
}

static bool classify_base(struct comparing *x, struct err *err)
{
    const struct heap *h = x->base.h;
    uint32_t *row_of = x->base.row_of.data, plain;
    strings_find(&h->strings, (const char *const[]){"Object"}, 1, &plain);
    if (!interfaces_translate(&x->current.h->classes->interfaces, x->current.h, h, &x->interfaces,
                              err) ||
        !interfaces_apply(&x->interfaces, h, plain, row_of, err))
        return false;
    for (uint32_t n = 0; n < h->node_count; n++) {
        uint64_t self = heap_self_bytes(h, n);
        uint32_t class = heap_class(h, n), interface = row_of[n];
        row_of[n] = NO_ROW;
        if (!self)
            continue;
        if (!(heap_is_plain_object(h, n, plain)
                  ? row_of_plain(x, class, interface, plain, &row_of[n], err)
                  : row_of_class(x, &x->base, class, &row_of[n], err)))
            return false;
        count_base(&((struct class_change *)x->c->rows.data)[row_of[n]], self);
    }
    return true;
}

static bool classify_current(struct comparing *x, struct err *err)
{
    const struct heap *h = x->current.h;
    uint32_t *row_of = x->current.row_of.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        uint64_t self = heap_self_bytes(h, n);
        row_of[n] = NO_ROW;
        if (!self)
            continue;
        if (!row_of_class(x, &x->current, heap_class(h, n), &row_of[n], err))
            return false;
        count_current(&((struct class_change *)x->c->rows.data)[row_of[n]], self);
    }
    return true;
}

/* -- objects -- */

/* Objects of the same row and id are the same. */
static int compare_objects(const struct comparing *x, const struct object_id *a,
                           const struct object_id *b)
{
    uint32_t p = ((const uint32_t *)x->base.row_of.data)[a->node];
    uint32_t q = ((const uint32_t *)x->current.row_of.data)[b->node];
    if (p != q)
        return p < q ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static void count_deleted(struct comparing *x, const struct object_id *o)
{
    uint32_t row = ((const uint32_t *)x->base.row_of.data)[o->node];
    struct class_change *r = &((struct class_change *)x->c->rows.data)[row];
    r->deleted_count++;
    r->deleted_bytes += heap_self_bytes(x->base.h, o->node);
}

static void count_new(struct comparing *x, const struct object_id *o)
{
    uint32_t row = ((const uint32_t *)x->current.row_of.data)[o->node];
    struct class_change *r = &((struct class_change *)x->c->rows.data)[row];
    r->new_count++;
    r->new_bytes += heap_self_bytes(x->current.h, o->node);
}

static bool count_survivor(struct comparing *x, const struct object_id *a,
                           const struct object_id *b, struct err *err)
{
    uint64_t before = heap_self_bytes(x->base.h, a->node);
    uint64_t after = heap_self_bytes(x->current.h, b->node);
    struct column *grown = &x->c->grown;
    if (!id_is_js(a->id) || after <= before)
        return true;
    if (!column_reserve(grown, 1, err))
        return err_prefix(err, "objects that grew");
    ((struct grown *)grown->data)[grown->count++] = (struct grown){b->node, after - before};
    return true;
}

/* Sorted by id within a row: the last of a row is the one that DevTools takes the name from. */
static void note_base(struct comparing *x, const struct object_id *o)
{
    uint32_t row = ((const uint32_t *)x->base.row_of.data)[o->node];
    ((struct class_change *)x->c->rows.data)[row].base_last = o->node;
}

static bool merge(struct comparing *x, struct err *err)
{
    const struct object_id *a = x->base.ids.data, *a_end = a + x->base.ids.count;
    const struct object_id *b = x->current.ids.data, *b_end = b + x->current.ids.count;
    while (a < a_end || b < b_end) {
        int order = a == a_end ? 1 : b == b_end ? -1 : compare_objects(x, a, b);
        if (order <= 0)
            note_base(x, a);
        if (order < 0)
            count_deleted(x, a);
        else if (order > 0)
            count_new(x, b);
        else if (!count_survivor(x, a, b, err))
            return false;
        a += order <= 0;
        b += order >= 0;
    }
    return true;
}

/* -- the whole -- */

static bool prepare_side(struct side *s, struct err *err)
{
    const struct heap *h = s->h;
    return column_make(&s->row_of, h->store, "classes", 4, h->node_count, err) &&
           column_make(&s->row_of_class, h->store, "classes", 4, class_count(h), err);
}

static void release_side(struct side *s)
{
    column_release(&s->row_of);
    column_release(&s->row_of_class);
    column_release(&s->ids);
}

static bool compare(struct comparing *x, struct err *err)
{
    struct comparison *c = x->c;
    struct store *store = c->current->store;
    return column_make(&c->rows, store, "classes", sizeof(struct class_change), 0, err) &&
           column_make(&c->grown, store, "objects that grew", sizeof(struct grown), 0, err) &&
           u64_map_init(&x->row_of_key, store, err) && prepare_side(&x->base, err) &&
           prepare_side(&x->current, err) && classify_base(x, err) && classify_current(x, err) &&
           object_ids_sort(x->base.h, x->base.row_of.data, &x->base.ids, err) &&
           object_ids_sort(x->current.h, x->current.row_of.data, &x->current.ids, err) &&
           merge(x, err);
}

bool comparison_make(const struct heap *base, const struct heap *current, struct comparison *ret,
                     struct err *err)
{
    struct comparison c = {.base = base, .current = current};
    struct comparing x = {.c = &c, .base.h = base, .current.h = current};
    bool ok = compare(&x, err);
    release_side(&x.base);
    release_side(&x.current);
    u64_map_release(&x.row_of_key);
    interfaces_release(&x.interfaces);
    if (ok)
        *ret = c;
    else
        comparison_release(&c);
    return ok;
}

/* -- order -- */

/* DevTools' order, which is stable: equal ones stand as the rows do. */
static bool precedes(const void *ctx, uint32_t a, uint32_t b)
{
    const struct comparison *c = ctx;
    const struct class_change *x = comparison_row(c, a), *y = comparison_row(c, b);
    if (x->new_bytes != y->new_bytes)
        return x->new_bytes > y->new_bytes;
    int order = utf16_compare(comparison_name(c, a), comparison_name(c, b));
    return order ? order < 0 : a < b;
}

bool comparison_sort(const struct comparison *c, struct column *ret, struct err *err)
{
    struct column order = {0};
    if (!column_make_raw(&order, c->current->store, "classes", 4, c->rows.count, err))
        return false;
    uint32_t *rows = order.data;
    uint64_t count = 0;
    for (uint32_t r = 0; r < c->rows.count; r++) {
        if (comparison_row(c, r)->new_count || comparison_row(c, r)->deleted_count)
            rows[count++] = r;
    }
    order.count = count;
    rows_sort(rows, count, precedes, c);
    *ret = order;
    return true;
}
