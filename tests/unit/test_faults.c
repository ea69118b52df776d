/* The k-th call of a resource fails, for every k, while a snapshot is loaded and analysed: the
 * answer is an error that says so, or, where there is another way, the same numbers; nothing leaks
 * (the address sanitizer looks).
 *
 * Needs the linker's --wrap for the functions below; without it nothing is tested.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyzer/heap_load.h"
#include "analyzer/passes.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/tasks.h"
#include "tests/unit/random_heap.h"
#include "tests/unit/temp_file.h"

enum fault { FAULT_MEMORY, FAULT_SPACE, FAULT_MAP, FAULT_READ, FAULT_THREAD, FAULT_KINDS };

static atomic_int armed; /* calls until one fails, 0: none will */
static atomic_int fired;
static enum fault kind;
static bool for_good; /* all later calls fail as well */

/* Threads count down together: each takes a number of its own. */
static bool fails(enum fault k)
{
    int left = armed;
    if (k != kind)
        return false;
    do {
        if (left == 0)
            return false;
    } while (!atomic_compare_exchange_weak(&armed, &left, left > 1 ? left - 1 : for_good ? 1 : 0));
    if (left > 1)
        return false;
    fired = 1;
    return true;
}

#define REAL(type, name, ...)                                                                      \
    type __real_##name(__VA_ARGS__) __attribute__((weak));                                         \
    type __wrap_##name(__VA_ARGS__)

REAL(void *, malloc, size_t bytes);
REAL(void *, calloc, size_t count, size_t bytes);
REAL(void *, realloc, void *old, size_t bytes);
REAL(char *, strdup, const char *text);
REAL(int, posix_fallocate, int fd, off_t offset, off_t bytes);
REAL(void *, mmap, void *at, size_t bytes, int prot, int flags, int fd, off_t offset);
REAL(ssize_t, read, int fd, void *bytes, size_t cap);
REAL(int, pthread_create, pthread_t *t, const pthread_attr_t *a, void *(*run)(void *), void *ctx);

void *__wrap_malloc(size_t bytes)
{
    return fails(FAULT_MEMORY) ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return fails(FAULT_MEMORY) ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
    return fails(FAULT_MEMORY) ? NULL : __real_realloc(old, bytes);
}

char *__wrap_strdup(const char *text)
{
    return fails(FAULT_MEMORY) ? NULL : __real_strdup(text);
}

int __wrap_posix_fallocate(int fd, off_t offset, off_t bytes)
{
    return fails(FAULT_SPACE) ? ENOSPC : __real_posix_fallocate(fd, offset, bytes);
}

void *__wrap_mmap(void *at, size_t bytes, int prot, int flags, int fd, off_t offset)
{
    if (!fails(FAULT_MAP))
        return __real_mmap(at, bytes, prot, flags, fd, offset);
    errno = ENOMEM;
    return MAP_FAILED;
}

ssize_t __wrap_read(int fd, void *bytes, size_t cap)
{
    if (!fails(FAULT_READ))
        return __real_read(fd, bytes, cap);
    errno = EIO;
    return -1;
}

int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*run)(void *), void *ctx)
{
    return fails(FAULT_THREAD) ? EAGAIN : __real_pthread_create(t, a, run, ctx);
}

static void disarm(void)
{
    armed = 0;
}

static bool load_and_analyze(const char *path, struct heap *h, struct err *err)
{
    static const struct heap_load_options options = {.block_bytes = 512}; /* for two threads */
    struct input *in = NULL;
    bool ok = input_open(path, &in, err) && heap_load(in, &options, h, NULL, err);
    input_close(in);
    if (ok && !heap_analyze(h, NULL, err)) {
        heap_release(h);
        ok = false;
    }
    return ok;
}

/* Every call in turn. Returns how many there are. */
static int fail_every_call(enum fault k, const char *path, const struct heap *whole)
{
    int call = 1;
    for (;; call++) {
        struct heap h = {0};
        struct err err = {0};
        kind = k;
        fired = 0;
        armed = call;
        bool ok = load_and_analyze(path, &h, &err);
        disarm();
        if (!ok) {
            assert_true(fired);
            assert_int_equal(err.code, k == FAULT_READ ? ERR_INPUT : ERR_RESOURCE);
            assert_true(err.msg[0]);
            continue;
        }
        if (h.complete) {
            assert_int_equal(h.node_count, whole->node_count);
            assert_memory_equal(h.retained.data, whole->retained.data,
                                (size_t)h.node_count * h.retained.elem);
            assert_memory_equal(h.distance.data, whole->distance.data,
                                (size_t)h.node_count * h.distance.elem);
        } else {
            assert_int_equal(k, FAULT_READ);
            assert_int_equal(h.damage.code, ERR_INPUT);
        }
        heap_release(&h);
        if (!fired)
            return call - 1;
    }
}

static void test_load_and_analyze(void **state)
{
    (void)state;
    static const int least[FAULT_KINDS] = {40, 1, 40, 2, 1};
    static struct model m;
    struct buf text = {0};
    struct temp_file file;
    struct heap whole;
    struct err err = {0};
    model_make(&m, 12); /* detached nodes and WeakMap entries are in it */
    model_write(&m, 12, &text);
    temp_file_make(&file, text.data, text.len);
    assert_true(load_and_analyze(file.path, &whole, &err));
    for (for_good = false;; for_good = true) {
        for (enum fault k = 0; k < FAULT_KINDS; k++)
            assert_true(fail_every_call(k, file.path, &whole) >= least[k]);
        if (for_good)
            break;
    }
    heap_release(&whole);
    temp_file_remove(&file);
    model_release(&m);
    buf_release(&text);
}

static void test_buf(void **state)
{
    (void)state;
    struct buf b = {0};
    buf_puts(&b, "kept");
    kind = FAULT_MEMORY;
    armed = 1;
    for (int i = 0; i < 100; i++)
        buf_printf(&b, "%d", i);
    disarm();
    assert_true(b.failed);
    assert_memory_equal(b.data, "kept012", 7);
    buf_release(&b);
}

static void test_arena(void **state)
{
    (void)state;
    struct arena a = {0};
    kind = FAULT_MEMORY;
    armed = 1;
    assert_string_equal(arena_printf(&a, "%d", 1), "");
    disarm();
    assert_true(a.failed);
    assert_string_equal(arena_strdup(&a, "x"), "x");
    int *array = NULL;
    size_t count = 0;
    for (int i = 0; i < 1 << 14; i++)
        *(int *)arena_push(&a, (void **)&array, &count, sizeof *array) = i;
    armed = 1;
    assert_null(arena_push(&a, (void **)&array, &count, sizeof *array));
    disarm();
    assert_int_equal(count, 1 << 14);
    assert_int_equal(array[count - 1], count - 1);
    arena_release(&a);
}

static bool count_run(void *ctx, struct err *err)
{
    (void)err;
    ++*(int *)ctx;
    return true;
}

static void test_tasks(void **state)
{
    (void)state;
    for (int call = 1; call <= 3; call++) {
        int counts[4] = {0};
        struct err err = {0};
        struct task tasks[4];
        for (int i = 0; i < 4; i++)
            tasks[i] = (struct task){count_run, &counts[i]};
        kind = FAULT_THREAD;
        for_good = call == 1;
        armed = call;
        assert_true(tasks_run(tasks, 4, &err));
        disarm();
        for (int i = 0; i < 4; i++)
            assert_int_equal(counts[i], 1);
    }
}

int main(void)
{
    if (!__real_malloc) {
        printf("skip faults: not linked with --wrap\n");
        return 0;
    }
    tasks_set_threads(2);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_and_analyze),
        cmocka_unit_test(test_buf),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
