/* Reading the files of a command: see inputs.h. */
#include "cli/inputs.h"

#include <unistd.h>

#include "cli/progress_bar.h"
#include "cli/warn.h"

bool inputs_analyze(const struct settings *s, bool keep_heap, struct analysis *ret, struct err *err)
{
    struct progress_bar bar;
    struct analyze_options o = {.yajl = s->yajl, .keep_heap = keep_heap, .temp_dir = s->temp_dir};
    progress_bar_init(&bar, STDERR_FILENO, s->quiet, s->ascii);
    bool ok =
        analyze_files((const char *const *)s->files, s->file_count, &o, ret, &bar.progress, err);
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
    const struct heap_load_options o = {.yajl = s->yajl, .temp_dir = s->temp_dir};
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
