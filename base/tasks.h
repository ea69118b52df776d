/* Independent work on several threads.
 */
#ifndef MORTEM_BASE_TASKS_H
#define MORTEM_BASE_TASKS_H

#include "base/err.h"

struct task {
    bool (*run)(void *ctx, struct err *err);
    void *ctx;
};

/* Runs all tasks, each on a thread of its own, the first on the caller's, and waits for all. Where
 * a thread cannot be had they run one after the other. False with the error of the first task that
 * failed. */
bool tasks_run(const struct task *tasks, size_t count, struct err *err) WARN_UNUSED;

#define TASKS_MAX 8

#endif
