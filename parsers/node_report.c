/* Node's diagnostic reports through yajl: see node_report.h. */
#include "parsers/node_report.h"

#include "parsers/log_time.h"

#include <stdlib.h>
#include <yajl/yajl_parse.h>

#define DEPTH_MAX 64
#define KEY_MAX 40

struct node_report {
    struct event_sink sink;
    yajl_handle yajl;
    struct err err;                      /* the sink's or ours, where yajl only knows "cancelled" */
    int depth;                           /* of open maps and arrays */
    char section[KEY_MAX], key[KEY_MAX]; /* the keys at depth 1 and 2 */
    char part[KEY_MAX], figure[KEY_MAX]; /* at depth 3 and 4: "old_space", "used" */
    const uint8_t *chunk;
    size_t line_offset; /* up to which the lines of the chunk are counted */
    uint64_t lines;
    uint64_t bytes;
    uint64_t header_line;
    bool closed, damaged;
    struct event event;
    struct report_facts facts;
};

/* What is read, and where it goes: one row a field. */
enum field_type { FIELD_TEXT, FIELD_NUMBER };

struct field {
    const char *section, *key;
    enum field_type type;
    size_t offset, size;
};

#define TEXT(section, key, member)                                                                 \
    {                                                                                              \
        section, key, FIELD_TEXT, offsetof(struct report_facts, member),                           \
            sizeof(((struct report_facts *)0)->member)                                             \
    }
#define NUMBER(section, key, member)                                                               \
    {                                                                                              \
        section, key, FIELD_NUMBER, offsetof(struct report_facts, member), 0                       \
    }

static const struct field fields[] = {
    TEXT("header", "event", event),
    TEXT("header", "trigger", trigger),
    TEXT("header", "nodejsVersion", node_version),
    TEXT("header", "dumpEventTime", time),
    NUMBER("javascriptHeap", "usedMemory", heap_used_bytes),
    NUMBER("javascriptHeap", "memoryLimit", heap_limit_bytes),
    NUMBER("javascriptHeap", "totalCommittedMemory", heap_committed_bytes),
    NUMBER("javascriptHeap", "externalMemory", external_bytes),
    NUMBER("resourceUsage", "rss", rss_bytes),
    NUMBER("resourceUsage", "maxRss", max_rss_bytes),
    NUMBER("resourceUsage", "constrained_memory", constrained_bytes),
    NUMBER("resourceUsage", "total_memory", total_bytes),
    NUMBER("resourceUsage", "free_memory", free_bytes),
    NUMBER("resourceUsage", "available_memory", available_bytes),
    NUMBER("javascriptHeap", "totalMemory", heap_total_bytes),
    NUMBER("javascriptHeap", "availableMemory", heap_available_bytes),
    NUMBER("javascriptHeap", "mallocedMemory", malloced_bytes),
    NUMBER("javascriptHeap", "nativeContextCount", contexts),
    NUMBER("javascriptHeap", "detachedContextCount", detached_contexts),
    NUMBER("header", "reportVersion", version),
    NUMBER("header", "threadId", thread_id),
    TEXT("header", "osRelease", os_release),
    TEXT("javascriptStack", "message", error),
};

static const struct field *field_here(const struct node_report *r, enum field_type type)
{
    if (r->depth != 2)
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (fields[i].type == type && !strcmp(fields[i].section, r->section) &&
            !strcmp(fields[i].key, r->key))
            return &fields[i];
    return NULL;
}

/* -- lists: the heap's spaces, libuv's handles, workers, processors -- */

static bool is_in(const struct node_report *r, const char *section, const char *key)
{
    return !strcmp(r->section, section) && (!key || !strcmp(r->key, key));
}

static void count(struct number *n)
{
    *n = number_of((uint64_t)n->value + 1);
}

/* An object begins at r->depth. */
static void count_object(struct node_report *r)
{
    if (r->depth == 3 && is_in(r, "workers", NULL))
        count(&r->facts.workers);
    else if (r->depth == 3 && is_in(r, "libuv", NULL))
        count(&r->facts.handles);
    else if (r->depth == 4 && is_in(r, "header", "cpus"))
        count(&r->facts.cpus);
    else if (r->depth == 4 && is_in(r, "libuv", NULL) && !strcmp(r->part, "remoteEndpoint"))
        count(&r->facts.open_sockets);
}

static void take_handle_type(struct node_report *r, struct span s)
{
    if (span_is(s, "tcp") || span_is(s, "pipe") || span_is(s, "udp"))
        count(&r->facts.sockets);
    else if (span_is(s, "timer"))
        count(&r->facts.timers);
}

static void take_space_figure(struct node_report *r, uint64_t value)
{
    struct report_facts *f = &r->facts;
    struct report_space *to = f->space_count ? &f->spaces[f->space_count - 1] : NULL;
    if (!to || strncmp(to->name, r->part, sizeof to->name - 1)) {
        if (f->space_count == REPORT_SPACES_MAX)
            return;
        to = &f->spaces[f->space_count++];
        span_copy(to->name, sizeof to->name, (struct span){r->part, strlen(r->part)});
    }
    if (!strcmp(r->figure, "used"))
        to->used_bytes = number_of(value).value;
    else if (!strcmp(r->figure, "committedMemory"))
        to->committed_bytes = number_of(value).value;
}

/* -- what yajl calls; 0 cancels -- */

static int open_container(void *ctx)
{
    struct node_report *r = ctx;
    if (++r->depth > DEPTH_MAX) {
        err_set(&r->err, ERR_INPUT, r->bytes, "a Node report is not nested deeper than %d",
                DEPTH_MAX);
        return 0;
    }
    return 1;
}

static int open_object(void *ctx)
{
    if (!open_container(ctx))
        return 0;
    count_object(ctx);
    return 1;
}

static int close_container(void *ctx)
{
    struct node_report *r = ctx;
    r->closed = --r->depth == 0;
    return 1;
}

static void count_lines(struct node_report *r)
{
    size_t to = yajl_get_bytes_consumed(r->yajl);
    for (; r->line_offset < to; r->line_offset++)
        r->lines += r->chunk[r->line_offset] == '\n';
}

static int take_key(void *ctx, const unsigned char *text, size_t len)
{
    struct node_report *r = ctx;
    struct span s = {(const char *)text, len};
    if (r->depth == 1)
        span_copy(r->section, sizeof r->section, s);
    else if (r->depth == 2)
        span_copy(r->key, sizeof r->key, s);
    else if (r->depth == 3)
        span_copy(r->part, sizeof r->part, s);
    else if (r->depth == 4)
        span_copy(r->figure, sizeof r->figure, s);
    if (r->depth == 2 && !strcmp(r->section, "header") && span_is(s, "event")) {
        count_lines(r);
        r->header_line = r->lines + 1;
    }
    return 1;
}

/* One argument of the command line. */
static void take_argument(struct node_report *r, struct span s)
{
    struct report_facts *f = &r->facts;
    size_t used = strlen(f->command), room = sizeof f->command - used;
    if (used && room > 1) {
        f->command[used++] = ' ';
        f->command[used] = '\0';
        room--;
    }
    span_copy(f->command + used, room, s);
    uint64_t mib;
    if ((span_take(&s, "--max-old-space-size=") || span_take(&s, "--max_old_space_size=")) &&
        span_take_number(&s, &mib))
        f->old_space_mib = number_of(mib);
}

static int take_string(void *ctx, const unsigned char *text, size_t len)
{
    struct node_report *r = ctx;
    struct span s = {(const char *)text, len};
    const struct field *f = field_here(r, FIELD_TEXT);
    if (f) {
        if (!strcmp(f->key, "nodejsVersion"))
            span_take(&s, "v");
        span_copy((char *)&r->facts + f->offset, f->size, s);
    } else if (r->depth == 3 && !strcmp(r->section, "header") && !strcmp(r->key, "commandLine")) {
        take_argument(r, s);
    } else if (r->depth == 3 && is_in(r, "libuv", NULL) && !strcmp(r->part, "type")) {
        take_handle_type(r, s);
    } else if (r->depth == 3 && is_in(r, "javascriptStack", "stack") && !r->facts.frame[0]) {
        span_copy(r->facts.frame, sizeof r->facts.frame, s);
    } else if (r->depth == 2 && is_in(r, "header", "dumpEventTimeStamp")) {
        uint64_t ms;
        if (span_take_number(&s, &ms))
            r->facts.timestamp_ms = number_of(ms);
    }
    return 1;
}

/* "0.941322" or "3" */
static bool take_cpu(struct span s, uint64_t *ret_us)
{
    uint64_t whole;
    if (take_seconds(&s, ret_us))
        return true;
    if (!span_take_number(&s, &whole) || whole > UINT32_MAX)
        return false;
    *ret_us = whole * 1000000;
    return true;
}

static int take_number(void *ctx, const char *text, size_t len)
{
    struct node_report *r = ctx;
    struct span s = {text, len};
    uint64_t v;
    if (r->depth == 2 && !strcmp(r->section, "header") && !strcmp(r->key, "processId") &&
        span_take_number(&s, &v))
        r->event.pid = number_of(v);
    if (r->depth == 4 && is_in(r, "javascriptHeap", "heapSpaces") && span_take_number(&s, &v))
        take_space_figure(r, v);
    if (r->depth == 2 && is_in(r, "resourceUsage", "userCpuSeconds") && take_cpu(s, &v))
        r->facts.user_cpu_us = number_of(v);
    if (r->depth == 2 && is_in(r, "resourceUsage", "kernelCpuSeconds") && take_cpu(s, &v))
        r->facts.kernel_cpu_us = number_of(v);
    const struct field *f = field_here(r, FIELD_NUMBER);
    if (f && span_take_number(&s, &v))
        *(struct number *)((char *)&r->facts + f->offset) = number_of(v);
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_number = take_number,
    .yajl_string = take_string,
    .yajl_start_map = open_object,
    .yajl_map_key = take_key,
    .yajl_end_map = close_container,
    .yajl_start_array = open_container,
    .yajl_end_array = close_container,
};

/* -- the way in and out -- */

bool node_report_new(const char *file, const struct event_sink *sink, struct node_report **ret,
                     struct err *err)
{
    struct node_report *r = calloc(1, sizeof *r);
    if (!r)
        return err_nomem(err, sizeof *r, "the report reader");
    r->sink = *sink;
    r->event = (struct event){.kind = EVENT_NODE_REPORT, .file = file};
    r->yajl = yajl_alloc(&callbacks, NULL, r);
    if (!r->yajl) {
        node_report_free(r);
        return err_nomem(err, sizeof *r, "the report reader");
    }
    yajl_config(r->yajl, yajl_dont_validate_strings, 1);
    *ret = r;
    return true;
}

void node_report_free(struct node_report *r)
{
    if (!r)
        return;
    if (r->yajl)
        yajl_free(r->yajl);
    free(r);
}

bool node_report_feed(struct node_report *r, const uint8_t *buf, size_t len, struct err *err)
{
    if (r->damaged)
        return true;
    r->chunk = buf;
    r->line_offset = 0;
    yajl_status status = yajl_parse(r->yajl, buf, len);
    count_lines(r);
    if (status == yajl_status_ok) {
        r->bytes += len;
        return true;
    }
    r->damaged = true;
    r->bytes += yajl_get_bytes_consumed(r->yajl);
    if (r->err.code != ERR_NONE) {
        *err = r->err;
        return false;
    }
    return err_set(err, ERR_INPUT, r->bytes, "byte %llu: the report is no JSON from here on",
                   (unsigned long long)r->bytes);
}

/* The local time, and the same in milliseconds since 1970, which knows no zone. */
static void store_time(struct node_report *r)
{
    struct civil_time t;
    int64_t ms = r->facts.timestamp_ms.value;
    r->event.time.sure_ms = 1000;
    if (ms > 0 && ms < INT64_MAX / 1000) {
        r->event.time.clock = LOG_CLOCK_ZONED;
        r->event.time.wall_us = number_of((uint64_t)ms * 1000);
        span_copy(r->event.time.text, sizeof r->event.time.text,
                  (struct span){r->facts.time, strlen(r->facts.time)});
        return;
    }
    struct span s = {r->facts.time, strlen(r->facts.time)}, whole = s;
    if (!take_iso_time(&s, &t))
        return;
    civil_time_store(&t, t.zone_known ? LOG_CLOCK_ZONED : LOG_CLOCK_LOCAL, &r->event.time);
    span_copy(r->event.time.text, sizeof r->event.time.text, whole);
}

bool node_report_finish(struct node_report *r, bool *ret_complete, struct err *err)
{
    if (!r->header_line)
        return err_set(err, ERR_INPUT, r->bytes,
                       "byte %llu: a Node report was expected to have a header with an event",
                       (unsigned long long)r->bytes);
    /* "none" is a number that no machine has; it went through a double in some versions. */
    if (r->facts.constrained_bytes.known && r->facts.constrained_bytes.value >= INT64_C(1) << 60)
        r->facts.constrained_bytes = (struct number){0};
    if (r->facts.available_bytes.known && r->facts.available_bytes.value >= INT64_C(1) << 60)
        r->facts.available_bytes = (struct number){0};
    if (number_is(r->facts.constrained_bytes, 0))
        r->facts.constrained_bytes = (struct number){0};
    /* What stands there when there is no error. */
    if (!strncmp(r->facts.error, "No stack", 8) || strstr(r->facts.error, "ERR_SYNTHETIC"))
        r->facts.error[0] = r->facts.frame[0] = '\0';
    store_time(r);
    r->event.line = r->event.first_line = r->header_line;
    r->event.report = &r->facts;
    if (!r->sink.event(r->sink.ctx, &r->event, err))
        return false;
    *ret_complete = r->closed && !r->damaged;
    return true;
}

bool bytes_are_node_report(const uint8_t *bytes, size_t len)
{
    struct span s = {(const char *)bytes, len < 4096 ? len : 4096};
    span_take(&s, "\xef\xbb\xbf");
    while (s.len && (char_is_space(*s.p) || *s.p == '\n' || *s.p == '\r'))
        s = span_from(s, 1);
    return span_starts(s, "{") && span_find(s, "\"header\"") != SPAN_NONE &&
           span_find(s, "\"reportVersion\"") != SPAN_NONE;
}
