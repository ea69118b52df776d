/* What is wrong with a setting of Next.js' cache, wherever it was read: in a heap or in a file.
 */
#ifndef MORTEM_ANALYZER_RULES_ISR_JUDGEMENT_H
#define MORTEM_ANALYZER_RULES_ISR_JUDGEMENT_H

#include "analyzer/next_config.h"

/* One setting, in a text or in the object that it became. */
struct isr_setting {
    const char *key; /* of a row of setting_rows */
    enum setting_place place;
    bool is_own;      /* it is sure to be set: its key and its place are judged */
    bool is_number;   /* `number` is its value, which is judged */
    bool has_handler; /* the application has a cache handler */
    uint64_t number;
};

struct isr_judgement {
    enum severity severity;
    const char *title;
};

/* "isrMemoryCacheSize" and "cacheMaxMemorySize"; "cacheHandler" and its like. */
bool isr_is_size_key(const char *key);
bool isr_is_handler_key(const char *key);

/* The row of a key at its place, or at any; SETTING_COUNT: there is none. */
size_t isr_row(const struct isr_setting *s, bool any_place);

/* False: nothing is wrong with it. */
bool isr_judge(const struct next_info *next, const struct isr_setting *s, struct arena *arena,
               struct isr_judgement *ret);

#endif
