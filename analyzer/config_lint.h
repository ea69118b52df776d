/* What is wrong with a configuration, and how findings about it are written.
 *
 * Limits are compared as what they bound: V8's flag bounds the old space, PM2 and containers look
 * at the whole process. Memory is reckoned in MiB, which V8's flag, PM2's M, Docker's m,
 * Kubernetes' Mi and systemd's M all mean.
 */
#ifndef MORTEM_ANALYZER_CONFIG_LINT_H
#define MORTEM_ANALYZER_CONFIG_LINT_H

#include "analyzer/config_diff.h"
#include "analyzer/config_processes.h"

extern const char config_limits_rule[]; /* "config-limits" */
extern const char config_next_rule[];   /* "config-next" */

struct config_lint {
    struct analysis *a;
    const struct config_set *set;
    struct config_processes *all;
};

void config_lint_pm2(struct config_lint *x);
void config_lint_containers(struct config_lint *x);
void config_lint_machine(struct config_lint *x); /* what no single process has */
void config_lint_next(struct config_lint *x);

/* -- writing findings -- */

/* About the line of a setting; NULL when memory is out. */
struct finding *config_report(struct config_lint *x, const char *rule, enum severity severity,
                              unsigned confidence, const struct setting *s, const char *title);
void config_evidence(struct config_lint *x, struct finding *f, const struct setting *s,
                     const char *text);
/* The diff, or where it cannot be made by lines, `lines` (NULL: nothing to paste). */
void config_advise(struct config_lint *x, struct finding *f, const char *title, const char *why,
                   const struct config_file *file, const struct config_edit *edits, size_t count,
                   const char *lines);

/* -- reading processes -- */

#define CONFIG_MIB(bytes) ((uint64_t)(bytes) >> 20)

/* A container, a pod's container or a unit, which a node process may be in. */
bool config_is_container(const struct config_process *p);
/* The only one of a kind that is; NULL: there is none, or several. */
struct config_process *config_only(struct config_lint *x, enum config_kind kind);
struct config_process *config_only_container(struct config_lint *x);
/* The heap's limit that holds for a process: its own, or that of the image, the start script or the
 * .env file where there is one container only. NULL: none is known. */
const struct memory_setting *config_heap_of(struct config_lint *x, const struct config_process *p);
/* The setting in a size, or NULL. */
const struct memory_setting *config_sized(struct config_lint *x, const struct config_process *p,
                                          enum setting_role r);
/* "PM2's application web", "the container web of k8s.yaml" */
const char *config_process_words(struct config_lint *x, const struct config_process *p);

/* What of a limit is for the old space, in MiB. */
uint64_t config_heap_mib_for(uint64_t limit_mib);
const char *config_heap_flag(struct config_lint *x, uint64_t mib);
/* A size as the kind of file writes it: "512m", "512Mi", "512M". */
const char *config_size_words(struct config_lint *x, enum config_kind kind, uint64_t mib);

#endif
