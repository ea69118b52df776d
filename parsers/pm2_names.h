/* What the name of one of PM2's log files says: `shop-error.log`, `shop-out-3.log`. */
#ifndef MORTEM_PARSERS_PM2_NAMES_H
#define MORTEM_PARSERS_PM2_NAMES_H

#include "parsers/event.h"

/* The application and, for one of several processes, PM2's number; "" if the file is not named like
 * that. Rotated files have a time behind: `shop-out__2026-11-23_00-00-00.log`. */
void pm2_name_of_file(const char *path, char ret_app[COMM_MAX], struct number *ret_id);

#endif
