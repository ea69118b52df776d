/* The table of the forms of structured logs: see log_record.h. */
#include "parsers/log_record.h"

#include "parsers/log_time.h"

#include <stdio.h>
#include <time.h>

/* -- times -- */

void log_time_store_realtime(struct log_time *t, uint64_t us)
{
    time_t seconds = (time_t)(us / 1000000);
    struct tm tm;
    t->clock = LOG_CLOCK_ZONED;
    t->wall_us = number_of(us);
    if (us > INT64_MAX || !gmtime_r(&seconds, &tm) || tm.tm_year > 8099)
        return;
    snprintf(t->text, sizeof t->text, "%04d-%02d-%02dT%02d:%02d:%02d.%06uZ", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (unsigned)(us % 1000000));
}

static bool field_number(const struct record_fields *f, enum record_field id, uint64_t *ret)
{
    struct span s = record_text(f, id);
    return span_take_number(&s, ret) && !s.len;
}

static struct number number_field(const struct record_fields *f, enum record_field id)
{
    uint64_t v;
    return field_number(f, id, &v) ? number_of(v) : (struct number){0};
}

/* "1795440168123.5": seconds, milli-, micro- or nanoseconds since 1970, told by their size. */
static void store_epoch(struct log_time *t, struct span s)
{
    uint64_t v, us;
    struct span whole = s;
    if (!span_take_number(&whole, &v))
        return;
    if (v < UINT64_C(100000000000)) {
        if (!take_seconds(&s, &us))
            us = v * 1000000;
    } else if (v < UINT64_C(100000000000000)) {
        us = v * 1000;
    } else {
        us = v < UINT64_C(100000000000000000) ? v : v / 1000;
    }
    log_time_store_realtime(t, us);
}

/* A number, or a date in ISO order. */
static bool store_any_time(struct log_time *t, const struct record_fields *f, enum record_field id)
{
    struct span s = record_text(f, id), whole = s;
    struct civil_time c;
    if (!s.len)
        return false;
    if (take_iso_time(&s, &c)) {
        civil_time_store(&c, c.zone_known ? LOG_CLOCK_ZONED : LOG_CLOCK_LOCAL, t);
        span_copy(t->text, sizeof t->text, whole);
    } else {
        store_epoch(t, s);
    }
    return t->wall_us.known;
}

static struct span first_text(const struct record_fields *f, const enum record_field *ids,
                              size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (record_text(f, ids[i]).len)
            return record_text(f, ids[i]);
    return (struct span){"", 0};
}

#define FIRST_TEXT(f, ...)                                                                         \
    first_text(f, (const enum record_field[]){__VA_ARGS__},                                        \
               ARRAY_LEN(((const enum record_field[]){__VA_ARGS__})))

/* -- the journal -- */

static bool is_journal(const struct record_fields *f)
{
    return record_has(f, FIELD_REALTIME) || record_has(f, FIELD_BOOT_ID) ||
           record_has(f, FIELD_JOURNAL_MESSAGE);
}

static void fill_journal(const struct record_fields *f, struct log_record *r)
{
    uint64_t us;
    r->message = record_text(f, FIELD_JOURNAL_MESSAGE);
    r->boot_id = record_text(f, FIELD_BOOT_ID);
    r->transport = record_text(f, FIELD_TRANSPORT);
    r->message_id = record_text(f, FIELD_MESSAGE_ID);
    r->tag = FIRST_TEXT(f, FIELD_IDENTIFIER, FIELD_COMM);
    r->unit = FIRST_TEXT(f, FIELD_CONTAINER_NAME, FIELD_UNIT, FIELD_USER_UNIT, FIELD_OWN_USER_UNIT,
                         FIELD_OWN_UNIT);
    if (field_number(f, FIELD_SOURCE_REALTIME, &us) || field_number(f, FIELD_REALTIME, &us))
        log_time_store_realtime(&r->time, us);
    /* The kernel's own stamp; the other is when journald read it. */
    if (field_number(f, FIELD_SOURCE_MONOTONIC, &us) || field_number(f, FIELD_MONOTONIC, &us))
        r->time.uptime_us = number_of(us);
    if (r->time.clock == LOG_CLOCK_NONE && r->time.uptime_us.known)
        r->time.clock = LOG_CLOCK_UPTIME;
    r->kernel = span_is(r->transport, "kernel");
    r->bare = r->kernel;
    if (r->kernel)
        return;
    bool container = record_has(f, FIELD_CONTAINER_NAME); /* then the pid is the daemon's */
    r->pid = container ? (struct number){0} : number_field(f, FIELD_PID);
    if (!r->pid.known && !container)
        r->pid = number_field(f, FIELD_SYSLOG_PID);
    r->partial = span_is(record_text(f, FIELD_CONTAINER_PARTIAL), "true");
}

/* -- containers -- */

static bool ends_line(struct span *s)
{
    if (!s->len || s->p[s->len - 1] != '\n')
        return false;
    s->len--;
    return true;
}

static bool is_docker(const struct record_fields *f)
{
    return record_has_text(f, FIELD_LOG) &&
           (record_has_text(f, FIELD_STREAM) || record_has_text(f, FIELD_TIME)) &&
           !record_has(f, FIELD_LEVEL);
}

static void fill_docker(const struct record_fields *f, struct log_record *r)
{
    r->message = record_text(f, FIELD_LOG);
    r->partial = !ends_line(&r->message);
    r->stream = record_text(f, FIELD_STREAM);
    store_any_time(&r->time, f, FIELD_TIME);
}

/* -- the kernel's ring -- */

static bool is_dmesg(const struct record_fields *f)
{
    return record_has_text(f, FIELD_MSG) && f->type[FIELD_TIME] == TYPE_NUMBER &&
           (f->in_dmesg || record_has(f, FIELD_PRI)) && !record_has(f, FIELD_LEVEL);
}

static void fill_dmesg(const struct record_fields *f, struct log_record *r)
{
    struct span s = record_text(f, FIELD_TIME), whole = s;
    uint64_t us;
    r->message = record_text(f, FIELD_MSG);
    r->kernel = r->bare = true;
    if (!take_seconds(&s, &us))
        return;
    r->time.uptime_us = number_of(us);
    r->time.clock = LOG_CLOCK_UPTIME;
    char text[LOG_TIME_TEXT_MAX];
    int n = snprintf(text, sizeof text, "[%.*s]", (int)min_u64(whole.len, 40), whole.p);
    span_copy(r->time.text, sizeof r->time.text, (struct span){text, (size_t)n});
}

/* -- Kubernetes -- */

static bool is_event(const struct record_fields *f)
{
    return record_has_text(f, FIELD_REASON) && record_has(f, FIELD_MESSAGE) &&
           (record_has(f, FIELD_FIRST_TIME) || record_has(f, FIELD_LAST_TIME) ||
            record_has(f, FIELD_EVENT_TIME) || record_has(f, FIELD_OBJECT_KIND));
}

static void fill_event(const struct record_fields *f, struct log_record *r)
{
    static const enum record_field times[] = {FIELD_LAST_TIME, FIELD_EVENT_TIME, FIELD_FIRST_TIME,
                                              FIELD_CREATED};
    r->message = record_text(f, FIELD_MESSAGE);
    r->tag = record_text(f, FIELD_COMPONENT);
    r->unit = record_text(f, FIELD_OBJECT_NAME);
    for (size_t i = 0; i < ARRAY_LEN(times); i++)
        if (store_any_time(&r->time, f, times[i]))
            return;
}

/* -- applications -- */

static bool is_pm2(const struct record_fields *f)
{
    return record_has_text(f, FIELD_MESSAGE) && record_has(f, FIELD_PROCESS_ID) &&
           record_has(f, FIELD_APP_NAME);
}

static void fill_pm2(const struct record_fields *f, struct log_record *r)
{
    bool error = span_starts(record_text(f, FIELD_TYPE), "err");
    r->message = record_text(f, FIELD_MESSAGE);
    r->partial = !ends_line(&r->message);
    r->stream = error ? (struct span){"stderr", 6} : (struct span){"stdout", 6};
    r->tag = r->unit = record_text(f, FIELD_APP_NAME);
    store_any_time(&r->time, f, FIELD_TIMESTAMP);
}

static struct span app_text(const struct record_fields *f)
{
    return FIRST_TEXT(f, FIELD_MSG, FIELD_MESSAGE, FIELD_OTHER_TEXT, FIELD_LOG);
}

static void fill_app(const struct record_fields *f, struct log_record *r)
{
    r->message = app_text(f);
    r->tag = record_text(f, FIELD_NAME);
    r->pid = number_field(f, FIELD_APP_PID);
    if (!store_any_time(&r->time, f, FIELD_TIME))
        store_any_time(&r->time, f, FIELD_TIMESTAMP);
    ends_line(&r->message);
}

static bool is_pino(const struct record_fields *f)
{
    return f->type[FIELD_LEVEL] == TYPE_NUMBER && record_has(f, FIELD_TIME) &&
           (record_has(f, FIELD_MSG) || record_has(f, FIELD_STACK));
}

static bool is_winston(const struct record_fields *f)
{
    return record_has_text(f, FIELD_LEVEL) && record_has(f, FIELD_MESSAGE) && !is_event(f) &&
           !is_pm2(f);
}

static bool is_other(const struct record_fields *f)
{
    return app_text(f).len || record_has_text(f, FIELD_STACK);
}

/* -- the table -- */

#define JOURNAL_SAMPLE                                                                             \
    "\"_TRANSPORT\":\"kernel\",\"__REALTIME_TIMESTAMP\":\"1795440168561602\","                     \
    "\"_BOOT_ID\":\"5f1d6a0f7e2c4b0c9a3d2e1f00112233\","                                           \
    "\"_SOURCE_MONOTONIC_TIMESTAMP\":\"1393561602\","                                              \
    "\"MESSAGE\":\"Killed process 18465 (node)\"}"

static const struct record_form forms[] = {
    {{"journal-json",
      "an object on a line with __REALTIME_TIMESTAMP or _BOOT_ID",
      LOG_CLOCK_ZONED,
      NULL,
      {"{" JOURNAL_SAMPLE "\n", "{ \"MESSAGE\" : [75,105], \"_BOOT_ID\" : \"5f1d\" }\n"}},
     FRAMING_LINE,
     is_journal,
     fill_journal},
    {{"journal-json-pretty",
      "the same over several lines",
      LOG_CLOCK_ZONED,
      NULL,
      {"{\n\t\"__REALTIME_TIMESTAMP\" : \"1795440168561602\",\n"
       "\t\"MESSAGE\" : \"Killed process 18465 (node)\"\n}\n"}},
     FRAMING_LINES,
     is_journal,
     fill_journal},
    {{"journal-json-seq",
      "the byte 1e before the object",
      LOG_CLOCK_ZONED,
      NULL,
      {"\x1e{" JOURNAL_SAMPLE "\n"}},
     FRAMING_SEQUENCE,
     is_journal,
     fill_journal},
    {{"journal-json-sse",
      "\"data: \" before the object",
      LOG_CLOCK_ZONED,
      NULL,
      {"data: {" JOURNAL_SAMPLE "\n\n"}},
     FRAMING_SSE,
     is_journal,
     fill_journal},
    {{"journal-export",
      "NAME=value, or NAME, eight bytes of length, value; an empty line ends the record",
      LOG_CLOCK_ZONED,
      NULL,
      {"__CURSOR=s=aa05\n__REALTIME_TIMESTAMP=1795440168561602\n_TRANSPORT=kernel\n"
       "MESSAGE=Killed process 18465 (node)\n\n",
       "__REALTIME_TIMESTAMP=1795440168561602\nMESSAGE=Killed process 18465 (node)\n\n"}},
     FRAMING_EXPORT,
     is_journal,
     fill_journal},
    {{"journal-verbose",
      "weekday, ISO time, zone, [s=...;b=...]; NAME=value below, indented",
      LOG_CLOCK_ZONED,
      NULL,
      {"Mon 2026-11-23 13:22:48.561602 UTC [s=aa05;i=1;b=5f1d6a0f7e2c4b0c9a3d2e1f00112233;"
       "m=530ff142;t=660ef0c2c21c2;x=a1]\n    _TRANSPORT=kernel\n"
       "    MESSAGE=Killed process 18465 (node)\n"}},
     FRAMING_VERBOSE,
     is_journal,
     fill_journal},
    {{"journal-file", "the bytes LPKSHHRH", LOG_CLOCK_ZONED, NULL, {0}},
     FRAMING_JOURNAL,
     is_journal,
     fill_journal},
    {{"docker-json",
      "log, and stream or time",
      LOG_CLOCK_ZONED,
      NULL,
      {"{\"log\":\"FATAL ERROR: Reached heap limit\\n\",\"stream\":\"stderr\","
       "\"time\":\"2026-11-23T13:25:00.000000000Z\"}\n",
       "{\"log\":\"x\",\"stream\":\"stdout\",\"attrs\":{\"tag\":\"web\"},"
       "\"time\":\"2026-11-23T13:25:00Z\"}\n"}},
     FRAMING_JSON,
     is_docker,
     fill_docker},
    {{"dmesg-json",
      "the list \"dmesg\" of pri, time and msg",
      LOG_CLOCK_UPTIME,
      NULL,
      {"{\n   \"dmesg\": [\n      {\n         \"pri\": 3,\n         \"time\":  1393.561602,\n"
       "         \"msg\": \"Killed process 18465 (node)\"\n      }\n   ]\n}\n",
       "{\"dmesg\":[{\"fac\":\"kern\",\"pri\":\"err\",\"time\":1393.561602,\"msg\":\"x\"}]}\n"}},
     FRAMING_JSON,
     is_dmesg,
     fill_dmesg},
    {{"kubernetes-event",
      "reason, message, and times or what it is about",
      LOG_CLOCK_ZONED,
      NULL,
      {"{\"reason\":\"OOMKilling\",\"message\":\"Killed process 77 (node)\",\"source\":"
       "{\"component\":\"kernel-monitor\"},\"lastTimestamp\":\"2023-06-13T14:35:38Z\"}\n",
       "{\n    \"items\": [\n        {\n"
       "            \"involvedObject\": {\n                \"kind\": \"Node\",\n"
       "                \"name\": \"n1\"\n            },\n            \"message\": \"x\",\n"
       "            \"reason\": \"SystemOOM\"\n        }\n    ]\n}\n"}},
     FRAMING_JSON,
     is_event,
     fill_event},
    {{"pm2-json",
      "message, process_id and app_name",
      LOG_CLOCK_ZONED,
      NULL,
      {"{\"message\":\"GET /api 200\\n\",\"timestamp\":\"2026-11-23T13:24:55.731Z\","
       "\"type\":\"out\",\"process_id\":3,\"app_name\":\"shop\"}\n"}},
     FRAMING_JSON,
     is_pm2,
     fill_pm2},
    {{"pino",
      "level as a number, time, msg; bunyan too",
      LOG_CLOCK_ZONED,
      NULL,
      {"{\"level\":30,\"time\":1795440168561,\"pid\":7,\"hostname\":\"web-01\",\"msg\":\"up\"}\n",
       "{\"name\":\"shop\",\"hostname\":\"h\",\"pid\":7,\"level\":50,\"msg\":\"x\","
       "\"time\":\"2026-11-23T13:24:55.731Z\",\"v\":0}\n"}},
     FRAMING_JSON,
     is_pino,
     fill_app},
    {{"winston",
      "level as a word, message",
      LOG_CLOCK_ZONED,
      NULL,
      {"{\"level\":\"info\",\"message\":\"up\",\"timestamp\":\"2026-11-23T13:24:55.731Z\"}\n"}},
     FRAMING_JSON,
     is_winston,
     fill_app},
    {{"json",
      "msg, message, log, text, line or an error",
      LOG_CLOCK_ZONED,
      NULL,
      {"{\"textPayload\":\"FATAL ERROR: Reached heap limit\",\"severity\":\"ERROR\"}\n",
       "{\"ts\":1795440168.561,\"msg\":\"up\"}\n"}},
     FRAMING_JSON,
     is_other,
     fill_app},
};

const struct record_form *record_forms(size_t *ret_count)
{
    *ret_count = ARRAY_LEN(forms);
    return forms;
}

const struct record_form *record_form_of(const struct record_fields *f, enum record_framing framing)
{
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (forms[i].framings & framing && forms[i].tells(f))
            return &forms[i];
    return NULL;
}
