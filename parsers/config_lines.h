/* Settings out of the formats that are lines: Dockerfile, systemd units, .env.
 *
 * A Dockerfile's settings are "FROM", "CMD", "ENTRYPOINT" and "ENV.NAME"; each stage is a document.
 * A unit's are "Service.MemoryMax"; its environment is "Service.Environment.NAME". Of an .env file
 * nothing is read but the few names that matter for memory: it holds secrets.
 */
#ifndef MORTEM_PARSERS_CONFIG_LINES_H
#define MORTEM_PARSERS_CONFIG_LINES_H

#include "parsers/config_tree.h"

/* All of them fail only when the sink does. */
bool dockerfile_read(struct span text, const char *file, const struct setting_sink *sink,
                     struct err *err) WARN_UNUSED;
bool systemd_unit_read(struct span text, const char *file, const struct setting_sink *sink,
                       struct err *err) WARN_UNUSED;
bool env_file_read(struct span text, const char *file, const struct setting_sink *sink,
                   struct err *err) WARN_UNUSED;

/* The names of variables that matter for memory. */
bool env_name_matters(struct span name);

#endif
