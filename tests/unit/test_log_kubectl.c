/* What kubectl prints: tables of pods, descriptions, whole and in part, objects in YAML and JSON.
 */
#include "tests/unit/log_fixture.h"

#define ID "6da85dc9675db12149e970c6ef6835240bab712e5499963d13e88a446248e82b"

static struct event_list parse(const char *text)
{
    struct event_list l = {0};
    fixture_log("t.log", text, strlen(text), 0, event_list_sink(&l));
    return l;
}

static void pods_in_a_table(void **state)
{
    struct event_list l =
        parse("NAMESPACE   NAME      READY   STATUS             RESTARTS       AGE\n"
              "shop        web-1     0/1     OOMKilled          4 (57s ago)    2m40s\n"
              "shop        web-2     0/1     CrashLoopBackOff   12 (3m ago)    1h\n"
              "shop        web-3     1/1     Running            0              5d\n"
              "shop        web-4     1/1     Running            2 (9h ago)     5d\n"
              "a line that is no row ends the table\n"
              "shop        web-5     1/1     Running            7 (9h ago)     5d\n"
              "web-6     0/1     OOMKilled   1     1m\n");
    (void)state;
    assert_int_equal(l.count, 4);
    const struct event *e = &l.events[0];
    assert_int_equal(e->kind, EVENT_CONTAINER_OOM);
    assert_string_equal(e->container->pod, "web-1");
    assert_string_equal(e->container->namespace, "shop");
    assert_string_equal(e->container->reason, "OOMKilled");
    assert_int_equal(e->container->restarts.value, 4);
    assert_string_equal(e->time.text, "57s ago");
    assert_int_equal(e->time.clock, LOG_CLOCK_RELATIVE);
    assert_int_equal(l.events[1].kind, EVENT_CONTAINER_STATE);
    assert_string_equal(l.events[1].container->reason, "CrashLoopBackOff");
    assert_string_equal(l.events[2].container->pod, "web-4");
    assert_string_equal(l.events[3].container->pod, "web-6");
    assert_string_equal(l.events[3].time.text, "1m");
    event_list_release(&l);
}

static const char described[] =
    "Name:             web-7d4b9c6f5d-abcde\n"
    "Namespace:        shop\n"
    "Priority:         0\n"
    "Labels:           app=web\n"
    "Status:           Running\n"
    "Init Containers:\n"
    "  init:\n"
    "    State:          Terminated\n"
    "      Reason:       Completed\n"
    "      Exit Code:    0\n"
    "Containers:\n"
    "  web:\n"
    "    Container ID:   containerd://" ID "\n"
    "    Image:          shop:1\n"
    "    State:          Running\n"
    "      Started:      Mon, 23 Nov 2026 13:25:00 +0000\n"
    "    Last State:     Terminated\n"
    "      Reason:       OOMKilled\n"
    "      Exit Code:    137\n"
    "      Started:      Mon, 23 Nov 2026 13:22:48 +0000\n"
    "      Finished:     Mon, 23 Nov 2026 14:24:50 +0100\n"
    "    Ready:          True\n"
    "    Restart Count:  4\n"
    "    Limits:\n"
    "      cpu:     500m\n"
    "      memory:  50Mi\n"
    "    Requests:\n"
    "      memory:  20Mi\n"
    "    Environment:   <none>\n"
    "  side:\n"
    "    State:          Waiting\n"
    "      Reason:       CrashLoopBackOff\n"
    "    Last State:     Terminated\n"
    "      Reason:       Error\n"
    "      Exit Code:    137\n"
    "    Restart Count:  2\n"
    "Conditions:\n"
    "  Type              Status\n"
    "Events:\n"
    "  Type     Reason   Age                From     Message\n"
    "  Warning  BackOff  2m (x5 over 3m)    kubelet  Back-off restarting failed container\n";

static void a_pod_described(void **state)
{
    struct event_list l = parse(described);
    (void)state;
    assert_int_equal(count_kind(&l, EVENT_CONTAINER_OOM), 1);
    assert_int_equal(count_kind(&l, EVENT_CONTAINER_EXIT), 1);
    const struct event *e = nth_of_kind(&l, EVENT_CONTAINER_OOM, 0);
    const struct container_facts *f = e->container;
    assert_string_equal(f->pod, "web-7d4b9c6f5d-abcde");
    assert_string_equal(f->namespace, "shop");
    assert_string_equal(f->name, "web");
    assert_string_equal(f->id, ID);
    assert_string_equal(f->image, "shop:1");
    assert_int_equal(f->exit_code.value, 137);
    assert_int_equal(f->restarts.value, 4);
    assert_int_equal(f->limit_kib.value, 50 * 1024);
    assert_int_equal(f->request_kib.value, 20 * 1024);
    assert_int_equal(f->finished_us.value - f->started_us.value, INT64_C(122000000));
    assert_int_equal(e->time.clock, LOG_CLOCK_ZONED);
    assert_int_equal(e->line, 18);
    f = nth_of_kind(&l, EVENT_CONTAINER_EXIT, 0)->container;
    assert_string_equal(f->name, "side");
    assert_string_equal(f->reason, "Error");
    assert_false(f->limit_kib.known);
    event_list_release(&l);
}

static void a_pod_described_in_part(void **state)
{
    struct event_list l = parse("NAME    READY   STATUS      RESTARTS      AGE\n"
                                "web-1   0/1     OOMKilled   4 (57s ago)   2m40s\n"
                                "\n"
                                "    Last State:     Terminated\n"
                                "      Reason:       OOMKilled\n"
                                "      Exit Code:    137\n");
    (void)state;
    assert_int_equal(l.count, 2);
    assert_string_equal(l.events[1].container->pod, "web-1");
    assert_int_equal(l.events[1].container->exit_code.value, 137);
    event_list_release(&l);
}

/* -- objects -- */

static void states_in_yaml_and_json(void **state)
{
    struct event_list l =
        parse("    lastState:\n"
              "      terminated:\n"
              "        containerID: containerd://" ID "\n"
              "        exitCode: 137\n"
              "        finishedAt: \"2026-11-23T13:24:50Z\"\n"
              "        reason: OOMKilled\n"
              "        startedAt: \"2026-11-23T13:22:48Z\"\n"
              "    name: web\n"
              "    ready: true\n"
              "    restartCount: 4\n"
              "                    \"lastState\": {\n"
              "                        \"terminated\": {\n"
              "                            \"exitCode\": 137,\n"
              "                            \"finishedAt\": \"2026-11-23T13:24:51Z\",\n"
              "                            \"reason\": \"Error\"\n"
              "                        }\n"
              "                    },\n"
              "                    \"name\": \"db\",\n"
              "                    \"restartCount\": 7,\n"
              "  terminated:\n"
              "    exitCode: 0\n"
              "    reason: Completed\n"
              "the session terminated: exitCode: 9\n");
    (void)state;
    assert_int_equal(l.count, 2);
    const struct event *e = &l.events[0];
    assert_int_equal(e->kind, EVENT_CONTAINER_OOM);
    assert_int_equal(e->line, 6);
    assert_string_equal(e->container->id, ID);
    assert_string_equal(e->container->name, "web");
    assert_int_equal(e->container->restarts.value, 4);
    assert_int_equal(e->container->exit_code.value, 137);
    assert_int_equal(e->container->finished_us.value - e->container->started_us.value,
                     INT64_C(122000000));
    assert_string_equal(e->time.text, "2026-11-23T13:24:50Z");
    e = &l.events[1];
    assert_int_equal(e->kind, EVENT_CONTAINER_EXIT);
    assert_string_equal(e->container->name, "db");
    assert_string_equal(e->container->reason, "Error");
    assert_int_equal(e->container->restarts.value, 7);
    event_list_release(&l);
}

static void cuts_and_chunks_do_no_harm(void **state)
{
    struct buf whole = {0}, pieces = {0};
    (void)state;
    fixture_log("f", described, sizeof described - 1, 0,
                (struct event_sink){&whole, fixture_write_down});
    for (size_t chunk = 1; chunk < 32; chunk++) {
        buf_clear(&pieces);
        fixture_log("f", described, sizeof described - 1, chunk,
                    (struct event_sink){&pieces, fixture_write_down});
        assert_string_equal(buf_str(&pieces), buf_str(&whole));
    }
    for (size_t cut = 0; cut < sizeof described - 1; cut++) {
        fixture_log("f", described, cut, 0, (struct event_sink){&pieces, fixture_write_down});
        fixture_log("f", described + cut, sizeof described - 1 - cut, 0,
                    (struct event_sink){&pieces, fixture_write_down});
    }
    buf_release(&whole);
    buf_release(&pieces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pods_in_a_table),
        cmocka_unit_test(a_pod_described),
        cmocka_unit_test(a_pod_described_in_part),
        cmocka_unit_test(states_in_yaml_and_json),
        cmocka_unit_test(cuts_and_chunks_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
