/* base/store: columns start zeroed even where others were, grow with their contents, share the
 * file without overlap and give back what they had; a full disk, a limit or a bad directory is an
 * error that leaves what was there.
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

/* What a column gives back serves again: for other sizes and types of elements, zeroed or not. */
static void test_recycling(void **state)
{
    (void)state;
    enum { BYTES = 6 << 20 };
    struct store *s = open_store();
    struct column c = {0}, d = {0}, small = {0};
    struct err err = {0};
    assert_true(column_make(&c, s, "first", 1, BYTES, &err));
    assert_int_equal(store_usage(s).file_bytes, BYTES);
    memset(c.data, 0xEE, c.mapped_bytes);
    column_release(&c);
    assert_int_equal(store_usage(s).live_bytes, 0);
    assert_true(column_make(&small, s, "small", 1, 100, &err));
    expect_bytes(&small, 0);
    assert_true(column_make(&c, s, "second", 8, (2 << 20) / 8 - 100, &err));
    assert_int_equal(c.elem, 8);
    expect_bytes(&c, 0);
    assert_true(column_make(&d, s, "third", 1, 3 << 20, &err));
    expect_bytes(&d, 0);
    assert_int_equal(store_usage(s).file_bytes, BYTES);
    memset(d.data, 0xDD, d.count);
    /* making a column anew releases what it had */
    assert_true(column_make_raw(&d, s, "fourth", 4, BYTES / 4, &err));
    memset(d.data, 0xCC, d.count * 4);
    column_release(&c);
    column_release(&d);
    store_trim(s);
    assert_int_equal(store_usage(s).file_bytes, 2 << 20);
    assert_int_equal(store_usage(s).live_bytes, 64 << 10);
    assert_true(column_make(&c, s, "fifth", 4, BYTES / 4, &err));
    expect_bytes(&c, 0);
    column_release(&small);
    store_trim(s); /* a hole in front of a column */
    assert_int_equal(store_usage(s).file_bytes, BYTES + (2 << 20));
    assert_true(column_make(&d, s, "sixth", 1, 2 << 20, &err));
    expect_bytes(&d, 0);
    memset(d.data, 1, d.count);
    expect_bytes(&c, 0);
    assert_int_equal(store_usage(s).file_bytes, BYTES + (2 << 20));
    column_release(&c);
    column_release(&d);
    store_trim(s);
    assert_int_equal(store_usage(s).file_bytes, 0);
    assert_true(store_usage(s).peak_bytes >= BYTES + (2 << 20));
    store_free(s);
}

/* A large column is made of what is free between others. */
static void test_pieces(void **state)
{
    (void)state;
    enum { EXTENT = 2 << 20 };
    struct store *s = open_store();
    struct column c[9] = {0}, large = {0};
    struct err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(c); i++) {
        assert_true(column_make(&c[i], s, "one of nine", 1, EXTENT, &err));
        memset(c[i].data, (int)i + 1, EXTENT);
    }
    for (size_t i = 0; i < ARRAY_LEN(c); i += 2)
        column_release(&c[i]);
    assert_true(column_make(&large, s, "large", 1, 5 * EXTENT - 100, &err));
    assert_int_equal(large.runs.count, 5);
    expect_bytes(&large, 0);
    memset(large.data, 0x99, large.count);
    assert_int_equal(store_usage(s).file_bytes, 9 * EXTENT);
    for (size_t i = 1; i < ARRAY_LEN(c); i += 2)
        expect_bytes(&c[i], (unsigned char)(i + 1));
    for (size_t i = 0; i < ARRAY_LEN(c); i++)
        column_release(&c[i]);
    /* what is in a row before what is first */
    assert_true(column_make(&c[0], s, "one", 1, EXTENT, &err));
    column_release(&large);
    column_release(&c[0]);
    assert_true(column_make(&large, s, "large", 1, 9 * EXTENT, &err));
    assert_int_equal(large.runs.count, 1);
    column_release(&large);
    store_free(s);
}

static void test_small_columns_share(void **state)
{
    (void)state;
    struct store *s = open_store();
    struct column c[64] = {0};
    struct err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(c); i++) {
        assert_true(column_make(&c[i], s, "small", 1, 1000, &err));
        memset(c[i].data, (int)i + 1, c[i].mapped_bytes);
    }
    assert_int_equal(store_usage(s).file_bytes, 4 << 20);
    for (size_t i = 0; i < ARRAY_LEN(c); i++)
        expect_bytes(&c[i], (unsigned char)(i + 1));
    for (size_t i = 0; i < ARRAY_LEN(c); i++)
        column_release(&c[i]);
    assert_int_equal(store_usage(s).live_bytes, 0);
    store_free(s);
}

static void fill(struct column *c, uint64_t from)
{
    for (uint32_t *v = c->data; from < c->count; from++)
        v[from] = (uint32_t)from * 7;
}

static void expect_filled(const struct column *c)
{
    const uint32_t *v = c->data;
    for (uint64_t i = 0; i < c->count; i++)
        assert_int_equal(v[i], (uint32_t)i * 7);
}

static void test_growth_stays_and_moves(void **state)
{
    (void)state;
    struct store *s = open_store();
    struct column c = {0}, between = {0};
    struct err err = {0};
    int stays = 0, moves = 0;
    assert_true(column_make(&c, s, "a test", 4, 100, &err));
    fill(&c, 0);
    while (c.mapped_bytes < 40 << 20) {
        const void *before = c.data;
        uint64_t from = c.count, mapped = c.mapped_bytes;
        assert_true(column_reserve(&c, c.capacity - c.count + 1, &err));
        assert_true(c.mapped_bytes > mapped);
        *(c.data == before ? &stays : &moves) += 1;
        c.count = c.capacity;
        fill(&c, from);
        /* the next run is elsewhere in the file */
        assert_true(column_make(&between, s, "between", 1, (uint64_t)3 << 20, &err));
        memset(between.data, 0xFF, between.count);
    }
    assert_true(stays > 4);
    assert_true(moves > 4);
    expect_filled(&c);
    /* from an exact size with a part of an extent at its end */
    assert_true(column_make(&c, s, "a test", 4, 700000, &err));
    fill(&c, 0);
    assert_true(column_reserve(&c, 1, &err));
    c.count = c.capacity;
    fill(&c, 700000);
    expect_filled(&c);
    column_release(&between);
    assert_int_equal(store_usage(s).live_bytes, c.mapped_bytes);
    column_release(&c);
    store_free(s);
}

static void test_fit(void **state)
{
    (void)state;
    static const uint64_t counts[] = {0, 1, 16384, 16385, 524287, 524288, 540000, 1048575, 2000000};
    struct store *s = open_store();
    struct err err = {0};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        struct column c = {0}, other = {0};
        assert_true(column_make(&c, s, "a test", 4, 0, &err));
        assert_true(column_reserve(&c, 2100000, &err));
        c.count = counts[i];
        fill(&c, 0);
        for (int twice = 0; twice < 2; twice++) {
            column_fit(&c);
            assert_true(c.capacity >= c.count);
            assert_true(c.mapped_bytes - c.count * 4 <= (64 << 10) + c.count * 4 / 16);
            assert_int_equal(store_usage(s).live_bytes, c.mapped_bytes);
        }
        assert_true(column_make_raw(&other, s, "other", 1, (uint64_t)7 << 20, &err));
        memset(other.data, 0xFF, other.mapped_bytes);
        expect_filled(&c);
        assert_true(column_reserve(&c, c.capacity - c.count + 1, &err));
        c.count = c.capacity;
        fill(&c, counts[i]);
        expect_filled(&c);
        expect_bytes(&other, 0xFF);
        column_release(&c);
        column_release(&other);
        assert_int_equal(store_usage(s).live_bytes, 0);
    }
    store_free(s);
}

static void test_limit(void **state)
{
    (void)state;
    struct store *s = open_store();
    struct column c = {0}, more = {0};
    struct err err = {0};
    store_limit(s, 10 << 20);
    assert_true(column_make(&c, s, "first", 1, 9 << 20, &err));
    assert_false(column_make(&more, s, "second", 1, 3 << 20, &err));
    assert_int_equal(err.code, ERR_RESOURCE);
    assert_string_equal(err.msg,
                        "second: needs 12582912 bytes of temporary space, 10485760 are the "
                        "limit");
    assert_int_equal(store_usage(s).file_bytes, 10 << 20);
    assert_int_equal(store_usage(s).live_bytes, 9 << 20);
    assert_false(column_reserve(&c, 3 << 20, &err));
    expect_bytes(&c, 0);
    column_release(&c);
    assert_true(column_make(&more, s, "second", 1, 3 << 20, &err));
    store_limit(s, 0);
    assert_true(column_make(&c, s, "third", 1, 20 << 20, &err));
    column_release(&c);
    column_release(&more);
    store_free(s);
}

static void test_many_columns(void **state)
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

/* One thread's column is never where another's is: each fills its own with its own number. */
struct user {
    struct store *store;
    unsigned char number;
    uint64_t seed;
};

static unsigned next_random(struct user *u)
{
    u->seed = u->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(u->seed >> 33);
}

static bool all_bytes(const struct column *c, unsigned char byte)
{
    const unsigned char *p = c->data;
    uint64_t bytes = c->count * c->elem;
    return !bytes || (p[0] == byte && memcmp(p, p + 1, bytes - 1) == 0);
}

static bool change_column(struct user *u, struct column *c, struct err *err)
{
    /* small ones, about an extent, several */
    uint64_t bytes = next_random(u) % (next_random(u) % 2 ? 200000u : 5000000u);
    unsigned char mark = u->number;
    bool ok = true;
    switch (c->data ? next_random(u) % 5 : 0) {
    case 0:
        if (!column_make(c, u->store, "of a thread", 4, bytes / 4, err) || !all_bytes(c, 0))
            return false;
        break;
    case 1:
        ok = column_reserve(c, bytes / 4, err);
        c->count += ok ? bytes / 4 : 0;
        break;
    case 2:
        c->count = c->count / 2;
        column_fit(c);
        break;
    case 3:
        column_cool(c);
        ok = all_bytes(c, mark);
        column_warm(c);
        break;
    default:
        column_release(c);
        return true;
    }
    memset(c->data, mark, c->count * 4);
    return ok;
}

static bool use_columns(void *ctx, struct err *err)
{
    struct user *u = ctx;
    struct column c[5] = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < 300; i++) {
        struct column *one = &c[next_random(u) % ARRAY_LEN(c)];
        ok = (!one->data || all_bytes(one, u->number)) && change_column(u, one, err);
    }
    for (size_t i = 0; i < ARRAY_LEN(c); i++) {
        ok = ok && (!c[i].data || all_bytes(&c[i], u->number));
        column_release(&c[i]);
    }
    return ok || err->code || err_set(err, ERR_INPUT, 0, "a column does not hold what it should");
}

static void test_threads_share_a_store(void **state)
{
    (void)state;
    struct store *s = open_store();
    struct err err = {0};
    struct user users[] = {{s, 1, 1}, {s, 2, 22}, {s, 3, 333}};
    const struct task tasks[] = {
        {use_columns, &users[0]}, {use_columns, &users[1]}, {use_columns, &users[2]}};
    if (!tasks_run(tasks, ARRAY_LEN(tasks), &err))
        fail_msg("%s", err.msg);
    assert_int_equal(store_usage(s).live_bytes, 0);
    /* up to the parts of extents that nothing fitted into */
    assert_true(store_usage(s).file_bytes <= store_usage(s).peak_bytes * 2 + (8 << 20));
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
    /* the file has no name there */
    assert_int_equal(rmdir(d.path), 0);
    ((char *)c.data)[0] = 1;
    column_release(&c);
    store_free(s);
    /* and without the directory there is none */
    temp_dir_make(&d);
    assert_true(store_new(d.path, &s, &err));
    assert_int_equal(rmdir(d.path), 0);
    assert_false(column_make(&c, s, "second", 1, 1, &err));
    assert_int_equal(err.code, ERR_RESOURCE);
    assert_non_null(strstr(err.msg, "second: cannot make a temporary file in "));
    assert_null(c.data);
    store_trim(s);
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
        cmocka_unit_test(test_recycling),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_small_columns_share),
        cmocka_unit_test(test_growth_stays_and_moves),
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_threads_share_a_store),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_directories),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
