/* analyzer/compare and what it stands on: pairs of random heaps against a naive comparison, the
 * real pairs against the DevTools engine's.
 *
 * MORTEM_GRAPHS is the number of random pairs, MORTEM_SEED the first one's seed. The engine's
 * tables lie outside of the checkout, at $MORTEM_SHARED or ../shared; without them they are
 * skipped. Where the engine lost rows that publish one key, the union is added up from its tables
 * of nodes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compare.h"
#include "analyzer/heap_file.h"
#include "analyzer/object_ids.h"
#include "analyzer/passes.h"
#include "analyzer/row_sort.h"
#include "analyzer/utf16.h"
#include "report/dump_diff.h"
#include "tests/unit/heap_from_text.h"
#include "tests/unit/naive_heap.h"
#include "tests/unit/plain_store.h"

#ifdef __SANITIZE_ADDRESS__ /* many times slower */
#define DEFAULT_PAIRS 400
#else
#define DEFAULT_PAIRS 1500
#endif

static bool append_bytes(void *ctx, const char *bytes, size_t len)
{
    buf_append(ctx, bytes, len);
    return true;
}

static void dump(const struct heap *base, const struct heap *current, struct buf *ret)
{
    const struct report_sink sink = {append_bytes, ret};
    struct err err = {0};
    if (!dump_diff(base, current, &sink, &err))
        fail_msg("%s", err.msg);
}

/* -- random pairs -- */

struct naive_change {
    const char *key, *name;
    uint64_t new_count, new_bytes, deleted_count, deleted_bytes;
    uint32_t last_id; /* of the base's nodes */
};

struct naive_diff {
    struct naive_change rows[2 * MODEL_NODES];
    uint32_t count;
};

static const char *name_in_key(const char *key)
{
    for (unsigned commas = *key == ',' ? 1 : 3; commas > 0; key++)
        commas -= *key == ',';
    return key;
}

static struct naive_change *find_change(struct naive_diff *d, const char *key)
{
    for (uint32_t r = 0; r < d->count; r++) {
        if (!strcmp(d->rows[r].key, key))
            return &d->rows[r];
    }
    d->rows[d->count] = (struct naive_change){.key = key};
    return &d->rows[d->count++];
}

static bool has(const struct naive *v, const struct buf *keys, const char *key, uint32_t id)
{
    for (uint32_t n = 0; n < v->m->node_count; n++) {
        if (v->self_bytes[n] && v->m->nodes[n].id == id && !strcmp(buf_str(&keys[n]), key))
            return true;
    }
    return false;
}

static void naive_compare(const struct naive *base, const struct buf *base_keys,
                          const struct naive *current, struct naive_diff *d)
{
    d->count = 0;
    for (uint32_t n = 0; n < base->m->node_count; n++) {
        const char *key = buf_str(&base_keys[n]);
        uint32_t id = base->m->nodes[n].id;
        if (!base->self_bytes[n])
            continue;
        struct naive_change *c = find_change(d, key);
        if (id >= c->last_id) {
            c->last_id = id;
            c->name = name_in_key(buf_str(&base->keys[n]));
        }
        if (!has(current, current->keys, key, id)) {
            c->deleted_count++;
            c->deleted_bytes += base->self_bytes[n];
        }
    }
    for (uint32_t n = 0; n < current->m->node_count; n++) {
        const char *key = buf_str(&current->keys[n]);
        if (!current->self_bytes[n])
            continue;
        struct naive_change *c = find_change(d, key);
        c->name = name_in_key(key);
        if (!has(base, base_keys, key, current->m->nodes[n].id)) {
            c->new_count++;
            c->new_bytes += current->self_bytes[n];
        }
    }
}

static bool comes_before(const struct naive_change *a, const struct naive_change *b)
{
    if (a->new_bytes != b->new_bytes)
        return a->new_bytes > b->new_bytes;
    return utf16_compare((struct str){a->name, strlen(a->name)},
                         (struct str){b->name, strlen(b->name)}) < 0;
}

static void put_naive(struct naive_diff *d, struct buf *b)
{
    for (uint32_t i = 1; i < d->count; i++) { /* stable */
        struct naive_change moved = d->rows[i];
        uint32_t k = i;
        for (; k > 0 && comes_before(&moved, &d->rows[k - 1]); k--)
            d->rows[k] = d->rows[k - 1];
        d->rows[k] = moved;
    }
    buf_puts(b, "name\tclassKey\tnew\tdeleted\tdelta\tallocSize\tfreedSize\tsizeDelta\n");
    for (uint32_t i = 0; i < d->count; i++) {
        const struct naive_change *c = &d->rows[i];
        if (!c->new_count && !c->deleted_count)
            continue;
        utf16_put_json(b, (struct str){c->name, strlen(c->name)});
        buf_putc(b, '\t');
        utf16_put_json(b, (struct str){c->key, strlen(c->key)});
        buf_printf(b, "\t%llu\t%llu\t%lld\t%llu\t%llu\t%lld\n", (unsigned long long)c->new_count,
                   (unsigned long long)c->deleted_count,
                   (long long)(c->new_count - c->deleted_count), (unsigned long long)c->new_bytes,
                   (unsigned long long)c->deleted_bytes,
                   (long long)(c->new_bytes - c->deleted_bytes));
    }
}

struct random_side {
    struct model m;
    struct naive v;
    struct heap h;
};

static void make_side(struct random_side *s, unsigned long long seed)
{
    struct buf text = {0};
    struct err err = {0};
    model_make(&s->m, seed);
    model_write(&s->m, seed, &text);
    if (!heap_from_text(text.data, text.len, false, &s->h, &err) ||
        !heap_analyze(&s->h, NULL, &err))
        fail_msg("MORTEM_SEED=%llu: %s", seed, err.msg);
    naive_compute(&s->v, &s->m);
    buf_release(&text);
}

static void release_side(struct random_side *s)
{
    heap_release(&s->h);
    naive_release(&s->v);
    model_release(&s->m);
}

static void check_pair(unsigned long long seed)
{
    static struct random_side base, current;
    static struct naive_diff d;
    struct buf keys[MODEL_NODES] = {0}, expected = {0}, found = {0};
    make_side(&base, seed);
    make_side(&current, seed + 1);
    naive_keys_under(&base.v, &current.v, keys);
    naive_compare(&base.v, keys, &current.v, &d);
    put_naive(&d, &expected);
    dump(&base.h, &current.h, &found);
    if (strcmp(buf_str(&expected), buf_str(&found)))
        fail_msg("MORTEM_SEED=%llu:\nexpected\n%s\nfound\n%s", seed, buf_str(&expected),
                 buf_str(&found));
    for (uint32_t n = 0; n < MODEL_NODES; n++)
        buf_release(&keys[n]);
    buf_release(&expected);
    buf_release(&found);
    release_side(&base);
    release_side(&current);
}

static void test_random_pairs(void **state)
{
    (void)state;
    const char *graphs = getenv("MORTEM_GRAPHS"), *seed = getenv("MORTEM_SEED");
    unsigned long long first = seed ? strtoull(seed, NULL, 10) : 0;
    unsigned long long count = graphs ? strtoull(graphs, NULL, 10) : seed ? 1 : DEFAULT_PAIRS;
    for (unsigned long long i = 0; i < count; i++)
        check_pair(first + i);
}

/* -- the engine's comparisons -- */

struct lines {
    struct buf text;
    char *all[4096];
    size_t count;
};

static void cut_lines(struct lines *l)
{
    l->count = 0;
    for (char *p = l->text.data; p && *p; l->count++) {
        assert_true(l->count < ARRAY_LEN(l->all));
        l->all[l->count] = p;
        p = strchr(p, '\n');
        if (p)
            *p++ = '\0';
    }
}

static void read_file(const char *path, struct buf *text)
{
    static char bytes[65536];
    struct input *in = NULL;
    struct err err = {0};
    size_t len = 1;
    if (!input_open(path, &in, &err))
        fail_msg("%s", err.msg);
    while (len) {
        if (!input_read(in, bytes, sizeof bytes, &len, &err))
            fail_msg("%s", err.msg);
        buf_append(text, bytes, len);
    }
    input_close(in);
}

/* Of a table's line the cell at `column`, up to the next tab. */
static struct str cell(const char *line, size_t column)
{
    for (; column > 0; column--)
        line = strchr(line, '\t') + 1;
    return (struct str){line, strcspn(line, "\t\n")};
}

/* A class's objects in the engine's table of nodes, each with its id. */
struct object {
    uint32_t id;
    uint64_t self;
};

struct objects {
    struct object *all;
    size_t count;
};

static void class_objects(const char *stem, const char *side, struct str key, struct objects *ret)
{
    enum { ID = 1, SELF = 3, CLASS_KEY = 13 };
    char path[1024];
    struct buf text = {0};
    snprintf(path, sizeof path, "%s.%s.nodes.devtools.tsv.zst", stem, side);
    read_file(path, &text);
    *ret = (struct objects){.all = calloc(200000, sizeof *ret->all)};
    for (const char *p = strchr(text.data, '\n') + 1; *p; p = strchr(p, '\n') + 1) {
        struct str own = cell(p, CLASS_KEY);
        uint64_t self = strtoull(cell(p, SELF).p, NULL, 10);
        if (!self || own.len != key.len || memcmp(own.p, key.p, key.len))
            continue;
        assert_true(ret->count < 200000);
        ret->all[ret->count++] = (struct object){(uint32_t)strtoul(cell(p, ID).p, NULL, 10), self};
    }
    buf_release(&text);
}

static void count_missing(const struct objects *of, const struct objects *in, uint64_t *ret_count,
                          uint64_t *ret_bytes)
{
    *ret_count = *ret_bytes = 0;
    for (size_t i = 0; i < of->count; i++) {
        size_t k = 0;
        while (k < in->count && in->all[k].id != of->all[i].id)
            k++;
        *ret_count += k == in->count;
        *ret_bytes += k == in->count ? of->all[i].self : 0;
    }
}

/* What the row would be if the engine had not lost a part of the class; not for plain objects,
 * which the base's table of nodes names by its own interfaces. */
static void check_union(const char *stem, const char *line)
{
    struct objects base, current;
    struct str key = cell(line, 1);
    uint64_t added, added_bytes, deleted, deleted_bytes;
    char expected[256];
    assert_false(str_starts_with(key, "\",{") || str_equal(key, "\",Object\""));
    class_objects(stem, "a", key, &base);
    class_objects(stem, "b", key, &current);
    count_missing(&current, &base, &added, &added_bytes);
    count_missing(&base, &current, &deleted, &deleted_bytes);
    snprintf(expected, sizeof expected, "%llu\t%llu\t%lld\t%llu\t%llu\t%lld",
             (unsigned long long)added, (unsigned long long)deleted, (long long)(added - deleted),
             (unsigned long long)added_bytes, (unsigned long long)deleted_bytes,
             (long long)(added_bytes - deleted_bytes));
    assert_string_equal(expected, cell(line, 2).p);
    free(base.all);
    free(current.all);
}

static bool is_same_line(const struct lines *l, size_t i, const char *line)
{
    return i < l->count && !strcmp(l->all[i], line);
}

static void test_engine_pair(void **state)
{
    static struct lines expected, found;
    const char *file = *state;
    char stem[512], path[1024];
    struct heap h[2];
    struct err err = {0};
    const struct heap_load_options o = {0};
    size_t at = 0, lost = 0;
    snprintf(stem, sizeof stem, "%.*s", (int)(strlen(file) - strlen(".diff.devtools.tsv")), file);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s.%c.heapsnapshot.zst", stem, 'a' + i);
        if (!heap_of_file(path, &o, &h[i], NULL, &err))
            fail_msg("%s", err.msg);
    }
    read_file(file, &expected.text);
    dump(&h[0], &h[1], &found.text);
    cut_lines(&expected);
    cut_lines(&found);
    for (size_t i = 0; i < found.count; i++) {
        if (is_same_line(&expected, at, found.all[i])) {
            at++;
            continue;
        }
        check_union(stem, found.all[i]);
        lost++;
        /* A part of the row may be there. */
        if (at < expected.count) {
            struct str a = cell(expected.all[at], 1), b = cell(found.all[i], 1);
            at += a.len == b.len && !memcmp(a.p, b.p, a.len);
        }
    }
    assert_int_equal(at, expected.count);
    print_message("%s: %zu rows, %zu of them lost by the engine\n", stem, found.count - 1, lost);
    heap_release(&h[0]);
    heap_release(&h[1]);
    buf_release(&expected.text);
    buf_release(&found.text);
    expected = found = (struct lines){0};
}

/* -- sorting -- */

static bool number_precedes(const void *ctx, uint32_t a, uint32_t b)
{
    const uint32_t *keys = ctx;
    return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
}

static void test_row_sort(void **state)
{
    (void)state;
    uint64_t x = 7;
    for (uint32_t count = 0; count < 70; count++) {
        uint32_t keys[70], rows[70];
        for (uint32_t i = 0; i < count; i++) {
            keys[i] = random_below(&x, 20);
            rows[i] = i;
        }
        rows_sort(rows, count, number_precedes, keys);
        for (uint32_t i = 1; i < count; i++)
            assert_true(number_precedes(keys, rows[i - 1], rows[i]));
    }
}

static void test_object_ids(void **state)
{
    (void)state;
    enum { NODES = 5000 };
    static uint32_t ids[NODES], rows[NODES];
    struct heap h = {.node_count = NODES, .node_id = {.data = ids}};
    struct column sorted = {0};
    struct err err = {0};
    uint64_t x = 3;
    size_t counted = 0;
    assert_true(store_new(NULL, &h.store, &err));
    for (uint32_t i = 0; i < NODES; i++) {
        ids[i] = random_below(&x, 4) ? random_below(&x, 3000) : UINT32_MAX - random_below(&x, 50);
        rows[i] = random_below(&x, 5) ? random_below(&x, 5000) : NO_ROW;
        counted += rows[i] != NO_ROW;
    }
    assert_true(object_ids_sort(&h, rows, &sorted, &err));
    assert_int_equal(sorted.count, counted);
    const struct object_id *o = sorted.data;
    for (size_t i = 1; i < counted; i++) {
        uint32_t p = rows[o[i - 1].node], q = rows[o[i].node];
        assert_true(p != q                   ? p < q
                    : o[i - 1].id != o[i].id ? o[i - 1].id < o[i].id
                                             : o[i - 1].node < o[i].node);
    }
    column_release(&sorted);
    store_free(h.store);
}

static size_t find_engine_pairs(glob_t *found)
{
    const char *shared = getenv("MORTEM_SHARED");
    char pattern[1024];
    snprintf(pattern, sizeof pattern, "%s/data/heaps/*.diff.devtools.tsv",
             shared ? shared : "../shared");
    if (glob(pattern, 0, NULL, found) == 0)
        return found->gl_pathc;
    printf("skip the engine's comparisons: none at %s\n", pattern);
    return 0;
}

int main(void)
{
    const struct CMUnitTest own[] = {
        cmocka_unit_test(test_random_pairs),
        cmocka_unit_test(test_row_sort),
        cmocka_unit_test(test_object_ids),
    };
    glob_t found = {0};
    size_t pairs = find_engine_pairs(&found);
    struct CMUnitTest *tests = calloc(ARRAY_LEN(own) + pairs, sizeof *tests);
    memcpy(tests, own, sizeof own);
    for (size_t i = 0; i < pairs; i++)
        tests[ARRAY_LEN(own) + i] = (struct CMUnitTest){.name = strrchr(found.gl_pathv[i], '/') + 1,
                                                        .test_func = test_engine_pair,
                                                        .initial_state = found.gl_pathv[i]};
    int failed = _cmocka_run_group_tests("compare", tests, ARRAY_LEN(own) + pairs, NULL, NULL);
    free(tests);
    globfree(&found);
    return failed;
}
