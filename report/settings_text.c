/* Settings on a page: see settings_text.h. */
#include "report/settings_text.h"

#include <string.h>

#include "base/text.h"
#include "report/finding_text.h"

#define SETTING_ROWS 40

bool finding_is_of_settings(const struct finding *f)
{
    bool of_file = f->script && !f->file && !strcmp(f->rule, "isr-config");
    return of_file || !strncmp(f->rule, "config-", 7);
}

static void put_setting(struct page *p, const struct memory_setting *m, const char *file)
{
    struct buf *t = page_scratch(p);
    const struct setting *s = &m->is;
    if (m->subject)
        buf_printf(t, "%s: ", m->subject);
    buf_printf(t, "%s = %s", s->key, s->text);
    if (s->is_size) {
        buf_puts(t, " (");
        text_put_bytes(t, s->bytes);
        buf_puts(t, ")");
    }
    buf_printf(t, " [%s:%llu]", file, (unsigned long long)s->line);
    page_paragraph(p, (struct page_label){2, 2, ROLE_PLAIN, "-"}, buf_str(t));
}

void settings_text(struct page *p, const struct analysis *a)
{
    if (!a->setting_count)
        return;
    page_heading(p, "What the configuration says");
    for (size_t i = 0; i < a->setting_count && i < SETTING_ROWS; i++)
        put_setting(p, &a->settings[i], a->settings[i].is.file);
    if (a->setting_count > SETTING_ROWS) {
        struct buf *t = page_scratch(p);
        text_put_count(t, a->setting_count - SETTING_ROWS);
        buf_puts(t, " more: --format json has them all");
        page_paragraph(p, (struct page_label){2, 2, ROLE_INFO, "-"}, buf_str(t));
    }
    for (size_t i = 0; i < a->finding_count; i++) {
        if (finding_is_of_settings(&a->findings[i]))
            finding_text(p, &a->findings[i], 0, false);
    }
}
