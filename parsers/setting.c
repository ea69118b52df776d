/* The words of kinds of configuration files: see setting.h. */
#include "parsers/setting.h"

#include <assert.h>

const char *config_kind_word(enum config_kind k)
{
    static const char *const words[] = {
        [CONFIG_KIND_NONE] = "unknown",      [CONFIG_KIND_PM2] = "pm2",
        [CONFIG_KIND_NEXT] = "next-config",  [CONFIG_KIND_PACKAGE] = "package",
        [CONFIG_KIND_DOCKERFILE] = "docker", [CONFIG_KIND_COMPOSE] = "compose",
        [CONFIG_KIND_SYSTEMD] = "systemd",   [CONFIG_KIND_KUBERNETES] = "kubernetes",
        [CONFIG_KIND_ENV] = "env",
    };
    static_assert(ARRAY_LEN(words) == CONFIG_KIND_COUNT, "a word for each kind");
    return words[k];
}
