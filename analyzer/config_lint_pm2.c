/* Applications of PM2: see config_lint.h. */
#include "analyzer/config_lint.h"

#include <string.h>

#include "analyzer/config_units.h"
#include "analyzer/rules/thresholds.h"

typedef unsigned long long ull;

static struct config_edit replace(const struct setting *s, const char *text)
{
    return (struct config_edit){EDIT_REPLACE, s->line, s->text, text, 0};
}

/* A text keeps its quotes; a number needs some around its unit. */
static const char *restart_text(struct config_lint *x, const struct setting *s, uint64_t mib)
{
    const char *quote = s->kind != VALUE_NUMBER ? "" : strstr(s->file, ".json") ? "\"" : "'";
    return arena_printf(&x->a->arena, "%s%lluM%s", quote, (ull)mib, quote);
}

/* -- max_memory_restart by itself -- */

/* What "512MB", "1.5G" or "512m" is meant to be. */
static uint64_t meant_mib(const char *text)
{
    uint64_t bytes;
    const char *unit;
    return config_size(SIZE_DOCKER, text, &bytes, &unit) ? CONFIG_MIB(bytes) : 0;
}

static void check_grammar(struct config_lint *x, const struct config_process *p,
                          const struct setting *s)
{
    uint64_t mib = meant_mib(s->text);
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_WARN, 95, s,
        arena_printf(&x->a->arena, "max_memory_restart: '%s' is no size for PM2, which refuses it",
                     s->text));
    config_evidence(x, f, s, "PM2 takes a whole number with K, M or G behind it, or bytes");
    struct config_edit e = replace(s, restart_text(x, s, mib ? mib : 512));
    config_advise(
        x, f, "Write max_memory_restart in PM2's units",
        mib ? "The same size in M." : "512M is an example: measure first.", p->file, &e, 1,
        arena_printf(&x->a->arena, "max_memory_restart: '%lluM',", (ull)(mib ? mib : 512)));
}

static void check_unit(struct config_lint *x, const struct config_process *p,
                       const struct setting *s)
{
    uint64_t mib = s->bytes >= 64 ? s->bytes : 512;
    if (*s->unit == 'K')
        mib = max_u64(s->bytes >> 10, 64);
    if (mib >= 65536)
        mib = 512;
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_WARN, 98, s,
        arena_printf(&x->a->arena,
                     "max_memory_restart: %s is %llu bytes, less than any Node process has: PM2 "
                     "restarts it at each check",
                     s->text, (ull)s->bytes));
    config_evidence(x, f, s, "without a unit PM2 takes the number as bytes");
    struct config_edit e = replace(s, restart_text(x, s, mib));
    config_advise(x, f, "Give max_memory_restart its unit",
                  "PM2 compares resident memory every 30 s; M is MiB.", p->file, &e, 1,
                  arena_printf(&x->a->arena, "max_memory_restart: '%lluM',", (ull)mib));
}

/* -- against the heap -- */

static void check_against_heap(struct config_lint *x, const struct config_process *p,
                               const struct memory_setting *restart,
                               const struct memory_setting *heap)
{
    uint64_t heap_mib = CONFIG_MIB(heap->is.bytes), mib = CONFIG_MIB(restart->is.bytes);
    uint64_t right = heap_mib * CONFIG_RESTART_PERCENT / 100 / 2 * 2;
    uint64_t more = (mib * 100 / CONFIG_RESTART_PERCENT + 63) / 64 * 64;
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_WARN, 85, &restart->is,
        arena_printf(&x->a->arena,
                     "max_memory_restart (%llu MiB) is not below the heap limit (%llu MiB) of %s: "
                     "V8 may abort before PM2 restarts it",
                     (ull)mib, (ull)heap_mib, config_process_words(x, p)));
    config_evidence(x, f, &restart->is, "PM2 restarts above this, and looks every 30 s");
    config_evidence(x, f, &heap->is, "V8 aborts at this");
    struct config_edit e = replace(&restart->is, restart_text(x, &restart->is, right));
    config_advise(x, f, "Let PM2 restart before V8 gives up",
                  arena_printf(&x->a->arena, "%d %% of %llu MiB is %llu, in steps of 2.",
                               CONFIG_RESTART_PERCENT, (ull)heap_mib, (ull)right),
                  p->file, &e, 1,
                  arena_printf(&x->a->arena, "max_memory_restart: '%lluM',", (ull)right));
    if (heap->is.file != p->file->name)
        return;
    struct config_edit raise = replace(&heap->is, config_heap_flag(x, more));
    config_advise(x, f, "Or raise the heap limit above the restart, where there is memory for it",
                  arena_printf(&x->a->arena, "%llu MiB is %d %% of %llu, in steps of 64.", (ull)mib,
                               CONFIG_RESTART_PERCENT, (ull)more),
                  p->file, &raise, 1, NULL);
}

static void check_without_heap(struct config_lint *x, const struct config_process *p,
                               const struct memory_setting *restart)
{
    uint64_t mib = CONFIG_MIB(restart->is.bytes);
    uint64_t heap = (mib * 100 / CONFIG_RESTART_PERCENT + 63) / 64 * 64;
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_WARN, 75, &restart->is,
        arena_printf(&x->a->arena,
                     "max_memory_restart (%llu MiB) is above the heap limit that V8 has by itself "
                     "(about %d MiB, less on a small machine): V8 may abort first",
                     (ull)mib, CONFIG_DEFAULT_HEAP_MIB));
    config_evidence(x, f, &restart->is, "PM2 restarts above this");
    struct config_edit e = {
        EDIT_INSERT, p->anchor ? p->anchor->line : 0, NULL,
        arena_printf(&x->a->arena, "node_args: '%s',", config_heap_flag(x, heap)), 0};
    config_advise(x, f, "Set the heap limit above the restart",
                  arena_printf(&x->a->arena, "%llu MiB is %d %% of %llu, in steps of 64.", (ull)mib,
                               CONFIG_RESTART_PERCENT, (ull)heap),
                  p->file, &e, strstr(p->file->name, ".js") && !strstr(p->file->name, ".json"),
                  e.text);
}

static void check_restart(struct config_lint *x, const struct config_process *p)
{
    const struct memory_setting *restart = process_setting(x->a, p, SAYS_RESTART_LIMIT);
    const struct memory_setting *heap = config_sized(x, p, SAYS_HEAP_LIMIT);
    if (!restart)
        return;
    if (!restart->is.is_size) {
        if (restart->is.kind == VALUE_TEXT)
            check_grammar(x, p, &restart->is);
    } else if (CONFIG_MIB(restart->is.bytes) < CONFIG_UNIT_MISTAKE_MIB) {
        if (restart->is.bytes)
            check_unit(x, p, &restart->is);
    } else if (heap && CONFIG_MIB(heap->is.bytes) >= CONFIG_UNIT_MISTAKE_MIB) {
        if (restart->is.bytes >= heap->is.bytes)
            check_against_heap(x, p, restart, heap);
    } else if (CONFIG_MIB(restart->is.bytes) > CONFIG_DEFAULT_HEAP_MIB) {
        check_without_heap(x, p, restart);
    }
}

/* -- NODE_OPTIONS in cluster mode -- */

/* As PM2 decides it: what is said, or cluster where instances are asked for. */
static bool is_cluster(struct config_lint *x, const struct config_process *p)
{
    const struct memory_setting *mode = process_setting(x->a, p, SAYS_EXEC_MODE);
    if (mode)
        return !strncmp(mode->is.text, "cluster", 7);
    const char *interpreter = config_text_at(p->file, p->document, p->prefix, "interpreter");
    const char *script = config_text_at(p->file, p->document, p->prefix, "script");
    bool node = !interpreter || strstr(interpreter, "node");
    bool npm =
        script && (!strcmp(script, "npm") || !strcmp(script, "yarn") || !strcmp(script, "pnpm"));
    return process_setting(x->a, p, SAYS_INSTANCES) && node && !npm;
}

static void check_node_options(struct config_lint *x, const struct config_process *p)
{
    const struct memory_setting *heap = config_sized(x, p, SAYS_HEAP_LIMIT);
    if (!heap || !heap->environment || !is_cluster(x, p))
        return;
    for (size_t i = 0; i < x->a->setting_count; i++) { /* node_args say it as well */
        const struct memory_setting *m = &x->a->settings[i];
        if (m->role == SAYS_HEAP_LIMIT && !m->environment && m->is.file == heap->is.file &&
            config_key_below(m->is.key, p->prefix))
            return;
    }
    struct finding *f = config_report(
        x, config_limits_rule, SEVERITY_WARN, 90, &heap->is,
        arena_printf(&x->a->arena,
                     "The heap limit of %s is in NODE_OPTIONS, which comes too late for V8 in "
                     "PM2's cluster mode: it has no effect",
                     config_process_words(x, p)));
    config_evidence(x, f, &heap->is, "set in the environment of the application");
    const struct memory_setting *mode = process_setting(x->a, p, SAYS_EXEC_MODE);
    if (!mode)
        mode = process_setting(x->a, p, SAYS_INSTANCES);
    if (mode)
        config_evidence(x, f, &mode->is, "which makes it cluster mode");
    const char *quote = strstr(p->file->name, ".json") ? "\"" : "'";
    const char *name = strstr(p->file->name, ".json") ? "\"node_args\"" : "node_args";
    const char *comma = strstr(p->file->name, ".y") ? "" : ",";
    const char *line =
        arena_printf(&x->a->arena, "%s: %s%s%s%s", name, quote, heap->is.text, quote, comma);
    struct config_edit e = {EDIT_INSERT, p->anchor ? p->anchor->line : 0, NULL, line, 0};
    config_advise(x, f, "Give V8's flags in node_args",
                  "In cluster mode the workers are forked by PM2's daemon, whose V8 is set up long "
                  "before it reads the application's environment; node_args are passed to each.",
                  p->file, &e, 1, line);
}

void config_lint_pm2(struct config_lint *x)
{
    for (size_t i = 0; i < x->all->count; i++) {
        const struct config_process *p = &x->all->list[i];
        if (p->file->kind != CONFIG_KIND_PM2)
            continue;
        check_restart(x, p);
        check_node_options(x, p);
    }
}
