/* analyzer/id_set: every id that comes twice is told, as a plain list says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyzer/id_set.h"
#include "tests/unit/random_heap.h"

#define IDS_MAX 600

static uint64_t count_repeats(const uint32_t *ids, unsigned count)
{
    uint64_t repeats = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned k = 0;
        while (k < i && ids[k] != ids[i])
            k++;
        repeats += k < i;
    }
    return repeats;
}

/* Ids around the bounds. */
static void check(struct store *store, uint64_t seed)
{
    static const uint64_t bases[] = {0, 65530, 200000, UINT32_MAX - 9};
    struct id_set s;
    struct err err = {0};
    uint64_t x = seed * 2 + 1, told = 0;
    uint32_t ids[IDS_MAX];
    unsigned count = random_below(&x, IDS_MAX);
    assert_true(id_set_init(&s, store, random_below(&x, 20000), &err));
    for (unsigned i = 0; i < count; i++) {
        ids[i] = (uint32_t)(bases[random_below(&x, ARRAY_LEN(bases))] +
                            random_below(&x, 10) * (1 + seed % 50));
        told += id_set_add(&s, ids[i]);
    }
    assert_true(id_set_check(&s, &err));
    assert_int_equal(told, count_repeats(ids, count));
    id_set_release(&s);
}

static void test_random_ids(void **state)
{
    (void)state;
    struct store *store;
    struct err err = {0};
    assert_true(store_new(NULL, &store, &err));
    for (uint64_t seed = 1; seed < 200; seed++)
        check(store, seed);
    store_free(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
