/* Where indexes lie, and which of them are believed; analyses with and without one. */
#include "analyzer/heap_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/analyze.h"
#include "analyzer/background.h"
#include "tests/unit/model_fixture.h"
#include "tests/unit/random_heap.h"
#include "tests/unit/temp_file.h"

/* A folder with a snapshot, a cache and a folder of the user's choice. */
struct desk {
    struct temp_file dir;
    char snapshot[300], beside[320], cache[300], chosen[300];
    struct buf text; /* of the snapshot */
};

static void remove_all(const char *path)
{
    char command[400];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

static void write_snapshot(const struct desk *d, size_t len)
{
    FILE *f = fopen(d->snapshot, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(d->text.data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static void desk_init(struct desk *d)
{
    static struct model m;
    memset(d, 0, sizeof *d);
    temp_dir_make(&d->dir);
    snprintf(d->snapshot, sizeof d->snapshot, "%s/a.heapsnapshot", d->dir.path);
    snprintf(d->beside, sizeof d->beside, "%s.mortem", d->snapshot);
    snprintf(d->cache, sizeof d->cache, "%s/cache", d->dir.path);
    snprintf(d->chosen, sizeof d->chosen, "%s/chosen", d->dir.path);
    assert_int_equal(mkdir(d->chosen, 0700), 0);
    setenv("XDG_CACHE_HOME", d->cache, 1);
    model_make(&m, 7);
    model_write_as_v8(&m, &d->text);
    model_release(&m);
    write_snapshot(d, d->text.len);
}

static void desk_release(struct desk *d)
{
    remove_all(d->dir.path);
    buf_release(&d->text);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* One `mortem FILE` with an index; *ret_problem is of the index. */
static void run(const struct desk *d, const char *dir, struct analysis *ret,
                struct err *ret_problem)
{
    const char *files[] = {d->snapshot};
    struct index_options index = {.dir = dir};
    struct analyze_options o = {.index = &index, .index_problem = ret_problem};
    struct err err;
    *ret_problem = (struct err){0};
    assert_true(analyze_files(files, 1, &o, ret, NULL, &err));
}

/* Whether an analysis comes from an index is told by the graph, which is then not read. */
static bool comes_from_index(const struct desk *d, const char *dir)
{
    const char *files[] = {d->snapshot};
    struct index_options index = {.dir = dir, .min_bytes = UINT64_MAX};
    struct analyze_options o = {.index = &index, .keep_heap = true};
    struct analysis a;
    struct err err;
    assert_true(analyze_files(files, 1, &o, &a, NULL, &err));
    bool from_index = a.heap.present && !a.graph;
    analysis_release(&a);
    return from_index;
}

static void make_index(const struct desk *d, const char *dir)
{
    struct analysis a;
    struct err problem;
    run(d, dir, &a, &problem);
    assert_int_equal(problem.code, ERR_NONE);
    analysis_release(&a);
}

static void test_beside(void **state)
{
    (void)state;
    struct desk d;
    struct stat st;
    desk_init(&d);
    assert_false(comes_from_index(&d, NULL));
    assert_false(exists(d.beside)); /* too small for it */
    make_index(&d, NULL);
    assert_int_equal(stat(d.beside, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_false(exists(d.cache));
    assert_true(comes_from_index(&d, NULL));
    assert_false(comes_from_index(&d, d.chosen));
    desk_release(&d);
}

static void test_cache_where_beside_fails(void **state)
{
    (void)state;
    struct desk d;
    struct stat st;
    desk_init(&d);
    /* Root writes everywhere, but not a file over a directory. */
    assert_int_equal(mkdir(d.beside, 0700), 0);
    make_index(&d, NULL);
    assert_int_equal(stat(d.cache, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_true(comes_from_index(&d, NULL));
    remove_all(d.cache);
    assert_false(comes_from_index(&d, NULL));
    desk_release(&d);
}

static void test_chosen_directory(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d);
    make_index(&d, d.chosen);
    assert_false(exists(d.beside));
    assert_true(comes_from_index(&d, d.chosen));
    assert_false(comes_from_index(&d, NULL));
    desk_release(&d);
}

static void test_no_place_is_no_failure(void **state)
{
    (void)state;
    struct desk d;
    struct analysis a, b;
    struct err problem;
    desk_init(&d);
    assert_int_equal(mkdir(d.beside, 0700), 0);
    setenv("XDG_CACHE_HOME", d.snapshot, 1); /* no directory */
    run(&d, NULL, &a, &problem);
    assert_true(a.heap.present);
    assert_int_equal(problem.code, ERR_RESOURCE);
    assert_non_null(strstr(problem.msg, "cannot write the index"));
    run(&d, NULL, &b, &problem);
    assert_int_equal(b.heap.total_bytes, a.heap.total_bytes);
    analysis_release(&a);
    analysis_release(&b);
    desk_release(&d);
}

static void test_others_are_not_believed(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d);
    make_index(&d, NULL);
    assert_int_equal(chmod(d.beside, 0620), 0);
    assert_false(comes_from_index(&d, NULL));
    assert_int_equal(chmod(d.beside, 0602), 0);
    assert_false(comes_from_index(&d, NULL));
    assert_int_equal(chmod(d.beside, 0644), 0);
    assert_true(comes_from_index(&d, NULL));
    if (geteuid() == 0) {
        assert_int_equal(chown(d.beside, 65534, 65534), 0);
        assert_false(comes_from_index(&d, NULL));
    }
    desk_release(&d);
}

static void test_strange_files(void **state)
{
    (void)state;
    struct desk d;
    char other[340];
    desk_init(&d);
    make_index(&d, NULL);
    snprintf(other, sizeof other, "%s.moved", d.beside);
    assert_int_equal(rename(d.beside, other), 0);
    assert_int_equal(symlink(other, d.beside), 0);
    assert_false(comes_from_index(&d, NULL));
    assert_int_equal(unlink(d.beside), 0);
    assert_int_equal(mkfifo(d.beside, 0600), 0); /* does not block */
    assert_false(comes_from_index(&d, NULL));
    make_index(&d, NULL);
    assert_true(comes_from_index(&d, NULL));
    desk_release(&d);
}

/* The snapshot is the same but for its time, which clocks alone might not change that fast. */
static void set_time(const struct desk *d, time_t seconds)
{
    const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    assert_int_equal(utimensat(AT_FDCWD, d->snapshot, times, 0), 0);
}

static void test_changed_snapshot(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d);
    set_time(&d, 1000);
    make_index(&d, NULL);
    assert_true(comes_from_index(&d, NULL));
    set_time(&d, 1001);
    assert_false(comes_from_index(&d, NULL));
    make_index(&d, NULL);
    assert_true(comes_from_index(&d, NULL));
    desk_release(&d);
}

/* The file changes while it is read. */
static void touch(void *ctx, const char *phase, uint64_t done, uint64_t total)
{
    (void)phase, (void)done, (void)total;
    set_time(ctx, 1000);
}

static void test_changed_meanwhile(void **state)
{
    (void)state;
    struct desk d;
    desk_init(&d);
    const char *files[] = {d.snapshot};
    struct index_options index = {0};
    struct analyze_options o = {.index = &index};
    struct progress p = {.report = touch, .ctx = &d};
    struct analysis a;
    struct err err;
    assert_true(analyze_files(files, 1, &o, &a, &p, &err));
    assert_false(exists(d.beside));
    analysis_release(&a);
    desk_release(&d);
}

static void test_cut_snapshot(void **state)
{
    (void)state;
    struct desk d;
    struct analysis a, b;
    struct err problem;
    desk_init(&d);
    write_snapshot(&d, d.text.len * 9 / 10);
    run(&d, NULL, &a, &problem);
    assert_true(exists(d.beside));
    assert_true(comes_from_index(&d, NULL));
    run(&d, NULL, &b, &problem);
    assert_int_equal(b.inputs[0].problem, ERR_INPUT);
    assert_false(b.inputs[0].complete);
    assert_int_equal(b.inputs[0].bytes, a.inputs[0].bytes);
    assert_string_equal(b.inputs[0].remark, a.inputs[0].remark);
    analysis_release(&a);
    analysis_release(&b);
    desk_release(&d);
}

/* -- in the background -- */

static void wait_until_done(struct background *b, struct background_state *ret)
{
    do {
        background_wait(b, 10000);
        background_look(b, ret);
        usleep(1000);
    } while (!ret->done);
}

static void start(const struct desk *d, const char *const files[1], struct background **ret)
{
    static const struct index_options index; /* any size */
    struct analyze_options o = {.index = &index};
    struct err err;
    (void)d;
    assert_true(background_start(files, 1, &o, ret, &err));
}

static void test_background(void **state)
{
    (void)state;
    struct desk d;
    struct background *b;
    struct background_state now;
    desk_init(&d);
    const char *files[] = {d.snapshot};
    /* Without an index, then with one: the same answers, the same graph. */
    uint64_t bytes[2];
    for (int i = 0; i < 2; i++) {
        start(&d, files, &b);
        wait_until_done(b, &now);
        assert_non_null(now.answers);
        assert_non_null(now.heap);
        assert_int_equal(now.problem.code, ERR_NONE);
        assert_int_equal(now.answers->graph == now.heap, i == 0);
        bytes[i] = heap_total_bytes(now.heap);
        assert_int_equal(bytes[i], now.answers->heap.total_bytes);
        background_stop(b);
    }
    assert_int_equal(bytes[0], bytes[1]);
    desk_release(&d);
}

static void test_background_heap_is_gone(void **state)
{
    (void)state;
    struct desk d;
    struct background *b;
    struct background_state now;
    desk_init(&d);
    const char *files[] = {d.snapshot};
    make_index(&d, NULL);
    /* As long and as old as before, and no snapshot any more. */
    struct stat st;
    assert_int_equal(stat(d.snapshot, &st), 0);
    const struct timespec times[2] = {st.st_atim, st.st_mtim};
    memset(d.text.data + 20, ' ', d.text.len - 20);
    write_snapshot(&d, d.text.len);
    assert_int_equal(utimensat(AT_FDCWD, d.snapshot, times, 0), 0);
    start(&d, files, &b);
    wait_until_done(b, &now);
    assert_non_null(now.answers);
    assert_null(now.heap);
    assert_int_equal(now.problem.code, ERR_INPUT);
    background_stop(b);
    desk_release(&d);
}

static void test_background_is_cancelled(void **state)
{
    (void)state;
    struct desk d;
    struct background *b;
    struct background_state now;
    desk_init(&d);
    const char *files[] = {d.snapshot};
    /* A log that it would take a minute to read. */
    write_snapshot(&d, 0);
    FILE *f = fopen(d.snapshot, "w");
    assert_non_null(f);
    for (int i = 0; i < 1000; i++)
        fputs("a line of some log\n", f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(truncate(d.snapshot, (off_t)1 << 36), 0);
    start(&d, files, &b);
    background_wait(b, 20);
    background_look(b, &now);
    assert_false(now.done);
    background_stop(b);
    const char *missing[] = {"/nowhere/at/all"};
    start(&d, missing, &b);
    background_stop(b);
    desk_release(&d);
}

/* A pipe that says nothing: it cannot be cancelled, and nobody waits for it. */
static void test_background_is_left(void **state)
{
    (void)state;
    struct desk d;
    struct background *b;
    desk_init(&d);
    static char pipe_name[320];
    static const char *files[] = {pipe_name};
    strcpy(pipe_name, d.beside);
    assert_int_equal(mkfifo(pipe_name, 0600), 0);
    int fd = open(pipe_name, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a log\n", 6), 6);
    start(&d, files, &b);
    background_stop(b);
    /* It ends when the pipe does, and frees what it has. */
    assert_int_equal(close(fd), 0);
    usleep(100000);
    desk_release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beside),
        cmocka_unit_test(test_cache_where_beside_fails),
        cmocka_unit_test(test_chosen_directory),
        cmocka_unit_test(test_no_place_is_no_failure),
        cmocka_unit_test(test_others_are_not_believed),
        cmocka_unit_test(test_strange_files),
        cmocka_unit_test(test_changed_snapshot),
        cmocka_unit_test(test_changed_meanwhile),
        cmocka_unit_test(test_cut_snapshot),
        cmocka_unit_test(test_background),
        cmocka_unit_test(test_background_heap_is_gone),
        cmocka_unit_test(test_background_is_cancelled),
        cmocka_unit_test(test_background_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
