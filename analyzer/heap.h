/* A heap snapshot as columns, and the graph over them: the heap core's one data structure.
 *
 * Nodes are named by their ordinal (position in the file, 0 = the root), edges by theirs; a node's
 * edges are contiguous. Everything a pass derives is a column too. heap_load() fills the first
 * group, heap_analyze() the second (analyzer/passes.h says in which order). The numbers and their
 * rules are those of Chrome DevTools' Memory panel.
 */
#ifndef MORTEM_ANALYZER_HEAP_H
#define MORTEM_ANALYZER_HEAP_H

#include "analyzer/oddities.h"
#include "analyzer/places.h"
#include "analyzer/strings.h"
#include "base/progress.h"
#include "base/store.h"

#define NO_NODE UINT32_MAX

/* What a node is. A snapshot's own numbering is translated on loading by the names in its meta;
 * names unknown here get the numbers from NODE_TYPE_KNOWN on, see heap.node_type_names. */
enum node_type {
    NODE_HIDDEN,
    NODE_ARRAY,
    NODE_STRING,
    NODE_OBJECT,
    NODE_CODE,
    NODE_CLOSURE,
    NODE_REGEXP,
    NODE_NUMBER,
    NODE_NATIVE,
    NODE_SYNTHETIC,
    NODE_CONS_STRING,   /* "concatenated string" */
    NODE_SLICED_STRING, /* "sliced string" */
    NODE_SYMBOL,
    NODE_BIGINT,
    NODE_OBJECT_SHAPE,
    NODE_WASM_OBJECT,
    NODE_TYPE_KNOWN,
    NODE_TYPE_MAX = 64,
};

enum edge_type {
    EDGE_CONTEXT,
    EDGE_ELEMENT, /* the name is an index */
    EDGE_PROPERTY,
    EDGE_INTERNAL,
    EDGE_HIDDEN, /* the name is an index */
    EDGE_SHORTCUT,
    EDGE_WEAK,
    EDGE_OTHER, /* unknown to us; treated as property */
};

/* node_flags */
#define FLAG_DETACHEDNESS 0x03u /* 0 unknown, 1 attached, 2 detached */
#define FLAG_PAGE_OWNED 0x04u
#define FLAG_RETAINED 0x08u /* has an essential incoming edge */
#define FLAG_SHARED 0x10u   /* has several incoming edges */
#define FLAG_HUB 0x20u      /* has very many: analyzer/retainers.h */
#define FLAG_SCRATCH 0x80u  /* a pass's own mark; clear outside of it */

/* DevTools' distances. */
#define NO_DISTANCE (-5)
#define SYSTEM_DISTANCE 100000000

struct location {
    uint32_t node;
    uint32_t script_id;
    uint32_t line;   /* 0-based */
    uint32_t column; /* 0-based */
};

/* Sections of the snapshot that were read to their end. */
#define HEAP_HAS_NODES 1u
#define HEAP_HAS_EDGES 2u
#define HEAP_HAS_STRINGS 4u

struct class_table;

struct heap {
    struct store *store; /* owned */

    /* -- as loaded -- */
    uint32_t node_count;
    uint32_t root;
    uint64_t edge_count;
    uint64_t extra_native_bytes;
    bool has_extra_native_bytes; /* the header says so, be it 0 */
    bool complete;               /* false: cut short or damaged, what is there was kept */
    unsigned sections;           /* HEAP_HAS_ */
    struct err damage;           /* where and why reading ended, if not complete */
    struct oddities odd;         /* what did not stop the reading */
    bool has_detachedness;       /* nodes carry it (Node 16 to 22) */
    char node_type_names[NODE_TYPE_MAX][32];
    uint32_t node_type_count;
    struct strings strings;
    struct column node_type;  /* uint8_t */
    struct column node_flags; /* uint8_t */
    struct column node_name;  /* uint32_t, string index */
    struct column node_id;    /* uint32_t */
    struct column node_self;  /* uint32_t, SELF_WIDE: see wide_self */
    struct places first_edge; /* by node */
    struct column edge_to;    /* uint32_t, ordinal | EDGE_ESSENTIAL */
    struct column edge_label; /* uint32_t, type and name: see heap_edge_name() */
    struct column wide_self;  /* struct wide, sizes that do not fit, by node */
    struct column wide_label; /* struct wide, indexes that do not fit, by edge */
    struct column locations;  /* struct location, by node, one a node */

    /* -- derived -- */
    uint32_t hub_least; /* retainers; 0: HUB_LEAST_RETAINERS */
    bool has_user_roots;
    struct column distance;  /* uint16_t, or uint32_t where one is too large: heap_distance() */
    struct column dominator; /* uint32_t */
    struct column retained;  /* uint32_t, or uint64_t where the whole heap needs it */
    struct column retainer;  /* by node, see analyzer/retainers.h: uint32_t, NO_NODE or the only
                                source | EDGE_ESSENTIAL; FLAG_SHARED: row; FLAG_HUB: number */
    struct places first_retainer; /* by row */
    struct column retainers;      /* uint32_t: source | EDGE_ESSENTIAL, in file order */
    struct column hub_retainers;  /* uint32_t, by hub: how many */
    struct column dom_order;      /* uint32_t, nodes in preorder of the dominator tree */
    struct column dom_position;   /* uint32_t, by node: its place in dom_order; on demand */
    struct column subtree;        /* uint32_t, by node: how many it dominates, itself included */
    struct column class_of;       /* uint32_t, by node: row of `classes` */
    struct class_table *classes;  /* analyzer/classes.h */
};

struct wide {
    uint64_t at;
    uint64_t value;
};

#define SELF_WIDE UINT32_MAX
#define LABEL_NAME_BITS 29
#define LABEL_NAME_MASK ((UINT32_C(1) << LABEL_NAME_BITS) - 1)
#define LABEL_NAME_WIDE LABEL_NAME_MASK
/* In a label, for a string that the file does not have: no string gets this index. */
#define LABEL_NAME_NONE (LABEL_NAME_MASK - 1)
/* The edge counts for dominators. */
#define EDGE_ESSENTIAL 0x80000000u
/* Before that is known: its label must be looked at to tell whether it counts for distances. */
#define EDGE_SPECIAL EDGE_ESSENTIAL
#define HEAP_MAX_NODES 0x7fffffffu

/* Values too large for a column's element: 0 where there is none. */
uint64_t wide_lookup(const struct column *wide, uint64_t at);
bool wide_store(struct column *wide, uint64_t at, uint64_t value, struct err *err) WARN_UNUSED;

static inline enum node_type heap_type(const struct heap *h, uint32_t n)
{
    return (enum node_type)((const uint8_t *)h->node_type.data)[n];
}

static inline unsigned heap_flags(const struct heap *h, uint32_t n)
{
    return ((const uint8_t *)h->node_flags.data)[n];
}

static inline uint32_t heap_name_index(const struct heap *h, uint32_t n)
{
    return ((const uint32_t *)h->node_name.data)[n];
}

static inline struct str heap_name(const struct heap *h, uint32_t n)
{
    return strings_get(&h->strings, heap_name_index(h, n));
}

static inline uint32_t heap_id(const struct heap *h, uint32_t n)
{
    return ((const uint32_t *)h->node_id.data)[n];
}

/* The shallow size DevTools shows: after heap_analyze() with the sizes of owned internals added. */
static inline uint64_t heap_self_bytes(const struct heap *h, uint32_t n)
{
    uint32_t low = ((const uint32_t *)h->node_self.data)[n];
    return LIKELY(low != SELF_WIDE) ? low : wide_lookup(&h->wide_self, n);
}

bool heap_set_self_bytes(struct heap *h, uint32_t n, uint64_t bytes, struct err *err) WARN_UNUSED;

/* The edges of n are [heap_first_edge(n), heap_first_edge(n + 1)). */
static inline uint64_t heap_first_edge(const struct heap *h, uint32_t n)
{
    return places_at(&h->first_edge, n);
}

static inline uint32_t heap_edge_to(const struct heap *h, uint64_t e)
{
    return ((const uint32_t *)h->edge_to.data)[e] & ~EDGE_ESSENTIAL;
}

static inline bool heap_edge_is_essential(const struct heap *h, uint64_t e)
{
    return ((const uint32_t *)h->edge_to.data)[e] & EDGE_ESSENTIAL;
}

static inline enum edge_type heap_edge_type(const struct heap *h, uint64_t e)
{
    return (enum edge_type)(((const uint32_t *)h->edge_label.data)[e] >> LABEL_NAME_BITS);
}

/* String index, or the number itself for element and hidden edges. */
static inline uint32_t heap_edge_name(const struct heap *h, uint64_t e)
{
    uint32_t low = ((const uint32_t *)h->edge_label.data)[e] & LABEL_NAME_MASK;
    return LIKELY(low != LABEL_NAME_WIDE) ? low : (uint32_t)wide_lookup(&h->wide_label, e);
}

static inline bool edge_type_is_indexed(enum edge_type t)
{
    return t == EDGE_ELEMENT || t == EDGE_HIDDEN;
}

/* A word of the column: 0 for none, else the steps and one; the top bit for those from the system's
 * root. */
#define DISTANCE_SYSTEM_NARROW 0x8000u
#define DISTANCE_SYSTEM_WIDE 0x80000000u

static inline int32_t distance_of_word(uint32_t word, uint32_t system)
{
    if (UNLIKELY(!word))
        return NO_DISTANCE;
    return (int32_t)(word & (system - 1)) - 1 + (word & system ? SYSTEM_DISTANCE : 0);
}

static inline int32_t heap_distance(const struct heap *h, uint32_t n)
{
    return LIKELY(h->distance.elem == sizeof(uint16_t))
               ? distance_of_word(((const uint16_t *)h->distance.data)[n], DISTANCE_SYSTEM_NARROW)
               : distance_of_word(((const uint32_t *)h->distance.data)[n], DISTANCE_SYSTEM_WIDE);
}

static inline uint32_t heap_dominator(const struct heap *h, uint32_t n)
{
    return ((const uint32_t *)h->dominator.data)[n];
}

static inline uint64_t heap_retained_bytes(const struct heap *h, uint32_t n)
{
    return h->retained.elem == sizeof(uint32_t) ? ((const uint32_t *)h->retained.data)[n]
                                                : ((const uint64_t *)h->retained.data)[n];
}

/* A node's subtree in dom_order begins with the node, at `place`, and ends before this. */
static inline uint32_t heap_subtree_end(const struct heap *h, uint32_t place)
{
    uint32_t n = ((const uint32_t *)h->dom_order.data)[place];
    return place + ((const uint32_t *)h->subtree.data)[n];
}

/* Makes dom_position: who walks down the dominator tree wants it, the report does not. */
bool heap_find_positions(struct heap *h, struct err *err) WARN_UNUSED;

/* The number shown beside the snapshot, and the base of all shares. */
uint64_t heap_total_bytes(const struct heap *h);

/* The location of n (for a closure where it is defined), NULL if the snapshot has none. */
const struct location *heap_location(const struct heap *h, uint32_t n);

/* Takes the columns out of memory: the heap will not be looked at for a while. */
void heap_cool(const struct heap *h);

/* In a sweep over the nodes that looks around from each, at node n: see column_sweep(). */
static inline void heap_sweep(const struct heap *h, uint32_t n)
{
    if (n % (1u << 20) == 0 && n)
        heap_cool(h);
}

void heap_release(struct heap *h);

#endif
