/* The table of views, opening and closing: see view.h. */
#include "tui/view.h"

#include <stdlib.h>

const struct view_kind *const view_kinds[VIEW_COUNT] = {
    [VIEW_VERDICT] = &view_verdict,     [VIEW_FINDINGS] = &view_findings,
    [VIEW_CLASSES] = &view_classes,     [VIEW_DOMINATORS] = &view_dominators,
    [VIEW_RETAINERS] = &view_retainers, [VIEW_CONTENTS] = &view_contents,
    [VIEW_INSTANCES] = &view_instances, [VIEW_FINDING] = &view_finding,
    [VIEW_DEATH] = &view_death,         [VIEW_HELP] = &view_help,
};

bool view_open(const struct browse_model *m, struct place place, struct view **ret, struct err *err)
{
    const struct view_kind *kind = view_kinds[place.view];
    struct view *v = calloc(1, sizeof *v);
    if (!v)
        return err_nomem(err, sizeof *v, "a view");
    v->kind = kind;
    v->place = place;
    v->m = m;
    v->order = NO_ORDER;
    v->list.height = 1;
    v->list.ctx = v;
    bool shown = m->h || !kind->needs_heap;
    if (shown && !kind->open(v, err)) {
        view_close(v);
        return false;
    }
    *ret = v;
    return true;
}

void view_close(struct view *v)
{
    if (!v)
        return;
    if (v->data)
        v->kind->close(v);
    free(v);
}
