/* From the model to a document: the formats, and where their bytes go.
 *
 * A format is a row of report_formats: its name and the function that draws. A renderer sees
 * nothing but the model, has no files and no terminal, and writes through the sink in order.
 */
#ifndef MORTEM_REPORT_REPORT_H
#define MORTEM_REPORT_REPORT_H

#include "analyzer/analysis.h"

struct diff_answer;
struct event_drawing;
struct view_answer;
struct view_caption;

struct report_sink {
    /* Takes all `len` bytes or returns false; after that the renderer stops. */
    bool (*write)(void *ctx, const char *bytes, size_t len);
    void *ctx;
};

struct report_options {
    bool color;        /* SGR colours, for formats that go to a terminal */
    unsigned width;    /* columns, 0: REPORT_WIDTH */
    bool ascii;        /* nothing beyond ASCII */
    bool show_strings; /* contents of strings and not only their pattern: they may be secrets */
};

#define REPORT_WIDTH 100
#define REPORT_WIDTH_MIN 60

struct report_format {
    const char *name;
    const char *help;
    bool for_machines; /* written even if no input could be used: a program waits for it */
    /* Fails for want of memory or if the sink does. */
    bool (*render)(const struct analysis *a, const struct report_options *o,
                   const struct report_sink *sink, struct err *err);
    /* The same for one view of a heap; NULL if the format has no such. */
    bool (*draw_view)(const struct view_answer *a, const struct view_caption *c,
                      const struct report_options *o, const struct report_sink *sink,
                      struct err *err);
    /* The same for a comparison of snapshots. */
    bool (*draw_diff)(const struct diff_answer *a, const struct report_options *o,
                      const struct report_sink *sink, struct err *err);
    const struct event_drawing *events; /* how a list of events is drawn: report/event_lines.h */
};

#define REPORT_FORMAT_COUNT 2

extern const struct report_format report_formats[REPORT_FORMAT_COUNT];

/* NULL if there is none of that name. */
const struct report_format *report_format_find(const char *name);

/* What a renderer says when the sink refused: the sink knows why. */
bool report_sink_failed(struct err *err);

#endif
