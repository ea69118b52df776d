/* analyzer/row_jobs: rows that many threads put into columns block by block are those that the
 * parser puts there line by line, with the same remarks, and the same words at the same byte where
 * a file is damaged or is not as V8 writes it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/tasks.h"
#include "tests/unit/heap_from_text.h"
#include "tests/unit/plain_store.h"
#include "tests/unit/random_heap.h"

enum { NODES = 60, EDGES = 150 };

/* Sizes of blocks: shorter than a line, a few lines, many, and beyond any text here: then the
 * parser alone is at work. */
static const size_t sizes[] = {7, 48, 113, 1000};
#define WHOLE ((size_t)1 << 20)

/* As V8 writes: a row a line, with its comma in front. `lie` is added to the header's counts. */
static void write_snapshot(struct buf *b, bool detachedness, int lie)
{
    const unsigned width = detachedness ? 7 : 6;
    buf_printf(b,
               "{\"snapshot\":{\"meta\":{\"node_fields\":[\"type\",\"name\",\"id\",\"self_size\","
               "\"edge_count\",\"trace_node_id\"%s],\"node_types\":[[\"hidden\",\"array\","
               "\"string\",\"object\"],\"string\"],\"edge_fields\":[\"type\",\"name_or_index\","
               "\"to_node\"],\"edge_types\":[[\"context\",\"element\",\"property\",\"internal\","
               "\"hidden\",\"shortcut\",\"weak\"],\"x\"],\"location_fields\":[\"object_index\","
               "\"script_id\",\"line\",\"column\"]},\"node_count\":%d,\"edge_count\":%d},\n"
               "\"nodes\":[",
               detachedness ? ",\"detachedness\"" : "", NODES + lie, EDGES + lie);
    for (unsigned n = 0; n < NODES; n++)
        buf_printf(b, "%s%u,%u,%u,%u,%u,0%s\n", n ? "," : "", n % 4, n % 3, n * 2 + 1, n * 16,
                   n % 2 ? 5 : 0, detachedness ? n % 5 ? ",0" : ",2" : "");
    buf_puts(b, "],\n\"edges\":[");
    for (unsigned e = 0; e < EDGES; e++)
        buf_printf(b, "%s%u,%u,%u\n", e ? "," : "", e % 7, e % 3, e * 7 % NODES * width);
    buf_puts(b, "],\n\"locations\":[0,1,2,3\n,6,1,2,3\n,42,1,2,3\n],\n"
                "\"strings\":[\"<dummy>\",\n\"\",\n\"a name\"]}");
}

struct loaded {
    bool ok;
    struct heap h;
    struct err err;
};

static void load(struct loaded *l, const char *text, size_t len, unsigned threads, size_t block)
{
    const struct heap_load_options o = {.block_bytes = block};
    *l = (struct loaded){0};
    tasks_set_threads(threads);
    l->ok = heap_from_text_as(text, len, &o, &l->h, &l->err);
}

static void unload(struct loaded *l)
{
    if (l->ok)
        heap_release(&l->h);
}

/* Where yajl's own errors are depends on how its text was cut. */
static bool same_error(const struct err *a, const struct err *b)
{
    static const char yajls[] = "not JSON as V8 writes it";
    if (a->code == b->code && strstr(a->msg, yajls) && strstr(b->msg, yajls))
        return true;
    return a->code == b->code && a->offset == b->offset && strcmp(a->msg, b->msg) == 0;
}

static const char *difference(const struct loaded *a, const struct loaded *b)
{
    const char *what = "";
    if (a->ok != b->ok)
        return "success";
    if (!a->ok)
        return same_error(&a->err, &b->err) ? NULL : "the error";
    if (!heap_is_sound(&a->h, &what) || !heap_same_as_loaded(&a->h, &b->h, &what))
        return what;
    if (!same_error(&a->h.damage, &b->h.damage))
        return "the damage";
    return memcmp(&a->h.odd, &b->h.odd, sizeof a->h.odd) != 0 ? "the remarks" : NULL;
}

static void compare(const struct loaded *whole, const char *text, size_t len, unsigned threads,
                    size_t block)
{
    struct loaded l;
    load(&l, text, len, threads, block);
    const char *what = difference(whole, &l);
    if (what)
        fail_msg("%u threads, blocks of %zu bytes: %s differs\nwhole: %s%s\nblocks: %s%s\n%.*s",
                 threads, block, what, whole->err.msg, whole->h.damage.msg, l.err.msg,
                 l.h.damage.msg, (int)len, text);
    unload(&l);
}

/* One of all the ways. */
static void check_once(const char *text, size_t len, unsigned way)
{
    struct loaded whole;
    load(&whole, text, len, 1, WHOLE);
    compare(&whole, text, len, 1 + way % 4, sizes[way / 4 % ARRAY_LEN(sizes)]);
    unload(&whole);
}

static void check(const char *text, size_t len)
{
    struct loaded whole;
    load(&whole, text, len, 1, WHOLE);
    for (unsigned threads = 1; threads <= 4; threads++) {
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
            compare(&whole, text, len, threads, sizes[i]);
    }
    unload(&whole);
}

static void test_usual(void **state)
{
    (void)state;
    for (int detachedness = 0; detachedness < 2; detachedness++) {
        for (int lie = -50; lie <= 50; lie += 50) {
            struct buf doc = {0};
            write_snapshot(&doc, detachedness, lie);
            check(doc.data, doc.len);
            buf_release(&doc);
        }
    }
}

static void test_every_cut(void **state)
{
    (void)state;
    struct buf doc = {0};
    write_snapshot(&doc, true, 0);
    for (size_t len = 0; len < doc.len; len++)
        check_once(doc.data, len, (unsigned)len);
    buf_release(&doc);
}

/* In place of the first `old` behind `section`, and of that in the middle of it. */
static void check_replaced(const struct buf *doc, const char *section, const char *old,
                           const char *new)
{
    const char *begin = strstr(doc->data, section);
    assert_non_null(begin);
    for (size_t skip = strlen(section) + 1; skip < 1000; skip += 700) {
        struct buf text = {0};
        const char *at = strstr(begin + skip, old);
        assert_non_null(at);
        buf_append(&text, doc->data, (size_t)(at - doc->data));
        buf_puts(&text, new);
        buf_puts(&text, at + strlen(old));
        check(text.data, text.len);
        buf_release(&text);
    }
}

static void test_unusual_rows(void **state)
{
    (void)state;
    static const struct {
        const char *section, *old, *new;
    } rows[] = {
        {"\"nodes\"", "\n,3,", "\n,4,"}, /* a type that is none */
        {"\"nodes\"", "\n,3,",
         "\n,3,4294967295,1,1,1,0,0" /* a name beyond all strings */
         "\n,3,"},
        {"\"nodes\"", "\n,3,", "\n,3,2,5,8589934592,5,0,0\n,3,"}, /* a wide size, an id twice */
        {"\"nodes\"", "\n,3,", "\n,3,2,8589934597,1,5,0,0\n,3,"}, /* a wide id */
        {"\"nodes\"", "\n,3,", "\n,3,2,8,9007199254740992,5,0,0\n,3,"},
        {"\"nodes\"", "\n,3,", "\n,3,2,8,1,4294967295,0,0\n,3,"}, /* too many edges together */
        {"\"nodes\"", "\n,3,", "\n,3,2,8,1,4294967296,0,0\n,3,"},
        {"\"edges\"", "\n,1,", "\n,1,536870911,7\n,1,"}, /* a wide index */
        {"\"edges\"", "\n,2,", "\n,2,536870911,7\n,2,"}, /* no string has that index */
        {"\"edges\"", "\n,1,", "\n,1,99999999999,7\n,1,"},
        {"\"edges\"", "\n,1,", "\n,7,1,7\n,1,"},
        {"\"edges\"", "\n,1,", "\n,1,1,8\n,1,"},
        {"\"edges\"", "\n,1,", "\n,1,1,700000\n,1,"},
        {"\"edges\"", "\n,1,", "\n,1,1,-7\n,1,"},
    };
    struct buf doc = {0};
    write_snapshot(&doc, true, 0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        check_replaced(&doc, rows[i].section, rows[i].old, rows[i].new);
    buf_release(&doc);
}

static void test_unusual_lines(void **state)
{
    (void)state;
    static const char *const lines[] = {
        ",",             /* two rows in a line */
        "\n\n,",         /* an empty line */
        ",\n",           /* the comma behind the row: two fields in the next line's */
        " \r\n ,",       /* white space */
        "\n,,",          /* a comma too many */
        "\n,0,",         /* a field too many */
        "\n],\n\"x\":[", /* an end */
        "\n],\n\"edges\":[",
        "\n]}",
        "\n]",
    };
    static const char *const sections[] = {"\"nodes\"", "\"edges\""};
    struct buf doc = {0};
    write_snapshot(&doc, true, 0);
    for (size_t s = 0; s < ARRAY_LEN(sections); s++) {
        for (size_t i = 0; i < ARRAY_LEN(lines); i++)
            check_replaced(&doc, sections[s], "\n,", lines[i]);
        check_replaced(&doc, sections[s], ",1,", "\n,1\n,"); /* a row in three lines */
        check_replaced(&doc, sections[s], ",1,", ",");       /* a field too few */
    }
    buf_release(&doc);
}

/* One byte is another, is left out or is one more. */
static void test_random_bytes(void **state)
{
    (void)state;
    static const char bytes[] = "0123456789,,,\n\n\n ]}-e.\"x[";
    struct buf doc = {0};
    uint64_t x = 7;
    write_snapshot(&doc, true, 0);
    const size_t begin = (size_t)(strstr(doc.data, "\"nodes\"") - doc.data);
    for (unsigned round = 0; round < 2000; round++) {
        struct buf text = {0};
        size_t at = begin + random_below(&x, (unsigned)(doc.len - begin));
        unsigned how = random_below(&x, 3);
        buf_append(&text, doc.data, at);
        if (how)
            buf_append(&text, &bytes[random_below(&x, sizeof bytes - 1)], 1);
        buf_puts(&text, doc.data + at + (how < 2));
        check_once(text.data, text.len, round);
        buf_release(&text);
    }
    buf_release(&doc);
}

/* Not as V8 writes it: all in one line, or a number a line. */
static void test_other_writers(void **state)
{
    (void)state;
    struct buf doc = {0}, one_line = {0}, many_lines = {0};
    write_snapshot(&doc, false, 0);
    for (const char *p = doc.data; *p; p++) {
        if (*p != '\n')
            buf_append(&one_line, p, 1);
        buf_append(&many_lines, p, 1);
        if (*p == ',' || *p == '[')
            buf_puts(&many_lines, "\n  ");
    }
    check(one_line.data, one_line.len);
    check(many_lines.data, many_lines.len);
    buf_release(&doc);
    buf_release(&one_line);
    buf_release(&many_lines);
}

/* Nodes of more than one group, whose edges do not fit 32 bits together but in each group do, or
 * just do not. */
static void test_groups_of_edges(void **state)
{
    (void)state;
    enum { MANY = 140000 };
    static const unsigned big[][3] = {
        {10, 70000, 139999},
        {65535, 65536, 139999},
        {0, 65536, 131072},
        {65536, 65537, 139000},
    };
    for (size_t i = 0; i < ARRAY_LEN(big); i++) {
        struct buf doc = {0};
        struct loaded whole;
        write_snapshot(&doc, false, MANY - NODES);
        doc.len = (size_t)(strstr(doc.data, "\"nodes\":[") - doc.data) + strlen("\"nodes\":[");
        for (unsigned n = 0; n < MANY; n++) {
            bool is_big = n == big[i][0] || n == big[i][1] || n == big[i][2];
            buf_printf(&doc, "%s3,1,%u,8,%s,0\n", n ? "," : "", n * 2 + 1,
                       is_big ? "4294967290" : "0");
        }
        buf_puts(&doc, "],\n\"edges\":[],\n\"strings\":[\"\"]}");
        load(&whole, doc.data, doc.len, 1, (size_t)64 << 20);
        assert_true(whole.ok);
        assert_int_equal(whole.h.node_count, i == 3 ? 65537 : MANY);
        for (unsigned threads = 1; threads <= 4; threads++)
            compare(&whole, doc.data, doc.len, threads, threads * 50000);
        unload(&whole);
        buf_release(&doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),           cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_unusual_rows),    cmocka_unit_test(test_unusual_lines),
        cmocka_unit_test(test_random_bytes),    cmocka_unit_test(test_other_writers),
        cmocka_unit_test(test_groups_of_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
