/* Objects by class and id: see object_ids.h. */
#include "analyzer/object_ids.h"

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)

struct sorting {
    const uint32_t *row_of;
    bool by_row; /* else by id */
    unsigned shift;
};

static uint32_t digit(const struct sorting *s, const struct object_id *o)
{
    uint32_t key = s->by_row ? s->row_of[o->node] : o->id;
    return key >> s->shift & (DIGITS - 1);
}

/* One pass of a radix sort, stable. */
static void scatter(const struct sorting *s, const struct column *from, struct column *to)
{
    const struct object_id *in = from->data;
    struct object_id *out = to->data;
    uint64_t place[DIGITS] = {0}, before = 0;
    for (uint64_t i = 0; i < from->count; i++)
        place[digit(s, &in[i])]++;
    for (uint32_t d = 0; d < DIGITS; d++) {
        uint64_t count = place[d];
        place[d] = before;
        before += count;
    }
    for (uint64_t i = 0; i < from->count; i++)
        out[place[digit(s, &in[i])]++] = in[i];
}

static void sort_by(struct sorting s, uint32_t greatest, struct column *a, struct column *b)
{
    for (s.shift = 0; s.shift < 32 && greatest >> s.shift; s.shift += DIGIT_BITS) {
        scatter(&s, a, b);
        struct column sorted = *b;
        *b = *a;
        *a = sorted;
    }
}

bool object_ids_sort(const struct heap *h, const uint32_t *row_of, struct column *ret,
                     struct err *err)
{
    struct column a = {0}, b = {0};
    uint64_t count = 0;
    uint32_t greatest_id = 0, greatest_row = 0;
    for (uint32_t n = 0; n < h->node_count; n++)
        count += row_of[n] != NO_ROW;
    if (!column_make_raw(&a, h->store, "objects by id", sizeof(struct object_id), count, err) ||
        !column_make_raw(&b, h->store, "objects by id", sizeof(struct object_id), count, err)) {
        column_release(&a);
        return false;
    }
    struct object_id *o = a.data;
    for (uint32_t n = 0; n < h->node_count; n++) {
        if (row_of[n] == NO_ROW)
            continue;
        *o = (struct object_id){heap_id(h, n), n};
        greatest_id = o->id > greatest_id ? o->id : greatest_id;
        greatest_row = row_of[n] > greatest_row ? row_of[n] : greatest_row;
        o++;
    }
    sort_by((struct sorting){.row_of = row_of}, greatest_id, &a, &b);
    sort_by((struct sorting){.row_of = row_of, .by_row = true}, greatest_row, &a, &b);
    column_release(&b);
    *ret = a;
    return true;
}
