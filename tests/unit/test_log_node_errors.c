/* Errors for want of memory that need not end the process. */
#include "tests/unit/log_fixture.h"

static struct event_list parse(const char *text)
{
    struct event_list l = {0};
    fixture_log("t.log", text, strlen(text), 3, event_list_sink(&l));
    return l;
}

static const struct {
    const char *line;
    enum node_error error;
    const char *call, *text;
} errors[] = {
    {"Error [ERR_WORKER_OUT_OF_MEMORY]: Worker terminated due to reaching memory limit: JS heap "
     "out "
     "of memory",
     NODE_ERROR_WORKER_OOM, "", "Error [ERR_WORKER_OUT_OF_MEMORY]: Worker terminated"},
    {"Uncaught RangeError: Array buffer allocation failed", NODE_ERROR_ARRAY_BUFFER, "",
     "RangeError: Array buffer allocation failed"},
    {"RangeError: Invalid typed array length: 17179869184000", NODE_ERROR_ARRAY_BUFFER, "",
     "RangeError: Invalid typed"},
    {"RangeError: Invalid string length", NODE_ERROR_STRING_LENGTH, "", "RangeError: Invalid"},
    {"Error: Cannot create a string longer than 0x1fffffe8 characters", NODE_ERROR_STRING_LENGTH,
     "", "Error: Cannot create"},
    {"RangeError [ERR_BUFFER_TOO_LARGE]: Cannot create a Buffer larger than 4294967296 bytes",
     NODE_ERROR_BUFFER_SIZE, "", "RangeError [ERR_BUFFER_TOO_LARGE]"},
    {"RangeError [ERR_FS_FILE_TOO_LARGE]: File size (3000000000) is greater than 2 GiB",
     NODE_ERROR_BUFFER_SIZE, "", "RangeError [ERR_FS"},
    {"RangeError: Map maximum size exceeded", NODE_ERROR_COLLECTION_SIZE, "", "RangeError: Map"},
    {"RangeError: Value undefined out of range for undefined options property undefined",
     NODE_ERROR_COLLECTION_SIZE, "", "RangeError: Value"},
    {"2018-04-20T22:59:30: PM2 error: Trace: { Error: spawn ENOMEM", NODE_ERROR_ENOMEM, "spawn",
     "Error: spawn ENOMEM"},
    {"Error: spawn /usr/bin/node ENOMEM", NODE_ERROR_ENOMEM, "spawn", "Error: spawn /usr"},
    {"Error: ENOMEM: not enough memory, read", NODE_ERROR_ENOMEM, "read", "Error: ENOMEM"},
    {"Error: ENOMEM: not enough memory, scandir '/srv'", NODE_ERROR_ENOMEM, "scandir", "Error"},
    {"write ENOMEM", NODE_ERROR_ENOMEM, "", "ENOMEM"},
};

static void every_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        struct event_list l = parse(errors[i].line);
        if (l.count != 1 || l.events[0].kind != EVENT_NODE_ERROR ||
            l.events[0].error->error != errors[i].error ||
            strcmp(l.events[0].error->call, errors[i].call) ||
            strncmp(l.events[0].text, errors[i].text, strlen(errors[i].text)))
            fail_msg("%s: %zu '%s'", errors[i].line, l.count, l.count ? l.events[0].text : "");
        event_list_release(&l);
    }
}

static void what_is_no_error(void **state)
{
    static const char *const lines[] = {
        "Oct 1 10:00:00 web kernel: ext4: allocation failed -ENOMEM",
        "Oct 1 10:00:00 web kernel: foo: ENOMEM",
        "-ENOMEM",
        "ENOMEMORY",
        "max_listeners MaxListeners exceeded",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct event_list l = parse(lines[i]);
        if (l.count)
            fail_msg("%s", lines[i]);
        event_list_release(&l);
    }
}

/* Properties repeat the error; a second error does not. */
static void properties_repeat_an_error(void **state)
{
    struct event_list l = parse("Error: spawn ENOMEM\n    at f (x.js:1:2) {\n  errno: -12,\n"
                                "  code: 'ENOMEM',\n  syscall: 'spawn'\n}\n"
                                "{ Error: read ENOMEM errno: 'ENOMEM', code: 'ENOMEM' }\n"
                                "  errno: 'ENOMEM',\n");
    (void)state;
    assert_int_equal(l.count, 2);
    assert_string_equal(l.events[1].error->call, "read");
    event_list_release(&l);
    l = parse("{ code: 'ERR_WORKER_OUT_OF_MEMORY' }\n");
    assert_int_equal(l.count, 1);
    event_list_release(&l);
}

static void listeners_tell_emitter_event_and_count(void **state)
{
    struct event_list l = parse(
        "(node:1477) MaxListenersExceededWarning: Possible EventEmitter memory leak detected. 11 "
        "message listeners added to [Bus]. MaxListeners is 10. Use emitter.setMaxListeners()\n"
        "(node:9) MaxListenersExceededWarning: Possible EventEmitter memory leak detected. 21 data "
        "ready listeners added. Use emitter.setMaxListeners() to increase limit\n"
        "(node) warning: possible EventEmitter memory leak detected. 11 exit listeners added. Use "
        "emitter.setMaxListeners() to increase limit.\n"
        "MaxListenersExceededWarning: Possible EventTarget memory leak detected. 11 abort "
        "listeners "
        "added to [AbortSignal]. MaxListeners is 10.\n"
        "MaxListenersExceededWarning: something else\n");
    const struct event *e = l.events;
    (void)state;
    assert_int_equal(l.count, 4);
    assert_int_equal(e[0].pid.value, 1477);
    assert_string_equal(e[0].error->emitter, "Bus");
    assert_string_equal(e[0].error->listener, "message");
    assert_int_equal(e[0].error->listeners.value, 11);
    assert_string_equal(e[1].error->listener, "data ready");
    assert_string_equal(e[1].error->emitter, "");
    assert_string_equal(e[2].error->listener, "exit");
    assert_string_equal(e[3].error->emitter, "AbortSignal");
    event_list_release(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error),
        cmocka_unit_test(what_is_no_error),
        cmocka_unit_test(properties_repeat_an_error),
        cmocka_unit_test(listeners_tell_emitter_event_and_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
