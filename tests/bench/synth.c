/* Writes a heap snapshot of any size, byte for byte in the form of Node 20's, with known answers.
 *
 *     synth SIZE FILE [SEED]        SIZE in bytes, or with K, M, G (powers of ten): within a
 * percent
 *
 * FILE.answers.json says what is in it: numbers of nodes and edges, all bytes, the containers with
 * their entries and retained sizes, how many there are of some classes. The same SIZE and SEED give
 * the same bytes. Takes constant memory: synth_layout.h.
 */
#include "tests/bench/synth_layout.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NODE_FIELDS 7
#define BUFFER_SIZE (1u << 20)
#define RECORD_MAX 256 /* no record or string is longer: bounds what is put without looking */

struct out {
    int fd; /* -1: only counts */
    uint64_t bytes;
    size_t len;
    char buf[BUFFER_SIZE];
};

struct synth {
    struct layout l;
    struct out *out;
    bool first; /* of a section: no comma before it */
};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "synth: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* -- bytes -- */

static void flush(struct out *o)
{
    for (size_t done = 0; o->fd >= 0 && done < o->len;) {
        ssize_t n = write(o->fd, o->buf + done, o->len - done);
        if (n < 0 && errno != EINTR)
            fail("write");
        done += n > 0 ? (size_t)n : 0;
    }
    o->bytes += o->len;
    o->len = 0;
}

static void make_room(struct out *o)
{
    if (o->len > BUFFER_SIZE - RECORD_MAX)
        flush(o);
}

static void put(struct out *o, const char *text)
{
    size_t n = strlen(text);
    memcpy(o->buf + o->len, text, n);
    o->len += n;
}

/* At least `width` digits. */
static void put_number(struct out *o, uint64_t v, unsigned width)
{
    char digits[20];
    unsigned n = 0;
    do
        digits[n++] = (char)('0' + v % 10);
    while (v /= 10);
    while (n < width)
        digits[n++] = '0';
    while (n)
        o->buf[o->len++] = digits[--n];
}

/* Numbers of one record, as V8 ends its lines. */
static void put_record(struct synth *s, const uint64_t *values, unsigned count)
{
    struct out *o = s->out;
    make_room(o);
    for (unsigned i = 0; i < count; i++) {
        if (i || !s->first)
            o->buf[o->len++] = ',';
        put_number(o, values[i], 1);
    }
    o->buf[o->len++] = '\n';
    s->first = false;
}

static void begin(struct synth *s, const char *text)
{
    make_room(s->out);
    put(s->out, text);
    s->first = true;
}

/* -- sections -- */

static void put_node(struct synth *s, uint64_t g, const struct plan_node *n, uint64_t ordinal)
{
    const uint64_t values[NODE_FIELDS] = {n->type,
                                          layout_name(&s->l, g, n->name),
                                          2 * ordinal + 1,
                                          layout_self(&s->l, n),
                                          layout_edge_count(&s->l, n),
                                          0,
                                          0};
    put_record(s, values, NODE_FIELDS);
}

static void put_edge(struct synth *s, unsigned type, uint64_t name, uint64_t to)
{
    put_record(s, (const uint64_t[]){type, name, to * NODE_FIELDS}, 3);
}

/* The edges of a container to its entries of one group. */
static void put_span(struct synth *s, const struct plan_node *n, uint64_t g)
{
    const struct plan *p = s->l.p;
    unsigned c = n->container;
    for (uint32_t k = 0; k < p->entries[c]; k++) {
        uint64_t entry = g * p->entries[c] + k;
        uint64_t to = layout_ordinal(&s->l, g, p->head[c][k], 0);
        if (n->span == SPAN_TABLE) {
            uint64_t slot = p->string_count + layout_slot(&s->l, c, entry);
            put_edge(s, E_INTERNAL, slot, to - 1);
            put_edge(s, E_INTERNAL, slot + 1, to);
        } else if (n->span == SPAN_ARRAY) {
            put_edge(s, E_ELEMENT, entry, to);
        } else {
            put_edge(s, E_INTERNAL, p->string_count + entry, to);
        }
    }
}

static void put_edges(struct synth *s, const struct part *part, uint64_t g, uint32_t n)
{
    const struct plan_node *node = &part->nodes[n];
    for (uint64_t i = 0; node->span && i < s->l.groups; i++)
        put_span(s, node, i);
    for (uint32_t e = node->edge_first; e < node->edge_first + node->edge_count; e++) {
        const struct plan_edge *edge = &part->edges[e];
        put_edge(s, edge->type, layout_edge_name(&s->l, edge),
                 layout_ordinal(&s->l, g, edge->to, n));
    }
}

static void put_text(struct synth *s, const char *before, bool numbered, uint64_t number,
                     const char *after)
{
    struct out *o = s->out;
    make_room(o);
    put(o, s->first ? "\"" : ",\n\"");
    put(o, before);
    if (numbered)
        put_number(o, number, 9);
    put(o, after);
    put(o, "\"");
    s->first = false;
}

static void put_texts(struct synth *s, uint64_t g)
{
    const struct plan *p = s->l.p;
    for (uint32_t i = 0; i < p->text_count; i++) {
        const struct plan_text *t = &p->texts[i];
        put_text(s, t->before, true, g * t->times + t->plus, t->after);
    }
}

/* What is done with a node of a group: one of the next three. */
typedef void (*visit_fn)(struct synth *s, uint64_t g, uint32_t n, uint64_t ordinal);

static void visit_node(struct synth *s, uint64_t g, uint32_t n, uint64_t ordinal)
{
    put_node(s, g, &s->l.p->group.nodes[n], ordinal);
}

static void visit_edges(struct synth *s, uint64_t g, uint32_t n, uint64_t ordinal)
{
    (void)ordinal;
    put_edges(s, &s->l.p->group, g, n);
}

static void visit_location(struct synth *s, uint64_t g, uint32_t n, uint64_t ordinal)
{
    (void)g;
    uint32_t line = s->l.p->group.nodes[n].line;
    if (line)
        put_record(s, (const uint64_t[]){ordinal * NODE_FIELDS, 81, line, 25}, 4);
}

static void visit_area(struct synth *s, uint64_t g, unsigned area, visit_fn visit)
{
    const struct plan *p = s->l.p;
    if (!p->area_size[area])
        return;
    uint64_t first = layout_ordinal(&s->l, g, p->by_place[area][0], 0);
    for (uint32_t i = 0; i < p->area_size[area]; i++)
        visit(s, g, p->by_place[area][i], first + i);
}

/* All groups, in the order of the file. */
static void visit_all(struct synth *s, visit_fn visit)
{
    for (unsigned a = 0; a < AREA_BODIES; a++) {
        for (uint64_t g = 0; g < s->l.groups; g++)
            visit_area(s, g, a, visit);
    }
    for (uint64_t place = 0; place < layout_blocks(&s->l); place++) {
        uint64_t block = layout_block_at(&s->l, place), first = block * BLOCK_GROUPS;
        uint64_t end = first + layout_groups_of_block(&s->l, block);
        for (unsigned a = AREA_BODIES; a < AREA_COUNT; a++) {
            for (uint64_t g = first; g < end; g++)
                visit_area(s, g, a, visit);
        }
    }
}

static const char head[] =
    "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\",\"edge_"
    "count\","
    "\"trace_node_id\",\"detachedness\"],\"node_types\":[[\"hidden\",\"array\",\"string\","
    "\"object\","
    "\"code\",\"closure\",\"regexp\",\"number\",\"native\",\"synthetic\",\"concatenated string\","
    "\"sliced string\",\"symbol\",\"bigint\",\"object shape\",\"wasm "
    "object\"],\"string\",\"number\","
    "\"number\",\"number\",\"number\",\"number\"],\"edge_fields\":[\"type\",\"name_or_index\","
    "\"to_node\"],\"edge_types\":[[\"context\",\"element\",\"property\",\"internal\",\"hidden\","
    "\"shortcut\",\"weak\"],\"string_or_number\",\"node\"],\"trace_function_info_fields\":["
    "\"function_id\",\"name\",\"script_name\",\"script_id\",\"line\",\"column\"],"
    "\"trace_node_fields\":[\"id\",\"function_info_index\",\"count\",\"size\",\"children\"],"
    "\"sample_fields\":[\"timestamp_us\",\"last_assigned_id\"],\"location_fields\":["
    "\"object_index\",\"script_id\",\"line\",\"column\"]},\"node_count\":";

static void put_head(struct synth *s)
{
    struct out *o = s->out;
    flush(o);
    put(o, head);
    put_number(o, s->l.nodes, 1);
    put(o, ",\"edge_count\":");
    put_number(o, s->l.edges, 1);
    put(o, ",\"trace_function_count\":0},\n");
}

static void put_snapshot(struct synth *s)
{
    const struct plan *p = s->l.p;
    put_head(s);
    begin(s, "\"nodes\":[");
    for (uint32_t i = 0; i < p->base.node_count; i++)
        put_node(s, 0, &p->base.nodes[i], i);
    visit_all(s, visit_node);
    begin(s, "],\n\"edges\":[");
    for (uint32_t i = 0; i < p->base.node_count; i++)
        put_edges(s, &p->base, 0, i);
    visit_all(s, visit_edges);
    begin(s, "],\n\"trace_function_infos\":[],\n\"trace_tree\":[],\n\"samples\":[],\n"
             "\"locations\":[");
    visit_all(s, visit_location);
    begin(s, "],\n\"strings\":[");
    for (uint32_t i = 0; i < p->string_count; i++)
        put_text(s, p->strings[i], false, 0, "");
    for (uint64_t i = 0; i < s->l.numbers; i++) {
        char digits[24];
        snprintf(digits, sizeof digits, "%" PRIu64, i);
        put_text(s, digits, false, 0, "");
    }
    for (uint64_t g = 0; g < s->l.groups; g++)
        put_texts(s, g);
    begin(s, "]}");
    flush(s->out);
}

/* -- size -- */

/* Bytes of a file of so many groups, from some of them: numbers grow longer with the file. */
static double estimate(struct synth *s, uint64_t groups, uint64_t seed)
{
    enum { SAMPLES = 32 };
    layout_init(&s->l, s->l.p, groups, seed);
    s->out->bytes = 0;
    for (uint64_t i = 0; i < SAMPLES; i++) {
        uint64_t g = groups * i / SAMPLES;
        for (unsigned a = 0; a < AREA_COUNT; a++) {
            visit_area(s, g, a, visit_node);
            visit_area(s, g, a, visit_edges);
            visit_area(s, g, a, visit_location);
        }
        for (uint32_t n = 0; n < s->l.p->base.node_count; n++) {
            if (s->l.p->base.nodes[n].span)
                put_span(s, &s->l.p->base.nodes[n], g);
        }
        put_texts(s, g);
    }
    flush(s->out);
    enum { BYTES_A_NUMBER = 10 };
    return (double)s->out->bytes / SAMPLES * (double)groups + BYTES_A_NUMBER * (double)s->l.numbers;
}

static void set_size(struct synth *s, uint64_t size, uint64_t seed)
{
    uint64_t groups = size / 60000 + 1;
    for (int i = 0; i < 6; i++)
        groups = (uint64_t)((double)size / (estimate(s, groups, seed) / (double)groups)) + 1;
    layout_init(&s->l, s->l.p, groups, seed);
    s->out->bytes = 0;
}

/* -- answers -- */

static uint64_t retained(const struct layout *l, unsigned container)
{
    const struct plan *p = l->p;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < p->base.node_count; i++) {
        if (p->base.nodes[i].container == container)
            sum += layout_self(l, &p->base.nodes[i]);
    }
    for (uint32_t i = 0; i < p->group.node_count; i++) {
        if (p->group.nodes[i].container == container)
            sum += l->groups * p->group.nodes[i].self;
    }
    return sum;
}

static uint64_t class_count(const struct layout *l, unsigned class)
{
    const struct plan *p = l->p;
    uint64_t count = 0;
    for (uint32_t i = 0; i < p->base.node_count; i++)
        count += p->base.nodes[i].class == class;
    for (uint32_t i = 0; i < p->group.node_count; i++)
        count += p->group.nodes[i].class == class ? l->groups : 0;
    return count;
}

static uint64_t total(const struct layout *l)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < l->p->base.node_count; i++)
        sum += layout_self(l, &l->p->base.nodes[i]);
    for (uint32_t i = 0; i < l->p->group.node_count; i++)
        sum += l->groups * l->p->group.nodes[i].self;
    return sum;
}

/* One answer a line, for check-answers.sh. */
static void write_answers(const struct layout *l, uint64_t bytes, const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f)
        fail(path);
    fprintf(f, "{\n  \"bytes\": %" PRIu64 ",\n  \"seed\": %" PRIu64 ",\n", bytes, l->seed);
    fprintf(f, "  \"nodes\": %" PRIu64 ",\n  \"edges\": %" PRIu64 ",\n", l->nodes, l->edges);
    fprintf(f, "  \"strings\": %" PRIu64 ",\n  \"total_bytes\": %" PRIu64 ",\n", l->strings,
            total(l));
    fprintf(f, "  \"containers\": [");
    for (unsigned c = 0; c < CONTAINERS; c++)
        fprintf(f,
                "%s\n    {\"variable\": \"%s\", \"node_id\": %" PRIu32 ", \"entries\": %" PRIu64
                ", \"retained_bytes\": %" PRIu64 "}",
                c ? "," : "", container_names[c], 2 * l->p->container[c] + 1, layout_entries(l, c),
                retained(l, c));
    fprintf(f, "\n  ],\n  \"classes\": [");
    for (unsigned i = 1; i < l->p->class_count; i++)
        fprintf(f, "%s\n    {\"name\": \"%s\", \"count\": %" PRIu64 "}", i > 1 ? "," : "",
                l->p->classes[i], class_count(l, i));
    fprintf(f, "\n  ]\n}\n");
    if (fclose(f))
        fail(path);
}

static bool parse_size(const char *text, uint64_t *ret)
{
    static const char units[] = "KMG";
    char *end;
    errno = 0;
    double v = strtod(text, &end);
    const char *unit = *end ? strchr(units, *end) : NULL;
    for (const char *u = units; unit && u <= unit; u++)
        v *= 1000;
    if (errno || end == text || (*end && (!unit || end[1])) || !(v >= 2e7) || v > 1e14)
        return false;
    *ret = (uint64_t)v;
    return true;
}

int main(int argc, char **argv)
{
    char answers[PATH_MAX];
    uint64_t size, seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    if (argc < 3 || argc > 4 || !parse_size(argv[1], &size) ||
        snprintf(answers, sizeof answers, "%s.answers.json", argv[2]) >= (int)sizeof answers) {
        fprintf(stderr, "usage: synth SIZE FILE [SEED]        SIZE: at least 20M\n");
        return 2;
    }
    struct plan *plan = plan_new();
    struct out *out = malloc(sizeof *out);
    if (!plan || !out)
        fail("memory");
    out->fd = -1;
    out->bytes = out->len = 0;
    struct synth s = {.l = {.p = plan}, .out = out};
    set_size(&s, size, seed);
    out->fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (out->fd < 0)
        fail(argv[2]);
    put_snapshot(&s);
    if (close(out->fd))
        fail(argv[2]);
    write_answers(&s.l, out->bytes, answers);
    free(out);
    free(plan);
    return 0;
}
