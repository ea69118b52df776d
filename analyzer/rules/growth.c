/* Rule growth: what a variable holds and is more in every later snapshot of one process.
 *
 * The places that grew (analyzer/growth_places.h) are judged by whose code holds them, by entries
 * gained in every step, by whether they were there before, and by whether they have a bound. What
 * another rule has found is told there: it gets the growth as evidence.
 */
#include "analyzer/rules/bounds.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"
#include "analyzer/same_process.h"

#include <string.h>

static const char id[] = "growth";

struct grown_place {
    const struct growth_place *p;
    const struct growth_container *c; /* the one that gained most entries, NULL */
    uint32_t node;                    /* what is reported: the container, or what is followed */
    struct owner owner;
    enum script_kind kind;
    uint64_t bytes, entries; /* gained */
    bool was_there;          /* before the last snapshot, with something in it */
    bool fits;               /* entries gained are those of requests */
    const char *keys;
};

/* -- what grew -- */

static bool grows_in_steps(const uint64_t *figures, size_t count)
{
    uint64_t all = figures[count - 1] - figures[0];
    size_t steps = 0;
    for (size_t i = 1; i < count; i++) {
        if (figures[i] <= figures[i - 1])
            return false;
        steps += (figures[i] - figures[i - 1]) * 100 >= all * GROWTH_STEP_PERCENT;
    }
    return steps >= 2 || count == 2;
}

static void find_container(const struct trend *t, struct grown_place *g)
{
    size_t last = t->count - 1;
    for (size_t i = 0; i < t->places.container_count; i++) {
        const struct growth_container *c = &t->places.containers[i];
        if (&t->places.all[c->place] != g->p || !grows_in_steps(c->entries, t->count) ||
            c->entries[last] - c->entries[0] < GROWTH_LEAST_ENTRIES)
            continue;
        uint64_t gained = c->entries[last] - c->entries[0];
        if (!g->c || gained > g->entries) {
            g->c = c;
            g->entries = gained;
        }
    }
}

/* A variable that was given larger and larger collections has no container with an id to follow. */
static void count_entries(const struct trend *t, struct grown_place *g)
{
    const struct growth_place *p = g->p;
    size_t last = t->count - 1;
    find_container(t, g);
    if (!g->c && p->has_entries && grows_in_steps(p->entries, t->count) &&
        p->entries[last] - p->entries[0] >= GROWTH_LEAST_ENTRIES)
        g->entries = p->entries[last] - p->entries[0];
    g->was_there = last > 0 && (g->c             ? g->c->entries[last - 1]
                                : p->has_entries ? p->entries[last - 1]
                                                 : p->retained_bytes[last - 1]) > 0;
}

static bool fits_requests(uint64_t entries, uint64_t requests)
{
    for (uint64_t k = 1; requests && k <= GROWTH_FIT_MULTIPLE; k++) {
        uint64_t want = k * requests, off = entries > want ? entries - want : want - entries;
        if (off * 100 <= want * GROWTH_FIT_PERCENT)
            return true;
    }
    return false;
}

/* False: it is no news. */
static bool weigh(struct rule_input *in, const struct growth_place *p, struct grown_place *ret)
{
    const struct trend *t = in->trend;
    size_t last = t->count - 1;
    struct grown_place g = {.p = p, .node = p->node};
    if (!grows_in_steps(p->retained_bytes, t->count))
        return false;
    uint64_t data = p->new_bytes + p->grown_bytes - p->code_bytes;
    g.bytes = min_u64(data, p->retained_bytes[last] - p->retained_bytes[0]);
    count_entries(t, &g);
    if (g.bytes < GROWTH_LEAST_BYTES && g.entries < COLLECTION_MANY_ENTRIES)
        return false;
    g.node = g.c ? g.c->node : p->node;
    owner_find(in->js, g.c ? g.c->node : p->owned, &g.owner);
    g.kind = owner_script_kind(in->js, &g.owner);
    g.fits = fits_requests(g.entries, t->requests);
    g.keys = collection_keys(in, g.node);
    *ret = g;
    return true;
}

/* -- judging it -- */

static bool is_list(const struct grown_place *g)
{
    return g->p->links >= GROWTH_LEAST_LINKS;
}

static bool is_plain(const struct grown_place *g)
{
    return !g->entries && !is_list(g);
}

/* Of a package, or without anything to count, it takes more. */
static bool is_heavy(const struct grown_place *g)
{
    return g->bytes >= GROWTH_PLAIN_BYTES && g->p->new_objects >= GROWTH_PLAIN_OBJECTS;
}

/* False: it is no news. */
static bool judge(struct rule_input *in, const struct grown_place *g, enum severity *ret)
{
    bool many = in->trend->count > 2;
    bool users = g->kind == SCRIPT_USER || g->kind == SCRIPT_PACKAGE;
    bool heavy = is_heavy(g), keyed = strchr(g->keys, '/') != NULL;
    *ret = SEVERITY_INFO;
    if (g->owner.kind == OWNER_NONE || !users || has_bound(in->js, &g->owner))
        return g->bytes >= GROWTH_PLAIN_BYTES;
    if (!g->fits && !(g->was_there || (keyed && g->entries)))
        return heavy;
    if (g->kind == SCRIPT_PACKAGE || is_plain(g)) {
        if (!heavy && !g->fits)
            return false;
        *ret = g->fits || many ? SEVERITY_LEAK : SEVERITY_WARN;
        return true;
    }
    *ret = SEVERITY_LEAK;
    return true;
}

static unsigned confidence(struct rule_input *in, const struct grown_place *g)
{
    unsigned sure = 70;
    sure += g->entries || is_list(g) ? 5 : 0;
    sure += strchr(g->keys, '/') ? 5 : 0;
    sure += g->fits ? 10 : 0;
    sure += in->trend->count > 2 ? 8 : 0;
    return g->kind == SCRIPT_PACKAGE ? sure - 15 : sure;
}

/* -- telling it -- */

static const char *series_text(struct rule_input *in, const uint64_t *figures,
                               const char *(*put)(struct rule_input *, uint64_t))
{
    const char *text = put(in, figures[0]);
    for (size_t i = 1; i < in->trend->count; i++)
        text = arena_printf(&in->analysis->arena, "%s, then %s", text, put(in, figures[i]));
    return text;
}

static const char *a_request_text(struct rule_input *in, uint64_t bytes)
{
    uint64_t requests = in->trend->requests;
    return requests ? arena_printf(&in->analysis->arena, ", %s a request",
                                   bytes_text(in, bytes / requests))
                    : "";
}

/* Some of what is new, to look at: the last of what is looked at, if it is in the order of time. */
static void add_samples(struct rule_input *in, struct finding *f, const struct grown_place *g)
{
    enum { LOOKED_AT = 4096, SHOWN = 3 };
    const struct heap *h = in->js->h;
    uint32_t base = in->trend->snapshots[0].max_js_id;
    struct js_entry *entries = arena_alloc(&in->analysis->arena, LOOKED_AT * sizeof *entries);
    size_t count = entries ? js_sample(in->js, g->node, entries, LOOKED_AT) : 0, shown = 0;
    for (size_t i = count; i-- > 0 && shown < SHOWN;) {
        uint32_t v = entries[i].value;
        if (v == NO_NODE || heap_id(h, v) <= base || !id_is_js(heap_id(h, v)))
            continue;
        evidence_add(in, f, v, "new since the first snapshot");
        shown++;
    }
}

static void add_growth(struct rule_input *in, struct finding *f, const struct grown_place *g)
{
    const struct growth_place *p = g->p;
    const uint64_t *entries = g->c ? g->c->entries : p->entries;
    if (g->entries)
        evidence_add(in, f, g->node, "its entries, snapshot by snapshot: %s",
                     series_text(in, entries, count_text));
    evidence_add(in, f, p->node, "retained: %s", series_text(in, p->retained_bytes, bytes_text));
    evidence_add(in, f, NO_NODE, "%s of its objects are new, %s%s", count_text(in, p->new_objects),
                 bytes_text(in, g->bytes), a_request_text(in, g->bytes));
    if (g->fits)
        evidence_add(in, f, NO_NODE, "%s entries were gained by %s requests",
                     count_text(in, g->entries), count_text(in, in->trend->requests));
    f->growth.snapshots = in->trend->count;
    f->growth.requests = in->trend->requests;
    f->growth.bytes += g->bytes;
    f->growth.entries += g->entries;
}

static const char *name_of(struct rule_input *in, const struct grown_place *g)
{
    struct buf b = {0};
    if (g->owner.kind == OWNER_NONE)
        return g->p->holder;
    owner_put_accessor(in->js, &g->owner, &b);
    const char *text = arena_strndup(&in->analysis->arena, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static const char *gained_text(struct rule_input *in, const struct grown_place *g)
{
    struct arena *arena = &in->analysis->arena;
    const char *bytes = bytes_text(in, g->bytes);
    return g->entries ? arena_printf(arena, "%s entries and %s", count_text(in, g->entries), bytes)
                      : bytes;
}

static void advise(struct rule_input *in, struct finding *f, const struct grown_place *g,
                   const char *name)
{
    struct arena *arena = &in->analysis->arena;
    if (g->entries) {
        advise_bound(in, f, name);
    } else {
        advice_add(in, f, arena_printf(arena, "Let go of what %s collects", name),
                   f->script ? f->script : "the code that fills it", NULL,
                   is_list(g)
                       ? "Each new object holds the one before, so that none is ever freed: "
                         "cut the row behind the last few."
                       : "What it holds outlives the requests that made it; more memory only "
                         "delays the end.");
    }
    advise_readable_names(in, f);
}

static void report(struct rule_input *in, const struct grown_place *g, enum severity severity)
{
    struct arena *arena = &in->analysis->arena;
    struct finding *f = finding_add(in, id, severity, g->node);
    if (!f)
        return;
    const char *name = name_of(in, g);
    finding_set_owner(in, f, &g->owner);
    f->kind = g->entries ? collection_word(js_collection(in->js, g->node)) : NULL;
    f->entries = g->entries ? js_entries(in->js, g->node) : is_list(g) ? g->p->links : 0;
    f->retained_bytes = g->bytes;
    f->confidence = severity == SEVERITY_INFO ? 60 : confidence(in, g);
    bool bound = severity == SEVERITY_INFO && has_bound(in->js, &g->owner);
    f->title = arena_printf(arena, "%s grew by %s from the first snapshot to the last%s%s", name,
                            gained_text(in, g), a_request_text(in, g->bytes),
                            bound ? ": it has a bound, and fills up to it" : "");
    add_growth(in, f, g);
    if (is_list(g))
        evidence_add(in, f, NO_NODE, "%s objects hold each other in a row",
                     count_text(in, g->p->links));
    if (g->entries && *g->keys)
        evidence_add(in, f, NO_NODE, "its keys look like %s", g->keys);
    if (g->entries)
        add_samples(in, f, g);
    if (severity != SEVERITY_INFO)
        advise(in, f, g, name);
}

/* -- one cause, one finding -- */

static bool dominates(const struct heap *h, uint32_t outer, uint32_t inner)
{
    enum { CLIMB = 500 };
    for (unsigned i = 0; i < CLIMB && inner != outer && inner != h->root; i++)
        inner = heap_dominator(h, inner);
    return inner == outer;
}

/* What is found already: it explains this, or is inside of it and most of it. */
static struct finding *find_told(struct rule_input *in, const struct grown_place *g)
{
    struct analysis *a = in->analysis;
    struct finding *told = finding_explaining(in, g->node);
    for (size_t i = 0; !told && i < a->finding_count; i++) {
        struct finding *f = &a->findings[i];
        if (f->node != NO_NODE && f->retained_bytes >= g->bytes / 2 &&
            dominates(in->js->h, g->p->node, f->node))
            told = f;
    }
    return told;
}

/* What was suspected is sure now. What another rule knows to be harmless stays so. */
static void add_to(struct rule_input *in, struct finding *f, const struct grown_place *g,
                   enum severity severity)
{
    if (f->growth.snapshots) {
        f->growth.bytes += g->bytes;
        return;
    }
    add_growth(in, f, g);
    if (severity == SEVERITY_INFO || f->severity == SEVERITY_INFO)
        return;
    f->severity = severity > f->severity ? severity : f->severity;
    f->confidence = f->confidence < 99 ? 99 - (99 - f->confidence) / 2 : f->confidence;
}

bool rule_growth(struct rule_input *in, struct err *err)
{
    const struct trend *t = in->trend;
    (void)err;
    for (size_t i = 0; t && !t->backwards && i < t->places.count; i++) {
        struct grown_place g;
        enum severity severity;
        if (!weigh(in, &t->places.all[i], &g) || !judge(in, &g, &severity))
            continue;
        struct finding *told = find_told(in, &g);
        if (told)
            add_to(in, told, &g, severity);
        else
            report(in, &g, severity);
    }
    return true;
}
