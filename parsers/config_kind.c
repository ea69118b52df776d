/* Kinds of configuration files: see config_kind.h. */
#include "parsers/config_kind.h"

#include "parsers/js_lexer.h"

#include <strings.h>

/* -- by their contents -- */

/* The first line that says something; comments begin with one of `marks`. */
static struct span first_line(struct span s, const char *marks)
{
    span_take(&s, "\xef\xbb\xbf");
    while (s.len) {
        const char *end = memchr(s.p, '\n', s.len);
        size_t len = end ? (size_t)(end - s.p) : s.len;
        struct span line = span_trim(span_head(s, len));
        if (line.len && line.p[line.len - 1] == '\r')
            line = span_trim(span_head(line, line.len - 1));
        if (line.len && !strchr(marks, *line.p))
            return line;
        s = span_from(s, len + 1);
    }
    return s;
}

/* A line that begins with `text`, without an indent. */
static bool has_line(struct span s, const char *text)
{
    while (s.len) {
        if (span_starts(s, text))
            return true;
        const char *end = memchr(s.p, '\n', s.len);
        s = end ? span_from(s, (size_t)(end - s.p) + 1) : (struct span){s.p + s.len, 0};
    }
    return false;
}

static bool has(struct span s, const char *text)
{
    return span_find(s, text) != SPAN_NONE;
}

static bool is_docker(struct span s)
{
    struct span line = first_line(s, "#"), word, image, as;
    while (span_starts(line, "ARG ")) {
        s = span_from(s, (size_t)(line.p + line.len - s.p));
        line = first_line(s, "#");
    }
    bool from = span_take_word(&line, &word) && word.len == 4 && !strncasecmp(word.p, "FROM", 4);
    while (from && span_take_word(&line, &image) && span_starts(image, "--"))
        ;
    /* A mail that is quoted in a log begins with "From", too. */
    return from && image.len && (!span_take_word(&line, &as) || !strncasecmp(as.p, "AS", as.len));
}

static enum config_kind kind_of_yaml(struct span s)
{
    if (has_line(s, "apiVersion:") && has_line(s, "kind:"))
        return CONFIG_KIND_KUBERNETES;
    if (has_line(s, "services:"))
        return CONFIG_KIND_COMPOSE;
    if (has_line(s, "apps:") && (has(s, "script:") || has(s, "max_memory_restart:")))
        return CONFIG_KIND_PM2;
    return CONFIG_KIND_NONE;
}

static enum config_kind kind_of_json(struct span s)
{
    static const struct {
        const char *one, *other;
        enum config_kind kind;
    } rows[] = {
        {"\"apps\"", "\"script\"", CONFIG_KIND_PM2},
        {"\"apiVersion\"", "\"kind\"", CONFIG_KIND_KUBERNETES},
        {"\"scripts\"", "\"", CONFIG_KIND_PACKAGE},
        {"\"dependencies\"", "\"", CONFIG_KIND_PACKAGE},
        {"\"services\"", "\"image\"", CONFIG_KIND_COMPOSE},
    };
    struct js_cursor c = {s.p, s.p, s.p + s.len};
    js_skip_blanks(&c);
    if (!js_at(&c, '{') || has(s, "}\n{") || has(s, "}\r\n{")) /* a log has one a line */
        return CONFIG_KIND_NONE;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (has(s, rows[i].one) && has(s, rows[i].other))
            return rows[i].kind;
    }
    return CONFIG_KIND_NONE;
}

/* What a script begins with, comments aside. A log seldom does. */
static bool begins_like_script(struct span s)
{
    static const char *const words[] = {
        "module.exports", "exports.", "export ",  "import ",   "const ", "let ", "var ",
        "'use ",          "\"use ",   "require(", "function ", "async ", "if "};
    struct js_cursor c = {s.p, s.p, s.p + s.len};
    js_skip_blanks(&c);
    if (js_starts(&c, "#!"))
        js_skip_expression(&c, true);
    js_skip_blanks(&c);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (js_starts(&c, words[i]))
            return true;
    }
    return false;
}

static enum config_kind kind_of_script(struct span s)
{
    static const char *const next_words[] = {"NextConfig", "reactStrictMode",   "experimental:",
                                             "images:",    "cacheHandler",      "nextConfig",
                                             "output:",    "cacheMaxMemorySize"};
    if (!begins_like_script(s) || !(has(s, "module.exports") || has(s, "export default")))
        return CONFIG_KIND_NONE;
    if (has(s, "apps") && (has(s, "script:") || has(s, "script'") || has(s, "script\"")))
        return CONFIG_KIND_PM2;
    for (size_t i = 0; i < ARRAY_LEN(next_words); i++) {
        if (has(s, next_words[i]))
            return CONFIG_KIND_NEXT;
    }
    return CONFIG_KIND_NONE;
}

static bool is_unit(struct span s)
{
    struct span line = first_line(s, "#;");
    static const char *const sections[] = {"[Unit]", "[Service]", "[Install]", "[Slice]",
                                           "[Scope]"};
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        if (span_is(line, sections[i]))
            return true;
    }
    return false;
}

static bool is_env(struct span s)
{
    bool matters = false;
    while (s.len) {
        const char *end = memchr(s.p, '\n', s.len);
        size_t len = end ? (size_t)(end - s.p) : s.len, i = 0;
        struct span line = span_trim(span_head(s, len));
        s = span_from(s, len + 1);
        if (!line.len || *line.p == '#' || *line.p == '\r')
            continue;
        span_take(&line, "export ");
        while (i < line.len && line.p[i] < 0x7f && (js_is_name(line.p[i])))
            i++;
        if (!i || i == line.len || line.p[i] != '=')
            return false;
        matters |= span_starts(line, "NODE_OPTIONS=") || span_starts(line, "UV_THREADPOOL_SIZE=") ||
                   span_starts(line, "MALLOC_ARENA_MAX=");
    }
    return matters;
}

static enum config_kind kind_by_contents(struct span s, enum config_syntax *ret)
{
    enum config_kind kind;
    *ret = SYNTAX_JSON;
    if ((kind = kind_of_json(s)))
        return kind;
    *ret = SYNTAX_LINES;
    if (is_unit(s))
        return CONFIG_KIND_SYSTEMD;
    if (is_docker(s))
        return CONFIG_KIND_DOCKERFILE;
    if (is_env(s))
        return CONFIG_KIND_ENV;
    *ret = SYNTAX_SCRIPT;
    if ((kind = kind_of_script(s)))
        return kind;
    *ret = SYNTAX_YAML;
    return kind_of_yaml(s);
}

/* -- by their names -- */

static bool ends(const char *name, const char *with)
{
    size_t len = strlen(name), n = strlen(with);
    return len >= n && !strcasecmp(name + len - n, with);
}

static bool begins(const char *name, const char *with)
{
    return !strncasecmp(name, with, strlen(with));
}

static bool is_yaml_name(const char *name)
{
    return ends(name, ".yml") || ends(name, ".yaml");
}

static bool is_script_name(const char *name)
{
    static const char *const endings[] = {".js", ".cjs", ".mjs", ".ts", ".cts", ".mts"};
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        if (ends(name, endings[i]))
            return true;
    }
    return false;
}

static enum config_syntax syntax_of_name(const char *name)
{
    return is_yaml_name(name) ? SYNTAX_YAML : ends(name, ".json") ? SYNTAX_JSON : SYNTAX_SCRIPT;
}

static enum config_kind kind_by_name(const char *name, enum config_syntax *ret)
{
    *ret = SYNTAX_LINES;
    if (begins(name, "Dockerfile") || ends(name, ".dockerfile"))
        return CONFIG_KIND_DOCKERFILE;
    if (!strcmp(name, ".env") || begins(name, ".env.") || ends(name, ".env"))
        return CONFIG_KIND_ENV;
    *ret = syntax_of_name(name);
    if (*ret == SYNTAX_SCRIPT && !is_script_name(name))
        return CONFIG_KIND_NONE;
    if (begins(name, "next.config."))
        return CONFIG_KIND_NEXT;
    if (begins(name, "ecosystem.") || begins(name, "pm2.") || !strcmp(name, "processes.json"))
        return CONFIG_KIND_PM2;
    if (!strcmp(name, "package.json"))
        return CONFIG_KIND_PACKAGE;
    if (is_yaml_name(name) && (begins(name, "compose") || begins(name, "docker-compose")))
        return CONFIG_KIND_COMPOSE;
    return CONFIG_KIND_NONE;
}

enum config_kind config_kind_of(struct span text, const char *name, enum config_syntax *ret)
{
    const char *slash = strrchr(name, '/');
    enum config_kind kind = kind_by_contents(text, ret);
    const char *base = slash ? slash + 1 : name;
    if (kind == CONFIG_KIND_NONE || (kind == CONFIG_KIND_NEXT && begins(base, "ecosystem.")))
        kind = kind_by_name(base, ret);
    /* JSON with a log's name is a log's line. */
    if (kind && *ret == SYNTAX_JSON && ends(base, ".log"))
        kind = CONFIG_KIND_NONE;
    return kind;
}
