/* The pass that gives every node its class, and adds the classes up: see classes.h. */
#include "analyzer/classes.h"

#include "analyzer/interfaces.h"
#include "analyzer/passes.h"
#include "analyzer/utf16.h"
#include "base/u64_map.h"

#include <stdlib.h>
#include <string.h>

#define NO_ROW UINT32_MAX

struct naming {
    struct heap *h;
    struct u64_map row_of_key; /* hash of the published key -> row */
    struct column row_of_name; /* uint32_t, by string: 1-based row without a location */
    struct column cut_name;    /* uint32_t, by string: 1-based name without its attributes */
    uint32_t row_of_type[NODE_TYPE_MAX];
};

void class_table_free(struct class_table *t)
{
    if (!t)
        return;
    column_release(&t->rows);
    interfaces_release(&t->interfaces);
    free(t);
}

/* -- keys -- */

uint64_t class_key_hash(const struct class_key *k)
{
    uint64_t hash = hash_bytes(k->name.p, k->name.len);
    if (!k->has_location)
        return hash;
    return mix_u64(mix_u64(hash ^ ((uint64_t)k->script_id << 32 | k->line)) + k->column);
}

bool class_key_equal(const struct class_key *a, const struct class_key *b)
{
    if (a->has_location != b->has_location || a->name.len != b->name.len ||
        memcmp(a->name.p, b->name.p, a->name.len))
        return false;
    return !a->has_location ||
           (a->script_id == b->script_id && a->line == b->line && a->column == b->column);
}

void class_key_put(struct buf *b, const struct class_key *k)
{
    if (k->has_location)
        buf_printf(b, "%u,%u,%u", k->script_id, k->line, k->column);
    buf_putc(b, ',');
    buf_append(b, k->name.p, k->name.len);
}

/* -- rows -- */

static bool find_row(struct naming *nm, uint32_t name, const struct location *l, uint32_t *ret_row,
                     struct err *err)
{
    struct heap *h = nm->h;
    struct column *rows = &h->classes->rows;
    struct class_key key = {.name = strings_get(&h->strings, name)};
    if (l)
        key = (struct class_key){key.name, true, l->script_id, l->line, l->column};
    for (uint64_t hash = class_key_hash(&key);; hash++) {
        uint32_t *row;
        bool is_new;
        if (!u64_map_put(&nm->row_of_key, hash, (uint32_t)rows->count, &row, &is_new, err))
            return false;
        *ret_row = *row;
        if (is_new)
            break;
        struct class_key other = class_row_key(h, *row);
        if (class_key_equal(&key, &other))
            return true;
    }
    if (!column_reserve(rows, 1, err))
        return err_prefix(err, "classes");
    ((struct class_info *)rows->data)[rows->count++] = (struct class_info){
        .name = name,
        .has_location = key.has_location,
        .script_id = key.script_id,
        .line = key.line,
        .column = key.column,
        .distance = INT32_MAX,
    };
    return true;
}

static bool row_of_plain_name(struct naming *nm, uint32_t name, uint32_t *ret_row, struct err *err)
{
    uint32_t *cached =
        name < nm->row_of_name.count ? &((uint32_t *)nm->row_of_name.data)[name] : NULL;
    if (cached && *cached) {
        *ret_row = *cached - 1;
        return true;
    }
    if (!find_row(nm, name, NULL, ret_row, err))
        return false;
    if (cached)
        *cached = *ret_row + 1;
    return true;
}

static bool row_of_node_type(struct naming *nm, enum node_type t, uint32_t *ret_row,
                             struct err *err)
{
    struct heap *h = nm->h;
    const char *fixed = t == NODE_HIDDEN    ? "(system)"
                        : t == NODE_CODE    ? "(compiled code)"
                        : t == NODE_CLOSURE ? "Function"
                        : t == NODE_REGEXP  ? "RegExp"
                                            : NULL;
    uint32_t name;
    if (nm->row_of_type[t] != NO_ROW) {
        *ret_row = nm->row_of_type[t];
        return true;
    }
    bool ok = fixed ? strings_append(&h->strings, fixed, strlen(fixed), err)
                    : strings_append(&h->strings, "(", 1, err) &&
                          strings_append(&h->strings, h->node_type_names[t],
                                         strlen(h->node_type_names[t]), err) &&
                          strings_append(&h->strings, ")", 1, err);
    if (!ok || !strings_end(&h->strings, &name, err) || !find_row(nm, name, NULL, ret_row, err))
        return false;
    nm->row_of_type[t] = *ret_row;
    return true;
}

/* -- names -- */

/* `<div id="a">` is of class `<div>`, `Detached <div id="a">` of `Detached <div>`. */
static size_t cut_length(struct str s)
{
    static const size_t behind_detached = 10;
    size_t from = 0;
    if (str_starts_with(s, "Detached <"))
        from = behind_detached;
    else if (!s.len || s.p[0] != '<')
        return s.len;
    const char *space = s.len > from ? memchr(s.p + from, ' ', s.len - from) : NULL;
    return space ? (size_t)(space - s.p) : s.len;
}

static bool cut_tag(struct naming *nm, uint32_t *name, struct err *err)
{
    struct heap *h = nm->h;
    struct str s = strings_get(&h->strings, *name);
    size_t len = cut_length(s);
    if (LIKELY(len == s.len) || *name >= nm->cut_name.count)
        return true;
    uint32_t *cut = &((uint32_t *)nm->cut_name.data)[*name];
    if (!*cut) {
        if (!column_reserve(&h->strings.bytes, len + 1, err))
            return false;
        s = strings_get(&h->strings, *name);
        if (!strings_append(&h->strings, s.p, len, err) ||
            !strings_append(&h->strings, ">", 1, err) || !strings_end(&h->strings, cut, err))
            return false;
        ++*cut;
    }
    *name = *cut - 1;
    return true;
}

/* `names` and the result share an array: an interface's name is read before the row is written. */
static bool classify(struct naming *nm, uint32_t *names, uint32_t plain, struct err *err)
{
    struct heap *h = nm->h;
    const struct location *l = h->locations.data, *l_end = l + h->locations.count;
    for (uint32_t n = 0; n < h->node_count; n++) {
        column_sweep(&h->node_name, n);
        column_sweep(&h->class_of, n);
        enum node_type t = heap_type(h, n);
        while (l < l_end && l->node < n)
            l++;
        if (t != NODE_OBJECT && t != NODE_NATIVE) {
            if (!row_of_node_type(nm, t, &names[n], err))
                return false;
            continue;
        }
        uint32_t name = heap_is_plain_object(h, n, plain) ? names[n] : heap_name_index(h, n);
        if (!cut_tag(nm, &name, err))
            return false;
        bool located = t == NODE_OBJECT && l < l_end && l->node == n;
        if (!(located ? find_row(nm, name, l, &names[n], err)
                      : row_of_plain_name(nm, name, &names[n], err)))
            return false;
    }
    return true;
}

/* -- sums -- */

static void add_up(struct heap *h)
{
    struct class_info *rows = h->classes->rows.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        column_sweep(&h->node_self, n);
        column_sweep(&h->class_of, n);
        column_sweep(&h->distance, n);
        uint64_t self = heap_self_bytes(h, n);
        struct class_info *row = &rows[heap_class(h, n)];
        if (!self)
            continue;
        row->count++;
        row->shallow_bytes += self;
        if (heap_distance(h, n) < row->distance)
            row->distance = heap_distance(h, n);
    }
}

static bool prepare(struct naming *nm, struct err *err)
{
    struct heap *h = nm->h;
    uint64_t strings = strings_count(&h->strings);
    for (size_t i = 0; i < ARRAY_LEN(nm->row_of_type); i++)
        nm->row_of_type[i] = NO_ROW;
    h->classes = calloc(1, sizeof *h->classes);
    if (!h->classes)
        return err_nomem(err, sizeof *h->classes, "classes");
    return column_make(&h->classes->rows, h->store, "classes", sizeof(struct class_info), 0, err) &&
           column_make(&h->class_of, h->store, "classes", 4, h->node_count, err) &&
           column_make(&nm->cut_name, h->store, "class names", 4, strings, err) &&
           u64_map_init(&nm->row_of_key, h->store, err);
}

bool pass_classes(struct heap *h, struct err *err)
{
    struct naming nm = {.h = h};
    uint32_t plain;
    strings_find(&h->strings, (const char *const[]){"Object"}, 1, &plain);
    bool ok =
        prepare(&nm, err) &&
        interfaces_name(h, plain, h->class_of.data, &h->classes->interfaces, err) &&
        column_make(&nm.row_of_name, h->store, "class names", 4, strings_count(&h->strings), err) &&
        classify(&nm, h->class_of.data, plain, err);
    u64_map_release(&nm.row_of_key);
    column_release(&nm.row_of_name);
    column_release(&nm.cut_name);
    if (ok)
        add_up(h);
    return ok;
}

/* -- the largest -- */

static bool is_before(const struct heap *h, uint32_t a, uint32_t b)
{
    const struct class_info *x = class_row(h, a), *y = class_row(h, b);
    if (x->retained_bytes != y->retained_bytes)
        return x->retained_bytes > y->retained_bytes;
    return utf16_compare(strings_get(&h->strings, x->name), strings_get(&h->strings, y->name)) < 0;
}

size_t classes_top(const struct heap *h, uint32_t *ret_rows, size_t limit)
{
    size_t count = 0;
    for (uint32_t row = 0; row < class_count(h); row++) {
        if (!class_row(h, row)->count)
            continue;
        size_t place = count;
        while (place && is_before(h, row, ret_rows[place - 1]))
            place--;
        if (place == limit)
            continue;
        count += count < limit;
        memmove(ret_rows + place + 1, ret_rows + place, (count - place - 1) * sizeof *ret_rows);
        ret_rows[place] = row;
    }
    return count;
}
