/* What request-retention says of finished requests and responses that one cause holds.
 */
#ifndef MORTEM_ANALYZER_RULES_RETENTION_REPORT_H
#define MORTEM_ANALYZER_RULES_RETENTION_REPORT_H

#include "analyzer/rules/holders.h"

struct retained_group {
    struct holder holder;
    uint32_t sample;
    bool of_requests;        /* and not of responses */
    const uint32_t *members; /* ServerResponses, or IncomingMessages */
    size_t count;
};

/* Adds the finding, which claims the responses and what holds them. */
bool retention_report(struct rule_input *in, const struct retained_group *g,
                      struct err *err) WARN_UNUSED;

/* Another rule's finding explains these responses: says so in it. */
void retention_tell(struct rule_input *in, struct finding *f, const uint32_t *members,
                    size_t count);

#endif
