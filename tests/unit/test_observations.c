/* What the page says of logs beside deaths: trends, requests, survived errors, PM2's processes. */
#include "analyzer/log_findings.h"
#include "analyzer/observations.h"
#include "tests/unit/log_fixture.h"

static struct analysis observe(const char *text)
{
    struct event_list l = {0};
    struct analysis a = {0};
    fixture_log("t.log", text, strlen(text), 0, event_list_sink(&l));
    logs_find(&l, &a);
    logs_observe(&l, &a);
    event_list_release(&l);
    return a;
}

static void assert_says(const struct analysis *a, size_t n, const char *text, uint64_t line)
{
    assert_true(n < a->observation_count);
    if (!strstr(a->observations[n].text, text))
        fail_msg("'%s', not '%s'", a->observations[n].text, text);
    assert_int_equal(a->observations[n].line, line);
}

static void trends_are_told(void **state)
{
    struct analysis a =
        observe("[5:0x1]  1000 ms: Mark-sweep 70.0 (99.0) -> 20.0 (99.0) MB, 1.0 / 0.0 ms  x \n"
                "[5:0x1]  61000 ms: Mark-sweep 70.0 (99.0) -> 40.0 (99.0) MB, 1.0 / 0.0 ms  x \n"
                "[5:0x1]  121000 ms: Mark-sweep 90.0 (99.0) -> 60.0 (99.0) MB, 1.0 / 0.0 ms  x \n");
    (void)state;
    assert_int_equal(a.observation_count, 1);
    assert_says(&a, 0, "The heap after full collections of process 5 grew from", 3);
    assert_says(&a, 0, "(3 samples in ", 3);
    analysis_release(&a);
    a = observe("rss=50MB\nrss=50MB\nrss=51MB\nrss=50MB\n");
    assert_int_equal(a.observation_count, 1);
    assert_says(&a, 0, "no growth", 4);
    analysis_release(&a);
}

static void requests_are_told(void **state)
{
    struct analysis a = observe("2026-11-23T13:24:55: GET /a?x=1 200 in 3ms\n"
                                "2026-11-23T13:24:56: GET /a?x=2 200 in 3ms\n"
                                "2026-11-23T13:25:56: GET /b 200 in 3ms\n");
    (void)state;
    assert_int_equal(a.observation_count, 1);
    assert_says(&a, 0, "3 requests in ", 3);
    assert_says(&a, 0, "at most 2 a minute; most: /a 2, /b 1", 3);
    analysis_release(&a);
}

static void survived_errors_are_counted(void **state)
{
    struct analysis a = observe("Error: spawn ENOMEM\nx\nError: spawn node ENOMEM\n"
                                "Error [ERR_WORKER_OUT_OF_MEMORY]: Worker terminated\n");
    (void)state;
    assert_int_equal(a.observation_count, 2);
    assert_says(&a, 0, "The system refused memory (spawn), 2 times", 1);
    assert_says(&a, 1, "the process went on", 4);
    analysis_release(&a);
}

static void what_pm2_gave_up(void **state)
{
    struct analysis a =
        observe("App [shop:0] exited with code [1] via signal [SIGINT]\n"
                "Script /x.js had too many unstable restarts (16). Stopped. \"errored\"\n"
                "App [shop:0] exited with code [1] via signal [SIGINT]\n"
                "Script /x.js had too many unstable restarts (16). Stopped. \"errored\"\n");
    (void)state;
    assert_int_equal(a.observation_count, 1);
    assert_says(&a, 0, "PM2 gave up shop", 2);
    analysis_release(&a);
}

static void listeners_are_a_finding(void **state)
{
    struct analysis a = observe(
        "(node:7) MaxListenersExceededWarning: Possible EventEmitter memory leak detected. 11 data "
        "listeners added to [Bus]. Use emitter.setMaxListeners() to increase limit\n"
        "(node:8) MaxListenersExceededWarning: Possible EventEmitter memory leak detected. 11 data "
        "listeners added to [Bus]. Use emitter.setMaxListeners() to increase limit\n");
    (void)state;
    assert_int_equal(a.observation_count, 0);
    assert_int_equal(a.finding_count, 1);
    assert_string_equal(a.findings[0].rule, "listener-leak");
    assert_string_equal(a.findings[0].variable, "Bus");
    assert_non_null(strstr(a.findings[0].title, "11 listeners for \"data\" of one Bus"));
    assert_int_equal(a.findings[0].evidence_count, 1);
    assert_int_equal(a.findings[0].advice_count, 1);
    analysis_release(&a);
}

static void silence_is_silence(void **state)
{
    struct analysis a = observe("nothing\nto see\nrss=5MB\n");
    (void)state;
    assert_int_equal(a.observation_count + a.finding_count, 0);
    analysis_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trends_are_told),
        cmocka_unit_test(requests_are_told),
        cmocka_unit_test(survived_errors_are_counted),
        cmocka_unit_test(what_pm2_gave_up),
        cmocka_unit_test(listeners_are_a_finding),
        cmocka_unit_test(silence_is_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
