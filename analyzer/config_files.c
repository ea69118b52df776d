/* Configuration files: see config_files.h. */
#include "analyzer/config_files.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/config_lint.h"
#include "analyzer/next_version.h"
#include "analyzer/rules/rule.h"

enum config_kind config_input_kind(const uint8_t *bytes, size_t len, const char *name,
                                   enum config_syntax *ret)
{
    struct span text = {(const char *)bytes, len};
    if (memchr(bytes, '\0', len))
        return CONFIG_KIND_NONE;
    return config_kind_of(text, name, ret);
}

/* -- reading -- */

static bool read_text(struct input *in, struct buf *text, bool *ret_cut, struct err *err)
{
    char block[16384];
    size_t len = 1;
    *ret_cut = false;
    while (len && !*ret_cut) {
        if (!input_read(in, block, sizeof block, &len, err))
            return false;
        *ret_cut = text->len + len > CONFIG_BYTES_MAX;
        if (!*ret_cut)
            buf_append(text, block, len);
    }
    return !text->failed || err_nomem(err, text->len, "a configuration file");
}

static void remark(struct analysis *a, struct input_info *info, const struct config_file *f,
                   bool cut)
{
    if (f->damage.line) {
        info->complete = false;
        info->problem = ERR_INPUT;
        bool template = span_find(f->text, "{{") != SPAN_NONE;
        info->remark =
            arena_printf(&a->arena, "%s: line %llu: %s; %s", f->name,
                         (unsigned long long)f->damage.line, f->damage.what,
                         template ? "it is a template: give what it makes (helm template)"
                                  : "what stands before it was read");
    } else if (cut || f->cut) {
        info->complete = false;
        info->remark = arena_printf(&a->arena,
                                    "%s: too large for a configuration file, only its "
                                    "beginning was read",
                                    f->name);
    }
}

bool config_take(struct config_set *set, struct input *in, struct input_info *info,
                 enum config_kind kind, enum config_syntax syntax, struct analysis *a,
                 struct err *err)
{
    struct buf text = {0};
    struct err e = {0};
    bool cut = false;
    info->kind = INPUT_CONFIG;
    info->complete = true;
    if (!read_text(in, &text, &cut, &e)) {
        input_info_set_problem(info, &a->arena, &e);
        if (e.code == ERR_RESOURCE) {
            buf_release(&text);
            return true;
        }
    }
    struct span kept = {arena_strndup(&set->arena, buf_str(&text), text.len), text.len};
    buf_release(&text);
    if (set->arena.failed)
        return err_nomem(err, kept.len, "a configuration file");
    size_t place = (size_t)(info - a->inputs);
    if (!config_set_add(set, kind, syntax, info->file, place, kept, err))
        return false;
    if (!info->problem)
        remark(a, info, &set->files[set->count - 1], cut);
    return true;
}

/* -- the version of Next.js -- */

static struct span first_number(const char *text)
{
    struct span s = {text, strlen(text)};
    while (s.len && !char_is_digit(*s.p))
        s = span_from(s, 1);
    return s;
}

/* "^14.2.3", "~14.2.3", "14.2.3", "14.x", "15": from and to. */
static bool version_range(const char *text, uint32_t *ret_min, uint32_t *ret_max)
{
    struct span s = first_number(text);
    unsigned part[3] = {0}, count = 0;
    uint64_t v;
    if (!s.len || strchr(text, ' ') || strchr(text, '<') || strchr(text, '|') || strchr(text, ':'))
        return false;
    while (count < 3 && span_take_number(&s, &v) && v < 1000) {
        part[count++] = (unsigned)v;
        if (!span_take(&s, "."))
            break;
    }
    *ret_min = NEXT_VERSION(part[0], part[1], part[2]);
    *ret_max = *ret_min;
    if (*text == '^' || count == 1)
        *ret_max = NEXT_VERSION(part[0], 999, NEXT_PATCH_END);
    else if (*text == '~' || count == 2)
        *ret_max = NEXT_VERSION(part[0], part[1], NEXT_PATCH_END);
    else if (*text == '>')
        *ret_max = NEXT_VERSION_END;
    return count > 0 && part[0] > 0;
}

static void take_version(struct analysis *a, const struct setting *s)
{
    struct next_info *next = &a->next;
    uint32_t min, max;
    next->found = true;
    if (next->certainty != CERTAINTY_NONE || s->kind != VALUE_TEXT ||
        !version_range(s->text, &min, &max))
        return;
    next->certainty = min == max ? CERTAINTY_LIKELY : CERTAINTY_RANGE;
    next->version_min = min;
    next->version_max = max;
    struct span shown = first_number(s->text);
    next->version =
        min == max ? arena_strndup(&a->arena, shown.p, shown.len)
                   : arena_printf(&a->arena, "%.*s or later", (int)min_u64(shown.len, 40), shown.p);
    next->source = arena_printf(&a->arena, "what package.json asks for at %s:%llu", s->file,
                                (unsigned long long)s->line);
}

void config_identify(const struct config_set *set, struct analysis *a)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct config_file *f = &set->files[i];
        const struct setting *s =
            f->kind == CONFIG_KIND_PACKAGE ? config_get(f, 0, "", "dependencies.next") : NULL;
        if (s)
            take_version(a, s);
        a->next.found |= f->kind == CONFIG_KIND_NEXT;
    }
}

void config_find(const struct config_set *set, struct analysis *a)
{
    if (!set->count)
        return;
    struct config_processes *all = arena_alloc(&a->arena, sizeof *all);
    if (!all)
        return;
    struct config_lint x = {.a = a, .set = set, .all = all};
    config_processes_find(set, a, all);
    config_lint_pm2(&x);
    config_lint_containers(&x);
    config_lint_next(&x);
    config_lint_machine(&x);
    findings_order(a);
}

/* -- for advice -- */

const struct memory_setting *settings_find(const struct analysis *a, enum setting_role role,
                                           const char *subject)
{
    for (size_t i = 0; i < a->setting_count; i++) {
        const struct memory_setting *m = &a->settings[i];
        if (m->role == role && (!subject || (m->subject && !strcmp(m->subject, subject))))
            return m;
    }
    return NULL;
}

/* The setting that the lines of an advice are about; of this application if there are several. */
static const struct memory_setting *setting_of_advice(const struct analysis *a,
                                                      const struct advice *ad, const char *subject)
{
    static const struct {
        const char *word;
        enum setting_role role;
    } words[] = {
        {"max_memory_restart", SAYS_RESTART_LIMIT},
        {"--max-old-space-size", SAYS_HEAP_LIMIT},
        {"docker update --memory", SAYS_MEMORY_LIMIT},
        {"MemoryMax=", SAYS_MEMORY_LIMIT},
        {"memory.max", SAYS_MEMORY_LIMIT},
        {"limits:", SAYS_MEMORY_LIMIT},
        {"cacheMaxMemorySize", SAYS_NEXT_OPTION},
    };
    const struct memory_setting *found = NULL;
    for (size_t i = 0; i < ARRAY_LEN(words) && !found; i++) {
        if (!strstr(ad->paste, words[i].word))
            continue;
        found = subject ? settings_find(a, words[i].role, subject) : NULL;
        if (!found)
            found = settings_find(a, words[i].role, NULL);
    }
    return found && found->role == SAYS_NEXT_OPTION && !strstr(found->is.key, "emory") ? NULL
                                                                                       : found;
}

static void place(struct analysis *a, struct advice *list, size_t count, const char *subject)
{
    for (size_t i = 0; i < count; i++) {
        struct advice *ad = &list[i];
        if (!ad->paste || !strncmp(ad->paste, "--- ", 4))
            continue;
        const struct memory_setting *m = setting_of_advice(a, ad, subject);
        if (!m)
            continue;
        ad->why = arena_printf(&a->arena, "%s%sNow it is %s at %s:%llu.", ad->why ? ad->why : "",
                               ad->why ? " " : "", m->is.text, m->is.file,
                               (unsigned long long)m->is.line);
        if (ad->where)
            ad->where =
                arena_printf(&a->arena, "%s:%llu", m->is.file, (unsigned long long)m->is.line);
    }
}

void settings_place_advice(struct analysis *a)
{
    if (!a->setting_count)
        return;
    for (size_t i = 0; i < a->finding_count; i++)
        if (strncmp(a->findings[i].rule, "config-", 7)) /* those name it by themselves */
            place(a, a->findings[i].advice, a->findings[i].advice_count, NULL);
    for (size_t i = 0; i < a->death_count; i++)
        place(a, a->deaths[i].advice, a->deaths[i].advice_count, a->deaths[i].comm);
}
