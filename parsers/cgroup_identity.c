/* Names in paths of cgroups: see cgroup_identity.h. */
#include "parsers/cgroup_identity.h"

#include "parsers/span.h"

#define CONTAINER_ID_DIGITS 64
#define POD_UID_LEN 36
#define STATIC_POD_UID_LEN 32 /* a mirror pod's: the digest of its manifest */

static bool is_hex(char c)
{
    return char_is_digit(c) || (c >= 'a' && c <= 'f');
}

static bool all_hex(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_hex(s.p[i]))
            return false;
    return s.len > 0;
}

/* systemd writes bytes that a unit's name may not have as "\xHH". */
static void copy_unescaped(char *ret, size_t cap, struct span s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len && n + 1 < cap; i++) {
        if (s.len - i >= 4 && s.p[i] == '\\' && s.p[i + 1] == 'x' &&
            all_hex(span_head(span_from(s, i + 2), 2))) {
            unsigned high = s.p[i + 2] <= '9' ? s.p[i + 2] - '0' : s.p[i + 2] - 'a' + 10;
            unsigned low = s.p[i + 3] <= '9' ? s.p[i + 3] - '0' : s.p[i + 3] - 'a' + 10;
            char c = (char)(high << 4 | low);
            ret[n++] = c ? c : '?';
            i += 3;
        } else {
            ret[n++] = s.p[i] ? s.p[i] : '?';
        }
    }
    ret[n] = '\0';
}

static bool take_suffix(struct span *s, const char *suffix)
{
    size_t n = strlen(suffix);
    if (s->len < n || memcmp(s->p + s->len - n, suffix, n))
        return false;
    s->len -= n;
    return true;
}

/* "pod<uid>" and "kubepods-burstable-pod<uid with _>.slice" */
static void take_pod(struct span part, struct cgroup_identity *ret)
{
    struct span s = part;
    bool slice = take_suffix(&s, ".slice");
    size_t at = slice ? span_find(s, "-pod") : 0;
    if (slice && at == SPAN_NONE)
        return;
    s = span_from(s, slice ? at + 1 : 0);
    if (!span_take(&s, "pod") || (s.len != POD_UID_LEN && s.len != STATIC_POD_UID_LEN))
        return;
    for (size_t i = 0; i < s.len; i++)
        if (!is_hex(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
            return;
    span_copy(ret->pod_uid, sizeof ret->pod_uid, s);
    for (char *c = ret->pod_uid; *c; c++)
        if (*c == '_')
            *c = '-';
    if (!ret->qos[0])
        span_copy(ret->qos, sizeof ret->qos, (struct span){"guaranteed", 10});
}

static void take_qos(struct span part, struct cgroup_identity *ret)
{
    static const char *const classes[] = {"burstable", "besteffort"};
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        struct span class = {classes[i], strlen(classes[i])};
        struct span s = part;
        take_suffix(&s, ".slice");
        span_take(&s, "kubepods-");
        if (span_is(s, classes[i]) ||
            (span_take(&s, classes[i]) && span_starts(s, "-pod") && s.p > part.p + class.len))
            span_copy(ret->qos, sizeof ret->qos, class);
    }
}

/* "cri-containerd-<id>.scope", "docker-<id>.scope", "<id>"; the prefix before an id names the
 * runtime, a "conmon" beside the container is not the container. */
static void take_container(struct span part, struct span parent, struct cgroup_identity *ret)
{
    struct span s = part;
    take_suffix(&s, ".scope");
    if (s.len < CONTAINER_ID_DIGITS)
        return;
    struct span id = span_from(s, s.len - CONTAINER_ID_DIGITS);
    struct span before = span_head(s, s.len - CONTAINER_ID_DIGITS);
    if (!all_hex(id) || (before.len && before.p[before.len - 1] != '-'))
        return;
    if (before.len)
        before.len--;
    if (span_find(before, "conmon") != SPAN_NONE)
        return;
    span_copy(ret->container_id, sizeof ret->container_id, id);
    if (!before.len && (span_is(parent, "docker") || span_is(parent, "lxc") ||
                        span_is(parent, "cri-containerd") || span_is(parent, "crio")))
        before = parent;
    span_copy(ret->runtime, sizeof ret->runtime, before);
}

/* "/lxc/<name>", "lxc.payload.<name>", "machine-qemu\x2d1\x2dweb.scope" */
static void take_machine(struct span part, struct span parent, struct cgroup_identity *ret)
{
    struct span s = part;
    bool lxc = span_take(&s, "lxc.payload.") || span_take(&s, "lxc.payload/") ||
               (span_is(parent, "lxc") && s.len) || span_is(parent, "lxc.payload");
    if (lxc) {
        copy_unescaped(ret->container, sizeof ret->container, s);
        span_copy(ret->runtime, sizeof ret->runtime, (struct span){"lxc", 3});
    } else if (span_take(&s, "machine-") && take_suffix(&s, ".scope")) {
        copy_unescaped(ret->container, sizeof ret->container, s);
    }
}

static void take_unit(struct span part, struct cgroup_identity *ret)
{
    struct span s = part, user = part;
    uint64_t uid;
    bool leaf = take_suffix(&s, ".service") || take_suffix(&s, ".scope") ||
                take_suffix(&s, ".socket") || take_suffix(&s, ".mount");
    if (leaf || take_suffix(&s, ".slice"))
        copy_unescaped(ret->unit, sizeof ret->unit, part);
    if (span_take(&user, "user-") && take_suffix(&user, ".slice")) {
        struct span digits = user;
        if (span_take_number(&digits, &uid) && !digits.len)
            span_copy(ret->user, sizeof ret->user, user);
    }
}

void cgroup_identity(const char *path, struct cgroup_identity *ret)
{
    struct span rest = {path, strlen(path)}, parent = {path, 0};
    *ret = (struct cgroup_identity){0};
    while (rest.len) {
        size_t slash = span_find(rest, "/");
        struct span part = span_head(rest, slash == SPAN_NONE ? rest.len : slash);
        rest = span_from(rest, slash == SPAN_NONE ? rest.len : slash + 1);
        if (!part.len)
            continue;
        take_qos(part, ret);
        take_pod(part, ret);
        take_unit(part, ret);
        take_machine(part, parent, ret);
        /* runc whose cgroup driver does not match: "system.slice:docker:<id>" is one directory */
        for (size_t colon; (colon = span_find(part, ":")) != SPAN_NONE;) {
            take_pod(span_head(part, colon), ret);
            parent = span_head(part, colon);
            part = span_from(part, colon + 1);
        }
        take_container(part, parent, ret);
        parent = part;
    }
}
