/* Sizes as people's tools print them: "388.4M", "2Gi", "100Mi", "0B", "2147483648". */
#ifndef MORTEM_PARSERS_LOG_SIZES_H
#define MORTEM_PARSERS_LOG_SIZES_H

#include "parsers/event.h"
#include "parsers/span.h"

/* In KiB. systemd's letters are of 1024; Kubernetes' are of 1000 unless an "i" follows, which
 * `decimal` asks for. False, nothing taken, if there is no size. */
bool span_take_size(struct span *s, bool decimal, struct number *ret_kib);

#endif
