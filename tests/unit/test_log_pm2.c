/* PM2: what its log says in all wordings, its lists and tables, and the names of its files. */
#include "parsers/pm2_names.h"
#include "tests/unit/log_fixture.h"

static struct event_list parse(const char *text)
{
    struct event_list l = {0};
    fixture_log("t.log", text, strlen(text), 9, event_list_sink(&l));
    return l;
}

/* -- its log -- */

static void starts_stops_and_waits(void **state)
{
    struct event_list l = parse(
        "2026-11-23T13:24:54: PM2 log: App [shop:0] starting in -fork mode-\n"
        "2026-11-23T13:24:54: PM2 log: App [shop:0] online\n"
        "2026-11-23T13:24:56: PM2 log: App [a]b:1] starting in -cluster mode-\n"
        "2026-11-23T13:24:56: PM2 log: App [shop:0] will restart in 150ms\n"
        "2026-11-23T13:24:57: PM2 log: Stopping app:shop id:0\n"
        "2018-04-10 07:12:17: Starting execution sequence in -fork mode- for app name:old id:2\n"
        "2018-04-10 07:12:17: App name:old id:2 online\n"
        "2018-04-10 07:12:18: App name:old id:2 disconnected\n"
        "2026-11-23T13:25:02: PM2 log: Process with pid 77 still alive after 1600ms, sending it "
        "SIGKILL now...\n"
        "2026-11-23T13:25:02: PM2 log: App [shop:0] exited with code [1] via signal [SIGINT]\n"
        "2026-11-23T13:25:02: PM2 log: Script /srv/x.js had too many unstable restarts (16). "
        "Stopped. \"errored\"\n");
    const struct event *e = l.events;
    (void)state;
    assert_int_equal(l.count, 10);
    assert_int_equal(e[0].kind, EVENT_PM2_START);
    assert_false(e[0].pm2->online);
    assert_string_equal(e[0].pm2->mode, "fork");
    assert_true(e[1].pm2->online);
    assert_string_equal(e[2].comm, "a]b");
    assert_string_equal(e[2].pm2->mode, "cluster");
    assert_int_equal(e[3].kind, EVENT_PM2_BACKOFF);
    assert_int_equal(e[3].pm2->delay_ms.value, 150);
    assert_int_equal(e[4].kind, EVENT_PM2_STOP);
    assert_string_equal(e[5].comm, "old");
    assert_string_equal(e[5].pm2->mode, "fork");
    assert_true(e[6].pm2->online);
    assert_int_equal(e[7].kind, EVENT_PM2_STOP);
    assert_int_equal(e[7].pid.value, 77);
    assert_int_equal(e[9].kind, EVENT_PM2_ERRORED);
    assert_string_equal(e[9].comm, "shop");
    assert_int_equal(e[9].pm2->unstable_restarts.value, 16);
    event_list_release(&l);
}

static void names_are_remembered_and_limits_judged(void **state)
{
    struct event_list l =
        parse("2018-04-10 07:12:17: App name:old app id:2 online\n"
              "2016-11-01 21:48:00: [PM2][WORKER] Process 2 restarted because it exceeds "
              "--max-memory-restart value (current_memory=39677952 max_memory_limit=250 [octets])\n"
              "2026-11-01 21:48:00: [PM2][WORKER] Process 3 restarted because it exceeds "
              "--max-memory-restart value (current_memory=39677952 max_memory_limit=16777216 "
              "[octets])\n");
    (void)state;
    assert_int_equal(l.count, 3);
    assert_string_equal(l.events[1].comm, "old app");
    assert_true(l.events[1].pm2->tiny_limit);
    assert_string_equal(l.events[2].comm, "");
    assert_false(l.events[2].pm2->tiny_limit);
    event_list_release(&l);
}

static void what_only_looks_like_pm2(void **state)
{
    struct event_list l = parse("App [shop] is great\nApp [shop:x] online\nApp [\nApp name:\n"
                                "Stopping app:\nStopping app:x id:\nApp [s:1] onlineshop\n"
                                "Process 0 exceeds --max-memory\n still alive after SIGKILL\n"
                                " had too many unstable restarts \n"
                                "App [x:1] will restart in soon\n"
                                "Starting execution sequence in -fork mode- for app name:x id:\n");
    (void)state;
    assert_int_equal(l.count, 0);
    event_list_release(&l);
}

/* -- its tables -- */

static void described_processes(void **state)
{
    struct event_list l = parse(" Describing process with id 4 - name shop \n"
                                "┌───────────────────┬──────────┐\n"
                                "│ status            │ online   │\n"
                                "│ name              │ shop     │\n"
                                "│ restarts          │ 3        │\n"
                                "│ uptime            │ 5m       │\n"
                                "│ interpreter args  │ --max-old-space-size=64 │\n"
                                "│ max memory restart │ 125829120 │\n"
                                "│ exec mode         │ cluster_mode │\n"
                                "│ node.js version   │ 20.19.5  │\n"
                                "│ unstable restarts │ 1        │\n"
                                "└───────────────────┴──────────┘\n"
                                " Code metrics value \n"
                                "┌────────────────────────┬───────────┐\n"
                                "│ Used Heap Size         │ 5.50 MiB  │\n"
                                "└────────────────────────┴───────────┘\n"
                                " Divergent env variables from local env \n"
                                "│ SECRET                 │ hidden    │\n");
    const struct event *e = l.events;
    const struct pm2_facts *f = e->pm2;
    (void)state;
    assert_int_equal(l.count, 1);
    assert_int_equal(e->kind, EVENT_PM2_PROCESS);
    assert_string_equal(e->comm, "shop");
    assert_int_equal(f->id.value, 4);
    assert_string_equal(f->status, "online");
    assert_string_equal(f->mode, "cluster");
    assert_string_equal(f->node_version, "20.19.5");
    assert_string_equal(f->args, "--max-old-space-size=64");
    assert_int_equal(f->restarts.value, 3);
    assert_int_equal(f->unstable_restarts.value, 1);
    assert_int_equal(f->uptime_ms.value, 300000);
    assert_int_equal(f->limit_bytes.value, 125829120);
    assert_int_equal(f->heap_bytes.value, 5767168);
    event_list_release(&l);
}

static void listed_processes(void **state)
{
    struct event_list l =
        parse("┌────┬──────┬───────────┬─────────┬─────────┬──────┬────────┬──────┬────────┬─────┬─"
              "─────┐\n"
              "│ id │ name │ namespace │ version │ mode    │ pid  │ uptime │ ↺    │ status │ cpu │ "
              "mem  │\n"
              "├────┼──────┼───────────┼─────────┼─────────┼──────┼────────┼──────┼────────┼─────┼─"
              "─────┤\n"
              "│ \x1b[1m\x1b[36m3\x1b[39m\x1b[22m │ back │ default │ N/A │ fork │ 3447 │ 0 │ 13 │ "
              "\x1b[31m\x1b[1… │ 0% │ 1.5mb │\n"
              "│ 1  │ clu  │ default   │ 1.0.0   │ cluster │ 2979 │ 2D     │ 2    │ online │ 2%  │ "
              "1gb │\n"
              "└────┴──────┴───────────┴─────────┴─────────┴──────┴────────┴──────┴────────┴─────┴─"
              "─────┘\n"
              "┌──────────┬────┬──────┬────────┬───┬─────┬─────────┐\n"
              "│ Name     │ id │ mode │ status │ ↺ │ cpu │ memory  │\n"
              "├──────────┼────┼──────┼────────┼───┼─────┼─────────┤\n"
              "│ shop     │ 7  │ fork │ errored │ 15 │ 0% │ 40.0 MB │\n");
    const struct event *e = l.events;
    (void)state;
    assert_int_equal(l.count, 3);
    assert_string_equal(e[0].comm, "back");
    assert_int_equal(e[0].pm2->id.value, 3);
    assert_int_equal(e[0].pid.value, 3447);
    assert_int_equal(e[0].pm2->restarts.value, 13);
    assert_string_equal(e[0].pm2->status, "");
    assert_int_equal(e[0].pm2->memory_bytes.value, 1572864);
    assert_string_equal(e[1].pm2->status, "online");
    assert_string_equal(e[1].pm2->mode, "cluster");
    assert_int_equal(e[1].pm2->uptime_ms.value, 172800000);
    assert_int_equal(e[1].pm2->memory_bytes.value, 1073741824);
    assert_string_equal(e[2].comm, "shop");
    assert_string_equal(e[2].pm2->status, "errored");
    assert_int_equal(e[2].pm2->memory_bytes.value, 41943040);
    event_list_release(&l);
}

static void listed_in_short(void **state)
{
    struct event_list l =
        parse("+--- slow\nversion : N/A\npid : 17084\npm2 id : 0\nstatus : online\n"
              "mode : fork\nrestarted : 1\nuptime : 37s\nmemory usage : 2.0mb\n"
              "+--- crash\npid : 1\npm2 id : 2\nstatus : stopped\n");
    (void)state;
    assert_int_equal(l.count, 2);
    assert_string_equal(l.events[0].comm, "slow");
    assert_int_equal(l.events[0].pm2->memory_bytes.value, 2097152);
    assert_string_equal(l.events[1].pm2->status, "stopped");
    event_list_release(&l);
}

/* -- its lists -- */

static const char json[] =
    "[{\"pid\":19577,\"name\":\"api\",\"pm2_env\":{\"SECRET\":\"s3cr3t\",\"env\":{\"status\":\"x\","
    "\"SECRET\":\"s3cr3t\"},\"name\":\"api\",\"status\":\"online\",\"pm_id\":0,\"exec_mode\":"
    "\"fork_mode\",\"instances\":1,\"node_args\":[\"--max-old-space-size=64\",\"--inspect\"],"
    "\"max_memory_restart\":125829120,\"restart_time\":3,\"unstable_restarts\":0,\"pm_uptime\":"
    "1795440315395,\"node_version\":\"20.19.5\",\"axm_monitor\":{\"Used Heap Size\":{\"value\":"
    "\"5.50\",\"unit\":\"MiB\"}}},\"pm_id\":0,\"monit\":{\"memory\":152473600,\"cpu\":0}},\n"
    "{\"pid\":0,\"name\":\"b \\\"q\\\"\",\"pm2_env\":{\"status\":\"errored\",\"pm_id\":1,"
    "\"max_memory_restart\":250},\"monit\":{\"memory\":0}}]\n";

static const char inspected[] =
    "[\n  {\n    pid: 19577,\n    name: 'api',\n    pm2_env: {\n      SECRET: 's3cr3t',\n"
    "      env: { status: 'x', 'SECRET-B': 's3cr3t', f: [Function: g], o: [Object] },\n"
    "      status: \x1b[32m'online'\x1b[39m,\n      pm_id: 0,\n      exec_mode: 'fork_mode',\n"
    "      instances: 1,\n      node_args: [ '--max-old-space-size=64', '--in' +\n 'spect' ],\n"
    "      max_memory_restart: 125829120,\n      restart_time: 3,\n      unstable_restarts: 0,\n"
    "      pm_uptime: 1795440315395,\n      node_version: '20.19.5',\n      axm_monitor: {\n"
    "        'Used Heap Size': { value: '5.50', unit: 'MiB' }\n      }\n    },\n    pm_id: 0,\n"
    "    monit: { memory: 152473600, cpu: 0.5 }\n  },\n"
    "  { pid: 0, name: 'b \"q\"', pm2_env: { status: 'errored', pm_id: 1,\n"
    "    max_memory_restart: 250, version: undefined }, monit: { memory: 0 } } ]\n";

static void check_list(const char *text, size_t chunk)
{
    struct event_list l = {0};
    assert_true(bytes_are_pm2_list((const uint8_t *)text, strlen(text)));
    assert_true(fixture_pm2_list("l", text, strlen(text), chunk, event_list_sink(&l)));
    const struct pm2_facts *f = l.events[0].pm2;
    assert_int_equal(l.count, 2);
    assert_int_equal(l.events[0].pid.value, 19577);
    assert_string_equal(l.events[0].comm, "api");
    assert_int_equal(f->id.value, 0);
    assert_string_equal(f->status, "online");
    assert_string_equal(f->mode, "fork");
    assert_string_equal(f->args, "--max-old-space-size=64 --inspect");
    assert_int_equal(f->memory_bytes.value, 152473600);
    assert_int_equal(f->limit_bytes.value, 125829120);
    assert_int_equal(f->restarts.value, 3);
    assert_int_equal(f->started_ms.value, INT64_C(1795440315395));
    assert_int_equal(f->heap_bytes.value, 5767168);
    assert_string_equal(f->node_version, "20.19.5");
    assert_string_equal(l.events[1].comm, "b \"q\"");
    assert_false(l.events[1].pid.known);
    assert_string_equal(l.events[1].pm2->status, "errored");
    assert_true(l.events[1].pm2->tiny_limit);
    event_list_release(&l);
}

static void lists_in_both_forms_and_any_chunks(void **state)
{
    (void)state;
    for (size_t chunk = 0; chunk <= 31; chunk++) {
        check_list(json, chunk);
        check_list(inspected, chunk);
    }
}

static void no_environment_is_kept(void **state)
{
    const char *const texts[] = {json, inspected};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct buf b = {0};
        fixture_pm2_list("l", texts[i], strlen(texts[i]), 0,
                         (struct event_sink){&b, fixture_write_down});
        assert_null(strstr(buf_str(&b), "s3cr3t"));
        buf_release(&b);
    }
}

static void lists_may_be_cut_anywhere(void **state)
{
    const char *const texts[] = {json, inspected};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        for (size_t cut = 0; cut < strlen(texts[i]) - 2; cut++) {
            struct event_list l = {0};
            assert_false(fixture_pm2_list("l", texts[i], cut, 0, event_list_sink(&l)));
            assert_true(l.count <= 2);
            event_list_release(&l);
        }
    }
}

static void broken_lists_do_no_harm(void **state)
{
    static const char *const texts[] = {"]]]]}}}}[{{{{[[[[:::,,,", "[{name:'x", "[{pm2_env:{\"\\",
                                        "[{'a':{'b':{'c':{'d':{'e':{'f':{'g':{'h':1}}}}}}}}}]",
                                        "[{]}{[}]{name}:{pm_id:1}"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct event_list l = {0};
        fixture_pm2_list("l", texts[i], strlen(texts[i]), 1, event_list_sink(&l));
        event_list_release(&l);
    }
    assert_false(bytes_are_pm2_list((const uint8_t *)"[{\"a\":1}]", 9));
    assert_false(bytes_are_pm2_list((const uint8_t *)"pm2_env [{", 10));
    assert_false(bytes_are_pm2_list((const uint8_t *)"", 0));
}

/* -- names of files -- */

static const struct {
    const char *path, *app;
    int64_t id; /* -1: none */
} files[] = {
    {"/root/.pm2/logs/shop-out.log", "shop", -1},
    {"shop-error.log", "shop", -1},
    {"shop-out-3.log", "shop", 3},
    {"my-out-app-error-12.log", "my-out-app", 12},
    {"shop-out__2026-11-23_00-00-00.log", "shop", -1},
    {"shop-out-1.log.gz", "shop", 1},
    {"-out.log", "", -1},
    {"shop-outlet.log", "", -1},
    {"pm2.log", "", -1},
    {"<stdin>", "", -1},
    {"/x-out.log/y", "", -1},
};

static void names_of_files(void **state)
{
    char app[COMM_MAX];
    struct number id;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        pm2_name_of_file(files[i].path, app, &id);
        assert_string_equal(app, files[i].app);
        assert_int_equal(id.known ? id.value : -1, files[i].id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_stops_and_waits),
        cmocka_unit_test(names_are_remembered_and_limits_judged),
        cmocka_unit_test(what_only_looks_like_pm2),
        cmocka_unit_test(described_processes),
        cmocka_unit_test(listed_processes),
        cmocka_unit_test(listed_in_short),
        cmocka_unit_test(lists_in_both_forms_and_any_chunks),
        cmocka_unit_test(no_environment_is_kept),
        cmocka_unit_test(lists_may_be_cut_anywhere),
        cmocka_unit_test(broken_lists_do_no_harm),
        cmocka_unit_test(names_of_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
