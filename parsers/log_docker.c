/* What runs containers says about their memory: docker's and containerd's events, `docker inspect`
 * and `docker ps`, the kubelet, whatever else prints an exit code of a container.
 *
 * An exit code alone is no death by memory; 137 is SIGKILL, whoever sent it. Exits with 0 and with
 * 143 (SIGTERM, an ordinary stop) are not told.
 */
#include "parsers/log_module.h"
#include "parsers/log_sizes.h"

struct docker_log {
    struct log_module_state m;
};

static void copy_text(char *ret, size_t cap, const char *text)
{
    span_copy(ret, cap, (struct span){text, strlen(text)});
}

static bool is_id_char(char c)
{
    return char_is_digit(c) || (c >= 'a' && c <= 'f');
}

/* The first run of 64 (a short id: 12) hexadecimal digits. */
static bool find_id(struct span s, size_t digits, struct span *ret)
{
    for (size_t i = 0; i < s.len;) {
        size_t n = 0;
        while (i + n < s.len && is_id_char(s.p[i + n]))
            n++;
        if (n == digits) {
            *ret = span_head(span_from(s, i), n);
            return true;
        }
        i += n + 1;
    }
    return false;
}

static void store_id(struct container_facts *f, struct span s)
{
    struct span id;
    if (find_id(s, 64, &id) || find_id(s, 12, &id))
        span_copy(f->id, sizeof f->id, id);
}

static struct number number_behind(struct span s, const char *key)
{
    size_t at = span_find(s, key);
    uint64_t v;
    if (at == SPAN_NONE)
        return (struct number){0};
    s = span_trim_left(span_from(s, at + strlen(key)));
    return span_take_number(&s, &v) ? number_of(v) : (struct number){0};
}

/* "key=value" up to a comma or parenthesis */
static void copy_attribute(char *ret, size_t cap, struct span s, const char *key)
{
    size_t at = span_find(s, key), end = 0;
    if (at == SPAN_NONE)
        return;
    s = span_from(s, at + strlen(key));
    while (end < s.len && s.p[end] != ',' && s.p[end] != ')')
        end++;
    span_copy(ret, cap, span_head(s, end));
}

static bool emit_container(void *state, enum event_kind kind, const struct log_line *line,
                           struct container_facts *f, struct err *err)
{
    struct docker_log *d = state;
    struct event e = log_event(kind, line);
    e.container = f;
    if (f->pid.known)
        e.pid = f->pid;
    span_copy(e.comm, sizeof e.comm, (struct span){f->name, strlen(f->name)});
    return log_emit(d->m.out, &e, err);
}

static bool code_is_told(struct number code)
{
    return code.known && code.value != 0 && code.value != 143;
}

/* -- docker -- */

/* "container oom 6da85dc9... (image=node:20, name=web)" */
static bool hit_docker_oom(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct container_facts f = {.reason = "oom", .said_by = "docker"};
    struct span s = span_from(line->payload, at + strlen("container oom ")), id;
    if (!span_take_word(&s, &id) || id.len < 12 || !is_id_char(*id.p))
        return true;
    store_id(&f, id);
    copy_attribute(f.image, sizeof f.image, s, "image=");
    copy_attribute(f.name, sizeof f.name, s, " name=");
    return emit_container(state, EVENT_CONTAINER_OOM, line, &f, err);
}

/* "container die 6da85dc9... (exitCode=137, image=node:20, name=web)" */
static bool hit_docker_die(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct container_facts f = {.said_by = "docker"};
    struct span s = span_from(line->payload, at + strlen("container die ")), id;
    if (!span_take_word(&s, &id) || id.len < 12)
        return true;
    f.exit_code = number_behind(s, "exitCode=");
    store_id(&f, id);
    copy_attribute(f.image, sizeof f.image, s, "image=");
    copy_attribute(f.name, sizeof f.name, s, " name=");
    return !code_is_told(f.exit_code) || emit_container(state, EVENT_CONTAINER_EXIT, line, &f, err);
}

/* "6da85dc9...: (from node:20) oom" of docker before 1.10 */
static bool hit_docker_old(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct container_facts f = {.reason = "oom", .said_by = "docker"};
    struct span s = span_from(line->payload, at + strlen(": (from "));
    size_t close = span_find(s, ") ");
    store_id(&f, span_head(line->payload, at));
    if (close == SPAN_NONE || !f.id[0] || !span_is(span_from(s, close + 2), "oom"))
        return true;
    span_copy(f.image, sizeof f.image, span_head(s, close));
    return emit_container(state, EVENT_CONTAINER_OOM, line, &f, err);
}

/* "OOMKilled": true, "OOMKilled":true, OOMKilled:true; docker forgets it with the next start */
static bool hit_inspect(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct container_facts f = {.reason = "OOMKilled", .said_by = "docker"};
    struct span s = span_from(line->payload, at + strlen("OOMKilled"));
    span_take(&s, "\"");
    s = span_trim_left(s);
    if (!span_take(&s, ":") && !span_take(&s, "="))
        return true;
    s = span_trim_left(s);
    if (!span_starts(s, "true"))
        return true;
    f.exit_code = number_behind(span_head(s, 400), "ExitCode\":");
    if (!f.exit_code.known)
        f.exit_code = number_behind(span_head(s, 400), "ExitCode:");
    store_id(&f, line->payload);
    return emit_container(state, EVENT_CONTAINER_OOM, line, &f, err);
}

/* "4c01db0b339c  node:20  "docker-entry..."  2 hours ago  Exited (137) 5 minutes ago  web" */
static bool hit_ps(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct container_facts f = {.said_by = "docker"};
    struct span s = span_from(line->payload, at + strlen("Exited (")), name;
    uint64_t code;
    if (!span_take_number(&s, &code) || !span_take(&s, ") "))
        return true;
    f.exit_code = number_of(code);
    store_id(&f, span_head(line->payload, at));
    size_t last = span_find_last(span_trim(s), " ");
    if (!f.id[0] || !code_is_told(f.exit_code) || last == SPAN_NONE)
        return true;
    name = span_from(span_trim(s), last + 1);
    if (!span_is(name, "ago"))
        span_copy(f.name, sizeof f.name, name);
    return emit_container(state, EVENT_CONTAINER_EXIT, line, &f, err);
}

/* "web-1 exited with code 137" of docker compose */
static bool hit_compose(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct container_facts f = {.said_by = "docker"};
    struct span name = span_head(line->payload, at), s = span_from(line->payload, at);
    f.exit_code = number_behind(s, "exited with code ");
    if (name.len < 2 || !char_is_space(name.p[name.len - 1]))
        return true;
    name = span_trim(name);
    if (span_find(name, " ") != SPAN_NONE || span_find(name, "[") != SPAN_NONE ||
        span_find(name, ":") != SPAN_NONE || !code_is_told(f.exit_code))
        return true;
    span_copy(f.name, sizeof f.name, name);
    return emit_container(state, EVENT_CONTAINER_EXIT, line, &f, err);
}

/* -- containerd -- */

/* 'TaskOOM event container_id:"9192..."', "TaskOOM event &TaskOOM{ContainerID:a389...,}", dockerd's
 * 'container=4c01... topic=/tasks/oom type="*events.TaskOOM"', ctr's '/tasks/oom {...}' */
static bool hit_task_oom(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct container_facts f = {.reason = "TaskOOM", .said_by = "containerd"};
    size_t first = span_find(line->payload, "tasks/oom");
    if (first != SPAN_NONE && at != first) /* the line has both needles */
        return true;
    if (span_find(line->payload, "failed to ") != SPAN_NONE)
        return true;
    store_id(&f, line->payload);
    return !f.id[0] || emit_container(state, EVENT_CONTAINER_OOM, line, &f, err);
}

/* 'TaskExit event container_id:"..." id:"..." pid:123 exit_status:137', "&TaskExit{ContainerID:...,
 * ID:..,Pid:123,ExitStatus:137,", ctr's '/tasks/exit {"container_id":...,"exit_status":137}' */
static bool hit_task_exit(void *state, const struct log_line *line, size_t at, struct err *err)
{
    static const char *const codes[] = {"exit_status:", "ExitStatus:", "\"exit_status\":"};
    static const char *const pids[] = {" pid:", ",Pid:", "\"pid\":"};
    struct container_facts f = {.said_by = "containerd"};
    struct span s = span_from(line->payload, at);
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (!f.exit_code.known)
            f.exit_code = number_behind(s, codes[i]);
        if (!f.pid.known)
            f.pid = number_behind(s, pids[i]);
    }
    store_id(&f, s);
    return !code_is_told(f.exit_code) || !f.id[0] ||
           emit_container(state, EVENT_CONTAINER_EXIT, line, &f, err);
}

/* -- the kubelet -- */

/* 'Created an OOM event in container "/docker/6da85dc9..." at 2017-08-30 20:24:01.583 +0000 UTC' */
static bool hit_created(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct container_facts f = {.reason = "OOM", .said_by = "kubelet"};
    struct span s = span_from(line->payload, at);
    size_t open = span_find(s, "\""), close = SPAN_NONE;
    struct span path = span_from(s, open == SPAN_NONE ? s.len : open + 1);
    close = span_find(path, "\"");
    path = span_head(path, close == SPAN_NONE ? path.len : close);
    char text[CGROUP_PATH_MAX];
    struct cgroup_identity id;
    span_copy(text, sizeof text, path);
    cgroup_identity(text, &id);
    copy_text(f.id, sizeof f.id, id.container_id);
    copy_text(f.pod, sizeof f.pod, id.pod_uid);
    if (!f.id[0] && !f.pod[0])
        copy_text(f.name, sizeof f.name, text);
    return emit_container(state, EVENT_CONTAINER_OOM, line, &f, err);
}

/* "System OOM encountered, victim process: node, pid: 123": the kernel's kill, at second hand */
static bool hit_system_oom(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct docker_log *d = state;
    struct event e = log_event(EVENT_KERNEL_OOM, line);
    struct oom_facts f = {.kind = OOM_GLOBAL, .page_kib = 4};
    struct span s = span_from(line->payload, at);
    size_t name = span_find(s, "victim process: "), pid = span_find_last(s, ", pid: ");
    if (name == SPAN_NONE || pid == SPAN_NONE || pid < name)
        return true;
    name += strlen("victim process: ");
    span_copy(e.comm, sizeof e.comm, span_from(span_head(s, pid), name));
    e.pid = number_behind(span_from(s, pid), ", pid: ");
    e.oom = &f;
    return !e.pid.known || log_emit(d->m.out, &e, err);
}

/* "Container web was using 2Gi, request is 0, has larger consumption of memory." */
static void take_usage(struct container_facts *f, struct killer_facts *k, struct span s)
{
    size_t name = span_find(s, "Container "), using = span_find(s, " was using ");
    size_t request = span_find(s, "request is ");
    if (name == SPAN_NONE || using == SPAN_NONE || using < name)
        return;
    span_copy(f->name, sizeof f->name, span_from(span_head(s, using), name + 10));
    struct span size = span_from(s, using + strlen(" was using "));
    (void)span_take_size(&size, true, &f->memory_kib);
    k->rss_kib = f->memory_kib;
    if (request != SPAN_NONE) {
        size = span_from(s, request + strlen("request is "));
        (void)span_take_size(&size, true, &f->request_kib);
    }
}

/* "The node was low on resource: memory. Threshold quantity: 100Mi, available: 57Mi. Container ..."
 */
static bool hit_evicted(void *state, const struct log_line *line, size_t at, struct err *err)
{
    struct docker_log *d = state;
    struct container_facts f = {.reason = "Evicted", .said_by = "kubelet"};
    struct killer_facts k = {.killer = KILLER_KUBELET, .attempt = 1};
    struct memory_facts m = {0};
    struct event e = log_event(EVENT_USER_KILL, line);
    struct span s = span_from(line->payload, at + strlen("The node was low on resource: "));
    size_t available = span_find(s, "available: ");
    if (!span_starts(s, "memory")) /* disks evict as well */
        return true;
    if (available != SPAN_NONE) {
        struct span size = span_from(s, available + strlen("available: "));
        (void)span_take_size(&size, true, &m.available_kib);
        e.memory = &m;
    }
    take_usage(&f, &k, s);
    if (line->prefix.object.len)
        span_copy(f.pod, sizeof f.pod, line->prefix.object);
    copy_text(e.comm, sizeof e.comm, f.name);
    e.text = "node-low-on-memory";
    e.killer = &k;
    e.container = &f;
    return log_emit(d->m.out, &e, err);
}

static const struct log_matcher matchers[] = {
    {"container oom ", hit_docker_oom},
    {"container die ", hit_docker_die},
    {": (from ", hit_docker_old},
    {"OOMKilled", hit_inspect},
    {"Exited (", hit_ps},
    {"exited with code ", hit_compose},
    {"TaskOOM", hit_task_oom},
    {"tasks/oom", hit_task_oom},
    {"TaskExit event", hit_task_exit},
    {"tasks/exit", hit_task_exit},
    {"Created an OOM event in container", hit_created},
    {"System OOM encountered, victim process: ", hit_system_oom},
    {"The node was low on resource: ", hit_evicted},
};

const struct log_module log_docker_module = {
    .name = "docker",
    .matchers = matchers,
    .matcher_count = ARRAY_LEN(matchers),
    .state_bytes = sizeof(struct docker_log),
};
