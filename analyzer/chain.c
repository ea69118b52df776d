/* Lists made by hand: see chain.h. */
#include "analyzer/chain.h"

/* Properties tried of an object, and links followed. */
#define PROPERTIES_MAX 12
#define LINKS_MAX 50000000

/* Two objects of one make: V8 gave them the same hidden class, or at least the same name. */
static bool same_make(const struct js *js, uint32_t a, uint32_t b)
{
    if (!js_is_object(js, b) || heap_name_index(js->h, a) != heap_name_index(js->h, b))
        return false;
    return js_collection(js, a) == COLLECTION_NONE || js_collection(js, a) == COLLECTION_OBJECT;
}

static uint32_t link_behind(const struct js *js, uint32_t n, uint32_t name)
{
    const struct heap *h = js->h;
    uint64_t first = heap_first_edge(h, n), end = heap_first_edge(h, n + 1);
    for (uint64_t e = first; e < end && e < first + PROPERTIES_MAX; e++) {
        if (heap_edge_type(h, e) == EDGE_PROPERTY && heap_edge_name(h, e) == name)
            return same_make(js, n, heap_edge_to(h, e)) ? heap_edge_to(h, e) : NO_NODE;
    }
    return NO_NODE;
}

/* Brent's: `mark` is left behind at powers of two, so that a ring ends too. */
static uint64_t follow(const struct js *js, uint32_t n, uint32_t name)
{
    uint64_t length = 1, next_mark = 2;
    uint32_t mark = n;
    while (length < LINKS_MAX && (n = link_behind(js, n, name)) != NO_NODE && n != mark) {
        length++;
        if (length == next_mark) {
            mark = n;
            next_mark *= 2;
        }
    }
    return length;
}

static bool starts_here(const struct js *js, uint32_t n, uint64_t least, struct chain *ret)
{
    const struct heap *h = js->h;
    uint64_t first = heap_first_edge(h, n), end = heap_first_edge(h, n + 1);
    for (uint64_t e = first; e < end && e < first + PROPERTIES_MAX; e++) {
        if (heap_edge_type(h, e) != EDGE_PROPERTY || heap_edge_name(h, e) == js->name[JS_PROTO] ||
            !same_make(js, n, heap_edge_to(h, e)))
            continue;
        struct chain c = {n, heap_edge_name(h, e), follow(js, n, heap_edge_name(h, e))};
        if (c.length >= least) {
            *ret = c;
            return true;
        }
    }
    return false;
}

bool chain_find(const struct js *js, uint32_t n, uint64_t least, struct chain *ret)
{
    const struct heap *h = js->h;
    if (starts_here(js, n, least, ret))
        return true;
    uint64_t first = heap_first_edge(h, n), end = heap_first_edge(h, n + 1);
    for (uint64_t e = first; e < end && e < first + PROPERTIES_MAX; e++) {
        if (heap_edge_type(h, e) == EDGE_PROPERTY && heap_edge_name(h, e) != js->name[JS_PROTO] &&
            js_is_object(js, heap_edge_to(h, e)) && starts_here(js, heap_edge_to(h, e), least, ret))
            return true;
    }
    return false;
}

bool chain_is_inside(const struct js *js, uint32_t n)
{
    uint32_t d = heap_dominator(js->h, n);
    const struct heap *h = js->h;
    if (!js_is_object(js, d) || heap_name_index(h, d) != heap_name_index(h, n))
        return false;
    uint64_t first = heap_first_edge(h, d), end = heap_first_edge(h, d + 1);
    for (uint64_t e = first; e < end && e < first + PROPERTIES_MAX; e++) {
        if (heap_edge_type(h, e) == EDGE_PROPERTY && heap_edge_to(h, e) == n)
            return true;
    }
    return false;
}
