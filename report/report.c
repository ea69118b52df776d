/* The table of formats: see report.h. */
#include "report/report.h"

#include <string.h>

#include "report/event_lines.h"
#include "report/report_diff.h"
#include "report/report_json.h"
#include "report/report_text.h"
#include "report/view_report.h"

const struct report_format report_formats[REPORT_FORMAT_COUNT] = {
    {"text", "one page for people", false, report_text, view_text, diff_text, &event_text},
    {"json", "everything, for programs", true, report_json, view_json, diff_json, &event_json},
};

const struct report_format *report_format_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(report_formats); i++) {
        if (strcmp(report_formats[i].name, name) == 0)
            return &report_formats[i];
    }
    return NULL;
}

bool report_sink_failed(struct err *err)
{
    return err_set(err, ERR_RESOURCE, 0, "the report could not be written");
}
