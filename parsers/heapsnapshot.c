/* The streaming reader of heap snapshots: see heapsnapshot.h.
 *
 * How yajl and the kernels take turns: yajl is cancelled by the callback that sees the opening
 * bracket of a bulk array; it then says how many bytes it consumed, which is right behind that
 * bracket. The kernel reads on to the closing one. A fresh yajl, fed with a prefix that brings it
 * into the state "inside the top object, behind a value", takes over from there.
 */
#include "parsers/heapsnapshot.h"

#include "parsers/json_strings.h"
#include "parsers/numbers.h"
#include "parsers/snapshot_meta.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define BLOCK_VALUES ((size_t)16 << 10)
#define KEY_MAX 32
#define DEPTH_MAX 6 /* levels whose keys are remembered */
#define YAJL_CHUNK ((size_t)64 << 10)
/* From here on numbers are not exact in JavaScript; nor would be the sum with them. */
#define EXACT_MAX ((uint64_t)1 << 53)

struct level {
    bool is_array;
    unsigned index;    /* of the next element, in an array */
    char key[KEY_MAX]; /* of the present member, in an object */
};

struct snapshot_parser {
    struct snapshot_sink sink;
    struct snapshot_meta meta;
    struct err failure; /* of a callback */
    yajl_handle yajl;
    bool all_yajl;
    bool meta_given;
    bool closed; /* the top object's brace was read */
    bool taken_over;
    bool has_yajl_string;
    unsigned done;
    enum snapshot_section open;
    uint64_t offset;       /* of the next byte to be fed */
    uint64_t block_offset; /* where the block's first value was */
    unsigned depth;
    struct level levels[DEPTH_MAX];
    struct numbers numbers;
    struct json_strings strings;
    size_t width; /* of the open section's rows */
    size_t count;
    uint64_t block[BLOCK_VALUES];
};

static const char *const section_names[SECTION_COUNT] = {
    [SECTION_NONE] = "the document",   [SECTION_NODES] = "nodes",     [SECTION_EDGES] = "edges",
    [SECTION_LOCATIONS] = "locations", [SECTION_STRINGS] = "strings",
};

const char *snapshot_section_name(enum snapshot_section s)
{
    return section_names[s];
}

unsigned snapshot_sections_done(const struct snapshot_parser *p)
{
    return p->done;
}

enum snapshot_section snapshot_section_open(const struct snapshot_parser *p)
{
    return p->open;
}

static enum snapshot_section section_by_name(const char *key)
{
    for (int s = SECTION_NODES; s < SECTION_COUNT; s++) {
        if (!strcmp(key, section_names[s]))
            return (enum snapshot_section)s;
    }
    return SECTION_NONE;
}

/* Behind what was read last: yajl knows how far it is in its chunk, in its callbacks too. */
static uint64_t place(const struct snapshot_parser *p)
{
    return p->offset + (p->taken_over ? 0 : yajl_get_bytes_consumed(p->yajl));
}

/* An error of the input, with its place. Returns false. */
static bool PRINTF_LIKE(3, 4)
    reject(const struct snapshot_parser *p, struct err *err, const char *fmt, ...)
{
    char what[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return err_set(err, ERR_INPUT, place(p), "byte %llu: %s", (unsigned long long)place(p), what);
}

/* -- rows -- */

/* Hands over the whole rows of the block and keeps the rest. */
static bool flush_rows(struct snapshot_parser *p, struct err *err)
{
    size_t rows = p->count / p->width;
    size_t used = rows * p->width;
    if (!rows)
        return true;
    if (!p->sink.rows(p->sink.ctx, p->open, p->block, rows, p->block_offset, err)) {
        p->count = 0; /* not a second time from snapshot_finish() */
        return false;
    }
    memmove(p->block, p->block + used, (p->count - used) * sizeof *p->block);
    p->count -= used;
    return true;
}

static bool begin_section(struct snapshot_parser *p, enum snapshot_section s, struct err *err)
{
    if (!p->meta_given)
        return reject(p, err, "\"%s\" comes before \"snapshot\": not written by V8",
                      section_names[s]);
    if (p->done & 1u << s)
        return reject(p, err, "\"%s\" comes twice", section_names[s]);
    const unsigned widths[SECTION_COUNT] = {
        [SECTION_NODES] = p->meta.node_width,
        [SECTION_EDGES] = p->meta.edge_width,
        [SECTION_LOCATIONS] = p->meta.location_width,
        [SECTION_STRINGS] = 1,
    };
    p->width = widths[s];
    p->open = s;
    p->count = 0;
    p->block_offset = place(p);
    p->numbers = (struct numbers){0};
    p->strings = (struct json_strings){.piece = p->sink.string, .ctx = p->sink.ctx};
    return true;
}

static bool end_section(struct snapshot_parser *p, struct err *err)
{
    if (p->open != SECTION_STRINGS) {
        if (!flush_rows(p, err))
            return false;
        if (p->count)
            return reject(p, err, "\"%s\" ends in the middle of a row: %zu of %zu values",
                          section_names[p->open], p->count, p->width);
    }
    p->done |= 1u << p->open;
    p->open = SECTION_NONE;
    return true;
}

/* -- yajl's callbacks: 0 cancels, p->failure says why unless a kernel takes over -- */

static const char *key_at(const struct snapshot_parser *p, unsigned depth)
{
    return depth < DEPTH_MAX && !p->levels[depth].is_array ? p->levels[depth].key : "";
}

static bool in_meta(const struct snapshot_parser *p)
{
    return p->depth >= 4 && p->depth <= 5 && !strcmp(key_at(p, 1), "snapshot") &&
           !strcmp(key_at(p, 2), "meta") && p->depth - 1 < DEPTH_MAX;
}

/* A value was read: the document itself, or an element of an array, where the next has the next
 * index. */
static void count_value(struct snapshot_parser *p)
{
    p->closed = p->depth == 0;
    if (p->depth && p->depth < DEPTH_MAX && p->levels[p->depth].is_array)
        p->levels[p->depth].index++;
}

static int on_start(struct snapshot_parser *p, bool is_array)
{
    p->depth++;
    if (p->depth < DEPTH_MAX)
        p->levels[p->depth] = (struct level){.is_array = is_array};
    if (p->depth != 2 || !is_array)
        return !p->open ||
               reject(p, &p->failure, "\"%s\" holds something nested", section_names[p->open]);
    enum snapshot_section s = section_by_name(key_at(p, 1));
    if (s == SECTION_NONE || (s == SECTION_LOCATIONS && p->meta.location_object < 0))
        return 1;
    if (!begin_section(p, s, &p->failure))
        return 0;
    p->taken_over = !p->all_yajl;
    return p->all_yajl;
}

static int on_end(struct snapshot_parser *p)
{
    bool was_section = p->depth == 2 && p->open;
    if (was_section && !end_section(p, &p->failure))
        return 0;
    if (p->depth == 2 && !was_section && !strcmp(key_at(p, 1), "snapshot")) {
        if (p->meta_given)
            return reject(p, &p->failure, "\"snapshot\" comes twice");
        p->meta_given = true;
        if (!snapshot_meta_check(&p->meta, &p->failure) ||
            !p->sink.meta(p->sink.ctx, &p->meta, &p->failure))
            return 0;
    }
    p->depth--;
    count_value(p);
    return 1;
}

static int on_start_map(void *ctx)
{
    return on_start(ctx, false);
}

static int on_start_array(void *ctx)
{
    return on_start(ctx, true);
}

static int on_end_any(void *ctx)
{
    return on_end(ctx);
}

static int on_key(void *ctx, const unsigned char *text, size_t len)
{
    struct snapshot_parser *p = ctx;
    if (p->depth >= DEPTH_MAX)
        return 1;
    char *key = p->levels[p->depth].key;
    /* A longer key, or one with a NUL, is none of ours. */
    size_t kept = len < KEY_MAX && !memchr(text, 0, len) ? len : 0;
    memcpy(key, text, kept);
    key[kept] = '\0';
    return 1;
}

/* yajl's number text is not terminated. */
static bool parse_u64(const char *text, size_t len, uint64_t *ret)
{
    uint64_t value = 0;
    if (!len || len > 19)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    *ret = value;
    return true;
}

static bool take_header_number(struct snapshot_parser *p, const char *key, const char *text,
                               size_t len)
{
    uint64_t value;
    if (!snapshot_meta_has_number(key))
        return true;
    if (!parse_u64(text, len, &value))
        return reject(p, &p->failure, "snapshot.%s: expected an unsigned whole number, found %.*s",
                      key, len < 40 ? (int)len : 40, text);
    if (!strcmp(key, "extra_native_bytes") && value >= EXACT_MAX)
        return reject(p, &p->failure, "snapshot.%s: expected less than 2^53 bytes, found %.*s", key,
                      (int)len, text);
    snapshot_meta_number(&p->meta, key, value);
    return true;
}

static int on_number(void *ctx, const char *text, size_t len)
{
    struct snapshot_parser *p = ctx;
    uint64_t value;
    bool whole = parse_u64(text, len, &value);
    if (p->open && (!whole || p->open == SECTION_STRINGS))
        return reject(p, &p->failure, "\"%s\": expected %s, found the number %.*s",
                      section_names[p->open],
                      p->open == SECTION_STRINGS ? "a string" : "an unsigned whole number",
                      len < 40 ? (int)len : 40, text);
    if (p->open) {
        p->block[p->count++] = value;
        return p->count < BLOCK_VALUES || flush_rows(p, &p->failure);
    }
    if (p->depth == 2 && !strcmp(key_at(p, 1), "snapshot") &&
        !take_header_number(p, key_at(p, 2), text, len))
        return 0;
    count_value(p);
    return 1;
}

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
    struct snapshot_parser *p = ctx;
    if (p->open == SECTION_STRINGS)
        return p->sink.string(p->sink.ctx, (const char *)text, len, true, &p->failure);
    if (p->open)
        return reject(p, &p->failure, "\"%s\": found a string", section_names[p->open]);
    bool ok = p->meta_given || !in_meta(p) || !p->levels[p->depth].is_array ||
              snapshot_meta_string(&p->meta, key_at(p, 3), p->depth == 5, p->levels[p->depth].index,
                                   (const char *)text, len, &p->failure);
    count_value(p);
    return ok;
}

static int on_other(struct snapshot_parser *p)
{
    if (p->open)
        return reject(p, &p->failure, "\"%s\": found null, true or false", section_names[p->open]);
    count_value(p);
    return 1;
}

static int on_null(void *ctx)
{
    return on_other(ctx);
}

static int on_boolean(void *ctx, int value)
{
    (void)value;
    return on_other(ctx);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_start_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_end_any,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end_any,
};

/* -- feeding -- */

static bool start_yajl(struct snapshot_parser *p, bool inside_object, struct err *err)
{
    /* A string, which is over where it ends: a number might go on. */
    static const unsigned char prefix[] = "{\"\":\"\"";
    if (p->yajl)
        yajl_free(p->yajl);
    p->yajl = yajl_alloc(&callbacks, NULL, p);
    if (!p->yajl)
        return err_nomem(err, 0, "the JSON parser");
    yajl_config(p->yajl, yajl_dont_validate_strings, 1);
    yajl_config(p->yajl, yajl_allow_trailing_garbage, 1);
    if (!inside_object)
        return true;
    p->depth = 0;
    if (yajl_parse(p->yajl, prefix, sizeof prefix - 1) != yajl_status_ok)
        return err_set(err, ERR_INPUT, p->offset, "the JSON parser cannot go on");
    return true;
}

static bool yajl_failure(struct snapshot_parser *p, const uint8_t *buf, size_t len, struct err *err)
{
    uint64_t at = p->offset + yajl_get_bytes_consumed(p->yajl);
    unsigned char *text = yajl_get_error(p->yajl, 0, buf, len);
    char line[160];
    size_t n = 0;
    for (const unsigned char *s = text; s && *s && *s != '\n' && n < sizeof line - 1; s++)
        line[n++] = (char)*s;
    line[n] = '\0';
    if (text)
        yajl_free_error(p->yajl, text);
    return err_set(err, ERR_INPUT, at, "byte %llu: not JSON as V8 writes it: %s",
                   (unsigned long long)at, line);
}

static bool feed_yajl(struct snapshot_parser *p, const uint8_t *buf, size_t len, size_t *ret_used,
                      struct err *err)
{
    yajl_status status = yajl_parse(p->yajl, buf, len);
    if (status == yajl_status_error)
        return yajl_failure(p, buf, len, err);
    *ret_used = p->closed ? len : yajl_get_bytes_consumed(p->yajl);
    if (status == yajl_status_ok || p->taken_over)
        return true;
    *err = p->failure;
    if (err->code == ERR_INPUT && !err->offset) {
        char where[40];
        err->offset = place(p);
        snprintf(where, sizeof where, "byte %llu", (unsigned long long)err->offset);
        return err_prefix(err, where);
    }
    return false;
}

static bool bad_byte(const struct snapshot_parser *p, uint64_t at, uint8_t found,
                     const char *expected, struct err *err)
{
    char shown[8] = {(char)found, '\0'};
    if (found < 0x20 || found >= 0x7f)
        memcpy(shown,
               (char[]){'\\', 'x', "0123456789abcdef"[found >> 4], "0123456789abcdef"[found & 15],
                        '\0'},
               5);
    return err_set(err, ERR_INPUT, at, "byte %llu, in \"%s\": expected %s, found '%s'",
                   (unsigned long long)at, section_names[p->open], expected, shown);
}

/* The kernel is done: yajl reads on behind the bracket. */
static bool give_back(struct snapshot_parser *p, struct err *err)
{
    bool ok = end_section(p, err) && start_yajl(p, true, err);
    p->taken_over = false;
    return ok;
}

static bool feed_numbers(struct snapshot_parser *p, const uint8_t *buf, size_t len,
                         size_t *ret_used, struct err *err)
{
    const uint8_t *pos = buf, *end = buf + len;
    enum numbers_result r = NUMBERS_FULL;
    while (r == NUMBERS_FULL) {
        r = numbers_scan(&p->numbers, &pos, end, p->block, &p->count, BLOCK_VALUES);
        if (r == NUMBERS_FULL) {
            if (!flush_rows(p, err))
                return false;
            p->block_offset = p->offset + (uint64_t)(pos - buf);
        }
    }
    *ret_used = (size_t)(pos - buf);
    if (r == NUMBERS_BAD)
        return bad_byte(p, p->offset + *ret_used, *pos, p->numbers.bad, err);
    if (r == NUMBERS_MORE)
        return true;
    p->offset += *ret_used; /* give_back() reports places behind the bracket */
    bool ok = give_back(p, err);
    p->offset -= *ret_used;
    return ok;
}

static bool feed_strings(struct snapshot_parser *p, const uint8_t *buf, size_t len,
                         size_t *ret_used, struct err *err)
{
    const uint8_t *pos = buf;
    enum strings_result r = json_strings_scan(&p->strings, &pos, buf + len, err);
    *ret_used = (size_t)(pos - buf);
    if (r == STRINGS_BAD)
        return bad_byte(p, p->offset + *ret_used, *pos, p->strings.bad, err);
    if (r == STRINGS_SINK)
        return false;
    return r == STRINGS_MORE || give_back(p, err);
}

bool snapshot_feed(struct snapshot_parser *p, const uint8_t *buf, size_t len, struct err *err)
{
    while (len) {
        size_t used = 0;
        bool ok;
        if (p->closed)
            return true; /* what follows the document is ignored, as DevTools does */
        if (!p->taken_over)
            ok = feed_yajl(p, buf, min_u64(len, YAJL_CHUNK), &used, err);
        else if (p->open == SECTION_STRINGS)
            ok = feed_strings(p, buf, len, &used, err);
        else
            ok = feed_numbers(p, buf, len, &used, err);
        if (!ok)
            return false;
        buf += used;
        len -= used;
        p->offset += used;
    }
    return true;
}

bool snapshot_pause(struct snapshot_parser *p, enum snapshot_section *ret, struct err *err)
{
    const struct numbers *n = &p->numbers;
    bool bulk = p->open == SECTION_NODES || p->open == SECTION_EDGES;
    *ret = SECTION_NONE;
    if (!p->taken_over || !bulk || !n->after_number || p->count % p->width)
        return true;
    if (!flush_rows(p, err))
        return false;
    p->block_offset = p->offset;
    *ret = p->open;
    return true;
}

void snapshot_skip(struct snapshot_parser *p, uint64_t len)
{
    p->offset += len;
    p->block_offset = p->offset;
}

bool snapshot_finish(struct snapshot_parser *p, bool *ret_complete, struct err *err)
{
    if (!p->meta_given)
        return err_set(err, ERR_INPUT, p->offset,
                       "byte %llu: the file ends before the snapshot's header is complete",
                       (unsigned long long)p->offset);
    if (p->open && p->open != SECTION_STRINGS) {
        if (!flush_rows(p, err))
            return false;
    }
    *ret_complete = p->closed;
    return true;
}

bool snapshot_parser_new(const struct snapshot_sink *sink, bool all_yajl,
                         struct snapshot_parser **ret, struct err *err)
{
    struct snapshot_parser *p = calloc(1, sizeof *p);
    if (!p)
        return err_nomem(err, sizeof *p, "the snapshot parser");
    p->sink = *sink;
    p->all_yajl = all_yajl;
    snapshot_meta_init(&p->meta);
    if (!start_yajl(p, false, err)) {
        snapshot_parser_free(p);
        return false;
    }
    *ret = p;
    return true;
}

void snapshot_parser_free(struct snapshot_parser *p)
{
    if (!p)
        return;
    if (p->yajl)
        yajl_free(p->yajl);
    free(p);
}
