/* Rule image-buffers: memory of ArrayBuffers and Buffers, which lies outside of V8's heap.
 *
 * Backing stores are grouped by the nearest collection that dominates them. Kept by a collection of
 * the user's they leak; otherwise they are in flight: images being made, bodies being read. Raw
 * bitmaps in flight are those of squoosh, which Next.js uses up to 14 where sharp is not installed.
 */
#include "analyzer/classes.h"
#include "analyzer/js_values.h"
#include "analyzer/lru.h"
#include "analyzer/retainers.h"
#include "analyzer/rules/image_advice.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "image-buffers";

#define GROUPS_MAX 64
#define BITMAP_LEAST_BYTES ((uint64_t)1 << 20)

struct group {
    uint32_t container; /* NO_NODE: not in a collection */
    uint64_t count, bytes;
};

struct groups {
    struct group all[GROUPS_MAX];
    size_t count;
    uint64_t bitmaps, bitmap_bytes;
    uint64_t inputs;        /* of sharp */
    uint32_t bitmap, input; /* one of them */
};

/* RGBA in a Uint8ClampedArray: the buffer's view tells. */
static bool is_bitmap(const struct js *js, uint32_t store)
{
    const struct heap *h = js->h;
    uint32_t buffer = heap_dominator(h, store);
    if (heap_self_bytes(h, store) < BITMAP_LEAST_BYTES || !js_is(js, buffer, JS_ARRAY_BUFFER))
        return false;
    struct retainer_walk w = heap_retainers(h, buffer);
    while (retainer_next(&w)) {
        if (js_is(js, w.source, JS_UINT8_CLAMPED))
            return true;
    }
    return false;
}

/* What `n` is a property of, by that name. */
static uint32_t object_with(const struct js *js, uint32_t n, const char *name)
{
    enum { LOOK_AT = 16 };
    struct retainer_walk w = heap_retainers(js->h, n);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        if (js_is_object(js, w.source) && js_property_named(js, w.source, name) == n)
            return w.source;
    }
    return NO_NODE;
}

/* sharp keeps what it works on as {options: {input: {buffer}}}. */
static bool is_sharp_input(const struct js *js, uint32_t store)
{
    enum { LOOK_AT = 16 };
    const struct heap *h = js->h;
    uint32_t buffer = heap_dominator(h, store);
    struct retainer_walk w = heap_retainers(h, buffer);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        uint32_t input = js_is_object(js, w.source) ? object_with(js, w.source, "buffer") : NO_NODE;
        uint32_t options = input == NO_NODE ? NO_NODE : object_with(js, input, "input");
        if (options != NO_NODE && object_with(js, options, "options") != NO_NODE)
            return true;
    }
    return false;
}

static void count_buffer(struct rule_input *in, struct groups *g, uint32_t store)
{
    uint32_t container = js_dominating_collection(in->js, store, BUFFERS_LEAST_COUNT);
    uint64_t bytes = heap_self_bytes(in->js->h, store);
    size_t i = 0;
    while (i < g->count && g->all[i].container != container)
        i++;
    if (i == GROUPS_MAX)
        i = GROUPS_MAX - 1;
    else if (i == g->count)
        g->all[g->count++] = (struct group){.container = container};
    g->all[i].count++;
    g->all[i].bytes += bytes;
    if (is_bitmap(in->js, store)) {
        g->bitmaps++;
        g->bitmap_bytes += bytes;
        g->bitmap = store;
    } else if (container == NO_NODE && is_sharp_input(in->js, store)) {
        g->inputs++;
        g->input = store;
    }
}

static void report_kept(struct rule_input *in, const struct group *g, const struct owner *o)
{
    struct arena *arena = &in->analysis->arena;
    struct buf b = {0};
    struct finding *f = finding_add(in, id, SEVERITY_LEAK, g->container);
    if (!f)
        return;
    owner_put_accessor(in->js, o, &b);
    const char *name = arena_strdup(arena, buf_str(&b));
    buf_release(&b);
    finding_set_owner(in, f, o);
    f->entries = js_entries(in->js, g->container);
    f->confidence = 85;
    f->title = arena_printf(arena, "%s keeps %s buffers, %s outside of V8's heap", name,
                            count_text(in, g->count), bytes_text(in, g->bytes));
    evidence_add(in, f, g->container, "%s of %s entries, mostly %s",
                 collection_word(js_collection(in->js, g->container)), count_text(in, f->entries),
                 collection_values(in, g->container));
    f->kind = collection_word(js_collection(in->js, g->container));
    const char *keys = collection_keys(in, g->container);
    if (*keys)
        evidence_add(in, f, NO_NODE, "its keys look like %s", keys);
    evidence_add(in, f, NO_NODE,
                 "buffers count for the process' memory, not for --max-old-space-size");
    advise_bound(in, f, name);
    advise_readable_names(in, f);
}

static void report_bitmaps(struct rule_input *in, const struct groups *g)
{
    struct finding *f = finding_add(in, id, SEVERITY_WARN, NO_NODE);
    if (!f)
        return;
    f->entries = g->bitmaps;
    f->retained_bytes = g->bitmap_bytes;
    f->kind = "Uint8ClampedArray";
    f->confidence = 85;
    f->title = arena_printf(&in->analysis->arena, "%s raw bitmaps wait for the image optimizer",
                            count_text(in, g->bitmaps));
    evidence_add(in, f, g->bitmap,
                 "RGBA of a Uint8ClampedArray, as squoosh makes them: 4 bytes a pixel");
    if (in->analysis->next.found)
        image_advice_add_sharp(in->analysis, f);
    image_advice_add(in->analysis, f);
}

static void report_in_flight(struct rule_input *in, const struct groups *g, uint64_t count,
                             uint64_t bytes)
{
    struct finding *f = finding_add(in, id, SEVERITY_INFO, NO_NODE);
    if (!f)
        return;
    f->entries = count;
    f->retained_bytes = bytes;
    f->confidence = g->inputs ? 80 : 60;
    f->title = arena_printf(&in->analysis->arena, "%s buffers are in use or on their way",
                            count_text(in, count));
    if (g->inputs)
        evidence_add(in, f, g->input, "%s are originals that wait for sharp or are in its hands",
                     count_text(in, g->inputs));
    evidence_add(in, f, NO_NODE,
                 "no collection of the application's holds them: images being made, "
                 "bodies being read or written");
    if (g->inputs || in->analysis->runtime.images)
        image_advice_add(in->analysis, f);
}

static bool is_users(struct rule_input *in, const struct group *g, struct owner *o)
{
    if (lru_of(in->js, g->container) != NO_NODE)
        return false; /* bounded */
    owner_find(in->js, g->container, o);
    enum script_kind k = owner_script_kind(in->js, o);
    return o->kind != OWNER_NONE && (k == SCRIPT_USER || k == SCRIPT_PACKAGE);
}

static void judge(struct rule_input *in, struct groups *g)
{
    uint64_t others = 0, other_bytes = 0;
    for (size_t i = 0; i < g->count; i++) {
        struct owner o;
        struct group *at = &g->all[i];
        if (at->container != NO_NODE && at->bytes >= BUFFERS_LEAST_BYTES && is_users(in, at, &o)) {
            report_kept(in, at, &o);
            continue;
        }
        others += at->count;
        other_bytes += at->bytes;
    }
    if (g->bitmap_bytes >= BUFFERS_LEAST_BYTES)
        report_bitmaps(in, g);
    else if (other_bytes >= BUFFERS_LEAST_BYTES)
        report_in_flight(in, g, others, other_bytes);
}

bool rule_image_buffers(struct rule_input *in, struct err *err)
{
    struct groups *g = calloc(1, sizeof *g);
    if (!g)
        return err_nomem(err, sizeof *g, "buffers");
    for (size_t i = 0; i < in->census->buffers.count; i++) {
        if (!finding_explaining(in, in->census->buffers.nodes[i]))
            count_buffer(in, g, in->census->buffers.nodes[i]);
    }
    judge(in, g);
    free(g);
    return true;
}
