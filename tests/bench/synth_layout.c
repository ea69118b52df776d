/* Places in a synthetic snapshot: see synth_layout.h.
 */
#include "tests/bench/synth_layout.h"

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u; /* splitmix64 */
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* x * factor = 1 modulo `modulus`, 0 when there is none: the extended algorithm of Euclid. */
static uint64_t inverse(uint64_t factor, uint64_t modulus)
{
    int64_t a = (int64_t)modulus, b = (int64_t)factor, x = 0, y = 1;
    while (b) {
        int64_t q = a / b, next = a % b, z = x - q * y;
        a = b, b = next, x = y, y = z;
    }
    return a != 1 ? 0 : (uint64_t)(x < 0 ? x + (int64_t)modulus : x);
}

static void shuffle_init(struct layout *l)
{
    uint64_t n = l->full_blocks;
    l->factor = l->back_factor = 1;
    l->offset = 0;
    if (n < 3)
        return;
    l->offset = mix(l->seed) % n;
    l->factor = mix(l->seed + 1) % n;
    while (!(l->back_factor = inverse(l->factor, n)) || !l->factor)
        l->factor = (l->factor + 1) % n;
}

uint64_t layout_entries(const struct layout *l, unsigned container)
{
    return l->groups * l->p->entries[container];
}

/* Of a Map: the next power of two; at most half of an OrderedHashMap's buckets. */
static uint64_t capacity(const struct layout *l, unsigned container)
{
    uint64_t n = 4;
    while (n < layout_entries(l, container))
        n *= 2;
    return n;
}

/* OrderedHashMap: three counts, the buckets (half the capacity), three words an entry. */
uint64_t layout_slot(const struct layout *l, unsigned container, uint64_t entry)
{
    return 3 + capacity(l, container) / 2 + 3 * entry;
}

uint64_t layout_self(const struct layout *l, const struct plan_node *n)
{
    if (n->span == SPAN_TABLE)
        return 8 * (2 + layout_slot(l, n->container, capacity(l, n->container)));
    return n->span == SPAN_ELEMENTS ? 16 + 8 * layout_entries(l, n->container) : n->self;
}

uint64_t layout_edge_count(const struct layout *l, const struct plan_node *n)
{
    uint64_t entries = n->span ? layout_entries(l, n->container) : 0;
    return n->edge_count + entries * (n->span == SPAN_TABLE ? 2 : 1);
}

static void count(struct layout *l)
{
    const struct plan *p = l->p;
    l->nodes = p->base.node_count + l->groups * p->group.node_count;
    l->edges = l->groups * p->group.edge_count;
    l->locations = 0;
    for (uint32_t i = 0; i < p->base.node_count; i++)
        l->edges += layout_edge_count(l, &p->base.nodes[i]);
    for (uint32_t i = 0; i < p->group.node_count; i++)
        l->locations += p->group.nodes[i].line ? l->groups : 0;
    l->numbers = layout_entries(l, JOBS);
    for (unsigned c = RESPONSES; c < JOBS; c++) {
        uint64_t end = layout_slot(l, c, layout_entries(l, c));
        l->numbers = end > l->numbers ? end : l->numbers;
    }
    l->strings = p->string_count + l->numbers + l->groups * p->text_count;
}

void layout_init(struct layout *l, const struct plan *p, uint64_t groups, uint64_t seed)
{
    *l = (struct layout){.p = p, .groups = groups, .seed = seed};
    uint64_t at = p->base.node_count;
    for (unsigned a = 0; a < AREA_BODIES; a++) {
        l->area_start[a] = at;
        at += groups * p->area_size[a];
    }
    l->blocks_start = at;
    for (unsigned a = AREA_BODIES; a < AREA_COUNT; a++)
        l->block_nodes += BLOCK_GROUPS * p->area_size[a];
    l->full_blocks = groups / BLOCK_GROUPS;
    shuffle_init(l);
    count(l);
}

uint64_t layout_blocks(const struct layout *l)
{
    return l->full_blocks + (l->groups % BLOCK_GROUPS != 0);
}

uint64_t layout_groups_of_block(const struct layout *l, uint64_t block)
{
    return block < l->full_blocks ? BLOCK_GROUPS : l->groups % BLOCK_GROUPS;
}

uint64_t layout_block_at(const struct layout *l, uint64_t place)
{
    uint64_t n = l->full_blocks;
    return place < n ? (place + n - l->offset) % n * l->back_factor % n : place;
}

static uint64_t place_of_block(const struct layout *l, uint64_t block)
{
    uint64_t n = l->full_blocks;
    return block < n ? (block * l->factor + l->offset) % n : block;
}

uint64_t layout_ordinal(const struct layout *l, uint64_t g, uint32_t n, uint32_t salt)
{
    if (n & BASE)
        return n - BASE;
    if (n & ELSEWHERE) {
        g = mix(l->seed ^ (g * 1024 + salt)) % l->groups;
        n -= ELSEWHERE;
    }
    const struct plan_node *node = &l->p->group.nodes[n];
    if (node->area < AREA_BODIES)
        return l->area_start[node->area] + g * l->p->area_size[node->area] + node->place;
    uint64_t block = g / BLOCK_GROUPS, groups = layout_groups_of_block(l, block);
    uint64_t at = l->blocks_start + place_of_block(l, block) * l->block_nodes;
    for (unsigned a = AREA_BODIES; a < node->area; a++)
        at += groups * l->p->area_size[a];
    return at + g % BLOCK_GROUPS * l->p->area_size[node->area] + node->place;
}

uint64_t layout_name(const struct layout *l, uint64_t g, uint32_t name)
{
    const struct plan *p = l->p;
    return name & BASE ? name - BASE : p->string_count + l->numbers + g * p->text_count + name;
}

uint64_t layout_edge_name(const struct layout *l, const struct plan_edge *e)
{
    return e->naming == NAMED      ? e->name - BASE
           : e->naming == NUMBERED ? l->p->string_count + e->name
                                   : e->name;
}
