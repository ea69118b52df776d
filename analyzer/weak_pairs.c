/* WeakMap entries: see weak_pairs.h. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "analyzer/weak_pairs.h"

#include "analyzer/passes.h"

#include "base/u64_map.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

/* DevTools' pattern; its dot stops at JavaScript's line ends, here in UTF-8. */
#define ANY "(?:(?!\\xe2\\x80[\\xa8\\xa9])[^\\r\\n])*?"
static const char pattern[] = "^\\d+( / part of key \\(" ANY " @\\d+\\) -> value \\(" ANY
                              " @\\d+\\) pair in WeakMap \\(table @(\\d+)\\))\\z";

struct finder {
    pcre2_code *code;
    pcre2_match_data *match;
    struct u64_map pair_of; /* hash of the text behind the number -> pair */
};

static bool finder_init(struct finder *f, const struct heap *h, struct err *err)
{
    int code;
    PCRE2_SIZE at;
    f->code = pcre2_compile((PCRE2_SPTR)pattern, sizeof pattern - 1, 0, &code, &at, NULL);
    if (f->code)
        f->match = pcre2_match_data_create_from_pattern(f->code, NULL);
    if (!f->match)
        return err_nomem(err, 0, "the pattern of WeakMap entries");
    pcre2_jit_compile(f->code, PCRE2_JIT_COMPLETE);
    return u64_map_init(&f->pair_of, h->store, err);
}

static void finder_release(struct finder *f)
{
    pcre2_match_data_free(f->match);
    pcre2_code_free(f->code);
    u64_map_release(&f->pair_of);
}

static bool may_be_name(struct str s)
{
    static const char word[] = ") pair in WeakMap (table @";
    if (s.len < sizeof word || s.p[s.len - 1] != ')' || s.p[0] < '0' || s.p[0] > '9')
        return false;
    return memmem(s.p, s.len, word, sizeof word - 1) != NULL;
}

/* A table's id fits 64 bits with room; a longer one is no id of this heap. */
static uint64_t parse_id(const char *p, const char *end)
{
    uint64_t id = 0;
    if (end - p > 18)
        return UINT64_MAX;
    for (; p < end; p++)
        id = id * 10 + (uint64_t)(*p - '0');
    return id;
}

/* Some thousand bytes, more than V8 writes, are too much for the compiled pattern; not for the
 * interpreter. */
static bool matches(const struct finder *f, struct str s)
{
    int rc = pcre2_match(f->code, (PCRE2_SPTR)s.p, s.len, 0, 0, f->match, NULL);
    if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
        rc = pcre2_match(f->code, (PCRE2_SPTR)s.p, s.len, 0, PCRE2_NO_JIT, f->match, NULL);
    return rc > 0;
}

static bool add_if_pair(struct weak_pairs *w, struct finder *f, uint32_t string, struct str s,
                        struct err *err)
{
    uint32_t *pair;
    bool is_new;
    if (!matches(f, s))
        return true;
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(f->match);
    uint64_t key = hash_bytes(s.p + at[2], at[3] - at[2]);
    if (!u64_map_put(&f->pair_of, key, w->pair_count, &pair, &is_new, err) ||
        !column_reserve(&w->pairs, 1, err))
        return false;
    w->pair_count += is_new;
    ((struct weak_pair *)w->pairs.data)[w->pairs.count++] = (struct weak_pair){
        .string = string,
        .pair = *pair,
        .table_id = parse_id(s.p + at[4], s.p + at[5]),
    };
    return true;
}

static bool mark_names(struct weak_pairs *w, struct err *err)
{
    const struct weak_pair *pairs = w->pairs.data;
    if (!w->pairs.count)
        return true;
    w->is_name = calloc(w->string_count / 8 + 1, 1);
    if (!w->is_name)
        return err_nomem(err, w->string_count / 8 + 1, "the names of WeakMap entries");
    for (uint64_t i = 0; i < w->pairs.count; i++)
        w->is_name[pairs[i].string >> 3] |= (uint8_t)(1u << (pairs[i].string & 7));
    return true;
}

bool weak_pairs_find(const struct heap *h, struct weak_pairs *ret, struct err *err)
{
    struct weak_pairs w = {.string_count = strings_count(&h->strings)};
    struct finder f = {0};
    bool ok = finder_init(&f, h, err) &&
              column_make(&w.pairs, h->store, "WeakMap entries", sizeof(struct weak_pair), 0, err);
    for (uint32_t i = 0; ok && i < w.string_count; i++) {
        struct str s = strings_get(&h->strings, i);
        ok = !may_be_name(s) || add_if_pair(&w, &f, i, s, err);
    }
    ok = ok && mark_names(&w, err);
    finder_release(&f);
    if (!ok) {
        weak_pairs_release(&w);
        return false;
    }
    *ret = w;
    return true;
}

/* Most edges are told by their target alone: the labels of the others are looked at once, in order,
 * and not at random by the passes. */
bool pass_special_edges(struct heap *h, struct weak_pairs *ret, struct err *err)
{
    if (!weak_pairs_find(h, ret, err))
        return false;
    uint32_t *edges = h->edge_to.data;
    for (uint64_t e = 0; e < h->edge_count; e++) {
        column_sweep(&h->edge_label, e);
        column_sweep(&h->edge_to, e);
        if (UNLIKELY(heap_edge_type(h, e) == EDGE_WEAK || weak_pair_of(ret, h, e)))
            edges[e] |= EDGE_SPECIAL;
    }
    return true;
}

void weak_pairs_release(struct weak_pairs *w)
{
    column_release(&w->pairs);
    free(w->is_name);
    w->is_name = NULL;
}

const struct weak_pair *weak_pairs_lookup(const struct weak_pairs *w, uint32_t string)
{
    const struct weak_pair *p = w->pairs.data;
    uint64_t low = 0, high = w->pairs.count;
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        if (p[mid].string < string)
            low = mid + 1;
        else
            high = mid;
    }
    return low < w->pairs.count && p[low].string == string ? &p[low] : NULL;
}
