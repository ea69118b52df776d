/* V8's records of collections in every form, its last words, and the files that it names. */
#include "tests/unit/log_fixture.h"

struct kept {
    struct event_list list; /* all but collections */
    struct v8_facts gc[16];
    struct number pid[16];
    size_t gc_count;
};

static bool keep(void *ctx, const struct event *e, struct err *err)
{
    struct kept *k = ctx;
    if (e->kind != EVENT_V8_GC)
        return event_list_add(&k->list, e, err);
    assert_true(k->gc_count < ARRAY_LEN(k->gc));
    k->pid[k->gc_count] = e->pid;
    k->gc[k->gc_count++] = *e->v8;
    return true;
}

static struct kept parse(const char *text)
{
    struct kept k = {0};
    fixture_log("t.log", text, strlen(text), 7, (struct event_sink){&k, keep});
    return k;
}

/* -- records -- */

static const struct {
    const char *line, *kind, *reason;
    int64_t pid, ms, before, after, committed, pause_us;
    uint64_t isolate;
} records[] = {
    {"[17831:0x3b62a830]       15 ms: Scavenge 3.5 (6.5) -> 3.0 (7.5) MB, 0.7 / 0.0 ms  allocation "
     "failure ",
     "Scavenge", "allocation failure", 17831, 15, 3670016, 3145728, 7864320, 700, 0x3b62a830},
    {"[6688:00000265CEB76EB0] 410012447 ms: Mark-sweep 6729.5 (8352.5) -> 6728.5 (8353.5) MB, "
     "188.4 "
     "/ 0.1 ms  (average mu = 0.092, current mu = 0.035) allocation failure scavenge might not "
     "succeed",
     "Mark-sweep", "allocation failure scavenge might not succeed", 6688, 410012447, 7056392192,
     7055343616, INT64_C(8759279616), 188400, 0x265ceb76eb0},
    {"[17997:0x35830000:0]       69 ms: Incremental Mark-Compact 23.5 (28.0) -> 21.5 (27.5) MB, "
     "pooled: 0.0 MB, 9.05 / 0.00 ms (+ 11.1 ms in 100 steps since start of marking, biggest step "
     "8.1 ms, walltime since start of marking 30 ms) (average mu = 0.695, current mu = 0.695) "
     "finalize incremental marking via task; GC in old space requested",
     "Incremental Mark-Compact", "finalize incremental marking via task; GC in old space requested",
     17997, 69, 24641536, 22544384, 28835840, 9050, 0x35830000},
    {"[1334:0x1:0]  20 ms: Mark-Compact (reduce) 8.0 (9.0) -> 7.0 (9.0) MB, pooled: 1 MB, 1.50 / "
     "0.00 ms  (average mu = 0.5, curren",
     "Mark-Compact", "", 1334, 20, 8388608, 7340032, 9437184, 1500, 1},
    {"[17973:0x169cf000]       13 ms: pause=1.0 mutator=10.6 gc=s reduce_memory=0 scavenge=0.88 "
     "total_size_before=4597664 total_size_after=4339560 holes_size_before=634976 promoted=0",
     "Scavenge", "", 17973, 13, 4597664, 4339560, 0, 1000, 0x169cf000},
    {"[1064:0x415e1850]      124 ms: pause=5.8 mutator=21.9 gc=ms reduce_memory=0 "
     "scavenge.weak=0.00scavenge.parallel=4.08 total_size_before=5006624 total_size_after=4880456",
     "Mark-sweep", "", 1064, 124, 5006624, 4880456, 0, 5800, 0x415e1850},
    {"[1363:0x46414000:0]      258 ms: pause=8.5 mutator=25.0 gc=mc reduce_memory=0 "
     "start_object_size=13041544 end_object_size=12619200 start_memory_size=18944000 "
     "end_memory_size=18681856",
     "Mark-Compact", "", 1363, 258, 13041544, 12619200, 18681856, 8500, 0x46414000},
    {"[1385:0x187c8000:0]      181 ms: GC: {\"pause\":5.571,\"mutator\":14.877,\"gc\":\"mc\","
     "\"reason\":\"finalize incremental marking via task\",\"start_object_size\":13041544,"
     "\"end_object_size\":12619200,\"start_memory_size\":18944000,\"end_memory_size\":18681856}",
     "Mark-Compact", "finalize incremental marking via task", 1385, 181, 13041544, 12619200,
     18681856, 5571, 0x187c8000},
};

static void every_form_of_a_record(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(records); i++) {
        struct kept k = parse(records[i].line);
        const struct v8_facts *f = &k.gc[0];
        assert_int_equal(k.gc_count, 1);
        assert_string_equal(f->gc_kind, records[i].kind);
        assert_string_equal(f->gc_reason, records[i].reason);
        assert_int_equal(k.pid[0].value, records[i].pid);
        assert_int_equal(f->uptime_ms.value, records[i].ms);
        assert_int_equal(f->used_before_bytes.value, records[i].before);
        assert_int_equal(f->used_bytes.value, records[i].after);
        assert_int_equal(f->committed_bytes.value, records[i].committed);
        assert_int_equal(f->pause_us.value, records[i].pause_us);
        assert_true(f->isolate == records[i].isolate);
        event_list_release(&k.list);
    }
}

static void what_is_no_record(void **state)
{
    static const char *const lines[] = {
        "[17831:0x3b62a830] 15 ms: Heap growing factor 1.3 based on mu=0.970",
        "[17831:0x3b62a830] 15 ms: pause=1.0 mutator=10.6 gc=s reduce_memory=0 (cut",
        "[17831:0x3b62a830] 15 ms: GC: {\"pause\":1,\"mutator\":2}",
        "17831:0x3b62a830] 15 ms: Scavenge 3.5 (6.5) -> 3.0 (7.5) MB, 0.7 / 0.0 ms",
        "ms: Mark-sweep 90.3 (98.8) -> 90.3 (98.8) MB, 59.1 / 0.0 ms  last resort",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct kept k = parse(lines[i]);
        assert_int_equal(k.gc_count + k.list.count, 0);
        event_list_release(&k.list);
    }
}

/* The ring of 512 bytes: the first is cut at its beginning, others have no end. */
static void glued_and_cut_records(void **state)
{
    struct kept k = parse(
        "<--- Last few GCs --->\n\n"
        "oc[17188:0x425cd240]     1290 ms: Mark-sweep 96.5 (103.5) -> 96.0 (103.5) MB, 50.1 / 0.0 "
        "ms  (average mu = 0.1, current mu = 0.0) alloca[17188:0x425cd240]     1350 ms: Mark-sweep "
        "97.5 (103.5) -> 97.0 (103.5) MB, 224.2 / 0.0 ms  (average mu = 0.089, current mu = 0.01) "
        "allocat\n\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of "
        "memory\n 1: 0xb0 node::Abort() [node]\n");
    (void)state;
    assert_int_equal(k.gc_count, 2);
    assert_int_equal(k.gc[0].uptime_ms.value, 1290);
    assert_string_equal(k.gc[0].gc_reason, "");
    assert_int_equal(k.gc[1].mutator_permille.value, 89);
    assert_int_equal(k.list.count, 1);
    assert_int_equal(k.list.events[0].v8->used_bytes.value, 97 * 1048576);
    event_list_release(&k.list);
}

/* Behind a trace of names and values the last words hold pieces of it only. */
static void last_words_behind_a_trace(void **state)
{
    struct kept k = parse("[7:0x1]  900 ms: pause=8.5 gc=ms total_size_before=9000 "
                          "total_size_after=8000 promoted=0\n\n"
                          "<--- Last few GCs --->\nsize_before=9000 total_siz\n\n\n");
    (void)state;
    assert_int_equal(k.list.count, 1);
    assert_int_equal(k.list.events[0].kind, EVENT_V8_FATAL);
    assert_int_equal(k.list.events[0].pid.value, 7);
    assert_int_equal(k.list.events[0].v8->used_bytes.value, 8000);
    event_list_release(&k.list);
}

/* -- fatal errors -- */

static const struct {
    const char *line;
    enum v8_cause cause;
} fatals[] = {
    {"FATAL ERROR: CALL_AND_RETRY_LAST Allocation failed - JavaScript heap out of memory",
     V8_CAUSE_HEAP_LIMIT},
    {"FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript heap "
     "out of memory",
     V8_CAUSE_HEAP_LIMIT},
    {"FATAL ERROR: MarkCompactCollector: young object promotion failed Allocation failed - "
     "JavaScript heap out of memory",
     V8_CAUSE_HEAP_LIMIT},
    {"FATAL ERROR: Committing semi space failed. Allocation failed - JavaScript heap out of memory",
     V8_CAUSE_YOUNG},
    {"FATAL ERROR: NewSpace::Rebalance Allocation failed - JavaScript heap out of memory",
     V8_CAUSE_YOUNG},
    {"FATAL ERROR: invalid table size Allocation failed - JavaScript heap out of memory",
     V8_CAUSE_TABLE_SIZE},
    {"FATAL ERROR: invalid array length Allocation failed - JavaScript heap out of memory",
     V8_CAUSE_INVALID_SIZE},
    {"FATAL ERROR: Zone Allocation failed - process out of memory", V8_CAUSE_ZONE},
    {"# Fatal process out of memory: Zone", V8_CAUSE_ZONE},
    {"# Fatal process out of memory: SegmentedTable::InitializeTable (subspace allocation)",
     V8_CAUSE_NATIVE},
    {"# Fatal JavaScript invalid size error 169220804", V8_CAUSE_INVALID_SIZE},
    {"# Fatal JavaScript invalid size error 169220804 (see crbug.com/1201626)",
     V8_CAUSE_INVALID_SIZE},
    {"terminate called after throwing an instance of 'std::bad_alloc'", V8_CAUSE_NATIVE},
};

static void what_v8_could_not_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fatals); i++) {
        struct kept k = parse(fatals[i].line);
        assert_int_equal(k.list.count, 1);
        assert_int_equal(k.list.events[0].kind, EVENT_V8_FATAL);
        if (k.list.events[0].v8->cause != fatals[i].cause)
            fail_msg("%s: %s", fatals[i].line, v8_cause_word(k.list.events[0].v8->cause));
        event_list_release(&k.list);
    }
}

static void other_fatals_are_none_of_memory(void **state)
{
    struct kept k = parse("FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal.\n"
                          "# Fatal error in , line 0\n# Check failed: x.\n");
    (void)state;
    assert_int_equal(k.list.count, 0);
    event_list_release(&k.list);
}

static void one_fatal_in_two_wordings_is_one(void **state)
{
    struct kept k = parse("FATAL ERROR: Zone Allocation failed - process out of memory\n#\n"
                          "# Fatal process out of memory: Zone\n#\n");
    (void)state;
    assert_int_equal(k.list.count, 1);
    event_list_release(&k.list);
}

/* -- files -- */

static void snapshots_tell_process_and_time(void **state)
{
    struct kept k = parse(
        "Wrote snapshot to /srv/Heap.20261123.140355.17727.0.001.heapsnapshot\n"
        "2026-11-23T14:03:57: heap dump: './Heap.20261123.140356.18.0.002.heapsnapshot' done\n"
        "Heap snapshot written to /tmp/x.heapsnapshot\n"
        "see docs/x.heapsnapshot for Heap.1.heapsnapshot\n"
        "Wrote snapshot to C:\\srv\\Heap.20261399.140355.5.0.001.heapsnapshot\n");
    const struct event *e = k.list.events;
    (void)state;
    assert_int_equal(k.list.count, 4);
    assert_int_equal(e[0].pid.value, 17727);
    assert_int_equal(e[0].time.clock, LOG_CLOCK_LOCAL);
    assert_int_equal(e[0].time.wall_us.value, INT64_C(1795442635000000));
    assert_string_equal(e[0].text, "/srv/Heap.20261123.140355.17727.0.001.heapsnapshot");
    assert_string_equal(e[1].text, "./Heap.20261123.140356.18.0.002.heapsnapshot");
    assert_string_equal(e[1].time.text, "2026-11-23T14:03:57");
    assert_false(e[2].pid.known);
    assert_string_equal(e[2].text, "/tmp/x.heapsnapshot");
    assert_int_equal(e[3].pid.value, 5);
    assert_false(e[3].time.wall_us.known);
    event_list_release(&k.list);
}

static void the_log_of_an_application_has_its_name(void **state)
{
    const char *text = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of "
                       "memory\n";
    struct event_list l = {0};
    (void)state;
    fixture_log("/root/.pm2/logs/shop-error-3.log", text, strlen(text), 0, event_list_sink(&l));
    assert_string_equal(l.events[0].comm, "shop");
    event_list_release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_record),
        cmocka_unit_test(what_is_no_record),
        cmocka_unit_test(glued_and_cut_records),
        cmocka_unit_test(last_words_behind_a_trace),
        cmocka_unit_test(what_v8_could_not_do),
        cmocka_unit_test(other_fatals_are_none_of_memory),
        cmocka_unit_test(one_fatal_in_two_wordings_is_one),
        cmocka_unit_test(snapshots_tell_process_and_time),
        cmocka_unit_test(the_log_of_an_application_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
