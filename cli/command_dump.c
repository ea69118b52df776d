/* `mortem dump FILE nodes|classes|stats|diff [OLD]`: streams a table of report/dump.h, of all
 * objects or of those that --only lets through.
 */
#include "cli/command_dump.h"
#include "cli/draw.h"

#include <string.h>

#include "analyzer/heap_filters.h"
#include "cli/inputs.h"
#include "cli/output.h"
#include "cli/suggest.h"
#include "cli/warn.h"
#include "report/dump.h"

static bool find_dump(const char *name, const struct dump **ret, struct err *err)
{
    for (size_t i = 0; dump_choice(i); i++) {
        if (strcmp(dump_choice(i), name) == 0) {
            *ret = &dumps[i];
            return true;
        }
    }
    const char *near = suggest(name, dump_choice);
    return err_set(err, ERR_USAGE, 0, "dump: '%s' is none of nodes, classes, stats, diff%s%s%s",
                   name, near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool check(const struct settings *s, const struct dump **ret, struct err *err)
{
    const struct dump *d = NULL;
    if (s->file_count < 2)
        return err_set(err, ERR_USAGE, 0,
                       "dump needs FILE and what to dump: nodes, classes, "
                       "stats, diff");
    if (!find_dump(s->files[1], &d, err))
        return false;
    if (s->file_count != (d->needs_base ? 3u : 2u))
        return err_set(err, ERR_USAGE, 0, "'dump FILE %s%s' takes %s", d->name,
                       d->needs_base ? " OLD" : "",
                       d->needs_base ? "two snapshots" : "one snapshot");
    if (s->only && !d->takes_filter)
        return err_set(err, ERR_USAGE, 0, "--only is for nodes and classes, not for %s", d->name);
    *ret = d;
    return true;
}

/* The old snapshot stands behind the word. */
static bool check_output(const struct settings *s, struct err *err)
{
    return output_check(s->output, s->files, 1, err) &&
           (s->file_count < 3 || output_check(s->output, s->files + 2, 1, err));
}

struct dumping {
    const struct dump *dump;
    const struct dump_input *input;
};

static bool write_dump(const void *ctx, const struct report_options *o,
                       const struct report_sink *sink, struct err *err)
{
    const struct dumping *d = ctx;
    (void)o;
    return d->dump->write(d->input, sink, err);
}

static bool filter_and_write(const struct settings *s, const struct dump *d, struct dump_input *in,
                             struct err *err)
{
    struct column passes = {0};
    if (s->only && !heap_filter(in->heap, (enum heap_filter)(s->only - 1), &passes, err))
        return false;
    in->passes = passes.data;
    bool ok = draw_answer(s, write_dump, &(struct dumping){d, in}, err);
    column_release(&passes);
    return ok;
}

int command_dump(const struct settings *s)
{
    const struct dump *d = NULL;
    struct heap heap = {0}, base = {0};
    struct dump_input in = {.heap = &heap, .base = &base};
    struct err err;
    bool ok = check(s, &d, &err) && check_output(s, &err) &&
              inputs_heap(s, s->files[0], &heap, &err) &&
              (!d->needs_base || inputs_heap(s, s->files[2], &base, &err)) &&
              filter_and_write(s, d, &in, &err);
    bool damaged = ok && (!heap.complete || (d->needs_base && !base.complete));
    if (!ok)
        warn(err.msg);
    heap_release(&heap);
    heap_release(&base);
    return ok ? (damaged ? ERR_INPUT : ERR_NONE) : err.code;
}
