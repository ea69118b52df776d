/* A heap from a snapshot's text: see heap_from_text.h. */
#include "tests/unit/heap_from_text.h"

#include "tests/unit/temp_file.h"

#include <string.h>

bool heap_from_text(const void *text, size_t len, bool all_yajl, struct heap *ret, struct err *err)
{
    const struct heap_load_options options = {.yajl = all_yajl};
    return heap_from_text_as(text, len, &options, ret, err);
}

bool heap_from_text_as(const void *text, size_t len, const struct heap_load_options *o,
                       struct heap *ret, struct err *err)
{
    struct temp_file file;
    struct input *in = NULL;
    temp_file_make(&file, text, len);
    bool ok = input_open(file.path, &in, err) && heap_load(in, o, ret, NULL, err);
    input_close(in);
    temp_file_remove(&file);
    return ok;
}

static bool same_column(const struct column *a, const struct column *b)
{
    return a->count == b->count && a->elem == b->elem &&
           !memcmp(a->data, b->data, a->count * a->elem);
}

bool heap_same_as_loaded(const struct heap *a, const struct heap *b, const char **ret_what)
{
    const struct {
        const char *what;
        const struct column *a, *b;
    } columns[] = {
        {"node_type", &a->node_type, &b->node_type},
        {"node_flags", &a->node_flags, &b->node_flags},
        {"node_name", &a->node_name, &b->node_name},
        {"node_id", &a->node_id, &b->node_id},
        {"node_self", &a->node_self, &b->node_self},
        {"first_edge", &a->first_edge.low, &b->first_edge.low},
        {"first_edge", &a->first_edge.base, &b->first_edge.base},
        {"edge_to", &a->edge_to, &b->edge_to},
        {"edge_label", &a->edge_label, &b->edge_label},
        {"wide_self", &a->wide_self, &b->wide_self},
        {"wide_label", &a->wide_label, &b->wide_label},
        {"locations", &a->locations, &b->locations},
        {"strings", &a->strings.bytes, &b->strings.bytes},
        {"strings", &a->strings.offsets, &b->strings.offsets},
    };
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        *ret_what = columns[i].what;
        if (!same_column(columns[i].a, columns[i].b))
            return false;
    }
    *ret_what = "header";
    return a->node_count == b->node_count && a->edge_count == b->edge_count && a->root == b->root &&
           a->extra_native_bytes == b->extra_native_bytes && a->complete == b->complete &&
           a->sections == b->sections && a->has_detachedness == b->has_detachedness &&
           !memcmp(a->node_type_names, b->node_type_names, sizeof a->node_type_names);
}

static bool edges_are_sound(const struct heap *h)
{
    if (heap_first_edge(h, 0) != 0 || heap_first_edge(h, h->node_count) != h->edge_count ||
        h->edge_count > h->edge_to.count)
        return false;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (heap_first_edge(h, n) > heap_first_edge(h, n + 1))
            return false;
    }
    for (uint64_t e = 0; e < h->edge_count; e++) {
        if (heap_edge_to(h, e) >= h->node_count)
            return false;
    }
    return true;
}

bool heap_is_sound(const struct heap *h, const char **ret_what)
{
    *ret_what = "the number of nodes";
    if (!h->node_count || h->root >= h->node_count || h->node_type.count != h->node_count ||
        h->node_flags.count != h->node_count || h->node_name.count != h->node_count ||
        h->node_id.count != h->node_count || h->node_self.count != h->node_count)
        return false;
    *ret_what = "edges";
    if (!edges_are_sound(h))
        return false;
    *ret_what = "node types";
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (heap_type(h, n) >= h->node_type_count)
            return false;
    }
    *ret_what = "locations";
    const struct location *l = h->locations.data;
    for (uint64_t i = 0; i < h->locations.count; i++) {
        if (l[i].node >= h->node_count || (i && l[i - 1].node >= l[i].node))
            return false;
    }
    *ret_what = "an error that says where it ends";
    return h->complete == (h->damage.code == ERR_NONE);
}
