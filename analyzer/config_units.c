/* Sizes and flags: see config_units.h. */
#include "analyzer/config_units.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

struct unit_row {
    const char *unit;
    double factor;
};

#define KIB 1024.0
#define MIB (1024.0 * 1024)
#define GIB (1024.0 * 1024 * 1024)

static const struct unit_row pm2_units[] = {{"", 1}, {"K", KIB}, {"M", MIB}, {"G", GIB}};
static const struct unit_row docker_units[] = {{"", 1},      {"b", 1},    {"k", KIB},  {"kb", KIB},
                                               {"kib", KIB}, {"m", MIB},  {"mb", MIB}, {"mib", MIB},
                                               {"g", GIB},   {"gb", GIB}, {"gib", GIB}};
static const struct unit_row kubernetes_units[] = {
    {"", 1},     {"m", 1e-3}, {"k", 1e3},  {"M", 1e6},  {"G", 1e9},
    {"T", 1e12}, {"Ki", KIB}, {"Mi", MIB}, {"Gi", GIB}, {"Ti", GIB * 1024}};
static const struct unit_row systemd_units[] = {{"", 1},    {"B", 1},   {"K", KIB},
                                                {"M", MIB}, {"G", GIB}, {"T", GIB * 1024}};

static const struct {
    const struct unit_row *rows;
    size_t count;
    bool fractions, any_case;
} grammars[] = {
    [SIZE_NONE] = {NULL, 0, false, false},
    [SIZE_PM2] = {pm2_units, ARRAY_LEN(pm2_units), false, false},
    [SIZE_DOCKER] = {docker_units, ARRAY_LEN(docker_units), true, true},
    [SIZE_KUBERNETES] = {kubernetes_units, ARRAY_LEN(kubernetes_units), true, false},
    [SIZE_SYSTEMD] = {systemd_units, ARRAY_LEN(systemd_units), true, false},
};

/* "${NAME:-512m}" and "${NAME-512m}". */
static const char *default_of(const char *text, char *copy, size_t cap)
{
    struct span s = {text, strlen(text)};
    if (!span_take(&s, "${") || !s.len || s.p[s.len - 1] != '}')
        return text;
    size_t at = span_find(s, "-");
    if (at == SPAN_NONE)
        return text;
    s = span_from(s, at + 1);
    span_copy(copy, cap, span_head(s, s.len - 1));
    return copy;
}

/* The number at the start; *ret_end behind it. */
static bool take_size(const char *text, bool fractions, double *ret, const char **ret_end)
{
    char *end;
    if (!char_is_digit(*text))
        return false;
    *ret = strtod(text, &end);
    if (!isfinite(*ret) || (!fractions && memchr(text, '.', (size_t)(end - text))))
        return false;
    *ret_end = end;
    return text[1] != 'x' && text[1] != 'X';
}

bool config_size(enum size_grammar g, const char *text, uint64_t *ret_bytes, const char **ret_unit)
{
    char copy[64];
    double value;
    const char *unit, *shown = default_of(text, copy, sizeof copy);
    if (!take_size(shown, grammars[g].fractions, &value, &unit))
        return false;
    while (g == SIZE_DOCKER && *unit == ' ')
        unit++;
    for (size_t i = 0; i < grammars[g].count; i++) {
        const struct unit_row *row = &grammars[g].rows[i];
        if (grammars[g].any_case ? strcasecmp(unit, row->unit) : strcmp(unit, row->unit))
            continue;
        value *= row->factor;
        if (value >= 0x1p63)
            return false;
        *ret_bytes = (uint64_t)value;
        *ret_unit = row->unit;
        return true;
    }
    return false;
}

/* -- flags -- */

static bool take_flag_name(struct span *s, const char *name)
{
    struct span rest = *s;
    if (!span_take(&rest, "--"))
        return false;
    for (; *name; name++, rest = span_from(rest, 1)) {
        if (!rest.len || (*rest.p != *name && !(*name == '-' && *rest.p == '_')))
            return false;
    }
    *s = rest;
    return true;
}

static bool take_flag(struct span at, const char *name, struct v8_flag *ret)
{
    struct span s = at;
    if (!take_flag_name(&s, name) || !(span_take(&s, "=") || span_take(&s, " ")))
        return false;
    if (!span_take_number(&s, &ret->value))
        return false;
    size_t unit = 0;
    while (unit < s.len && ((s.p[unit] | 32) >= 'a' && (s.p[unit] | 32) <= 'z'))
        unit++;
    ret->unit = span_head(s, unit);
    ret->written = span_head(at, (size_t)(s.p + unit - at.p));
    return true;
}

bool v8_flag_find(struct span command, const char *name, struct v8_flag *ret)
{
    bool found = false;
    for (size_t at = 0; at + 2 < command.len;) {
        size_t next = span_find(span_from(command, at), "--");
        if (next == SPAN_NONE)
            break;
        at += next;
        bool begins = !at || strchr(" \t\n'\"=,[", command.p[at - 1]);
        found |= begins && take_flag(span_from(command, at), name, ret);
        at += 2;
    }
    return found;
}
