/* What grew from snapshot to snapshot: see trend.h. */
#include "analyzer/trend.h"

#include "analyzer/compare.h"
#include "analyzer/heap_file.h"
#include "analyzer/same_process.h"

struct job {
    struct trend *t;
    const struct heap_load_options *options;
    const struct progress *progress;
    struct u64_map row_of_key;
};

void trend_release(struct trend *t)
{
    column_release(&t->rows);
    column_release(&t->sums);
    strings_release(&t->names);
    heap_release(&t->newest);
    arena_release(&t->arena);
    *t = (struct trend){0};
}

/* -- rows -- */

static struct class_key key_of_row(const struct trend *t, uint32_t row)
{
    const struct trend_class *c = trend_class(t, row);
    return (struct class_key){strings_get(&t->names, c->name), c->has_location, c->script_id,
                              c->line, c->column};
}

static bool add_row(struct trend *t, const struct class_key *key, struct err *err)
{
    uint32_t name;
    if (!strings_append(&t->names, key->name.p, key->name.len, err) ||
        !strings_end(&t->names, &name, err) || !column_reserve(&t->rows, 1, err) ||
        !column_reserve(&t->sums, t->count, err))
        return err_prefix(err, "classes");
    ((struct trend_class *)t->rows.data)[t->rows.count++] = (struct trend_class){
        .name = name,
        .has_location = key->has_location,
        .script_id = key->script_id,
        .line = key->line,
        .column = key->column,
    };
    for (size_t i = 0; i < t->count; i++)
        ((struct trend_sum *)t->sums.data)[t->sums.count++] = (struct trend_sum){0};
    return true;
}

static bool find_row(struct job *j, const struct class_key *key, uint32_t *ret_row, struct err *err)
{
    struct trend *t = j->t;
    for (uint64_t hash = class_key_hash(key);; hash++) {
        uint32_t *row;
        bool is_new;
        if (!u64_map_put(&j->row_of_key, hash, (uint32_t)t->rows.count, &row, &is_new, err))
            return false;
        *ret_row = *row;
        if (is_new)
            return add_row(t, key, err);
        struct class_key other = key_of_row(t, *row);
        if (class_key_equal(key, &other))
            return true;
    }
}

/* The sums of snapshot i, and of the newest again: they are the same every time. */
static bool add_classes(struct job *j, size_t i, const struct comparison *c, struct err *err)
{
    struct trend *t = j->t;
    for (uint32_t r = 0; r < c->rows.count; r++) {
        const struct class_change *change = comparison_row(c, r);
        struct class_key key = comparison_key(c, r);
        uint32_t row;
        if (!find_row(j, &key, &row, err))
            return false;
        struct trend_sum *sums = &((struct trend_sum *)t->sums.data)[row * t->count];
        sums[i] = (struct trend_sum){change->base_count, change->base_bytes};
        sums[t->count - 1] = (struct trend_sum){change->current_count, change->current_bytes};
        if (i > 0 || !t->snapshots[0].same_process)
            continue;
        struct trend_class *class = &((struct trend_class *)t->rows.data)[row];
        class->new_count = change->new_count;
        class->new_bytes = change->new_bytes;
        class->deleted_count = change->deleted_count;
        class->deleted_bytes = change->deleted_bytes;
    }
    return true;
}

/* Scripts have other numbers in another process: only names are left to match classes by. */
static bool merge_locations(struct job *j, struct err *err)
{
    struct trend *t = j->t;
    struct column rows = t->rows, sums = t->sums;
    struct store *store = t->newest.store;
    t->rows = t->sums = (struct column){0};
    u64_map_release(&j->row_of_key);
    bool ok = u64_map_init(&j->row_of_key, store, err) &&
              column_make(&t->rows, store, "classes", sizeof(struct trend_class), 0, err) &&
              column_make(&t->sums, store, "classes", sizeof(struct trend_sum), 0, err);
    for (uint64_t r = 0; ok && r < rows.count; r++) {
        const struct trend_class *c = &((const struct trend_class *)rows.data)[r];
        const struct trend_sum *from = &((const struct trend_sum *)sums.data)[r * t->count];
        struct class_key key = {.name = strings_get(&t->names, c->name)};
        uint32_t row = 0;
        /* Room first: the key's text must not move while it is copied. */
        ok = column_reserve(&t->names.bytes, key.name.len, err);
        key.name = strings_get(&t->names, c->name);
        ok = ok && find_row(j, &key, &row, err);
        struct trend_sum *to = &((struct trend_sum *)t->sums.data)[row * t->count];
        for (size_t i = 0; ok && i < t->count; i++) {
            to[i].count += from[i].count;
            to[i].bytes += from[i].bytes;
        }
    }
    column_release(&rows);
    column_release(&sums);
    return ok;
}

/* -- snapshots -- */

static const char *describe_oddities(struct job *j, const struct heap *h, const char *file)
{
    struct buf text = {0};
    const char *remark = NULL;
    if (oddities_describe(&h->odd, &text))
        remark = arena_printf(&j->t->arena, "%s: %s", file, buf_str(&text));
    buf_release(&text);
    return remark;
}

static bool read_snapshot(struct job *j, const char *file, size_t i, struct heap *ret,
                          struct err *err)
{
    struct trend_snapshot *s = &j->t->snapshots[i];
    struct heap h;
    if (!heap_of_file(file, j->options, &h, j->progress, err))
        return false;
    s->file = file;
    s->total_bytes = heap_total_bytes(&h);
    s->max_js_id = heap_max_js_id(&h);
    for (uint32_t row = 0; row < class_count(&h); row++)
        s->objects += class_row(&h, row)->count;
    if (!h.complete)
        s->damage = arena_strdup(&j->t->arena, h.damage.msg);
    s->remark = describe_oddities(j, &h, file);
    *ret = h;
    return true;
}

static bool read_newest(struct job *j, const char *file, struct err *err)
{
    struct trend *t = j->t;
    size_t last = t->count - 1;
    if (!read_snapshot(j, file, last, &t->newest, err))
        return false;
    struct store *store = t->newest.store;
    t->snapshots[last].same_process = true;
    heap_cool(&t->newest);
    return strings_init(&t->names, store, err) && u64_map_init(&j->row_of_key, store, err) &&
           column_make(&t->rows, store, "classes", sizeof(struct trend_class), 0, err) &&
           column_make(&t->sums, store, "classes", sizeof(struct trend_sum), 0, err);
}

/* The places are those that grew since the oldest; figures of all snapshots are filled in. */
static bool add_places(struct job *j, size_t i, const struct heap *h, const struct comparison *c,
                       struct err *err)
{
    struct trend *t = j->t;
    if (!t->one_process)
        return true;
    if (i == 0 && !(growth_places_find(&t->newest, t->snapshots[0].max_js_id, &c->grown, &t->arena,
                                       &t->places, err) &&
                    growth_places_measure(&t->places, &t->newest, t->count - 1, err)))
        return false;
    return growth_places_measure(&t->places, h, i, err);
}

static bool add_snapshot(struct job *j, const char *file, size_t i, struct err *err)
{
    struct trend *t = j->t;
    struct comparison c;
    struct heap h;
    if (!read_snapshot(j, file, i, &h, err))
        return false;
    progress_step(j->progress, "comparing snapshots", i, t->count - 1);
    bool ok = heaps_same_process(&h, &t->newest, &t->snapshots[i].same_process, err) &&
              comparison_make(&h, &t->newest, &c, err);
    if (ok) {
        t->one_process &= t->snapshots[i].same_process;
        ok = add_classes(j, i, &c, err) && add_places(j, i, &h, &c, err);
        comparison_release(&c);
    }
    progress_step(j->progress, "comparing snapshots", i + 1, t->count - 1);
    heap_release(&h);
    heap_cool(&t->newest);
    return ok;
}

static bool finish(struct job *j, struct err *err)
{
    struct trend *t = j->t;
    for (size_t i = 0; i + 1 < t->count; i++)
        t->backwards |= t->one_process && t->snapshots[i].max_js_id > t->snapshots[i + 1].max_js_id;
    if (t->one_process)
        return true;
    t->places = (struct growth_places){0};
    return merge_locations(j, err);
}

bool trend_of_files(char *const *files, size_t count, const struct heap_load_options *o,
                    struct trend *ret, const struct progress *p, struct err *err)
{
    struct trend t = {.count = count, .one_process = true};
    struct job j = {.t = &t, .options = o, .progress = p};
    bool ok = read_newest(&j, files[count - 1], err);
    for (size_t i = 0; ok && i + 1 < count; i++)
        ok = add_snapshot(&j, files[i], i, err);
    ok = ok && finish(&j, err);
    if (ok && t.arena.failed)
        ok = err_nomem(err, 0, "the comparison");
    u64_map_release(&j.row_of_key);
    if (ok)
        *ret = t;
    else
        trend_release(&t);
    return ok;
}

/* -- answers -- */

bool trend_class_grows(const struct trend *t, uint64_t row)
{
    const struct trend_sum *sums = trend_sums(t, row);
    for (size_t i = 1; i < t->count; i++) {
        if (sums[i].bytes <= sums[i - 1].bytes)
            return false;
    }
    return true;
}

bool trend_place_grows(const struct trend *t, size_t place)
{
    const struct growth_place *p = &t->places.all[place];
    for (size_t i = 1; i < t->count; i++) {
        if (p->retained_bytes[i] <= p->retained_bytes[i - 1])
            return false;
    }
    return true;
}
