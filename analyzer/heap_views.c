/* What can be asked of one heap: see heap_views.h. */
#include "analyzer/heap_views.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/class_tables.h"
#include "analyzer/node_text.h"
#include "analyzer/object_tables.h"

static bool open_classes(struct table *t, const struct view_question *q, struct err *err)
{
    return class_table_open(t, q->heap, q->passes, err);
}

static bool open_instances(struct table *t, const struct view_question *q, struct err *err)
{
    return instance_table_open(t, q->heap, q->class_name, err);
}

static bool open_retainers(struct table *t, const struct view_question *q, struct err *err)
{
    return retainer_table_open(t, q->heap, q->node, err);
}

static bool open_contents(struct table *t, const struct view_question *q, struct err *err)
{
    return content_table_open(t, q->heap, q->node, err);
}

static bool open_dominated(struct table *t, const struct view_question *q, struct err *err)
{
    return dominated_table_open(t, q->heap, q->node, err);
}

static bool open_path(struct table *t, const struct view_question *q, struct err *err)
{
    return path_table_open(t, q->heap, q->node, err);
}

static bool open_strings(struct table *t, const struct view_question *q, struct err *err)
{
    return string_table_open(t, q->heap, err);
}

static bool open_detached(struct table *t, const struct view_question *q, struct err *err)
{
    return detached_table_open(t, q->heap, err);
}

static bool list_node(struct fact_list *l, const struct view_question *q, struct err *err)
{
    return node_facts(q->heap, q->node, l, err);
}

static bool list_statistics(struct fact_list *l, const struct view_question *q, struct err *err)
{
    return heap_facts(q->heap, l, err);
}

/* clang-format off */
const struct heap_view heap_views[HEAP_VIEW_COUNT] = {
    {"classes", "what there is, by class; --only counts some objects only",
     SUBJECT_NONE, true, open_classes, NULL},
    {"class", "the instances of a class",
     SUBJECT_CLASS, false, open_instances, NULL},
    {"node", "what is known of an object",
     SUBJECT_NODE, false, NULL, list_node},
    {"retainers", "what refers to an object, nearest to a root first",
     SUBJECT_NODE, false, open_retainers, NULL},
    {"path", "the shortest way from a root to an object",
     SUBJECT_NODE, false, open_path, NULL},
    {"contents", "what an object refers to, or the root",
     SUBJECT_NODE_OR_ROOT, false, open_contents, NULL},
    {"dominators", "what only an object holds, or the root: its children in the dominator tree",
     SUBJECT_NODE_OR_ROOT, false, open_dominated, NULL},
    {"strings", "strings that are there more than once, the most wasteful first",
     SUBJECT_NONE, false, open_strings, NULL},
    {"detached", "objects taken out of a document and still held",
     SUBJECT_NONE, false, open_detached, NULL},
    {"stats", "bytes by what they are",
     SUBJECT_NONE, false, NULL, list_statistics},
};
/* clang-format on */

const char *heap_view_choice(size_t i)
{
    return i < HEAP_VIEW_COUNT ? heap_views[i].name : NULL;
}

const char *view_subject_word(enum view_subject s)
{
    static const char *const words[] = {
        [SUBJECT_NONE] = "",
        [SUBJECT_CLASS] = "NAME",
        [SUBJECT_NODE] = "@ID",
        [SUBJECT_NODE_OR_ROOT] = "[@ID]",
    };
    return words[s];
}

/* -- questions -- */

static bool find_node(struct view_question *q, const char *text, struct err *err)
{
    const char *digits = text + (*text == '@');
    char *end;
    errno = 0;
    unsigned long long id = strtoull(digits, &end, 10);
    if (*digits < '0' || *digits > '9' || *end)
        return err_set(err, ERR_USAGE, 0, "'%.100s' is no object: expected its number, @123", text);
    q->node = errno || id > UINT32_MAX ? NO_NODE : heap_node_by_id(q->heap, (uint32_t)id);
    return q->node != NO_NODE ||
           err_set(err, ERR_USAGE, 0, "there is no object @%.100s in this snapshot", digits);
}

bool view_question_parse(struct view_question *q, const struct heap_view *v, const char *text,
                         struct err *err)
{
    q->node = q->heap->root;
    q->class_name = text;
    switch (v->subject) {
    case SUBJECT_NONE:
        return !text || err_set(err, ERR_USAGE, 0, "'%s' takes no argument", v->name);
    case SUBJECT_CLASS:
        return text || err_set(err, ERR_USAGE, 0, "'%s' needs the name of a class", v->name);
    case SUBJECT_NODE:
        if (!text)
            return err_set(err, ERR_USAGE, 0, "'%s' needs an object: @123", v->name);
        return find_node(q, text, err);
    case SUBJECT_NODE_OR_ROOT:
        return !text || find_node(q, text, err);
    }
    return true;
}

bool heap_view_ask(const struct heap_view *v, const struct view_question *q,
                   const struct table_options *o, struct view_answer *ret, struct err *err)
{
    *ret = (struct view_answer){.view = v};
    if (v->list_facts)
        return v->list_facts(&ret->facts, q, err);
    return v->open_table(&ret->table, q, err) && table_fill(&ret->table, o, err);
}

void view_answer_release(struct view_answer *a)
{
    table_release(&a->table);
    fact_list_release(&a->facts);
}
