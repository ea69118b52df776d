/* The settings that a reader gives, as text: "key = value (kind) @line", one a line.
 */
#ifndef MORTEM_TESTS_SETTING_LIST_H
#define MORTEM_TESTS_SETTING_LIST_H

#include "base/buf.h"
#include "parsers/setting.h"

/* A sink that appends to `b`. */
struct setting_sink setting_list_sink(struct buf *b);
/* A sink that refuses the setting number `after`, counted down. */
struct setting_sink setting_refusing_sink(unsigned *after);

#endif
