/* Independent work on several threads.
 */
#ifndef MORTEM_BASE_TASKS_H
#define MORTEM_BASE_TASKS_H

#include "base/err.h"

#define TASKS_MAX 8

struct task {
    bool (*run)(void *ctx, struct err *err);
    void *ctx;
};

/* How many threads the process may use at a time, its first one counted; 0, as it is at the start:
 * as many as there are processors. */
void tasks_set_threads(unsigned count);
/* From 1 to TASKS_MAX. */
unsigned tasks_threads(void);

/* Runs all tasks on up to tasks_threads() threads, the first task on the caller's, and waits for
 * all. A task must not wait for another one to begin: where a thread cannot be had they run one
 * after the other. False with the error of the first task that failed. */
bool tasks_run(const struct task *tasks, size_t count, struct err *err) WARN_UNUSED;

#endif
