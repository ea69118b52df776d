/* Want of memory that need not end the process: errors of Node's and V8's that a program may catch,
 * workers at their own limit, and the warning about too many listeners.
 *
 * Such an error is a first line with its message, frames, and properties (`code: 'ENOMEM'`) that
 * say it again: what repeats an error so near is not told.
 */
#include "parsers/log_module.h"

#define REPEATED_LINES 40

struct node_errors {
    struct log_module_state m;
    enum node_error last;
    uint64_t last_line;
};

static bool emit_error(struct node_errors *n, const struct log_line *line, struct span text,
                       const struct node_error_facts *facts, struct err *err)
{
    char copy[256];
    struct event e = log_event(EVENT_NODE_ERROR, line);
    span_copy(copy, sizeof copy, span_trim(text));
    e.pid = line->prefix.tag_pid;
    log_who(n->m.out, line, e.comm);
    e.text = copy;
    e.error = facts;
    n->last = facts->error;
    n->last_line = line->number;
    return log_emit(n->m.out, &e, err);
}

/* The message from the name of the error on: "RangeError: Array buffer allocation failed". */
static struct span message_of(struct span s, size_t at)
{
    static const char *const names[] = {"RangeError", "TypeError", "SystemError", "Error"};
    struct span before = span_head(s, at);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t name = span_find_last(before, names[i]);
        if (name != SPAN_NONE)
            return span_from(s, name);
    }
    return span_from(s, at);
}

/* "code: 'ENOMEM'," or "errno: -12": a property of the error, in a line of its own or behind it. */
static bool is_property(struct span s, size_t at)
{
    struct span before = span_trim(span_head(s, at));
    while (before.len && memchr("'\"` ", before.p[before.len - 1], 4))
        before.len--;
    if (!before.len || before.p[before.len - 1] != ':')
        return false;
    before.len--;
    while (before.len && memchr("'\"` ", before.p[before.len - 1], 4))
        before.len--;
    size_t code = before.len >= 4 ? before.len - 4 : 0,
           number = before.len >= 5 ? before.len - 5 : 0;
    return span_is(span_from(before, code), "code") || span_is(span_from(before, number), "errno");
}

static bool is_repeated(const struct node_errors *n, const struct log_line *line, size_t at,
                        enum node_error error)
{
    return n->last == error && line->number - n->last_line <= REPEATED_LINES &&
           is_property(line->payload, at);
}

/* -- errors by their message -- */

static const struct {
    const char *needle;
    enum node_error error;
} messages[] = {
    {"ERR_WORKER_OUT_OF_MEMORY", NODE_ERROR_WORKER_OOM},
    {"Array buffer allocation failed", NODE_ERROR_ARRAY_BUFFER},
    {"Invalid typed array length", NODE_ERROR_ARRAY_BUFFER},
    {"Invalid string length", NODE_ERROR_STRING_LENGTH},
    {"Cannot create a string longer than", NODE_ERROR_STRING_LENGTH},
    {"ERR_BUFFER_TOO_LARGE", NODE_ERROR_BUFFER_SIZE},
    {"ERR_FS_FILE_TOO_LARGE", NODE_ERROR_BUFFER_SIZE},
    {"Invalid array length", NODE_ERROR_COLLECTION_SIZE},
    {"Map maximum size exceeded", NODE_ERROR_COLLECTION_SIZE},
    {"Set maximum size exceeded", NODE_ERROR_COLLECTION_SIZE},
    /* The same in V8 before 10.0, which lacks the words. */
    {"Value undefined out of range for undefined options", NODE_ERROR_COLLECTION_SIZE},
    {"WebAssembly.Memory(): could not allocate", NODE_ERROR_WASM_MEMORY},
};

/* "Invalid typed array length: 17179869184000", "File size (3000000000) is greater than" */
static struct number size_in(struct span s)
{
    static const char *const keys[] = {"length: ", "size ("};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        size_t at = span_find(s, keys[i]);
        struct span rest = span_from(s, at == SPAN_NONE ? s.len : at + strlen(keys[i]));
        uint64_t v;
        if (span_take_number(&rest, &v))
            return number_of(v);
    }
    return (struct number){0};
}

static bool hit_message(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct span s = span_from(line->payload, at);
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        if (!span_starts(s, messages[i].needle))
            continue;
        struct span text = message_of(line->payload, at);
        struct node_error_facts facts = {.error = messages[i].error, .size_bytes = size_in(text)};
        if (is_repeated(state, line, at, facts.error))
            return true;
        return emit_error(state, line, text, &facts, err);
    }
    return true;
}

/* "Error: spawn ENOMEM", "ENOMEM: not enough memory, read", "spawn node ENOMEM", "read ENOMEM" */
static bool hit_enomem(void *state, const struct log_line *line, size_t at, struct err *err)
{
    static const char *const calls[] = {"spawn",  "spawnSync", "fork",    "read",  "write",
                                        "open",   "scandir",   "mmap",    "watch", "connect",
                                        "listen", "accept",    "uv_spawn"};
    struct node_error_facts facts = {.error = NODE_ERROR_ENOMEM};
    struct span s = line->payload, text = message_of(s, at), word, rest = text;
    size_t behind = at + strlen("ENOMEM");
    bool whole = behind >= s.len || !((s.p[behind] | 0x20) >= 'a' && (s.p[behind] | 0x20) <= 'z');
    if (line->prefix.kernel || !whole || (at && (s.p[at - 1] == '-' || s.p[at - 1] == '_')) ||
        is_repeated(state, line, at, facts.error))
        return true;
    while (!facts.call[0] && span_take_word(&rest, &word)) {
        while (word.len && memchr(",:;)", word.p[word.len - 1], 4))
            word.len--;
        for (size_t i = 0; i < ARRAY_LEN(calls); i++)
            if (span_is(word, calls[i]))
                span_copy(facts.call, sizeof facts.call, word);
    }
    return emit_error(state, line, text, &facts, err);
}

/* -- listeners -- */

/* "11 message listeners added to [Bus]. MaxListeners is 10."; before Node 13 the emitter is not
 * told: "11 message listeners added. Use emitter.setMaxListeners() to increase limit". */
static bool take_listeners(struct span s, struct node_error_facts *ret)
{
    size_t added = span_find(s, " listeners added"), end;
    uint64_t count;
    if (added == SPAN_NONE)
        return false;
    struct span before = span_head(s, added), rest = span_from(s, added);
    size_t detected = span_find_last(before, "detected. ");
    before = detected == SPAN_NONE ? before : span_from(before, detected + strlen("detected. "));
    if (!span_take_number(&before, &count) || !span_take(&before, " "))
        return false;
    ret->listeners = number_of(count);
    span_copy(ret->listener, sizeof ret->listener, before);
    if (span_take(&rest, " listeners added to [") && (end = span_find(rest, "]")) != SPAN_NONE)
        span_copy(ret->emitter, sizeof ret->emitter, span_head(rest, end));
    return true;
}

/* "(node:1477) MaxListenersExceededWarning: Possible EventEmitter memory leak detected. ..."; Node
 * 8 and older say only what is behind the colon, and that as "(node) warning: possible ...". */
static bool hit_listeners(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct node_errors *n = state;
    struct node_error_facts facts = {.error = NODE_ERROR_LISTENERS};
    struct log_line copy = *line;
    uint64_t pid;
    if (n->last == NODE_ERROR_LISTENERS && n->last_line == line->number)
        return true;
    if (!take_listeners(span_from(line->payload, at), &facts))
        return true;
    struct span s = line->payload;
    size_t node = span_find(s, "(node:");
    s = span_from(s, node == SPAN_NONE ? s.len : node + strlen("(node:"));
    if (span_take_number(&s, &pid))
        copy.prefix.tag_pid = number_of(pid);
    return emit_error(n, &copy, span_from(line->payload, at), &facts, err);
}

static const struct log_matcher matchers[] = {
    {"ERR_WORKER_OUT_OF_MEMORY", hit_message},
    {"Array buffer allocation failed", hit_message},
    {"Invalid typed array length", hit_message},
    {"Invalid string length", hit_message},
    {"Cannot create a string longer than", hit_message},
    {"ERR_BUFFER_TOO_LARGE", hit_message},
    {"ERR_FS_FILE_TOO_LARGE", hit_message},
    {"Invalid array length", hit_message},
    {"Map maximum size exceeded", hit_message},
    {"Set maximum size exceeded", hit_message},
    {"Value undefined out of range for undefined options", hit_message},
    {"WebAssembly.Memory(): could not allocate", hit_message},
    {"ENOMEM", hit_enomem},
    {"MaxListenersExceededWarning: ", hit_listeners},
    {"ossible EventEmitter memory leak detected", hit_listeners},
};

const struct log_module log_node_errors_module = {
    .name = "node-errors",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct node_errors),
};
