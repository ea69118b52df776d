/* From the snapshot's bytes to the columns: see heap_load.h.
 *
 * Columns grow with the rows that really come, whatever the header promises; a plain file's size
 * bounds the first reservation.
 */
#include "analyzer/heap_load.h"

#include "analyzer/heap_checks.h"
#include "analyzer/row_queue.h"
#include "base/memory.h"
#include "base/read_ahead.h"
#include "parsers/heapsnapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Larger numbers are not exact in JavaScript, so V8 does not write them. Sizes that need more than
 * 32 bits add up to less, all the others to less than 2^63: no sum of sizes overflows. */
#define BYTES_MAX ((uint64_t)1 << 53)
/* Of a header's number of nodes that is believed before they come. */
#define NODES_BELIEVED ((uint64_t)16 << 20)

struct load {
    struct heap *h;
    struct snapshot_meta meta;
    struct row_queue *queue; /* rows are put into columns on its thread, strings on ours */
    bool has_meta;
    bool rows_settled;
    enum snapshot_section bad_section; /* whose rows are damaged, SECTION_NONE: none */
    bool edges_begun;
    bool locations_sorted;
    uint64_t edges_promised; /* sum of the nodes' edge counts */
    uint64_t wide_bytes;     /* sum of the sizes over 32 bits */
    uint64_t location_rows;
    struct id_set ids;
    uint32_t name_max;                         /* of nodes */
    uint32_t edge_name_max[SNAPSHOT_TYPE_MAX]; /* by the file's edge types */
    uint8_t node_types[SNAPSHOT_TYPE_MAX];
    uint32_t edge_types[SNAPSHOT_TYPE_MAX]; /* in the label's place */
};

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

static void translate_types(struct load *l)
{
    struct heap *h = l->h;
    h->node_type_count = NODE_TYPE_KNOWN;
    for (unsigned i = 0; i < NODE_TYPE_KNOWN; i++)
        strcpy(h->node_type_names[i], node_type_names[i]);
    for (unsigned i = 0; i < l->meta.node_type_count; i++) {
        unsigned t = find_name(node_type_names, NODE_TYPE_KNOWN, l->meta.node_types[i]);
        if (t == NODE_TYPE_KNOWN) {
            t = h->node_type_count++;
            strcpy(h->node_type_names[t], l->meta.node_types[i]);
            note_unknown(h, "node", l->meta.node_types[i]);
        }
        l->node_types[i] = (uint8_t)t;
    }
    for (unsigned i = 0; i < l->meta.edge_type_count; i++) {
        unsigned t = find_name(edge_type_names, EDGE_OTHER, l->meta.edge_types[i]);
        if (t == EDGE_OTHER)
            note_unknown(h, "edge", l->meta.edge_types[i]);
        l->edge_types[i] = (uint32_t)t << LABEL_NAME_BITS;
    }
}
_Static_assert(NODE_TYPE_KNOWN + SNAPSHOT_TYPE_MAX <= NODE_TYPE_MAX, "unknown types have room");
_Static_assert(sizeof((struct oddities *)0)->unknown >=
                   sizeof((struct snapshot_meta *)0)->unknown_fields,
               "unknown fields have room");
_Static_assert(EDGE_OTHER < 1u << (32 - LABEL_NAME_BITS), "an edge type fits its label");

/* Rows of `width` values that a file of so many bytes can hold at most: "0," each. */
static uint64_t plausible_rows(const struct heap *h, uint64_t promised, unsigned width)
{
    uint64_t most = h->file_bytes ? h->file_bytes / (2 * (uint64_t)width) + 1 : 1 << 16;
    return min_u64(promised, most);
}

/* What a node and an edge take by the end of the passes. */
#define BYTES_PER_NODE 54
#define BYTES_PER_EDGE 8

/* Memory is made ready while the snapshot is read, where there is plenty. */
static void make_ahead(const struct heap *h, uint64_t nodes, uint64_t edges)
{
    uint64_t wanted = nodes * BYTES_PER_NODE + edges * BYTES_PER_EDGE;
    if (memory_available() / 2 > wanted)
        store_make_ahead(h->store, wanted);
}

static bool make_columns(struct load *l, struct err *err)
{
    struct heap *h = l->h;
    uint64_t nodes = plausible_rows(h, l->meta.node_count, l->meta.node_width);
    uint64_t edges = plausible_rows(h, l->meta.edge_count, l->meta.edge_width);
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
        {&h->first_edge.base, "first edges", 8, (nodes >> 16) + 2},
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
    make_ahead(h, nodes, edges);
    return true;
}

static bool on_meta(void *ctx, const struct snapshot_meta *meta, struct err *err)
{
    struct load *l = ctx;
    l->meta = *meta;
    l->has_meta = true;
    l->h->extra_native_bytes = meta->extra_native_bytes;
    l->h->has_extra_native_bytes = meta->has_extra_native_bytes;
    l->h->has_detachedness = meta->node_detachedness >= 0;
    strcpy(l->h->odd.unknown, meta->unknown_fields);
    translate_types(l);
    return make_columns(l, err) && id_set_init(&l->ids, l->h->store, err);
}

/* -- nodes -- */

static bool reserve_nodes(struct heap *h, size_t rows, struct err *err)
{
    struct column *const columns[] = {&h->node_type, &h->node_flags, &h->node_name,
                                      &h->node_id,   &h->node_self,  &h->first_edge.low};
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        if (!column_reserve(columns[i], rows + 1, err))
            return err_prefix(err, "node columns");
    }
    return column_reserve(&h->first_edge.base, (rows >> 16) + 2, err) ||
           err_prefix(err, "first edges");
}

static void start_node_edges(struct load *l, uint32_t n)
{
    uint64_t *base = l->h->first_edge.base.data;
    if ((n & 0xffff) == 0) {
        base[n >> 16] = l->edges_promised;
        l->h->first_edge.base.count = (n >> 16) + 1;
    }
    ((uint32_t *)l->h->first_edge.low.data)[n] = (uint32_t)(l->edges_promised - base[n >> 16]);
}

static bool bad_row(uint64_t offset, const char *section, uint64_t row, const char *what,
                    uint64_t value, struct err *err)
{
    return err_set(err, ERR_INPUT, offset, "behind byte %llu, row %llu of \"%s\": %s, found %llu",
                   (unsigned long long)offset, (unsigned long long)row, section, what,
                   (unsigned long long)value);
}

/* The edge counts of 65536 nodes must add up to 32 bits. */
static bool node_row_is_good(const struct load *l, const uint64_t *v, uint32_t n, uint64_t offset,
                             struct err *err)
{
    const struct snapshot_meta *m = &l->meta;
    const uint64_t *base = l->h->first_edge.base.data;
    uint64_t edges = v[m->node_edge_count];
    uint64_t before = n & 0xffff ? l->edges_promised - base[n >> 16] : 0;
    if (UNLIKELY(v[m->node_type] >= m->node_type_count))
        return bad_row(offset, "nodes", n, "expected a type of snapshot.meta", v[m->node_type],
                       err);
    if (UNLIKELY(edges > UINT32_MAX || before + edges > UINT32_MAX))
        return bad_row(offset, "nodes", n, "expected a believable number of edges", edges, err);
    return true;
}

static bool set_wide_bytes(struct load *l, uint32_t n, uint64_t bytes, uint64_t offset,
                           struct err *err)
{
    if (bytes >= BYTES_MAX || l->wide_bytes + bytes >= BYTES_MAX)
        return bad_row(offset, "nodes", n, "expected sizes of less than 2^53 bytes together", bytes,
                       err);
    l->wide_bytes += bytes;
    return heap_set_self_bytes(l->h, n, bytes, err);
}

static void take_id(struct load *l, uint32_t n, uint64_t id)
{
    ((uint32_t *)l->h->node_id.data)[n] = (uint32_t)id;
    if (UNLIKELY(id > UINT32_MAX))
        oddity_note(&l->h->odd, ODD_ID_WIDE, n, id);
    if (UNLIKELY(id_set_add(&l->ids, (uint32_t)id)))
        oddity_note(&l->h->odd, ODD_ID_TWICE, n, (uint32_t)id);
}

/* Rows before a bad one are kept, here and below. */
static bool take_nodes(struct load *l, const uint64_t *v, size_t rows, uint64_t offset,
                       struct err *err)
{
    struct heap *h = l->h;
    const struct snapshot_meta m = l->meta;
    const uint64_t believed = min_u64(m.node_count, NODES_BELIEVED);
    if (h->node_type.count + rows > HEAP_MAX_NODES)
        return err_set(err, ERR_RESOURCE, offset, "more than %u nodes", HEAP_MAX_NODES);
    if (!reserve_nodes(h, rows, err) ||
        !id_set_reserve(&l->ids, max_u64(h->node_type.count + rows, believed), err))
        return false;
    uint8_t *type = h->node_type.data, *flags = h->node_flags.data;
    uint32_t *name = h->node_name.data, *self = h->node_self.data;
    uint32_t n = (uint32_t)h->node_type.count;
    bool ok = true;
    for (size_t i = 0; i < rows; i++, n++, v += m.node_width) {
        uint64_t bytes = v[m.node_self_size];
        self[n] = (uint32_t)bytes;
        ok = node_row_is_good(l, v, n, offset, err) &&
             (LIKELY(bytes < SELF_WIDE) || set_wide_bytes(l, n, bytes, offset, err));
        if (!ok)
            break;
        type[n] = l->node_types[v[m.node_type]];
        flags[n] = m.node_detachedness >= 0 ? v[m.node_detachedness] & FLAG_DETACHEDNESS : 0;
        name[n] = (uint32_t)min_u64(v[m.node_name], STRING_BEHIND_ALL);
        if (UNLIKELY(name[n] > l->name_max))
            l->name_max = name[n];
        take_id(l, n, v[m.node_id]);
        start_node_edges(l, n);
        l->edges_promised += v[m.node_edge_count];
    }
    h->node_type.count = h->node_flags.count = h->node_name.count = n;
    h->node_id.count = h->node_self.count = h->first_edge.low.count = n;
    return ok;
}

/* -- edges -- */

static void end_nodes(struct load *l)
{
    struct heap *h = l->h;
    h->node_count = (uint32_t)h->node_type.count;
    l->edges_begun = true;
}

/* With `width` and `positions` constant in the caller the compiler turns the division into a
 * multiplication: a third of the time of this loop. */
static inline __attribute__((always_inline)) bool
take_edges_of(struct load *l, const uint64_t *v, size_t rows, uint64_t offset, unsigned node_width,
              unsigned width, unsigned at_type, unsigned at_name, unsigned at_to, struct err *err)
{
    struct heap *h = l->h;
    uint32_t *to = h->edge_to.data, *label = h->edge_label.data;
    uint64_t e = h->edge_to.count;
    bool ok = true;
    for (size_t i = 0; i < rows; i++, e++, v += width) {
        uint64_t target = v[at_to] / node_width;
        if (UNLIKELY(target >= h->node_count || target * node_width != v[at_to]))
            ok = bad_row(offset, "edges", e, "expected the place of a node", v[at_to], err);
        else if (UNLIKELY(v[at_type] >= l->meta.edge_type_count))
            ok = bad_row(offset, "edges", e, "expected a type of snapshot.meta", v[at_type], err);
        uint64_t name = v[at_name];
        if (UNLIKELY(ok && name > l->edge_name_max[v[at_type]]))
            l->edge_name_max[v[at_type]] = (uint32_t)min_u64(name, STRING_BEHIND_ALL);
        if (UNLIKELY(ok && name >= LABEL_NAME_WIDE)) {
            ok = wide_store(&h->wide_label, e, min_u64(name, STRING_BEHIND_ALL), err);
            name = LABEL_NAME_WIDE;
        }
        if (UNLIKELY(!ok))
            break;
        to[e] = (uint32_t)target;
        label[e] = l->edge_types[v[at_type]] | (uint32_t)name;
    }
    h->edge_to.count = h->edge_label.count = e;
    return ok;
}

static bool take_edges(struct load *l, const uint64_t *v, size_t rows, uint64_t offset,
                       struct err *err)
{
    const struct snapshot_meta *m = &l->meta;
    if (!l->edges_begun)
        end_nodes(l);
    if (!column_reserve(&l->h->edge_to, rows, err) || !column_reserve(&l->h->edge_label, rows, err))
        return err_prefix(err, "edge columns");
    bool usual = m->edge_width == 3 && m->edge_type == 0 && m->edge_name == 1 && m->edge_to == 2;
    if (usual && m->node_width == 7)
        return take_edges_of(l, v, rows, offset, 7, 3, 0, 1, 2, err);
    if (usual && m->node_width == 6)
        return take_edges_of(l, v, rows, offset, 6, 3, 0, 1, 2, err);
    return take_edges_of(l, v, rows, offset, m->node_width, m->edge_width, (unsigned)m->edge_type,
                         (unsigned)m->edge_name, (unsigned)m->edge_to, err);
}

/* -- locations and strings -- */

static bool take_locations(struct load *l, const uint64_t *v, size_t rows, struct err *err)
{
    struct heap *h = l->h;
    const struct snapshot_meta *m = &l->meta;
    if (!column_reserve(&h->locations, rows, err))
        return err_prefix(err, "locations");
    struct location *all = h->locations.data;
    for (size_t i = 0; i < rows; i++, v += m->location_width) {
        uint64_t script = m->location_script < 0 ? 0 : v[m->location_script];
        uint64_t line = m->location_line < 0 ? 0 : v[m->location_line];
        uint64_t column = m->location_column < 0 ? 0 : v[m->location_column];
        uint64_t node = v[m->location_object] / m->node_width;
        uint64_t row = l->location_rows++;
        if (node >= h->node_type.count || node * m->node_width != v[m->location_object] ||
            (script | line | column) > UINT32_MAX) {
            oddity_note(&h->odd, ODD_LOCATION, row, v[m->location_object]);
            continue;
        }
        uint64_t k = h->locations.count;
        if (k && all[k - 1].node >= node)
            l->locations_sorted = false;
        all[k] = (struct location){
            .node = (uint32_t)node,
            .script_id = (uint32_t)script,
            .line = (uint32_t)line,
            .column = (uint32_t)column,
        };
        h->locations.count = k + 1;
    }
    return true;
}

/* On the queue's thread. */
static bool take_rows(void *ctx, enum snapshot_section s, const uint64_t *values, size_t rows,
                      uint64_t offset, struct err *err)
{
    struct load *l = ctx;
    bool ok = s == SECTION_NODES   ? take_nodes(l, values, rows, offset, err)
              : s == SECTION_EDGES ? take_edges(l, values, rows, offset, err)
                                   : take_locations(l, values, rows, err);
    if (!ok)
        l->bad_section = s;
    return ok;
}

static bool on_rows(void *ctx, enum snapshot_section s, const uint64_t *values, size_t rows,
                    uint64_t offset, struct err *err)
{
    struct load *l = ctx;
    size_t width = s == SECTION_NODES   ? l->meta.node_width
                   : s == SECTION_EDGES ? l->meta.edge_width
                                        : l->meta.location_width;
    return row_queue_put(l->queue, s, values, rows, width, offset, err);
}

static bool on_string(void *ctx, const char *bytes, size_t len, bool last, struct err *err)
{
    struct load *l = ctx;
    uint32_t index;
    /* Where rows end in damage no string is read, however far ahead the parser is. */
    if (!l->rows_settled && !row_queue_drain(l->queue, err))
        return false;
    l->rows_settled = true;
    return strings_append(&l->h->strings, bytes, len, err) &&
           (!last || strings_end(&l->h->strings, &index, err));
}

/* -- the end -- */

/* By node, one a node: the last of several wins. */
static bool sort_locations(struct heap *h, struct err *err)
{
    struct column slot = {0}, sorted = {0};
    if (!column_make(&slot, h->store, "location slots", 4, h->node_count, err) ||
        !column_make(&sorted, h->store, "locations", sizeof(struct location), h->locations.count,
                     err)) {
        column_release(&slot);
        return false;
    }
    const struct location *from = h->locations.data;
    struct location *to = sorted.data;
    uint32_t *slots = slot.data;
    for (uint64_t i = 0; i < h->locations.count; i++)
        slots[from[i].node] = (uint32_t)i + 1;
    sorted.count = 0;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (slots[n])
            to[sorted.count++] = from[slots[n] - 1];
    }
    column_release(&slot);
    column_release(&h->locations);
    h->locations = sorted;
    return true;
}

/* Nodes that were promised more edges than there are keep those that are there. */
static bool close_edges(struct load *l, struct err *err)
{
    struct heap *h = l->h;
    uint64_t there = h->edge_to.count;
    uint32_t *low = h->first_edge.low.data;
    uint64_t *base = h->first_edge.base.data;
    start_node_edges(l, h->node_count);
    h->first_edge.low.count = (uint64_t)h->node_count + 1;
    /* Down to the first node that begins before the end: clamping a base moves its whole block. */
    for (uint32_t n = h->node_count + 1; n-- > 0 && heap_first_edge(h, n) >= there;) {
        if (base[n >> 16] > there)
            base[n >> 16] = there;
        low[n] = (uint32_t)(there - base[n >> 16]);
    }
    h->edge_count = heap_first_edge(h, h->node_count);
    if (there == l->edges_promised && there == l->meta.edge_count &&
        h->node_count == l->meta.node_count)
        return true;
    if (h->complete)
        err_set(&h->damage, ERR_INPUT, 0,
                "the header says %llu nodes and %llu edges, there are %u and %llu, and the nodes "
                "say %llu edges",
                (unsigned long long)l->meta.node_count, (unsigned long long)l->meta.edge_count,
                h->node_count, (unsigned long long)there, (unsigned long long)l->edges_promised);
    h->complete = false;
    (void)err;
    return true;
}

/* The rows are looked at again only where a largest index says that there is something to find. */
static void check_names(struct load *l)
{
    struct heap *h = l->h;
    const uint32_t strings = strings_count(&h->strings);
    bool odd = l->name_max >= strings;
    for (unsigned t = 0; t < l->meta.edge_type_count; t++) {
        bool is_index = edge_type_is_indexed((enum edge_type)(l->edge_types[t] >> LABEL_NAME_BITS));
        odd |= l->edge_name_max[t] >= (is_index ? STRING_BEHIND_ALL : strings);
    }
    if (odd)
        heap_mark_missing_names(h);
}

static void note_cut(struct heap *h, const struct snapshot_parser *parser, uint64_t offset)
{
    h->complete = false;
    if (h->damage.code)
        return;
    err_set(&h->damage, ERR_INPUT, offset, "byte %llu: the file ends inside %s%s%s",
            (unsigned long long)offset, snapshot_section_open(parser) ? "\"" : "",
            snapshot_section_name(snapshot_section_open(parser)),
            snapshot_section_open(parser) ? "\"" : "");
}

/* Damage behind the header ends the reading and is kept in the heap; only the lack of a resource,
 * or no header at all, is a failure. */
static bool is_damage(const struct load *l, const struct err *e)
{
    return e->code == ERR_INPUT && l->has_meta;
}

static bool finish(struct load *l, struct snapshot_parser *parser, uint64_t offset, struct err *err)
{
    struct heap *h = l->h;
    bool closed = false;
    uint32_t index;
    struct err e = {0};
    bool ok = snapshot_finish(parser, &closed, &e);
    if (!(row_queue_drain(l->queue, &e) && ok) && !h->damage.code) {
        if (!is_damage(l, &e)) {
            *err = e;
            return false;
        }
        h->damage = e;
    }
    unsigned done = snapshot_sections_done(parser);
    if (l->bad_section)
        done &= (1u << l->bad_section) - 1;
    if (!l->edges_begun)
        end_nodes(l);
    h->file_bytes = offset;
    h->complete = closed && !h->damage.code;
    h->sections = (done & 1u << SECTION_NODES ? HEAP_HAS_NODES : 0) |
                  (done & 1u << SECTION_EDGES ? HEAP_HAS_EDGES : 0) |
                  (done & 1u << SECTION_STRINGS ? HEAP_HAS_STRINGS : 0);
    if (!h->complete)
        note_cut(h, parser, offset);
    if (!h->node_count)
        return err_set(err, ERR_INPUT, offset, "%s",
                       h->damage.code ? h->damage.msg : "the snapshot has no nodes");
    if (l->meta.root_index / l->meta.node_width >= h->node_count ||
        l->meta.root_index % l->meta.node_width)
        return err_set(err, ERR_INPUT, 0,
                       "snapshot.root_index: expected the place of a node, found %llu",
                       (unsigned long long)l->meta.root_index);
    h->root = (uint32_t)(l->meta.root_index / l->meta.node_width);
    /* A string that was cut is kept as far as it goes. */
    if (h->strings.bytes.count >
            ((uint64_t *)h->strings.offsets.data)[strings_count(&h->strings)] &&
        !strings_end(&h->strings, &index, err))
        return false;
    if (!l->locations_sorted && !sort_locations(h, err))
        return false;
    check_names(l);
    return heap_note_late_ids(h, &l->ids, err) && close_edges(l, err);
}

static bool read_all(struct load *l, struct input *in, struct snapshot_parser *parser,
                     const struct progress *p, struct err *err)
{
    struct read_ahead *reader;
    const uint64_t file_bytes = input_file_bytes(in);
    const uint8_t *bytes;
    size_t len = 1;
    bool ok = true;
    if (!read_ahead_new(in, &reader, err))
        return false;
    while (ok && len) {
        struct err e = {0};
        if (!read_ahead_next(reader, &bytes, &len, &e) || !snapshot_feed(parser, bytes, len, &e)) {
            if (is_damage(l, &e)) {
                l->h->damage = e;
                break;
            }
            *err = e;
            ok = false;
        }
        progress_step(p, "reading", read_ahead_file_offset(reader), file_bytes);
    }
    read_ahead_free(reader);
    return ok;
}

bool heap_load(struct input *in, const struct heap_load_options *o, struct heap *ret,
               const struct progress *p, struct err *err)
{
    struct heap h = {0};
    struct load l = {.h = &h, .locations_sorted = true};
    struct snapshot_parser *parser = NULL;
    const struct snapshot_sink sink = {
        .ctx = &l, .meta = on_meta, .rows = on_rows, .string = on_string};
    if (input_container(in) == CONTAINER_PLAIN)
        h.file_bytes = input_file_bytes(in);
    bool ok = store_new(o->temp_dir, &h.store, err) && strings_init(&h.strings, h.store, err) &&
              snapshot_parser_new(&sink, o->yajl, &parser, err) &&
              row_queue_new(take_rows, &l, &l.queue, err) && read_all(&l, in, parser, p, err) &&
              finish(&l, parser, input_offset(in), err);
    row_queue_free(l.queue);
    snapshot_parser_free(parser);
    id_set_release(&l.ids);
    if (!ok) {
        heap_release(&h);
        return false;
    }
    *ret = h;
    return true;
}
