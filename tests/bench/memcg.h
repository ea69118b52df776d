/* A memory cgroup of its own for one program: version 2 or 1, whichever the machine mounts with the
 * memory controller. Needs root. All that the program touches counts: its memory, the page cache of
 * what it reads and writes.
 */
#ifndef MORTEM_TESTS_BENCH_MEMCG_H
#define MORTEM_TESTS_BENCH_MEMCG_H

#include <stdbool.h>
#include <stdint.h>

struct memcg {
    char dir[512];
    bool v2;
};

/* Makes one with so many bytes at most and no swap. False, with what is missing in `ret_why`. */
bool memcg_make(struct memcg *c, uint64_t limit, const char **ret_why);

/* The calling process enters. */
bool memcg_enter(const struct memcg *c);

/* What was taken at most, 0 where the kernel does not tell. */
uint64_t memcg_peak(const struct memcg *c);

/* Once the program has ended. */
void memcg_remove(const struct memcg *c);

#endif
