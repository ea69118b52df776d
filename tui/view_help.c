/* The view Help: every key, from the table of actions.
 */
#include "tui/view.h"

#include "tui/actions.h"
#include "tui/text_page.h"

#define HANG_KEYS 18

static void put_all(const struct view *v, struct text_page *p)
{
    struct buf keys = {0};
    (void)v;
    text_page_heading(p, "Keys");
    for (size_t i = 0; i < action_count; i++) {
        buf_clear(&keys);
        action_put_keys(&keys, &actions[i]);
        struct paragraph style = {.hang = HANG_KEYS, .label = buf_str(&keys)};
        text_page_put(p, style, actions[i].help);
    }
    text_page_heading(p, "Words");
    struct paragraph word = {.hang = HANG_KEYS};
    word.label = "shallow";
    text_page_put(p, word, "bytes of the object itself");
    word.label = "retained";
    text_page_put(p, word,
                  "bytes that would be freed with the object: itself and all it dominates");
    word.label = "dominator";
    text_page_put(p, word, "every way from a root to the object passes it: it keeps it alive");
    word.label = "distance";
    text_page_put(p, word, "steps from a root; - if only the runtime's own roots reach it");
    p->failed |= keys.failed;
    buf_release(&keys);
}

static bool open_help(struct view *v, struct err *err)
{
    return text_page_open(v, put_all, err);
}

const struct view_kind view_help = {
    .name = "Help",
    .help = "what the keys do",
    .needs = NEEDS_NOTHING,
    .if_empty = "",
    .open = open_help,
    .close = text_page_close,
    .layout = text_page_layout,
    .draw_line = text_page_draw_line,
    .put_text = text_page_put_text,
    .target = text_page_target,
};
