/* Forms of structured logs: every sample against its own row and all others, and against the forms
 * of text lines; what each says.
 */
#include "tests/unit/log_fixture.h"

#include "parsers/log_time.h"
#include "parsers/record_reader.h"

struct told {
    size_t count;
    const struct record_form *own;
    char message[256], tag[64], unit[64], stream[16], boot[40];
    struct log_record record;
};

static bool look(void *ctx, const struct log_record *r, struct err *err)
{
    struct told *t = ctx;
    size_t count;
    const struct record_form *forms = record_forms(&count);
    (void)err;
    t->count++;
    t->record = *r;
    span_copy(t->message, sizeof t->message, r->message);
    span_copy(t->tag, sizeof t->tag, r->tag);
    span_copy(t->unit, sizeof t->unit, r->unit);
    span_copy(t->stream, sizeof t->stream, r->stream);
    span_copy(t->boot, sizeof t->boot, r->boot_id);
    if (!t->own || !r->fields)
        return true;
    if (r->form != &t->own->form)
        fail_msg("%s: told as %s", t->own->form.name, r->form->name);
    for (size_t i = 0; i + 1 < count; i++) {
        bool fits = (forms[i].framings & t->own->framings) && forms[i].tells(r->fields);
        if (&forms[i] != t->own && fits)
            fail_msg("%s: %s takes it too", t->own->form.name, forms[i].form.name);
    }
    return true;
}

/* Feeds text line by line to a reader alone; *ret_text counts lines that are nobody's. */
static struct told read_text(const char *text, const struct record_form *own, size_t *ret_text)
{
    struct told told = {.own = own};
    struct record_sink sink = {&told, look};
    struct record_reader *r;
    struct err err = {0};
    uint64_t number = 0;
    bool ignored;
    *ret_text = 0;
    assert_true(record_reader_new(&sink, &r, &err));
    for (const char *at = text; *at;) {
        const char *lf = strchr(at, '\n');
        size_t n = lf ? (size_t)(lf - at) : strlen(at);
        struct span line = {at, n}, rest = {0};
        assert_true(record_reader_line(r, line, ++number, &rest, &err));
        *ret_text += rest.len > 0;
        at += n + (lf != NULL);
    }
    assert_true(record_reader_finish(r, &ignored, &err));
    record_reader_free(r);
    return told;
}

static void each_sample_fits_its_own_row_only(void **state)
{
    size_t count, texts;
    const struct record_form *forms = record_forms(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t s = 0; s < LOG_FORM_SAMPLES && forms[i].form.samples[s]; s++) {
            struct told told = read_text(forms[i].form.samples[s], &forms[i], &texts);
            if (told.count != 1 || texts)
                fail_msg("%s: %zu records, %zu lines of text", forms[i].form.samples[s], told.count,
                         texts);
            assert_true(forms[i].form.clock == told.record.time.clock ||
                        told.record.time.clock == LOG_CLOCK_NONE);
        }
    }
}

static void no_line_of_text_is_a_record(void **state)
{
    size_t count, texts;
    const struct log_form *forms = log_forms(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t s = 0; s < LOG_FORM_SAMPLES && forms[i].samples[s]; s++) {
            struct told told = read_text(forms[i].samples[s], NULL, &texts);
            assert_int_equal(told.count, 0);
            assert_int_equal(texts, 1);
        }
    }
}

static void no_record_begins_as_a_line_of_text(void **state)
{
    size_t count;
    const struct record_form *forms = record_forms(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t s = 0; s < LOG_FORM_SAMPLES && forms[i].form.samples[s]; s++) {
            struct log_prefix p;
            const char *text = forms[i].form.samples[s];
            log_strip((struct span){text, strcspn(text, "\n")}, &p);
            assert_string_equal(p.form->name, "bare");
        }
    }
}

struct row {
    const char *text, *message, *tag, *unit, *stream;
    int64_t wall_us, uptime_us, pid; /* -1: not known */
};

#define NOV23 INT64_C(1795440168)

static const struct row rows[] = {
    {"{\"MESSAGE\":\"a\\nb\",\"_TRANSPORT\":\"kernel\",\"__REALTIME_TIMESTAMP\":\"7\","
     "\"__MONOTONIC_TIMESTAMP\":\"9\",\"_SOURCE_MONOTONIC_TIMESTAMP\":\"8\",\"_PID\":\"5\"}",
     "a\nb", "", "", "", 7, 8, -1},
    {"{\"_PID\":\"5\",\"_COMM\":\"node\",\"SYSLOG_IDENTIFIER\":\"web\",\"_SYSTEMD_UNIT\":"
     "\"web.service\",\"_SOURCE_REALTIME_TIMESTAMP\":\"6\",\"__REALTIME_TIMESTAMP\":\"7\","
     "\"MESSAGE\":[104,105,0,255]}",
     "hi?\xff", "web", "web.service", "", 6, -1, 5},
    {"{\"MESSAGE\":[\"one\",\"two\"],\"_BOOT_ID\":\"ab\",\"_COMM\":\"node\"}", "one\ntwo", "node",
     "", "", -1, -1, -1},
    {"{\"MESSAGE\":null,\"_BOOT_ID\":\"ab\"}", "", "", "", "", -1, -1, -1},
    {"{\"UNIT\":\"web.service\",\"_SYSTEMD_UNIT\":\"init.scope\",\"_PID\":\"1\",\"MESSAGE\":\"x\","
     "\"__REALTIME_TIMESTAMP\":\"18446744073709551615\"}",
     "x", "", "web.service", "", INT64_MAX, -1, 1},
    {"{\"log\":\"x\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-23T13:22:48.5Z\"}", "x", "", "",
     "stderr", NOV23 * 1000000 + 500000, -1, -1},
    {"{\"dmesg\":[{\"pri\":3,\"time\":  12.000345,\"msg\":\"x\"}]}", "x", "", "", "", -1, 12000345,
     -1},
    {"{\"reason\":\"OOMKilling\",\"message\":\"x\",\"count\":2,\"firstTimestamp\":\"2026-11-23T"
     "13:00:00Z\",\"lastTimestamp\":\"2026-11-23T13:22:48Z\",\"source\":{\"component\":\"kubelet\","
     "\"host\":\"n\"},\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"web-1\"}}",
     "x", "kubelet", "web-1", "", NOV23 * 1000000, -1, -1},
    {"{\"type\":\"ADDED\",\"object\":{\"reason\":\"Evicted\",\"note\":\"x\",\"eventTime\":null,"
     "\"regarding\":{\"name\":\"web-1\"},\"metadata\":{\"creationTimestamp\":\"2026-11-23T13:22:48Z"
     "\"}}}",
     "x", "", "web-1", "", NOV23 * 1000000, -1, -1},
    {"{\"message\":\"x\\n\",\"timestamp\":\"2026-11-23T13:22:48Z\",\"type\":\"err\",\"process_id\":"
     "3,\"app_name\":\"shop\"}",
     "x", "shop", "shop", "stderr", NOV23 * 1000000, -1, -1},
    {"{\"level\":30,\"time\":1795440168000,\"pid\":7,\"msg\":\"x\"}", "x", "", "", "",
     NOV23 * 1000000, -1, 7},
    {"{\"level\":50,\"time\":1795440168000,\"err\":{\"message\":\"m\",\"stack\":\"Error: m\\n "
     "at\"},"
     "\"msg\":\"m\"}",
     "Error: m\n at", "", "", "", NOV23 * 1000000, -1, -1},
    {"{\"level\":\"info\",\"message\":\"x\",\"timestamp\":\"2026-11-23 13:22:48\"}", "x", "", "",
     "", NOV23 * 1000000, -1, -1},
    {"{\"ts\":1795440168.25,\"msg\":\"x\"}", "x", "", "", "", NOV23 * 1000000 + 250000, -1, -1},
    {"{\"@timestamp\":\"2026-11-23T13:22:48Z\",\"log.level\":\"error\",\"message\":\"x\"}", "x", "",
     "", "", NOV23 * 1000000, -1, -1},
    {"[{\"level\":30,\"time\":1795440168,\"msg\":\"x\"}]", "x", "", "", "", NOV23 * 1000000, -1,
     -1},
};

static void records_say_what_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *row = &rows[i];
        size_t texts;
        struct told t = read_text(row->text, NULL, &texts);
        const struct log_record *r = &t.record;
        if (t.count != 1 || strcmp(t.message, row->message) || strcmp(t.tag, row->tag) ||
            strcmp(t.unit, row->unit) || strcmp(t.stream, row->stream) ||
            (r->time.wall_us.known ? r->time.wall_us.value : -1) != row->wall_us ||
            (r->time.uptime_us.known ? r->time.uptime_us.value : -1) != row->uptime_us ||
            (r->pid.known ? r->pid.value : -1) != row->pid)
            fail_msg("%s: %zu records; '%s' tag '%s' unit '%s' stream '%s' wall %" PRId64
                     " uptime %" PRId64 " pid %" PRId64,
                     row->text, t.count, t.message, t.tag, t.unit, t.stream, r->time.wall_us.value,
                     r->time.uptime_us.value, r->pid.value);
    }
}

/* An object that is no log stays a line of text. */
static void other_json_is_text(void **state)
{
    static const char *const lines[] = {"{\"a\":1}",        "{\"url\":\"/api\",\"statusCode\":200}",
                                        "{not json}",       "{ err: 5 }",
                                        "{\"cut\":\"x",     "[1,2,3]",
                                        "{\"a\":1} behind", "data: text"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        size_t texts;
        struct told t = read_text(lines[i], NULL, &texts);
        if (t.count || texts != 1)
            fail_msg("%s: %zu records, %zu texts", lines[i], t.count, texts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sample_fits_its_own_row_only),
        cmocka_unit_test(no_line_of_text_is_a_record),
        cmocka_unit_test(no_record_begins_as_a_line_of_text),
        cmocka_unit_test(records_say_what_they_say),
        cmocka_unit_test(other_json_is_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
