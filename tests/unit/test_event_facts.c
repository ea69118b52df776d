/* The table of facts: keys once, every kind has its row, what is written is what is listed.
 */
#include "tests/unit/log_fixture.h"

#include <yajl/yajl_tree.h>

#include "report/event_lines.h"

static bool table_has(const char *key, const struct event_kind_row *row)
{
    size_t count;
    const struct event_fact *facts = event_facts(&count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(facts[i].key, key))
            return true;
    const struct event_key *keys = event_keys(&count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(keys[i].key, key))
            return true;
    return !strcmp(key, row->name_key) || (row->text_key && !strcmp(key, row->text_key));
}

static void a_key_is_there_once(void **state)
{
    size_t count, key_count;
    const struct event_fact *f = event_facts(&count);
    const struct event_key *keys = event_keys(&key_count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_true(*f[i].help);
        for (size_t j = 0; j < i; j++)
            if (f[i].part == f[j].part && !strcmp(f[i].key, f[j].key))
                fail_msg("%s is there twice", f[i].key);
        for (size_t j = 0; j < key_count; j++)
            if (!strcmp(f[i].key, keys[j].key))
                fail_msg("%s is a key of all events", f[i].key);
        assert_true(i == 0 || f[i].part >= f[i - 1].part); /* lists go by parts */
    }
}

static void every_kind_has_its_row_and_word(void **state)
{
    (void)state;
    for (int k = EVENT_NONE + 1; k < EVENT_KIND_COUNT; k++) {
        if (k == EVENT_STAMP)
            continue;
        const char *word = event_kind_word((enum event_kind)k);
        assert_non_null(word);
        if (event_kind_row((enum event_kind)k)->kind != (enum event_kind)k)
            fail_msg("%s has no row", word);
    }
}

static void kinds_are_chosen_by_their_words(void **state)
{
    struct oom_facts memcg = {.kind = OOM_MEMCG}, global = {.kind = OOM_GLOBAL};
    struct event kill = {.kind = EVENT_KERNEL_OOM, .oom = &memcg};
    struct event other = {.kind = EVENT_KERNEL_OOM, .oom = &global};
    struct event gc = {.kind = EVENT_V8_GC}, stamp = {.kind = EVENT_STAMP};
    const char *word;
    (void)state;
    struct event_kinds all = {0};
    assert_true(event_kinds_have(&all, &gc));
    assert_false(event_kinds_have(&all, &stamp));
    for (size_t i = 0; (word = event_kind_choice(i)); i++) {
        struct event_kinds one = {0};
        event_kinds_add(&one, i);
        assert_int_equal(event_kinds_have(&one, &kill),
                         !strcmp(word, "kernel-oom") || !strcmp(word, "memcg"));
        assert_int_equal(event_kinds_have(&one, &other),
                         !strcmp(word, "kernel-oom") || !strcmp(word, "global"));
        assert_int_equal(event_kinds_have(&one, &gc), !strcmp(word, "v8-gc"));
        assert_true(strcmp(word, "stamp") && strcmp(word, "none"));
    }
}

/* -- lines -- */

/* Everything is known, so that every key is written. */
struct full_event {
    struct oom_facts oom;
    struct v8_facts v8;
    struct report_facts report;
    struct pm2_facts pm2;
    struct note_facts note;
    struct memory_facts memory;
    struct killer_facts killer;
    struct unit_facts unit;
    struct container_facts container;
    struct series_facts series;
    struct request_facts requests;
    struct node_error_facts error;
    struct event event;
};

static void know(struct full_event *e)
{
    size_t count;
    const struct event_fact *facts = event_facts(&count);
    *e = (struct full_event){0};
    e->event = (struct event){.oom = &e->oom,
                              .v8 = &e->v8,
                              .report = &e->report,
                              .pm2 = &e->pm2,
                              .note = &e->note,
                              .memory = &e->memory,
                              .killer = &e->killer,
                              .unit = &e->unit,
                              .container = &e->container,
                              .series = &e->series,
                              .requests = &e->requests,
                              .error = &e->error};
    for (size_t i = 0; i < count; i++) {
        void *at = (void *)event_fact_at(&e->event, &facts[i]);
        switch (facts[i].type) {
        case FACT_TEXT:
            strcpy(at, "x\"y");
            break;
        case FACT_BOOL:
        case FACT_FLAG:
            *(bool *)at = true;
            break;
        case FACT_LINE:
            *(uint64_t *)at = 7;
            break;
        case FACT_OOM_KIND:
            *(enum oom_kind *)at = OOM_CPUSET;
            break;
        case FACT_V8_CAUSE:
        case FACT_NODE_ERROR:
        case FACT_SERIES_METRIC:
        case FACT_SERIES_AXIS:
        case FACT_KILLER:
            *(unsigned *)at = 1;
            break;
        case FACT_COUNT:
            *(int64_t *)at = -7;
            break;
        default:
            *(struct number *)at = (struct number){true, -1500};
        }
        assert_true(event_knows(&e->event, &facts[i]));
    }
    e->oom.top[0] = (struct oom_task){.pid = 5, .rss_kib = 40};
    e->oom.top_count = 1;
    e->oom.page_kib = 4;
    e->event.pid = number_of(5);
    e->event.file = "a\xff.log";
    e->event.line = 3;
    e->event.text = "text\x1b[31m";
    strcpy(e->event.comm, "a b) c:d,pid=1");
    strcpy(e->event.time.text, "Nov 23");
    e->event.time.clock = LOG_CLOCK_UPTIME;
    e->event.time.uptime_us = number_of(1393561602);
}

/* The whole line of an event, without its end. */
static void draw(const struct event_drawing *d, const struct event *e, const struct event_time *at,
                 bool ascii, struct buf *ret)
{
    struct report_options o = {.ascii = ascii};
    struct time_zone zone = {.kind = ZONE_FIXED, .offset_s = 3600};
    struct buf body = {0};
    struct err err;
    assert_true(d->body(e, &o, &body, &err));
    struct spooled_event row = {.kind = e->kind,
                                .at = *at,
                                .file = e->file,
                                .line = e->line,
                                .first_line = 1,
                                .pid = e->pid,
                                .clock = e->time.clock,
                                .uptime_us = e->time.uptime_us,
                                .body_len = body.len};
    struct event_line line = {&row, buf_str(&body), "5f1d6a0f5f1d6a0f5f1d6a0f5f1d6a0f", &zone};
    assert_true(d->line(&line, &o, ret, &err));
    assert_int_equal(strcspn(buf_str(ret), "\n"), ret->len - 1);
    buf_release(&body);
}

static void json_has_the_keys_of_the_tables_and_no_others(void **state)
{
    size_t count;
    const struct event_fact *facts = event_facts(&count);
    (void)state;
    for (int k = EVENT_NONE + 1; k < EVENT_KIND_COUNT; k++) {
        struct full_event e;
        struct event_time at = {TIME_STAMPED, true, 1500000, 2500000, 1};
        struct buf b = {0};
        char message[256];
        know(&e);
        e.event.kind = (enum event_kind)k;
        draw(&event_json, &e.event, &at, true, &b);
        yajl_val v = yajl_tree_parse(buf_str(&b), message, sizeof message);
        if (!v)
            fail_msg("%s: %s", message, buf_str(&b));
        for (size_t i = 0; i < v->u.object.len; i++)
            if (!table_has(v->u.object.keys[i], event_kind_row((enum event_kind)k)))
                fail_msg("%s is in no table", v->u.object.keys[i]);
        for (size_t i = 0; i < count; i++) {
            const char *path[] = {facts[i].key, NULL};
            if (!yajl_tree_get(v, path, yajl_t_any))
                fail_msg("%s is not written", facts[i].key);
        }
        yajl_tree_free(v);
        buf_release(&b);
    }
}

static bool has(const struct buf *b, const char *part)
{
    if (!strstr(buf_str(b), part))
        print_message("no %s in %s\n", part, buf_str(b));
    return strstr(buf_str(b), part) != NULL;
}

static void json_tells_what_is_known_and_null(void **state)
{
    struct event_time at = {TIME_AS_LOCAL, false, 1500000, 2500000, 1}, none = {0};
    struct full_event e;
    struct buf b = {0};
    (void)state;
    know(&e);
    e.event.kind = EVENT_KERNEL_OOM;
    draw(&event_json, &e.event, &at, false, &b);
    assert_true(has(&b, "\"type\":\"kernel-oom\",\"time\":\"1970-01-01T00:00:01.500000\","));
    assert_true(has(&b, "\"time_sure_s\":2.5,\"time_from\":\"local\",\"clock\":\"uptime\","));
    assert_true(has(&b, "\"mono\":1393.561602,\"boot\":1,"));
    assert_true(has(&b, "\"file\":\"a\\ufffd.log\",\"line\":3,\"first_line\":1,\"pid\":5,"));
    assert_true(has(&b, "\"kind\":\"cpuset\",\"manual\":true,"));
    assert_true(has(&b, "\"oom_score_adj\":-1500,"));
    assert_true(has(&b, "\"uptime_s\":-1.5,"));
    assert_true(has(&b, "\"victim\":5,\"rss_pages\":10}"));
    buf_clear(&b);
    struct event bare = {.kind = EVENT_V8_GC, .file = "f"};
    draw(&event_json, &bare, &none, false, &b);
    assert_true(has(&b, "\"time\":null,\"time_sure_s\":null,\"time_from\":null,"));
    assert_true(has(&b, "\"mono\":null,\"boot\":null,"));
    assert_true(has(&b, "\"line\":null,\"first_line\":1,\"pid\":null}\n"));
    buf_release(&b);
}

static void text_is_one_safe_line(void **state)
{
    struct event_time at = {TIME_STAMPED, true, 1500000, 2500000, 1}, none = {0};
    struct full_event e;
    struct buf b = {0};
    (void)state;
    know(&e);
    e.event.kind = EVENT_V8_FATAL;
    draw(&event_text, &e.event, &at, true, &b);
    assert_true(has(&b, "1970-01-01 01:00:01.500+01:00 +-3 s  v8-fatal"));
    assert_true(has(&b, " a b) c:d,pid=1: text\\x1b[31m, "));
    assert_true(has(&b, "[a\\xff.log:3]\n"));
    buf_clear(&b);
    draw(&event_text, &e.event, &none, true, &b);
    assert_int_equal(strncmp(buf_str(&b), "Nov 23 ", 7), 0);
    buf_release(&b);
}

static void decimals_have_no_useless_zeros(void **state)
{
    static const struct {
        int64_t value;
        unsigned digits;
        const char *text;
    } rows[] = {{1500, 3, "1.5"},
                {-1500, 3, "-1.5"},
                {1000, 3, "1"},
                {1, 6, "0.000001"},
                {-1, 3, "-0.001"},
                {0, 3, "0"},
                {-5, 0, "-5"},
                {INT64_MAX, 0, "9223372036854775807"},
                {INT64_MIN, 0, "-9223372036854775808"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf b = {0};
        event_decimal_put(&b, rows[i].value, rows[i].digits);
        assert_string_equal(buf_str(&b), rows[i].text);
        buf_release(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_there_once),
        cmocka_unit_test(every_kind_has_its_row_and_word),
        cmocka_unit_test(kinds_are_chosen_by_their_words),
        cmocka_unit_test(json_has_the_keys_of_the_tables_and_no_others),
        cmocka_unit_test(json_tells_what_is_known_and_null),
        cmocka_unit_test(text_is_one_safe_line),
        cmocka_unit_test(decimals_have_no_useless_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
