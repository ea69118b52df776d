/* Inferred interfaces: see interfaces.h.
 *
 * One sweep over the plain objects counts property lists (in order, cut where the name gets long)
 * and property sets ("shapes"); definitions are then matched once a shape, not once an object.
 */
#include "analyzer/interfaces.h"

#include "base/buf.h"
#include "base/u64_map.h"

#include <stdlib.h>
#include <string.h>

/* DevTools' bounds. */
#define NAME_UNITS_MAX 120
#define LEAST_COUNT 2
#define LEAST_SHARE 1000 /* of the plain objects, one in so many */
#define DEFINITIONS_MAX 1024

struct candidate {
    uint32_t first_node;
    uint32_t count;
};

struct shape {
    uint32_t first_node;
    uint32_t name; /* string index */
};

struct definition {
    uint32_t candidate;
    uint32_t count;
    uint32_t name;   /* string index, NO_STRING until it is used */
    uint32_t *props; /* sorted string indexes */
    size_t prop_count;
    uint32_t next; /* in the bucket of its first property, 1-based */
};

struct inference {
    struct heap *h;
    uint32_t plain, proto;
    uint32_t total;
    struct u64_map candidate_of, shape_of;
    struct column candidates, shapes;
    struct column units;  /* uint8_t, by string: length of its text in a name, 0: unknown */
    struct column bucket; /* uint16_t, by string: 1-based definition, 0: none */
    struct definition *definitions;
    size_t definition_count;
    struct column props; /* uint32_t, of the shape at hand */
    struct buf text;
};

/* -- texts -- */

/* UTF-16 code units of WTF-8. */
static size_t utf16_units(struct str s)
{
    size_t units = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        units += (c & 0xC0) != 0x80;
        units += c >= 0xF0;
    }
    return units;
}

static void append_quoted(struct buf *b, struct str s)
{
    static const char named[] = "\b\f\n\r\t", letters[] = "bfnrt";
    buf_putc(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        const char *at = c ? strchr(named, c) : NULL;
        if (at)
            buf_printf(b, "\\%c", letters[at - named]);
        else if (c < 0x20)
            buf_printf(b, "\\u%04x", c);
        else if (c == 0xED && i + 2 < s.len && (unsigned char)s.p[i + 1] >= 0xA0) {
            unsigned unit = 0xD000u | (s.p[i + 1] & 0x3Fu) << 6 | (s.p[i + 2] & 0x3Fu);
            buf_printf(b, "\\u%04x", unit);
            i += 2;
        } else {
            if (c == '"' || c == '\\')
                buf_putc(b, '\\');
            buf_putc(b, (char)c);
        }
    }
    buf_putc(b, '"');
}

/* A property's name as it stands in an interface's: quoted where it would be mistaken. */
static void append_property(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] && strchr(",'\"{}", s.p[i])) {
            append_quoted(b, s);
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
        size_t n = utf16_units((struct str){buf_str(&in->text), in->text.len});
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
    uint64_t list = 0, set = 0, all = 0;
    bool full = false, any = false, is_new;
    uint32_t *value;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) != EDGE_PROPERTY)
            continue;
        uint32_t name = heap_edge_name(h, e);
        set += mix_u64(name + UINT64_C(0x9e3779b97f4a7c15));
        all++;
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
    if (!u64_map_put(&in->shape_of, mix_u64(set ^ all), (uint32_t)in->shapes.count, &value, &is_new,
                     err))
        return false;
    *ret_shape = *value;
    if (is_new) {
        if (!column_reserve(&in->shapes, 1, err))
            return false;
        ((struct shape *)in->shapes.data)[in->shapes.count++] = (struct shape){.first_node = n};
    }
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
static int compare_definitions(const void *a, const void *b)
{
    const struct definition *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->candidate < y->candidate ? -1 : 1;
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* At most one definition in LEAST_SHARE objects, or in LEAST_COUNT when there are few. */
static bool choose_definitions(struct inference *in, struct err *err)
{
    const struct candidate *c = in->candidates.data;
    in->definitions = calloc(DEFINITIONS_MAX, sizeof *in->definitions);
    if (!in->definitions)
        return err_nomem(err, DEFINITIONS_MAX * sizeof *in->definitions, "interfaces");
    for (uint64_t i = 0; i < in->candidates.count; i++) {
        if (c[i].count < LEAST_COUNT || (uint64_t)c[i].count * LEAST_SHARE < in->total)
            continue;
        if (in->definition_count == DEFINITIONS_MAX)
            break;
        in->definitions[in->definition_count++] =
            (struct definition){.candidate = (uint32_t)i, .count = c[i].count, .name = NO_STRING};
    }
    qsort(in->definitions, in->definition_count, sizeof *in->definitions, compare_definitions);
    return true;
}
_Static_assert(DEFINITIONS_MAX >= LEAST_SHARE && DEFINITIONS_MAX < UINT16_MAX, "all fit");

static bool collect_properties(struct inference *in, struct definition *d, struct err *err)
{
    const struct heap *h = in->h;
    uint32_t n = ((const struct candidate *)in->candidates.data)[d->candidate].first_node;
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
    qsort(d->props, d->prop_count, sizeof *d->props, compare_u32);
    return strings_append(&in->h->strings, in->text.data, in->text.len, err) &&
           strings_end(&in->h->strings, &d->name, err);
}

static bool define(struct inference *in, struct err *err)
{
    if (!choose_definitions(in, err))
        return false;
    uint16_t *bucket = in->bucket.data;
    for (size_t i = 0; i < in->definition_count; i++) {
        struct definition *d = &in->definitions[i];
        if (!collect_properties(in, d, err))
            return false;
        if (d->props[0] >= in->bucket.count)
            continue;
        d->next = bucket[d->props[0]];
        bucket[d->props[0]] = (uint16_t)(i + 1);
    }
    return true;
}

/* -- matching -- */

/* Both sorted; is `d` contained, counting repeated names? */
static bool satisfies(const uint32_t *props, size_t count, const struct definition *d)
{
    size_t i = 0;
    for (size_t k = 0; k < d->prop_count; k++, i++) {
        while (i < count && props[i] < d->props[k])
            i++;
        if (i == count || props[i] != d->props[k])
            return false;
    }
    return true;
}

static bool load_shape(struct inference *in, uint32_t n, bool *ret_hopeful, struct err *err)
{
    const struct heap *h = in->h;
    const uint16_t *bucket = in->bucket.data;
    *ret_hopeful = false;
    in->props.count = 0;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) != EDGE_PROPERTY)
            continue;
        uint32_t name = heap_edge_name(h, e);
        if (!column_reserve(&in->props, 1, err))
            return false;
        ((uint32_t *)in->props.data)[in->props.count++] = name;
        *ret_hopeful |= name < in->bucket.count && bucket[name];
    }
    return true;
}

static bool name_shape(struct inference *in, struct shape *s, struct err *err)
{
    bool hopeful;
    s->name = in->plain;
    if (!load_shape(in, s->first_node, &hopeful, err))
        return false;
    if (!hopeful)
        return true;
    uint32_t *props = in->props.data;
    size_t count = in->props.count;
    const uint16_t *bucket = in->bucket.data;
    const struct definition *best = NULL;
    qsort(props, count, sizeof *props, compare_u32);
    for (size_t i = 0; i < count; i++) {
        if (props[i] >= in->bucket.count || (i && props[i] == props[i - 1]))
            continue;
        for (uint32_t k = bucket[props[i]]; k; k = in->definitions[k - 1].next) {
            const struct definition *d = &in->definitions[k - 1];
            bool better = !best || d->prop_count > best->prop_count ||
                          (d->prop_count == best->prop_count && d < best);
            if (better && satisfies(props + i, count - i, d))
                best = d;
        }
    }
    if (best)
        s->name = best->name;
    return true;
}

/* -- all of it -- */

static bool prepare(struct inference *in, struct err *err)
{
    struct heap *h = in->h;
    uint64_t strings = strings_count(&h->strings);
    strings_find(&h->strings, (const char *const[]){"__proto__"}, 1, &in->proto);
    return u64_map_init(&in->candidate_of, h->store, err) &&
           u64_map_init(&in->shape_of, h->store, err) &&
           column_make(&in->candidates, h->store, "interfaces", sizeof(struct candidate), 0, err) &&
           column_make(&in->shapes, h->store, "interfaces", sizeof(struct shape), 0, err) &&
           column_make(&in->units, h->store, "interfaces", 1, strings, err) &&
           column_make(&in->bucket, h->store, "interfaces", 2, strings, err) &&
           column_make(&in->props, h->store, "interfaces", 4, 0, err);
}

static bool name_all(struct inference *in, uint32_t *names, struct err *err)
{
    const struct heap *h = in->h;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (heap_is_plain_object(h, n, in->plain) && !count_object(in, n, &names[n], err))
            return false;
    }
    if (!define(in, err))
        return false;
    struct shape *shapes = in->shapes.data;
    for (uint64_t i = 0; i < in->shapes.count; i++) {
        if (!name_shape(in, &shapes[i], err))
            return false;
    }
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (heap_is_plain_object(h, n, in->plain))
            names[n] = shapes[names[n]].name;
    }
    return true;
}

bool interfaces_name(struct heap *h, uint32_t plain, uint32_t *names, struct err *err)
{
    struct inference in = {.h = h, .plain = plain};
    bool ok = plain == NO_STRING || (prepare(&in, err) && name_all(&in, names, err));
    struct column *const columns[] = {&in.candidates, &in.shapes, &in.units, &in.bucket, &in.props};
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        column_release(columns[i]);
    u64_map_release(&in.candidate_of);
    u64_map_release(&in.shape_of);
    for (size_t i = 0; i < in.definition_count; i++)
        free(in.definitions[i].props);
    free(in.definitions);
    buf_release(&in.text);
    return ok;
}
