/* From the snapshot's bytes to the columns: see heap_load.h.
 *
 * Two ways lead into the columns. Blocks of usual rows take the fast one, on all threads
 * (row_jobs.h). The parser takes the other, here: whatever is not a row of `nodes` or `edges`, and
 * every block that holds something else than usual rows. Only this one knows what is wrong with a
 * row, and what to do with values that need a table of their own.
 *
 * Columns grow with the rows that really come, whatever the header promises; the file's size bounds
 * the first reservation.
 */
#include "analyzer/heap_load.h"

#include "analyzer/heap_checks.h"
#include "analyzer/heap_memory.h"
#include "analyzer/heap_rows.h"
#include "analyzer/row_jobs.h"
#include "base/tasks.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Larger numbers are not exact in JavaScript, so V8 does not write them. Sizes that need more than
 * 32 bits add up to less, all the others to less than 2^63: no sum of sizes overflows. */
#define BYTES_MAX ((uint64_t)1 << 53)
/* Text that a thread works on at a time: it stays in the second cache. */
#define BLOCK_BYTES ((size_t)256 << 10)
/* Of a header's rows that are believed before they come: what fits a compressed file of which each
 * byte is so many (zstd makes 11 bytes of a snapshot one), and in a pipe. */
#define RATIO_BELIEVED 32
/* Rows that columns are made ready for at a time. */
#define RUN_ROWS ((uint64_t)4 << 20)
#define PIPE_ROWS_BELIEVED ((uint64_t)1 << 20)

#define BOTH_BULKS (1u << SECTION_NODES | 1u << SECTION_EDGES)

struct load {
    struct heap *h;
    struct snapshot_parser *parser;
    struct row_jobs *jobs;
    const struct progress *progress;
    uint64_t file_bytes; /* on the disk, 0: unknown */
    uint64_t text_bytes; /* the same, decompressed: at most, as far as that is believed */
    struct row_plan plan;
    struct row_marks marks; /* of all rows so far */
    bool has_meta;
    bool ended;  /* nothing more is read */
    bool closed; /* the document was read to its end */
    bool edges_begun;
    bool locations_sorted;
    enum snapshot_section paused; /* of whose rows one ended with the line fed last */
    unsigned other_shape;         /* sections that have not one row a line: bits 1 << section */
    uint64_t group_edges; /* of the nodes of the present group, in front of node group_end */
    uint32_t group_end;
    uint64_t wide_bytes; /* sum of the sizes over 32 bits */
    uint64_t location_rows;
    uint64_t memory_limit;                   /* 0: none */
    uint64_t nodes_expected, edges_expected; /* the header's, as far as they are believed */
};

/* -- the header -- */

/* Rows of `width` values that a file of so many bytes can hold at most: "0," each. */
static uint64_t plausible_rows(const struct load *l, uint64_t promised, unsigned width)
{
    uint64_t most = l->text_bytes / (2 * (uint64_t)width) + 1;
    return min_u64(promised, l->text_bytes ? most : PIPE_ROWS_BELIEVED);
}

static bool on_meta(void *ctx, const struct snapshot_meta *meta, struct err *err)
{
    struct load *l = ctx;
    l->has_meta = true;
    l->h->extra_native_bytes = meta->extra_native_bytes;
    l->h->has_extra_native_bytes = meta->has_extra_native_bytes;
    l->h->has_detachedness = meta->node_detachedness >= 0;
    row_plan_init(&l->plan, meta, l->h);
    l->nodes_expected =
        min_u64(plausible_rows(l, meta->node_count, meta->node_width), HEAP_MAX_NODES);
    l->edges_expected = plausible_rows(l, meta->edge_count, meta->edge_width);
    return heap_prepare_memory(l->h->store,
                               &(struct heap_needs){.nodes = l->nodes_expected,
                                                    .edges = l->edges_expected,
                                                    .text_bytes = l->text_bytes == l->file_bytes
                                                                      ? l->text_bytes
                                                                      : 0},
                               l->memory_limit, err) &&
           rows_make_columns(l->h, 0, 0, err);
}

/* -- nodes -- */

static bool reserve_nodes(struct heap *h, size_t rows, struct err *err)
{
    struct column *const columns[] = {&h->node_type, &h->node_flags, &h->node_name,
                                      &h->node_id,   &h->node_self,  &h->first_edge.low};
    if (h->node_type.count + rows > HEAP_MAX_NODES)
        return err_set(err, ERR_RESOURCE, 0, "more than %u nodes", HEAP_MAX_NODES);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        if (!column_reserve(columns[i], rows + 1, err))
            return err_prefix(err, "node columns");
    }
    return true;
}

static bool reserve_edges(struct heap *h, size_t rows, struct err *err)
{
    return (column_reserve(&h->edge_to, rows, err) && column_reserve(&h->edge_label, rows, err)) ||
           err_prefix(err, "edge columns");
}

static void set_node_count(struct heap *h, uint64_t count)
{
    h->node_type.count = h->node_flags.count = h->node_name.count = count;
    h->node_id.count = h->node_self.count = h->first_edge.low.count = count;
}

static bool bad_row(uint64_t offset, const char *section, uint64_t row, const char *what,
                    uint64_t value, struct err *err)
{
    return err_set(err, ERR_INPUT, offset, "behind byte %llu, row %llu of \"%s\": %s, found %llu",
                   (unsigned long long)offset, (unsigned long long)row, section, what,
                   (unsigned long long)value);
}

/* Edges of the nodes in front of n in its group. */
static uint64_t edges_of_group(struct load *l, uint32_t n)
{
    const uint32_t *counts = l->h->first_edge.low.data;
    const uint32_t begin = n >> PLACES_SHIFT << PLACES_SHIFT;
    if (l->group_end != n || n == begin) {
        l->group_edges = 0;
        for (uint32_t i = begin; i < n; i++)
            l->group_edges += counts[i];
        l->group_end = n;
    }
    return l->group_edges;
}

/* The edge counts of a group must add up to 32 bits. */
static bool node_row_is_good(struct load *l, const uint64_t *v, uint32_t n, uint64_t offset,
                             struct err *err)
{
    const struct snapshot_meta *m = &l->plan.meta;
    uint64_t edges = v[m->node_edge_count];
    if (UNLIKELY(v[m->node_type] >= m->node_type_count))
        return bad_row(offset, "nodes", n, "expected a type of snapshot.meta", v[m->node_type],
                       err);
    if (UNLIKELY(edges > UINT32_MAX || edges_of_group(l, n) + edges > UINT32_MAX))
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

static void take_edge_count(struct load *l, uint32_t n, uint64_t edges)
{
    ((uint32_t *)l->h->first_edge.low.data)[n] = (uint32_t)edges;
    l->marks.edges += edges;
    l->group_edges += edges;
    l->group_end = n + 1;
}

static bool take_node(struct load *l, const uint64_t *v, uint32_t n, uint64_t offset,
                      struct err *err)
{
    struct heap *h = l->h;
    const struct snapshot_meta *m = &l->plan.meta;
    const uint64_t bytes = v[m->node_self_size];
    const uint32_t name = (uint32_t)min_u64(v[m->node_name], STRING_BEHIND_ALL);
    ((uint32_t *)h->node_self.data)[n] = (uint32_t)bytes;
    if (!node_row_is_good(l, v, n, offset, err) ||
        (bytes >= SELF_WIDE && !set_wide_bytes(l, n, bytes, offset, err)))
        return false;
    if (v[m->node_id] > UINT32_MAX)
        oddity_note(&h->odd, ODD_ID_WIDE, n, v[m->node_id]);
    ((uint8_t *)h->node_type.data)[n] = l->plan.node_types[v[m->node_type]];
    ((uint8_t *)h->node_flags.data)[n] =
        m->node_detachedness >= 0 ? v[m->node_detachedness] & FLAG_DETACHEDNESS : 0;
    ((uint32_t *)h->node_name.data)[n] = name;
    ((uint32_t *)h->node_id.data)[n] = (uint32_t)v[m->node_id];
    if (name > l->marks.node_name_max)
        l->marks.node_name_max = name;
    take_edge_count(l, n, v[m->node_edge_count]);
    return true;
}

/* Rows before a bad one are kept, here and below. */
static bool take_nodes(struct load *l, const uint64_t *v, size_t rows, uint64_t offset,
                       struct err *err)
{
    uint32_t n = (uint32_t)l->h->node_type.count;
    bool ok = reserve_nodes(l->h, rows, err);
    for (size_t i = 0; i < rows && ok; i++, v += l->plan.meta.node_width) {
        ok = take_node(l, v, n, offset, err);
        n += ok;
    }
    set_node_count(l->h, n);
    return ok;
}

/* -- edges -- */

static void end_nodes(struct load *l)
{
    struct heap *h = l->h;
    const struct column *const written[] = {&h->node_type, &h->node_flags, &h->node_name,
                                            &h->node_id,   &h->node_self,  &h->first_edge.low};
    h->node_count = (uint32_t)h->node_type.count;
    l->edges_begun = true;
    for (size_t i = 0; i < ARRAY_LEN(written); i++)
        column_cool(written[i]);
}

static bool take_edge(struct load *l, const uint64_t *v, uint64_t e, uint64_t offset,
                      struct err *err)
{
    struct heap *h = l->h;
    const struct snapshot_meta *m = &l->plan.meta;
    const uint64_t target = row_target(&l->plan, v[m->edge_to]), type = v[m->edge_type];
    const uint32_t name = (uint32_t)min_u64(v[m->edge_name], STRING_BEHIND_ALL);
    if (target >= h->node_count)
        return bad_row(offset, "edges", e, "expected the place of a node", v[m->edge_to], err);
    if (type >= m->edge_type_count)
        return bad_row(offset, "edges", e, "expected a type of snapshot.meta", type, err);
    if (name >= LABEL_NAME_WIDE && !wide_store(&h->wide_label, e, name, err))
        return false;
    /* An index without a string is looked for like a string that is not there. */
    if ((l->plan.edge_names[type] || name == STRING_BEHIND_ALL) && name > l->marks.edge_name_max)
        l->marks.edge_name_max = name;
    ((uint32_t *)h->edge_to.data)[e] = (uint32_t)target;
    ((uint32_t *)h->edge_label.data)[e] =
        l->plan.edge_labels[type] | (name < LABEL_NAME_WIDE ? name : LABEL_NAME_WIDE);
    return true;
}

static bool take_edges(struct load *l, const uint64_t *v, size_t rows, uint64_t offset,
                       struct err *err)
{
    struct heap *h = l->h;
    if (!l->edges_begun)
        end_nodes(l);
    if (!reserve_edges(h, rows, err))
        return false;
    uint64_t e = h->edge_to.count;
    bool ok = true;
    for (size_t i = 0; i < rows && ok; i++, v += l->plan.meta.edge_width) {
        ok = take_edge(l, v, e, offset, err);
        e += ok;
    }
    h->edge_to.count = h->edge_label.count = e;
    return ok;
}

/* -- locations and strings -- */

static bool take_locations(struct load *l, const uint64_t *v, size_t rows, struct err *err)
{
    struct heap *h = l->h;
    const struct snapshot_meta *m = &l->plan.meta;
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

static bool on_rows(void *ctx, enum snapshot_section s, const uint64_t *values, size_t rows,
                    uint64_t offset, struct err *err)
{
    struct load *l = ctx;
    return s == SECTION_NODES   ? take_nodes(l, values, rows, offset, err)
           : s == SECTION_EDGES ? take_edges(l, values, rows, offset, err)
                                : take_locations(l, values, rows, err);
}

static bool on_string(void *ctx, const char *bytes, size_t len, bool last, struct err *err)
{
    struct load *l = ctx;
    uint32_t index;
    return strings_append(&l->h->strings, bytes, len, err) &&
           (!last || strings_end(&l->h->strings, &index, err));
}

/* -- the end -- */

/* Nodes that were promised more edges than there are keep those that are there. */
static void close_edges(struct load *l)
{
    struct heap *h = l->h;
    const struct snapshot_meta *m = &l->plan.meta;
    const uint64_t there = h->edge_to.count;
    uint32_t *low = h->first_edge.low.data;
    uint64_t *base = h->first_edge.base.data;
    /* Down to the first node that begins before the end: clamping a base moves its whole block. */
    for (uint32_t n = h->node_count + 1; n-- > 0 && heap_first_edge(h, n) >= there;) {
        if (base[n >> PLACES_SHIFT] > there)
            base[n >> PLACES_SHIFT] = there;
        low[n] = (uint32_t)(there - base[n >> PLACES_SHIFT]);
    }
    h->edge_count = heap_first_edge(h, h->node_count);
    if (there == l->marks.edges && there == m->edge_count && h->node_count == m->node_count)
        return;
    if (h->complete)
        err_set(&h->damage, ERR_INPUT, 0,
                "the header says %llu nodes and %llu edges, there are %u and %llu, and the nodes "
                "say %llu edges",
                (unsigned long long)m->node_count, (unsigned long long)m->edge_count, h->node_count,
                (unsigned long long)there, (unsigned long long)l->marks.edges);
    h->complete = false;
}

/* The rows are looked at again only where a largest index says that there is something to find. */
static void check_names(struct load *l)
{
    const uint32_t strings = strings_count(&l->h->strings);
    if (l->marks.node_name_max >= strings || l->marks.edge_name_max >= strings)
        heap_mark_missing_names(l->h);
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

static bool finish(struct load *l, uint64_t offset, struct err *err)
{
    struct heap *h = l->h;
    const struct snapshot_meta *m = &l->plan.meta;
    const unsigned done = snapshot_sections_done(l->parser);
    uint32_t index;
    h->complete = l->closed && !h->damage.code;
    h->sections = (done & 1u << SECTION_NODES ? HEAP_HAS_NODES : 0) |
                  (done & 1u << SECTION_EDGES ? HEAP_HAS_EDGES : 0) |
                  (done & 1u << SECTION_STRINGS ? HEAP_HAS_STRINGS : 0);
    if (!h->complete)
        note_cut(h, l->parser, offset);
    if (!h->node_count && h->damage.code)
        *err = h->damage;
    else if (!h->node_count)
        err_set(err, ERR_INPUT, offset, "the snapshot has no nodes");
    if (!h->node_count)
        return false;
    if (row_target(&l->plan, m->root_index) >= h->node_count)
        return err_set(err, ERR_INPUT, 0,
                       "snapshot.root_index: expected the place of a node, found %llu",
                       (unsigned long long)m->root_index);
    h->root = (uint32_t)row_target(&l->plan, m->root_index);
    /* A string that was cut is kept as far as it goes. */
    if (h->strings.bytes.count >
            ((uint64_t *)h->strings.offsets.data)[strings_count(&h->strings)] &&
        !strings_end(&h->strings, &index, err))
        return false;
    if (!l->locations_sorted && !heap_sort_locations(h, err))
        return false;
    check_names(l);
    close_edges(l);
    return true;
}

/* -- reading -- */

/* Columns grow a run at a time, so that memory is made ready while rows are read. */
static bool reserve_run(struct load *l, enum snapshot_section s, struct err *err)
{
    struct heap *h = l->h;
    uint64_t have = s == SECTION_NODES ? h->node_type.count : h->edge_to.count;
    uint64_t expected = s == SECTION_NODES ? l->nodes_expected : l->edges_expected;
    size_t rows = (size_t)min_u64(expected - min_u64(expected, have), RUN_ROWS);
    return s == SECTION_NODES ? reserve_nodes(h, rows, err) : reserve_edges(h, rows, err);
}

/* The blocks from here on that hold usual rows. */
static bool take_usual_rows(struct load *l, struct err *err)
{
    struct heap *h = l->h;
    const enum snapshot_section s = l->paused;
    if (s == SECTION_NONE || l->other_shape >> s & 1)
        return true;
    if (!reserve_run(l, s, err))
        return false;
    if (s == SECTION_EDGES && !l->edges_begun)
        end_nodes(l);
    struct row_run r = {.plan = &l->plan,
                        .heap = h,
                        .progress = l->progress,
                        .section = s,
                        .first = s == SECTION_NODES ? h->node_type.count : h->edge_to.count};
    if (s == SECTION_NODES)
        r.group_edges = edges_of_group(l, (uint32_t)r.first);
    row_jobs_run(l->jobs, &r);
    snapshot_skip(l->parser, r.bytes);
    if (s == SECTION_NODES)
        set_node_count(h, r.first + r.rows);
    else
        h->edge_to.count = h->edge_label.count = r.first + r.rows;
    l->marks.edges += r.marks.edges;
    if (r.marks.node_name_max > l->marks.node_name_max)
        l->marks.node_name_max = r.marks.node_name_max;
    if (r.marks.edge_name_max > l->marks.edge_name_max)
        l->marks.edge_name_max = r.marks.edge_name_max;
    l->other_shape |= r.other_shape << s;
    column_cool(&h->edge_to);
    column_cool(&h->edge_label);
    return true;
}

/* Through the parser. Line by line where there may be rows: what is wrong with one is then told
 * with the place where its line begins, whatever block it is in. */
static bool feed_block(struct load *l, const uint8_t *bytes, size_t len, struct err *err)
{
    while (len) {
        const uint8_t *end = NULL;
        if (snapshot_section_open(l->parser) <= SECTION_EDGES)
            end = memchr(bytes, '\n', len);
        size_t piece = end ? (size_t)(end - bytes) + 1 : len;
        if (!snapshot_feed(l->parser, bytes, piece, err))
            return false;
        bytes += piece;
        len -= piece;
        l->paused = SECTION_NONE;
        if (end && !snapshot_pause(l->parser, &l->paused, err))
            return false;
        if (end && l->paused == SECTION_NONE)
            l->other_shape |= 1u << snapshot_section_open(l->parser);
    }
    return true;
}
_Static_assert(SECTION_NODES < SECTION_LOCATIONS && SECTION_EDGES < SECTION_LOCATIONS &&
                   SECTION_NONE < SECTION_NODES,
               "what may be lines of rows comes first");

/* Until these sections are done, or nothing is left. */
static bool read_until(struct load *l, unsigned sections, struct err *err)
{
    while (!l->ended && (snapshot_sections_done(l->parser) & sections) != sections) {
        const uint8_t *bytes;
        size_t len = 0;
        struct err e = {0};
        if (!progress_goes_on(l->progress, err) || !take_usual_rows(l, err))
            return false;
        bool ok = row_jobs_peek(l->jobs, &bytes, &len, &e) && feed_block(l, bytes, len, &e);
        l->ended = !len || !ok;
        if (ok && len)
            row_jobs_take(l->jobs);
        progress_step(l->progress, "reading", row_jobs_file_offset(l->jobs), l->file_bytes);
        if (!ok && !is_damage(l, &e)) {
            *err = e;
            return false;
        }
        if (!ok)
            l->h->damage = e;
    }
    return true;
}

/* The parser has read what there is. */
static bool end_parse(struct load *l, struct err *err)
{
    struct err e = {0};
    if (snapshot_finish(l->parser, &l->closed, &e) || l->h->damage.code)
        return true;
    if (is_damage(l, &e))
        l->h->damage = e;
    else
        *err = e;
    return is_damage(l, &e);
}

/* What comes behind the edges. */
static bool read_rest(void *ctx, struct err *err)
{
    struct load *l = ctx;
    return l->ended || (read_until(l, UINT_MAX, err) && end_parse(l, err));
}

/* Meanwhile: what needs all nodes. */
static bool settle_nodes(void *ctx, struct err *err)
{
    struct load *l = ctx;
    struct heap *h = l->h;
    const uint64_t groups = (h->node_count >> PLACES_SHIFT) + 1;
    if (!column_reserve(&h->first_edge.base, groups, err))
        return err_prefix(err, "first edges");
    h->first_edge.base.count = groups;
    h->first_edge.low.count = (uint64_t)h->node_count + 1;
    ((uint32_t *)h->first_edge.low.data)[h->node_count] = 0;
    places_from_counts(&h->first_edge);
    return heap_note_ids(h, err);
}

static bool read_all(struct load *l, struct err *err)
{
    const struct task tasks[] = {{read_rest, l}, {settle_nodes, l}};
    if (!read_until(l, BOTH_BULKS, err) || (l->ended && !end_parse(l, err)))
        return false;
    if (!l->edges_begun)
        end_nodes(l);
    return tasks_run(tasks, ARRAY_LEN(tasks), err);
}

static void fit_columns(struct heap *h)
{
    struct column *const grown[] = {
        &h->node_type, &h->node_flags, &h->node_name, &h->node_id,       &h->node_self,
        &h->edge_to,   &h->edge_label, &h->locations, &h->strings.bytes, &h->first_edge.low};
    for (size_t i = 0; i < ARRAY_LEN(grown); i++)
        column_fit(grown[i]);
}

bool heap_load(struct input *in, const struct heap_load_options *o, struct heap *ret,
               const struct progress *p, struct err *err)
{
    struct heap h = {0};
    const uint64_t file_bytes = input_file_bytes(in);
    struct load l = {.h = &h,
                     .progress = p,
                     .file_bytes = file_bytes,
                     .text_bytes =
                         file_bytes * (input_container(in) == CONTAINER_PLAIN ? 1 : RATIO_BELIEVED),
                     .memory_limit = o->memory_limit,
                     .locations_sorted = true};
    const struct snapshot_sink sink = {
        .ctx = &l, .meta = on_meta, .rows = on_rows, .string = on_string};
    bool ok = store_new(o->temp_dir, &h.store, err) && strings_init(&h.strings, h.store, err) &&
              snapshot_parser_new(&sink, o->yajl, &l.parser, err) &&
              row_jobs_new(in, o->block_bytes ? o->block_bytes : BLOCK_BYTES, &l.jobs, err) &&
              read_all(&l, err) && finish(&l, input_offset(in), err);
    row_jobs_free(l.jobs);
    snapshot_parser_free(l.parser);
    if (!ok) {
        heap_release(&h);
        return false;
    }
    fit_columns(&h);
    *ret = h;
    return true;
}
