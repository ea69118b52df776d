/* What can be asked of one heap, by name: a table of views, each a table or a list of facts.
 */
#ifndef MORTEM_ANALYZER_HEAP_VIEWS_H
#define MORTEM_ANALYZER_HEAP_VIEWS_H

#include "analyzer/answer_table.h"
#include "analyzer/heap_facts.h"

enum view_subject {
    SUBJECT_NONE,
    SUBJECT_CLASS, /* a class's name or key */
    SUBJECT_NODE,  /* @ID */
    SUBJECT_NODE_OR_ROOT,
};

/* As help shows it: "NAME", "@ID", "[@ID]", "". */
const char *view_subject_word(enum view_subject s);

struct view_question {
    const struct heap *heap; /* analyzed, with positions */
    const char *class_name;  /* of SUBJECT_CLASS */
    uint32_t node;           /* of SUBJECT_NODE */
    const uint8_t *passes;   /* of a filter, a byte a node; NULL: all objects */
};

struct heap_view {
    const char *name;
    const char *help;
    enum view_subject subject;
    bool takes_filter; /* `passes` */
    /* One of the two. */
    bool (*open_table)(struct table *t, const struct view_question *q, struct err *err);
    bool (*list_facts)(struct fact_list *l, const struct view_question *q, struct err *err);
};

#define HEAP_VIEW_COUNT 10

extern const struct heap_view heap_views[HEAP_VIEW_COUNT];

/* heap_views[i].name, NULL behind the last. */
const char *heap_view_choice(size_t i);

/* Fills q->node or q->class_name from what a user wrote ("@123", "123", a class; NULL: nothing). */
bool view_question_parse(struct view_question *q, const struct heap_view *v, const char *text,
                         struct err *err) WARN_UNUSED;

struct view_answer {
    const struct heap_view *view;
    struct table table;     /* if the view has open_table */
    struct fact_list facts; /* otherwise */
};

/* The caller calls view_answer_release(), also after a failure. */
bool heap_view_ask(const struct heap_view *v, const struct view_question *q,
                   const struct table_options *o, struct view_answer *ret,
                   struct err *err) WARN_UNUSED;
void view_answer_release(struct view_answer *a);

#endif
