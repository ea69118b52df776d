/* Answers kept as bytes: what is read back is what was written, and nothing damaged is believed. */
#include "analyzer/answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/u64_map.h"
#include "tests/unit/model_fixture.h"

static const struct file_stamp stamp = {793234567, 1700000000123456789};

/* What one snapshot gives, all kinds of texts in it. */
static void set_one_snapshot(struct fixture *f)
{
    fixture_init(f);
    f->a.input_count = 1;
    f->a.death_count = 0;
    f->findings[1].file = "app.heapsnapshot";
}

static void encode(const struct analysis *a, struct buf *bytes)
{
    buf_clear(bytes);
    assert_true(answers_encode(a, &stamp, bytes));
}

static bool decode(const struct buf *bytes, struct analysis *ret)
{
    return answers_decode(bytes->data, bytes->len, &stamp, "app.heapsnapshot", ret);
}

static void put_json(struct buf *b, const struct analysis *a)
{
    struct kept k = {0};
    struct report_sink sink = keeper(&k);
    struct report_options o = {.show_strings = true};
    struct err err;
    for (size_t i = 0; i < REPORT_FORMAT_COUNT; i++)
        assert_true(report_formats[i].render(a, &o, &sink, &err));
    buf_append(b, buf_str(&k.text), k.text.len);
    buf_release(&k.text);
}

static void assert_same_reports(const struct analysis *a, const struct analysis *b)
{
    struct buf x = {0}, y = {0};
    put_json(&x, a);
    put_json(&y, b);
    assert_string_equal(buf_str(&x), buf_str(&y));
    buf_release(&x);
    buf_release(&y);
}

static void assert_round_trip(const struct analysis *a)
{
    struct buf bytes = {0}, again = {0};
    struct analysis back;
    encode(a, &bytes);
    assert_true(bytes_are_answers((const uint8_t *)bytes.data, bytes.len));
    assert_true(decode(&bytes, &back));
    assert_same_reports(a, &back);
    /* Whatever the reports do not show. */
    encode(&back, &again);
    assert_int_equal(again.len, bytes.len);
    assert_memory_equal(again.data, bytes.data, bytes.len);
    analysis_release(&back);
    buf_release(&bytes);
    buf_release(&again);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct fixture f;
    set_one_snapshot(&f);
    assert_round_trip(&f.a);
    f.a.next = (struct next_info){0};
    f.a.finding_count = 0;
    f.a.heap.top_class_count = 0;
    assert_round_trip(&f.a);
    for (size_t i = 0; i < ARRAY_LEN(hostile_texts); i++) {
        set_one_snapshot(&f);
        fixture_set_texts(&f, hostile_texts[i]);
        f.inputs[0].file = f.a.heap.file = "app.heapsnapshot";
        f.findings[0].file = f.findings[1].file = "app.heapsnapshot";
        assert_round_trip(&f.a);
    }
}

/* A cut snapshot keeps its remark, under the name that it has when it is asked for. */
static void test_other_name(void **state)
{
    (void)state;
    struct fixture f;
    struct buf bytes = {0};
    struct analysis back;
    set_one_snapshot(&f);
    f.inputs[0].complete = false;
    f.inputs[0].problem = ERR_INPUT;
    f.inputs[0].remark = "app.heapsnapshot: byte 5: cut";
    assert_round_trip(&f.a);
    encode(&f.a, &bytes);
    assert_true(answers_decode(bytes.data, bytes.len, &stamp, "/srv/b.heapsnapshot", &back));
    assert_string_equal(back.inputs[0].file, "/srv/b.heapsnapshot");
    assert_string_equal(back.inputs[0].remark, "/srv/b.heapsnapshot: byte 5: cut");
    assert_string_equal(back.heap.file, "/srv/b.heapsnapshot");
    assert_string_equal(back.findings[0].file, "/srv/b.heapsnapshot");
    analysis_release(&back);
    buf_release(&bytes);
}

static void assert_not_believed(const void *bytes, size_t len, const struct file_stamp *of)
{
    struct analysis back = {.input_count = 77};
    /* In an allocation of its own, so that the address sanitizer sees the end. */
    void *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    assert_false(answers_decode(copy, len, of, "app.heapsnapshot", &back));
    assert_int_equal(back.input_count, 77);
    free(copy);
}

static void test_other_file(void **state)
{
    (void)state;
    struct fixture f;
    struct buf bytes = {0};
    set_one_snapshot(&f);
    encode(&f.a, &bytes);
    assert_not_believed(bytes.data, bytes.len,
                        &(struct file_stamp){stamp.bytes + 1, stamp.modified_ns});
    assert_not_believed(bytes.data, bytes.len,
                        &(struct file_stamp){stamp.bytes, stamp.modified_ns - 1});
    buf_release(&bytes);
}

static void test_every_cut_and_flip(void **state)
{
    (void)state;
    struct fixture f;
    struct buf bytes = {0};
    set_one_snapshot(&f);
    encode(&f.a, &bytes);
    for (size_t len = 0; len < bytes.len; len++)
        assert_not_believed(bytes.data, len, &stamp);
    for (size_t i = 0; i < bytes.len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            bytes.data[i] ^= (char)(1u << bit);
            assert_not_believed(bytes.data, bytes.len, &stamp);
            bytes.data[i] ^= (char)(1u << bit);
        }
    }
    buf_putc(&bytes, 'x');
    assert_not_believed(bytes.data, bytes.len, &stamp);
    buf_release(&bytes);
}

static void put_hash(struct buf *b)
{
    uint64_t hash = hash_bytes(b->data, b->len - 8);
    for (unsigned i = 0; i < 8; i++)
        b->data[b->len - 8 + i] = (char)(hash >> 8 * i);
}

/* Whole, but not by our hand: what is read is bounded all the same, and can be drawn. */
static void test_forged(void **state)
{
    (void)state;
    static const unsigned char values[] = {0x00, 0x01, 0x7F, 0xFF};
    struct fixture f;
    struct buf bytes = {0}, text = {0};
    set_one_snapshot(&f);
    encode(&f.a, &bytes);
    for (size_t i = 16; i < bytes.len - 8; i++) {
        char before = bytes.data[i];
        for (size_t v = 0; v < ARRAY_LEN(values); v++) {
            struct analysis back;
            bytes.data[i] = (char)values[v];
            put_hash(&bytes);
            if (!decode(&bytes, &back))
                continue;
            buf_clear(&text);
            put_json(&text, &back);
            analysis_release(&back);
        }
        bytes.data[i] = before;
    }
    buf_release(&bytes);
    buf_release(&text);
}

static void test_what_is_not_kept(void **state)
{
    (void)state;
    struct fixture f;
    struct buf bytes = {0};
    set_one_snapshot(&f);
    f.a.input_count = 2;
    assert_false(answers_encode(&f.a, &stamp, &bytes));
    set_one_snapshot(&f);
    f.a.heap.present = false;
    assert_false(answers_encode(&f.a, &stamp, &bytes));
    set_one_snapshot(&f);
    f.inputs[0].problem = ERR_RESOURCE;
    assert_false(answers_encode(&f.a, &stamp, &bytes));
    set_one_snapshot(&f);
    char *long_name = calloc(1, ANSWERS_BYTES_MAX + 1);
    assert_non_null(long_name);
    memset(long_name, 'x', ANSWERS_BYTES_MAX);
    f.classes[0].name = long_name;
    assert_false(answers_encode(&f.a, &stamp, &bytes));
    assert_int_equal(bytes.len, 0);
    free(long_name);
    buf_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_other_name),
        cmocka_unit_test(test_other_file), cmocka_unit_test(test_every_cut_and_flip),
        cmocka_unit_test(test_forged),     cmocka_unit_test(test_what_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
