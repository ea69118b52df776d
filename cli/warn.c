/* What the program says on standard error: see warn.h. */
#include "cli/warn.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

void warn(const char *sentence)
{
    struct buf line = {0};
    buf_puts(&line, "mortem: ");
    text_put_safe(&line, sentence, strlen(sentence), false);
    buf_putc(&line, '\n');
    fputs(line.failed ? "mortem: out of memory\n" : buf_str(&line), stderr);
    buf_release(&line);
}
