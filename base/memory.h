/* How much memory there is for this process.
 */
#ifndef MORTEM_BASE_MEMORY_H
#define MORTEM_BASE_MEMORY_H

#include <stdint.h>

/* Bytes that can be taken without anybody being killed: what the system has available, or what its
 * memory cgroup leaves, if that is less. UINT64_MAX where the system does not say. */
uint64_t memory_available(void);

#endif
