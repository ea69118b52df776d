/* A tolerant reader of the object literals in JavaScript and TypeScript: what a configuration file
 * exports, without running it.
 *
 * Given are the simple values: texts, numbers and arithmetic with them, true, false, null, each
 * with its path of keys. What is exported (module.exports, export default, or returned by a
 * function that is) stands at the root, what a variable holds below "$name". A variable that is
 * used as a value is VALUE_SAME, with "$name" as its text; one that is spread is so too, at the key
 * that it is spread into. Objects given to a call are read as if they were its result:
 * defineConfig({...}), withPlugins(config). Functions are passed over, any other expression is
 * VALUE_OTHER.
 *
 * One pass, apart from what is tried as arithmetic, in no more than CONFIG_DEPTH_MAX nested values,
 * and a look ahead for the arrow of a function, which is bounded. Text that ends anywhere gives
 * what stands before its end.
 */
#ifndef MORTEM_PARSERS_JS_OBJECT_H
#define MORTEM_PARSERS_JS_OBJECT_H

#include "parsers/config_tree.h"

/* Fails only when the sink does. */
bool js_object_read(struct span text, const char *file, enum config_kind source,
                    const struct setting_sink *sink, struct err *err) WARN_UNUSED;

#endif
