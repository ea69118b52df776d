/* Usual rows to columns: see heap_rows.h. */
#include "analyzer/heap_rows.h"

#include <stdio.h>
#include <string.h>

static const char *const node_type_names[NODE_TYPE_KNOWN] = {
    [NODE_HIDDEN] = "hidden",
    [NODE_ARRAY] = "array",
    [NODE_STRING] = "string",
    [NODE_OBJECT] = "object",
    [NODE_CODE] = "code",
    [NODE_CLOSURE] = "closure",
    [NODE_REGEXP] = "regexp",
    [NODE_NUMBER] = "number",
    [NODE_NATIVE] = "native",
    [NODE_SYNTHETIC] = "synthetic",
    [NODE_CONS_STRING] = "concatenated string",
    [NODE_SLICED_STRING] = "sliced string",
    [NODE_SYMBOL] = "symbol",
    [NODE_BIGINT] = "bigint",
    [NODE_OBJECT_SHAPE] = "object shape",
    [NODE_WASM_OBJECT] = "wasm object",
};

static const char *const edge_type_names[EDGE_OTHER] = {
    [EDGE_CONTEXT] = "context",   [EDGE_ELEMENT] = "element", [EDGE_PROPERTY] = "property",
    [EDGE_INTERNAL] = "internal", [EDGE_HIDDEN] = "hidden",   [EDGE_SHORTCUT] = "shortcut",
    [EDGE_WEAK] = "weak",
};

/* -- the header -- */

static unsigned find_name(const char *const *names, unsigned count, const char *name)
{
    unsigned i = 0;
    while (i < count && strcmp(names[i], name))
        i++;
    return i;
}

/* As many as fit. */
static void note_unknown(struct heap *h, const char *what, const char *type)
{
    char *text = h->odd.unknown;
    size_t used = strlen(text), room = sizeof h->odd.unknown - used;
    int wanted = snprintf(text + used, room, "%s%s type \"%s\"", used ? ", " : "", what, type);
    if (wanted < 0 || (size_t)wanted >= room)
        text[used] = '\0';
}

static void translate_types(struct row_plan *r, struct heap *h)
{
    h->node_type_count = NODE_TYPE_KNOWN;
    for (unsigned i = 0; i < NODE_TYPE_KNOWN; i++)
        strcpy(h->node_type_names[i], node_type_names[i]);
    for (unsigned i = 0; i < r->meta.node_type_count; i++) {
        unsigned t = find_name(node_type_names, NODE_TYPE_KNOWN, r->meta.node_types[i]);
        if (t == NODE_TYPE_KNOWN) {
            t = h->node_type_count++;
            strcpy(h->node_type_names[t], r->meta.node_types[i]);
            note_unknown(h, "node", r->meta.node_types[i]);
        }
        r->node_types[i] = (uint8_t)t;
    }
    for (unsigned i = 0; i < r->meta.edge_type_count; i++) {
        unsigned t = find_name(edge_type_names, EDGE_OTHER, r->meta.edge_types[i]);
        if (t == EDGE_OTHER)
            note_unknown(h, "edge", r->meta.edge_types[i]);
        r->edge_labels[i] = (uint32_t)t << LABEL_NAME_BITS;
        r->edge_names[i] = edge_type_is_indexed((enum edge_type)t) ? 0 : UINT32_MAX;
    }
}
_Static_assert(SNAPSHOT_TYPE_MAX <= ROW_TYPES, "all types are in the tables");
_Static_assert(NODE_TYPE_KNOWN + SNAPSHOT_TYPE_MAX <= NODE_TYPE_MAX, "unknown types have room");
_Static_assert(sizeof((struct oddities *)0)->unknown >=
                   sizeof((struct snapshot_meta *)0)->unknown_fields,
               "unknown fields have room");
_Static_assert(EDGE_OTHER < 1u << (32 - LABEL_NAME_BITS), "an edge type fits its label");

void row_plan_init(struct row_plan *r, const struct snapshot_meta *meta, struct heap *h)
{
    *r = (struct row_plan){.meta = *meta};
    strcpy(h->odd.unknown, meta->unknown_fields);
    translate_types(r, h);
    uint64_t odd = meta->node_width;
    while ((odd & 1) == 0) {
        odd >>= 1;
        r->width_shift++;
    }
    /* Newton's: each step doubles the bits that are right, an odd number is its own inverse in the
     * lowest three. */
    r->width_inverse = odd;
    for (int bits = 3; bits < 64; bits *= 2)
        r->width_inverse *= 2 - odd * r->width_inverse;
}

/* -- columns -- */

/* One after the other: two threads that make pages at the same time wait for each other in the
 * kernel and take three times the processor's time. */
bool rows_make_columns(struct heap *h, uint64_t nodes, uint64_t edges, struct err *err)
{
    const struct {
        struct column *c;
        const char *what;
        uint32_t elem;
        uint64_t rows;
    } columns[] = {
        {&h->node_type, "node types", 1, nodes},
        {&h->node_flags, "node flags", 1, nodes},
        {&h->node_name, "node names", 4, nodes},
        {&h->node_id, "node ids", 4, nodes},
        {&h->node_self, "shallow sizes", 4, nodes},
        {&h->first_edge.low, "first edges", 4, nodes + 1},
        {&h->first_edge.base, "first edges", 8, 0},
        {&h->edge_to, "edge targets", 4, edges},
        {&h->edge_label, "edge names", 4, edges},
        {&h->wide_self, "large sizes", sizeof(struct wide), 0},
        {&h->wide_label, "large indexes", sizeof(struct wide), 0},
        {&h->locations, "locations", sizeof(struct location), 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        if (!column_make(columns[i].c, h->store, columns[i].what, columns[i].elem, columns[i].rows,
                         err))
            return false;
        columns[i].c->count = 0;
    }
    return true;
}

/* -- rows -- */

/* Bounds: `first + rows` elements of each column are there; a type is masked to its table. What
 * makes a row unusual is gathered and asked once. With the width and positions constant in the
 * caller they are no registers. */
static inline __attribute__((always_inline)) bool
put_nodes(const struct row_plan *r, struct heap *h, uint64_t first, const uint64_t *v, size_t rows,
          struct row_marks *marks, const struct snapshot_meta at)
{
    uint8_t *type = (uint8_t *)h->node_type.data + first;
    uint8_t *flags = (uint8_t *)h->node_flags.data + first;
    uint32_t *name = (uint32_t *)h->node_name.data + first;
    uint32_t *id = (uint32_t *)h->node_id.data + first;
    uint32_t *self = (uint32_t *)h->node_self.data + first;
    uint32_t *edges = (uint32_t *)h->first_edge.low.data + first;
    const uint64_t types = r->meta.node_type_count;
    uint64_t name_max = marks->node_name_max, edge_sum = marks->edges, over = 0;
    bool unusual = false;
    for (size_t i = 0; i < rows; i++, v += at.node_width) {
        type[i] = r->node_types[v[at.node_type] % ROW_TYPES];
        flags[i] = at.node_detachedness >= 0 ? v[at.node_detachedness] & FLAG_DETACHEDNESS : 0;
        name[i] = (uint32_t)v[at.node_name];
        id[i] = (uint32_t)v[at.node_id];
        self[i] = (uint32_t)v[at.node_self_size];
        edges[i] = (uint32_t)v[at.node_edge_count];
        name_max = max_u64(name_max, v[at.node_name]);
        edge_sum += v[at.node_edge_count];
        over |= v[at.node_id] | v[at.node_edge_count];
        unusual |= (v[at.node_type] >= types) | (v[at.node_self_size] >= SELF_WIDE);
    }
    marks->node_name_max = (uint32_t)name_max;
    marks->edges = edge_sum;
    return !unusual && over <= UINT32_MAX && name_max < STRING_BEHIND_ALL;
}

bool rows_put_nodes(const struct row_plan *r, struct heap *h, uint64_t first, const uint64_t *v,
                    size_t rows, struct row_marks *marks)
{
    static const struct snapshot_meta usual = {
        .node_type = 0, .node_name = 1, .node_id = 2, .node_self_size = 3, .node_edge_count = 4};
    const struct snapshot_meta *m = &r->meta;
    struct snapshot_meta at = usual;
    bool is_usual = m->node_type == 0 && m->node_name == 1 && m->node_id == 2 &&
                    m->node_self_size == 3 && m->node_edge_count == 4;
    if (is_usual && m->node_width == 7 && m->node_detachedness == 6) {
        at.node_width = 7;
        at.node_detachedness = 6;
        return put_nodes(r, h, first, v, rows, marks, at);
    }
    if (is_usual && m->node_width == 6 && m->node_detachedness < 0) {
        at.node_width = 6;
        at.node_detachedness = -1;
        return put_nodes(r, h, first, v, rows, marks, at);
    }
    return put_nodes(r, h, first, v, rows, marks, *m);
}

static inline __attribute__((always_inline)) bool
put_edges(const struct row_plan *r, struct heap *h, uint64_t first, const uint64_t *v, size_t rows,
          struct row_marks *marks, unsigned width, unsigned at_type, unsigned at_name,
          unsigned at_to)
{
    uint32_t *to = (uint32_t *)h->edge_to.data + first;
    uint32_t *label = (uint32_t *)h->edge_label.data + first;
    const uint64_t types = r->meta.edge_type_count, nodes = h->node_count;
    uint32_t name_max = marks->edge_name_max;
    bool unusual = false;
    for (size_t i = 0; i < rows; i++, v += width) {
        uint64_t target = row_target(r, v[at_to]), name = v[at_name];
        unsigned type = v[at_type] % ROW_TYPES;
        unusual |= (target >= nodes) | (v[at_type] >= types) | (name >= LABEL_NAME_WIDE);
        uint32_t string = (uint32_t)name & r->edge_names[type];
        name_max = string > name_max ? string : name_max;
        to[i] = (uint32_t)target;
        label[i] = r->edge_labels[type] | (uint32_t)name;
    }
    marks->edge_name_max = name_max;
    return !unusual;
}

bool rows_put_edges(const struct row_plan *r, struct heap *h, uint64_t first, const uint64_t *v,
                    size_t rows, struct row_marks *marks)
{
    const struct snapshot_meta *m = &r->meta;
    if (m->edge_width == 3 && m->edge_type == 0 && m->edge_name == 1 && m->edge_to == 2)
        return put_edges(r, h, first, v, rows, marks, 3, 0, 1, 2);
    return put_edges(r, h, first, v, rows, marks, m->edge_width, (unsigned)m->edge_type,
                     (unsigned)m->edge_name, (unsigned)m->edge_to);
}
