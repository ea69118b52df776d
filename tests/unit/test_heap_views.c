/* The views of a heap: what is asked, sorted, filtered and cut, and how it is drawn. */
#include "analyzer/heap_views.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/view_report.h"
#include "tests/unit/browse_heap.h"

static struct heap heap; /* the shop, for all tests */

static int set_up(void **state)
{
    (void)state;
    browse_heap_shop(&heap);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    heap_release(&heap);
    return 0;
}

static const struct heap_view *view(const char *name)
{
    for (size_t i = 0; i < HEAP_VIEW_COUNT; i++) {
        if (strcmp(heap_views[i].name, name) == 0)
            return &heap_views[i];
    }
    fail_msg("no view %s", name);
    return NULL;
}

static bool ask(const char *name, const char *subject, struct table_options o,
                struct view_answer *ret, struct err *err)
{
    struct view_question q = {.heap = &heap};
    *ret = (struct view_answer){0};
    return view_question_parse(&q, view(name), subject, err) &&
           heap_view_ask(view(name), &q, &o, ret, err);
}

static void must_ask(const char *name, const char *subject, struct table_options o,
                     struct view_answer *ret)
{
    struct err err;
    if (!ask(name, subject, o, ret, &err))
        fail_msg("%s", err.msg);
}

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

static const char *text_of(const struct table *t, uint64_t row, size_t column)
{
    static struct buf b;
    buf_clear(&b);
    t->source->text(t, table_item(t, row), column, &b);
    return buf_str(&b);
}

/* -- tables -- */

static void test_classes(void **state)
{
    (void)state;
    struct view_answer a;
    must_ask("classes", NULL, (struct table_options){.top = 2}, &a);
    assert_int_equal(table_rows(&a.table), 2);
    assert_true(a.table.total > 10);
    assert_string_equal(text_of(&a.table, 0, 0), "global");
    assert_string_equal(text_of(&a.table, 1, 0), "Module");
    view_answer_release(&a);
}

static void test_sort(void **state)
{
    (void)state;
    struct view_answer a;
    static const char *const names[] = {"count", "shallow", "shallow_bytes", "name", "distance"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        must_ask("classes", NULL, (struct table_options){.sort = names[i]}, &a);
        const struct table *t = &a.table;
        enum column_kind kind = t->source->columns[t->sort].kind;
        assert_int_equal(table_rows(t), t->total);
        for (uint64_t row = 1; row < table_rows(t); row++) {
            uint64_t x = table_item(t, row - 1), y = table_item(t, row);
            if (kind == COLUMN_NAME) {
                char before[256];
                snprintf(before, sizeof before, "%s", text_of(t, row - 1, 0));
                assert_true(strcmp(before, text_of(t, row, 0)) < 0);
            } else if (kind == COLUMN_DISTANCE) {
                assert_true(t->source->number(t, x, t->sort) <= t->source->number(t, y, t->sort));
            } else {
                assert_true(t->source->number(t, x, t->sort) >= t->source->number(t, y, t->sort));
            }
        }
        view_answer_release(&a);
    }
}

/* The rows of a short table are the first of the long one, whatever the order. */
static void test_top(void **state)
{
    (void)state;
    static const char *const sorts[] = {NULL, "name", "shallow", "id"};
    for (size_t i = 0; i < ARRAY_LEN(sorts); i++) {
        struct view_answer all, few;
        must_ask("class", "(string)", (struct table_options){.sort = sorts[i]}, &all);
        must_ask("class", ",(string)", (struct table_options){.sort = sorts[i], .top = 7}, &few);
        assert_int_equal(table_rows(&all.table), 602);
        assert_int_equal(few.table.total, 602);
        assert_int_equal(table_rows(&few.table), 7);
        for (uint64_t row = 0; row < 7; row++)
            assert_int_equal(table_item(&few.table, row), table_item(&all.table, row));
        view_answer_release(&all);
        view_answer_release(&few);
    }
}

static void test_filter(void **state)
{
    (void)state;
    struct view_answer a;
    must_ask("class", "(string)", (struct table_options){.filter = "^\"/product/29\\d\"$"}, &a);
    assert_int_equal(a.table.total, 10);
    view_answer_release(&a);
    must_ask("class", "(string)", (struct table_options){.filter = "GR\xC3\x9C"}, &a);
    assert_int_equal(a.table.total, 0);
    view_answer_release(&a);
    must_ask("class", "(string)", (struct table_options){.filter = "(?i)GR\xC3\x9C"}, &a);
    assert_int_equal(a.table.total, 1);
    view_answer_release(&a);
    must_ask("contents", "7", (struct table_options){.filter = "^greet"}, &a);
    assert_int_equal(a.table.total, 0);
    view_answer_release(&a);
    must_ask("contents", "7", (struct table_options){.filter = "^.greet"}, &a);
    assert_int_equal(a.table.total, 1);
    view_answer_release(&a);
}

static void test_path(void **state)
{
    (void)state;
    static const char *const edges[] = {"", "global (shortcut)", ".module", "context (internal)",
                                        "pageCache (variable)"};
    struct view_answer a;
    must_ask("path", "@11", (struct table_options){0}, &a);
    assert_int_equal(table_rows(&a.table), ARRAY_LEN(edges));
    for (uint64_t row = 0; row < ARRAY_LEN(edges); row++)
        assert_string_equal(text_of(&a.table, row, 0), edges[row]);
    assert_string_equal(text_of(&a.table, 4, 2), "Map");
    view_answer_release(&a);
}

static void test_retainers(void **state)
{
    (void)state;
    struct view_answer a;
    must_ask("retainers", "@11", (struct table_options){0}, &a);
    assert_int_equal(table_rows(&a.table), 1);
    assert_string_equal(text_of(&a.table, 0, 0), "pageCache (variable)");
    assert_string_equal(text_of(&a.table, 0, 2), "system / Context");
    view_answer_release(&a);
}

/* -- what is wrong -- */

static void assert_refused(const char *name, const char *subject, struct table_options o,
                           const char *want)
{
    struct view_answer a;
    struct err err = {0};
    assert_false(ask(name, subject, o, &a, &err));
    view_answer_release(&a);
    assert_int_equal(err.code, ERR_USAGE);
    if (!strstr(err.msg, want))
        fail_msg("'%s' says nothing of '%s'", err.msg, want);
}

static void test_refusals(void **state)
{
    (void)state;
    const struct table_options none = {0};
    assert_refused("class", "Nobody", none, "no class 'Nobody'");
    assert_refused("class", NULL, none, "needs the name of a class");
    assert_refused("node", NULL, none, "needs an object");
    assert_refused("node", "@12", none, "no object @12");
    assert_refused("node", "@99999999999999999999", none, "no object");
    assert_refused("path", "Map", none, "is no object");
    assert_refused("path", "@", none, "is no object");
    assert_refused("classes", "Map", none, "takes no argument");
    assert_refused("classes", NULL, (struct table_options){.sort = "size"},
                   "it has name, location, distance, count, shallow, retained, share");
    assert_refused("classes", NULL, (struct table_options){.filter = "a["}, "character 3");
}

/* -- drawn -- */

static void draw(const struct view_answer *a, bool json, bool show_strings, struct buf *ret)
{
    const struct report_options o = {.show_strings = show_strings, .width = 80};
    const struct report_sink sink = {take, ret};
    const struct view_caption c = {.file = "shop"};
    struct err err;
    buf_clear(ret);
    if (!(json ? view_json : view_text)(a, &c, &o, &sink, &err))
        fail_msg("%s", err.msg);
}

static void assert_holds(const struct buf *b, const char *want, bool holds)
{
    if (!strstr(buf_str(b), want) == holds)
        fail_msg("'%s' %s:\n%s", want, holds ? "is missing" : "is there", buf_str(b));
}

/* Whatever is asked, contents of strings come out only when they are wanted. */
static void test_contents_are_hidden(void **state)
{
    (void)state;
    static const struct {
        const char *view, *subject, *secret;
    } rows[] = {
        {"class", "(string)", "page 5"},
        {"class", "(concatenated string)", "Gr\xC3\xBC\xC3\x9F"},
        {"node", "@17", "page 0"},
    };
    struct buf b = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows) * 2; i++) {
        struct view_answer a;
        must_ask(rows[i / 2].view, rows[i / 2].subject, (struct table_options){0}, &a);
        draw(&a, i % 2, false, &b);
        assert_holds(&b, rows[i / 2].secret, false);
        draw(&a, i % 2, true, &b);
        assert_holds(&b, rows[i / 2].secret, true);
        view_answer_release(&a);
    }
    buf_release(&b);
}

static void test_text(void **state)
{
    (void)state;
    struct view_answer a;
    struct buf b = {0};
    must_ask("class", "Map", (struct table_options){0}, &a);
    draw(&a, false, false, &b);
    assert_string_equal(
        buf_str(&b),
        "      Object Name                           Distance   Shallow  Retained   Share\n"
        "         @11 Map                                   4    4.1 kB    1.5 MB  95.4 %\n");
    view_answer_release(&a);
    must_ask("classes", NULL, (struct table_options){.filter = "nothing"}, &a);
    draw(&a, false, false, &b);
    assert_string_equal(buf_str(&b), "nothing\n");
    view_answer_release(&a);
    must_ask("contents", NULL, (struct table_options){.top = 1}, &a);
    draw(&a, false, false, &b);
    assert_holds(&b, "... and 1 more: --top 0 shows all\n", true);
    view_answer_release(&a);
    buf_release(&b);
}

static void test_json(void **state)
{
    (void)state;
    struct view_answer a;
    struct buf b = {0};
    must_ask("retainers", "@3", (struct table_options){0}, &a);
    draw(&a, true, false, &b);
    assert_string_equal(buf_str(&b), "{\n  \"file\": \"shop\",\n  \"given_up\": 0,\n"
                                     "  \"rows\": [\n\n  ],\n  \"schema_version\": 1,\n"
                                     "  \"subject\": null,\n  \"total\": 0,\n"
                                     "  \"total_bytes\": 1552434,\n  \"view\": \"retainers\"\n}\n");
    view_answer_release(&a);
    buf_release(&b);
}

static void test_sink_refuses(void **state)
{
    (void)state;
    const struct report_options o = {0};
    const struct report_sink sink = {refuse, NULL};
    const struct view_caption c = {.file = "shop"};
    struct view_answer a;
    struct err err = {0};
    must_ask("class", "(string)", (struct table_options){0}, &a);
    assert_false(view_text(&a, &c, &o, &sink, &err));
    assert_int_equal(err.code, ERR_RESOURCE);
    assert_false(view_json(&a, &c, &o, &sink, &err));
    view_answer_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),      cmocka_unit_test(test_sort),
        cmocka_unit_test(test_top),          cmocka_unit_test(test_filter),
        cmocka_unit_test(test_path),         cmocka_unit_test(test_retainers),
        cmocka_unit_test(test_refusals),     cmocka_unit_test(test_contents_are_hidden),
        cmocka_unit_test(test_text),         cmocka_unit_test(test_json),
        cmocka_unit_test(test_sink_refuses),
    };
    return cmocka_run_group_tests_name("heap_views", tests, set_up, tear_down);
}
