/* What a snapshot parser hands over: see snapshot_recording.h. */
#include "tests/unit/snapshot_recording.h"

#include <stdlib.h>
#include <string.h>

static bool on_meta(void *ctx, const struct snapshot_meta *meta, struct err *err)
{
    struct recording *r = ctx;
    (void)err;
    r->meta = *meta;
    r->metas++;
    return true;
}

static bool on_rows(void *ctx, enum snapshot_section s, const uint64_t *values, size_t rows,
                    uint64_t offset, struct err *err)
{
    struct recording *r = ctx;
    (void)offset, (void)err;
    const unsigned widths[SECTION_COUNT] = {
        [SECTION_NODES] = r->meta.node_width,
        [SECTION_EDGES] = r->meta.edge_width,
        [SECTION_LOCATIONS] = r->meta.location_width,
    };
    buf_append(&r->values[s], values, rows * widths[s] * sizeof *values);
    return true;
}

static bool on_string(void *ctx, const char *bytes, size_t len, bool last, struct err *err)
{
    struct recording *r = ctx;
    (void)err;
    buf_append(&r->text, bytes, len);
    if (last)
        buf_append(&r->ends, &r->text.len, sizeof r->text.len);
    return true;
}

static bool feed(struct snapshot_parser *p, const char *text, size_t len, size_t chunk,
                 struct err *err)
{
    if (!chunk)
        chunk = len;
    for (size_t at = 0; at < len; at += chunk) {
        size_t n = min_u64(chunk, len - at);
        uint8_t *copy = malloc(n);
        if (!copy)
            return err_nomem(err, n, "a chunk");
        memcpy(copy, text + at, n);
        bool ok = snapshot_feed(p, copy, n, err);
        free(copy);
        if (!ok)
            return false;
    }
    return true;
}

void recording_run(struct recording *r, const void *text, size_t len, size_t chunk, bool all_yajl)
{
    struct snapshot_parser *p = NULL;
    *r = (struct recording){0};
    const struct snapshot_sink sink = {
        .ctx = r, .meta = on_meta, .rows = on_rows, .string = on_string};
    struct err later;
    r->ok = snapshot_parser_new(&sink, all_yajl, &p, &r->err) &&
            feed(p, text, len, chunk, &r->err) && snapshot_finish(p, &r->complete, &r->err);
    if (p) {
        /* The rows that wait are given even then. */
        if (!r->ok && snapshot_finish(p, &r->complete, &later))
            r->complete = false;
        r->done = snapshot_sections_done(p);
        r->open = snapshot_section_open(p);
    }
    snapshot_parser_free(p);
}

void recording_release(struct recording *r)
{
    for (int s = 0; s < SECTION_COUNT; s++)
        buf_release(&r->values[s]);
    buf_release(&r->text);
    buf_release(&r->ends);
}

size_t recording_strings(const struct recording *r)
{
    return r->ends.len / sizeof(size_t);
}

static bool same_bytes(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && !memcmp(buf_str(a), buf_str(b), a->len);
}

bool recording_same(const struct recording *a, const struct recording *b)
{
    for (int s = 0; s < SECTION_COUNT; s++) {
        if (!same_bytes(&a->values[s], &b->values[s]))
            return false;
    }
    return a->metas == b->metas && !memcmp(&a->meta, &b->meta, sizeof a->meta) &&
           same_bytes(&a->text, &b->text) && same_bytes(&a->ends, &b->ends);
}

static bool is_prefix(const struct buf *a, const struct buf *b)
{
    return a->len <= b->len && !memcmp(buf_str(a), buf_str(b), a->len);
}

bool recording_is_prefix(const struct recording *a, const struct recording *b)
{
    for (int s = 0; s < SECTION_COUNT; s++) {
        if (!is_prefix(&a->values[s], &b->values[s]))
            return false;
    }
    return is_prefix(&a->text, &b->text) && is_prefix(&a->ends, &b->ends);
}
