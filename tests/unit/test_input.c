/* base/input: plain files, pipes, gzip members and zstd frames, whole, cut at every byte, damaged;
 * reading by single bytes and after peeking.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/input.h"
#include "tests/unit/temp_file.h"

/* -- making containers -- */

static void put_gzip(struct buf *b, const void *bytes, size_t len)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t cap = deflateBound(&z, len) + 64;
    unsigned char *out = malloc(cap);
    z.next_in = (unsigned char *)bytes;
    z.avail_in = (uInt)len;
    z.next_out = out;
    z.avail_out = (uInt)cap;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    buf_append(b, out, z.total_out);
    deflateEnd(&z);
    free(out);
}

static void put_zstd(struct buf *b, const void *bytes, size_t len)
{
    size_t cap = ZSTD_compressBound(len);
    char *out = malloc(cap);
    size_t made = ZSTD_compress(out, cap, bytes, len, 3);
    assert_false(ZSTD_isError(made));
    buf_append(b, out, made);
    free(out);
}

/* Bytes that do not get smaller. */
static void put_noise(struct buf *b, size_t len)
{
    uint64_t x = 88172645463325252u;
    for (size_t i = 0; i < len; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        buf_putc(b, (char)(x >> 32));
    }
}

/* -- reading -- */

/* Reads all of it by `step` bytes. True at an orderly end. */
static bool read_all(struct input *in, size_t step, struct buf *out, struct err *err)
{
    char *bytes = malloc(step);
    size_t len = 1;
    bool ok = true;
    while (ok && len) {
        ok = input_read(in, bytes, step, &len, err);
        if (ok) {
            assert_true(len <= step);
            buf_append(out, bytes, len);
            assert_int_equal(input_offset(in), out->len);
        }
    }
    if (ok) { /* the end stays the end */
        assert_true(input_read(in, bytes, step, &len, err));
        assert_int_equal(len, 0);
    }
    free(bytes);
    return ok;
}

static bool read_file(const struct temp_file *f, size_t step, struct buf *out, struct err *err)
{
    struct input *in = NULL;
    buf_clear(out);
    if (!input_open(f->path, &in, err))
        return false;
    assert_string_equal(input_name(in), f->path);
    bool ok = read_all(in, step, out, err);
    assert_true(input_file_offset(in) <= input_file_bytes(in));
    input_close(in);
    return ok;
}

static void expect_content(const struct buf *file, enum container container, const struct buf *text)
{
    static const size_t steps[] = {1, 2, 3, 7, 4096, 65536, 1 << 20};
    struct temp_file f;
    struct buf out = {0};
    struct err err = {0};
    struct input *in = NULL;
    temp_file_make(&f, buf_str(file), file->len);
    assert_true(input_open(f.path, &in, &err));
    assert_int_equal(input_container(in), container);
    assert_int_equal(input_file_bytes(in), file->len);
    input_close(in);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        if (!read_file(&f, steps[i], &out, &err))
            fail_msg("by %zu bytes: %s", steps[i], err.msg);
        assert_int_equal(out.len, text->len);
        assert_memory_equal(buf_str(&out), buf_str(text), text->len);
    }
    buf_release(&out);
    temp_file_remove(&f);
}

static void test_plain(void **state)
{
    (void)state;
    struct buf text = {0};
    for (int i = 0; i < 6; i++) {
        expect_content(&text, CONTAINER_PLAIN, &text);
        buf_putc(&text, "abcdef"[i]);
    }
    put_noise(&text, 300000);
    expect_content(&text, CONTAINER_PLAIN, &text);
    buf_release(&text);
}

typedef void put_fn(struct buf *b, const void *bytes, size_t len);

static void test_members(void **state)
{
    (void)state;
    static put_fn *const put[] = {put_gzip, put_zstd};
    static const enum container containers[] = {CONTAINER_GZIP, CONTAINER_ZSTD};
    for (size_t i = 0; i < ARRAY_LEN(put); i++) {
        struct buf file = {0}, text = {0};
        for (int member = 0; member < 4; member++) {
            struct buf part = {0};
            if (member == 2)
                put_noise(&part, 400000);
            else if (member) /* the first one is empty */
                buf_printf(&part, "part %d\n", member);
            buf_append(&text, buf_str(&part), part.len);
            put[i](&file, buf_str(&part), part.len);
            expect_content(&file, containers[i], &text);
            buf_release(&part);
        }
        buf_release(&file);
        buf_release(&text);
    }
}

/* A member that begins at any place around the end of the reader's own buffer. */
static void test_member_at_a_buffers_end(void **state)
{
    (void)state;
    enum { BUFFER = 256 << 10 };
    struct buf noise = {0}, first = {0};
    put_noise(&noise, BUFFER);
    put_gzip(&first, noise.data, BUFFER - 1000);
    size_t overhead = first.len - (BUFFER - 1000);
    for (int shift = -4; shift <= 4; shift++) {
        struct buf file = {0}, text = {0};
        buf_append(&text, noise.data, BUFFER - overhead + (size_t)(shift + 4) - 4);
        put_gzip(&file, text.data, text.len);
        put_gzip(&file, "second", 6);
        buf_puts(&text, "second");
        struct temp_file f;
        struct buf out = {0};
        struct err err = {0};
        temp_file_make(&f, file.data, file.len);
        assert_true(read_file(&f, 65536, &out, &err));
        if (out.len != text.len)
            fail_msg("%d: %zu of %zu bytes", shift, out.len, text.len);
        assert_memory_equal(out.data, text.data, text.len);
        temp_file_remove(&f);
        buf_release(&out);
        buf_release(&file);
        buf_release(&text);
    }
    buf_release(&first);
    buf_release(&noise);
}

/* gzip(1) ignores what is no member behind one; zstd(1) complains. */
static void test_trailing_bytes(void **state)
{
    (void)state;
    static const char *const tails[] = {"\0", "\0\0\0\0", "x", "garbage", "\x1f", "\x1fx"};
    static const size_t lengths[] = {1, 4, 1, 7, 1, 2};
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        struct buf file = {0}, text = {0}, out = {0};
        struct temp_file f;
        struct err err = {0};
        buf_puts(&text, "content");
        put_gzip(&file, text.data, text.len);
        buf_append(&file, tails[i], lengths[i]);
        expect_content(&file, CONTAINER_GZIP, &text);
        buf_clear(&file);
        put_zstd(&file, text.data, text.len);
        buf_append(&file, tails[i], lengths[i]);
        temp_file_make(&f, file.data, file.len);
        assert_false(read_file(&f, 100, &out, &err));
        assert_string_equal(buf_str(&out), "content");
        temp_file_remove(&f);
        buf_release(&file);
        buf_release(&text);
        buf_release(&out);
    }
}

/* Every cut: what could be decoded is given first, then an error that names the place. */
static void test_cut_containers(void **state)
{
    (void)state;
    static put_fn *const put[] = {put_gzip, put_zstd};
    for (size_t i = 0; i < ARRAY_LEN(put); i++) {
        struct buf file = {0}, text = {0}, out = {0};
        put_noise(&text, 500);
        put[i](&file, text.data, text.len);
        size_t first_end = file.len;
        put[i](&file, "tail", 4);
        buf_puts(&text, "tail");
        for (size_t len = 4; len < file.len; len++) {
            struct temp_file f;
            struct err err = {0};
            temp_file_make(&f, file.data, len);
            bool ok = read_file(&f, 64, &out, &err);
            assert_int_equal(ok, len == first_end || (i == 0 && len == first_end + 1));
            assert_true(out.len <= text.len);
            assert_memory_equal(buf_str(&out), text.data, out.len);
            assert_true(len < first_end || out.len >= 500);
            if (!ok) {
                char place[64];
                snprintf(place, sizeof place, "byte %zu of the compressed file", len);
                assert_int_equal(err.code, ERR_INPUT);
                if (!strstr(err.msg, place) || !strstr(err.msg, f.path))
                    fail_msg("expected %s, found %s", place, err.msg);
            }
            temp_file_remove(&f);
        }
        buf_release(&file);
        buf_release(&text);
        buf_release(&out);
    }
}

/* A wrong bit anywhere is found, or changes nothing; never more than a prefix is given for good. */
static void test_damaged_containers(void **state)
{
    (void)state;
    static put_fn *const put[] = {put_gzip, put_zstd};
    for (size_t i = 0; i < ARRAY_LEN(put); i++) {
        struct buf file = {0}, text = {0}, out = {0};
        put_noise(&text, 200);
        put[i](&file, text.data, text.len);
        for (size_t bit = 0; bit < file.len * 8; bit++) {
            struct temp_file f;
            struct err err = {0};
            file.data[bit / 8] ^= (char)(1 << bit % 8);
            temp_file_make(&f, file.data, file.len);
            if (!read_file(&f, 64, &out, &err)) {
                assert_int_equal(err.code, ERR_INPUT);
                assert_non_null(strstr(err.msg, "of the compressed file"));
            }
            temp_file_remove(&f);
            file.data[bit / 8] ^= (char)(1 << bit % 8);
        }
        buf_release(&file);
        buf_release(&text);
        buf_release(&out);
    }
}

static void test_cannot_open(void **state)
{
    (void)state;
    struct temp_file d;
    struct input *in = NULL;
    struct err err = {0};
    temp_dir_make(&d);
    assert_false(input_open(d.path, &in, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.msg, d.path));
    assert_non_null(strstr(err.msg, "is a directory"));
    temp_file_remove(&d);
    assert_false(input_open(d.path, &in, &err));
    assert_false(input_open("no/such/file", &in, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_string_equal(err.msg, "no/such/file: No such file or directory");
    assert_false(input_open("", &in, &err));
    assert_null(in);
    input_close(NULL);
}

static void test_peek(void **state)
{
    (void)state;
    struct buf text = {0}, file = {0}, out = {0};
    put_noise(&text, 3 * INPUT_PEEK_MAX);
    put_gzip(&file, text.data, text.len);
    const struct buf *const files[] = {&text, &file};
    static const size_t wants[] = {1, 2, 4, 5, 1000, INPUT_PEEK_MAX, INPUT_PEEK_MAX + 1};
    for (size_t i = 0; i < 2 * ARRAY_LEN(wants); i++) {
        struct temp_file f;
        struct input *in = NULL;
        struct err err = {0};
        const uint8_t *bytes;
        size_t len = 0, want = wants[i / 2];
        char some[10];
        temp_file_make(&f, files[i & 1]->data, files[i & 1]->len);
        assert_true(input_open(f.path, &in, &err));
        for (int twice = 0; twice < 2; twice++) {
            assert_true(input_peek(in, want, &bytes, &len, &err));
            assert_int_equal(len, min_u64(want, INPUT_PEEK_MAX));
            assert_memory_equal(bytes, text.data, len);
            assert_int_equal(input_offset(in), 0);
        }
        assert_true(input_read(in, some, sizeof some, &len, &err));
        size_t at = len;
        assert_memory_equal(some, text.data, len);
        assert_true(input_peek(in, 100, &bytes, &len, &err));
        assert_int_equal(len, want < 100 + at ? 100 : min_u64(want, INPUT_PEEK_MAX) - at);
        assert_memory_equal(bytes, text.data + at, len);
        buf_clear(&out);
        buf_append(&out, text.data, at);
        assert_true(read_all(in, 777, &out, &err));
        assert_int_equal(out.len, text.len);
        assert_memory_equal(out.data, text.data, text.len);
        input_close(in);
        temp_file_remove(&f);
    }
    buf_release(&text);
    buf_release(&file);
    buf_release(&out);
}

static void test_peek_short_and_damaged(void **state)
{
    (void)state;
    struct buf file = {0}, out = {0};
    struct temp_file f;
    struct input *in = NULL;
    struct err err = {0};
    const uint8_t *bytes;
    size_t len;
    temp_file_make(&f, "abc", 3);
    assert_true(input_open(f.path, &in, &err));
    assert_true(input_peek(in, 100, &bytes, &len, &err));
    assert_int_equal(len, 3);
    assert_true(read_all(in, 2, &out, &err));
    assert_string_equal(buf_str(&out), "abc");
    assert_true(input_peek(in, 100, &bytes, &len, &err));
    assert_int_equal(len, 0);
    input_close(in);
    /* good bytes first, then the error, again and again */
    put_zstd(&file, "good", 4);
    put_zstd(&file, "cut", 3);
    temp_file_write(&f, file.data, file.len - 1);
    assert_true(input_open(f.path, &in, &err));
    assert_true(input_peek(in, 100, &bytes, &len, &err));
    assert_true(len >= 4);
    assert_memory_equal(bytes, "good", 4);
    buf_clear(&out);
    assert_false(read_all(in, 100, &out, &err));
    assert_memory_equal(buf_str(&out), "good", 4);
    assert_non_null(strstr(err.msg, "cut short"));
    assert_false(input_peek(in, 1, &bytes, &len, &err));
    assert_false(read_all(in, 100, &out, &err));
    input_close(in);
    /* nothing good at all */
    temp_file_write(&f, file.data, 6);
    assert_true(input_open(f.path, &in, &err));
    assert_false(input_peek(in, 100, &bytes, &len, &err));
    assert_int_equal(err.code, ERR_INPUT);
    input_close(in);
    temp_file_remove(&f);
    buf_release(&file);
    buf_release(&out);
}

struct writer {
    int fd;
    const struct buf *bytes;
    size_t step;
};

static void *write_slowly(void *arg)
{
    struct writer *w = arg;
    for (size_t at = 0; at < w->bytes->len; at += w->step) {
        size_t len = min_u64(w->step, w->bytes->len - at);
        if (write(w->fd, w->bytes->data + at, len) != (ssize_t)len)
            break;
    }
    close(w->fd);
    return NULL;
}

/* Through a named pipe, so written that read() gives few bytes at a time. */
static void expect_through_pipe(const struct buf *file, size_t step, const struct buf *text)
{
    struct temp_file d;
    char path[300];
    pthread_t thread;
    struct input *in = NULL;
    struct err err = {0};
    struct buf out = {0};
    temp_dir_make(&d);
    snprintf(path, sizeof path, "%s/pipe", d.path);
    assert_int_equal(mkfifo(path, 0600), 0);
    FILE *both = fopen(path, "r+"); /* lets the two ends open without waiting */
    struct writer w = {.bytes = file, .step = step};
    assert_non_null(both);
    w.fd = dup(fileno(both));
    assert_int_equal(pthread_create(&thread, NULL, write_slowly, &w), 0);
    assert_true(input_open(path, &in, &err));
    assert_int_equal(input_file_bytes(in), 0);
    pthread_join(thread, NULL);
    fclose(both);
    assert_true(read_all(in, 100, &out, &err));
    assert_int_equal(out.len, text->len);
    assert_memory_equal(buf_str(&out), text->data, text->len);
    input_close(in);
    unlink(path);
    temp_file_remove(&d);
    buf_release(&out);
}

static void test_pipe(void **state)
{
    (void)state;
    struct buf text = {0}, gzip = {0}, zstd = {0};
    for (int i = 0; i < 3; i++) {
        put_gzip(&gzip, "some text", 9);
        put_zstd(&zstd, "some text", 9);
        buf_puts(&text, "some text");
    }
    expect_through_pipe(&text, 1, &text);
    expect_through_pipe(&gzip, 1, &text);
    expect_through_pipe(&zstd, 1, &text);
    buf_release(&text);
    buf_release(&gzip);
    buf_release(&zstd);
}

/* What a writer that waits for the reader gives: every read() ends after one byte. */
static void test_standard_input_by_bytes(void **state)
{
    (void)state;
    struct buf text = {0}, gzip = {0}, out = {0};
    struct input *in = NULL;
    struct err err = {0};
    int ends[2], saved = dup(STDIN_FILENO);
    for (int i = 0; i < 3; i++) {
        put_gzip(&gzip, "member", 6);
        buf_puts(&text, "member");
    }
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    pthread_t thread;
    struct writer w = {.fd = ends[1], .bytes = &gzip, .step = 1};
    assert_int_equal(pthread_create(&thread, NULL, write_slowly, &w), 0);
    assert_true(input_open("-", &in, &err));
    assert_string_equal(input_name(in), "<stdin>");
    assert_true(read_all(in, 1, &out, &err));
    pthread_join(thread, NULL);
    assert_string_equal(buf_str(&out), buf_str(&text));
    input_close(in);
    if (saved >= 0) {
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
    buf_release(&text);
    buf_release(&gzip);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_member_at_a_buffers_end),
        cmocka_unit_test(test_trailing_bytes),
        cmocka_unit_test(test_cut_containers),
        cmocka_unit_test(test_damaged_containers),
        cmocka_unit_test(test_cannot_open),
        cmocka_unit_test(test_peek),
        cmocka_unit_test(test_peek_short_and_damaged),
        cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_standard_input_by_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
