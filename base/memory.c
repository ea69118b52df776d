/* How much memory there is: see memory.h. Linux says so in /proc and in its cgroups of either
 * version; elsewhere nothing is known.
 */
#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

/* The number behind `key` at the beginning of a line, 0 if there is none. */
static uint64_t number_of_line(const char *path, const char *key)
{
    char line[512];
    uint64_t value = 0;
    FILE *f = fopen(path, "re");
    if (!f)
        return 0;
    while (!value && fgets(line, sizeof line, f)) {
        if (!strncmp(line, key, strlen(key)))
            sscanf(line + strlen(key), "%" SCNu64, &value);
    }
    fclose(f);
    return value;
}

/* What a cgroup's directory says is left. The page cache that it has counts as taken only as far
 * as it is in use. */
static uint64_t left_in(const char *dir, const char *limit_file, const char *usage_file,
                        const char *cache_key)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", dir, limit_file);
    uint64_t limit = number_of_line(path, "");
    snprintf(path, sizeof path, "%s/%s", dir, usage_file);
    uint64_t used = number_of_line(path, "");
    snprintf(path, sizeof path, "%s/memory.stat", dir);
    uint64_t cache = number_of_line(path, cache_key);
    if (!limit)
        return UINT64_MAX;
    used -= min_u64(used, cache);
    return limit - min_u64(limit, used);
}

/* The process's cgroup and those above it: the least that any of them leaves. */
static uint64_t left_in_all(const char *mount, char *group, const char *limit_file,
                            const char *usage_file, const char *cache_key)
{
    char dir[4100];
    uint64_t least = UINT64_MAX;
    for (;;) {
        snprintf(dir, sizeof dir, "%s%s", mount, group);
        least = min_u64(least, left_in(dir, limit_file, usage_file, cache_key));
        char *slash = strrchr(group, '/');
        if (!slash || !group[1])
            return least;
        slash[slash == group] = '\0';
    }
}

/* A line is "5:memory:/group" in version 1 and "0::/group" in version 2. */
static uint64_t left_in_cgroups(void)
{
    char line[2048];
    uint64_t least = UINT64_MAX;
    FILE *f = fopen("/proc/self/cgroup", "re");
    if (!f)
        return least;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        controllers++;
        if (!strcmp(controllers, "memory"))
            least =
                min_u64(least, left_in_all("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes",
                                           "memory.usage_in_bytes", "total_inactive_file "));
        else if (!*controllers)
            least = min_u64(least, left_in_all("/sys/fs/cgroup", group, "memory.max",
                                               "memory.current", "inactive_file "));
    }
    fclose(f);
    return least;
}

uint64_t memory_available(void)
{
    uint64_t kilobytes = number_of_line("/proc/meminfo", "MemAvailable:");
    uint64_t system = kilobytes ? kilobytes * 1024 : UINT64_MAX;
    return min_u64(system, left_in_cgroups());
}
