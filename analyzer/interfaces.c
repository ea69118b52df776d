/* Inferred interfaces: see interfaces.h.
 *
 * One sweep over the plain objects counts property lists (in order, cut where the name gets long)
 * and property sets; definitions are matched once a set (analyzer/shapes.h).
 */
#include "analyzer/interfaces.h"

#include "analyzer/shapes.h"
#include "analyzer/utf16.h"
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

/* DevTools' bounds. */
#define NAME_UNITS_MAX 120
#define LEAST_COUNT 2
#define LEAST_SHARE 1000 /* of the plain objects, one in so many */

struct candidate {
    uint32_t first_node;
    uint32_t count;
};

/* A candidate that occurs often enough. */
struct choice {
    uint32_t candidate;
    uint32_t count;
};

struct inference {
    struct heap *h;
    uint32_t plain, proto;
    uint32_t total;
    struct u64_map candidate_of;
    struct column candidates;
    struct shapes shapes;
    struct column units; /* uint8_t, by string: length of its text in a name, 0: unknown */
    struct interfaces found;
    struct buf text;
};

void interfaces_release(struct interfaces *in)
{
    for (size_t i = 0; i < in->count; i++)
        free(in->all[i].props);
    free(in->all);
    *in = (struct interfaces){0};
}

/* -- texts -- */

/* A property's name as it stands in an interface's: quoted where it would be mistaken. */
static void append_property(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] && strchr(",'\"{}", s.p[i])) {
            utf16_put_json(b, s);
            return;
        }
    }
    buf_append(b, s.p, s.len);
}

/* Capped: all that matters is whether it fits. */
static unsigned property_units(struct inference *in, uint32_t string)
{
    uint8_t *units = in->units.data;
    if (string >= in->units.count)
        return 0;
    if (!units[string]) {
        buf_clear(&in->text);
        append_property(&in->text, strings_get(&in->h->strings, string));
        size_t n = utf16_length((struct str){buf_str(&in->text), in->text.len});
        units[string] = (uint8_t)(min_u64(n, 200) + 1);
    }
    return units[string] - 1u;
}

/* -- property lists -- */

/* Walks the properties that make up the name: calls for each, until the name is full. */
struct name_walk {
    unsigned units; /* of the text so far */
};

static bool name_takes(struct inference *in, struct name_walk *w, uint32_t string)
{
    unsigned more = property_units(in, string);
    if (w->units > 1 && w->units + more > NAME_UNITS_MAX)
        return false;
    w->units += (w->units != 1 ? 2 : 0) + more;
    return true;
}

static bool count_object(struct inference *in, uint32_t n, uint32_t *ret_shape, struct err *err)
{
    const struct heap *h = in->h;
    struct name_walk walk = {.units = 1};
    struct shape_hash set = {0};
    uint64_t list = 0;
    bool full = false, any = false, is_new;
    uint32_t *value;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) != EDGE_PROPERTY)
            continue;
        uint32_t name = heap_edge_name(h, e);
        shape_hash_add(&set, name);
        if (name == in->proto || full)
            continue;
        full = !name_takes(in, &walk, name);
        if (full)
            continue;
        any = true;
        if (walk.units > 1) /* an empty name in front leaves no trace in the text */
            list = mix_u64(list ^ (name + UINT64_C(1)));
    }
    in->total++;
    if (!shapes_put(&in->shapes, n, set, ret_shape, err))
        return false;
    if (!any)
        return true;
    if (!u64_map_put(&in->candidate_of, list, (uint32_t)in->candidates.count, &value, &is_new,
                     err) ||
        !column_reserve(&in->candidates, 1, err))
        return false;
    struct candidate *candidates = in->candidates.data;
    if (is_new)
        candidates[in->candidates.count++] = (struct candidate){.first_node = n};
    candidates[*value].count++;
    return true;
}

/* -- definitions -- */

/* Most frequent first, then in order of appearance. */
static int compare_choices(const void *a, const void *b)
{
    const struct choice *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->candidate < y->candidate ? -1 : 1;
}

/* At most one definition in LEAST_SHARE objects, or in LEAST_COUNT when there are few. */
static size_t choose(const struct inference *in, struct choice choices[static INTERFACES_MAX])
{
    const struct candidate *c = in->candidates.data;
    size_t count = 0;
    for (uint64_t i = 0; i < in->candidates.count && count < INTERFACES_MAX; i++) {
        if (c[i].count >= LEAST_COUNT && (uint64_t)c[i].count * LEAST_SHARE >= in->total)
            choices[count++] = (struct choice){(uint32_t)i, c[i].count};
    }
    qsort(choices, count, sizeof *choices, compare_choices);
    return count;
}
_Static_assert(INTERFACES_MAX >= LEAST_SHARE, "all fit");

static bool collect_properties(struct inference *in, uint32_t n, struct interface *d,
                               struct err *err)
{
    const struct heap *h = in->h;
    struct name_walk walk = {.units = 1};
    /* "{" and at least an empty name: a name has no more than these */
    d->props = malloc((NAME_UNITS_MAX + 1) * sizeof *d->props);
    if (!d->props)
        return err_nomem(err, NAME_UNITS_MAX * sizeof *d->props, "interfaces");
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) != EDGE_PROPERTY || heap_edge_name(h, e) == in->proto)
            continue;
        if (d->prop_count > NAME_UNITS_MAX || !name_takes(in, &walk, heap_edge_name(h, e)))
            break;
        d->props[d->prop_count++] = heap_edge_name(h, e);
    }
    buf_clear(&in->text);
    buf_putc(&in->text, '{');
    for (size_t i = 0; i < d->prop_count; i++) {
        if (in->text.len > 1)
            buf_puts(&in->text, ", ");
        append_property(&in->text, strings_get(&h->strings, d->props[i]));
    }
    buf_putc(&in->text, '}');
    shapes_sort(d->props, d->prop_count);
    return strings_append(&in->h->strings, in->text.data, in->text.len, err) &&
           strings_end(&in->h->strings, &d->name, err);
}

static bool define(struct inference *in, struct err *err)
{
    struct choice choices[INTERFACES_MAX];
    const struct candidate *candidates = in->candidates.data;
    size_t count = choose(in, choices);
    in->found.all = calloc(count + 1, sizeof *in->found.all);
    if (!in->found.all)
        return err_nomem(err, count * sizeof *in->found.all, "interfaces");
    for (; in->found.count < count; in->found.count++) {
        uint32_t n = candidates[choices[in->found.count].candidate].first_node;
        if (!collect_properties(in, n, &in->found.all[in->found.count], err)) {
            in->found.count++;
            return false;
        }
    }
    return true;
}

/* -- all of it -- */

static bool prepare(struct inference *in, struct err *err)
{
    struct heap *h = in->h;
    strings_find(&h->strings, (const char *const[]){"__proto__"}, 1, &in->proto);
    return shapes_init(&in->shapes, h, err) && u64_map_init(&in->candidate_of, h->store, err) &&
           column_make(&in->candidates, h->store, "interfaces", sizeof(struct candidate), 0, err) &&
           column_make(&in->units, h->store, "interfaces", 1, strings_count(&h->strings), err);
}

static bool name_all(struct inference *in, uint32_t *names, struct err *err)
{
    const struct heap *h = in->h;
    for (uint32_t n = 0; n < h->node_count; n++) {
        column_sweep(&h->node_name, n);
        column_sweep(&h->edge_label, n);
        column_sweep(&h->class_of, n);
        if (heap_is_plain_object(h, n, in->plain) && !count_object(in, n, &names[n], err))
            return false;
    }
    if (!define(in, err) || !shapes_match(&in->shapes, &in->found, err))
        return false;
    for (uint32_t n = 0; n < h->node_count; n++) {
        column_sweep(&h->node_name, n);
        column_sweep(&h->class_of, n);
        if (!heap_is_plain_object(h, n, in->plain))
            continue;
        uint32_t k = shape_interface(&in->shapes, names[n]);
        names[n] = k == NO_INTERFACE ? in->plain : in->found.all[k].name;
    }
    return true;
}

bool interfaces_name(struct heap *h, uint32_t plain, uint32_t *names, struct interfaces *ret,
                     struct err *err)
{
    struct inference in = {.h = h, .plain = plain};
    bool ok = plain == NO_STRING || (prepare(&in, err) && name_all(&in, names, err));
    column_release(&in.candidates);
    column_release(&in.units);
    shapes_release(&in.shapes);
    u64_map_release(&in.candidate_of);
    buf_release(&in.text);
    if (ok)
        *ret = in.found;
    else
        interfaces_release(&in.found);
    return ok;
}

/* -- in another heap -- */

/* Strings of one heap that are looked for in another: hash of the text -> place in `found`. */
struct translation {
    const struct heap *from, *to;
    struct u64_map wanted;
    struct column names;  /* uint32_t, string index in `from` */
    struct column found;  /* uint32_t, string index in `to`, or NO_STRING */
    size_t longest_bytes; /* of the wanted */
};

static bool same_text(struct str a, struct str b)
{
    return a.len == b.len && !memcmp(a.p, b.p, a.len);
}

/* The place of the text in `found`, made if it is not there. */
static bool want(struct translation *t, uint32_t string, uint32_t *ret_place, struct err *err)
{
    struct str s = strings_get(&t->from->strings, string);
    for (uint64_t key = hash_bytes(s.p, s.len);; key++) {
        uint32_t *place;
        bool is_new;
        if (!u64_map_put(&t->wanted, key, (uint32_t)t->names.count, &place, &is_new, err))
            return false;
        *ret_place = *place;
        if (is_new)
            break;
        uint32_t other = ((const uint32_t *)t->names.data)[*place];
        if (same_text(s, strings_get(&t->from->strings, other)))
            return true;
    }
    if (!column_reserve(&t->names, 1, err) || !column_reserve(&t->found, 1, err))
        return false;
    ((uint32_t *)t->names.data)[t->names.count++] = string;
    ((uint32_t *)t->found.data)[t->found.count++] = NO_STRING;
    t->longest_bytes = max_u64(t->longest_bytes, s.len);
    return true;
}

/* The first of equal strings counts. */
static void look_for_all(struct translation *t)
{
    const struct strings *strings = &t->to->strings;
    const uint32_t *names = t->names.data;
    uint32_t *found = t->found.data;
    for (uint32_t i = 0; i < strings_count(strings); i++) {
        struct str s = strings_get(strings, i);
        if (s.len > t->longest_bytes)
            continue;
        const uint32_t *place;
        for (uint64_t key = hash_bytes(s.p, s.len); (place = u64_map_get(&t->wanted, key)); key++) {
            if (!same_text(s, strings_get(&t->from->strings, names[*place])))
                continue;
            if (found[*place] == NO_STRING)
                found[*place] = i;
            break;
        }
    }
}

static bool copy_interface(struct translation *t, const struct interface *d, struct interfaces *ret,
                           struct err *err)
{
    const uint32_t *found = t->found.data;
    uint32_t *props = malloc((d->prop_count + 1) * sizeof *props), place = 0;
    if (!props)
        return err_nomem(err, d->prop_count * sizeof *props, "interfaces");
    for (size_t i = 0; i < d->prop_count; i++) {
        bool ok = want(t, d->props[i], &place, err);
        if (!ok || found[place] == NO_STRING) {
            free(props);
            return ok;
        }
        props[i] = found[place];
    }
    shapes_sort(props, d->prop_count);
    ret->all[ret->count++] = (struct interface){d->name, props, d->prop_count};
    return true;
}

static bool translate(struct translation *t, const struct interfaces *in, struct interfaces *ret,
                      struct err *err)
{
    uint32_t place;
    if (!u64_map_init(&t->wanted, t->to->store, err) ||
        !column_make(&t->names, t->to->store, "interfaces", 4, 0, err) ||
        !column_make(&t->found, t->to->store, "interfaces", 4, 0, err))
        return false;
    for (size_t i = 0; i < in->count; i++) {
        for (size_t k = 0; k < in->all[i].prop_count; k++) {
            if (!want(t, in->all[i].props[k], &place, err))
                return false;
        }
    }
    look_for_all(t);
    for (size_t i = 0; i < in->count; i++) {
        if (!copy_interface(t, &in->all[i], ret, err))
            return false;
    }
    return true;
}

bool interfaces_translate(const struct interfaces *in, const struct heap *from,
                          const struct heap *to, struct interfaces *ret, struct err *err)
{
    struct translation t = {.from = from, .to = to};
    struct interfaces made = {.all = calloc(in->count + 1, sizeof *made.all)};
    if (!made.all)
        return err_nomem(err, in->count * sizeof *made.all, "interfaces");
    bool ok = translate(&t, in, &made, err);
    u64_map_release(&t.wanted);
    column_release(&t.names);
    column_release(&t.found);
    if (ok)
        *ret = made;
    else
        interfaces_release(&made);
    return ok;
}

static bool apply(struct shapes *shapes, const struct interfaces *in, uint32_t plain,
                  uint32_t *which, struct err *err)
{
    const struct heap *h = shapes->h;
    for (uint32_t n = 0; n < h->node_count; n++) {
        struct shape_hash set = {0};
        if (!heap_is_plain_object(h, n, plain))
            continue;
        for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
            if (heap_edge_type(h, e) == EDGE_PROPERTY)
                shape_hash_add(&set, heap_edge_name(h, e));
        }
        if (!shapes_put(shapes, n, set, &which[n], err))
            return false;
    }
    if (!shapes_match(shapes, in, err))
        return false;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (heap_is_plain_object(h, n, plain))
            which[n] = shape_interface(shapes, which[n]);
    }
    return true;
}

bool interfaces_apply(const struct interfaces *in, const struct heap *h, uint32_t plain,
                      uint32_t *which, struct err *err)
{
    struct shapes shapes;
    bool ok = shapes_init(&shapes, h, err) && apply(&shapes, in, plain, which, err);
    shapes_release(&shapes);
    return ok;
}
