/* Class keys and class rows by the plainest ways (specification, 9 and 10): see naive_heap.h. */
#include "tests/unit/naive_heap.h"

#include <string.h>

struct definition {
    struct buf text;
    uint32_t count;
    const char *names[64]; /* in order */
    uint32_t name_count;
};

struct definitions {
    uint32_t count;
    struct definition all[MODEL_NODES];
};

static size_t utf16_length(const char *text)
{
    size_t units = 0;
    for (const unsigned char *s = (const unsigned char *)text; *s; s++)
        units += *s < 0x80 || *s >= 0xF0 ? 1 + (*s >= 0xF0) : *s >= 0xC0;
    return units;
}

/* As it stands in an interface's name: JSON when there is one of , ' " { } in it. */
static void put_property(struct buf *b, const char *name)
{
    if (!strpbrk(name, ",'\"{}")) {
        buf_puts(b, name);
        return;
    }
    buf_putc(b, '"');
    for (const unsigned char *s = (const unsigned char *)name; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_printf(b, "\\%c", *s);
        else if (*s == '\t')
            buf_puts(b, "\\t");
        else if (*s == '\n')
            buf_puts(b, "\\n");
        else if (*s < 0x20)
            buf_printf(b, "\\u%04x", *s);
        else if (!strncmp((const char *)s, "\xED\xA0\xBD", 3))
            buf_puts(b, "\\ud83d"), s += 2;
        else
            buf_putc(b, (char)*s);
    }
    buf_putc(b, '"');
}

static bool is_property(const struct model *m, uint32_t e)
{
    return m->edges[e].type == EDGE_PROPERTY;
}

static bool is_plain(const struct naive *v, uint32_t n)
{
    return v->m->nodes[n].type == NODE_OBJECT && !strcmp(buf_str(&v->names[n]), "Object");
}

/* The interface that an object suggests: its first properties that fit 120 units. */
static bool suggest(const struct naive *v, uint32_t n, struct definition *d)
{
    const struct model *m = v->m;
    *d = (struct definition){.count = 1};
    buf_putc(&d->text, '{');
    for (uint32_t e = m->first_edge[n]; e < m->first_edge[n + 1]; e++) {
        const char *name = m->strings[is_property(m, e) ? m->edges[e].name : 0];
        struct buf text = {0};
        if (!is_property(m, e) || !strcmp(name, "__proto__"))
            continue;
        put_property(&text, name);
        size_t length = utf16_length(buf_str(&d->text)), more = utf16_length(buf_str(&text));
        bool full = length > 1 && length + more > 120;
        if (!full && length != 1)
            buf_puts(&d->text, ", ");
        if (!full) {
            buf_puts(&d->text, buf_str(&text));
            d->names[d->name_count++] = name;
        }
        buf_release(&text);
        if (full)
            break;
    }
    buf_putc(&d->text, '}');
    return d->name_count > 0;
}

static void infer(const struct naive *v, struct definitions *all)
{
    uint32_t total = 0, kept = 0;
    all->count = 0;
    for (uint32_t n = 0; n < v->m->node_count; n++) {
        struct definition d;
        if (!is_plain(v, n))
            continue;
        total++;
        if (!suggest(v, n, &d)) {
            buf_release(&d.text);
            continue;
        }
        uint32_t k = 0;
        while (k < all->count && strcmp(buf_str(&all->all[k].text), buf_str(&d.text)))
            k++;
        if (k == all->count) {
            all->all[all->count++] = d;
        } else {
            all->all[k].count++;
            buf_release(&d.text);
        }
    }
    /* Stable, by count. */
    for (uint32_t i = 1; i < all->count; i++) {
        struct definition d = all->all[i];
        uint32_t k = i;
        for (; k > 0 && all->all[k - 1].count < d.count; k--)
            all->all[k] = all->all[k - 1];
        all->all[k] = d;
    }
    for (; kept < all->count; kept++) {
        if (all->all[kept].count < 2 || all->all[kept].count < total / 1000.0)
            break;
    }
    while (all->count > kept)
        buf_release(&all->all[--all->count].text);
}

/* Are all names of the definition among the properties, each as often? */
static bool satisfies(const struct model *m, uint32_t n, const struct definition *d)
{
    bool used[MODEL_EDGES] = {0};
    for (uint32_t k = 0; k < d->name_count; k++) {
        uint32_t e = m->first_edge[n];
        while (e < m->first_edge[n + 1] &&
               (used[e] || !is_property(m, e) || strcmp(m->strings[m->edges[e].name], d->names[k])))
            e++;
        if (e == m->first_edge[n + 1])
            return false;
        used[e] = true;
    }
    return true;
}

static const char *interface_of(const struct naive *v, const struct definitions *all, uint32_t n)
{
    const struct definition *best = NULL;
    for (uint32_t k = 0; k < all->count; k++) {
        const struct definition *d = &all->all[k];
        if ((!best || d->name_count > best->name_count) && satisfies(v->m, n, d))
            best = d;
    }
    return best ? buf_str(&best->text) : "Object";
}

static void put_class_name(const struct naive *v, const struct definitions *all, uint32_t n,
                           struct buf *b)
{
    static const char *const types[] = {
        [NODE_ARRAY] = "(array)",
        [NODE_STRING] = "(string)",
        [NODE_NUMBER] = "(number)",
        [NODE_SYNTHETIC] = "(synthetic)",
        [NODE_CONS_STRING] = "(concatenated string)",
        [NODE_SLICED_STRING] = "(sliced string)",
        [NODE_SYMBOL] = "(symbol)",
        [NODE_BIGINT] = "(bigint)",
        [NODE_OBJECT_SHAPE] = "(object shape)",
        [NODE_WASM_OBJECT] = "(wasm object)",
        [NODE_HIDDEN] = "(system)",
        [NODE_CODE] = "(compiled code)",
        [NODE_CLOSURE] = "Function",
        [NODE_REGEXP] = "RegExp",
        [NODE_TYPE_KNOWN] = "(quark)",
    };
    unsigned t = v->m->nodes[n].type;
    const char *name = is_plain(v, n) ? interface_of(v, all, n) : buf_str(&v->names[n]);
    if (t != NODE_OBJECT && t != NODE_NATIVE) {
        buf_puts(b, types[t]);
        return;
    }
    const char *from = !strncmp(name, "Detached <", 10) ? name + 10 : *name == '<' ? name : NULL;
    const char *space = from ? strchr(from, ' ') : NULL;
    if (space) {
        buf_append(b, name, (size_t)(space - name));
        buf_putc(b, '>');
    } else {
        buf_puts(b, name);
    }
}

/* Is there a node of the same class, with a size, over it? */
static bool is_covered(const struct naive *v, uint32_t n)
{
    for (uint32_t d = 0; d < v->m->node_count; d++) {
        if (v->dominates[d][n] && v->self_bytes[d] &&
            !strcmp(buf_str(&v->keys[d]), buf_str(&v->keys[n])))
            return true;
    }
    return false;
}

static void add_to_row(struct naive *v, uint32_t n)
{
    uint32_t r = 0;
    if (!v->self_bytes[n])
        return;
    while (r < v->row_count && strcmp(v->rows[r].key, buf_str(&v->keys[n])))
        r++;
    struct naive_row *row = &v->rows[r];
    if (r == v->row_count) {
        v->row_count++;
        row->key = buf_str(&v->keys[n]);
        row->distance = v->distance[n];
    }
    row->count++;
    row->shallow_bytes += v->self_bytes[n];
    if (v->distance[n] < row->distance)
        row->distance = v->distance[n];
    if (!is_covered(v, n))
        row->retained_bytes += v->retained_bytes[n];
}

static void put_keys(const struct naive *v, const struct definitions *all, struct buf *keys)
{
    for (uint32_t n = 0; n < v->m->node_count; n++) {
        const struct model_node *node = &v->m->nodes[n];
        if (node->type == NODE_OBJECT && node->located)
            buf_printf(&keys[n], "%u,%u,%u", node->script_id, node->line, node->column);
        buf_putc(&keys[n], ',');
        put_class_name(v, all, n, &keys[n]);
    }
}

static void release(struct definitions *all)
{
    while (all->count)
        buf_release(&all->all[--all->count].text);
}

void naive_classify(struct naive *v)
{
    static struct definitions all;
    infer(v, &all);
    put_keys(v, &all, v->keys);
    for (uint32_t n = 0; n < v->m->node_count; n++)
        add_to_row(v, n);
    release(&all);
}

void naive_keys_under(const struct naive *v, const struct naive *other, struct buf *ret_keys)
{
    static struct definitions all;
    infer(other, &all);
    put_keys(v, &all, ret_keys);
    release(&all);
}
