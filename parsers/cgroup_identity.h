/* Who a memory cgroup belongs to, read from its path alone: pod, container, unit, user.
 *
 * Both drivers of Kubernetes, docker, containerd, CRI-O, podman, LXC and plain systemd are known; a
 * path that says nothing gives an empty identity.
 */
#ifndef MORTEM_PARSERS_CGROUP_IDENTITY_H
#define MORTEM_PARSERS_CGROUP_IDENTITY_H

#include <stdbool.h>

struct cgroup_identity {
    char pod_uid[40];      /* "d11ab7b0-d6db-4a24-a7de-4a2faf1e6980", always with '-' */
    char qos[16];          /* of the pod: "burstable", "besteffort", "guaranteed" */
    char container_id[72]; /* 64 hex digits */
    char runtime[24];      /* "docker", "cri-containerd", "crio", "libpod", "lxc"; "" if not told */
    char container[72];    /* the name of an LXC container or a virtual machine */
    char unit[160];        /* the innermost service or scope, else slice; "\x2d" is a '-' */
    char user[16];         /* of "user-1000.slice": "1000" */
};

/* Nothing of *ret is left from before. */
void cgroup_identity(const char *path, struct cgroup_identity *ret);

#endif
