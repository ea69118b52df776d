/* A memory cgroup for one program: see memcg.h.
 */
#include "tests/bench/memcg.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool path_of(const struct memcg *c, const char *name, char *ret, size_t size)
{
    return snprintf(ret, size, "%s/%s", c->dir, name) < (int)size;
}

static bool write_file(const struct memcg *c, const char *name, const char *text)
{
    char path[640];
    int fd = path_of(c, name, path, sizeof path) ? open(path, O_WRONLY) : -1;
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool read_file(const struct memcg *c, const char *name, char *ret, size_t size)
{
    char path[640];
    int fd = path_of(c, name, path, sizeof path) ? open(path, O_RDONLY) : -1;
    ssize_t n = fd >= 0 ? read(fd, ret, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    ret[n > 0 ? n : 0] = '\0';
    return n >= 0;
}

static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += n) {
        if ((at == list || strchr(", \n", at[-1])) && (!at[n] || strchr(", \n", at[n])))
            return true;
    }
    return false;
}

/* The hierarchy that has the memory controller, and gives it to groups made in it. */
static bool find_hierarchy(struct memcg *c)
{
    char line[2048], dir[256], type[32], options[1024], controllers[512];
    FILE *mounts = fopen("/proc/mounts", "r");
    bool found = false;
    while (mounts && !found && fgets(line, sizeof line, mounts)) {
        if (sscanf(line, "%*s %255s %31s %1023s", dir, type, options) != 3)
            continue;
        snprintf(c->dir, sizeof c->dir, "%s", dir);
        c->v2 = !strcmp(type, "cgroup2");
        found = c->v2 ? read_file(c, "cgroup.subtree_control", controllers, sizeof controllers) &&
                            has_word(controllers, "memory")
                      : !strcmp(type, "cgroup") && has_word(options, "memory");
    }
    if (mounts)
        fclose(mounts);
    return found;
}

/* Version 1 counts memory and swap together, where it counts swap at all. */
static bool set_limit(const struct memcg *c, uint64_t limit)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRIu64, limit);
    if (c->v2) {
        (void)write_file(c, "memory.swap.max", "0");
        return write_file(c, "memory.max", text);
    }
    bool ok = write_file(c, "memory.limit_in_bytes", text);
    (void)write_file(c, "memory.memsw.limit_in_bytes", text);
    (void)write_file(c, "memory.swappiness", "0");
    return ok;
}

bool memcg_make(struct memcg *c, uint64_t limit, const char **ret_why)
{
    if (!find_hierarchy(c)) {
        *ret_why = "no memory cgroups here";
        return false;
    }
    size_t n = strlen(c->dir);
    snprintf(c->dir + n, sizeof c->dir - n, "/mortem-bench-%ld", (long)getpid());
    if (mkdir(c->dir, 0755)) {
        *ret_why = "a memory cgroup cannot be made: it needs root";
        return false;
    }
    if (!set_limit(c, limit)) {
        memcg_remove(c);
        *ret_why = "a memory cgroup's limit cannot be set";
        return false;
    }
    return true;
}

bool memcg_enter(const struct memcg *c)
{
    return write_file(c, "cgroup.procs", "0");
}

uint64_t memcg_peak(const struct memcg *c)
{
    char text[64];
    const char *name = c->v2 ? "memory.peak" : "memory.max_usage_in_bytes";
    return read_file(c, name, text, sizeof text) ? strtoull(text, NULL, 10) : 0;
}

/* Busy for a moment after its last process has ended. */
void memcg_remove(const struct memcg *c)
{
    if (!c->v2)
        (void)write_file(c, "memory.force_empty", "0");
    for (int tries = 0; tries < 50 && rmdir(c->dir); tries++)
        usleep(20000);
}
