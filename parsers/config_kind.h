/* Which configuration file it is: told by its first bytes, and by its name where these leave it
 * open.
 */
#ifndef MORTEM_PARSERS_CONFIG_KIND_H
#define MORTEM_PARSERS_CONFIG_KIND_H

#include "parsers/setting.h"

enum config_syntax {
    SYNTAX_SCRIPT, /* JavaScript or TypeScript */
    SYNTAX_JSON,
    SYNTAX_YAML,
    SYNTAX_LINES, /* of the kind's own */
};

/* Of as many first bytes as there are, 64 KiB are enough. CONFIG_KIND_NONE: it is none. A log that
 * quotes a configuration is none: what counts stands where a configuration has it. */
enum config_kind config_kind_of(struct span text, const char *name, enum config_syntax *ret);

#endif
