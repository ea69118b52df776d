/* Answers as bytes: see answers.h.
 *
 * The bytes: magic, length of all, what must fit (format, program, stamp), the model, a hash of all
 * before it. Numbers are 64 bits, little endian. The model is walked by the same functions for
 * writing and for reading, so that the two cannot part: each takes a value and gives back the one
 * that holds, which is its own when writing.
 */
#include "analyzer/answers.h"

#include <string.h>

#include "base/u64_map.h"
#include "base/version.h"

/* To be raised when the walk changes. */
#define FORMAT 2
/* Of the sources that answers come from, by the Makefile: other rules, other answers. */
#ifndef ANSWERS_ID
#define ANSWERS_ID 0
#endif

static const char magic[8] = "\x8bMORTEM\n";

#define NUMBER_BYTES 8

struct codec {
    struct buf *out; /* NULL: reading */
    const uint8_t *in;
    size_t left; /* to be read */
    struct arena *arena;
    const char *file;
    bool failed;
};

/* -- what all is made of -- */

static uint64_t get_number(const uint8_t *p)
{
    uint64_t v = 0;
    for (unsigned i = NUMBER_BYTES; i-- > 0;)
        v = v << 8 | p[i];
    return v;
}

static void put_number(struct buf *b, uint64_t v)
{
    uint8_t bytes[NUMBER_BYTES];
    for (unsigned i = 0; i < NUMBER_BYTES; i++)
        bytes[i] = (uint8_t)(v >> 8 * i);
    buf_append(b, bytes, sizeof bytes);
}

/* A number of at most `max`; 0 behind a failure. */
static uint64_t number(struct codec *c, uint64_t v, uint64_t max)
{
    if (c->out) {
        c->failed |= v > max;
        put_number(c->out, v);
        return v;
    }
    c->failed |= c->left < NUMBER_BYTES;
    if (c->failed)
        return 0;
    v = get_number(c->in);
    c->in += NUMBER_BYTES;
    c->left -= NUMBER_BYTES;
    c->failed = v > max;
    return c->failed ? 0 : v;
}

static bool flag(struct codec *c, bool v)
{
    return number(c, v, 1) != 0;
}

/* NULL stays NULL. */
static const char *optional_text(struct codec *c, const char *text)
{
    uint64_t len_1 = number(c, c->out && text ? strlen(text) + 1 : 0, ANSWERS_BYTES_MAX);
    if (c->out) {
        if (len_1)
            buf_append(c->out, text, (size_t)len_1 - 1);
        return text;
    }
    if (!len_1)
        return NULL;
    size_t len = (size_t)len_1 - 1;
    c->failed |= len > c->left || memchr(c->in, '\0', len);
    if (c->failed)
        return NULL;
    text = arena_strndup(c->arena, (const char *)c->in, len);
    c->in += len;
    c->left -= len;
    return text;
}

static const char *text(struct codec *c, const char *v)
{
    v = optional_text(c, v);
    c->failed |= !v;
    return v;
}

/* A sentence that may begin with the name of the file, which may have another one later. */
static const char *sentence(struct codec *c, const char *v)
{
    size_t len = strlen(c->file);
    bool named = flag(c, v && !strncmp(v, c->file, len));
    const char *rest = optional_text(c, v && named ? v + len : v);
    if (c->out)
        return v;
    return rest && named ? arena_printf(c->arena, "%s%s", c->file, rest) : rest;
}

/* An array: its count, and when reading the room for it. Every element takes a number at least,
 * which bounds what a wrong count can ask for. */
static void *list(struct codec *c, void *items, size_t *count, size_t elem)
{
    uint64_t n = number(c, *count, ANSWERS_BYTES_MAX);
    if (c->out)
        return items;
    c->failed |= n > c->left / NUMBER_BYTES;
    *count = c->failed ? 0 : (size_t)n;
    items = *count ? arena_alloc(c->arena, *count * elem) : NULL;
    if (!items)
        *count = 0;
    return items;
}

/* -- the model -- */

static void walk_sketch(struct codec *c, struct process_sketch *s)
{
    s->max_js_id = (uint32_t)number(c, s->max_js_id, UINT32_MAX);
    s->count = (uint32_t)number(c, s->count, SKETCH_OBJECTS_MAX);
    for (uint32_t i = 0; i < s->count; i++) {
        s->objects[i].id = (uint32_t)number(c, s->objects[i].id, UINT32_MAX);
        s->objects[i].hash = (uint32_t)number(c, s->objects[i].hash, UINT32_MAX);
    }
}

static void walk_input(struct codec *c, struct input_info *in)
{
    in->bytes = number(c, in->bytes, UINT64_MAX);
    in->complete = flag(c, in->complete);
    in->problem = flag(c, in->problem != ERR_NONE) ? ERR_INPUT : ERR_NONE;
    in->remark = sentence(c, in->remark);
    walk_sketch(c, &in->sketch);
}

static void walk_next(struct codec *c, struct next_info *n)
{
    n->found = flag(c, n->found);
    n->version = optional_text(c, n->version);
    n->certainty = (enum certainty)number(c, n->certainty, CERTAINTY_EXACT);
    n->source = optional_text(c, n->source);
    n->version_min = (uint32_t)number(c, n->version_min, UINT32_MAX);
    n->version_max = (uint32_t)number(c, n->version_max, UINT32_MAX);
    n->node_version = optional_text(c, n->node_version);
    n->bundler = (enum bundler)number(c, n->bundler, BUNDLER_TURBOPACK);
    n->server = (enum next_server)number(c, n->server, NEXT_SERVER_CUSTOM);
    n->routers = (unsigned)number(c, n->routers, ROUTER_PAGES | ROUTER_APP);
    n->cache_handler = optional_text(c, n->cache_handler);
    n->routes = list(c, n->routes, &n->route_count, sizeof *n->routes);
    for (size_t i = 0; i < n->route_count; i++)
        n->routes[i] = text(c, n->routes[i]);
    n->routes_total = number(c, n->routes_total, UINT64_MAX);
    n->options = list(c, n->options, &n->option_count, sizeof *n->options);
    for (size_t i = 0; i < n->option_count; i++) {
        n->options[i].key = text(c, n->options[i].key);
        n->options[i].value = text(c, n->options[i].value);
    }
}

static void walk_runtime(struct codec *c, struct runtime_info *r)
{
    const char **const texts[] = {&r->node_range, &r->v8_version, &r->framework, &r->pm2,
                                  &r->images};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = optional_text(c, *texts[i]);
}

static void walk_class(struct codec *c, struct class_row *row)
{
    row->name = text(c, row->name);
    row->count = number(c, row->count, UINT64_MAX);
    row->shallow_bytes = number(c, row->shallow_bytes, UINT64_MAX);
    row->retained_bytes = number(c, row->retained_bytes, UINT64_MAX);
    row->distance = (int32_t)(uint32_t)number(c, (uint32_t)row->distance, UINT32_MAX);
}

static void walk_heap(struct codec *c, struct heap_summary *h)
{
    uint64_t *const figures[] = {
        &h->nodes,        &h->edges,           &h->total_bytes,  &h->code_bytes,
        &h->string_bytes, &h->js_array_bytes,  &h->system_bytes, &h->typed_array_bytes,
        &h->native_bytes, &h->explained_bytes,
    };
    for (size_t i = 0; i < ARRAY_LEN(figures); i++)
        *figures[i] = number(c, *figures[i], UINT64_MAX);
    h->top_classes = list(c, h->top_classes, &h->top_class_count, sizeof *h->top_classes);
    for (size_t i = 0; i < h->top_class_count; i++)
        walk_class(c, &h->top_classes[i]);
}

static void walk_step(struct codec *c, struct path_step *step)
{
    step->edge = optional_text(c, step->edge);
    step->node = text(c, step->node);
    step->node_id = (uint32_t)number(c, step->node_id, UINT32_MAX);
}

static void walk_evidence(struct codec *c, struct evidence *e)
{
    e->text = text(c, e->text);
    e->file = optional_text(c, e->file);
    e->line = number(c, e->line, UINT64_MAX);
    e->node_id = (uint32_t)number(c, e->node_id, UINT32_MAX);
}

static void walk_advice(struct codec *c, struct advice *ad)
{
    ad->title = text(c, ad->title);
    ad->why = optional_text(c, ad->why);
    ad->where = optional_text(c, ad->where);
    ad->paste = optional_text(c, ad->paste);
}

/* Of one snapshot: there is no growth to keep. */
static void walk_finding(struct codec *c, struct finding *f)
{
    f->rule = text(c, f->rule);
    f->severity = (enum severity)number(c, f->severity, SEVERITY_LEAK);
    f->confidence = (unsigned)number(c, f->confidence, 100);
    f->title = text(c, f->title);
    f->variable = optional_text(c, f->variable);
    f->script = optional_text(c, f->script);
    f->line = (uint32_t)number(c, f->line, UINT32_MAX);
    f->kind = optional_text(c, f->kind);
    f->route = optional_text(c, f->route);
    f->issue = optional_text(c, f->issue);
    f->entries = number(c, f->entries, UINT64_MAX);
    f->retained_bytes = number(c, f->retained_bytes, UINT64_MAX);
    f->node = (uint32_t)number(c, f->node, UINT32_MAX);
    f->node_id = (uint32_t)number(c, f->node_id, UINT32_MAX);
    f->node_retained_bytes = number(c, f->node_retained_bytes, UINT64_MAX);
    f->path = list(c, f->path, &f->path_count, sizeof *f->path);
    for (size_t i = 0; i < f->path_count; i++)
        walk_step(c, &f->path[i]);
    f->evidence = list(c, f->evidence, &f->evidence_count, sizeof *f->evidence);
    for (size_t i = 0; i < f->evidence_count; i++)
        walk_evidence(c, &f->evidence[i]);
    f->advice = list(c, f->advice, &f->advice_count, sizeof *f->advice);
    for (size_t i = 0; i < f->advice_count; i++)
        walk_advice(c, &f->advice[i]);
}

/* Everything but the names of the file, which are the caller's. */
static void walk(struct codec *c, struct analysis *a)
{
    walk_input(c, &a->inputs[0]);
    walk_next(c, &a->next);
    walk_runtime(c, &a->runtime);
    walk_heap(c, &a->heap);
    a->findings = list(c, a->findings, &a->finding_count, sizeof *a->findings);
    for (size_t i = 0; i < a->finding_count; i++)
        walk_finding(c, &a->findings[i]);
}

/* -- writing -- */

/* A limit on what is written, so that everything written can be read. */
static bool is_of_one_heap(const struct analysis *a)
{
    return a->input_count == 1 && a->inputs[0].kind == INPUT_HEAP_SNAPSHOT && a->heap.present &&
           (a->inputs[0].problem == ERR_NONE || a->inputs[0].problem == ERR_INPUT) &&
           a->death_count == 0;
}

static void put_what_must_fit(struct buf *b, const struct file_stamp *stamp)
{
    put_number(b, FORMAT);
    put_number(b, ANSWERS_ID);
    buf_append(b, MORTEM_VERSION, sizeof MORTEM_VERSION);
    put_number(b, stamp->bytes);
    put_number(b, (uint64_t)stamp->modified_ns);
}

bool answers_encode(const struct analysis *a, const struct file_stamp *stamp, struct buf *out)
{
    struct buf body = {0}, all = {0};
    struct codec c = {.out = &body};
    if (!is_of_one_heap(a))
        return false;
    struct analysis copy = *a; /* writing gives every value back as it is */
    c.file = a->inputs[0].file;
    put_what_must_fit(&body, stamp);
    walk(&c, &copy);
    buf_append(&all, magic, sizeof magic);
    put_number(&all, sizeof magic + 2 * NUMBER_BYTES + body.len);
    buf_append(&all, buf_str(&body), body.len);
    put_number(&all, hash_bytes(buf_str(&all), all.len));
    bool ok = !c.failed && !body.failed && !all.failed && all.len <= ANSWERS_BYTES_MAX;
    if (ok)
        buf_append(out, all.data, all.len);
    buf_release(&body);
    buf_release(&all);
    return ok && !out->failed;
}

/* -- reading -- */

bool bytes_are_answers(const uint8_t *p, size_t len)
{
    return len >= sizeof magic && !memcmp(p, magic, sizeof magic);
}

/* Whole and as they were written? */
static bool are_sound(const uint8_t *p, size_t len)
{
    return len <= ANSWERS_BYTES_MAX && len >= sizeof magic + 2 * NUMBER_BYTES &&
           bytes_are_answers(p, len) && get_number(p + sizeof magic) == len &&
           get_number(p + len - NUMBER_BYTES) == hash_bytes(p, len - NUMBER_BYTES);
}

/* What must fit, as this program would write it, is in front. */
static bool take_what_must_fit(struct codec *c, const struct file_stamp *stamp)
{
    struct buf want = {0};
    put_what_must_fit(&want, stamp);
    bool fits = !want.failed && want.len <= c->left && !memcmp(want.data, c->in, want.len);
    if (fits) {
        c->in += want.len;
        c->left -= want.len;
    }
    buf_release(&want);
    return fits;
}

static bool name_all(struct analysis *a, const char *file)
{
    file = arena_strdup(&a->arena, file);
    a->inputs[0].file = a->heap.file = file;
    a->inputs[0].kind = INPUT_HEAP_SNAPSHOT;
    a->heap.present = true;
    for (size_t i = 0; i < a->finding_count; i++)
        a->findings[i].file = file;
    return !a->arena.failed;
}

bool answers_decode(const void *bytes, size_t len, const struct file_stamp *stamp, const char *file,
                    struct analysis *ret)
{
    const size_t front = sizeof magic + NUMBER_BYTES;
    struct analysis a = {0};
    if (!are_sound(bytes, len))
        return false;
    struct codec c = {.in = (const uint8_t *)bytes + front,
                      .left = len - front - NUMBER_BYTES,
                      .arena = &a.arena,
                      .file = file};
    if (!take_what_must_fit(&c, stamp))
        return false;
    bool ok = arena_push(&a.arena, (void **)&a.inputs, &a.input_count, sizeof *a.inputs) != NULL;
    if (ok)
        walk(&c, &a);
    ok = ok && !c.failed && c.left == 0 && name_all(&a, file);
    if (!ok) {
        analysis_release(&a);
        return false;
    }
    *ret = a;
    return true;
}
