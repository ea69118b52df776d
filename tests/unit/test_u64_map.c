/* base/u64_map: against a sorted list, over many growths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/u64_map.h"

static void open_map(struct u64_map *m, struct store **s)
{
    struct err err = {0};
    assert_true(store_new(NULL, s, &err));
    assert_true(u64_map_init(m, *s, &err));
}

static void close_map(struct u64_map *m, struct store *s)
{
    u64_map_release(m);
    store_free(s);
}

static void put(struct u64_map *m, uint64_t key, uint32_t fresh, uint32_t expected, bool is_new)
{
    uint32_t *value = NULL;
    bool found_new = !is_new;
    struct err err = {0};
    assert_true(u64_map_put(m, key, fresh, &value, &found_new, &err));
    assert_int_equal(found_new, is_new);
    assert_int_equal(*value, expected);
}

static void test_few(void **state)
{
    (void)state;
    struct u64_map m;
    struct store *s;
    open_map(&m, &s);
    assert_null(u64_map_get(&m, 0));
    put(&m, 0, 5, 5, true);
    put(&m, 0, 6, 5, false);
    put(&m, UINT64_MAX, 0, 0, true);
    put(&m, UINT64_MAX, 9, 0, false);
    assert_int_equal(*u64_map_get(&m, 0), 5);
    assert_int_equal(*u64_map_get(&m, UINT64_MAX), 0);
    assert_null(u64_map_get(&m, 1));
    assert_int_equal(m.count, 2);
    uint32_t *value;
    bool is_new;
    struct err err = {0};
    assert_true(u64_map_put(&m, 0, 0, &value, &is_new, &err));
    *value = 77;
    assert_int_equal(*u64_map_get(&m, 0), 77);
    close_map(&m, s);
}

/* Keys in a row, far apart, and equal in their low bits. */
static void test_many(void **state)
{
    (void)state;
    static const uint64_t steps[] = {1, UINT64_C(1) << 32, UINT64_C(0x9E3779B97F4A7C15), 1024};
    enum { KEYS = 50000 };
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct u64_map m;
        struct store *s;
        open_map(&m, &s);
        for (uint32_t k = 0; k < KEYS; k++)
            put(&m, k * steps[i], k, k, true);
        for (uint32_t k = 0; k < KEYS; k++)
            put(&m, k * steps[i], 1, k, false);
        for (uint32_t k = KEYS; k < KEYS + 1000; k++)
            assert_null(u64_map_get(&m, k * steps[i]));
        assert_int_equal(m.count, KEYS);
        close_map(&m, s);
    }
}

static void test_hash(void **state)
{
    (void)state;
    static const char bytes[] = "abcdefgh";
    for (size_t a = 0; a < sizeof bytes; a++) {
        for (size_t b = 0; b < a; b++)
            assert_true(hash_bytes(bytes, a) != hash_bytes(bytes, b));
    }
    assert_true(hash_bytes("\0", 1) != hash_bytes("\0\0", 2));
    assert_true(hash_bytes("ab", 2) != hash_bytes("ba", 2));
    assert_true(hash_bytes("ab", 2) == hash_bytes("abc", 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
