/* Writes small random snapshots for the DevTools engine to read: see tests/unit/random_heap.h.
 *
 *     random_snapshots DIR FIRST-SEED COUNT
 *
 * Sizes stay small: the engine keeps 32 bits of them, mortem all, and that is another test's
 * matter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/random_heap.h"

#define SIZE_MAX_BYTES 1000000

static bool is_part(const struct model *m, const struct model_edge *e)
{
    const char *name = m->strings[e->name];
    return e->type == EDGE_INTERNAL && m->nodes[e->from].type == NODE_CONS_STRING &&
           (!strcmp(name, "first") || !strcmp(name, "second"));
}

static void suit_engine(struct model *m)
{
    bool reached[MODEL_NODES] = {false};
    for (uint32_t n = 0; n < m->node_count; n++)
        m->nodes[n].self_bytes %= SIZE_MAX_BYTES;
    for (uint32_t e = m->first_edge[m->root]; e < m->first_edge[m->root + 1]; e++) {
        if (reached[m->edges[e].to])
            m->edges[e].to = m->root;
        reached[m->edges[e].to] = true;
    }
    for (uint32_t e = 0; e < m->edge_count; e++) {
        if (m->edges[e].to <= m->edges[e].from && is_part(m, &m->edges[e]))
            m->edges[e].type = EDGE_PROPERTY;
    }
}

static bool write_file(const char *dir, unsigned long long seed, const struct buf *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/random-%06llu.heapsnapshot", dir, seed);
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(text->data, 1, text->len, f) == text->len;
    if (f && fclose(f))
        ok = false;
    if (!ok)
        perror(path);
    return ok;
}

int main(int argc, char **argv)
{
    static struct model m;
    if (argc != 4) {
        fprintf(stderr, "usage: random_snapshots DIR FIRST-SEED COUNT\n");
        return 2;
    }
    unsigned long long first = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10);
    bool ok = true;
    for (unsigned long long seed = first; ok && seed < first + count; seed++) {
        struct buf text = {0};
        model_make(&m, seed);
        suit_engine(&m);
        model_write_as_v8(&m, &text);
        ok = m.root || write_file(argv[1], seed, &text);
        model_release(&m);
        buf_release(&text);
    }
    return !ok;
}
