/* Joining the parts of a container's lines: see line_join.h. */
#include "parsers/line_join.h"

void line_joins_release(struct line_joins *l)
{
    for (size_t i = 0; i < JOINS_MAX; i++)
        buf_release(&l->joins[i].text);
}

static bool same_name(const char *name, size_t cap, struct span s)
{
    size_t n = s.len < cap ? s.len : cap - 1;
    return strlen(name) == n && (!n || !memcmp(name, s.p, n));
}

static bool is_stream_of(const struct line_join *j, const struct log_record *r)
{
    return j->open && same_name(j->stream, sizeof j->stream, r->stream) &&
           same_name(j->unit, sizeof j->unit, r->unit);
}

static struct line_join *find(struct line_joins *l, const struct log_record *r)
{
    for (size_t i = 0; l->open_count && i < JOINS_MAX; i++)
        if (is_stream_of(&l->joins[i], r))
            return &l->joins[i];
    return NULL;
}

static struct span copy(char *to, size_t cap, struct span s)
{
    span_copy(to, cap, s);
    return (struct span){to, strlen(to)};
}

static void start(struct line_joins *l, struct line_join *j, const struct log_record *r)
{
    j->head = *r;
    j->head.stream = copy(j->stream, sizeof j->stream, r->stream);
    j->head.unit = copy(j->unit, sizeof j->unit, r->unit);
    j->head.tag = copy(j->tag, sizeof j->tag, r->tag);
    j->head.boot_id = copy(j->boot_id, sizeof j->boot_id, r->boot_id);
    j->head.transport = j->head.message_id = j->head.document = (struct span){"", 0};
    j->head.partial = false;
    j->head.fields = NULL;
    buf_clear(&j->text);
    j->open = true;
    j->order = l->order++;
    l->open_count++;
}

static bool give(struct line_joins *l, struct line_join *j, const struct record_sink *to,
                 struct err *err)
{
    if (j->text.failed)
        return err_nomem(err, RECORD_TEXT_KEEP, "a log line");
    j->open = false;
    l->open_count--;
    struct log_record r = j->head;
    r.message = (struct span){buf_str(&j->text), j->text.len};
    return to->record(to->ctx, &r, err);
}

/* A free place; if there is none, the oldest is given first. */
static struct line_join *place(struct line_joins *l, const struct record_sink *to, struct err *err)
{
    struct line_join *oldest = &l->joins[0];
    for (size_t i = 0; i < JOINS_MAX; i++) {
        if (!l->joins[i].open)
            return &l->joins[i];
        if (l->joins[i].order < oldest->order)
            oldest = &l->joins[i];
    }
    return give(l, oldest, to, err) ? oldest : NULL;
}

bool line_joins_take(struct line_joins *l, const struct log_record *r, const struct record_sink *to,
                     struct err *err)
{
    struct line_join *j = find(l, r);
    if (!j && !r->partial)
        return to->record(to->ctx, r, err);
    if (!j) {
        j = place(l, to, err);
        if (!j)
            return false;
        start(l, j, r);
    }
    size_t room = RECORD_TEXT_KEEP - j->text.len;
    buf_append(&j->text, r->message.p, r->message.len < room ? r->message.len : room);
    return r->partial || give(l, j, to, err);
}

bool line_joins_finish(struct line_joins *l, const struct record_sink *to, struct err *err)
{
    while (l->open_count) {
        struct line_join *first = NULL;
        for (size_t i = 0; i < JOINS_MAX; i++)
            if (l->joins[i].open && (!first || l->joins[i].order < first->order))
                first = &l->joins[i];
        if (!give(l, first, to, err))
            return false;
    }
    return true;
}
