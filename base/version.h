/* The version, as `mortem --version`, the man page and reports name it.
 */
#ifndef MORTEM_BASE_VERSION_H
#define MORTEM_BASE_VERSION_H

#define MORTEM_VERSION "0.1.0"

#endif
