/* Values of properties: see js_values.h. */
#include "analyzer/js_values.h"

#include <string.h>

uint32_t js_property_named(const struct js *js, uint32_t n, const char *name)
{
    const struct heap *h = js->h;
    if (n == NO_NODE)
        return NO_NODE;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) == EDGE_PROPERTY &&
            str_equal(strings_get(&h->strings, heap_edge_name(h, e)), name))
            return heap_edge_to(h, e);
    }
    return NO_NODE;
}

static uint32_t internal_named(const struct js *js, uint32_t n, const char *name)
{
    const struct heap *h = js->h;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) == EDGE_INTERNAL &&
            str_equal(strings_get(&h->strings, heap_edge_name(h, e)), name))
            return heap_edge_to(h, e);
    }
    return NO_NODE;
}

/* Pieces are a tree as deep as somebody appended: a bounded stack holds what is on the right. */
void js_put_text(const struct js *js, uint32_t n, struct buf *out, size_t limit)
{
    enum { PIECES = 64, STEPS = 4096 };
    uint32_t stack[PIECES];
    size_t count = 0, start = out->len;
    if (n == NO_NODE)
        return;
    stack[count++] = n;
    for (unsigned step = 0; step < STEPS && count && out->len - start < limit; step++) {
        n = stack[--count];
        enum node_type t = heap_type(js->h, n);
        if (t == NODE_STRING) {
            struct str s = heap_name(js->h, n);
            buf_append(out, s.p, min_u64(s.len, limit - (out->len - start)));
        } else if (t == NODE_CONS_STRING) {
            uint32_t first = internal_named(js, n, "first");
            uint32_t second = internal_named(js, n, "second");
            if (second != NO_NODE && count < PIECES)
                stack[count++] = second;
            if (first != NO_NODE && count < PIECES)
                stack[count++] = first;
        }
    }
}

bool js_number(const struct js *js, uint32_t n, uint64_t *ret)
{
    uint64_t value = 0;
    if (n == NO_NODE || heap_type(js->h, n) != NODE_NUMBER)
        return false;
    struct str text = js_text(js, internal_named(js, n, "value"));
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || i > 17)
            return false;
        value = value * 10 + (uint64_t)(text.p[i] - '0');
    }
    *ret = value;
    return text.len > 0;
}

/* Node 24 names the node, in older versions an oddball's hidden edge 0 leads to the word. */
static struct str oddball_word(const struct js *js, uint32_t n)
{
    const struct heap *h = js->h;
    if (heap_type(h, n) != NODE_HIDDEN)
        return (struct str){"", 0};
    if (!js_is(js, n, JS_ODDBALL))
        return heap_name(h, n);
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) == EDGE_HIDDEN && heap_edge_name(h, e) == 0)
            return heap_name(h, heap_edge_to(h, e));
    }
    return (struct str){"", 0};
}

bool js_put_value(const struct js *js, uint32_t n, struct buf *out)
{
    enum { SHOWN = 200 };
    uint64_t number;
    size_t start = out->len;
    if (n == NO_NODE)
        return false;
    if (js_number(js, n, &number)) {
        buf_printf(out, "%llu", (unsigned long long)number);
        return true;
    }
    struct str word = oddball_word(js, n);
    if (str_equal(word, "true") || str_equal(word, "false"))
        buf_append(out, word.p, word.len);
    else
        js_put_text(js, n, out, SHOWN);
    return out->len > start;
}
