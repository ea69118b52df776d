/* Comparable versions: see next_version.h. */
#include "analyzer/next_version.h"

bool next_version_parse(struct str text, uint32_t *ret)
{
    uint32_t parts[3] = {0};
    size_t i = 0;
    for (unsigned k = 0; k < 3; k++) {
        size_t start = i;
        for (; i < text.len && text.p[i] >= '0' && text.p[i] <= '9' && i - start < 3; i++)
            parts[k] = parts[k] * 10 + (uint32_t)(text.p[i] - '0');
        if (i == start || (k < 2 && (i == text.len || text.p[i++] != '.')))
            return false;
    }
    if (i < text.len && text.p[i] != '-')
        return false;
    *ret = NEXT_VERSION(parts[0], parts[1], parts[2]);
    return true;
}

const char *next_version_text(uint32_t v, struct arena *arena)
{
    uint32_t patch = v % 1000;
    if (patch == 0 || patch == NEXT_PATCH_END)
        return arena_printf(arena, "%u.%u", v / 1000000, v / 1000 % 1000);
    return arena_printf(arena, "%u.%u.%u", v / 1000000, v / 1000 % 1000, patch);
}

const char *next_versions_text(uint32_t from, uint32_t to, struct arena *arena)
{
    if (to >= NEXT_VERSION_END)
        return arena_printf(arena, "%s and later", next_version_text(from, arena));
    if (!from)
        return arena_printf(arena, "up to %s", next_version_text(to, arena));
    return from == to ? next_version_text(from, arena)
                      : arena_printf(arena, "%s to %s", next_version_text(from, arena),
                                     next_version_text(to, arena));
}
