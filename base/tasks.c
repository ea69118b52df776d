/* Work on several threads: see tasks.h. */
#include "base/tasks.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* The one setting of the whole process, made before there is a second thread. */
static unsigned threads_wanted;

struct job {
    struct task task;
    bool ok;
    struct err err;
};

struct crew {
    struct job jobs[TASKS_MAX];
    size_t count;
    atomic_size_t next; /* job that nobody has begun */
};

struct member {
    struct crew *crew;
    size_t first; /* job to begin with */
    pthread_t thread;
    bool started;
};

void tasks_set_threads(unsigned count)
{
    threads_wanted = count;
}

unsigned tasks_threads(void)
{
    long count = threads_wanted ? (long)threads_wanted : sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : (unsigned)min_u64((uint64_t)count, TASKS_MAX);
}

static void *work(void *arg)
{
    const struct member *m = arg;
    for (size_t i = m->first; i < m->crew->count; i = atomic_fetch_add(&m->crew->next, 1)) {
        struct job *j = &m->crew->jobs[i];
        j->ok = j->task.run(j->task.ctx, &j->err);
    }
    return NULL;
}

bool tasks_run(const struct task *tasks, size_t count, struct err *err)
{
    struct crew crew = {.count = count};
    struct member members[TASKS_MAX] = {0};
    const size_t threads = min_u64(tasks_threads(), count);
    assert(count <= TASKS_MAX);
    for (size_t i = 0; i < count; i++)
        crew.jobs[i].task = tasks[i];
    atomic_init(&crew.next, threads);
    for (size_t i = 0; i < threads; i++)
        members[i] = (struct member){.crew = &crew, .first = i};
    for (size_t i = 1; i < threads; i++)
        members[i].started = pthread_create(&members[i].thread, NULL, work, &members[i]) == 0;
    for (size_t i = 0; i < threads; i++) {
        if (!members[i].started)
            work(&members[i]);
    }
    for (size_t i = 1; i < threads; i++) {
        if (members[i].started)
            pthread_join(members[i].thread, NULL);
    }
    for (size_t i = 0; i < count; i++) {
        if (!crew.jobs[i].ok) {
            *err = crew.jobs[i].err;
            return false;
        }
    }
    return true;
}
