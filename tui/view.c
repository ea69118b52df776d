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
    if (!view_fill(v, err)) {
        view_close(v);
        return false;
    }
    *ret = v;
    return true;
}

static bool has_needs(const struct view *v)
{
    switch (v->kind->needs) {
    case NEEDS_ANSWERS:
        return v->m->state.answers != NULL;
    case NEEDS_HEAP:
        return v->m->h != NULL;
    case NEEDS_NOTHING:
        break;
    }
    return true;
}

bool view_fill(struct view *v, struct err *err)
{
    if (v->filled || !has_needs(v))
        return true;
    if (v->kind->subject == SUBJECT_NODE && v->place.subject == ROOT_TO_COME)
        v->place.subject = v->m->h->root;
    v->filled = v->kind->open(v, err);
    if (v->filled)
        return true;
    if (v->data)
        v->kind->close(v);
    v->data = NULL;
    return false;
}

void view_close(struct view *v)
{
    if (!v)
        return;
    if (v->data)
        v->kind->close(v);
    free(v);
}
