/* Dumps: small ones to the byte, and those of the real snapshots against the tables that the
 * DevTools engine wrote (`shared/data/heaps`, outside of the checkout: skipped where absent).
 */
#include "report/dump.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#include "analyzer/heap_file.h"
#include "tests/unit/browse_heap.h"

static bool take(void *ctx, const char *bytes, size_t len)
{
    buf_append(ctx, bytes, len);
    return true;
}

static bool refuse(void *ctx, const char *bytes, size_t len)
{
    (void)ctx, (void)bytes, (void)len;
    return false;
}

static const struct dump *find_dump(const char *name)
{
    for (size_t i = 0; dump_choice(i); i++) {
        if (strcmp(dump_choice(i), name) == 0)
            return &dumps[i];
    }
    fail_msg("no dump %s", name);
    return NULL;
}

static void dump(const struct heap *h, const char *name, struct buf *ret)
{
    const struct dump_input in = {.heap = h};
    const struct report_sink sink = {take, ret};
    struct err err;
    buf_clear(ret);
    if (!find_dump(name)->write(&in, &sink, &err))
        fail_msg("%s", err.msg);
}

/* -- by hand -- */

static void make_heap(struct heap *ret)
{
    struct sketch *s = calloc(1, sizeof *s);
    uint32_t root = sketch_node(s, NODE_SYNTHETIC, "", 0);
    uint32_t object = sketch_node(s, NODE_OBJECT, "Object", 16);
    sketch_edge(s, root, EDGE_SHORTCUT, "global", object);
    sketch_edge(s, object, EDGE_PROPERTY, "a,b", sketch_node(s, NODE_STRING, "tab\tquote\"", 24));
    sketch_edge(s, object, EDGE_PROPERTY, "f", sketch_node(s, NODE_CLOSURE, "\xC3\xBC", 64));
    sketch_finish(s, ret);
}

static void test_small(void **state)
{
    (void)state;
    struct heap h;
    struct buf b = {0};
    make_heap(&h);
    dump(&h, "nodes", &b);
    assert_string_equal(
        buf_str(&b),
        "ord\tid\ttype\tself\tretained\tdistance\tdetached\tdom\tedges\tretainers\tclass\tclassKey"
        "\t"
        "name\n"
        "0\t1\tsynthetic\t0\t104\t100000000\t0\t0\t1\t0\t\"(synthetic)\"\t\",(synthetic)\"\t\"\"\n"
        "1\t3\tobject\t16\t104\t1\t0\t0\t2\t1\t\"Object\"\t\",Object\"\t\"{\\\"a,b\\\", f}\"\n"
        "2\t5\tstring\t24\t24\t2\t0\t1\t0\t1\t\"(string)\"\t\",(string)\"\t\"tab\\tquote\\\"\"\n"
        "3\t7\tclosure\t64\t64\t2\t0\t1\t0\t1\t\"Function\"\t\",Function\"\t\"\xC3\xBC\"\n");
    dump(&h, "classes", &b);
    assert_string_equal(buf_str(&b), "name\tclassKey\tcount\tdistance\tshallow\tretained\n"
                                     "\"Object\"\t\",Object\"\t1\t1\t16\t104\n"
                                     "\"Function\"\t\",Function\"\t1\t2\t64\t64\n"
                                     "\"(string)\"\t\",(string)\"\t1\t2\t24\t24\n");
    dump(&h, "stats", &b);
    assert_string_equal(
        buf_str(&b), "{\n \"total\": 104,\n \"native\": {\n  \"total\": 0,\n  \"typedArrays\": "
                     "0\n },\n \"v8heap\": {\n  \"total\": 104,\n  \"code\": 0,\n  \"jsArrays\": "
                     "0,\n  \"strings\": 24,\n  \"system\": 0\n }\n}\n");
    buf_release(&b);
    heap_release(&h);
}

static void test_sink_refuses(void **state)
{
    (void)state;
    struct heap h;
    make_heap(&h);
    const struct dump_input in = {.heap = &h, .base = &h};
    const struct report_sink sink = {refuse, NULL};
    for (size_t i = 0; dump_choice(i); i++) {
        struct err err = {0};
        assert_false(dumps[i].write(&in, &sink, &err));
        assert_int_equal(err.code, ERR_RESOURCE);
    }
    heap_release(&h);
}

/* -- the engine's -- */

static void read_table(const char *snapshot, const char *ending, struct buf *ret)
{
    static char bytes[65536];
    char path[1024];
    struct input *in = NULL;
    struct err err = {0};
    size_t len = 1, stem = strlen(snapshot) - strlen(".heapsnapshot.zst"); /* .heaptimeline too */
    buf_clear(ret);
    snprintf(path, sizeof path, "%.*s.%s", (int)stem, snapshot, ending);
    if (!input_open(path, &in, &err))
        fail_msg("%s", err.msg);
    while (len) {
        if (!input_read(in, bytes, sizeof bytes, &len, &err))
            fail_msg("%s", err.msg);
        buf_append(ret, bytes, len);
    }
    input_close(in);
}

/* The line at *at, which moves behind it; "" at the end. */
static struct str next_line(const char **at)
{
    const char *begin = *at, *end = strchr(begin, '\n');
    *at = end ? end + 1 : begin + strlen(begin);
    return (struct str){begin, (size_t)(*at - begin)};
}

/* From the start of a line to its cell `column`. */
static size_t cell_offset(struct str line, unsigned column)
{
    size_t at = 0;
    for (; column > 0 && at < line.len; at++)
        column -= line.p[at] == '\t';
    return at;
}

/* The engine's lines have two columns more, the eleventh and twelfth. */
static void compare_nodes(const char *path, const char *ours, const char *theirs)
{
    for (unsigned line = 1; *ours || *theirs; line++) {
        struct str a = next_line(&ours), b = next_line(&theirs);
        size_t front = cell_offset(b, 10), back = cell_offset(b, 12);
        if (a.len != front + b.len - back || memcmp(a.p, b.p, front) ||
            memcmp(a.p + front, b.p + back, b.len - back))
            fail_msg("%s: nodes: line %u: expected %.*s found %.*s", path, line, (int)b.len, b.p,
                     (int)a.len, a.p);
    }
}

/* Where the engine lost a row its line has our name and key, and counts less. */
static bool is_part_of(struct str ours, struct str theirs)
{
    size_t key = cell_offset(ours, 2);
    return key == cell_offset(theirs, 2) && !memcmp(ours.p, theirs.p, key) &&
           strtoull(ours.p + key, NULL, 10) > strtoull(theirs.p + key, NULL, 10);
}

static bool has_part(const char *theirs, struct str ours)
{
    while (*theirs) {
        if (is_part_of(ours, next_line(&theirs)))
            return true;
    }
    return false;
}

static bool has_whole(const char *ours, struct str theirs)
{
    while (*ours) {
        if (is_part_of(next_line(&ours), theirs))
            return true;
    }
    return false;
}

/* The same lines in the same order, but for those, which may stand at two places. */
static void compare_classes(const char *path, const char *ours, const char *theirs)
{
    const char *a = ours, *b = theirs;
    unsigned lost = 0;
    while (*a || *b) {
        const char *next_a = a, *next_b = b;
        struct str x = next_line(&next_a), y = next_line(&next_b);
        bool same = x.len == y.len && !memcmp(x.p, y.p, x.len);
        bool whole = !same && has_part(theirs, x);
        if (!same && !whole && !has_whole(ours, y))
            fail_msg("%s: classes: expected %.*s found %.*s", path, (int)y.len, y.p, (int)x.len,
                     x.p);
        lost += whole;
        a = same || whole ? next_a : a;
        b = whole ? b : next_b;
    }
    print_message("%s: %u class rows lost by the engine\n", path, lost);
}

static void test_sample(void **state)
{
    const char *path = *state;
    const struct heap_load_options o = {0};
    struct heap h;
    struct err err;
    struct buf ours = {0}, theirs = {0};
    if (!heap_of_file(path, &o, &h, NULL, &err))
        fail_msg("%s", err.msg);
    dump(&h, "nodes", &ours);
    read_table(path, "nodes.devtools.tsv.zst", &theirs);
    compare_nodes(path, buf_str(&ours), buf_str(&theirs));
    dump(&h, "classes", &ours);
    read_table(path, "classes.devtools.tsv.zst", &theirs);
    compare_classes(path, buf_str(&ours), buf_str(&theirs));
    dump(&h, "stats", &ours);
    read_table(path, "stats.devtools.json", &theirs);
    assert_string_equal(buf_str(&ours), buf_str(&theirs));
    buf_release(&ours);
    buf_release(&theirs);
    heap_release(&h);
}

int main(void)
{
    const struct CMUnitTest by_hand[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_sink_refuses),
    };
    const char *shared = getenv("MORTEM_SHARED");
    char pattern[1024];
    glob_t found;
    int failed = cmocka_run_group_tests_name("dump", by_hand, NULL, NULL);
    snprintf(pattern, sizeof pattern, "%s/data/heaps/*.heap*.zst", shared ? shared : "../shared");
    if (glob(pattern, 0, NULL, &found)) {
        printf("skip dumps of the engine: no snapshots at %s\n", pattern);
        return failed;
    }
    struct CMUnitTest *tests = calloc(found.gl_pathc, sizeof *tests);
    for (size_t i = 0; i < found.gl_pathc; i++)
        tests[i] = (struct CMUnitTest){.name = strrchr(found.gl_pathv[i], '/') + 1,
                                       .test_func = test_sample,
                                       .initial_state = found.gl_pathv[i]};
    failed += _cmocka_run_group_tests("dumps of the engine", tests, found.gl_pathc, NULL, NULL);
    free(tests);
    globfree(&found);
    return failed;
}
