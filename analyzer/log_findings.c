/* Findings out of logs: see log_findings.h. */
#include "analyzer/log_findings.h"

#include "analyzer/next_config.h"
#include "analyzer/rules/image_advice.h"
#include "analyzer/rules/rule.h"
#include "base/text.h"

#include <string.h>

/* A process is called much larger than its heap from so much on: code, stacks and the allocator
 * take up to twice the heap of a small server, and some 100 MB whatever the heap. */
#define RSS_TIMES_HEAP 3
#define RSS_BEYOND_HEAP ((uint64_t)200 << 20)

static struct evidence *add_evidence(struct analysis *a, struct finding *f, const char *text,
                                     const struct event *e)
{
    struct evidence *to =
        arena_push(&a->arena, (void **)&f->evidence, &f->evidence_count, sizeof *f->evidence);
    if (to)
        *to = (struct evidence){.text = text, .file = e->file, .line = e->line};
    return to;
}

static struct finding *add_finding(struct analysis *a, const char *rule, enum severity severity)
{
    struct finding *f =
        arena_push(&a->arena, (void **)&a->findings, &a->finding_count, sizeof *a->findings);
    if (f)
        *f = (struct finding){.rule = rule, .severity = severity, .node = UINT32_MAX};
    return f;
}

/* -- options that Next.js refused -- */

/* The row of "experimental.isrMemoryCacheSize" or "isrMemoryCacheSize"; only those of the cache
 * matter. */
static size_t row_of_option(const char *option)
{
    const char *dot = strrchr(option, '.');
    const char *key = dot ? dot + 1 : option;
    for (size_t i = SETTING_ISR_MEMORY_CACHE_SIZE; i <= SETTING_CACHE_HANDLERS; i++) {
        if (!strcmp(setting_rows[i].key, key))
            return i;
    }
    return SETTING_COUNT;
}

static struct finding *finding_of_key(struct analysis *a, const char *key)
{
    for (size_t i = 0; i < a->finding_count; i++) {
        struct finding *f = &a->findings[i];
        if (!strcmp(f->rule, "isr-config") && f->variable && !strcmp(f->variable, key))
            return f;
    }
    return NULL;
}

static void advise(struct analysis *a, struct finding *f, size_t row)
{
    bool size = setting_rows[row].unit == UNIT_BYTES;
    const char *lines = size ? next_cache_limit_lines(&a->next, (uint64_t)50 << 20, &a->arena)
                             : next_cache_handler_lines(&a->next, &a->arena);
    struct advice *ad =
        lines ? arena_push(&a->arena, (void **)&f->advice, &f->advice_count, sizeof *f->advice)
              : NULL;
    if (!ad)
        return;
    *ad = (struct advice){
        .title = size ? "Write the size in bytes under the key of your version"
                      : "Write the handler under the key of your version",
        .why = size ? "50 MiB is also the default: leave the key out unless you want another size."
                    : "Until then pages and fetches are cached in the memory of each process.",
        .where = "next.config.js",
        .paste = lines};
}

static void take_option(struct analysis *a, const struct event *e)
{
    size_t row = e->text ? row_of_option(e->text) : SETTING_COUNT;
    if (row == SETTING_COUNT)
        return;
    struct finding *f = finding_of_key(a, setting_rows[row].key);
    const char *said =
        arena_printf(&a->arena, "Next.js says that it does not know %s", setting_rows[row].key);
    if (!f) {
        f = add_finding(a, "isr-config", SEVERITY_WARN);
        if (!f)
            return;
        f->confidence = 95;
        f->variable = setting_rows[row].key;
        f->title = arena_printf(&a->arena, "%s is set, which %s ignores (it is for %s)",
                                setting_text((enum next_setting)row, &a->arena),
                                next_version_words(&a->next, &a->arena),
                                setting_versions((enum next_setting)row, &a->arena));
        advise(a, f, row);
    }
    add_evidence(a, f, said, e);
}

/* -- RSS -- */

/* What a process had in memory when the event came, 0 if it does not tell or is of another program.
 */
static uint64_t rss_of(const struct event *e)
{
    bool node = !strncmp(e->comm, "next-", 5) || !strncmp(e->comm, "node", 4);
    if (e->report && e->report->rss_bytes.known)
        return (uint64_t)e->report->rss_bytes.value;
    if (e->pm2 && e->kind == EVENT_PM2_MEMORY && e->pm2->memory_bytes.known)
        return (uint64_t)e->pm2->memory_bytes.value;
    if (e->kind == EVENT_KERNEL_OOM && node && e->oom && e->oom->anon_rss_kib.known)
        return (uint64_t)e->oom->anon_rss_kib.value << 10;
    return 0;
}

static const char *size_words(struct analysis *a, uint64_t bytes)
{
    struct buf b = {0};
    text_put_bytes(&b, bytes);
    const char *text = arena_strndup(&a->arena, buf_str(&b), b.len);
    buf_release(&b);
    return text;
}

/* Images leave nothing in the heap when they are done; what they took may stay with the allocator.
 */
static void take_rss(struct analysis *a, const struct event_list *events)
{
    const struct event *largest = NULL;
    uint64_t rss = 0;
    for (size_t i = 0; i < events->count; i++) {
        if (rss_of(&events->events[i]) > rss) {
            largest = &events->events[i];
            rss = rss_of(largest);
        }
    }
    uint64_t heap = a->heap.present ? a->heap.total_bytes : 0;
    if (!heap || !a->runtime.images || rss < heap * RSS_TIMES_HEAP || rss - heap < RSS_BEYOND_HEAP)
        return;
    struct finding *f = add_finding(a, "image-buffers", SEVERITY_INFO);
    if (!f)
        return;
    f->confidence = 60;
    f->file = a->heap.file;
    f->title = arena_printf(&a->arena,
                            "The process had %s, its heap %s: the rest lies outside of V8, where "
                            "%s and the allocator keep it",
                            size_words(a, rss), size_words(a, heap), a->runtime.images);
    add_evidence(a, f, "resident memory by this line, buffers included in the heap's figure",
                 largest);
    if (!strcmp(a->runtime.images, "squoosh"))
        image_advice_add_sharp(a, f);
    image_advice_add(a, f);
}

/* -- listeners -- */

/* The finding that a heap has about them, or one that the logs alone have. */
static struct finding *finding_of_listeners(struct analysis *a, const struct node_error_facts *w)
{
    struct finding *first = NULL;
    for (size_t i = 0; i < a->finding_count; i++) {
        struct finding *f = &a->findings[i];
        if (strcmp(f->rule, "listener-leak") != 0)
            continue;
        if (f->title && w->listener[0] && strstr(f->title, w->listener))
            return f;
        first = first ? first : f;
    }
    return a->heap.present ? first : NULL;
}

static bool warned_before(const struct finding *f, const char *said)
{
    for (size_t i = 0; i < f->evidence_count; i++)
        if (!strcmp(f->evidence[i].text, said))
            return true;
    return false;
}

static void take_listeners(struct analysis *a, const struct event *e)
{
    const struct node_error_facts *w = e->error;
    const char *on = w->emitter[0] ? arena_printf(&a->arena, " of one %s", w->emitter) : "";
    const char *said = arena_printf(&a->arena, "Node warned: %lld listeners for \"%s\"%s",
                                    (long long)w->listeners.value, w->listener, on);
    struct finding *f = finding_of_listeners(a, w);
    if (!f) {
        f = add_finding(a, "listener-leak", SEVERITY_WARN);
        if (!f)
            return;
        f->confidence = 60;
        f->variable = w->emitter[0] ? arena_strdup(&a->arena, w->emitter) : NULL;
        f->title = arena_printf(&a->arena,
                                "%lld listeners for \"%s\"%s at once: they may be added for each "
                                "request and never removed",
                                (long long)w->listeners.value, w->listener, on);
        struct advice *ad =
            arena_push(&a->arena, (void **)&f->advice, &f->advice_count, sizeof *f->advice);
        if (ad)
            *ad = (struct advice){.title = "Find where the listeners are added",
                                  .why = "Node then prints the stack of the one too many. Listen "
                                         "once, or remove each listener when its request is over.",
                                  .paste = "NODE_OPTIONS=--trace-warnings"};
    }
    if (f && said && !warned_before(f, said))
        add_evidence(a, f, said, e);
}

void logs_find(const struct event_list *events, struct analysis *a)
{
    for (size_t i = 0; i < events->count; i++) {
        const struct event *e = &events->events[i];
        if (e->kind == EVENT_NEXT_BAD_OPTION)
            take_option(a, e);
        else if (e->error && e->error->error == NODE_ERROR_LISTENERS)
            take_listeners(a, e);
    }
    take_rss(a, events);
    findings_order(a);
}
