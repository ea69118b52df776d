/* The list under every screen: its window follows the selection, and finds rows as they are needed.
 */
#include "tui/list_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_shows(const struct list_view *l, uint64_t top, uint64_t selection)
{
    assert_int_equal(l->top, top);
    assert_int_equal(l->selection, selection);
}

static void test_moves_inside(void **state)
{
    (void)state;
    struct list_view l = {.count = 10, .height = 4};
    list_view_move(&l, 3);
    assert_shows(&l, 0, 3);
    list_view_move(&l, 1);
    assert_shows(&l, 1, 4);
    list_view_move(&l, 100);
    assert_shows(&l, 6, 9);
    list_view_move(&l, -2);
    assert_shows(&l, 6, 7);
    list_view_move(&l, -100);
    assert_shows(&l, 0, 0);
}

static void test_pages(void **state)
{
    (void)state;
    struct list_view l = {.count = 10, .height = 4};
    list_view_page(&l, 1);
    assert_shows(&l, 4, 4);
    list_view_page(&l, 1);
    assert_shows(&l, 6, 8);
    list_view_page(&l, 1);
    assert_shows(&l, 6, 9);
    list_view_page(&l, -1);
    assert_shows(&l, 2, 5);
    list_view_page(&l, -1);
    assert_shows(&l, 0, 1);
}

static void test_home_and_end(void **state)
{
    (void)state;
    struct list_view l = {.count = 10, .height = 4};
    list_view_end(&l);
    assert_shows(&l, 6, 9);
    list_view_home(&l);
    assert_shows(&l, 0, 0);
}

static void test_no_rows(void **state)
{
    (void)state;
    struct list_view l = {.count = 0, .height = 4};
    list_view_move(&l, 1);
    list_view_page(&l, -1);
    list_view_end(&l);
    assert_shows(&l, 0, 0);
    list_view_resize(&l, 0);
    assert_int_equal(l.height, 1);
}

static void test_keeps_selection_in_sight(void **state)
{
    (void)state;
    struct list_view l = {.count = 100, .height = 20};
    list_view_select(&l, 50);
    list_view_resize(&l, 3);
    assert_true(l.top <= 50 && 50 < l.top + 3);
    list_view_resize(&l, 200);
    assert_shows(&l, 0, 50);
}

/* Knows rows only when asked, at most 1000. */
static void reach_rows(void *ctx, uint64_t rows)
{
    struct list_view *l = ctx;
    l->count = rows < 1000 ? rows : 1000;
}

static void test_finds_rows_when_needed(void **state)
{
    (void)state;
    struct list_view l = {.height = 10, .reach = reach_rows};
    l.ctx = &l;
    list_view_resize(&l, 10);
    assert_int_equal(l.count, 10);
    list_view_move(&l, 9);
    assert_shows(&l, 0, 9);
    assert_true(l.count < 30);
    list_view_select(&l, 500);
    assert_int_equal(l.selection, 500);
    assert_true(l.count < 600);
    list_view_end(&l);
    assert_shows(&l, 990, 999);
}

static void record_row(void *ctx, uint64_t row, unsigned line, bool selected)
{
    uint64_t *seen = ctx;
    seen[line] = row + (selected ? 1000 : 0);
}

static void test_draws_the_window(void **state)
{
    (void)state;
    uint64_t seen[4] = {0};
    struct list_view l = {.count = 5, .height = 4};
    list_view_select(&l, 4);
    list_view_draw(&l, record_row, seen);
    assert_int_equal(seen[0], 1);
    assert_int_equal(seen[3], 1004);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves_inside),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_home_and_end),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_keeps_selection_in_sight),
        cmocka_unit_test(test_finds_rows_when_needed),
        cmocka_unit_test(test_draws_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
