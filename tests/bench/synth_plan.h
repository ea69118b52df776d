/* What a synthetic snapshot is made of: a base that is there once (roots, shapes, prototypes, code,
 * one module with three containers), and a group of entries of these containers that repeats as
 * often as the file shall be large. Both are lists of nodes and edges as Node 20 writes them;
 * synth.c gives them their places in the file.
 *
 * Nodes of the group are told by their number in it; nodes of the base by BASE + number. Nothing in
 * a group is referred to but from its own container, so a container's retained size is the sum of
 * what it holds.
 */
#ifndef MORTEM_TESTS_BENCH_SYNTH_PLAN_H
#define MORTEM_TESTS_BENCH_SYNTH_PLAN_H

#include <stdint.h>

#define BASE 0x40000000u      /* a node or a string of the base */
#define ELSEWHERE 0x80000000u /* an edge leads to this node of another group, chosen by hash */

/* V8's own numbers, as in `snapshot.meta`. */
enum {
    HIDDEN,
    ARRAY,
    STRING,
    OBJECT,
    CODE,
    CLOSURE,
    NUMBER = 7,
    NATIVE,
    SYNTHETIC,
    CONS,
    SHAPE = 14
};
enum { E_CONTEXT, E_ELEMENT, E_PROPERTY, E_INTERNAL, E_HIDDEN, E_SHORTCUT };

/* Where in the file a node of the group stands. V8 numbers an object when it first meets it: the
 * entries of a table in a row, whatever they hold where it lies in the heap, with what it refers
 * to. */
enum area {
    AREA_RESPONSES,
    AREA_SESSIONS,
    AREA_JOBS,
    AREA_BODIES, /* from here on: in the blocks */
    AREA_ROWS,
    AREA_LEAVES,
    AREA_VALUES,
    AREA_COUNT
};

enum container { RESPONSES, SESSIONS, JOBS, CONTAINERS };

/* A node whose edges are one (array) or two (table) for each entry of a container. */
enum span { SPAN_NONE, SPAN_TABLE, SPAN_ARRAY, SPAN_ELEMENTS };

struct plan_node {
    uint8_t type;
    uint8_t area; /* of the group */
    uint8_t span;
    uint8_t container; /* that holds it, CONTAINERS: none */
    uint16_t line;     /* in the script, 0: it has no location */
    uint16_t class;    /* as DevTools names it */
    uint32_t name;     /* a string of the group, or BASE + one of the base */
    uint32_t self;     /* bytes */
    uint32_t place;    /* among the nodes of its area */
    uint32_t edge_first, edge_count;
};

enum { NAMED, INDEXED, NUMBERED }; /* a string; an index; a string of digits */

struct plan_edge {
    uint8_t type, naming;
    uint32_t name, from, to;
};

/* A string of the group: a number of nine digits, different in every group, between two texts. */
struct plan_text {
    const char *before, *after;
    uint32_t times, plus;
};

enum { NODES_MAX = 4096, EDGES_MAX = 16384, TEXTS_MAX = 1024, CLASSES_MAX = 64 };

struct part {
    struct plan_node nodes[NODES_MAX];
    struct plan_edge edges[EDGES_MAX]; /* by node, once the plan is made */
    uint32_t node_count, edge_count;
};

struct plan {
    struct part base, group;
    const char *strings[TEXTS_MAX]; /* of the base, JSON without quotes */
    struct plan_text texts[TEXTS_MAX];
    const char *classes[CLASSES_MAX];
    uint32_t string_count, text_count, class_count;
    uint32_t by_place[AREA_COUNT][NODES_MAX];
    uint32_t area_size[AREA_COUNT];
    uint32_t container[CONTAINERS]; /* the base's node */
    uint32_t entries[CONTAINERS];   /* of a group */
    uint32_t head[CONTAINERS][64]; /* the group's node that is the entry; of a Map's, its key is the
                                      one before */
};

/* Names of the containers' variables and kinds, as in the report. */
extern const char *const container_names[CONTAINERS];

/* The same for every seed. The caller frees it. */
struct plan *plan_new(void);

/* UTF-16 units of a string as it stands in the file. */
uint32_t text_units(const char *json);

#endif
