/* Work on several threads: see tasks.h. */
#include "base/tasks.h"

#include <assert.h>
#include <pthread.h>

struct job {
    struct task task;
    pthread_t thread;
    bool started;
    bool ok;
    struct err err;
};

static void *run_job(void *arg)
{
    struct job *j = arg;
    j->ok = j->task.run(j->task.ctx, &j->err);
    return NULL;
}

bool tasks_run(const struct task *tasks, size_t count, struct err *err)
{
    struct job jobs[TASKS_MAX] = {0};
    assert(count <= TASKS_MAX);
    for (size_t i = 0; i < count; i++)
        jobs[i].task = tasks[i];
    for (size_t i = 1; i < count; i++)
        jobs[i].started = pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]) == 0;
    for (size_t i = 0; i < count; i++) {
        if (!jobs[i].started)
            run_job(&jobs[i]);
    }
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].started)
            pthread_join(jobs[i].thread, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        if (!jobs[i].ok) {
            *err = jobs[i].err;
            return false;
        }
    }
    return true;
}
