/* Strings that a heap holds more than once: see duplicate_strings.h. */
#include "analyzer/duplicate_strings.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/node_text.h"
#include "base/u64_map.h"

/* What marks a truncated string. */
enum mark { MARK_TRUNCATED, MARK_LENGTH, MARK_HASH, MARK_BOOL, MARK_INT, MARK_VALUE, MARK_COUNT };

struct search {
    const struct heap *h;
    struct node_text text;
    uint32_t mark[MARK_COUNT]; /* string indexes */
    struct u64_map group_of_key;
    struct duplicate_strings *d;
    struct buf name, other; /* of the string at hand, and of a group's first */
};

/* What two strings must have in common besides their names. */
struct cut {
    bool truncated, has_length, has_hash;
    int64_t length, hash;
};

static uint32_t internal_target(const struct heap *h, uint32_t n, uint32_t name)
{
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        if (heap_edge_type(h, e) == EDGE_INTERNAL && heap_edge_name(h, e) == name)
            return heap_edge_to(h, e);
    }
    return NO_NODE;
}

static bool name_is_empty(struct search *s, uint32_t n)
{
    buf_clear(&s->other);
    node_text_put_name(&s->other, &s->text, n, 1);
    return s->other.len == 0;
}

static bool is_flat(struct search *s, uint32_t n)
{
    const struct heap *h = s->h;
    for (uint64_t e = heap_first_edge(h, n), end = heap_first_edge(h, n + 1); e < end; e++) {
        uint32_t name = heap_edge_name(h, e);
        if (heap_edge_type(h, e) == EDGE_INTERNAL &&
            (name == s->text.first || name == s->text.second) &&
            name_is_empty(s, heap_edge_to(h, e)))
            return true;
    }
    return false;
}

static bool is_candidate(struct search *s, uint32_t n)
{
    enum node_type t = heap_type(s->h, n);
    return (t == NODE_STRING || t == NODE_CONS_STRING) && heap_self_bytes(s->h, n) &&
           !(t == NODE_CONS_STRING && is_flat(s, n));
}

/* The text of a number node that is called `kind`: its value is a string node. */
static bool value_of(const struct search *s, uint32_t n, enum mark edge, enum mark kind,
                     struct str *ret)
{
    const struct heap *h = s->h;
    uint32_t number = internal_target(h, n, s->mark[edge]);
    if (number == NO_NODE || heap_type(h, number) != NODE_NUMBER ||
        heap_name_index(h, number) != s->mark[kind])
        return false;
    uint32_t value = internal_target(h, number, s->mark[MARK_VALUE]);
    if (value == NO_NODE)
        return false;
    *ret = heap_name(h, value);
    return true;
}

static bool int_of(const struct search *s, uint32_t n, enum mark edge, int64_t *ret)
{
    char digits[32], *end;
    struct str text;
    if (!value_of(s, n, edge, MARK_INT, &text))
        return false;
    size_t len = min_u64(text.len, sizeof digits - 1);
    memcpy(digits, text.p, len);
    digits[len] = '\0';
    *ret = strtoll(digits, &end, 10);
    return end != digits;
}

static struct cut cut_of(const struct search *s, uint32_t n)
{
    struct cut c = {0};
    struct str truncated;
    if (s->mark[MARK_TRUNCATED] == NO_STRING ||
        !value_of(s, n, MARK_TRUNCATED, MARK_BOOL, &truncated) || !str_equal(truncated, "true"))
        return c;
    c.truncated = true;
    c.has_length = int_of(s, n, MARK_LENGTH, &c.length);
    c.has_hash = int_of(s, n, MARK_HASH, &c.hash);
    return c;
}

static bool is_same(struct search *s, uint32_t n, uint32_t first)
{
    struct cut a = cut_of(s, n), b = cut_of(s, first);
    buf_clear(&s->other);
    node_text_put_name(&s->other, &s->text, first, SIZE_MAX);
    return s->name.len == s->other.len &&
           !memcmp(buf_str(&s->name), buf_str(&s->other), s->name.len) &&
           a.truncated == b.truncated && a.has_length == b.has_length && a.length == b.length &&
           a.has_hash == b.has_hash && a.hash == b.hash;
}

/* The group of n, a new one if n is the first of its kind. */
static bool find_group(struct search *s, uint32_t n, uint32_t *ret_group, struct err *err)
{
    struct column *groups = &s->d->groups;
    struct cut c = cut_of(s, n);
    buf_clear(&s->name);
    node_text_put_name(&s->name, &s->text, n, SIZE_MAX);
    uint64_t key = hash_bytes(buf_str(&s->name), s->name.len);
    if (c.truncated)
        key = mix_u64(mix_u64(key ^ (uint64_t)c.length) + (uint64_t)c.hash);
    for (;; key++) {
        uint32_t *group;
        bool is_new;
        if (!u64_map_put(&s->group_of_key, key, (uint32_t)groups->count, &group, &is_new, err))
            return false;
        *ret_group = *group;
        if (is_new)
            break;
        if (is_same(s, n, ((const struct string_group *)groups->data)[*group].first_node))
            return true;
    }
    if (!column_reserve(groups, 1, err))
        return err_prefix(err, "strings");
    ((struct string_group *)groups->data)[groups->count++] = (struct string_group){.first_node = n};
    return true;
}

static bool group_all(struct search *s, struct err *err)
{
    const struct heap *h = s->h;
    uint32_t *group_of = s->d->group_of.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        uint32_t at;
        if (!is_candidate(s, n))
            continue;
        if (!find_group(s, n, &at, err))
            return false;
        struct string_group *g = &((struct string_group *)s->d->groups.data)[at];
        g->count++;
        g->self_bytes += heap_self_bytes(h, n);
        g->retained_bytes += heap_retained_bytes(h, n);
        g->largest_bytes = max_u64(g->largest_bytes, heap_self_bytes(h, n));
        group_of[n] = at + 1;
    }
    return true;
}

/* Strings that stand alone are no group. */
static bool drop_single(struct search *s, struct err *err)
{
    struct duplicate_strings *d = s->d;
    struct string_group *groups = d->groups.data;
    uint32_t *group_of = d->group_of.data;
    struct column moved = {0};
    if (!column_make(&moved, s->h->store, "strings", 4, d->groups.count + 1, err))
        return false;
    uint32_t *to = moved.data, kept = 0;
    for (uint64_t i = 0; i < d->groups.count; i++) {
        if (groups[i].count < 2)
            continue;
        groups[kept] = groups[i];
        groups[kept].waste_bytes = groups[i].self_bytes - groups[i].largest_bytes;
        to[i + 1] = ++kept;
    }
    for (uint32_t n = 0; n < s->h->node_count; n++)
        group_of[n] = to[group_of[n]];
    d->groups.count = kept;
    column_release(&moved);
    return true;
}

bool duplicate_strings_find(const struct heap *h, struct duplicate_strings *ret, struct err *err)
{
    static const char *const marks[MARK_COUNT] = {"truncated", "length", "hash",
                                                  "bool",      "int",    "value"};
    struct duplicate_strings d = {0};
    struct search s = {.h = h, .d = &d};
    node_text_init(&s.text, h);
    strings_find(&h->strings, marks, MARK_COUNT, s.mark);
    bool ok = u64_map_init(&s.group_of_key, h->store, err) &&
              column_make(&d.groups, h->store, "strings", sizeof(struct string_group), 0, err) &&
              column_make(&d.group_of, h->store, "strings by node", 4, h->node_count, err) &&
              group_all(&s, err) && drop_single(&s, err);
    if (ok && (s.name.failed || s.other.failed))
        ok = err_nomem(err, s.name.len, "strings");
    u64_map_release(&s.group_of_key);
    buf_release(&s.name);
    buf_release(&s.other);
    if (ok)
        *ret = d;
    else
        duplicate_strings_release(&d);
    return ok;
}

void duplicate_strings_release(struct duplicate_strings *d)
{
    column_release(&d->groups);
    column_release(&d->group_of);
}
