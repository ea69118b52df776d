/* What no single process has: see config_lint.h. */
#include "analyzer/config_lint.h"

#include <string.h>

#include "analyzer/rules/thresholds.h"

typedef unsigned long long ull;

/* -- no limit anywhere -- */

static bool is_server(const struct config_process *p)
{
    return (config_is_container(p) && p->runs_node) || p->file->kind == CONFIG_KIND_PM2;
}

static bool has_limit(const struct config_process *p)
{
    return p->at[SAYS_HEAP_LIMIT] != SETTING_NOWHERE ||
           p->at[SAYS_RESTART_LIMIT] != SETTING_NOWHERE ||
           p->at[SAYS_MEMORY_LIMIT] != SETTING_NOWHERE;
}

/* Lines for each kind of file; the numbers are examples that fit each other. */
static const char *limit_lines(enum config_kind kind)
{
    switch (kind) {
    case CONFIG_KIND_PM2:
        return "node_args: '--max-old-space-size=1024',\nmax_memory_restart: '920M',";
    case CONFIG_KIND_COMPOSE:
        return "mem_limit: 1536m";
    case CONFIG_KIND_SYSTEMD:
        return "MemoryMax=1536M\nEnvironment=NODE_OPTIONS=--max-old-space-size=1104";
    default:
        return "resources:\n  requests:\n    memory: 1536Mi\n  limits:\n    memory: 1536Mi";
    }
}

static void check_no_limit(struct config_lint *x)
{
    const struct config_process *first = NULL;
    for (size_t i = 0; i < x->all->count; i++) {
        const struct config_process *p = &x->all->list[i];
        if (has_limit(p) || p->unclear || p->file->damage.line)
            return;
        if (!first && is_server(p) && p->anchor)
            first = p;
    }
    if (!first)
        return;
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_INFO, 80, first->anchor,
        arena_printf(
            &x->a->arena,
            "No file given bounds the memory of %s: no heap limit, no restart, no limit of "
            "a container or unit",
            config_process_words(x, first)));
    config_evidence(x, f, first->anchor, "nothing below it that bounds memory");
    enum config_kind kind = first->file->kind;
    struct config_edit e = {EDIT_INSERT, first->anchor->line, NULL, limit_lines(kind), 0};
    bool script = strstr(first->file->name, ".js") && !strstr(first->file->name, ".json");
    bool by_lines = kind == CONFIG_KIND_PM2 ? script : kind != CONFIG_KIND_KUBERNETES;
    config_advise(x, f, "Bound its memory, so that a leak ends in an orderly restart",
                  "The numbers are examples that fit each other: measure what the server needs "
                  "under load first. Without any limit the kernel chooses whom to kill.",
                  first->file, &e, by_lines, e.text);
}

/* -- sharp and glibc -- */

static const struct memory_setting *package_named(struct config_lint *x, const char *key)
{
    for (size_t i = 0; i < x->a->setting_count; i++) {
        const struct memory_setting *m = &x->a->settings[i];
        if (m->role == SAYS_PACKAGE && !strcmp(m->is.key, key))
            return m;
    }
    return NULL;
}

static bool arenas_are_bounded(struct config_lint *x)
{
    for (size_t i = 0; i < x->all->count; i++) {
        const struct config_process *p = &x->all->list[i];
        if (p->at[SAYS_ARENAS] != SETTING_NOWHERE || p->asks_jemalloc || p->musl)
            return true;
    }
    return false;
}

/* Where the variable belongs: the image, else the unit. Both run on glibc if nothing says musl. */
static const struct config_process *glibc_process(struct config_lint *x)
{
    const struct config_process *image = config_only(x, CONFIG_KIND_DOCKERFILE);
    if (image)
        return image->image_known ? image : NULL;
    return config_only(x, CONFIG_KIND_SYSTEMD);
}

static void check_arenas(struct config_lint *x)
{
    const struct memory_setting *sharp = package_named(x, "dependencies.sharp");
    const struct config_process *p = glibc_process(x);
    if (!sharp || !p || arenas_are_bounded(x))
        return;
    const struct memory_setting *image = process_setting(x->a, p, SAYS_IMAGE);
    const struct setting *at = image ? &image->is : p->anchor;
    if (!at)
        return;
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_INFO, 65, at,
        "sharp runs on glibc without MALLOC_ARENA_MAX: its threads leave freed memory with the "
        "allocator, and the process stays large after images were made");
    config_evidence(x, f, &sharp->is, "sharp is a dependency");
    config_evidence(x, f, at, image ? "an image with glibc" : "a unit of the host");
    bool docker = p->file->kind == CONFIG_KIND_DOCKERFILE;
    struct config_edit e = {EDIT_INSERT, at->line, NULL,
                            docker ? "ENV MALLOC_ARENA_MAX=2" : "Environment=MALLOC_ARENA_MAX=2",
                            0};
    config_advise(x, f, "Bound the allocator's arenas",
                  "glibc has eight arenas a core, each of which keeps what it once had. jemalloc "
                  "by LD_PRELOAD goes further.",
                  p->file, &e, 1, e.text);
}

/* Next.js makes images in WebAssembly up to 14.2 where sharp is not installed. */
static void check_squoosh(struct config_lint *x)
{
    const struct memory_setting *next = package_named(x, "dependencies.next");
    const struct next_info *info = &x->a->next;
    bool old = info->version_max && info->version_max < 15000000 && info->version_min >= 10001000;
    if (!next || !old || package_named(x, "dependencies.sharp"))
        return;
    for (size_t i = 0; i < x->a->setting_count; i++) {
        const struct memory_setting *m = &x->a->settings[i];
        if (m->role == SAYS_NEXT_OPTION && !strcmp(m->is.key, "images.unoptimized") &&
            m->is.kind == VALUE_TRUE)
            return;
    }
    struct finding *f = config_report(
        x, config_next_rule, SEVERITY_INFO, 60, &next->is,
        "sharp is no dependency: up to 14.2 Next.js then makes images in WebAssembly, whose memory "
        "never shrinks");
    config_evidence(x, f, &next->is, "the version of Next.js; sharp is not beside it");
    if (f)
        config_advise(x, f, "Install sharp", "It needs a fraction of the memory and time.",
                      next->is.file == NULL ? NULL : &x->set->files[0], NULL, 0,
                      "npm install sharp");
    if (f && f->advice_count)
        f->advice[f->advice_count - 1].where = NULL;
}

void config_lint_machine(struct config_lint *x)
{
    check_no_limit(x);
    check_arenas(x);
    check_squoosh(x);
}
