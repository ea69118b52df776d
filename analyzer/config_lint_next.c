/* next.config.js: see config_lint.h. What is wrong with the cache's settings, isr_judgement.h says.
 */
#include "analyzer/config_lint.h"

#include <string.h>

#include "analyzer/config_text.h"
#include "analyzer/rules/isr_judgement.h"

static const char isr_rule[] = "isr-config"; /* its findings are the same from a heap */

/* Told, besides those of setting_rows; the versions that have them are not judged. */
static const char *const other_keys[] = {
    "output",
    "productionBrowserSourceMaps",
    "experimental.webpackMemoryOptimizations",
    "experimental.workerThreads",
    "experimental.cpus",
    "experimental.staticGenerationMaxConcurrency",
    "experimental.imgOptSequentialRead",
    "experimental.imgOptMaxInputPixels",
    "experimental.imgOptOperationCache",
    "images.minimumCacheTTL",
    "images.maximumDiskCacheSize",
    "images.dangerouslyAllowSVG",
};

/* Without the variable that it is read from. */
static const char *path_of(const struct setting *s)
{
    const char *dot = *s->key == '$' ? strchr(s->key, '.') : NULL;
    return *s->key != '$' ? s->key : dot ? dot + 1 : "";
}

static bool is_told(const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(other_keys); i++) {
        if (!strcmp(path, other_keys[i]))
            return true;
    }
    return false;
}

/* A key of setting_rows at the top, or right below `experimental` or `images`. */
static bool is_row(const char *path, const char **ret_key, enum setting_place *ret_place)
{
    static const size_t lengths[] = {[PLACE_TOP] = 0,
                                     [PLACE_EXPERIMENTAL] = sizeof "experimental.",
                                     [PLACE_IMAGES] = sizeof "images."};
    if (!config_key_parse(path, ret_key, ret_place))
        return false;
    size_t before = lengths[*ret_place] ? lengths[*ret_place] - 1 : 0;
    return strlen(path) == before + strlen(*ret_key);
}

static bool is_taken(const struct analysis *a, const struct setting *s)
{
    for (size_t i = 0; i < a->setting_count; i++) {
        const struct setting *t = &a->settings[i].is;
        if (t->file == s->file && t->line == s->line && !strcmp(t->key, path_of(s)))
            return true;
    }
    return false;
}

static void take(struct config_lint *x, const struct config_file *f, const struct setting *s)
{
    struct setting told = *s;
    const char *key;
    enum setting_place place;
    told.key = path_of(s);
    if (s->kind == VALUE_SAME || is_taken(x->a, s))
        return;
    bool row = is_row(told.key, &key, &place);
    if (!row && !is_told(told.key))
        return;
    uint64_t number;
    if (s->kind == VALUE_OTHER) { /* a path that is worked out is enough */
        if (row && isr_is_size_key(key)) {
            config_not_understood(x->a, f, &told);
            return;
        }
        told.text = "set";
    }
    if (s->kind == VALUE_NUMBER && config_whole_number(s->number, &number) && row &&
        (isr_is_size_key(key) || !strcmp(key, "maximumResponseBody"))) {
        told.is_size = true;
        told.bytes = number;
        told.unit = "";
    }
    memory_setting_add(x->a, SAYS_NEXT_OPTION, NULL, &told);
}

/* -- the cache -- */

static bool has_handler(const struct config_lint *x, const char *file)
{
    for (size_t i = 0; i < x->a->setting_count; i++) {
        const struct setting *s = &x->a->settings[i].is;
        const char *key;
        enum setting_place place;
        if (s->file == file && is_row(s->key, &key, &place) && isr_is_handler_key(key))
            return true;
    }
    return false;
}

/* The line `experimental: {` that a setting stands below; 0: it is not written like that. */
static uint64_t experimental_line(const struct config_file *f, uint64_t line)
{
    enum { LOOK_BACK = 60 };
    for (uint64_t at = line; at-- > 1 && line - at < LOOK_BACK;) {
        struct span s = span_trim(config_line(f, at));
        if (span_take(&s, "experimental") && span_take(&s, ":")) {
            s = span_trim(s);
            return span_is(s, "{") ? at : 0;
        }
    }
    return 0;
}

static void advise_other_key(struct config_lint *x, struct finding *f,
                             const struct config_file *file, const struct memory_setting *m)
{
    struct arena *arena = &x->a->arena;
    bool wrong = m->is.is_size && m->is.bytes && m->is.bytes < 65536;
    uint64_t above = experimental_line(file, m->is.line);
    const char *line = arena_printf(arena, "cacheMaxMemorySize: %s,",
                                    wrong || !m->is.is_size ? "50 * 1024 * 1024" : m->is.text);
    const struct config_edit edits[] = {
        {EDIT_INSERT, above ? above - 1 : 0, NULL, line, above},
        {EDIT_DELETE, m->is.line, m->is.text, NULL, 0},
    };
    bool newer = setting_fit(&x->a->next, SETTING_CACHE_MAX_MEMORY_SIZE) == FIT_ALL;
    config_advise(x, f, "Write the size in bytes under the key of your version",
                  "50 MiB is also the default: leave the key out unless you want another size.",
                  file, edits,
                  newer && above > 1 && !strcmp(m->is.key, "experimental.isrMemoryCacheSize")
                      ? ARRAY_LEN(edits)
                      : 0,
                  next_cache_limit_lines(&x->a->next, (uint64_t)50 << 20, arena));
}

static void advise_size(struct config_lint *x, struct finding *f, const struct config_file *file,
                        const struct memory_setting *m, bool ignored)
{
    if (ignored) {
        advise_other_key(x, f, file, m);
        return;
    }
    struct config_edit e = {EDIT_REPLACE, m->is.line, m->is.text, "50 * 1024 * 1024", 0};
    config_advise(x, f, "Write the size in bytes",
                  "50 MiB is also the default: leave the key out unless you want another size.",
                  file, &e, m->is.bytes != 0,
                  next_cache_limit_lines(&x->a->next, (uint64_t)50 << 20, &x->a->arena));
}

/* One finding of a key is enough, whether a heap, a log or a file shows it. */
static struct finding *finding_of_key(struct analysis *a, const char *key)
{
    for (size_t i = 0; i < a->finding_count; i++) {
        struct finding *f = &a->findings[i];
        if (!strcmp(f->rule, isr_rule) && f->variable && !strcmp(f->variable, key))
            return f;
    }
    return NULL;
}

static void judge_cache(struct config_lint *x, const struct config_file *file, size_t at,
                        const char *key, enum setting_place place)
{
    const struct memory_setting *m = &x->a->settings[at];
    const struct isr_setting s = {.key = key,
                                  .place = place,
                                  .is_own = !m->is.assigned,
                                  .is_number = m->is.is_size,
                                  .number = m->is.bytes,
                                  .has_handler = has_handler(x, file->name)};
    struct isr_setting only_size = s;
    struct isr_judgement misfit, size;
    only_size.is_own = false;
    if (!isr_judge(&x->a->next, &s, &x->a->arena, &misfit))
        return;
    struct finding *f = finding_of_key(x->a, key);
    bool known = f != NULL;
    if (!known)
        f = config_report(x, isr_rule, misfit.severity, 90, &m->is, misfit.title);
    if (!f)
        return;
    f->variable = key;
    f->script = m->is.file;
    f->line = (uint32_t)m->is.line;
    config_evidence(x, f, &m->is,
                    arena_printf(&x->a->arena, "%s: %s in the file", m->is.key, m->is.text));
    bool ignored = !isr_judge(&x->a->next, &only_size, &x->a->arena, &size) ||
                   strcmp(size.title, misfit.title) != 0;
    size_t advice = f->advice_count;
    if (isr_is_size_key(key))
        advise_size(x, f, file, m, ignored);
    else
        config_advise(x, f, "Write the handler under the key of your version",
                      "Until then pages and fetches are cached in the memory of each process.",
                      file, NULL, 0, next_cache_handler_lines(&x->a->next, &x->a->arena));
    if (known && advice && f->advice_count > advice) { /* the file's own lines are better */
        f->advice[0] = f->advice[f->advice_count - 1];
        f->advice_count--;
    }
}

/* -- other keys -- */

/* A key that the version does not have: below `images` it ends Next.js, from 13.5 on. */
static void judge_other(struct config_lint *x, const struct config_file *file, size_t at,
                        const char *key, enum setting_place place)
{
    const struct memory_setting *m = &x->a->settings[at];
    const struct isr_setting s = {.key = key, .place = place};
    const struct next_info *next = &x->a->next;
    size_t row = isr_row(&s, false);
    if (row == SETTING_COUNT || setting_fit(next, (enum next_setting)row) != FIT_NONE)
        return;
    bool ends = place == PLACE_IMAGES && next->version_min >= NEXT_VERSION(13, 5, 0);
    struct finding *f = config_report(
        x, config_next_rule, ends ? SEVERITY_WARN : SEVERITY_INFO, 80, &m->is,
        arena_printf(&x->a->arena, "%s is set, which %s does not have (it is for %s)%s", m->is.key,
                     next_version_words(next, &x->a->arena),
                     setting_versions((enum next_setting)row, &x->a->arena),
                     ends ? ": an unknown key below images ends Next.js" : ": it has no effect"));
    config_evidence(x, f, &m->is, "the key");
    struct config_edit e = {EDIT_DELETE, m->is.line, m->is.text, NULL, 0};
    if (config_diff(file, &e, 1, &x->a->arena))
        config_advise(x, f, arena_printf(&x->a->arena, "Take %s out", m->is.key), NULL, file, &e, 1,
                      NULL);
}

static void judge_source_maps(struct config_lint *x, size_t at)
{
    const struct memory_setting *m = &x->a->settings[at];
    if (m->is.kind != VALUE_TRUE)
        return;
    struct finding *f = config_report(
        x, config_next_rule, SEVERITY_INFO, 70, &m->is,
        "serverSourceMaps is on: each error loads the maps of its scripts, and Next.js keeps up to "
        "512 MiB of them");
    config_evidence(x, f, &m->is, "the key");
}

static const struct config_file *file_named(const struct config_lint *x, const char *name)
{
    for (size_t i = 0; i < x->set->count; i++) {
        if (x->set->files[i].name == name)
            return &x->set->files[i];
    }
    return NULL;
}

void config_lint_next(struct config_lint *x)
{
    for (size_t i = 0; i < x->set->count; i++) {
        const struct config_file *f = &x->set->files[i];
        for (size_t k = 0; f->kind == CONFIG_KIND_NEXT && k < f->count; k++)
            take(x, f, &f->facts[k]);
    }
    for (size_t i = 0; i < x->a->setting_count; i++) {
        const struct memory_setting *m = &x->a->settings[i];
        const char *key;
        enum setting_place place;
        if (m->role != SAYS_NEXT_OPTION || !is_row(m->is.key, &key, &place))
            continue;
        if (isr_is_size_key(key) || isr_is_handler_key(key))
            judge_cache(x, file_named(x, m->is.file), i, key, place);
        else
            judge_other(x, file_named(x, m->is.file), i, key, place);
        if (!strcmp(key, "serverSourceMaps"))
            judge_source_maps(x, i);
    }
}
