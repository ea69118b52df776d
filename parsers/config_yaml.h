/* Settings out of YAML documents: compose files, Kubernetes manifests, ecosystem.yaml.
 *
 * libyaml reads them; each document of a file has its number. An alias is VALUE_SAME, with the path
 * of what was anchored as its text; `<<` is a key like any other. Damage, which a template is, ends
 * the reading; what stands before it was given.
 */
#ifndef MORTEM_PARSERS_CONFIG_YAML_H
#define MORTEM_PARSERS_CONFIG_YAML_H

#include "parsers/config_tree.h"

/* Fails only when the sink does, or memory is out. */
bool config_yaml_read(struct span text, const char *file, enum config_kind source,
                      const struct setting_sink *sink, struct config_damage *ret,
                      struct err *err) WARN_UNUSED;

#endif
