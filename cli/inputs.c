/* Reading the files of a command: see inputs.h. */
#include "cli/inputs.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/progress_bar.h"
#include "cli/warn.h"

bool inputs_without_index(const struct settings *s)
{
    const char *no_index = getenv("MORTEM_NO_INDEX");
    return s->no_index || (no_index && no_index[0]);
}

struct heap_load_options inputs_load_options(const struct settings *s)
{
    return (struct heap_load_options){
        .yajl = s->yajl, .temp_dir = s->index_dir, .memory_limit = s->memory_limit};
}

void inputs_options(const struct settings *s, struct index_options *index,
                    struct analyze_options *ret)
{
    *index = (struct index_options){.dir = s->index_dir, .min_bytes = INDEX_MIN_BYTES};
    *ret = (struct analyze_options){
        .load = inputs_load_options(s), .compare = true, .requests = s->requests, .zone = s->zone};
    if (!inputs_without_index(s))
        ret->index = index;
}

static bool analyze(const struct settings *s, const struct analyze_options *o, struct analysis *ret,
                    struct err *err)
{
    struct progress_bar bar;
    progress_bar_init(&bar, STDERR_FILENO, s->quiet, s->ascii);
    bool ok =
        analyze_files((const char *const *)s->files, s->file_count, o, ret, &bar.progress, err);
    progress_bar_finish(&bar);
    return ok;
}

bool inputs_analyze(const struct settings *s, struct analysis *ret, struct err *err)
{
    struct index_options index;
    struct analyze_options o;
    inputs_options(s, &index, &o);
    return analyze(s, &o, ret, err);
}

bool inputs_index(const struct settings *s, struct analysis *ret, struct err *ret_unwritten,
                  struct err *err)
{
    struct index_options index;
    struct analyze_options o;
    inputs_options(s, &index, &o);
    index.min_bytes = 0;
    o.compare = false;
    o.index_problem = ret_unwritten;
    return analyze(s, &o, ret, err);
}

bool inputs_events(const struct settings *s, const struct event_sink *to, struct event_times *times,
                   struct analysis *ret, struct err *err)
{
    struct progress_bar bar;
    struct index_options index;
    struct analyze_options o;
    inputs_options(s, &index, &o);
    progress_bar_init(&bar, STDERR_FILENO, s->quiet, s->ascii);
    bool ok = analyze_events((const char *const *)s->files, s->file_count, &o, to, times, ret,
                             &bar.progress, err);
    progress_bar_finish(&bar);
    return ok;
}

static void warn_of_oddities(const struct heap *h, const char *file)
{
    struct buf text = {0};
    buf_printf(&text, "%s: ", file);
    if (oddities_describe(&h->odd, &text))
        warn(buf_str(&text));
    buf_release(&text);
}

bool inputs_heap(const struct settings *s, const char *file, struct heap *ret, struct err *err)
{
    struct progress_bar bar;
    const struct heap_load_options o = inputs_load_options(s);
    struct heap h;
    progress_bar_init(&bar, STDERR_FILENO, s->quiet, s->ascii);
    bool ok = heap_of_file(file, &o, &h, &bar.progress, err);
    progress_bar_finish(&bar);
    if (!ok)
        return false;
    if (!heap_find_positions(&h, err)) {
        heap_release(&h);
        return false;
    }
    if (!h.complete)
        warn(h.damage.msg);
    warn_of_oddities(&h, file);
    *ret = h;
    return true;
}

enum err_code inputs_warn(const struct analysis *a)
{
    enum err_code worst = ERR_NONE;
    for (size_t i = 0; i < a->input_count; i++) {
        const struct input_info *in = &a->inputs[i];
        if (in->problem > worst)
            worst = in->problem;
        if (in->problem != ERR_NONE)
            warn(in->remark ? in->remark : in->file);
    }
    return worst;
}
