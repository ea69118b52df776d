/* Containers and units: see config_lint.h. */
#include "analyzer/config_lint.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/rules/thresholds.h"

typedef unsigned long long ull;

static const struct config_file *file_of(struct config_lint *x, const struct setting *s)
{
    for (size_t i = 0; i < x->set->count; i++) {
        if (x->set->files[i].name == s->file)
            return &x->set->files[i];
    }
    return &x->set->files[0];
}

static struct config_edit replace(const struct setting *s, const char *text)
{
    return (struct config_edit){EDIT_REPLACE, s->line, s->text, text, 0};
}

/* How many processes PM2 runs in the container; 1 where that is not sure. */
static uint64_t instances_in(struct config_lint *x, const struct config_process *p,
                             const struct memory_setting **ret)
{
    const struct config_process *image = config_only(x, CONFIG_KIND_DOCKERFILE);
    const struct config_process *app = config_only(x, CONFIG_KIND_PM2);
    bool pm2 = p->runs_pm2 || (image && image->runs_pm2);
    *ret = app && pm2 && config_only_container(x) == p ? process_setting(x->a, app, SAYS_INSTANCES)
                                                       : NULL;
    bool number = *ret && (*ret)->is.kind == VALUE_NUMBER && (*ret)->is.number >= 2 &&
                  (*ret)->is.number <= 1024;
    if (!number)
        *ret = NULL;
    return number ? (uint64_t)(*ret)->is.number : 1;
}

/* -- the heap against the limit -- */

struct fit_figures {
    uint64_t limit, heap, count, need; /* MiB; `need` is that of the heaps alone */
};

static const char *fit_words(struct config_lint *x, const struct fit_figures *n)
{
    const char *times =
        n->count > 1 ? arena_printf(&x->a->arena, " x %llu processes", (ull)n->count) : "";
    return arena_printf(
        &x->a->arena,
        "%llu MiB for old objects and %d for young ones%s are %llu; outside of its heap a Next.js "
        "server has about %d more: %llu of %llu MiB. %d %% of the limit%s, less %d, in steps of 8 "
        "and not below %d, is %llu.",
        (ull)n->heap, CONFIG_YOUNG_MIB, times, (ull)n->need, CONFIG_OUTSIDE_MIB,
        (ull)(n->need + CONFIG_OUTSIDE_MIB * n->count), (ull)n->limit, CONFIG_HEAP_PERCENT,
        n->count > 1 ? " for each" : "", CONFIG_YOUNG_MIB, CONFIG_HEAP_LEAST_MIB,
        (ull)config_heap_mib_for(n->limit / n->count));
}

static void report_heap(struct config_lint *x, const struct config_process *p,
                        const struct memory_setting *limit, const struct memory_setting *heap,
                        const struct fit_figures *n, const struct memory_setting *instances)
{
    bool full = n->need >= n->limit;
    struct finding *f = config_report(
        x, config_limits_rule, full ? SEVERITY_WARN : SEVERITY_INFO, full ? 92 : 70, &heap->is,
        arena_printf(&x->a->arena,
                     full ? "The heap may grow to %llu MiB in %s, whose limit is %llu MiB: the "
                            "kernel kills it before V8 collects hard"
                          : "The heap limit of %llu MiB leaves little room in %s, whose limit is "
                            "%llu MiB",
                     (ull)(n->heap * n->count), config_process_words(x, p), (ull)n->limit));
    config_evidence(x, f, &heap->is, "V8's limit");
    config_evidence(x, f, &limit->is, "the limit of all memory of the process");
    if (instances)
        config_evidence(x, f, &instances->is, "so many processes share it");
    struct config_edit lower =
        replace(&heap->is, config_heap_flag(x, config_heap_mib_for(n->limit / n->count)));
    config_advise(x, f, "Keep the heap limit below the container's limit", fit_words(x, n),
                  file_of(x, &heap->is), &lower, 1, lower.text);
    uint64_t more = (n->need * 100 / CONFIG_HEAP_PERCENT + 63) / 64 * 64;
    struct config_edit raise = replace(&limit->is, config_size_words(x, p->file->kind, more));
    config_advise(x, f, "Or give it the memory that such a heap needs",
                  arena_printf(&x->a->arena, "%llu MiB are %d %% of %llu, in steps of 64.",
                               (ull)n->need, CONFIG_HEAP_PERCENT, (ull)more),
                  p->file, &raise, 1, raise.text);
}

static unsigned major_of(const char *version)
{
    return version ? (unsigned)strtoul(version, NULL, 10) : 0;
}

/* Of the image, the service's own or the Dockerfile's; else what ran by the logs. */
static unsigned node_major(struct config_lint *x, const struct config_process *p,
                           const struct setting **ret)
{
    const struct config_process *image = config_only(x, CONFIG_KIND_DOCKERFILE);
    const struct config_process *of = p->node_major                            ? p
                                      : image && config_only_container(x) == p ? image
                                                                               : NULL;
    const struct memory_setting *m = of ? process_setting(x->a, of, SAYS_IMAGE) : NULL;
    *ret = m && of->node_major ? &m->is : NULL;
    return *ret ? of->node_major : major_of(x->a->next.node_version);
}

static const char *environment_lines(struct config_lint *x, enum config_kind kind, const char *flag)
{
    struct arena *arena = &x->a->arena;
    if (kind == CONFIG_KIND_SYSTEMD)
        return arena_printf(arena, "Environment=NODE_OPTIONS=%s", flag);
    if (kind == CONFIG_KIND_KUBERNETES)
        return arena_printf(arena, "env:\n  - name: NODE_OPTIONS\n    value: \"%s\"", flag);
    return arena_printf(arena, "environment:\n  NODE_OPTIONS: \"%s\"", flag);
}

static void check_old_node(struct config_lint *x, const struct config_process *p,
                           const struct memory_setting *limit)
{
    const struct setting *image;
    unsigned major = node_major(x, p, &image);
    if (!major || major > 18 || CONFIG_MIB(limit->is.bytes) >= CONFIG_DEFAULT_HEAP_MIB)
        return;
    uint64_t mib = CONFIG_MIB(limit->is.bytes), heap = config_heap_mib_for(mib);
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_WARN, 85, &limit->is,
        arena_printf(&x->a->arena,
                     "Node %u ignores the limit of %s (%llu MiB) when it sizes its heap, and no "
                     "--max-old-space-size is set",
                     major, config_process_words(x, p), (ull)mib));
    config_evidence(x, f, &limit->is, "the limit of all memory of the process");
    if (image)
        config_evidence(x, f, image, "the version of Node");
    const char *flag = config_heap_flag(x, heap);
    const char *why = arena_printf(
        &x->a->arena,
        "From Node 20 on V8 looks at the container's limit; before, it takes up to about 4 GB on a "
        "large machine. %d %% of %llu MiB, less %d, in steps of 8, is %llu.",
        CONFIG_HEAP_PERCENT, (ull)mib, CONFIG_YOUNG_MIB, (ull)heap);
    const struct config_process *docker = config_only(x, CONFIG_KIND_DOCKERFILE);
    if (image && docker && image->file == docker->file->name) {
        struct config_edit e = {EDIT_INSERT, image->line, NULL,
                                arena_printf(&x->a->arena, "ENV NODE_OPTIONS=%s", flag), 0};
        config_advise(x, f, "Set the heap limit", why, docker->file, &e, 1, e.text);
        return;
    }
    struct config_edit e = {EDIT_INSERT, p->anchor ? p->anchor->line : 0, NULL,
                            environment_lines(x, p->file->kind, flag), 0};
    bool clear = !strstr(p->prefix, "ontainers") && p->file->kind == CONFIG_KIND_SYSTEMD;
    config_advise(x, f, "Set the heap limit", why, p->file, &e, clear, e.text);
}

static void check_heap(struct config_lint *x, const struct config_process *p,
                       const struct memory_setting *limit)
{
    const struct memory_setting *heap = config_heap_of(x, p), *instances;
    if (!heap) {
        check_old_node(x, p, limit);
        return;
    }
    struct fit_figures n = {.limit = CONFIG_MIB(limit->is.bytes),
                            .heap = CONFIG_MIB(heap->is.bytes)};
    n.count = instances_in(x, p, &instances);
    n.need = (n.heap + CONFIG_YOUNG_MIB) * n.count;
    if (n.heap >= CONFIG_UNIT_MISTAKE_MIB && n.need + CONFIG_OUTSIDE_MIB * n.count > n.limit)
        report_heap(x, p, limit, heap, &n, instances);
}

/* -- units -- */

/* 512m in Kubernetes is half a byte; 512 in a compose file are bytes. */
static void check_unit(struct config_lint *x, const struct config_process *p,
                       const struct memory_setting *m)
{
    uint64_t number = strtoull(m->is.text, NULL, 10);
    uint64_t mib = number >= 64 && number < 65536 ? number : 512;
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_WARN, 95, &m->is,
        arena_printf(
            &x->a->arena,
            "A memory size of %s for %s is %s: the unit is missing or another one than meant",
            m->is.text, config_process_words(x, p),
            m->is.bytes ? arena_printf(&x->a->arena, "%llu bytes", (ull)m->is.bytes)
                        : "less than one byte"));
    if (f && p->file->kind == CONFIG_KIND_KUBERNETES && !strcmp(m->is.unit, "m"))
        config_evidence(x, f, &m->is, "m is a thousandth for Kubernetes; Mi is meant");
    struct config_edit e = replace(&m->is, config_size_words(x, p->file->kind, mib));
    config_advise(x, f, "Write the size with its unit",
                  "1 MiB is Mi for Kubernetes, m for Docker, M "
                  "for systemd.",
                  p->file, &e, 1, e.text);
}

static void check_flag_unit(struct config_lint *x, const struct config_process *p,
                            const struct memory_setting *heap)
{
    uint64_t mib = CONFIG_MIB(heap->is.bytes);
    char last = heap->is.text[strlen(heap->is.text) - 1];
    bool unit = last < '0' || last > '9';
    if (!unit && mib >= CONFIG_UNIT_MISTAKE_MIB)
        return;
    uint64_t right = !unit ? mib * 1024 : last == 'M' || last == 'm' ? mib : mib * 1024;
    if (unit && strlen(heap->is.text) > 2 && (last | 32) == 'b')
        right = (heap->is.text[strlen(heap->is.text) - 2] | 32) == 'g' ? mib * 1024 : mib;
    struct finding *f =
        config_report(x, config_limits_rule, SEVERITY_WARN, 90, &heap->is,
                      arena_printf(&x->a->arena, "%s: V8 takes MiB, and no unit", heap->is.text));
    config_evidence(x, f, &heap->is,
                    unit ? "V8 does not know the unit" : "a heap that is too small");
    struct config_edit e = replace(&heap->is, config_heap_flag(x, max_u64(right, 64)));
    config_advise(x, f, "Write the heap limit in MiB", NULL, p->file, &e, 1, e.text);
}

/* -- Kubernetes -- */

static double number_at(const struct config_process *p, const char *key, double otherwise)
{
    const struct setting *s = config_get(p->file, p->document, p->prefix, key);
    return s && s->kind == VALUE_NUMBER ? s->number : otherwise;
}

static bool has_below(const struct config_process *p, const char *key)
{
    for (size_t i = 0; i < p->file->count; i++) {
        const char *rest = config_key_below(p->file->facts[i].key, p->prefix);
        if (rest && *rest == '.' && p->file->facts[i].document == p->document &&
            config_key_below(rest + 1, key))
            return true;
    }
    return false;
}

static void check_probe(struct config_lint *x, const struct config_process *p)
{
    double seconds = number_at(p, "livenessProbe.initialDelaySeconds", 0) +
                     number_at(p, "livenessProbe.periodSeconds", 10) *
                         number_at(p, "livenessProbe.failureThreshold", 3);
    if (!has_below(p, "livenessProbe") || has_below(p, "startupProbe") || !p->anchor ||
        !(seconds >= 0 && seconds < CONFIG_PROBE_LEAST_SECONDS))
        return;
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_INFO, 60, p->anchor,
        arena_printf(
            &x->a->arena,
            "The liveness probe of %s kills it %.0f s after its start if it does not "
            "answer by then: a slow start, or a long garbage collection, looks like a crash",
            config_process_words(x, p), seconds));
    config_evidence(x, f, p->anchor, "the container; it has no startupProbe");
    config_advise(x, f, "Give it a startupProbe, and the liveness probe more patience",
                  "A restart by the probe leaves exit code 137 like a kill for memory does.",
                  p->file, NULL, 0,
                  "startupProbe:\n  httpGet: { path: /, port: 3000 }\n  periodSeconds: 5\n"
                  "  failureThreshold: 30");
}

static void check_request(struct config_lint *x, const struct config_process *p)
{
    const struct memory_setting *limit = config_sized(x, p, SAYS_MEMORY_LIMIT);
    const struct memory_setting *request = config_sized(x, p, SAYS_MEMORY_REQUEST);
    if (!limit == !request)
        return;
    const struct memory_setting *is = limit ? limit : request;
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_INFO, 70, &is->is,
        arena_printf(&x->a->arena,
                     limit ? "There is a memory limit and no request for %s: all of the limit is "
                             "then set aside for it"
                           : "There is a memory request and no limit for %s: nothing bounds it but "
                             "the node, which then evicts it",
                     config_process_words(x, p)));
    config_evidence(x, f, &is->is, limit ? "the limit" : "the request");
    config_advise(x, f, "Set both, and equal ones for a server that must not be evicted",
                  "With equal requests and limits for all resources the pod is of the class "
                  "Guaranteed, which is evicted last.",
                  p->file, NULL, 0,
                  arena_printf(&x->a->arena,
                               "resources:\n  requests:\n    memory: %s\n  limits:\n    memory: %s",
                               is->is.text, is->is.text));
}

static void check_units(struct config_lint *x, const struct config_process *p)
{
    static const enum setting_role roles[] = {SAYS_MEMORY_LIMIT, SAYS_MEMORY_REQUEST};
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        const struct memory_setting *m = config_sized(x, p, roles[i]);
        bool thousandths = m && p->file->kind == CONFIG_KIND_KUBERNETES && *m->is.unit == 'm';
        bool nothing = m && m->is.bytes == 0 && !thousandths; /* 0 stands for none */
        if (m && !nothing && CONFIG_MIB(m->is.bytes) < CONFIG_UNIT_MISTAKE_MIB &&
            (roles[i] == SAYS_MEMORY_LIMIT ? !p->other_program || thousandths : thousandths))
            check_unit(x, p, m);
    }
}

void config_lint_containers(struct config_lint *x)
{
    for (size_t i = 0; i < x->all->count; i++) {
        const struct config_process *p = &x->all->list[i];
        const struct memory_setting *limit = config_sized(x, p, SAYS_MEMORY_LIMIT);
        const struct memory_setting *heap = config_sized(x, p, SAYS_HEAP_LIMIT);
        if (heap && heap->is.file == p->file->name)
            check_flag_unit(x, p, heap);
        check_units(x, p);
        if (!config_is_container(p))
            continue;
        if (limit && CONFIG_MIB(limit->is.bytes) >= CONFIG_UNIT_MISTAKE_MIB)
            check_heap(x, p, limit);
        if (p->file->kind == CONFIG_KIND_KUBERNETES) {
            check_request(x, p);
            check_probe(x, p);
        }
    }
}
