/* What configuration files say about memory, on a page.
 */
#ifndef MORTEM_REPORT_SETTINGS_TEXT_H
#define MORTEM_REPORT_SETTINGS_TEXT_H

#include "analyzer/analysis.h"
#include "report/page.h"

/* A section with each setting and its line, and the findings about them; nothing if no file has
 * any.
 */
void settings_text(struct page *p, const struct analysis *a);

/* Is the finding about a file, and not about what holds memory? */
bool finding_is_of_settings(const struct finding *f);

#endif
