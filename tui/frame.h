/* What stands around a list: the names of the views, the title, the header of the columns, the
 * state, the bar of keys.
 */
#ifndef MORTEM_TUI_FRAME_H
#define MORTEM_TUI_FRAME_H

#include "tui/browser.h"

bool frame_fits(const struct screen *s);
unsigned frame_list_height(const struct view *v, const struct screen *s);

/* Everything, the list too. */
void frame_draw(struct browser *b);
void frame_draw_too_small(struct screen *s);

#endif
