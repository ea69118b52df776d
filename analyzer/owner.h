/* Who holds an object: the variable, global or static field that a person would name.
 *
 * Climbs from the object over its retainers, the most telling first, until it comes to a variable
 * of a closure's context, a property of the global object or one of a function.
 */
#ifndef MORTEM_ANALYZER_OWNER_H
#define MORTEM_ANALYZER_OWNER_H

#include "analyzer/js.h"
#include "base/buf.h"

#define OWNER_HOPS_MAX 8

enum owner_kind {
    OWNER_NONE,
    OWNER_VARIABLE, /* of a module or a function */
    OWNER_GLOBAL,   /* globalThis.NAME, process.NAME */
    OWNER_STATIC,   /* FUNCTION.NAME */
};

struct owner_hop {
    uint32_t node; /* the retainer */
    uint64_t edge; /* from it towards the object */
};

struct owner {
    enum owner_kind kind;
    uint32_t holder;                       /* the context, the global object or the function */
    uint32_t script;                       /* node named by its path, NO_NODE if unknown */
    struct owner_hop hops[OWNER_HOPS_MAX]; /* the object's retainer first, the holder last */
    unsigned hop_count;
};

void owner_find(const struct js *js, uint32_t n, struct owner *ret);

/* "n", "globalThis.sessions", "Service.cache": the root of the chain. */
void owner_put_variable(const struct js *js, const struct owner *o, struct buf *out);
/* The whole of it: "bus._events.price". */
void owner_put_accessor(const struct js *js, const struct owner *o, struct buf *out);

/* "export sessions": what the module of a minified variable exports, up to four names, nothing if
 * they are more: bundlers shorten variables and keep the names of exports. */
void owner_put_exports(const struct js *js, const struct owner *o, struct buf *out);

struct str owner_script(const struct js *js, const struct owner *o);

/* Whose code it is: a global is the user's unless its name is the framework's. */
enum script_kind owner_script_kind(const struct js *js, const struct owner *o);

/* The text of an edge as it is written behind its object: ".name", "[7]", "(internal)". */
void edge_put_accessor(const struct heap *h, uint64_t e, struct buf *out);

/* The first edge from u to n that retains it, false if there is none. */
bool edge_between(const struct heap *h, uint32_t u, uint32_t n, uint64_t *ret_edge);

#endif
