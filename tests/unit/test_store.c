/* base/store: columns start zeroed even on a used file, grow with their contents, and a full disk
 * or a bad directory is an error that leaves what was there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/mount.h>
#endif

#include "base/store.h"
#include "base/tasks.h"
#include "tests/unit/temp_file.h"

static struct store *open_store(void)
{
    struct store *s = NULL;
    struct err err = {0};
    if (!store_new(NULL, &s, &err))
        fail_msg("%s", err.msg);
    return s;
}

static void expect_bytes(const struct column *c, unsigned char byte)
{
    const unsigned char *p = c->data;
    for (uint64_t i = 0; i < c->count * c->elem; i++)
        assert_int_equal(p[i], byte);
}

static void test_make(void **state)
{
    (void)state;
    static const uint64_t counts[] = {0, 1, 2, 16383, 16384, 16385, 300000};
    static const uint32_t elems[] = {1, 4, 8, 24};
    struct store *s = open_store();
    struct err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(counts) * ARRAY_LEN(elems); i++) {
        struct column c = {0};
        uint64_t count = counts[i / ARRAY_LEN(elems)];
        uint32_t elem = elems[i % ARRAY_LEN(elems)];
        assert_true(column_make(&c, s, "a test", elem, count, &err));
        assert_int_equal(c.count, count);
        assert_int_equal(c.elem, elem);
        assert_true(c.capacity >= count);
        assert_true(c.mapped_bytes >= count * elem);
        expect_bytes(&c, 0);
        memset(c.data, 0xFF, c.capacity * elem);
        column_release(&c);
        assert_null(c.data);
        column_release(&c);
    }
    store_free(s);
    store_free(NULL);
}

static void test_grow(void **state)
{
    (void)state;
    struct store *s = open_store();
    struct column c = {0};
    struct err err = {0};
    assert_true(column_make(&c, s, "a test", 4, 0, &err));
    for (uint32_t i = 0; i < 2000000; i++) {
        assert_true(column_reserve(&c, 1, &err));
        ((uint32_t *)c.data)[c.count++] = i * 7;
    }
    column_cool(&c);
    for (uint32_t i = 0; i < 2000000; i++)
        assert_int_equal(((uint32_t *)c.data)[i], i * 7);
    assert_true(column_reserve(&c, 3000000, &err));
    assert_true(c.capacity >= 5000000);
    assert_int_equal(c.count, 2000000);
    assert_int_equal(((uint32_t *)c.data)[1999999], 1999999u * 7);
    column_release(&c);
    store_free(s);
}

/* A released file serves again: for another type of elements, zeroed or not, and not for a small
 * column. */
static void test_spares(void **state)
{
    (void)state;
    enum { BYTES = 2 << 20 };
    struct store *s = open_store();
    struct column c = {0}, small = {0};
    struct err err = {0};
    assert_true(column_make(&c, s, "first", 1, BYTES, &err));
    memset(c.data, 0xEE, c.mapped_bytes);
    column_release(&c);
    assert_true(column_make(&small, s, "small", 1, 100, &err));
    assert_true(small.mapped_bytes < BYTES);
    assert_true(column_make(&c, s, "second", 8, BYTES / 8 - 100, &err));
    assert_int_equal(c.elem, 8);
    assert_int_equal(c.count, BYTES / 8 - 100);
    assert_true(c.capacity * 8 <= c.mapped_bytes);
    expect_bytes(&c, 0);
    memset(c.data, 0xDD, c.count * 8);
    /* making a column anew releases what it had */
    assert_true(column_make_raw(&c, s, "third", 4, BYTES / 4, &err));
    assert_int_equal(c.count, BYTES / 4);
    memset(c.data, 0xCC, c.count * 4);
    column_release(&c);
    store_trim(s);
    assert_true(column_make(&c, s, "fourth", 4, BYTES / 4, &err));
    expect_bytes(&c, 0);
    column_release(&c);
    column_release(&small);
    store_free(s);
}

static void test_more_columns_than_spares(void **state)
{
    (void)state;
    struct store *s = open_store();
    struct column c[40] = {0};
    struct err err = {0};
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < ARRAY_LEN(c); i++) {
            assert_true(column_make(&c[i], s, "one of many", 8, 131072 + i, &err));
            assert_int_equal(((uint64_t *)c[i].data)[131071 + i], 0);
            memset(c[i].data, (int)i + 1, c[i].count * 8);
        }
        for (size_t i = 0; i < ARRAY_LEN(c); i++) {
            assert_int_equal(((unsigned char *)c[i].data)[99], i + 1);
            column_release(&c[i]);
        }
    }
    store_free(s);
}

static bool use_columns(void *ctx, struct err *err)
{
    struct column c = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < 50; i++) {
        ok = column_make(&c, ctx, "of a thread", 4, 262144 + i % 3 * 1000, err);
        for (uint64_t k = 0; ok && k < c.count; k += 1000)
            ok = ((uint32_t *)c.data)[k] == 0;
        if (ok)
            memset(c.data, 0x55, c.count * 4);
    }
    column_release(&c);
    return ok;
}

static void test_threads_share_a_store(void **state)
{
    (void)state;
    struct store *s = open_store();
    struct err err = {0};
    const struct task tasks[] = {{use_columns, s}, {use_columns, s}, {use_columns, s}};
    assert_true(tasks_run(tasks, ARRAY_LEN(tasks), &err));
    store_free(s);
}

static void test_too_large(void **state)
{
    (void)state;
    struct store *s = open_store();
    struct column c = {0};
    struct err err = {0};
    assert_false(column_make(&c, s, "node names", 4, UINT64_MAX / 4 + 1, &err));
    assert_int_equal(err.code, ERR_RESOURCE);
    assert_non_null(strstr(err.msg, "node names: "));
    assert_null(c.data);
    assert_true(column_make(&c, s, "node names", 8, 10, &err));
    ((uint64_t *)c.data)[9] = 99;
    assert_false(column_reserve(&c, UINT64_MAX, &err));
    assert_false(column_reserve(&c, UINT64_MAX / 8, &err));
    assert_false(column_reserve(&c, (uint64_t)1 << 60, &err));
    assert_int_equal(c.count, 10);
    assert_int_equal(((uint64_t *)c.data)[9], 99);
    column_release(&c);
    store_free(s);
}

static void test_directories(void **state)
{
    (void)state;
    struct store *s = NULL;
    struct column c = {0};
    struct err err = {0};
    struct temp_file d, f;
    assert_false(store_new("/no/such/directory", &s, &err));
    assert_non_null(strstr(err.msg, "/no/such/directory: "));
    assert_false(store_new("", &s, &err));
    temp_file_make(&f, "", 0);
    assert_false(store_new(f.path, &s, &err));
    temp_file_remove(&f);
    assert_null(s);
    temp_dir_make(&d);
    assert_true(store_new(d.path, &s, &err));
    assert_true(column_make(&c, s, "a test", 1, 1, &err));
    /* the column's file has no name there */
    assert_int_equal(rmdir(d.path), 0);
    ((char *)c.data)[0] = 1;
    /* and without the directory there is no other */
    assert_false(column_make(&c, s, "second", 1, 1, &err));
    assert_int_equal(err.code, ERR_RESOURCE);
    assert_non_null(strstr(err.msg, "second: cannot make a temporary file in "));
    assert_int_equal(((char *)c.data)[0], 1);
    column_release(&c);
    store_free(s);
}

static void test_full_disk(void **state)
{
    (void)state;
#ifdef __linux__
    struct temp_file d;
    temp_dir_make(&d);
    if (mount("mortem-test", d.path, "tmpfs", 0, "size=4m")) {
        temp_file_remove(&d);
        print_message("a tiny file system cannot be mounted here\n");
        skip();
    }
    struct store *s = NULL;
    struct column c = {0}, more = {0};
    struct err err = {0};
    assert_true(store_new(d.path, &s, &err));
    assert_true(column_make(&c, s, "first", 1, 1 << 20, &err));
    memset(c.data, 0x77, c.count);
    assert_false(column_make(&more, s, "second", 1, 8 << 20, &err));
    assert_int_equal(err.code, ERR_RESOURCE);
    assert_non_null(strstr(err.msg, "second: no room for a temporary column of 8388608 bytes: "));
    assert_null(more.data);
    while (column_reserve(&c, 100000, &err))
        c.count += 100000;
    assert_int_equal(err.code, ERR_RESOURCE);
    assert_true(c.count >= 1 << 20);
    for (uint64_t i = 0; i < 1 << 20; i++)
        assert_int_equal(((unsigned char *)c.data)[i], 0x77);
    memset(c.data, 1, c.capacity); /* all that it says it has */
    column_release(&c);
    store_trim(s);
    assert_true(column_make(&more, s, "second", 1, 3 << 20, &err));
    column_release(&more);
    store_free(s);
    assert_int_equal(umount2(d.path, MNT_DETACH), 0);
    temp_file_remove(&d);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make),
        cmocka_unit_test(test_grow),
        cmocka_unit_test(test_spares),
        cmocka_unit_test(test_more_columns_than_spares),
        cmocka_unit_test(test_threads_share_a_store),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_directories),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
