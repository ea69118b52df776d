/* `mortem index FILE...`: analyses the snapshots, of any size, so that their answers are at hand
 * later, and says nothing but what went wrong. Logs are read anew each time and have no index.
 */
#include "cli/command_index.h"

#include <string.h>

#include "cli/inputs.h"
#include "cli/warn.h"

static bool check(const struct settings *s, struct err *err)
{
    if (inputs_without_index(s))
        return err_set(err, ERR_USAGE, 0, "index: MORTEM_NO_INDEX is set");
    for (size_t i = 0; i < s->file_count; i++) {
        if (strcmp(s->files[i], "-") == 0)
            return err_set(err, ERR_USAGE, 0, "index: standard input cannot have an index");
    }
    return true;
}

/* One by one: a folder of snapshots may be large, and each has its own index. */
static enum err_code index_file(const struct settings *s, size_t i)
{
    struct settings one = *s;
    struct analysis a = {0};
    struct err err = {0}, unwritten = {0};
    one.files = &s->files[i];
    one.file_count = 1;
    if (!inputs_index(&one, &a, &unwritten, &err)) {
        warn(err.msg);
        return err.code;
    }
    enum err_code status = inputs_warn(&a);
    if (unwritten.code != ERR_NONE)
        warn(unwritten.msg);
    analysis_release(&a);
    return status > unwritten.code ? status : unwritten.code;
}

int command_index(const struct settings *s)
{
    struct err err;
    enum err_code worst = ERR_NONE;
    if (!check(s, &err)) {
        warn(err.msg);
        return err.code;
    }
    for (size_t i = 0; i < s->file_count; i++) {
        enum err_code status = index_file(s, i);
        worst = status > worst ? status : worst;
    }
    return worst;
}
