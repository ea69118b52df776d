/* What to do about the memory of images: for the heap's rule and for what logs say.
 */
#ifndef MORTEM_ANALYZER_RULES_IMAGE_ADVICE_H
#define MORTEM_ANALYZER_RULES_IMAGE_ADVICE_H

#include "analyzer/analysis.h"

/* Appends advice that is right for a->next: less to do for the optimizer of Next.js, where that is
 * there, and what the allocator keeps. */
void image_advice_add(struct analysis *a, struct finding *f);

/* "Install sharp": where Next.js decodes images in WebAssembly. */
void image_advice_add_sharp(struct analysis *a, struct finding *f);

#endif
