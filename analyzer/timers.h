/* Timers that are still to fire, by the function they call.
 *
 * Node keeps them in a list for each duration, and these lists in one object under the
 * milliseconds. A Timeout that is in no list was cleared or has fired.
 */
#ifndef MORTEM_ANALYZER_TIMERS_H
#define MORTEM_ANALYZER_TIMERS_H

#include "analyzer/census.h"
#include "analyzer/function_groups.h"

/* Members are the Timeouts, their values the milliseconds (0: not known); keys are timer_key(). */
bool timers_collect(const struct js *js, const struct census *census, struct function_groups *ret,
                    struct err *err) WARN_UNUSED;

/* Of the function that a Timeout calls; false if it calls none. */
bool timer_key(const struct js *js, uint32_t timer, uint64_t *ret);

bool timer_is(const struct js *js, uint32_t n);
/* The function a person wrote, as far as it can be told; NO_NODE if none. */
uint32_t timer_function(const struct js *js, uint32_t timer);
/* Fires once: setTimeout. */
bool timer_is_once(const struct js *js, uint32_t timer);
/* Does not keep the process alive. */
bool timer_is_unref(const struct js *js, uint32_t timer);

#endif
