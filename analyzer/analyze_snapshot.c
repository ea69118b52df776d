/* One snapshot to its answers: see analyze_snapshot.h. */
#include "analyzer/analyze_snapshot.h"

#include <stdlib.h>

#include "analyzer/heap_file.h"
#include "analyzer/heap_summary.h"
#include "analyzer/passes.h"
#include "analyzer/rules/rule.h"
#include "analyzer/same_process.h"

/* What can be said of a heap whose file was cut. */
static void describe_damage(struct analysis *a, const struct heap *h)
{
    struct input_info *info = &a->inputs[0];
    input_info_set_problem(info, &a->arena, &h->damage);
    info->remark = arena_printf(&a->arena, "%s; analyzed as far as it goes: %s", info->remark,
                                heap_missing(h));
}

/* What is odd about a heap and did not stop its reading. */
static void describe_oddities(struct analysis *a, const struct heap *h)
{
    struct input_info *info = &a->inputs[0];
    struct buf text = {0};
    if (oddities_describe(&h->odd, &text))
        info->remark = arena_printf(&a->arena, "%s%s%s", info->remark ? info->remark : info->file,
                                    info->remark ? "; " : ": ", buf_str(&text));
    buf_release(&text);
}

static bool keep_graph(struct analysis *a, struct heap *h, struct err *err)
{
    if (!heap_find_positions(h, err))
        return false;
    a->graph = calloc(1, sizeof *a->graph);
    if (!a->graph)
        return err_nomem(err, sizeof *a->graph, "the heap");
    *a->graph = *h;
    *h = (struct heap){0};
    return true;
}

static bool ask(struct analysis *a, struct heap *h, const struct analyze_options *o,
                const struct progress *p, struct err *err)
{
    const char *file = a->inputs[0].file;
    progress_step(p, "looking for leaks", 0, 1);
    bool ok = heap_summarize(h, file, a, err) && rules_run(h, file, a, err) &&
              (!o->keep_heap || keep_graph(a, h, err));
    progress_step(p, "looking for leaks", 1, 1);
    return ok;
}

static bool read_snapshot(struct input *in, const struct analyze_options *o, struct analysis *a,
                          const struct progress *p, struct err *err)
{
    struct input_info *info = &a->inputs[0];
    struct heap h = {0};
    struct err e = {0};
    if (!heap_load(in, &o->load, &h, p, &e)) {
        input_info_set_problem(info, &a->arena, &e);
        return true;
    }
    info->complete = h.complete;
    if (!h.complete)
        describe_damage(a, &h);
    describe_oddities(a, &h);
    process_sketch_take(&h, &info->sketch);
    bool analyzed = heap_analyze(&h, p, &e);
    if (!analyzed)
        input_info_set_problem(info, &a->arena, &e);
    bool ok = !analyzed || ask(a, &h, o, p, err);
    heap_release(&h);
    return ok;
}

/* For the next time, if that would say the same: not if the disk failed, the file was written
 * meanwhile, or something ran out. */
static void save(struct input *in, const char *file, const struct file_stamp *before,
                 const struct analyze_options *o, const struct analysis *a)
{
    const struct input_info *info = &a->inputs[0];
    struct file_stamp after;
    struct err e;
    if (!a->heap.present || a->arena.failed || info->bytes < o->index->min_bytes ||
        info->problem == ERR_RESOURCE || input_read_failed(in) || !input_stamp(in, &after) ||
        after.bytes != before->bytes || after.modified_ns != before->modified_ns)
        return;
    if (!heap_index_save(file, before, o->index, a, &e) && o->index_problem)
        *o->index_problem = e;
}

bool analyze_snapshot(struct input *in, const char *file, const struct analyze_options *o,
                      struct analysis *ret, const struct progress *p, struct err *err)
{
    struct analysis a = {0};
    struct file_stamp stamp;
    /* The oracle is asked to read, not to remember. */
    bool indexed = o->index && !o->load.yajl && input_stamp(in, &stamp);
    if (indexed && heap_index_load(file, &stamp, o->index, ret))
        return true;
    struct input_info *info =
        arena_push(&a.arena, (void **)&a.inputs, &a.input_count, sizeof *a.inputs);
    if (!info)
        return err_nomem(err, sizeof *info, "an input");
    info->file = arena_strdup(&a.arena, file);
    info->kind = INPUT_HEAP_SNAPSHOT;
    bool ok = read_snapshot(in, o, &a, p, err);
    if (ok && a.arena.failed)
        ok = err_nomem(err, 0, "the analysis");
    if (!ok) {
        analysis_release(&a);
        return false;
    }
    info->bytes = input_offset(in);
    if (indexed)
        save(in, file, &stamp, o, &a);
    *ret = a;
    return true;
}
