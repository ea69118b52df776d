/* analyzer/strings and analyzer/places: the table of strings, and ranges that begin beyond 32 bits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "analyzer/places.h"
#include "analyzer/strings.h"

static void add(struct strings *t, const char *text, size_t len, uint32_t expected)
{
    struct err err = {0};
    uint32_t index;
    for (size_t i = 0; i < len; i += 3) /* in pieces */
        assert_true(strings_append(t, text + i, min_u64(3, len - i), &err));
    assert_true(strings_end(t, &index, &err));
    assert_int_equal(index, expected);
}

static void test_table(void **state)
{
    (void)state;
    static const char *const names[] = {"second", "", "none", "sec", "with\nline"};
    uint32_t found[ARRAY_LEN(names)];
    struct store *s = NULL;
    struct strings t = {0};
    struct err err = {0};
    assert_true(store_new(NULL, &s, &err));
    assert_true(strings_init(&t, s, &err));
    assert_int_equal(strings_count(&t), 0);
    assert_int_equal(strings_get(&t, 0).len, 0);
    add(&t, "first", 5, 0);
    add(&t, "", 0, 1);
    add(&t, "second", 6, 2);
    add(&t, "a\0b", 3, 3);
    add(&t, "second", 6, 4);
    add(&t, "with\nline", 9, 5);
    assert_int_equal(strings_count(&t), 6);
    assert_memory_equal(strings_get(&t, 3).p, "a\0b", 3);
    assert_true(str_equal(strings_get(&t, 4), "second"));
    assert_false(str_equal(strings_get(&t, 4), "secon"));
    assert_false(str_equal(strings_get(&t, 4), "second "));
    assert_true(str_starts_with(strings_get(&t, 4), "sec"));
    assert_true(str_starts_with(strings_get(&t, 4), ""));
    assert_false(str_starts_with(strings_get(&t, 1), "x"));
    assert_int_equal(strings_get(&t, 6).len, 0);
    assert_int_equal(strings_get(&t, NO_STRING).len, 0);
    assert_int_equal(strings_get(&t, STRING_BEHIND_ALL).len, 0);
    strings_find(&t, names, ARRAY_LEN(names), found);
    assert_int_equal(found[0], 2);
    assert_int_equal(found[1], 1);
    assert_int_equal(found[2], NO_STRING);
    assert_int_equal(found[3], NO_STRING);
    assert_int_equal(found[4], 5);
    strings_release(&t);
    store_free(s);
}

/* Groups whose sizes add up beyond 32 bits, over several bases. */
static void test_places(void **state)
{
    (void)state;
    enum { GROUPS = 200001 };
    struct store *s = NULL;
    struct places p = {0};
    struct err err = {0};
    uint64_t total = 0;
    assert_true(store_new(NULL, &s, &err));
    assert_true(places_make(&p, s, "a test", GROUPS, &err));
    for (uint64_t g = 0; g < GROUPS; g++) {
        ((uint32_t *)p.low.data)[g] = (uint32_t)(g * 7919 % 60000);
        total += g * 7919 % 60000;
    }
    assert_true(total > UINT32_MAX);
    assert_true(places_from_counts(&p) == total);
    uint64_t at = 0;
    for (uint64_t g = 0; g < GROUPS; at += g * 7919 % 60000, g++) {
        assert_true(places_at(&p, g) == at);
        for (int i = 0; i < 3 && i < (int)(g * 7919 % 60000); i++)
            assert_true(places_take(&p, g) == at + (uint64_t)i);
    }
    assert_true(places_at(&p, GROUPS) == total);
    places_release(&p);
    store_free(s);
}

/* Taking all and rewinding gives the beginnings again. */
static void test_rewind(void **state)
{
    (void)state;
    enum { GROUPS = 140000 };
    struct store *s = NULL;
    struct places p = {0};
    struct err err = {0};
    assert_true(store_new(NULL, &s, &err));
    assert_true(places_make(&p, s, "a test", GROUPS, &err));
    for (uint64_t g = 0; g < GROUPS; g++)
        ((uint32_t *)p.low.data)[g] = g % 4;
    uint64_t total = places_from_counts(&p);
    for (uint64_t g = 0; g < GROUPS; g++) {
        for (uint64_t i = 0; i < g % 4; i++)
            assert_true(places_take(&p, g) < total);
    }
    places_rewind(&p);
    uint64_t at = 0;
    for (uint64_t g = 0; g <= GROUPS; at += g % 4, g++)
        assert_true(places_at(&p, g) == at);
    places_release(&p);
    store_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_rewind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
