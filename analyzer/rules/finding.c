/* What rules are written with: see rule.h. */
#include "analyzer/classes.h"
#include "analyzer/key_pattern.h"
#include "analyzer/next_config.h"
#include "analyzer/retaining_path.h"
#include "analyzer/rules/rule.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct finding *finding_add(struct rule_input *in, const char *rule, enum severity severity,
                            uint32_t n)
{
    struct analysis *a = in->analysis;
    const struct heap *h = in->js->h;
    struct err ignored; /* the arena remembers */
    struct finding *f =
        arena_push(&a->arena, (void **)&a->findings, &a->finding_count, sizeof *a->findings);
    if (!f)
        return NULL;
    f->rule = rule;
    f->severity = severity;
    f->file = in->file;
    f->node = n;
    if (n == NO_NODE)
        return f;
    f->node_id = heap_id(h, n);
    f->retained_bytes = f->node_retained_bytes = heap_retained_bytes(h, n);
    finding_claim(in, f, n);
    (void)!retaining_path(in->js, n, &a->arena, &f->path, &f->path_count, &ignored);
    return f;
}

static const char *keep(struct rule_input *in, struct buf *b)
{
    const char *text = arena_strndup(&in->analysis->arena, buf_str(b), b->len);
    buf_release(b);
    return text;
}

void finding_set_owner(struct rule_input *in, struct finding *f, const struct owner *o)
{
    struct buf b = {0};
    struct str script = owner_script(in->js, o);
    if (o->kind != OWNER_NONE) {
        owner_put_variable(in->js, o, &b);
        f->variable = keep(in, &b);
    }
    if (script.len)
        f->script = arena_strndup(&in->analysis->arena, script.p, script.len);
}

void finding_claim(struct rule_input *in, const struct finding *f, uint32_t n)
{
    uint32_t place = (uint32_t)(f - in->analysis->findings);
    if (!in->claim_failed.code)
        (void)!claims_add(&in->claims, n, place, &in->claim_failed);
}

struct finding *finding_of_node(struct rule_input *in, uint32_t n)
{
    uint32_t place;
    return claims_of(&in->claims, n, &place) ? &in->analysis->findings[place] : NULL;
}

struct finding *finding_explaining(struct rule_input *in, uint32_t n)
{
    uint32_t place;
    return claims_explain(&in->claims, n, &place) ? &in->analysis->findings[place] : NULL;
}

void evidence_add(struct rule_input *in, struct finding *f, uint32_t n, const char *fmt, ...)
{
    struct arena *arena = &in->analysis->arena;
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct evidence *e =
        arena_push(arena, (void **)&f->evidence, &f->evidence_count, sizeof *f->evidence);
    if (!e)
        return;
    e->text = arena_strdup(arena, text);
    e->node_id = n == NO_NODE ? 0 : heap_id(in->js->h, n);
}

struct advice *advice_add(struct rule_input *in, struct finding *f, const char *title,
                          const char *where, const char *paste, const char *why)
{
    struct advice *a =
        arena_push(&in->analysis->arena, (void **)&f->advice, &f->advice_count, sizeof *f->advice);
    if (a)
        *a = (struct advice){.title = title, .why = why, .where = where, .paste = paste};
    return a;
}

#define SAMPLE 64

const char *collection_keys(struct rule_input *in, uint32_t n)
{
    struct js_entry entries[SAMPLE];
    struct str keys[SAMPLE];
    struct buf b = {0};
    size_t count = js_sample(in->js, n, entries, SAMPLE);
    for (size_t i = 0; i < count; i++)
        keys[i] = js_collection(in->js, n) == COLLECTION_SET ? js_text(in->js, entries[i].value)
                                                             : entries[i].key;
    key_pattern_put(keys, count, &b);
    return keep(in, &b);
}

/* The class that most of the sampled values have. */
const char *collection_values(struct rule_input *in, uint32_t n)
{
    const struct heap *h = in->js->h;
    struct js_entry entries[SAMPLE];
    struct buf b = {0};
    size_t count = js_sample(in->js, n, entries, SAMPLE), best_votes = 0;
    uint32_t best = NO_NODE;
    for (size_t i = 0; i < count; i++) {
        size_t votes = 0;
        for (size_t k = 0; k < count && entries[i].value != NO_NODE; k++)
            votes += entries[k].value != NO_NODE &&
                     heap_class(h, entries[k].value) == heap_class(h, entries[i].value);
        if (votes > best_votes) {
            best_votes = votes;
            best = entries[i].value;
        }
    }
    if (best == NO_NODE || best_votes * 2 < count)
        return "";
    node_put_label(in->js, best, &b);
    return keep(in, &b);
}

const char *bytes_text(struct rule_input *in, uint64_t bytes)
{
    struct buf b = {0};
    text_put_bytes(&b, bytes);
    return keep(in, &b);
}

const char *count_text(struct rule_input *in, uint64_t count)
{
    struct buf b = {0};
    text_put_count(&b, count);
    return keep(in, &b);
}

double share_of_heap(const struct rule_input *in, uint64_t bytes)
{
    uint64_t total = heap_total_bytes(in->js->h);
    return total ? (double)bytes / (double)total : 0;
}

void advise_readable_names(struct rule_input *in, struct finding *f)
{
    bool minified = f->variable && strlen(f->variable) <= 2;
    if (!minified || !next_has_server_minification(&in->analysis->next))
        return;
    advice_add(in, f, "Keep names readable for the next snapshot", "next.config.js",
               "module.exports = {\n  experimental: { serverMinification: false },\n}",
               "The bundler shortened the variable's name; without minification the next snapshot "
               "shows the one in your source.");
}

/* Half of what there is now, 500 at most: a bound above today's size would change nothing. */
static uint64_t sensible_bound(const struct finding *f)
{
    uint64_t half = f->entries / 2;
    return half > 500 ? 500 : half > 10 ? half / 10 * 10 : 10;
}

static const char *list_lines(struct rule_input *in, const char *name, uint64_t bound,
                              const char *bytes)
{
    return arena_printf(&in->analysis->arena,
                        "%s.push(entry)\n"
                        "if (%s.length > %llu) %s.shift() // about %s at today's size of an entry",
                        name, name, (unsigned long long)bound, name, bytes);
}

static const char *cache_lines(struct rule_input *in, const char *name, uint64_t bound,
                               const char *bytes)
{
    return arena_printf(&in->analysis->arena,
                        "import { LRUCache } from 'lru-cache' // npm install lru-cache\n"
                        "%s%s = new LRUCache({\n"
                        "  max: %llu, // entries, about %s at today's size of an entry\n"
                        "  ttl: 5 * 60 * 1000, // milliseconds\n"
                        "})",
                        strpbrk(name, ".[") ? "" : "const ", name, (unsigned long long)bound,
                        bytes);
}

void advise_bound(struct rule_input *in, struct finding *f, const char *name)
{
    uint64_t bound = sensible_bound(f);
    uint64_t entry = f->entries ? f->retained_bytes / f->entries : 0;
    const char *bytes = bytes_text(in, entry * bound);
    bool list = js_collection(in->js, f->node) == COLLECTION_ARRAY;
    advice_add(
        in, f, arena_printf(&in->analysis->arena, "Bound %s, or drop it", name),
        f->script ? f->script : "the code that fills it",
        list ? list_lines(in, name, bound, bytes) : cache_lines(in, name, bound, bytes),
        "Nothing takes entries out, so it grows with the traffic until the process dies; more "
        "memory only delays that.");
}
