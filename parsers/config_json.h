/* Settings out of a JSON document: package.json, ecosystem.json.
 *
 * yajl reads it, fed line by line, so that each value's line is known. Comments are let through.
 * Damage ends the reading; what stands before it was given.
 */
#ifndef MORTEM_PARSERS_CONFIG_JSON_H
#define MORTEM_PARSERS_CONFIG_JSON_H

#include "parsers/config_tree.h"

/* Fails only when the sink does, or memory is out. */
bool config_json_read(struct span text, const char *file, enum config_kind source,
                      const struct setting_sink *sink, struct config_damage *ret,
                      struct err *err) WARN_UNUSED;

#endif
