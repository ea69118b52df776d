/* Requests in logs: nginx and Apache, Next.js, morgan, pino-http, Fastify, Nest and what is alike.
 *
 * In text, a request is a method, a path that begins with a slash, and a status behind it or HTTP's
 * version; in JSON, a line with a method and a URL that tells a status or says that it is incoming.
 * They are counted, not told one by one: see request_counts.h.
 */
#include "parsers/json_fields.h"
#include "parsers/log_module.h"
#include "parsers/log_time.h"
#include "parsers/request_counts.h"

struct request_log {
    struct log_module_state m;
    struct request_counts *counts;
    uint64_t line;  /* already searched */
    bool completed; /* lines with the answer tell the URL: those without are not counted */
};

/* -- text -- */

/* "200" and no further digit; also behind what loggers put in between: " - 200", " -> 200", "\"
 * 200", " [200]", " status=200". */
static bool take_status(struct span s, unsigned *ret)
{
    static const char *const before[] = {"- ", "-> ", "→ ",      "=> ",      "| ",      ": ",
                                         "[",  "(",   "status=", "status: ", "status ", "\""};
    unsigned status;
    s = span_trim_left(s);
    for (size_t i = 0; i < ARRAY_LEN(before); i++)
        if (span_take(&s, before[i]))
            break;
    s = span_trim_left(s);
    if (!span_take_digits(&s, 3, &status) || status < 100 || status > 599 ||
        (s.len && (char_is_digit(*s.p) || memchr("ms.%", *s.p, 4))))
        return false;
    *ret = status;
    return true;
}

/* Morgan's tiny and dev have it behind the path, some loggers behind the time: "12ms 200". */
static bool status_follows(struct span s, unsigned *ret)
{
    struct span word, rest = s;
    if (take_status(s, ret))
        return true;
    if (span_starts(span_trim_left(s), "- - ms")) /* morgan: the client went away */
        return true;
    return span_take_word(&rest, &word) && word.len > 2 && char_is_digit(*word.p) &&
           word.p[word.len - 1] == 's' && take_status(rest, ret);
}

/* "[23/Nov/2026:13:25:00 +0000]" of nginx and Apache */
static void take_access_time(struct span before, struct log_time *ret)
{
    struct civil_time t = {.month = 0};
    size_t open = span_find_last(before, "[");
    struct span s = span_from(before, open == SPAN_NONE ? before.len : open + 1), stamp = s;
    unsigned zone;
    if (!span_take_digits(&s, 2, &t.day) || !span_take(&s, "/") || s.len < 4)
        return;
    t.month = month_by_name(span_head(s, 3));
    s = span_from(s, 3);
    if (!t.month || t.day < 1 || t.day > 31 || !span_take(&s, "/") ||
        !span_take_digits(&s, 4, &t.year) || !span_take(&s, ":") || !take_clock_time(&s, &t))
        return;
    bool minus = span_starts(s, " -");
    if (span_take(&s, " +") || span_take(&s, " -")) {
        t.zone_known = span_take_digits(&s, 4, &zone);
        t.zone_minutes = t.zone_known ? (int)(zone / 100 * 60 + zone % 100) : 0;
        if (minus)
            t.zone_minutes = -t.zone_minutes;
    }
    *ret = (struct log_time){.clock = LOG_CLOCK_NONE};
    civil_time_store(&t, t.zone_known ? LOG_CLOCK_ZONED : LOG_CLOCK_LOCAL, ret);
    span_copy(ret->text, sizeof ret->text, span_head(stamp, (size_t)(s.p - stamp.p)));
}

/* A request that failed to be passed on, an error about one, one that is only quoted. */
static bool is_about_one(struct span before)
{
    static const char *const words[] = {"request: \"", "request: ", "Route ", "Error", "rror: "};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t at = span_find(before, words[i]);
        if (at != SPAN_NONE)
            return true;
    }
    return false;
}

static bool is_text_request(struct span before, struct span behind, unsigned *ret_status)
{
    size_t space = span_find(behind, " ");
    if (is_about_one(before))
        return false;
    struct span rest = span_from(behind, space == SPAN_NONE ? behind.len : space);
    struct span version = span_trim_left(rest);
    *ret_status = 0;
    if (span_take(&version, "HTTP/")) {
        while (version.len && (char_is_digit(*version.p) || *version.p == '.'))
            version = span_from(version, 1);
        span_take(&version, "\"");
        (void)status_follows(version, ret_status);
        return true;
    }
    return status_follows(rest, ret_status);
}

/* -- JSON -- */

static bool take_json(struct request_log *r, const struct log_line *line)
{
    struct span path, method, message = {"", 0};
    struct number status = json_field_number(line->raw, "\"statusCode\"");
    struct log_time time = line->prefix.time;
    if (!json_field_text(line->raw, "\"method\"", &method) || !method.len ||
        (!json_field_text(line->raw, "\"url\"", &path) &&
         !json_field_text(line->raw, "\"path\"", &path)) ||
        !span_starts(path, "/"))
        return false;
    if (!status.known)
        status = json_field_number(line->raw, "\"status\"");
    (void)(json_field_text(line->raw, "\"msg\"", &message) ||
           json_field_text(line->raw, "\"message\"", &message));
    r->completed |= status.known;
    if (!status.known && (r->completed || !span_is(message, "incoming request")))
        return true;
    if (!time.wall_us.known)
        json_line_time(line->raw, &time);
    request_counts_add(r->counts, path, status.known ? (unsigned)status.value : 0, &time,
                       line->number);
    return true;
}

/* -- matching -- */

static bool hit_url(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct request_log *r = state;
    (void)at;
    (void)err;
    if (r->line != line->number && span_find(line->raw, "{") != SPAN_NONE && take_json(r, line))
        r->line = line->number;
    return true;
}

static bool hit_method(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct request_log *r = state;
    struct log_time time = line->prefix.time;
    struct span before = span_head(line->payload, at), s = span_from(line->payload, at);
    unsigned status;
    (void)err;
    char left = at ? before.p[at - 1] : ' ';
    if (r->line == line->number || line->prefix.kernel || (left >= 'A' && left <= 'Z'))
        return true;
    size_t slash = span_find(s, "/");
    if (!is_text_request(before, span_from(s, slash), &status))
        return true;
    r->line = line->number;
    if (span_starts(line->raw, "{")) {
        struct number told = json_field_number(line->raw, "\"status\"");
        if (!status && told.known && told.value < 600)
            status = (unsigned)told.value;
        if (!time.wall_us.known)
            json_line_time(line->raw, &time);
    }
    take_access_time(before, &time);
    request_counts_add(r->counts, span_from(s, slash), status, &time, line->number);
    return true;
}

static bool requests_init(void *state, struct err *err)
{
    struct request_log *r = state;
    r->counts = request_counts_new();
    return r->counts || err_nomem(err, 0, "the counts of requests");
}

static void requests_release(void *state)
{
    struct request_log *r = state;
    request_counts_free(r->counts);
}

static bool requests_finish(void *state, struct err *err)
{
    struct request_log *r = state;
    struct request_facts facts;
    struct event e = {.kind = EVENT_REQUESTS, .requests = &facts};
    for (size_t i = 0;
         request_counts_row(r->counts, i, &facts, &e.text, &e.time, &e.line, &e.first_line); i++) {
        memcpy(e.comm, r->m.out->app, sizeof e.comm);
        if (!log_emit(r->m.out, &e, err))
            return false;
    }
    return true;
}

static const struct log_matcher matchers[] = {
    {"GET /", hit_method},     {"POST /", hit_method},   {"HEAD /", hit_method},
    {"PUT /", hit_method},     {"DELETE /", hit_method}, {"PATCH /", hit_method},
    {"OPTIONS /", hit_method},
};

static const struct log_matcher documents[] = {{"\"url\":", hit_url}, {"\"method\":", hit_url}};

const struct log_module log_requests_module = {
    .name = "requests",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .documents = documents,
    .document_count = ARRAY_LEN(documents),
    .state_bytes = sizeof(struct request_log),
    .init = requests_init,
    .finish = requests_finish,
    .release = requests_release,
};
