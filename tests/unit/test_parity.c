/* Parity: every column of every node and every class row of the real snapshots equals what the
 * DevTools engine says about the same file (`shared/data/heaps`, made by `shared/tools/devtools`).
 *
 * One exception: where the engine loses class rows because two classes publish the same key, the
 * row must be the union, which is added up here from the engine's own table of nodes. The snapshots
 * lie outside of the checkout, at $MORTEM_SHARED or ../shared; without them nothing is tested.
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

#include "analyzer/classes.h"
#include "analyzer/heap_load.h"
#include "analyzer/passes.h"
#include "analyzer/retainers.h"
#include "base/buf.h"
#include "base/input.h"
#include "parsers/json_strings.h"
#include "tests/unit/heap_from_text.h"

#define COLUMNS_MAX 24

/* A table of tab-separated values that is read line by line, its text cut up in place. */
struct table {
    struct buf text;
    char *next;
    size_t columns;
    char *names[COLUMNS_MAX];
    char *cells[COLUMNS_MAX];
};

/* A class as the engine's table of nodes makes it. */
struct row {
    char *key;
    uint64_t count, shallow, retained;
    int64_t distance;
};

struct sample {
    const char *path;
    size_t stem; /* of the path, without the endings */
    struct heap h;
    struct row *rows; /* by our row */
    uint64_t *self;   /* by node, the engine's */
    uint32_t *dominator;
    size_t differences;
    size_t lost_rows;
};

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

static size_t cut_line(struct table *t, char **cells)
{
    size_t count = 0;
    char *line = t->next;
    t->next = strchr(line, '\n');
    if (t->next)
        *t->next++ = '\0';
    for (char *tab = line; tab && count < COLUMNS_MAX; line = tab + 1) {
        tab = strchr(line, '\t');
        if (tab)
            *tab = '\0';
        cells[count++] = line;
        if (!tab)
            break;
    }
    return count;
}

static void table_open(struct table *t, const struct sample *s, const char *ending)
{
    char path[1024];
    *t = (struct table){0};
    snprintf(path, sizeof path, "%.*s.%s", (int)s->stem, s->path, ending);
    read_file(path, &t->text);
    buf_putc(&t->text, '\0');
    t->next = t->text.data;
    t->columns = cut_line(t, t->names);
}

static bool table_next(struct table *t)
{
    if (!t->next || !*t->next)
        return false;
    assert_int_equal(cut_line(t, t->cells), t->columns);
    return true;
}

static const char *cell(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->columns; i++) {
        if (!strcmp(t->names[i], name))
            return t->cells[i];
    }
    fail_msg("no column %s", name);
    return "";
}

static int64_t number(const struct table *t, const char *name)
{
    return strtoll(cell(t, name), NULL, 10);
}

static bool append_piece(void *ctx, const char *bytes, size_t len, bool last, struct err *err)
{
    (void)last, (void)err;
    buf_append(ctx, bytes, len);
    return true;
}

/* The text of a cell that is a JSON string. */
static void decode(const struct table *t, const char *name, struct buf *ret)
{
    const char *text = cell(t, name);
    const uint8_t *p = (const uint8_t *)text;
    struct err err = {0};
    struct json_strings js = {.piece = append_piece, .ctx = ret};
    buf_clear(ret);
    assert_int_equal(json_strings_scan(&js, &p, p + strlen(text), &err), STRINGS_MORE);
}

static void differ(struct sample *s, const char *what, uint64_t at, const char *expected,
                   const char *found)
{
    if (s->differences++ < 10)
        print_error("%s: %s of %llu: expected %s, found %s\n", s->path, what,
                    (unsigned long long)at, expected, found);
}

static void compare(struct sample *s, const char *what, uint64_t at, int64_t expected,
                    int64_t found)
{
    char a[32], b[32];
    if (expected == found)
        return;
    snprintf(a, sizeof a, "%lld", (long long)expected);
    snprintf(b, sizeof b, "%lld", (long long)found);
    differ(s, what, at, a, b);
}

static void put_key(const struct heap *h, uint32_t r, struct buf *b)
{
    const struct class_info *row = class_row(h, r);
    struct str name = strings_get(&h->strings, row->name);
    buf_clear(b);
    if (row->has_location)
        buf_printf(b, "%u,%u,%u", row->script_id, row->line, row->column);
    buf_putc(b, ',');
    buf_append(b, name.p, name.len);
}

static void compare_node(struct sample *s, const struct table *t, uint32_t n)
{
    const struct heap *h = &s->h;
    compare(s, "ord", n, number(t, "ord"), n);
    compare(s, "id", n, number(t, "id"), heap_id(h, n));
    compare(s, "self", n, number(t, "self"), (int64_t)heap_self_bytes(h, n));
    compare(s, "retained", n, number(t, "retained"), (int64_t)heap_retained_bytes(h, n));
    compare(s, "distance", n, number(t, "distance"), heap_distance(h, n));
    compare(s, "detached", n, number(t, "detached"), heap_flags(h, n) & FLAG_DETACHEDNESS);
    compare(s, "dom", n, number(t, "dom"), heap_dominator(h, n));
    compare(s, "edges", n, number(t, "edges"),
            (int64_t)(heap_first_edge(h, n + 1) - heap_first_edge(h, n)));
    compare(s, "retainers", n, number(t, "retainers"), (int64_t)heap_retainer_count(h, n));
    if (strcmp(cell(t, "type"), h->node_type_names[heap_type(h, n)]))
        differ(s, "type", n, cell(t, "type"), h->node_type_names[heap_type(h, n)]);
}

static void compare_class(struct sample *s, const struct table *t, uint32_t n, struct buf *scratch)
{
    struct str name = heap_class_name(&s->h, n);
    struct row *row = &s->rows[heap_class(&s->h, n)];
    decode(t, "class", scratch);
    if (scratch->len != name.len || memcmp(buf_str(scratch), name.p, name.len))
        differ(s, "class", n, buf_str(scratch), "another name");
    decode(t, "classKey", scratch);
    if (strcmp(buf_str(scratch), row->key))
        differ(s, "classKey", n, buf_str(scratch), row->key);
    if (!s->self[n])
        return;
    row->count++;
    row->shallow += s->self[n];
    if (row->count == 1 || number(t, "distance") < row->distance)
        row->distance = number(t, "distance");
}

static void compare_nodes(struct sample *s)
{
    struct table t;
    struct buf scratch = {0};
    uint32_t n = 0;
    table_open(&t, s, "nodes.devtools.tsv.zst");
    for (; table_next(&t) && n < s->h.node_count; n++) {
        s->self[n] = (uint64_t)number(&t, "self");
        s->dominator[n] = (uint32_t)number(&t, "dom");
        compare_node(s, &t, n);
        compare_class(s, &t, n, &scratch);
    }
    compare(s, "nodes", 0, n, s->h.node_count);
    assert_false(table_next(&t));
    buf_release(&t.text);
    buf_release(&scratch);
}

/* Of the nodes with a size those count that have none of their class over them. */
static void add_up_retained(struct sample *s)
{
    const struct heap *h = &s->h;
    for (uint32_t n = 0; n < h->node_count; n++) {
        uint32_t up = n;
        bool covered = !s->self[n];
        while (!covered && up != h->root) {
            up = s->dominator[up];
            covered = s->self[up] && heap_class(h, up) == heap_class(h, n);
        }
        if (!covered)
            s->rows[heap_class(h, n)].retained += heap_retained_bytes(h, n);
    }
}

static void compare_rows(struct sample *s)
{
    for (uint32_t r = 0; r < class_count(&s->h); r++) {
        const struct class_info *ours = class_row(&s->h, r);
        const struct row *row = &s->rows[r];
        compare(s, "class count", r, (int64_t)row->count, (int64_t)ours->count);
        compare(s, "class shallow", r, (int64_t)row->shallow, (int64_t)ours->shallow_bytes);
        compare(s, "class retained", r, (int64_t)row->retained, (int64_t)ours->retained_bytes);
        if (row->count)
            compare(s, "class distance", r, row->distance, ours->distance);
        for (uint32_t other = 0; other < r; other++) {
            if (!strcmp(s->rows[other].key, row->key))
                differ(s, "class", r, "one row", row->key);
        }
    }
}

/* The engine's own table: the same rows, but for those of which it lost a part. */
static void compare_published_rows(struct sample *s)
{
    struct table t;
    struct buf key = {0};
    uint32_t rows = 0, published = 0;
    for (uint32_t r = 0; r < class_count(&s->h); r++)
        rows += s->rows[r].count > 0;
    table_open(&t, s, "classes.devtools.tsv.zst");
    for (; table_next(&t); published++) {
        uint32_t r = 0;
        decode(&t, "classKey", &key);
        while (r < class_count(&s->h) && strcmp(s->rows[r].key, buf_str(&key)))
            r++;
        if (r == class_count(&s->h)) {
            differ(s, "class", published, buf_str(&key), "no such row");
            continue;
        }
        if (number(&t, "count") < (int64_t)s->rows[r].count) {
            s->lost_rows++;
            continue;
        }
        compare(s, "published count", r, number(&t, "count"), (int64_t)s->rows[r].count);
        compare(s, "published shallow", r, number(&t, "shallow"), (int64_t)s->rows[r].shallow);
        compare(s, "published retained", r, number(&t, "retained"), (int64_t)s->rows[r].retained);
        compare(s, "published distance", r, number(&t, "distance"), s->rows[r].distance);
    }
    compare(s, "number of classes", 0, published, rows);
    buf_release(&t.text);
    buf_release(&key);
}

static void compare_total(struct sample *s)
{
    char path[1024];
    struct buf text = {0};
    snprintf(path, sizeof path, "%.*s.stats.devtools.json", (int)s->stem, s->path);
    read_file(path, &text);
    const char *total = strstr(buf_str(&text), "\"total\":");
    assert_non_null(total);
    compare(s, "total", 0, strtoll(total + 8, NULL, 10), (int64_t)heap_total_bytes(&s->h));
    buf_release(&text);
}

static void load(struct sample *s, bool yajl, struct heap *ret)
{
    const struct heap_load_options options = {.yajl = yajl};
    struct input *in = NULL;
    struct err err = {0};
    if (!input_open(s->path, &in, &err) || !heap_load(in, &options, ret, NULL, &err))
        fail_msg("%s", err.msg);
    assert_true(ret->complete);
    input_close(in);
}

static void test_sample(void **state)
{
    struct sample s = {.path = *state};
    struct heap other;
    const char *what = "";
    struct err err = {0};
    struct buf key = {0};
    s.stem = strlen(s.path) - strlen(".heapsnapshot.zst"); /* .heaptimeline is as long */
    load(&s, true, &other);
    load(&s, false, &s.h);
    if (!heap_same_as_loaded(&s.h, &other, &what))
        fail_msg("%s: the readers differ in %s", s.path, what);
    heap_release(&other);
    if (!heap_analyze(&s.h, NULL, &err))
        fail_msg("%s", err.msg);
    s.rows = calloc(class_count(&s.h), sizeof *s.rows);
    s.self = calloc(s.h.node_count, sizeof *s.self);
    s.dominator = calloc(s.h.node_count, sizeof *s.dominator);
    for (uint32_t r = 0; r < class_count(&s.h); r++) {
        put_key(&s.h, r, &key);
        s.rows[r].key = strdup(buf_str(&key));
    }
    compare_nodes(&s);
    add_up_retained(&s);
    compare_rows(&s);
    compare_published_rows(&s);
    compare_total(&s);
    print_message("%s: %u nodes, %u classes, %zu rows lost by the engine, %zu differences\n",
                  s.path, s.h.node_count, class_count(&s.h), s.lost_rows, s.differences);
    for (uint32_t r = 0; r < class_count(&s.h); r++)
        free(s.rows[r].key);
    free(s.rows);
    free(s.self);
    free(s.dominator);
    heap_release(&s.h);
    buf_release(&key);
    assert_int_equal(s.differences, 0);
}

int main(void)
{
    const char *shared = getenv("MORTEM_SHARED");
    char pattern[1024];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/data/heaps/*.heap*.zst", shared ? shared : "../shared");
    if (glob(pattern, 0, NULL, &found)) {
        printf("skip parity: no snapshots at %s\n", pattern);
        return 0;
    }
    struct CMUnitTest *tests = calloc(found.gl_pathc, sizeof *tests);
    for (size_t i = 0; i < found.gl_pathc; i++)
        tests[i] = (struct CMUnitTest){.name = strrchr(found.gl_pathv[i], '/') + 1,
                                       .test_func = test_sample,
                                       .initial_state = found.gl_pathv[i]};
    int failed = _cmocka_run_group_tests("parity", tests, found.gl_pathc, NULL, NULL);
    free(tests);
    globfree(&found);
    return failed;
}
