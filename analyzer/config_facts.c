/* Files and their settings: see config_facts.h. */
#include "analyzer/config_facts.h"

#include <string.h>

#include "parsers/config_json.h"
#include "parsers/config_lines.h"
#include "parsers/config_yaml.h"
#include "parsers/js_object.h"

struct collector {
    struct arena *arena;
    struct config_file *file;
};

void config_set_release(struct config_set *set)
{
    arena_release(&set->arena);
    *set = (struct config_set){0};
}

static struct setting *push(struct arena *arena, struct config_file *f)
{
    if (f->count >= CONFIG_FACTS_MAX) {
        f->cut = true;
        return NULL;
    }
    return arena_push(arena, (void **)&f->facts, &f->count, sizeof *f->facts);
}

static bool collect(void *ctx, const struct setting *s, struct err *err)
{
    struct collector *c = ctx;
    struct setting *to = push(c->arena, c->file);
    if (to) {
        *to = *s;
        to->key = arena_strdup(c->arena, s->key);
        to->text = arena_strdup(c->arena, s->text);
    }
    return !c->arena->failed || err_nomem(err, sizeof *s, "the settings of a file");
}

/* -- what stands for something else -- */

const char *config_key_below(const char *key, const char *prefix)
{
    size_t len = strlen(prefix);
    if (strncmp(key, prefix, len) || (len && key[len] && key[len] != '.' && key[len] != '['))
        return NULL;
    return key + len;
}

/* "a.b.<<" is merged into "a.b". */
static const char *merged_key(const char *key, struct arena *arena)
{
    size_t len = strlen(key);
    if (len >= 2 && !strcmp(key + len - 2, "<<"))
        return arena_strndup(arena, key, len > 2 && key[len - 3] == '.' ? len - 3 : len - 2);
    return key;
}

static const char *joined_key(const char *key, const char *rest, struct arena *arena)
{
    if (!*key && *rest == '.')
        rest++;
    return arena_printf(arena, "%s%s", key, rest);
}

/* Copies what was read below the target of each VALUE_SAME to its key. Copies of such settings are
 * looked at in their turn; a circle ends with CONFIG_FACTS_MAX. What stands first counts, so that
 * what is written in place wins over what is merged in. */
static void expand(struct arena *arena, struct config_file *f)
{
    enum { LOOK_AT = 2048 };
    size_t read = f->count;
    for (size_t i = 0, done = 0; i < f->count && done < LOOK_AT && !f->cut; i++) {
        if (f->facts[i].kind != VALUE_SAME)
            continue;
        const char *key = merged_key(f->facts[i].key, arena), *target = f->facts[i].text;
        done++;
        for (size_t k = 0; k < read && !f->cut && !arena->failed; k++) {
            const char *rest = config_key_below(f->facts[k].key, target);
            if (!rest || f->facts[k].document != f->facts[i].document || k == i)
                continue;
            struct setting *to = push(arena, f);
            if (to) {
                *to = f->facts[k];
                to->key = joined_key(key, rest, arena);
            }
        }
    }
}

static bool read_file(struct collector *c, enum config_syntax syntax, struct err *err)
{
    struct config_file *f = c->file;
    const struct setting_sink sink = {c, collect};
    switch (syntax) {
    case SYNTAX_SCRIPT:
        return js_object_read(f->text, f->name, f->kind, &sink, err);
    case SYNTAX_JSON:
        return config_json_read(f->text, f->name, f->kind, &sink, &f->damage, err);
    case SYNTAX_YAML:
        return config_yaml_read(f->text, f->name, f->kind, &sink, &f->damage, err);
    case SYNTAX_LINES:
        break;
    }
    if (f->kind == CONFIG_KIND_DOCKERFILE)
        return dockerfile_read(f->text, f->name, &sink, err);
    if (f->kind == CONFIG_KIND_SYSTEMD)
        return systemd_unit_read(f->text, f->name, &sink, err);
    return env_file_read(f->text, f->name, &sink, err);
}

bool config_set_add(struct config_set *set, enum config_kind kind, enum config_syntax syntax,
                    const char *name, size_t input, struct span text, struct err *err)
{
    struct config_file *f =
        arena_push(&set->arena, (void **)&set->files, &set->count, sizeof *set->files);
    if (!f)
        return err_nomem(err, sizeof *f, "the list of files");
    *f = (struct config_file){.name = name, .kind = kind, .input = input, .text = text};
    struct collector c = {&set->arena, f};
    if (!read_file(&c, syntax, err))
        return false;
    expand(&set->arena, f);
    return !set->arena.failed || err_nomem(err, text.len, "the settings of a file");
}

bool config_last_counts(enum config_kind kind)
{
    return kind == CONFIG_KIND_DOCKERFILE || kind == CONFIG_KIND_SYSTEMD || kind == CONFIG_KIND_ENV;
}

const struct setting *config_get(const struct config_file *f, unsigned document, const char *prefix,
                                 const char *key)
{
    bool last = config_last_counts(f->kind);
    for (size_t i = 0; i < f->count; i++) {
        const struct setting *s = &f->facts[last ? f->count - 1 - i : i];
        if (s->document != document || s->kind == VALUE_SAME)
            continue;
        const char *rest = *prefix ? config_key_below(s->key, prefix) : s->key;
        if (rest && !strcmp(*prefix && *rest == '.' ? rest + 1 : rest, key))
            return s;
    }
    return NULL;
}

const char *config_text_at(const struct config_file *f, unsigned document, const char *prefix,
                           const char *key)
{
    const struct setting *s = config_get(f, document, prefix, key);
    return s && (s->kind == VALUE_TEXT || s->kind == VALUE_NUMBER) ? s->text : NULL;
}
