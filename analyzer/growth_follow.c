/* What grew, snapshot by snapshot: see growth_places.h. Objects are found again by their ids. */
#include "analyzer/growth_places.h"

#include "base/u64_map.h"

#include <string.h>

#define NO_FOLLOWED UINT32_MAX

/* Followed objects by id; several may start from one that holds them. */
struct wanted {
    struct u64_map first;
    uint32_t next[GROWTH_FOLLOWED_MAX];
};

static bool want_all(struct wanted *w, const struct growth_places *g, struct err *err)
{
    for (size_t i = 0; i < g->followed_count; i++) {
        uint32_t *first;
        bool is_new;
        if (!u64_map_put(&w->first, g->followed[i].node_id, (uint32_t)i, &first, &is_new, err))
            return false;
        w->next[i] = is_new ? NO_FOLLOWED : *first;
        *first = (uint32_t)i;
    }
    return true;
}

static uint32_t target_of(const struct heap *h, uint32_t n, const struct followed *f)
{
    uint64_t end = heap_first_edge(h, n + 1);
    for (uint64_t e = heap_first_edge(h, n); e < end; e++) {
        if (heap_edge_type(h, e) == f->edge &&
            str_equal(strings_get(&h->strings, heap_edge_name(h, e)), f->variable))
            return heap_edge_to(h, e);
    }
    return NO_NODE;
}

static void measure(struct growth_places *g, const struct followed *f, const struct js *js,
                    uint32_t n, size_t snapshot)
{
    if (f->is_container) {
        g->containers[f->place].entries[snapshot] = js_entries(js, n);
        return;
    }
    struct growth_place *p = &g->all[f->place];
    n = f->variable ? target_of(js->h, n, f) : n;
    if (n == NO_NODE)
        return;
    p->retained_bytes[snapshot] += heap_retained_bytes(js->h, n);
    if (p->has_entries)
        p->entries[snapshot] += js_entries(js, n);
}

bool growth_places_measure(struct growth_places *g, const struct heap *h, size_t snapshot,
                           struct err *err)
{
    struct wanted w;
    struct js js;
    bool ok = u64_map_init(&w.first, h->store, err) && want_all(&w, g, err);
    if (ok)
        js_init(&js, h);
    for (uint32_t n = 0; ok && n < h->node_count; n++) {
        const uint32_t *first = u64_map_get(&w.first, heap_id(h, n));
        for (uint32_t i = first ? *first : NO_FOLLOWED; i != NO_FOLLOWED; i = w.next[i])
            measure(g, &g->followed[i], &js, n, snapshot);
    }
    u64_map_release(&w.first);
    return ok;
}
