/* The processes that configuration files start, and what is set for each.
 *
 * An application of PM2, a service of a compose file, a container of a pod, a unit, the last stage
 * of a Dockerfile, the start script of package.json: each is one. What matters for memory goes to
 * the model's settings; a process has their places there.
 */
#ifndef MORTEM_ANALYZER_CONFIG_PROCESSES_H
#define MORTEM_ANALYZER_CONFIG_PROCESSES_H

#include "analyzer/analysis.h"
#include "analyzer/config_facts.h"

#define CONFIG_PROCESSES_MAX 64
#define SETTING_NOWHERE SIZE_MAX

struct config_process {
    const struct config_file *file;
    unsigned document;
    const char *prefix; /* of its keys: "apps[0]" */
    const char *name;
    const struct setting *anchor; /* a line of its own that a new one may follow; NULL */
    size_t at[SAYS_COUNT];        /* the first setting of each role, or SETTING_NOWHERE */
    bool other_program;           /* a database or the like, by its image */
    bool runs_pm2;                /* its command names PM2 */
    bool runs_node;               /* there are signs of Node */
    bool unclear;                 /* something that may bound it was not understood */
    unsigned node_major;          /* by its image; 0: not known */
    bool musl, image_known;       /* of the C library, by the image */
    bool asks_jemalloc;           /* LD_PRELOAD names it */
};

struct config_processes {
    struct config_process list[CONFIG_PROCESSES_MAX];
    size_t count;
};

/* Fills a->settings, `ret` (which is zeroed by the caller), and the remarks of inputs. */
void config_processes_find(const struct config_set *set, struct analysis *a,
                           struct config_processes *ret);

/* The setting of a role, NULL if the process has none. */
const struct memory_setting *process_setting(const struct analysis *a,
                                             const struct config_process *p, enum setting_role r);

/* -- for the files that have no processes -- */

/* Adds a setting to the model; NULL when memory is out. */
struct memory_setting *memory_setting_add(struct analysis *a, enum setting_role role,
                                          const char *subject, const struct setting *s);
/* Says at the input that the value on a line was not understood. */
void config_not_understood(struct analysis *a, const struct config_file *f,
                           const struct setting *s);

#endif
