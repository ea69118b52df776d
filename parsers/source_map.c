/* Source maps through yajl, and their base 64 numbers: see source_map.h. */
#include "parsers/source_map.h"

#include "base/arena.h"
#include "base/buf.h"
#include "parsers/span.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define DEPTH_MAX 32
#define KEY_MAX 24
#define NONE UINT32_MAX

/* What an open map or array is. */
enum level_kind {
    LEVEL_OTHER,
    LEVEL_MAP,
    LEVEL_SECTIONS,
    LEVEL_SECTION,
    LEVEL_OFFSET,
    LEVEL_SOURCES,
    LEVEL_CONTENTS,
    LEVEL_NAMES,
};

struct level {
    enum level_kind kind;
    char key[KEY_MAX]; /* the last one, of a map */
};

struct text {
    const char *p; /* NULL: null */
    size_t len;
};

struct texts {
    struct text *all;
    size_t count;
};

struct segment {
    uint32_t line, column;
    uint32_t order;
    uint32_t source, source_line, source_column, name; /* NONE: not told */
};

/* One map, or one section's: its numbers count from where its lists begin. */
struct part {
    struct buf mappings;
    struct buf root;
    uint32_t line, column;
    size_t first_source, first_name;
    bool seen;
};

struct source_map {
    yajl_handle yajl;
    struct err err; /* ours, where yajl only knows "cancelled" */
    struct arena arena;
    struct level levels[DEPTH_MAX];
    int depth;
    uint64_t bytes;
    struct part part;
    struct texts sources, contents, names;
    struct segment *segments;
    size_t count, cap;
    bool has_sections, closed;
    double version;
};

/* -- numbers in base 64 -- */

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Five bits a digit, the lowest first, the sign in the lowest of all; the sixth bit says that more
 * follow. Seven digits hold 32 bits. */
static bool take_vlq(struct span *s, int64_t *ret)
{
    enum { DIGITS_MAX = 7 };
    uint64_t value = 0;
    for (unsigned i = 0; i < DIGITS_MAX && i < s->len; i++) {
        int d = digit(s->p[i]);
        if (d < 0)
            return false;
        value |= (uint64_t)(d & 31) << (5 * i);
        if (!(d & 32)) {
            *s = span_from(*s, i + 1);
            *ret = value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
            return true;
        }
    }
    return false;
}

static bool fail(struct source_map *m, const char *what)
{
    return err_set(&m->err, ERR_INPUT, m->bytes, "byte %llu: %s", (unsigned long long)m->bytes,
                   what);
}

static bool push_segment(struct source_map *m, const struct segment *s)
{
    if (m->count == m->cap) {
        size_t cap = m->cap ? m->cap * 2 : 1024;
        struct segment *all = cap < UINT32_MAX ? realloc(m->segments, cap * sizeof *all) : NULL;
        if (!all)
            return err_nomem(&m->err, cap * sizeof *all, "a source map");
        m->segments = all;
        m->cap = cap;
    }
    m->segments[m->count] = *s;
    m->segments[m->count].order = (uint32_t)m->count;
    m->count++;
    return true;
}

/* The running numbers of a part. */
enum field { FIELD_COLUMN, FIELD_SOURCE, FIELD_LINE, FIELD_SOURCE_COLUMN, FIELD_NAME, FIELD_COUNT };

static uint32_t index_in(int64_t i, size_t first, size_t end)
{
    return i >= 0 && (uint64_t)i < end - first ? (uint32_t)(first + (uint64_t)i) : NONE;
}

static bool add_segment(struct source_map *m, uint32_t line, const int64_t *at, unsigned fields)
{
    struct part *p = &m->part;
    int64_t column = at[FIELD_COLUMN] + (line == p->line ? p->column : 0);
    struct segment s = {.line = line, .source = NONE, .name = NONE};
    if (column < 0 || column >= NONE)
        return true;
    s.column = (uint32_t)column;
    if (fields > FIELD_SOURCE_COLUMN && at[FIELD_LINE] >= 0 && at[FIELD_LINE] < NONE &&
        at[FIELD_SOURCE_COLUMN] >= 0 && at[FIELD_SOURCE_COLUMN] < NONE) {
        s.source = index_in(at[FIELD_SOURCE], p->first_source, m->sources.count);
        s.source_line = (uint32_t)at[FIELD_LINE];
        s.source_column = (uint32_t)at[FIELD_SOURCE_COLUMN];
    }
    if (fields > FIELD_NAME)
        s.name = index_in(at[FIELD_NAME], p->first_name, m->names.count);
    return push_segment(m, &s);
}

static bool decode_mappings(struct source_map *m)
{
    struct span s = {buf_str(&m->part.mappings), m->part.mappings.len};
    int64_t at[FIELD_COUNT] = {0};
    uint32_t line = m->part.line;
    while (s.len) {
        if (*s.p == ';') {
            at[FIELD_COLUMN] = 0;
            if (++line == NONE)
                return fail(m, "the map has too many lines");
            s = span_from(s, 1);
            continue;
        }
        if (*s.p == ',') {
            s = span_from(s, 1);
            continue;
        }
        unsigned fields = 0;
        for (; s.len && *s.p != ',' && *s.p != ';'; fields++) {
            int64_t delta;
            if (fields == FIELD_COUNT || !take_vlq(&s, &delta))
                return fail(m, "a mapping of one, four or five numbers in base 64 was expected");
            at[fields] += delta;
        }
        if (!add_segment(m, line, at, fields))
            return false;
    }
    return true;
}

/* A section ends what those before it say of the places from its own on. */
static void cut_before(struct source_map *m, uint32_t line, uint32_t column)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->count; i++) {
        const struct segment *s = &m->segments[i];
        if (s->line < line || (s->line == line && s->column < column))
            m->segments[kept++] = *s;
    }
    m->count = kept;
}

static void put_roots(struct source_map *m)
{
    struct part *p = &m->part;
    bool slash = p->root.len && p->root.data[p->root.len - 1] != '/';
    for (size_t i = p->first_source; i < m->sources.count && p->root.len; i++) {
        struct text *t = &m->sources.all[i];
        if (!t->p)
            continue;
        t->p = arena_printf(&m->arena, "%s%s%s", buf_str(&p->root), slash ? "/" : "", t->p);
        t->len = strlen(t->p);
    }
}

/* Lists of contents are as long as those of sources or shorter. */
static bool pad_contents(struct source_map *m)
{
    while (m->contents.count < m->sources.count) {
        if (!arena_push(&m->arena, (void **)&m->contents.all, &m->contents.count,
                        sizeof *m->contents.all))
            return err_nomem(&m->err, 0, "a source map");
    }
    m->contents.count = m->sources.count;
    return true;
}

static bool end_part(struct source_map *m)
{
    struct part *p = &m->part;
    bool ok = !p->mappings.failed && !p->root.failed && pad_contents(m);
    if (!ok && m->err.code == ERR_NONE)
        err_nomem(&m->err, p->mappings.len, "a source map");
    if (ok && p->seen) {
        put_roots(m);
        cut_before(m, p->line, p->column);
        ok = decode_mappings(m);
    }
    buf_release(&p->mappings);
    buf_release(&p->root);
    *p = (struct part){.first_source = m->sources.count, .first_name = m->names.count};
    return ok;
}

/* -- what yajl calls; 0 cancels -- */

static struct level *top(struct source_map *m)
{
    return m->depth ? &m->levels[m->depth - 1] : NULL;
}

static bool at_key(const struct level *l, enum level_kind kind, const char *key)
{
    return l && l->kind == kind && !strcmp(l->key, key);
}

static int open_level(struct source_map *m, enum level_kind kind)
{
    if (m->depth == DEPTH_MAX)
        return fail(m, "a source map is not nested as deep");
    m->levels[m->depth++] = (struct level){.kind = kind};
    return 1;
}

static int open_map(void *ctx)
{
    struct source_map *m = ctx;
    const struct level *l = top(m);
    enum level_kind kind = LEVEL_OTHER;
    if (!l || at_key(l, LEVEL_SECTION, "map"))
        kind = LEVEL_MAP;
    else if (l->kind == LEVEL_SECTIONS)
        kind = LEVEL_SECTION;
    else if (at_key(l, LEVEL_SECTION, "offset"))
        kind = LEVEL_OFFSET;
    return open_level(m, kind);
}

static int open_array(void *ctx)
{
    struct source_map *m = ctx;
    const struct level *l = top(m);
    enum level_kind kind = LEVEL_OTHER;
    if (at_key(l, LEVEL_MAP, "sources"))
        kind = LEVEL_SOURCES;
    else if (at_key(l, LEVEL_MAP, "sourcesContent"))
        kind = LEVEL_CONTENTS;
    else if (at_key(l, LEVEL_MAP, "names"))
        kind = LEVEL_NAMES;
    else if (at_key(l, LEVEL_MAP, "sections") && m->depth == 1)
        kind = LEVEL_SECTIONS;
    m->has_sections = m->has_sections || kind == LEVEL_SECTIONS;
    return open_level(m, kind);
}

static int close_level(void *ctx)
{
    struct source_map *m = ctx;
    enum level_kind kind = m->levels[--m->depth].kind;
    m->closed = m->depth == 0;
    if (kind == LEVEL_SECTION || (m->closed && !m->has_sections))
        return end_part(m);
    return 1;
}

static int take_key(void *ctx, const unsigned char *text, size_t len)
{
    struct source_map *m = ctx;
    struct span s = {(const char *)text, len};
    /* A longer key is none of ours, cut or not. */
    span_copy(top(m)->key, KEY_MAX, s);
    return 1;
}

static int take_text(struct source_map *m, const char *text, size_t len)
{
    struct texts *list = NULL;
    switch (top(m) ? top(m)->kind : LEVEL_OTHER) {
    case LEVEL_SOURCES:
        list = &m->sources;
        break;
    case LEVEL_CONTENTS:
        list = &m->contents;
        break;
    case LEVEL_NAMES:
        list = &m->names;
        break;
    default:
        return 1;
    }
    struct text *t = arena_push(&m->arena, (void **)&list->all, &list->count, sizeof *t);
    if (t && text)
        *t = (struct text){arena_strndup(&m->arena, text, len), len};
    return t && !m->arena.failed ? 1 : err_nomem(&m->err, len, "a source map");
}

static int take_string(void *ctx, const unsigned char *text, size_t len)
{
    struct source_map *m = ctx;
    const struct level *l = top(m);
    if (at_key(l, LEVEL_MAP, "mappings")) {
        m->part.seen = true;
        buf_clear(&m->part.mappings);
        buf_append(&m->part.mappings, text, len);
    } else if (at_key(l, LEVEL_MAP, "sourceRoot")) {
        buf_clear(&m->part.root);
        buf_append(&m->part.root, text, len);
    } else {
        return take_text(m, (const char *)text, len);
    }
    return 1;
}

static int take_null(void *ctx)
{
    return take_text(ctx, NULL, 0);
}

static int take_number(void *ctx, const char *text, size_t len)
{
    struct source_map *m = ctx;
    struct span s = {text, len};
    uint64_t value = 0;
    if (!span_take_number(&s, &value) || value >= NONE)
        return take_text(m, NULL, 0);
    if (at_key(top(m), LEVEL_MAP, "version"))
        m->version = (double)value;
    else if (at_key(top(m), LEVEL_OFFSET, "line"))
        m->part.line = (uint32_t)value;
    else if (at_key(top(m), LEVEL_OFFSET, "column"))
        m->part.column = (uint32_t)value;
    else
        return take_text(m, NULL, 0);
    return 1;
}

static int take_boolean(void *ctx, int value)
{
    (void)value;
    return take_text(ctx, NULL, 0);
}

static const yajl_callbacks callbacks = {
    .yajl_null = take_null,
    .yajl_boolean = take_boolean,
    .yajl_number = take_number,
    .yajl_string = take_string,
    .yajl_start_map = open_map,
    .yajl_map_key = take_key,
    .yajl_end_map = close_level,
    .yajl_start_array = open_array,
    .yajl_end_array = close_level,
};

/* -- the way in and out -- */

bool source_map_new(struct source_map **ret, struct err *err)
{
    struct source_map *m = calloc(1, sizeof *m);
    if (m)
        m->yajl = yajl_alloc(&callbacks, NULL, m);
    if (!m || !m->yajl) {
        source_map_free(m);
        return err_nomem(err, sizeof *m, "a source map");
    }
    yajl_config(m->yajl, yajl_dont_validate_strings, 1);
    *ret = m;
    return true;
}

void source_map_free(struct source_map *m)
{
    if (!m)
        return;
    if (m->yajl)
        yajl_free(m->yajl);
    buf_release(&m->part.mappings);
    buf_release(&m->part.root);
    arena_release(&m->arena);
    free(m->segments);
    free(m);
}

bool source_map_feed(struct source_map *m, const uint8_t *buf, size_t len, struct err *err)
{
    if (yajl_parse(m->yajl, buf, len) == yajl_status_ok) {
        m->bytes += len;
        return true;
    }
    m->bytes += yajl_get_bytes_consumed(m->yajl);
    if (m->err.code == ERR_NONE)
        fail(m, "the source map is no JSON from here on");
    *err = m->err;
    return false;
}

static int compare_segments(const void *a, const void *b)
{
    const struct segment *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

bool source_map_finish(struct source_map *m, struct err *err)
{
    if (!m->closed || m->version != 3) {
        fail(m, m->closed ? "a source map of version 3 was expected" : "the source map is cut");
        *err = m->err;
        return false;
    }
    for (size_t i = 1; i < m->count; i++) {
        if (compare_segments(&m->segments[i - 1], &m->segments[i]) > 0) {
            qsort(m->segments, m->count, sizeof *m->segments, compare_segments);
            break;
        }
    }
    return true;
}

size_t source_map_count(const struct source_map *m)
{
    return m->count;
}

/* How many segments lie before a place. */
static size_t count_before(const struct source_map *m, uint32_t line, uint32_t column)
{
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct segment *s = &m->segments[middle];
        if (s->line < line || (s->line == line && s->column < column))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool source_map_find(const struct source_map *m, uint32_t line, uint32_t column,
                     struct source_place *ret)
{
    size_t i = count_before(m, line, column);
    /* Of several at the very place the first, of several before it the last. */
    bool exact = i < m->count && m->segments[i].line == line && m->segments[i].column == column;
    if (!exact && i == 0)
        return false;
    const struct segment *s = &m->segments[exact ? i : i - 1];
    if (s->line != line || s->source == NONE || !m->sources.all[s->source].p)
        return false;
    const struct text *content = &m->contents.all[s->source];
    *ret = (struct source_place){
        .source = m->sources.all[s->source].p,
        .line = s->source_line,
        .column = s->source_column,
        .name = s->name == NONE ? NULL : m->names.all[s->name].p,
        .content = content->p,
        .content_len = content->len,
    };
    return true;
}
