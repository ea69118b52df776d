/* The catalogue's real logs against the facts that its manifest has about them.
 *
 * Read in place; skipped, with a word, where they are not there.
 */
#include "tests/unit/log_facts.h"

#include "analyzer/journal_inputs.h"
#include "report/event_lines.h"

#include <yajl/yajl_tree.h>

struct collected {
    struct event_list list;
    size_t gc; /* the list keeps only the last */
};

static bool collect(void *ctx, const struct event *e, struct err *err)
{
    struct collected *c = ctx;
    c->gc += e->kind == EVENT_V8_GC;
    return event_list_add(&c->list, e, err);
}

/* -- facts about one event -- */

/* Half of the last digit that the manifest has. */
static bool near(double a, double b)
{
    return a - b < 0.1 && b - a < 0.1;
}

/* By the table of facts, which the manifest's keys are those of. */
static bool check_table_fact(const char *file, const char *key, yajl_val v, const struct event *e)
{
    size_t count;
    const struct event_fact *facts = event_facts(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(key, facts[i].key) || !event_part(e, facts[i].part))
            continue;
        struct buf is = {0};
        if (event_knows(e, &facts[i]))
            event_fact_put(&is, e, &facts[i], false);
        const char *expected = YAJL_IS_NUMBER(v)  ? v->u.number.r
                               : YAJL_IS_TRUE(v)  ? "true"
                               : YAJL_IS_FALSE(v) ? "false"
                                                  : text_of(v);
        bool decimal = YAJL_IS_NUMBER(v) && !YAJL_IS_INTEGER(v);
        if (!is.len || !decimal || !near(atof(buf_str(&is)), atof(expected)))
            (void)check_text(file, key, expected, buf_str(&is));
        buf_release(&is);
        return true;
    }
    return false;
}

static bool reaped(const struct event_list *l, int64_t pid)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->events[i].kind == EVENT_OOM_REAPED && number_is(l->events[i].pid, pid))
            return true;
    return false;
}

static bool check_oom_other(const char *file, const char *key, yajl_val v, const struct event *e,
                            const struct event_list *l)
{
    const struct oom_facts *f = e->oom;
    if (!strcmp(key, "pid"))
        return check_number(file, key, YAJL_GET_INTEGER(v), e->pid);
    if (!strcmp(key, "comm"))
        return check_text(file, key, text_of(v), e->comm);
    if (!strcmp(key, "reaped"))
        assert_int_equal(reaped(l, e->pid.value), YAJL_IS_TRUE(v));
    else if (!strcmp(key, "victim"))
        assert_int_equal(e->pid.known, !YAJL_IS_NULL(v));
    else if (!strcmp(key, "rss_pages"))
        assert_int_equal(f->top[0].rss_kib / f->page_kib, YAJL_GET_INTEGER(v));
    else
        return false;
    return true;
}

static bool check_oom_fact(const char *file, const char *key, yajl_val v, const struct event *e,
                           const struct event_list *l)
{
    if (check_table_fact(file, key, v, e))
        return true;
    return check_oom_other(file, key, v, e, l);
}

/* -- facts about a whole file -- */

static const struct event *event_of_pid(const struct event_list *l, int64_t pid)
{
    for (size_t i = 0; i < l->count; i++)
        if ((l->events[i].kind == EVENT_KERNEL_OOM || l->events[i].kind == EVENT_USER_KILL) &&
            number_is(l->events[i].pid, pid))
            return &l->events[i];
    fail_msg("no kill of %" PRId64, pid);
    return NULL;
}

static size_t count_victims(const struct event_list *l, bool known)
{
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++)
        n += l->events[i].kind == EVENT_KERNEL_OOM && l->events[i].pid.known == known;
    return n;
}

static size_t count_triggers(const struct event_list *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++)
        n += l->events[i].kind == EVENT_KERNEL_OOM && l->events[i].oom->trigger_line;
    return n;
}

static size_t count_signals(const struct event_list *l, const char *signal)
{
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++)
        n += l->events[i].kind == EVENT_PM2_EXIT && !strcmp(l->events[i].pm2->signal, signal);
    return n;
}

/* A victim that two killers took is one. */
static size_t count_deaths(const struct event_list *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->count; i++) {
        const struct event *e = &l->events[i];
        bool twice = false;
        for (size_t k = 0; k < l->count; k++)
            twice |= e->kind == EVENT_USER_KILL && l->events[k].kind == EVENT_KERNEL_OOM &&
                     e->pid.known && number_is(l->events[k].pid, e->pid.value);
        n += !twice && (e->kind == EVENT_USER_KILL || e->kind == EVENT_CONTAINER_OOM ||
                        (e->kind == EVENT_KERNEL_OOM && (e->pid.known || !count_victims(l, true))));
    }
    return n;
}

static size_t count_boots(const struct event_list *l)
{
    unsigned last = 0;
    for (size_t i = 0; i < l->count; i++)
        last = l->events[i].boot > last ? l->events[i].boot : last;
    return last + 1;
}

static bool any_comm(const struct event_list *l, const char *comm)
{
    for (size_t i = 0; i < l->count; i++)
        if (!strcmp(l->events[i].comm, comm))
            return true;
    return false;
}

static bool check_count_fact(const char *file, const char *key, yajl_val v,
                             const struct collected *c)
{
    const struct event_list *l = &c->list;
    size_t victims = count_victims(l, true), is;
    if (!strcmp(key, "boots"))
        is = count_boots(l);
    else if (!strcmp(key, "events"))
        is = count_deaths(l);
    else if (!strcmp(key, "killed_lines") || !strcmp(key, "sd_journal_message_hits_killed_process"))
        is = victims;
    else if (!strcmp(key, "invocations"))
        is = count_triggers(l);
    else if (!strcmp(key, "gc_records") || !strcmp(key, "gc_lines") || !strcmp(key, "records"))
        is = c->gc;
    else if (!strcmp(key, "alloc_failures"))
        is = count_kind(l, EVENT_ALLOC_FAILURE);
    else if (!strcmp(key, "hung_tasks"))
        is = count_kind(l, EVENT_HUNG_TASK);
    else if (!strcmp(key, "suppressed"))
        is = count_lost(l);
    else if (!strcmp(key, "max_memory_restarts"))
        is = count_kind(l, EVENT_PM2_MEMORY);
    else if (!strcmp(key, "procs"))
        is = count_kind(l, EVENT_PM2_PROCESS);
    else if (!strcmp(key, "enomem"))
        is = count_kind(l, EVENT_NODE_ERROR);
    else if (!strcmp(key, "sigkill"))
        is = count_signals(l, "SIGKILL");
    else if (!strcmp(key, "sigabrt"))
        is = count_signals(l, "SIGABRT");
    else
        return false;
    return check_number(file, key, YAJL_GET_INTEGER(v), number_of(is));
}

static bool check_object(const char *file, yajl_val facts, const struct event *e,
                         const struct event_list *l)
{
    for (size_t i = 0; i < facts->u.object.len; i++) {
        const char *key = facts->u.object.keys[i];
        bool known = check_oom_fact(file, key, facts->u.object.values[i], e, l);
        if (!known && strcmp(key, "events") && strcmp(key, "mono"))
            fail_msg("%s: nothing checks %s", file, key);
    }
    return true;
}

static bool check_list_fact(const char *file, const char *key, yajl_val v,
                            const struct event_list *l)
{
    bool comms = !strcmp(key, "comms");
    if (!YAJL_IS_ARRAY(v) || (!comms && strcmp(key, "pids") && strcmp(key, "kills")))
        return false;
    for (size_t i = 0; i < v->u.array.len; i++) {
        if (comms)
            assert_true(any_comm(l, YAJL_GET_STRING(v->u.array.values[i])));
        else
            event_of_pid(l, YAJL_GET_INTEGER(v->u.array.values[i]));
    }
    (void)file;
    return true;
}

/* A number of each kill. */
static bool check_column_fact(const char *file, const char *key, yajl_val v,
                              const struct event_list *l)
{
    if (!YAJL_IS_ARRAY(v))
        return false;
    for (size_t i = 0; i < v->u.array.len; i++)
        if (!check_oom_fact(file, key, v->u.array.values[i], nth_of_kind(l, EVENT_KERNEL_OOM, i),
                            l))
            return false;
    return v->u.array.len > 0;
}

static bool check_named_fact(const char *file, const char *key, yajl_val v,
                             const struct event_list *l)
{
    size_t kills = count_kind(l, EVENT_KERNEL_OOM);
    if (!strcmp(key, "first"))
        return check_object(file, v, nth_of_kind(l, EVENT_KERNEL_OOM, 0), l);
    if (!strcmp(key, "last"))
        return check_object(file, v, nth_of_kind(l, EVENT_KERNEL_OOM, kills - 1), l);
    if (!strcmp(key, "hostile_comm") || !strcmp(key, "next_comm"))
        assert_true(any_comm(l, text_of(v)));
    else if (!strcmp(key, "node24_comm"))
        assert_true(any_comm(l, "MainThread"));
    else if (!strcmp(key, "node26_comm"))
        assert_true(any_comm(l, "node-MainThread"));
    else if (!strcmp(key, "global_pid"))
        assert_int_equal(event_of_pid(l, YAJL_GET_INTEGER(v))->oom->kind, OOM_GLOBAL);
    else
        return check_list_fact(file, key, v, l);
    return true;
}

static bool check_v8_fact(const char *file, const char *key, yajl_val v, const struct event_list *l)
{
    const struct event *fatal = NULL, *gc = NULL, *node = NULL;
    for (size_t i = 0; i < l->count; i++) {
        if (l->events[i].kind == EVENT_V8_FATAL)
            fatal = &l->events[i];
        if (l->events[i].kind == EVENT_V8_GC)
            gc = &l->events[i];
        if (l->events[i].kind == EVENT_NODE_VERSION)
            node = &l->events[i];
    }
    if (!strcmp(key, "fatal"))
        return strstr(fatal && fatal->text ? fatal->text : "", text_of(v)) != NULL;
    if (!strcmp(key, "node"))
        return !node || check_text(file, key, text_of(v), node->text);
    if (!strcmp(key, "pid"))
        return gc && check_number(file, key, YAJL_GET_INTEGER(v), gc->pid);
    bool of_fatal = strstr(key, "_header") != NULL;
    return (of_fatal || gc) && check_table_fact(file, key, v, of_fatal ? fatal : gc);
}

/* What came back after the full collections. */
static bool check_series_fact(const char *file, const char *key, yajl_val v,
                              const struct event_list *l)
{
    const struct series_facts *f = NULL;
    for (size_t i = 0; i < l->count; i++)
        if (l->events[i].series && l->events[i].series->metric == SERIES_HEAP_AFTER_GC)
            f = l->events[i].series;
    if (!f || (strcmp(key, "growing") && strncmp(key, "floor_mb_", 9)))
        return false;
    if (!strcmp(key, "growing"))
        return f->growing == YAJL_IS_TRUE(v);
    struct number floor =
        !strcmp(key, "floor_mb_first") ? f->floor_first_bytes : f->floor_last_bytes;
    return check_number(file, key, (int64_t)(YAJL_GET_DOUBLE(v) * 10 + 0.5),
                        number_of((uint64_t)(floor.value * 10 + 524288) >> 20));
}

static bool check_pm2_fact(const char *file, const char *key, yajl_val v,
                           const struct event_list *l)
{
    const struct event *e = NULL;
    for (size_t i = 0; i < l->count; i++)
        if ((l->events[i].kind == EVENT_PM2_MEMORY || l->events[i].kind == EVENT_PM2_EXIT) &&
            (!e || l->events[i].comm[0]))
            e = &l->events[i];
    if (!e)
        return false;
    if (!strcmp(key, "misconfig"))
        return e->pm2->tiny_limit;
    if (check_table_fact(file, key, v, e))
        return true;
    if (!strcmp(key, "app"))
        return check_text(file, key, text_of(v), e->comm);
    if (!strcmp(key, "pid"))
        return check_number(file, key, YAJL_GET_INTEGER(v), e->pid);
    return !strcmp(key, "app_sigkill") && any_comm(l, "web");
}

static bool check_report_fact(const char *file, const char *key, yajl_val v,
                              const struct event_list *l)
{
    const struct event *e = NULL;
    for (size_t i = 0; i < l->count; i++)
        if (l->events[i].report)
            e = &l->events[i];
    if (!e)
        return false;
    if (!strcmp(key, "pid"))
        return check_number(file, key, YAJL_GET_INTEGER(v), e->pid);
    return check_table_fact(file, key, v, e);
}

/* What no log says, what is a remark, and what later work reads. */
static const char *const not_checked[] = {
    "note",
    "format",
    "entries",
    "stream",
    "exit",
    "limit_mb",
    "ts",
    "mono",
    "killers",
    "considered",
    "kernel_pids_for_web",
};

static bool is_not_checked(const char *key)
{
    for (size_t i = 0; i < ARRAY_LEN(not_checked); i++)
        if (!strcmp(key, not_checked[i]))
            return true;
    return false;
}

static size_t check_facts(const char *file, yajl_val facts, const struct collected *c)
{
    const struct event_list *l = &c->list;
    const char *global_path[] = {"global_pid", NULL};
    yajl_val global = yajl_tree_get(facts, global_path, yajl_t_number);
    const struct event *kill = NULL;
    if (global)
        kill = event_of_pid(l, YAJL_GET_INTEGER(global));
    else if (count_kind(l, EVENT_KERNEL_OOM))
        kill = nth_of_kind(l, EVENT_KERNEL_OOM, 0);
    size_t checked = 0;
    for (size_t i = 0; i < facts->u.object.len; i++) {
        const char *key = facts->u.object.keys[i];
        yajl_val v = facts->u.object.values[i];
        if (is_not_checked(key))
            continue;
        bool ok = check_count_fact(file, key, v, c) || check_killer_fact(file, key, v, l) ||
                  check_container_fact(file, key, v, l) || check_note_fact(file, key, v, l) ||
                  check_named_fact(file, key, v, l) || check_column_fact(file, key, v, l) ||
                  check_report_fact(file, key, v, l) ||
                  (kill && check_oom_fact(file, key, v, kill, l)) ||
                  check_series_fact(file, key, v, l) || check_pm2_fact(file, key, v, l) ||
                  check_v8_fact(file, key, v, l);
        if (!ok)
            fail_msg("%s: %s does not hold", file, key);
        checked++;
    }
    return checked;
}

#ifdef HAVE_LIBSYSTEMD
#define HAS_SYSTEMD true
#else
#define HAS_SYSTEMD false
#endif

/* True if it is one; its events are then collected, if this build can. */
static bool collect_journal(const char *path, const char *file, struct event_sink sink)
{
    struct journal_inputs journals = {0};
    struct arena arena = {0};
    struct input *in;
    struct err err = {0};
    const uint8_t *bytes;
    size_t len;
    assert_true(input_open(path, &in, &err));
    assert_true(input_peek(in, 8, &bytes, &len, &err));
    bool journal = bytes_are_journal(bytes, len);
    if (journal) {
        assert_true(journal_inputs_add(&journals, &arena, in, file, 0, NULL, &err));
        assert_true(journal_inputs_read(&journals, &sink, NULL, &err));
        assert_int_equal(journals.sources[0].problem.code, HAS_SYSTEMD ? ERR_NONE : ERR_INPUT);
    }
    journal_inputs_release(&journals);
    arena_release(&arena);
    input_close(in);
    return journal;
}

static size_t check_file(const char *file, yajl_val facts)
{
    char path[512];
    struct buf b = {0};
    struct collected c = {0};
    snprintf(path, sizeof path, LOG_DATA "%s", file);
    if (!fixture_read(path, &b))
        return 0;
    struct event_sink sink = {&c, collect};
    if (collect_journal(path, file, sink)) {
        if (!HAS_SYSTEMD)
            return 0;
    } else if (bytes_are_node_report((const uint8_t *)buf_str(&b), b.len)) {
        fixture_report(file, buf_str(&b), b.len, 4096, sink);
    } else if (bytes_are_pm2_list((const uint8_t *)buf_str(&b), b.len)) {
        fixture_pm2_list(file, buf_str(&b), b.len, 4096, sink);
    } else {
        assert_true(log_bytes_look_like_text((const uint8_t *)buf_str(&b), b.len));
        fixture_log(file, buf_str(&b), b.len, 65536, sink);
    }
    size_t checked = check_facts(file, facts, &c);
    event_list_release(&c.list);
    buf_release(&b);
    return checked;
}

static void every_fact_of_the_manifest_holds(void **state)
{
    const char *file_path[] = {"file", NULL}, *facts_path[] = {"facts", NULL};
    struct buf manifest = {0};
    char message[256];
    size_t files = 0, checked = 0;
    (void)state;
    if (!fixture_read(LOG_DATA "MANIFEST.json", &manifest))
        skip();
    yajl_val root = yajl_tree_parse(buf_str(&manifest), message, sizeof message);
    assert_non_null(root);
    for (size_t i = 0; i < root->u.array.len; i++) {
        yajl_val entry = root->u.array.values[i];
        const char *file = YAJL_GET_STRING(yajl_tree_get(entry, file_path, yajl_t_string));
        checked += check_file(file, yajl_tree_get(entry, facts_path, yajl_t_object));
        files++;
    }
    print_message("%zu facts of %zu files hold\n", checked, files);
    yajl_tree_free(root);
    buf_release(&manifest);
}

/* -- chunks and truncations of real reports -- */

static const char *const families[] = {
    "16-real-6.18-memcg-v1-node.log", "11-debian-5.10-global-syslog.log",
    "54-edgerouter-4.14-mips.log", "31-v8-fatal-node24.9.0-stderr.log",
    "30-v8-fatal-node12.22.12-stdout.log"};

static void real_files_are_the_same_in_any_chunks(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        char path[512];
        struct buf b = {0}, whole = {0}, pieces = {0};
        snprintf(path, sizeof path, LOG_DATA "%s", families[i]);
        if (!fixture_read(path, &b))
            skip();
        fixture_log("f", buf_str(&b), b.len, 0, (struct event_sink){&whole, fixture_write_down});
        for (size_t chunk = 1; chunk <= 31; chunk++) {
            buf_clear(&pieces);
            fixture_log("f", buf_str(&b), b.len, chunk,
                        (struct event_sink){&pieces, fixture_write_down});
            assert_string_equal(buf_str(&pieces), buf_str(&whole));
        }
        buf_release(&b);
        buf_release(&whole);
        buf_release(&pieces);
    }
}

static void real_reports_may_be_cut_anywhere(void **state)
{
    struct buf b = {0};
    (void)state;
    if (!fixture_read(LOG_DATA "16-real-6.18-memcg-v1-node.log", &b))
        skip();
    for (size_t cut = 0; cut <= b.len; cut++) {
        struct event_list l = {0};
        fixture_log("f", buf_str(&b), cut, 0, event_list_sink(&l));
        assert_true(count_kind(&l, EVENT_KERNEL_OOM) <= 1);
        for (size_t i = 0; i < l.count; i++)
            if (l.events[i].oom->complete)
                assert_int_equal(l.events[i].pid.value, 18465);
        event_list_release(&l);
    }
    buf_release(&b);
}

/* Heads may be overwritten: the kill itself is found from any beginning before its line. */
static void real_reports_may_lack_any_head(void **state)
{
    struct buf b = {0};
    (void)state;
    if (!fixture_read(LOG_DATA "16-real-6.18-memcg-v1-node.log", &b))
        skip();
    size_t kill_line = b.len;
    while (kill_line > 0 && strncmp(b.data + kill_line, "[ 1393.561602]", 14))
        kill_line--;
    for (size_t from = 0; from < kill_line; from += 13) {
        struct event_list l = {0};
        fixture_log("f", b.data + from, b.len - from, 0, event_list_sink(&l));
        assert_int_equal(count_kind(&l, EVENT_KERNEL_OOM), 1);
        assert_int_equal(l.events[0].pid.value, 18465);
        assert_int_equal(l.events[0].oom->anon_rss_kib.value, 152704);
        event_list_release(&l);
    }
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fact_of_the_manifest_holds),
        cmocka_unit_test(real_files_are_the_same_in_any_chunks),
        cmocka_unit_test(real_reports_may_be_cut_anywhere),
        cmocka_unit_test(real_reports_may_lack_any_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
