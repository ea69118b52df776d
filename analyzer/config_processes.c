/* Processes out of configuration files: see config_processes.h. */
#include "analyzer/config_processes.h"

#include "analyzer/config_units.h"
#include "parsers/config_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- what the keys mean -- */

static const struct key_row {
    enum config_kind kind;
    const char *key; /* below the prefix of the process */
    enum setting_role role;
    enum size_grammar grammar;
} key_rows[] = {
    {CONFIG_KIND_PM2, "max_memory_restart", SAYS_RESTART_LIMIT, SIZE_PM2},
    {CONFIG_KIND_PM2, "instances", SAYS_INSTANCES, SIZE_NONE},
    {CONFIG_KIND_PM2, "exec_mode", SAYS_EXEC_MODE, SIZE_NONE},
    {CONFIG_KIND_PM2, "kill_timeout", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_PM2, "listen_timeout", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_PM2, "wait_ready", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_COMPOSE, "mem_limit", SAYS_MEMORY_LIMIT, SIZE_DOCKER},
    {CONFIG_KIND_COMPOSE, "deploy.resources.limits.memory", SAYS_MEMORY_LIMIT, SIZE_DOCKER},
    {CONFIG_KIND_COMPOSE, "mem_reservation", SAYS_MEMORY_REQUEST, SIZE_DOCKER},
    {CONFIG_KIND_COMPOSE, "deploy.resources.reservations.memory", SAYS_MEMORY_REQUEST, SIZE_DOCKER},
    {CONFIG_KIND_COMPOSE, "memswap_limit", SAYS_SWAP_LIMIT, SIZE_DOCKER},
    {CONFIG_KIND_COMPOSE, "mem_swappiness", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_COMPOSE, "oom_kill_disable", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_COMPOSE, "restart", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_COMPOSE, "image", SAYS_IMAGE, SIZE_NONE},
    {CONFIG_KIND_KUBERNETES, "resources.limits.memory", SAYS_MEMORY_LIMIT, SIZE_KUBERNETES},
    {CONFIG_KIND_KUBERNETES, "resources.requests.memory", SAYS_MEMORY_REQUEST, SIZE_KUBERNETES},
    {CONFIG_KIND_KUBERNETES, "livenessProbe.initialDelaySeconds", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_KUBERNETES, "livenessProbe.periodSeconds", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_KUBERNETES, "livenessProbe.failureThreshold", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_KUBERNETES, "image", SAYS_IMAGE, SIZE_NONE},
    {CONFIG_KIND_SYSTEMD, "MemoryMax", SAYS_MEMORY_LIMIT, SIZE_SYSTEMD},
    {CONFIG_KIND_SYSTEMD, "MemoryLimit", SAYS_MEMORY_LIMIT, SIZE_SYSTEMD},
    {CONFIG_KIND_SYSTEMD, "MemoryHigh", SAYS_OTHER, SIZE_SYSTEMD},
    {CONFIG_KIND_SYSTEMD, "MemoryLow", SAYS_MEMORY_REQUEST, SIZE_SYSTEMD},
    {CONFIG_KIND_SYSTEMD, "MemoryMin", SAYS_MEMORY_REQUEST, SIZE_SYSTEMD},
    {CONFIG_KIND_SYSTEMD, "MemorySwapMax", SAYS_SWAP_LIMIT, SIZE_SYSTEMD},
    {CONFIG_KIND_SYSTEMD, "OOMPolicy", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_SYSTEMD, "OOMScoreAdjust", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_SYSTEMD, "ManagedOOMSwap", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_SYSTEMD, "ManagedOOMMemoryPressure", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_SYSTEMD, "ManagedOOMMemoryPressureLimit", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_SYSTEMD, "Restart", SAYS_OTHER, SIZE_NONE},
    {CONFIG_KIND_DOCKERFILE, "FROM", SAYS_IMAGE, SIZE_NONE},
    {CONFIG_KIND_PACKAGE, "dependencies.next", SAYS_PACKAGE, SIZE_NONE},
    {CONFIG_KIND_PACKAGE, "dependencies.sharp", SAYS_PACKAGE, SIZE_NONE},
    {CONFIG_KIND_PACKAGE, "dependencies.pm2", SAYS_PACKAGE, SIZE_NONE},
    {CONFIG_KIND_PACKAGE, "engines.node", SAYS_PACKAGE, SIZE_NONE},
};

/* Keys below which a command stands, as one text or as a list. */
static const struct {
    enum config_kind kind;
    const char *key;
} command_rows[] = {
    {CONFIG_KIND_PM2, "node_args"},        {CONFIG_KIND_PM2, "nodeArgs"},
    {CONFIG_KIND_PM2, "interpreter_args"}, {CONFIG_KIND_PM2, "interpreterArgs"},
    {CONFIG_KIND_PM2, "script"},           {CONFIG_KIND_COMPOSE, "command"},
    {CONFIG_KIND_COMPOSE, "entrypoint"},   {CONFIG_KIND_KUBERNETES, "command"},
    {CONFIG_KIND_KUBERNETES, "args"},      {CONFIG_KIND_SYSTEMD, "ExecStart"},
    {CONFIG_KIND_DOCKERFILE, "CMD"},       {CONFIG_KIND_DOCKERFILE, "ENTRYPOINT"},
};

/* Told of a command, besides the heap's limit. */
static const char *const other_flags[] = {"max-semi-space-size", "heapsnapshot-near-heap-limit",
                                          "max-old-space-size-percentage"};

#define SIZE_TEXT_MAX 16 /* "infinity", "1073741824" */

struct finder {
    struct analysis *a;
    struct config_process *p;
    const struct config_file *f;
};

/* -- settings -- */

struct memory_setting *memory_setting_add(struct analysis *a, enum setting_role role,
                                          const char *subject, const struct setting *s)
{
    struct memory_setting *to =
        arena_push(&a->arena, (void **)&a->settings, &a->setting_count, sizeof *a->settings);
    if (!to)
        return NULL;
    *to = (struct memory_setting){.role = role, .is = *s};
    to->subject = subject ? arena_strdup(&a->arena, subject) : NULL;
    to->is.key = arena_strdup(&a->arena, s->key);
    to->is.text = arena_strdup(&a->arena, s->text);
    return to;
}

void config_not_understood(struct analysis *a, const struct config_file *f, const struct setting *s)
{
    struct input_info *in = &a->inputs[f->input];
    unsigned long long line = s->line;
    if (!in->remark)
        in->remark = arena_printf(&a->arena, "not understood: line %llu (%s)", line, s->key);
    else if (strlen(in->remark) < 400)
        in->remark = arena_printf(&a->arena, "%s, line %llu (%s)", in->remark, line, s->key);
}

const struct memory_setting *process_setting(const struct analysis *a,
                                             const struct config_process *p, enum setting_role r)
{
    return p->at[r] == SETTING_NOWHERE ? NULL : &a->settings[p->at[r]];
}

static struct memory_setting *add(struct finder *x, enum setting_role role, const struct setting *s)
{
    size_t place = x->a->setting_count;
    struct memory_setting *m = memory_setting_add(x->a, role, x->p->name, s);
    if (m && (x->p->at[role] == SETTING_NOWHERE || config_last_counts(x->f->kind)))
        x->p->at[role] = place;
    return m;
}

static bool is_null(const struct setting *s)
{
    return s->kind == VALUE_NULL || (s->kind == VALUE_TEXT && !*s->text);
}

static void not_understood(struct finder *x, const struct setting *s)
{
    config_not_understood(x->a, x->f, s);
    x->p->unclear = true;
}

static bool is_of_process(const struct finder *x, const struct setting *s, const char **ret_rest);

/* A limit that is a template, `{{ .Values.memory }}`, is a map to YAML. */
static void look_for_template(struct finder *x, const struct key_row *row)
{
    const char *rest;
    for (size_t i = 0; i < x->f->count && row->grammar != SIZE_NONE; i++) {
        const struct setting *s = &x->f->facts[i];
        if (is_of_process(x, s, &rest) && config_key_below(rest, row->key)) {
            not_understood(x, s);
            return;
        }
    }
}

static void take_row(struct finder *x, const struct key_row *row)
{
    const struct setting *s = config_get(x->f, x->p->document, x->p->prefix, row->key);
    if (!s)
        look_for_template(x, row);
    if (!s || is_null(s))
        return;
    if (s->kind == VALUE_OTHER) {
        not_understood(x, s);
        return;
    }
    struct memory_setting *m = add(x, row->role, s);
    if (!m || row->grammar == SIZE_NONE)
        return;
    m->is.unit = "";
    if (s->kind == VALUE_NUMBER && s->number >= 0 && s->number < 0x1p63) {
        m->is.is_size = true;
        m->is.bytes = (uint64_t)s->number;
    } else if (s->kind == VALUE_TEXT) {
        m->is.is_size = config_size(row->grammar, s->text, &m->is.bytes, &m->is.unit);
        if (!m->is.is_size && (strlen(s->text) > SIZE_TEXT_MAX || strpbrk(s->text, " \t#")))
            m->is.text = "set"; /* who knows what it is */
    }
}

/* -- commands and variables of the environment -- */

static void take_flag(struct finder *x, enum setting_role role, const struct setting *s,
                      const struct v8_flag *flag, bool environment)
{
    struct setting part = *s;
    char text[96];
    span_copy(text, sizeof text, flag->written);
    part.kind = VALUE_TEXT;
    part.text = text;
    part.number = (double)flag->value;
    struct memory_setting *m = add(x, role, &part);
    if (!m)
        return;
    m->environment = environment;
    if (role == SAYS_HEAP_LIMIT && flag->value < (uint64_t)1 << 40) {
        m->is.is_size = true;
        m->is.bytes = flag->value << 20;
        m->is.unit = "MiB";
    }
}

static bool names_node(struct span command)
{
    static const char *const words[] = {"node", "next", "npm", "yarn", "pnpm", "pm2"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (span_find(command, words[i]) != SPAN_NONE)
            return true;
    }
    return false;
}

static void take_command(struct finder *x, const struct setting *s, bool environment)
{
    struct span text = {s->text, strlen(s->text)};
    struct v8_flag flag;
    if (s->kind == VALUE_OTHER) {
        not_understood(x, s);
        return;
    }
    if (s->kind != VALUE_TEXT)
        return;
    x->p->runs_pm2 |= !environment && span_find(text, "pm2") != SPAN_NONE;
    x->p->runs_node |= environment || names_node(text);
    if (v8_flag_find(text, "max-old-space-size", &flag))
        take_flag(x, SAYS_HEAP_LIMIT, s, &flag, environment);
    for (size_t i = 0; i < ARRAY_LEN(other_flags); i++) {
        if (v8_flag_find(text, other_flags[i], &flag))
            take_flag(x, SAYS_OTHER, s, &flag, environment);
    }
}

static bool is_of_process(const struct finder *x, const struct setting *s, const char **ret_rest)
{
    if (s->document != x->p->document || s->kind == VALUE_SAME)
        return false;
    *ret_rest = config_key_below(s->key, x->p->prefix);
    if (*ret_rest && *x->p->prefix && **ret_rest == '.')
        ++*ret_rest;
    return *ret_rest != NULL;
}

static void take_commands(struct finder *x)
{
    for (size_t i = 0; i < x->f->count; i++) {
        const char *rest;
        if (!is_of_process(x, &x->f->facts[i], &rest))
            continue;
        for (size_t k = 0; k < ARRAY_LEN(command_rows); k++) {
            if (command_rows[k].kind == x->f->kind && config_key_below(rest, command_rows[k].key))
                take_command(x, &x->f->facts[i], false);
        }
    }
}

/* A variable: only those that matter are looked at. */
static void take_variable(struct finder *x, struct span name, const struct setting *value)
{
    x->p->runs_node |= span_is(name, "NODE_ENV");
    if (span_is(name, "NODE_OPTIONS"))
        take_command(x, value, true);
    else if (span_is(name, "LD_PRELOAD"))
        x->p->asks_jemalloc |= strstr(value->text, "jemalloc") || strstr(value->text, "tcmalloc");
    else if (env_name_matters(name) && value->kind != VALUE_OTHER)
        add(x, span_is(name, "MALLOC_ARENA_MAX") ? SAYS_ARENAS : SAYS_OTHER, value);
}

/* A variable of a list has the key that it would have in a map. */
static void take_named_variable(struct finder *x, struct span name, struct setting value)
{
    char key[CONFIG_PATH_MAX + 1];
    const char *map = x->f->kind == CONFIG_KIND_COMPOSE ? "environment" : "env";
    snprintf(key, sizeof key, "%s.%s.%.*s", x->p->prefix, map, (int)min_u64(name.len, 64), name.p);
    value.key = key;
    take_variable(x, name, &value);
}

/* "environment[2]" is "NAME=value", "env[2].name" goes with "env[2].value". */
static void take_listed_variable(struct finder *x, const struct setting *s, const char *rest)
{
    struct span text = {s->text, strlen(s->text)};
    size_t equals = span_find(text, "="), len = strlen(rest);
    if (x->f->kind == CONFIG_KIND_COMPOSE && equals != SPAN_NONE) {
        struct setting value = *s;
        value.text += equals + 1;
        take_named_variable(x, span_head(text, equals), value);
    } else if (x->f->kind == CONFIG_KIND_KUBERNETES && len > 5 &&
               !strcmp(rest + len - 5, ".name")) {
        char key[CONFIG_PATH_MAX + 1];
        snprintf(key, sizeof key, "%.*s.value", (int)(len - 5), rest);
        const struct setting *value = config_get(x->f, x->p->document, x->p->prefix, key);
        if (value)
            take_named_variable(x, text, *value);
    }
}

static const char *environment_key(enum config_kind kind)
{
    switch (kind) {
    case CONFIG_KIND_PM2:
    case CONFIG_KIND_KUBERNETES:
        return "env";
    case CONFIG_KIND_COMPOSE:
        return "environment";
    case CONFIG_KIND_SYSTEMD:
        return "Environment";
    case CONFIG_KIND_DOCKERFILE:
        return "ENV";
    default:
        return "";
    }
}

static void take_environment(struct finder *x)
{
    const char *key = environment_key(x->f->kind);
    size_t len = strlen(key);
    for (size_t i = 0; i < x->f->count; i++) {
        const struct setting *s = &x->f->facts[i];
        const char *rest;
        if (!is_of_process(x, s, &rest) || strncmp(rest, key, len))
            continue;
        const char *dot = strchr(rest + len, '.'), *name = dot && len ? dot + 1 : rest;
        if (len && rest[len] == '[')
            take_listed_variable(x, s, rest);
        else if (dot == rest + len || !len || (dot && x->f->kind == CONFIG_KIND_PM2))
            take_variable(x, (struct span){name, strlen(name)}, s);
    }
}

/* -- images -- */

static const char *const other_programs[] = {
    "postgres", "redis",   "mysql",   "mariadb", "mongo",      "nginx",   "rabbitmq",  "memcached",
    "kafka",    "elastic", "minio",   "traefik", "caddy",      "haproxy", "valkey",    "zookeeper",
    "grafana",  "prom/",   "mailhog", "adminer", "clickhouse", "busybox", "opensearch"};

static void take_image(struct config_process *p, const char *image)
{
    const char *tag = strrchr(image, ':');
    for (size_t i = 0; i < ARRAY_LEN(other_programs); i++)
        p->other_program |= strstr(image, other_programs[i]) != NULL;
    const char *node = strstr(image, "node:");
    if (node && (node == image || node[-1] == '/')) {
        p->node_major = (unsigned)strtoul(node + 5, NULL, 10);
        p->image_known = p->runs_node = true;
    }
    p->musl = tag && strstr(tag, "alpine");
}

/* -- one process -- */

static const struct setting *first_of(const struct config_file *f, unsigned document,
                                      const char *prefix, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct setting *s = config_get(f, document, prefix, keys[i]);
        if (s && (s->kind == VALUE_TEXT || s->kind == VALUE_NUMBER))
            return s;
    }
    return NULL;
}

static struct config_process *process_add(struct config_processes *all, const struct config_file *f,
                                          unsigned document, const char *prefix, const char *name)
{
    static const char *const anchors[] = {"name", "script",    "image",
                                          "Type", "ExecStart", "restart"};
    if (all->count == CONFIG_PROCESSES_MAX)
        return NULL;
    struct config_process *p = &all->list[all->count++];
    *p = (struct config_process){.file = f, .document = document, .prefix = prefix, .name = name};
    p->anchor = first_of(f, document, prefix, anchors, ARRAY_LEN(anchors));
    for (size_t i = 0; i < SAYS_COUNT; i++)
        p->at[i] = SETTING_NOWHERE;
    return p;
}

static void take_process(struct analysis *a, struct config_process *p)
{
    struct finder x = {.a = a, .p = p, .f = p->file};
    for (size_t i = 0; i < ARRAY_LEN(key_rows); i++) {
        if (key_rows[i].kind == x.f->kind)
            take_row(&x, &key_rows[i]);
    }
    take_commands(&x);
    take_environment(&x);
    const struct memory_setting *image = process_setting(a, p, SAYS_IMAGE);
    if (image)
        take_image(p, image->is.text);
    const struct setting *restart = config_get(x.f, p->document, p->prefix, "restart");
    p->other_program |= restart && !strcmp(restart->text, "no"); /* a task that runs once */
}

/* -- where processes stand -- */

/* The part of a key in front of its last dot, if that is followed by `last`. */
static const char *prefix_before(const char *key, const char *last, struct arena *arena)
{
    size_t len = strlen(key), n = strlen(last);
    if (len == n && !strcmp(key, last))
        return "";
    if (len <= n + 1 || strcmp(key + len - n, last) || key[len - n - 1] != '.')
        return NULL;
    return arena_strndup(arena, key, len - n - 1);
}

static bool is_known(const struct config_processes *all, const struct config_file *f,
                     unsigned document, const char *prefix)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct config_process *p = &all->list[i];
        if (p->file == f && p->document == document && !strcmp(p->prefix, prefix))
            return true;
    }
    return false;
}

static const char *name_at(const struct config_file *f, unsigned document, const char *prefix,
                           const char *otherwise)
{
    const char *name = config_text_at(f, document, prefix, "name");
    return name ? name : otherwise;
}

/* Applications of PM2 and containers of pods are told by a key that each has. */
static void find_by_key(const struct config_file *f, const char *const *keys, size_t count,
                        bool variables, struct arena *arena, struct config_processes *ret)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct setting *s = &f->facts[i];
        if ((*s->key == '$') != variables || s->kind == VALUE_SAME)
            continue;
        for (size_t k = 0; k < count; k++) {
            const char *prefix = prefix_before(s->key, keys[k], arena);
            bool container = prefix && strstr(prefix, "ontainers[");
            if (prefix && (container || f->kind == CONFIG_KIND_PM2) &&
                !is_known(ret, f, s->document, prefix))
                process_add(ret, f, s->document, prefix, name_at(f, s->document, prefix, NULL));
        }
    }
}

static void find_services(const struct config_file *f, struct arena *arena,
                          struct config_processes *ret)
{
    for (size_t i = 0; i < f->count; i++) {
        const char *rest = config_key_below(f->facts[i].key, "services");
        if (!rest || *rest != '.')
            continue;
        const char *name = arena_strndup(arena, rest + 1, strcspn(rest + 1, ".["));
        const char *prefix = arena_printf(arena, "services.%s", name);
        if (!is_known(ret, f, f->facts[i].document, prefix))
            process_add(ret, f, f->facts[i].document, prefix, name);
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static unsigned last_document(const struct config_file *f)
{
    return f->count ? f->facts[f->count - 1].document : 0;
}

/* Scripts that run the server; the flags of those that build are told, and judged by nobody. */
static void take_scripts(struct analysis *a, struct config_process *p)
{
    struct finder x = {.a = a, .p = p, .f = p->file};
    for (size_t i = 0; i < x.f->count; i++) {
        const struct setting *s = &x.f->facts[i];
        const char *script = config_key_below(s->key, "scripts");
        struct v8_flag flag;
        if (!script || *script != '.' || s->kind != VALUE_TEXT)
            continue;
        if (strstr(script, "start") || strstr(script, "serve") || strstr(script, "prod"))
            take_command(&x, s, strstr(s->text, "NODE_OPTIONS") != NULL);
        else if (v8_flag_find((struct span){s->text, strlen(s->text)}, "max-old-space-size", &flag))
            take_flag(&x, SAYS_OTHER, s, &flag, false);
    }
}

static void find_in_file(const struct config_file *f, struct analysis *a,
                         struct config_processes *ret)
{
    static const char *const pm2_keys[] = {"script", "max_memory_restart", "exec_mode",
                                           "node_args"};
    static const char *const container_keys[] = {"image", "name"};
    size_t from = ret->count;
    switch (f->kind) {
    case CONFIG_KIND_PM2:
        find_by_key(f, pm2_keys, ARRAY_LEN(pm2_keys), false, &a->arena, ret);
        if (ret->count == from)
            find_by_key(f, pm2_keys, ARRAY_LEN(pm2_keys), true, &a->arena, ret);
        if (ret->count == from && config_get(f, 0, "", "apps"))
            config_not_understood(a, f, config_get(f, 0, "", "apps"));
        break;
    case CONFIG_KIND_KUBERNETES:
        find_by_key(f, container_keys, ARRAY_LEN(container_keys), false, &a->arena, ret);
        break;
    case CONFIG_KIND_COMPOSE:
        find_services(f, &a->arena, ret);
        break;
    case CONFIG_KIND_SYSTEMD:
        process_add(ret, f, 0, "Service", base_name(f->name));
        break;
    case CONFIG_KIND_DOCKERFILE:
        process_add(ret, f, last_document(f), "", NULL);
        break;
    case CONFIG_KIND_PACKAGE:
    case CONFIG_KIND_ENV:
        process_add(ret, f, 0, "", NULL);
        break;
    case CONFIG_KIND_NEXT:
    case CONFIG_KIND_NONE:
    case CONFIG_KIND_COUNT:
        break;
    }
    for (size_t i = from; i < ret->count; i++) {
        take_process(a, &ret->list[i]);
        if (f->kind == CONFIG_KIND_PACKAGE)
            take_scripts(a, &ret->list[i]);
    }
}

void config_processes_find(const struct config_set *set, struct analysis *a,
                           struct config_processes *ret)
{
    for (size_t i = 0; i < set->count; i++)
        find_in_file(&set->files[i], a, ret);
}
