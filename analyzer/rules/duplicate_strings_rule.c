/* Rule duplicate-strings: the same texts again and again, where that is a good part of the heap.
 *
 * V8 writes equal texts under one name, so that copies are counted by name in one sweep, without
 * looking at a text. A second one samples copies by their weight and asks who holds them. It comes
 * behind the rules that name collections: copies in one of those are that finding's, and are told
 * as what could be saved.
 */
#include "analyzer/classes.h"
#include "analyzer/retainers.h"
#include "analyzer/retaining_path.h"
#include "analyzer/rules/rule_list.h"
#include "analyzer/rules/thresholds.h"

#include <stdlib.h>
#include <string.h>

static const char id[] = "duplicate-strings";

#define SAMPLES 256
#define PLACES_SHOWN 3

/* Of a name: texts of one size. Only cut texts of one name can differ, and then mostly in size. */
struct copies {
    uint32_t count;
    uint32_t bytes;
};

/* Who holds a copy: a property or variable, of what. */
struct place {
    uint32_t edge_name;
    enum edge_type edge;
    uint32_t class; /* row, of an object; NO_NODE for others */
    uint32_t text, holder;
    unsigned votes;
};

struct search {
    struct rule_input *in;
    struct column copies;         /* struct copies, by string index */
    uint64_t waste, texts, count; /* bytes beyond the first copy; different texts; their copies */
    struct place places[SAMPLES];
    size_t place_count;
    struct owner owners[SAMPLES]; /* of the samples that are no framework's or package's */
    unsigned users, explained, samples;
    struct finding *explains;
};

static bool is_copy(const struct heap *h, uint32_t n)
{
    return heap_type(h, n) == NODE_STRING && heap_self_bytes(h, n) &&
           heap_self_bytes(h, n) < LARGE_STRING_BYTES &&
           heap_name_index(h, n) < strings_count(&h->strings);
}

static void count_copies(struct search *s)
{
    const struct heap *h = s->in->js->h;
    struct copies *all = s->copies.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        heap_sweep(h, n);
        if (!is_copy(h, n))
            continue;
        struct copies *c = &all[heap_name_index(h, n)];
        uint32_t bytes = (uint32_t)heap_self_bytes(h, n);
        if (!c->count)
            c->bytes = bytes;
        c->count += c->bytes == bytes;
    }
    for (uint64_t i = 0; i < s->copies.count; i++) {
        if (all[i].count < 2)
            continue;
        s->waste += (uint64_t)(all[i].count - 1) * all[i].bytes;
        s->texts++;
        s->count += all[i].count;
    }
}

/* The retainer that says most about a text: a property, else a variable, an element, anything. */
static bool place_of(const struct js *js, uint32_t n, struct place *ret)
{
    enum { LOOK_AT = 16 };
    static const unsigned rank[] = {[EDGE_PROPERTY] = 4,
                                    [EDGE_CONTEXT] = 3,
                                    [EDGE_ELEMENT] = 2,
                                    [EDGE_INTERNAL] = 1,
                                    [EDGE_OTHER] = 0};
    const struct heap *h = js->h;
    unsigned best = 0;
    struct retainer_walk w = heap_retainers(h, n);
    for (unsigned seen = 0; seen < LOOK_AT && retainer_next(&w); seen++) {
        uint64_t e;
        if (heap_type(h, w.source) == NODE_CODE || heap_type(h, w.source) == NODE_SYNTHETIC ||
            !edge_between(h, w.source, n, &e) || rank[heap_edge_type(h, e)] <= best)
            continue;
        bool object = heap_type(h, w.source) == NODE_OBJECT;
        best = rank[heap_edge_type(h, e)];
        *ret = (struct place){
            .edge = heap_edge_type(h, e),
            .edge_name =
                edge_type_is_indexed(heap_edge_type(h, e)) || heap_edge_type(h, e) == EDGE_INTERNAL
                    ? 0
                    : heap_edge_name(h, e),
            .class = object ? heap_class(h, w.source) : NO_NODE,
            .text = n,
            .holder = w.source,
        };
    }
    return best > 0;
}

static void vote_for_place(struct search *s, const struct place *p)
{
    for (size_t i = 0; i < s->place_count; i++) {
        struct place *q = &s->places[i];
        if (q->edge == p->edge && q->edge_name == p->edge_name && q->class == p->class) {
            q->votes++;
            return;
        }
    }
    s->places[s->place_count] = *p;
    s->places[s->place_count++].votes = 1;
}

static bool same_variable(const struct heap *h, const struct owner *a, const struct owner *b)
{
    return a->kind != OWNER_NONE && a->kind == b->kind && a->holder == b->holder &&
           heap_edge_name(h, a->hops[a->hop_count - 1].edge) ==
               heap_edge_name(h, b->hops[b->hop_count - 1].edge);
}

/* The variable that holds at least half of the samples, NULL if none does. */
static const struct owner *main_owner(const struct search *s)
{
    const struct heap *h = s->in->js->h;
    for (unsigned i = 0; i < s->users; i++) {
        unsigned votes = 0;
        for (unsigned k = i; k < s->users; k++)
            votes += same_variable(h, &s->owners[i], &s->owners[k]);
        if (votes * 2 >= s->users)
            return &s->owners[i];
    }
    return NULL;
}

static void sample(struct search *s, uint32_t n)
{
    struct rule_input *in = s->in;
    struct place p;
    struct owner o;
    s->samples++;
    if (!place_of(in->js, n, &p))
        return;
    owner_find(in->js, n, &o);
    enum script_kind k = owner_script_kind(in->js, &o);
    if (o.kind != OWNER_NONE && k != SCRIPT_USER)
        return;
    s->owners[s->users++] = o;
    vote_for_place(s, &p);
    struct finding *f = finding_explaining(in, n);
    if (f) {
        s->explained++;
        s->explains = f;
    }
}

static void sample_copies(struct search *s)
{
    const struct heap *h = s->in->js->h;
    const struct copies *all = s->copies.data;
    uint64_t step = s->waste / SAMPLES + 1, at = 0, next = step / 2;
    for (uint32_t n = 0; n < h->node_count && s->samples < SAMPLES; n++) {
        heap_sweep(h, n);
        if (!is_copy(h, n))
            continue;
        const struct copies *c = &all[heap_name_index(h, n)];
        if (c->count < 2 || c->bytes != heap_self_bytes(h, n))
            continue;
        /* Each copy's share of what its text wastes. */
        at += (uint64_t)c->bytes * (c->count - 1) / c->count;
        if (at < next)
            continue;
        next = at + step;
        sample(s, n);
    }
}

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->votes != y->votes)
        return x->votes > y->votes ? -1 : 1;
    return (x->text > y->text) - (x->text < y->text);
}

static const char *place_text(struct rule_input *in, const struct place *p)
{
    const struct heap *h = in->js->h;
    struct buf b = {0};
    struct str name = strings_get(&h->strings, p->edge_name);
    if (p->edge == EDGE_PROPERTY)
        buf_printf(&b, ".%.*s of ", (int)min_u64(name.len, 60), name.p);
    else if (p->edge == EDGE_CONTEXT)
        buf_printf(&b, "the variable %.*s of ", (int)min_u64(name.len, 60), name.p);
    else
        buf_puts(&b, p->edge == EDGE_ELEMENT ? "elements of " : "held by ");
    node_put_label(in->js, p->holder, &b);
    const char *text = arena_strndup(&in->analysis->arena, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

static void add_evidence(struct search *s, struct finding *f)
{
    struct rule_input *in = s->in;
    const struct copies *all = s->copies.data;
    evidence_add(in, f, NO_NODE, "%s copies of %s texts in the whole heap",
                 count_text(in, s->count), count_text(in, s->texts));
    for (size_t i = 0; i < s->place_count && i < PLACES_SHOWN; i++) {
        const struct place *p = &s->places[i];
        const struct copies *c = &all[heap_name_index(in->js->h, p->text)];
        evidence_add(in, f, p->text, "about %u %% are %s; one of them: %s copies of %s",
                     p->votes * 100 / (s->users ? s->users : 1), place_text(in, p),
                     count_text(in, c->count), bytes_text(in, c->bytes));
    }
    if (s->explained * 2 >= s->users && s->explains)
        evidence_add(in, f, NO_NODE, "most lie in what %s tells of: %s", s->explains->rule,
                     s->explains->title);
}

static void advise(struct search *s, struct finding *f)
{
    struct rule_input *in = s->in;
    const struct place *p = &s->places[0];
    struct str name = strings_get(&in->js->h->strings, p->edge_name);
    const char *field = p->edge == EDGE_PROPERTY && name.len && name.len < 60
                            ? arena_strndup(&in->analysis->arena, name.p, name.len)
                            : "name";
    const char *where = f->script ? f->script : "the code that makes the objects";
    advice_add(in, f, "Keep one copy of each text", where,
               arena_printf(&in->analysis->arena,
                            "const texts = new Map()\n"
                            "const same = (t) => texts.get(t) ?? (texts.set(t, t), t)\n"
                            "row.%s = same(row.%s) // where a row is made",
                            field, field),
               "JSON.parse, a database driver and split make a new text for each value. Only for "
               "fields with few different values: the Map keeps each for ever.");
    advice_add(in, f, "Or parse once, and keep an id instead of the text", where,
               "const rows = JSON.parse(text) // once for all requests, not once for each",
               "A number takes no memory of its own, and the texts are looked up when they are "
               "shown.");
}

static void report(struct search *s, uint64_t waste)
{
    struct rule_input *in = s->in;
    bool told = s->explained * 2 >= s->users;
    bool heavy =
        waste >= DUPLICATES_WARN_BYTES && share_of_heap(in, waste) >= DUPLICATES_WARN_SHARE;
    struct finding *f =
        finding_add(in, id, heavy && !told ? SEVERITY_WARN : SEVERITY_INFO, NO_NODE);
    if (!f)
        return;
    const struct owner *o = main_owner(s);
    if (o)
        finding_set_owner(in, f, o);
    f->kind = "string";
    f->entries = s->count - s->texts;
    f->retained_bytes = waste;
    f->confidence = 80;
    f->title = arena_printf(&in->analysis->arena, "Copies of equal texts waste %s%s%s",
                            bytes_text(in, waste), f->variable ? ", mostly under " : "",
                            f->variable ? f->variable : "");
    add_evidence(s, f);
    advise(s, f);
}

static bool is_worth_telling(const struct rule_input *in, uint64_t waste)
{
    return waste >= DUPLICATES_LEAST_BYTES && share_of_heap(in, waste) >= DUPLICATES_LEAST_SHARE;
}

bool rule_duplicate_strings(struct rule_input *in, struct err *err)
{
    const struct heap *h = in->js->h;
    const struct heap_summary *sum = &in->analysis->heap;
    /* All texts together are a bound that costs nothing. */
    if (sum->present && !is_worth_telling(in, sum->string_bytes))
        return true;
    struct search *s = calloc(1, sizeof *s);
    if (!s)
        return err_nomem(err, sizeof *s, "equal texts");
    s->in = in;
    bool ok = column_make(&s->copies, h->store, "equal texts", sizeof(struct copies),
                          (uint64_t)strings_count(&h->strings) + 1, err);
    if (ok)
        count_copies(s);
    if (ok && is_worth_telling(in, s->waste)) {
        sample_copies(s);
        if (s->place_count)
            qsort(s->places, s->place_count, sizeof *s->places, compare_places);
        uint64_t waste = s->samples ? s->waste * s->users / s->samples : 0;
        if (is_worth_telling(in, waste))
            report(s, waste);
    }
    column_release(&s->copies);
    free(s);
    return ok;
}
