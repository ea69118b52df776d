/* Writing findings about files, and reading processes: see config_lint.h. */
#include "analyzer/config_lint.h"

#include <string.h>

#include "analyzer/rules/thresholds.h"

const char config_limits_rule[] = "config-limits";
const char config_next_rule[] = "config-next";

struct finding *config_report(struct config_lint *x, const char *rule, enum severity severity,
                              unsigned confidence, const struct setting *s, const char *title)
{
    struct analysis *a = x->a;
    struct finding *f =
        arena_push(&a->arena, (void **)&a->findings, &a->finding_count, sizeof *a->findings);
    if (!f)
        return NULL;
    *f = (struct finding){.rule = rule,
                          .severity = severity,
                          .confidence = confidence,
                          .title = title,
                          .script = s->file,
                          .line = (uint32_t)s->line,
                          .node = UINT32_MAX};
    f->variable = arena_strdup(&a->arena, s->key);
    return f;
}

void config_evidence(struct config_lint *x, struct finding *f, const struct setting *s,
                     const char *text)
{
    if (!f)
        return;
    struct evidence *e =
        arena_push(&x->a->arena, (void **)&f->evidence, &f->evidence_count, sizeof *f->evidence);
    if (e)
        *e = (struct evidence){.text = text, .file = s->file, .line = s->line};
}

void config_advise(struct config_lint *x, struct finding *f, const char *title, const char *why,
                   const struct config_file *file, const struct config_edit *edits, size_t count,
                   const char *lines)
{
    if (!f)
        return;
    struct advice *ad =
        arena_push(&x->a->arena, (void **)&f->advice, &f->advice_count, sizeof *f->advice);
    if (!ad)
        return;
    const char *diff = count ? config_diff(file, edits, count, &x->a->arena) : NULL;
    *ad = (struct advice){
        .title = title, .why = why, .where = file->name, .paste = diff ? diff : lines};
}

/* -- processes -- */

bool config_is_container(const struct config_process *p)
{
    enum config_kind k = p->file->kind;
    return !p->other_program &&
           (k == CONFIG_KIND_COMPOSE || k == CONFIG_KIND_KUBERNETES || k == CONFIG_KIND_SYSTEMD);
}

struct config_process *config_only(struct config_lint *x, enum config_kind kind)
{
    struct config_process *only = NULL;
    for (size_t i = 0; i < x->all->count; i++) {
        if (x->all->list[i].file->kind != kind)
            continue;
        if (only)
            return NULL;
        only = &x->all->list[i];
    }
    return only;
}

struct config_process *config_only_container(struct config_lint *x)
{
    struct config_process *only = NULL;
    for (size_t i = 0; i < x->all->count; i++) {
        if (!config_is_container(&x->all->list[i]))
            continue;
        if (only)
            return NULL;
        only = &x->all->list[i];
    }
    return only;
}

const struct memory_setting *config_sized(struct config_lint *x, const struct config_process *p,
                                          enum setting_role r)
{
    const struct memory_setting *m = process_setting(x->a, p, r);
    return m && m->is.is_size ? m : NULL;
}

const struct memory_setting *config_heap_of(struct config_lint *x, const struct config_process *p)
{
    static const enum config_kind elsewhere[] = {CONFIG_KIND_DOCKERFILE, CONFIG_KIND_ENV,
                                                 CONFIG_KIND_PACKAGE, CONFIG_KIND_PM2};
    const struct memory_setting *heap = config_sized(x, p, SAYS_HEAP_LIMIT);
    if (heap || config_only_container(x) != p)
        return heap;
    for (size_t i = 0; i < ARRAY_LEN(elsewhere) && !heap; i++) {
        const struct config_process *other = config_only(x, elsewhere[i]);
        heap = other ? config_sized(x, other, SAYS_HEAP_LIMIT) : NULL;
    }
    return heap;
}

const char *config_process_words(struct config_lint *x, const struct config_process *p)
{
    static const char *const kinds[] = {
        [CONFIG_KIND_NONE] = "the process",     [CONFIG_KIND_PM2] = "PM2's application",
        [CONFIG_KIND_NEXT] = "the server",      [CONFIG_KIND_PACKAGE] = "the start script",
        [CONFIG_KIND_DOCKERFILE] = "the image", [CONFIG_KIND_COMPOSE] = "the service",
        [CONFIG_KIND_SYSTEMD] = "the unit",     [CONFIG_KIND_KUBERNETES] = "the container",
        [CONFIG_KIND_ENV] = "the environment",
    };
    const char *kind = kinds[p->file->kind];
    return p->name ? arena_printf(&x->a->arena, "%s %s", kind, p->name) : kind;
}

/* -- sizes -- */

uint64_t config_heap_mib_for(uint64_t limit_mib)
{
    uint64_t share = limit_mib * CONFIG_HEAP_PERCENT / 100;
    uint64_t heap = share > CONFIG_YOUNG_MIB ? (share - CONFIG_YOUNG_MIB) / 8 * 8 : 0;
    return max_u64(heap, CONFIG_HEAP_LEAST_MIB);
}

const char *config_heap_flag(struct config_lint *x, uint64_t mib)
{
    return arena_printf(&x->a->arena, "--max-old-space-size=%llu", (unsigned long long)mib);
}

const char *config_size_words(struct config_lint *x, enum config_kind kind, uint64_t mib)
{
    const char *unit = kind == CONFIG_KIND_KUBERNETES ? "Mi"
                       : kind == CONFIG_KIND_COMPOSE  ? "m"
                                                      : "M";
    return arena_printf(&x->a->arena, "%llu%s", (unsigned long long)mib, unit);
}
