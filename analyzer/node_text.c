/* What nodes and edges are called: see node_text.h. */
#include "analyzer/node_text.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/utf16.h"

/* DevTools' bounds, in UTF-16 units. */
#define CONCATENATED_UNITS 1024
#define OBJECT_UNITS 100

void node_text_init(struct node_text *t, const struct heap *h)
{
    static const char *const names[] = {"Object", "__proto__", "first", "second"};
    uint32_t index[ARRAY_LEN(names)];
    strings_find(&h->strings, names, ARRAY_LEN(names), index);
    *t = (struct node_text){h, index[0], index[1], index[2], index[3]};
}

/* -- texts -- */

/* Cut at a whole character. */
static void put_limited(struct buf *b, struct str s, size_t limit)
{
    size_t len = min_u64(s.len, limit);
    while (len > 0 && len < s.len && ((unsigned char)s.p[len] & 0xC0) == 0x80)
        len--;
    buf_append(b, s.p, len);
    if (len < s.len)
        buf_puts(b, "\xE2\x80\xA6");
}

/* A property's name inside an object's: quoted where it would be mistaken. */
static void put_property(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] && strchr(",'\"{}", s.p[i])) {
            utf16_put_json(b, s);
            return;
        }
    }
    buf_append(b, s.p, s.len);
}

/* -- plain objects -- */

/* Properties are taken from the front and from the back in turn, so both ends are seen. */
struct object_name {
    const struct node_text *t;
    uint64_t from, to; /* edges not looked at yet */
    struct buf front;
    struct buf back[OBJECT_UNITS]; /* in the order taken */
    size_t back_count;
    size_t back_units; /* with separators and the brace */
};

static bool is_named_property(const struct node_text *t, uint64_t e)
{
    return heap_edge_type(t->h, e) == EDGE_PROPERTY && heap_edge_name(t->h, e) != t->proto;
}

static size_t units_of(const struct buf *b)
{
    return utf16_length((struct str){buf_str(b), b->len});
}

/* An empty name leaves a trace, which is its separator, only behind another. */
static void take_back(struct object_name *o, const struct buf *text, size_t units)
{
    if (!units && !o->back_count)
        return;
    buf_append(&o->back[o->back_count], buf_str(text), text->len);
    o->back_units += units + (o->back_count ? 2 : 0);
    o->back_count++;
}

static void take_front(struct object_name *o, const struct buf *text)
{
    if (o->front.len > 1)
        buf_puts(&o->front, ", ");
    buf_append(&o->front, buf_str(text), text->len);
}

static void collect_properties(struct object_name *o)
{
    const struct heap *h = o->t->h;
    struct buf text = {0};
    bool from_back = false;
    while (o->from < o->to) {
        uint64_t e = from_back ? o->to - 1 : o->from;
        bool named = is_named_property(o->t, e);
        buf_clear(&text);
        if (named)
            put_property(&text, strings_get(&h->strings, heap_edge_name(h, e)));
        size_t units = units_of(&text);
        size_t front_units = units_of(&o->front);
        if (named && front_units > 1 && front_units + o->back_units + units > OBJECT_UNITS)
            break;
        if (named && from_back && o->back_count == ARRAY_LEN(o->back))
            break;
        if (from_back)
            o->to--;
        else
            o->from++;
        if (!named)
            continue;
        if (from_back)
            take_back(o, &text, units);
        else
            take_front(o, &text);
        from_back = !from_back;
    }
    o->front.failed |= text.failed;
    buf_release(&text);
}

static void put_object_name(struct buf *b, const struct node_text *t, uint32_t n)
{
    struct object_name o = {.t = t, .back_units = 1};
    o.from = heap_first_edge(t->h, n);
    o.to = heap_first_edge(t->h, n + 1);
    buf_putc(&o.front, '{');
    collect_properties(&o);
    buf_append(b, buf_str(&o.front), o.front.len);
    if (o.from < o.to)
        buf_puts(b, ", \xE2\x80\xA6");
    for (size_t i = o.back_count; i-- > 0;) {
        buf_puts(b, ", ");
        buf_append(b, buf_str(&o.back[i]), o.back[i].len);
        buf_release(&o.back[i]);
    }
    buf_putc(b, '}');
    b->failed |= o.front.failed;
    buf_release(&o.front);
}

/* -- concatenated strings -- */

/* The parts still to come. A chain may be millions deep: the oldest are forgotten, which matters
 * only behind so many empty parts. */
#define PARTS_MAX 2048
/* A damaged file may have a chain that ends in itself. */
#define PART_STEPS 20000

struct parts {
    uint32_t ring[PARTS_MAX];
    size_t top; /* counts all pushes less pops */
    size_t count;
};

static void push_part(struct parts *p, uint32_t n)
{
    p->ring[p->top++ % PARTS_MAX] = n;
    p->count += p->count < PARTS_MAX;
}

static uint32_t internal_child(const struct heap *h, uint32_t n, uint32_t name)
{
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) == EDGE_INTERNAL && heap_edge_name(h, e) == name)
            return heap_edge_to(h, e);
    }
    return NO_NODE;
}

static void push_children(struct parts *p, const struct node_text *t, uint32_t n)
{
    uint32_t second = internal_child(t->h, n, t->second);
    uint32_t first = internal_child(t->h, n, t->first);
    if (second != NO_NODE)
        push_part(p, second);
    if (first != NO_NODE)
        push_part(p, first);
}

static void put_concatenated(struct buf *b, const struct node_text *t, uint32_t n, size_t limit)
{
    struct parts p;
    size_t units = 0, start = b->len;
    p.top = p.count = 0;
    push_part(&p, n);
    for (unsigned steps = 0; p.count > 0 && units < CONCATENATED_UNITS && steps < PART_STEPS;
         steps++) {
        uint32_t part = p.ring[--p.top % PARTS_MAX];
        p.count--;
        if (heap_type(t->h, part) == NODE_CONS_STRING) {
            push_children(&p, t, part);
            continue;
        }
        struct str s = heap_name(t->h, part);
        size_t taken = b->len - start;
        put_limited(b, s, limit > taken ? limit - taken : 0);
        if (b->len - start > limit)
            return;
        units += utf16_length(s);
    }
}

/* -- nodes -- */

void node_text_put_name(struct buf *b, const struct node_text *t, uint32_t n, size_t limit)
{
    enum node_type type = heap_type(t->h, n);
    if (type == NODE_CONS_STRING)
        put_concatenated(b, t, n, limit);
    else if (type == NODE_OBJECT && heap_name_index(t->h, n) == t->plain)
        put_object_name(b, t, n);
    else
        put_limited(b, heap_name(t->h, n), limit);
}

void node_text_put(struct buf *b, const struct node_text *t, uint32_t n, size_t limit)
{
    static const struct {
        const char *before, *after;
    } marks[NODE_TYPE_KNOWN] = {
        [NODE_STRING] = {"\"", "\""},        [NODE_CONS_STRING] = {"\"", "\""},
        [NODE_SLICED_STRING] = {"\"", "\""}, [NODE_REGEXP] = {"/", "/"},
        [NODE_CLOSURE] = {"", "()"},         [NODE_ARRAY] = {"", "[]"},
    };
    enum node_type type = heap_type(t->h, n);
    bool marked = type < NODE_TYPE_KNOWN && marks[type].before;
    size_t start = b->len;
    if (marked)
        buf_puts(b, marks[type].before);
    node_text_put_name(b, t, n, limit);
    if (marked)
        buf_puts(b, marks[type].after);
    else if (b->len == start)
        buf_printf(b, "(%s)", n == t->h->root ? "root" : node_type_text(t->h, n));
}

const char *node_type_text(const struct heap *h, uint32_t n)
{
    enum node_type type = heap_type(h, n);
    return type < NODE_TYPE_MAX ? h->node_type_names[type] : "";
}

/* -- edges -- */

static bool is_identifier(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
                      c == '#' || c >= 0x80;
        if (!letter && !(i > 0 && c >= '0' && c <= '9'))
            return false;
    }
    return s.len > 0;
}

#define EDGE_NAME_LIMIT 512

void edge_text_put(struct buf *b, const struct heap *h, uint64_t e)
{
    static const char *const suffix[] = {
        [EDGE_CONTEXT] = " (variable)", [EDGE_INTERNAL] = " (internal)",
        [EDGE_HIDDEN] = " (hidden)",    [EDGE_SHORTCUT] = " (shortcut)",
        [EDGE_WEAK] = " (weak)",        [EDGE_OTHER] = "",
    };
    enum edge_type type = heap_edge_type(h, e);
    uint32_t name = heap_edge_name(h, e);
    if (edge_type_is_indexed(type)) {
        buf_printf(b, "[%u]%s", name, type == EDGE_HIDDEN ? suffix[type] : "");
        return;
    }
    struct str s = strings_get(&h->strings, name);
    if (type != EDGE_PROPERTY) {
        put_limited(b, s, EDGE_NAME_LIMIT);
        buf_puts(b, suffix[type]);
    } else if (is_identifier(s)) {
        buf_putc(b, '.');
        put_limited(b, s, EDGE_NAME_LIMIT);
    } else {
        buf_puts(b, "[\"");
        put_limited(b, s, EDGE_NAME_LIMIT);
        buf_puts(b, "\"]");
    }
}

/* As DevTools sorts it: 0 a name, 1 a number, 2 __proto__. */
static int edge_name_group(const struct node_text *t, uint64_t e)
{
    if (edge_type_is_indexed(heap_edge_type(t->h, e)))
        return 1;
    return heap_edge_name(t->h, e) == t->proto ? 2 : 0;
}

static struct str edge_name_as_text(const struct heap *h, uint64_t e, char digits[static 12])
{
    uint32_t name = heap_edge_name(h, e);
    if (!edge_type_is_indexed(heap_edge_type(h, e)))
        return strings_get(&h->strings, name);
    return (struct str){digits, (size_t)snprintf(digits, 12, "%u", name)};
}

int edge_text_compare(const struct node_text *t, uint64_t a, uint64_t b)
{
    char x_digits[12], y_digits[12];
    int x_group = edge_name_group(t, a), y_group = edge_name_group(t, b);
    if (x_group != y_group)
        return x_group - y_group;
    struct str x = edge_name_as_text(t->h, a, x_digits), y = edge_name_as_text(t->h, b, y_digits);
    return utf16_compare(x, y);
}

uint32_t heap_edge_from(const struct heap *h, uint64_t e)
{
    uint32_t low = 0, high = h->node_count;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (heap_first_edge(h, mid) <= e)
            low = mid;
        else
            high = mid;
    }
    return low;
}

uint32_t heap_node_by_id(const struct heap *h, uint32_t id)
{
    const uint32_t *ids = h->node_id.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (ids[n] == id)
            return n;
    }
    return NO_NODE;
}
