/* analyzer/weak_pairs: which edge names are WeakMap entries, and which two belong together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "analyzer/weak_pairs.h"
#include "base/buf.h"

static void open_heap(struct heap *h)
{
    struct err err = {0};
    *h = (struct heap){0};
    assert_true(store_new(NULL, &h->store, &err));
    assert_true(strings_init(&h->strings, h->store, &err));
}

static void add(struct heap *h, const char *text, size_t len)
{
    struct err err = {0};
    uint32_t index;
    assert_true(strings_append(&h->strings, text, len, &err));
    assert_true(strings_end(&h->strings, &index, &err));
}

static void test_names(void **state)
{
    (void)state;
#define TAIL " -> value (V @8) pair in WeakMap (table @9)"
    static const struct {
        const char *name;
        bool is_entry;
    } rows[] = {
        {"1 / part of key (K @7)" TAIL, true},
        {"123456789012345678901234567890 / part of key (K @7)" TAIL, true},
        {"1 / part of key ( @7) -> value ( @8) pair in WeakMap (table @9)", true},
        {"1 / part of key (a (b @3) c @7)" TAIL, true},
        {"1 / part of key (\xE2\x80\xA7 @7)" TAIL, true},
        {" / part of key (K @7)" TAIL, false},
        {"x / part of key (K @7)" TAIL, false},
        {" 1 / part of key (K @7)" TAIL, false},
        {"1 / part of key (K @7)" TAIL " ", false},
        {"1 / part of key (K @7)" TAIL "\n", false},
        {"1 / part of key (K @x)" TAIL, false},
        {"1 / part of key (K\n @7)" TAIL, false},
        {"1 / part of key (K\r @7)" TAIL, false},
        {"1 / part of key (K\xE2\x80\xA8 @7)" TAIL, false},
        {"1 / part of key (K\xE2\x80\xA9 @7)" TAIL, false},
        {"1 / key X in WeakMap", false},
        {"1 / part of key (K @7) -> value (V @8) pair in WeakMap (table @)", false},
        {") pair in WeakMap (table @9)", false},
        {"", false},
        {"Object", false},
    };
    struct heap h;
    struct weak_pairs w;
    struct err err = {0};
    open_heap(&h);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        add(&h, rows[i].name, strlen(rows[i].name));
    assert_true(weak_pairs_find(&h, &w, &err));
    for (uint32_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct weak_pair *pair = weak_pairs_lookup(&w, i);
        if (!pair != !rows[i].is_entry)
            fail_msg("%s", rows[i].name);
        assert_true(!pair || pair->table_id == 9);
    }
    assert_null(weak_pairs_lookup(&w, NO_STRING));
    weak_pairs_release(&w);
    heap_release(&h);
}

/* The two edges of an entry have different numbers in front; another table is another entry. */
static void test_pairs(void **state)
{
    (void)state;
    static const char *const names[] = {
        "1 / part of key (K @7) -> value (V @8) pair in WeakMap (table @9)",
        "other",
        "22 / part of key (K @7) -> value (V @8) pair in WeakMap (table @9)",
        "1 / part of key (K @7) -> value (V @8) pair in WeakMap (table @11)",
        "1 / part of key (K @7) -> value (V @8) pair in WeakMap (table @1234567890123456789)",
    };
    struct heap h;
    struct weak_pairs w;
    struct err err = {0};
    open_heap(&h);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        add(&h, names[i], strlen(names[i]));
    assert_true(weak_pairs_find(&h, &w, &err));
    assert_int_equal(w.pair_count, 3);
    assert_int_equal(weak_pairs_lookup(&w, 0)->pair, weak_pairs_lookup(&w, 2)->pair);
    assert_true(weak_pairs_lookup(&w, 0)->pair != weak_pairs_lookup(&w, 3)->pair);
    assert_null(weak_pairs_lookup(&w, 1));
    assert_int_equal(weak_pairs_lookup(&w, 3)->table_id, 11);
    assert_true(weak_pairs_lookup(&w, 4)->table_id == UINT64_MAX);
    weak_pairs_release(&w);
    heap_release(&h);
}

/* Names as long as V8 writes them, and far beyond: the matcher's own limits must not decide. */
static void test_long_names(void **state)
{
    (void)state;
    static const size_t lengths[] = {10, 200, 400, 1024, 3000, 100000};
    struct heap h;
    struct weak_pairs w;
    struct err err = {0};
    open_heap(&h);
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        struct buf name = {0};
        buf_puts(&name, "1 / part of key (");
        for (size_t k = 0; k < lengths[i]; k++)
            buf_puts(&name, k % 3 ? "(" : "\xD0\xB6");
        buf_puts(&name, " @7) -> value (");
        for (size_t k = 0; k < lengths[i]; k++)
            buf_puts(&name, "x @1");
        buf_puts(&name, " @8) pair in WeakMap (table @9)");
        add(&h, name.data, name.len);
        buf_release(&name);
    }
    assert_true(weak_pairs_find(&h, &w, &err));
    for (uint32_t i = 0; i < ARRAY_LEN(lengths); i++) {
        if (!weak_pairs_lookup(&w, i))
            fail_msg("not found with %zu characters", lengths[i]);
    }
    weak_pairs_release(&w);
    heap_release(&h);
}

static void test_none(void **state)
{
    (void)state;
    struct heap h;
    struct weak_pairs w;
    struct err err = {0};
    open_heap(&h);
    assert_true(weak_pairs_find(&h, &w, &err));
    assert_int_equal(w.pair_count, 0);
    assert_null(w.is_name);
    assert_null(weak_pairs_lookup(&w, 0));
    weak_pairs_release(&w);
    heap_release(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
