/* analyzer/trend and its tables: small snapshots of one process and of another, see
 * tests/data/growth.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "analyzer/trend_tables.h"

#define GROWTH(n) ((char *)(uintptr_t) "tests/data/growth-" n ".heapsnapshot")

static void make_trend(char *const *files, size_t count, struct trend *ret)
{
    const struct heap_load_options o = {0};
    struct err err = {0};
    if (!trend_of_files(files, count, &o, ret, NULL, &err))
        fail_msg("%s", err.msg);
}

static const struct growth_place *find_place(const struct trend *t, const char *holder,
                                             bool *ret_grows)
{
    for (size_t i = 0; i < t->places.count; i++) {
        if (strcmp(t->places.all[i].holder, holder))
            continue;
        *ret_grows = trend_place_grows(t, i);
        return &t->places.all[i];
    }
    fail_msg("%s is no place", holder);
    return NULL;
}

static uint64_t find_class(const struct trend *t, const char *name)
{
    uint64_t row = 0;
    while (row < t->rows.count &&
           !str_equal(strings_get(&t->names, trend_class(t, row)->name), name))
        row++;
    assert_true(row < t->rows.count);
    return row;
}

static void test_trend(void **state)
{
    (void)state;
    char *const files[] = {GROWTH("1"), GROWTH("2"), GROWTH("3")};
    struct trend t;
    bool grows;
    make_trend(files, 3, &t);
    assert_true(t.one_process);
    assert_false(t.backwards);
    const struct growth_place *p = find_place(&t, "offersByUrl", &grows);
    assert_true(grows);
    assert_int_equal(p->kind, OWNER_VARIABLE);
    assert_string_equal(p->script, "/srv/app/.next/server/pages/api/fill.js");
    assert_string_equal(p->what, "Map");
    assert_int_equal(p->new_objects, 4 * 16); /* url, answer, offer, buffer */
    assert_int_equal(p->new_bytes, (40 + 56 + 48 + 1000) * 16);
    assert_int_equal(p->grown_bytes, 16 * 16); /* the table's size is the Map's */
    assert_true(p->entries[0] == 4 && p->entries[1] == 8 && p->entries[2] == 20);
    assert_int_equal(p->retained_bytes[2] - p->retained_bytes[0], p->new_bytes + p->grown_bytes);
    p = find_place(&t, "samples", &grows);
    assert_true(grows);
    assert_int_equal(p->new_objects, 0);
    assert_int_equal(p->grown_bytes, 8 * 990);
    p = find_place(&t, "recent", &grows);
    assert_false(grows);
    assert_int_equal(p->new_objects, 4 * 3);
    uint64_t row = find_class(&t, "Offer");
    const struct trend_sum *sums = trend_sums(&t, row);
    assert_true(sums[0].count == 7 && sums[1].count == 11 && sums[2].count == 23);
    assert_true(trend_class_grows(&t, row));
    assert_int_equal(trend_class(&t, row)->new_count, 19);
    assert_int_equal(trend_class(&t, row)->deleted_count, 3);
    trend_release(&t);
}

/* What shrank in between does not grow. */
static void test_one_step_back(void **state)
{
    (void)state;
    char *const files[] = {GROWTH("2"), GROWTH("1"), GROWTH("3")};
    struct trend t;
    bool grows;
    make_trend(files, 3, &t);
    assert_true(t.backwards);
    find_place(&t, "offersByUrl", &grows);
    assert_false(grows);
    assert_false(trend_class_grows(&t, find_class(&t, "Offer")));
    trend_release(&t);
}

static void test_other_process(void **state)
{
    (void)state;
    char *const files[] = {GROWTH("other"), GROWTH("3")};
    struct trend t;
    make_trend(files, 2, &t);
    assert_false(t.one_process);
    assert_int_equal(t.places.count, 0);
    uint64_t row = find_class(&t, "Offer");
    assert_int_equal(trend_sums(&t, row)[0].count, 9);
    assert_int_equal(trend_sums(&t, row)[1].count, 23);
    assert_int_equal(trend_class(&t, row)->new_count, 0);
    assert_false(trend_class(&t, row)->has_location);
    trend_release(&t);
}

static void test_nothing_changed(void **state)
{
    (void)state;
    char *const files[] = {GROWTH("3"), GROWTH("3")};
    struct table classes, places;
    const struct table_options o = {0};
    struct trend t;
    struct err err = {0};
    make_trend(files, 2, &t);
    assert_true(t.one_process);
    assert_true(trend_table_classes(&classes, &t, &o, &err));
    assert_true(trend_table_places(&places, &t, &o, &err));
    assert_int_equal(t.places.count, 0);
    assert_int_equal(places.total, 0);
    /* The ids of embedders' objects are the same here. */
    assert_int_equal(classes.total, 0);
    table_release(&classes);
    table_release(&places);
    trend_release(&t);
}

static void test_sort_by_column(void **state)
{
    (void)state;
    char *const files[] = {GROWTH("1"), GROWTH("3")};
    struct table classes, places;
    struct table_options o = {.sort = "new_objects", .top = 2};
    struct trend t;
    struct err err = {0};
    make_trend(files, 2, &t);
    assert_true(trend_table_classes(&classes, &t, &o, &err)); /* has no such column */
    assert_true(trend_table_places(&places, &t, &o, &err));
    assert_string_equal(t.places.all[table_item(&places, 1)].holder, "recent");
    assert_int_equal(table_rows(&classes), 2);
    table_release(&classes);
    table_release(&places);
    o.sort = "colour";
    assert_false(trend_table_classes(&classes, &t, &o, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_false(trend_tables_check_sort("colour", &err));
    assert_true(trend_tables_check_sort("percent", &err) && trend_tables_check_sort(NULL, &err));
    table_release(&classes);
    trend_release(&t);
}

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *path, *tail;
    } paths[] = {
        {"/srv/app/.next/server/pages/api/fill.js", "server/pages/api/fill.js"},
        {"/a/b.js", "/a/b.js"},
        {"node:timers", "node:timers"},
        {"", ""},
        {"/x/a-very-long-name-of-a-chunk-that-fits-nowhere.js",
         "a-very-long-name-of-a-chunk-that-fits-nowhere.js"},
    };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        assert_true(str_equal(path_tail(paths[i].path), paths[i].tail));
    assert_true(percent_change(100, 150) == 500);
    assert_true(percent_change(150, 100) == -333);
    assert_true(percent_change(0, 0) == 0);
    assert_true(percent_change(0, 1) == INT64_MAX);
    assert_true(percent_change(1, UINT64_MAX) == INT64_MAX - 1);
    assert_true(percent_change(7, 0) == -1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trend),          cmocka_unit_test(test_one_step_back),
        cmocka_unit_test(test_other_process),  cmocka_unit_test(test_nothing_changed),
        cmocka_unit_test(test_sort_by_column), cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
