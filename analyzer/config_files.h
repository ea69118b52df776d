/* Configuration files among the inputs: from their bytes to what they say about memory.
 *
 * They are collected while the inputs are read (struct config_set) and looked at together, since a
 * limit in one means something only beside that of another. Nothing is kept of them but the
 * settings that matter.
 */
#ifndef MORTEM_ANALYZER_CONFIG_FILES_H
#define MORTEM_ANALYZER_CONFIG_FILES_H

#include "analyzer/analysis.h"
#include "analyzer/config_facts.h"
#include "base/input.h"

/* By its first bytes, then by its name. */
enum config_kind config_input_kind(const uint8_t *bytes, size_t len, const char *name,
                                   enum config_syntax *ret);

/* Reads the input into the set. `info` is the last of a->inputs. Damage is its remark. */
bool config_take(struct config_set *set, struct input *in, struct input_info *info,
                 enum config_kind kind, enum config_syntax syntax, struct analysis *a,
                 struct err *err) WARN_UNUSED;

/* The version of Next.js that package.json asks for, where nothing surer is known. */
void config_identify(const struct config_set *set, struct analysis *a);

/* a->settings, and findings about them. To be called when a->next is known. */
void config_find(const struct config_set *set, struct analysis *a);

/* -- for advice -- */

/* The first setting of a role, NULL if no file has one: where a heap limit, a restart or a
 * container's limit stands now. The subject narrows it down (NULL: any). */
const struct memory_setting *settings_find(const struct analysis *a, enum setting_role role,
                                           const char *subject);

/* Puts the file and the line of the present setting to all advice that changes it. */
void settings_place_advice(struct analysis *a);

#endif
