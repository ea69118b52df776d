/* The table of what events know: see event_facts.h. */
#include "analyzer/event_facts.h"

#include <assert.h>

#define EVENT(member) PART_EVENT, offsetof(struct event, member)
#define OOM(member) PART_OOM, offsetof(struct oom_facts, member)
#define V8(member) PART_V8, offsetof(struct v8_facts, member)
#define REPORT(member) PART_REPORT, offsetof(struct report_facts, member)
#define PM2(member) PART_PM2, offsetof(struct pm2_facts, member)
#define NOTE(member) PART_NOTE, offsetof(struct note_facts, member)
#define MEMORY(member) PART_MEMORY, offsetof(struct memory_facts, member)
#define KILLER(member) PART_KILLER, offsetof(struct killer_facts, member)
#define UNIT(member) PART_UNIT, offsetof(struct unit_facts, member)
#define CONTAINER(member) PART_CONTAINER, offsetof(struct container_facts, member)
#define SERIES(member) PART_SERIES, offsetof(struct series_facts, member)
#define REQUESTS(member) PART_REQUESTS, offsetof(struct request_facts, member)
#define ERROR(member) PART_ERROR, offsetof(struct node_error_facts, member)
#define ROW(key, where, type, brief, help) ROW_(key, where, type, brief, help)
#define ROW_(key, part, offset, type, brief, help)                                                 \
    {                                                                                              \
        key, part, type, offset, brief, help                                                       \
    }

/* clang-format off */
static const struct event_fact facts[] = {
    ROW("swap_kb", EVENT(swap_kib), FACT_KIB, "%", "swap that was added"),

    ROW("kind", OOM(kind), FACT_OOM_KIND, "%", "whose memory was short: `global`, `memcg`, `cpuset`, `mempolicy`, `unknown`"),
    ROW("manual", OOM(manual), FACT_BOOL, "called by hand", "asked for by SysRq: no shortage"),
    ROW("group", OOM(group), FACT_BOOL, "with its whole cgroup", "killed along with its whole cgroup (memory.oom.group)"),
    ROW("complete", OOM(complete), FACT_BOOL, NULL, "both the head of the report and the kill are in the log"),
    ROW("uid", OOM(uid), FACT_NUMBER, NULL, "user of the victim"),
    ROW("score", OOM(score), FACT_NUMBER, NULL, "badness of the victim"),
    ROW("oom_score_adj", OOM(oom_score_adj), FACT_NUMBER, NULL, "of the victim"),
    ROW("total_vm_kb", OOM(total_vm_kib), FACT_KIB, NULL, "address space of the victim"),
    ROW("anon_rss_kb", OOM(anon_rss_kib), FACT_KIB, "% anonymous", "anonymous memory of the victim"),
    ROW("file_rss_kb", OOM(file_rss_kib), FACT_KIB, NULL, "pages of files the victim had mapped"),
    ROW("shmem_rss_kb", OOM(shmem_rss_kib), FACT_KIB, NULL, "shared memory of the victim"),
    ROW("pgtables_kb", OOM(pgtables_kib), FACT_KIB, NULL, "page tables of the victim"),
    ROW("usage_kb", OOM(usage_kib), FACT_KIB, NULL, "memory that `oom_memcg` used"),
    ROW("limit_kb", OOM(limit_kib), FACT_KIB, "limit %", "its limit"),
    ROW("failcnt", OOM(failcnt), FACT_NUMBER, NULL, "how often that limit was hit"),
    ROW("cgroup_version", OOM(cgroup_version), FACT_NUMBER, NULL, "1 or 2, where the report shows it"),
    ROW("memsw_usage_kb", OOM(memsw_usage_kib), FACT_KIB, NULL, "memory and swap of the cgroup together (version 1)"),
    ROW("memsw_limit_kb", OOM(memsw_limit_kib), FACT_KIB, NULL, "their limit"),
    ROW("swap_usage_kb", OOM(swap_usage_kib), FACT_KIB, NULL, "swap of the cgroup (version 2)"),
    ROW("swap_limit_kb", OOM(swap_limit_kib), FACT_KIB, NULL, "its limit"),
    ROW("constraint", OOM(constraint), FACT_TEXT, NULL, "the kernel's word: `CONSTRAINT_MEMCG`"),
    ROW("oom_memcg", OOM(oom_memcg), FACT_TEXT, "of %", "cgroup whose limit was hit"),
    ROW("task_memcg", OOM(task_memcg), FACT_TEXT, NULL, "cgroup the victim lived in"),
    ROW("trigger", OOM(trigger), FACT_TEXT, "called by \"%\"", "thread whose allocation failed: neither culprit nor victim"),
    ROW("trigger_pid", OOM(trigger_pid), FACT_NUMBER, NULL, "its pid"),
    ROW("trigger_adj", OOM(trigger_adj), FACT_NUMBER, NULL, "its oom_score_adj"),
    ROW("order", OOM(order), FACT_NUMBER, NULL, "of the allocation: 2 to the power of so many pages; -1: by hand"),
    ROW("gfp", OOM(gfp), FACT_HEX, NULL, "flags of the allocation"),
    ROW("kernel", OOM(kernel), FACT_TEXT, NULL, "release"),
    ROW("swap_free_kb", OOM(swap_free_kib), FACT_KIB, NULL, "free swap of the machine"),
    ROW("swap_total_kb", OOM(swap_total_kib), FACT_KIB, NULL, "all swap of the machine"),
    ROW("ram_pages", OOM(ram_pages), FACT_NUMBER, NULL, "pages of memory"),
    ROW("reserved_pages", OOM(reserved_pages), FACT_NUMBER, NULL, "of these reserved"),
    ROW("free_pages", OOM(free_pages), FACT_NUMBER, NULL, "of these free"),
    ROW("task_count", OOM(task_count), FACT_LINE, NULL, "rows of the task table"),
    ROW("trigger_line", OOM(trigger_line), FACT_LINE, NULL, "where the report begins"),
    ROW("limit_line", OOM(limit_line), FACT_LINE, NULL, "where the limit stands"),
    ROW("swap_line", OOM(swap_line), FACT_LINE, NULL, "where the swap stands"),
    ROW("constraint_line", OOM(constraint_line), FACT_LINE, NULL, "where the constraint stands"),
    ROW("gfp_flags", OOM(gfp_flags), FACT_TEXT, NULL, "the same by name"),
    ROW("nodemask", OOM(nodemask), FACT_TEXT, NULL, "nodes the allocation could use"),
    ROW("cpuset", OOM(cpuset), FACT_TEXT, NULL, "of the trigger"),
    ROW("mems_allowed", OOM(mems_allowed), FACT_TEXT, NULL, "nodes of that cpuset"),
    ROW("group_memcg", OOM(group_memcg), FACT_TEXT, NULL, "cgroup whose tasks all go"),
    ROW("pod_uid", OOM(identity.pod_uid), FACT_TEXT, NULL, "Kubernetes pod, by the cgroup's path"),
    ROW("qos", OOM(identity.qos), FACT_TEXT, NULL, "its class: `burstable`"),
    ROW("container_id", OOM(identity.container_id), FACT_TEXT, NULL, "container, by the cgroup's path"),
    ROW("runtime", OOM(identity.runtime), FACT_TEXT, NULL, "`docker`, `cri-containerd`, `crio`, `libpod`, `lxc`"),
    ROW("container", OOM(identity.container), FACT_TEXT, NULL, "name of an LXC container or a virtual machine"),
    ROW("unit", OOM(identity.unit), FACT_TEXT, NULL, "systemd unit, by the cgroup's path"),
    ROW("active_anon_pages", OOM(active_anon_pages), FACT_NUMBER, NULL, "of the machine, as Mem-Info has it; so are the next"),
    ROW("inactive_anon_pages", OOM(inactive_anon_pages), FACT_NUMBER, NULL, "anonymous pages not used lately"),
    ROW("active_file_pages", OOM(active_file_pages), FACT_NUMBER, NULL, "page cache used lately"),
    ROW("inactive_file_pages", OOM(inactive_file_pages), FACT_NUMBER, NULL, "page cache not used lately"),
    ROW("unevictable_pages", OOM(unevictable_pages), FACT_NUMBER, NULL, "pages that cannot be given back"),
    ROW("slab_reclaimable_pages", OOM(slab_reclaimable_pages), FACT_NUMBER, NULL, "the kernel's caches"),
    ROW("slab_unreclaimable_pages", OOM(slab_unreclaimable_pages), FACT_NUMBER, NULL, "the kernel's own memory"),
    ROW("shmem_pages", OOM(shmem_pages), FACT_NUMBER, NULL, "shared memory and tmpfs"),
    ROW("mapped_pages", OOM(mapped_pages), FACT_NUMBER, NULL, "mapped files"),
    ROW("pagetables_pages", OOM(pagetables_pages), FACT_NUMBER, NULL, "page tables"),
    ROW("pagecache_pages", OOM(pagecache_pages), FACT_NUMBER, NULL, "page cache, all of it"),
    ROW("swap_cache_pages", OOM(swap_cache_pages), FACT_NUMBER, NULL, "pages both in memory and in swap"),
    ROW("kernel_stack_kb", OOM(kernel_stack_kib), FACT_KIB, NULL, "stacks of tasks in the kernel"),
    ROW("hugepages_total_kb", OOM(hugepages_total_kib), FACT_KIB, NULL, "memory set aside as huge pages"),
    ROW("hugepages_free_kb", OOM(hugepages_free_kib), FACT_KIB, NULL, "of these free"),
    ROW("cgroup_anon_kb", OOM(cgroup_anon_kib), FACT_KIB, NULL, "of the cgroup's memory anonymous, its descendants included"),
    ROW("cgroup_file_kb", OOM(cgroup_file_kib), FACT_KIB, NULL, "of files"),
    ROW("cgroup_shmem_kb", OOM(cgroup_shmem_kib), FACT_KIB, NULL, "shared, and tmpfs"),
    ROW("cgroup_kernel_kb", OOM(cgroup_kernel_kib), FACT_KIB, NULL, "the kernel's for it"),
    ROW("cgroup_slab_kb", OOM(cgroup_slab_kib), FACT_KIB, NULL, "of that in slabs"),
    ROW("cgroup_sock_kb", OOM(cgroup_sock_kib), FACT_KIB, NULL, "buffers of sockets"),
    ROW("cgroup_swap_kb", OOM(cgroup_swap_kib), FACT_KIB, NULL, "swap"),

    ROW("gc_kind", V8(gc_kind), FACT_TEXT, "%", "of the collection: `Mark-Compact`; of a fatal error, of the last one"),
    ROW("uptime_s", V8(uptime_ms), FACT_THOUSANDTHS, "% s after start", "since the isolate's start"),
    ROW("heap_before_mb", V8(used_before_bytes), FACT_MIB, NULL, "heap in use before it"),
    ROW("heap_mb", V8(used_bytes), FACT_MIB, "% MB in use", "heap in use after it"),
    ROW("committed_before_mb", V8(committed_before_bytes), FACT_MIB, NULL, "heap committed before it"),
    ROW("committed_mb", V8(committed_bytes), FACT_MIB, "% MB committed", "heap committed after it"),
    ROW("pause_ms", V8(pause_us), FACT_THOUSANDTHS, "% ms", "how long it took"),
    ROW("mu", V8(mutator_permille), FACT_THOUSANDTHS, NULL, "share of the time left for the program, averaged"),
    ROW("js_stack_header", V8(js_stack), FACT_BOOL, NULL, "`<--- JS stacktrace --->` was printed"),
    ROW("native_header", V8(native_stack), FACT_BOOL, NULL, "`----- Native stack trace -----` was printed"),
    ROW("title", V8(title), FACT_TEXT, "\"%\"", "of the process: `next-server (v14.2.3)`"),
    ROW("report_file", V8(report_file), FACT_TEXT, NULL, "the diagnostic report it wrote"),
    ROW("gc_line", V8(gc_line), FACT_LINE, NULL, "where the last collection stands"),
    ROW("report_line", V8(report_line), FACT_LINE, NULL, "where the report is told"),
    ROW("cause", V8(cause), FACT_V8_CAUSE, NULL, "what V8 could not do: `heap-limit`, `young-generation`, `table-size`, `invalid-size`, `zone`, `native`, `unknown`"),
    ROW("gc_reason", V8(gc_reason), FACT_TEXT, NULL, "of the collection"),

    ROW("event", REPORT(event), FACT_TEXT, "%", "why it was written: `Allocation failed - JavaScript heap out of memory`"),
    ROW("trigger", REPORT(trigger), FACT_TEXT, NULL, "`OOMError`, `FatalError`, `Signal`, ..."),
    ROW("node", REPORT(node_version), FACT_TEXT, "Node %", "version"),
    ROW("command", REPORT(command), FACT_TEXT, NULL, "arguments, joined with spaces"),
    ROW("old_space_mb", REPORT(old_space_mib), FACT_NUMBER, NULL, "`--max-old-space-size` among them"),
    ROW("used_bytes", REPORT(heap_used_bytes), FACT_BYTES, "heap %", "heap in use"),
    ROW("limit_bytes", REPORT(heap_limit_bytes), FACT_BYTES, "of %", "the heap's limit"),
    ROW("committed_bytes", REPORT(heap_committed_bytes), FACT_BYTES, NULL, "heap committed"),
    ROW("external_bytes", REPORT(external_bytes), FACT_BYTES, NULL, "buffers outside of the heap"),
    ROW("rss_bytes", REPORT(rss_bytes), FACT_BYTES, "% resident", "resident memory"),
    ROW("maxRss", REPORT(max_rss_bytes), FACT_BYTES, NULL, "the most that was resident"),
    ROW("constrained_bytes", REPORT(constrained_bytes), FACT_BYTES, NULL, "what the container allows"),
    ROW("total_bytes", REPORT(total_bytes), FACT_BYTES, NULL, "memory of the machine"),
    ROW("available_bytes", REPORT(available_bytes), FACT_BYTES, NULL, "of that available"),
    ROW("free_bytes", REPORT(free_bytes), FACT_BYTES, NULL, "of that free"),
    ROW("heap_total_bytes", REPORT(heap_total_bytes), FACT_BYTES, NULL, "size of the heap"),
    ROW("heap_available_bytes", REPORT(heap_available_bytes), FACT_BYTES, NULL, "what the heap may still grow by"),
    ROW("malloced_bytes", REPORT(malloced_bytes), FACT_BYTES, NULL, "V8's own memory outside of the heap"),
    ROW("contexts", REPORT(contexts), FACT_NUMBER, NULL, "native contexts"),
    ROW("detached_contexts", REPORT(detached_contexts), FACT_NUMBER, NULL, "those that nothing uses any more"),
    ROW("thread_id", REPORT(thread_id), FACT_NUMBER, NULL, "thread that wrote it"),
    ROW("report_version", REPORT(version), FACT_NUMBER, NULL, "of its format"),
    ROW("cpus", REPORT(cpus), FACT_NUMBER, NULL, "processors"),
    ROW("handles", REPORT(handles), FACT_NUMBER, NULL, "libuv's handles"),
    ROW("sockets", REPORT(sockets), FACT_NUMBER, NULL, "of these sockets"),
    ROW("open_sockets", REPORT(open_sockets), FACT_NUMBER, NULL, "of these with a peer"),
    ROW("timers", REPORT(timers), FACT_NUMBER, NULL, "libuv's timers"),
    ROW("workers", REPORT(workers), FACT_NUMBER, NULL, "worker threads"),
    ROW("os_release", REPORT(os_release), FACT_TEXT, NULL, "of the machine"),
    ROW("error", REPORT(error), FACT_TEXT, NULL, "the JavaScript error"),
    ROW("frame", REPORT(frame), FACT_TEXT, NULL, "first frame of its stack"),

    ROW("id", PM2(id), FACT_NUMBER, "process %", "PM2's number of the process (pm_id)"),
    ROW("current", PM2(memory_bytes), FACT_BYTES, "%", "bytes resident at the restart"),
    ROW("limit", PM2(limit_bytes), FACT_BYTES, "of %", "max_memory_restart in bytes"),
    ROW("exit_code", PM2(exit_code), FACT_NUMBER, "code %", "of the process"),
    ROW("signal", PM2(signal), FACT_TEXT, "by %", "that ended it: `SIGKILL`"),
    ROW("tiny_limit", PM2(tiny_limit), FACT_FLAG, "a limit in the wrong unit?", "the limit was most likely meant in another unit"),
    ROW("online", PM2(online), FACT_FLAG, NULL, "of a start: it is up; false: it is about to be"),
    ROW("delay_ms", PM2(delay_ms), FACT_NUMBER, "after % ms", "that PM2 waits before it starts the process again"),
    ROW("status", PM2(status), FACT_TEXT, "%", "of a process in a list: `online`"),
    ROW("mode", PM2(mode), FACT_TEXT, NULL, "`cluster`, `fork`"),
    ROW("node_version", PM2(node_version), FACT_TEXT, NULL, "Node's, as PM2 knows it"),
    ROW("args", PM2(args), FACT_TEXT, NULL, "arguments of Node itself"),
    ROW("restarts", PM2(restarts), FACT_NUMBER, "% restarts", "since PM2 knows the process"),
    ROW("unstable_restarts", PM2(unstable_restarts), FACT_NUMBER, NULL, "of these soon after the start"),
    ROW("instances", PM2(instances), FACT_NUMBER, NULL, "of the application"),
    ROW("heap_bytes", PM2(heap_bytes), FACT_BYTES, NULL, "heap in use, where PM2 measures it"),
    ROW("old", PM2(old), FACT_BOOL, "the old one of a reload", "it was on its way out: PM2 had a new one"),

    ROW("lost", NOTE(count), FACT_NUMBER, "% lines lost", "lines that are not in the log"),
    ROW("order", NOTE(order), FACT_NUMBER, "order %", "of the allocation"),
    ROW("gfp", NOTE(gfp), FACT_HEX, NULL, "its flags"),
    ROW("seconds", NOTE(seconds), FACT_NUMBER, "% s", "that a task has waited"),
    ROW("signal", NOTE(signal), FACT_TEXT, "%", "that ended it"),
    ROW("executable", NOTE(executable), FACT_TEXT, NULL, "where it happened"),

    ROW("available_kb", MEMORY(available_kib), FACT_KIB, "% available", "memory of the machine"),
    ROW("total_kb", MEMORY(total_kib), FACT_KIB, "of %", "all of it"),
    ROW("swap_free_kb", MEMORY(swap_free_kib), FACT_KIB, NULL, "free swap"),
    ROW("swap_total_kb", MEMORY(swap_total_kib), FACT_KIB, NULL, "all swap"),

    ROW("killer", KILLER(killer), FACT_KILLER, "by %", "`earlyoom`, `systemd-oomd`, `nohang`, `oomd`, `talos`, `lmkd`, `kubelet`"),
    ROW("signal", KILLER(signal), FACT_TEXT, "%", "that it sent"),
    ROW("attempt", KILLER(attempt), FACT_LINE, NULL, "1, then 2 ... for the same process"),
    ROW("uid", KILLER(uid), FACT_NUMBER, NULL, "user of the victim"),
    ROW("score", KILLER(score), FACT_NUMBER, NULL, "its badness"),
    ROW("oom_score_adj", KILLER(oom_score_adj), FACT_NUMBER, NULL, "of the victim"),
    ROW("rss_kb", KILLER(rss_kib), FACT_KIB, "%", "memory of the process or the cgroup"),
    ROW("processes", KILLER(processes), FACT_NUMBER, NULL, "that went with the cgroup"),
    ROW("cgroup", KILLER(cgroup), FACT_TEXT, "%", "that was killed"),
    ROW("pressured", KILLER(pressured), FACT_TEXT, NULL, "cgroup whose pressure was too high"),
    ROW("pressure_permyriad", KILLER(pressure_permyriad), FACT_NUMBER, NULL, "that pressure; 6177 is 61.77 %"),
    ROW("limit_permyriad", KILLER(limit_permyriad), FACT_NUMBER, NULL, "what is allowed"),
    ROW("mem_used", KILLER(memory_used_bytes), FACT_BYTES, NULL, "memory in use"),
    ROW("mem_total", KILLER(memory_total_bytes), FACT_BYTES, NULL, "all memory"),
    ROW("swap_used", KILLER(swap_used_bytes), FACT_BYTES, NULL, "swap in use"),
    ROW("swap_total", KILLER(swap_total_bytes), FACT_BYTES, NULL, "all swap"),
    ROW("dry_run", KILLER(dry_run), FACT_FLAG, "only said", "it says what it would have done"),

    ROW("unit", UNIT(unit), FACT_TEXT, "%", "systemd's unit"),
    ROW("code", UNIT(code), FACT_TEXT, "%", "how its main process ended: `killed`, `dumped`, `exited`"),
    ROW("status", UNIT(status), FACT_TEXT, "%", "signal or exit code: `9/KILL`"),
    ROW("result", UNIT(result), FACT_TEXT, "%", "of the unit: `oom-kill`"),
    ROW("by_oomd", UNIT(by_oomd), FACT_FLAG, NULL, "systemd-oomd killed, not the kernel"),
    ROW("slice", UNIT(slice), FACT_FLAG, NULL, "an ancestor, that says again what a unit in it says"),
    ROW("processes", UNIT(processes), FACT_NUMBER, NULL, "that were killed"),
    ROW("restarts", UNIT(restarts), FACT_NUMBER, "restart %", "counter of restarts"),
    ROW("memory_peak_kb", UNIT(memory_peak_kib), FACT_KIB, "peak %", "the most memory that it took"),
    ROW("swap_peak_kb", UNIT(swap_peak_kib), FACT_KIB, NULL, "the most swap"),

    ROW("container", CONTAINER(id), FACT_TEXT, "container %", "id, as long as the log has it"),
    ROW("name", CONTAINER(name), FACT_TEXT, "%", "of the container"),
    ROW("pod", CONTAINER(pod), FACT_TEXT, "pod %", "Kubernetes pod"),
    ROW("namespace", CONTAINER(namespace), FACT_TEXT, NULL, "of the pod"),
    ROW("image", CONTAINER(image), FACT_TEXT, NULL, "of the container"),
    ROW("reason", CONTAINER(reason), FACT_TEXT, "%", "`OOMKilled`, `CrashLoopBackOff`"),
    ROW("said_by", CONTAINER(said_by), FACT_TEXT, NULL, "`docker`, `containerd`, `kubelet`, `kubectl`"),
    ROW("exit_code", CONTAINER(exit_code), FACT_NUMBER, "code %", "137: killed"),
    ROW("restarts", CONTAINER(restarts), FACT_NUMBER, "% restarts", "of the container"),
    ROW("limit_kb", CONTAINER(limit_kib), FACT_KIB, "limit %", "of memory"),
    ROW("request_kb", CONTAINER(request_kib), FACT_KIB, NULL, "requested memory"),
    ROW("memory_kb", CONTAINER(memory_kib), FACT_KIB, "%", "that it used"),
    ROW("started_us", CONTAINER(started_us), FACT_NUMBER, NULL, "microseconds since 1970"),
    ROW("finished_us", CONTAINER(finished_us), FACT_NUMBER, NULL, "microseconds since 1970"),

    ROW("metric", SERIES(metric), FACT_SERIES_METRIC, NULL, "what was measured: `heap-after-gc`, `rss`, `pm2-memory`, ..."),
    ROW("axis", SERIES(axis), FACT_SERIES_AXIS, NULL, "over what: `wall`, `uptime`, `isolate`, `line`"),
    ROW("samples", SERIES(count), FACT_LINE, "% samples", "how often"),
    ROW("first_bytes", SERIES(first.bytes), FACT_COUNT, NULL, "the first one"),
    ROW("last_bytes", SERIES(last.bytes), FACT_COUNT, NULL, "the last one"),
    ROW("min_bytes", SERIES(min.bytes), FACT_COUNT, NULL, "the least"),
    ROW("max_bytes", SERIES(max.bytes), FACT_COUNT, NULL, "the most"),
    ROW("restarts", SERIES(restarts), FACT_LINE, NULL, "falls that only another process explains"),
    ROW("slope_bytes_per_hour", SERIES(slope_bytes_per_hour), FACT_BYTES, "% an hour", "median of slopes, of the longest stretch without a restart"),
    ROW("floor_first_bytes", SERIES(floor_first_bytes), FACT_BYTES, NULL, "what comes back after each collection: after the warm-up"),
    ROW("floor_last_bytes", SERIES(floor_last_bytes), FACT_BYTES, NULL, "and at the end"),
    ROW("growing", SERIES(growing), FACT_BOOL, "grows", "the floor rises, and clearly"),

    ROW("requests", REQUESTS(count), FACT_LINE, "% requests", "of that route"),
    ROW("untimed", REQUESTS(untimed), FACT_LINE, NULL, "of these without a time"),
    ROW("all", REQUESTS(all), FACT_FLAG, NULL, "of all routes together"),
    ROW("other", REQUESTS(other), FACT_FLAG, NULL, "of all routes without an event of their own"),

    ROW("node_error", ERROR(error), FACT_NODE_ERROR, "%", "`worker-oom`, `enomem`, `array-buffer`, `string-length`, `buffer-size`, `collection-size`, `wasm-memory`, `max-listeners`"),
    ROW("call", ERROR(call), FACT_TEXT, NULL, "of ENOMEM: `spawn`"),
    ROW("emitter", ERROR(emitter), FACT_TEXT, "on %", "of listeners"),
    ROW("listener", ERROR(listener), FACT_TEXT, "for \"%\"", "their event"),
    ROW("listeners", ERROR(listeners), FACT_NUMBER, "% listeners", "how many there were"),
    ROW("size_bytes", ERROR(size_bytes), FACT_BYTES, NULL, "that was asked for"),
};

static const struct event_key keys[] = {
    {"type", "the kind of event"},
    {"time", "ISO 8601: with `Z` it is UTC, without it is a local time of a zone that is not known; null: not known"},
    {"time_sure_s", "seconds by which it may be off, a zone that is not known aside"},
    {"time_from", "`stamp`: its own; `tz`: local, in the zone of --tz; `inferred`: local, the zone by another log; `local`: zone not known; `anchor`: by the uptime"},
    {"clock", "of the line: `zoned`, `local`, `yearless`, `uptime`, `relative`, `none`"},
    {"mono", "seconds since boot; null: not told"},
    {"boot", "number, from 1 on over all files; null: the file tells nothing of boots"},
    {"boot_id", "the journal's, where it is known"},
    {"file", "name as given"},
    {"line", "of the decisive line, from 1 on; null: the file has none"},
    {"first_line", "where what it rests on begins, if that is another line"},
    {"pid", "of the process; null: not told"},
    {"stamp", "the stamp as the log has it"},
    {"comm", "name of the process; of PM2's events the key is `app`: the application"},
    {"victim", "kernel-oom: the pid; null: the log has no kill"},
    {"reaped", "kernel-oom: the log tells that its memory was freed"},
    {"rss_pages", "kernel-oom: resident pages of the victim in the task table, if it is among the largest"},
};

static const struct event_kind_row kind_rows[] = {
    {EVENT_KERNEL_OOM, "comm", NULL, "the kernel killed a process for memory; without `pid`, the log has no kill"},
    {EVENT_OOM_REAPED, "comm", NULL, "the memory of a victim is free"},
    {EVENT_V8_FATAL, "comm", "fatal", "V8 gave up; what it said"},
    {EVENT_V8_GC, "comm", NULL, "a garbage collection"},
    {EVENT_NODE_REPORT, "comm", "report_file", "a diagnostic report, or the line that says that one is written"},
    {EVENT_HEAP_SNAPSHOT, "comm", "snapshot_file", "a heap snapshot, or the line that says that one is written"},
    {EVENT_PM2_MEMORY, "app", NULL, "PM2 restarts a process above its memory limit"},
    {EVENT_PM2_EXIT, "app", NULL, "PM2 saw a process end"},
    {EVENT_NEXT_VERSION, "comm", "next", "Next.js told its version"},
    {EVENT_NODE_VERSION, "comm", "node", "Node.js told its version"},
    {EVENT_NEXT_BAD_OPTION, "comm", "option", "Next.js does not know an option of its configuration"},
    {EVENT_SWAP_ADDED, "comm", "device", "swap was added to the machine"},
    {EVENT_OOM_NOTE, "comm", "note", "the OOM killer says more than a kill"},
    {EVENT_ALLOC_FAILURE, "comm", NULL, "an allocation of the kernel failed; nobody was killed"},
    {EVENT_HUNG_TASK, "comm", NULL, "a task waits for long, mostly on disk or swap"},
    {EVENT_LOG_GAP, "comm", "said_by", "lines were lost before this one"},
    {EVENT_PROCESS_CRASH, "comm", "what", "a trap, a segmentation fault, a core dump: no kill"},
    {EVENT_MEMORY, "comm", NULL, "free memory and swap of the machine"},
    {EVENT_USER_KILL, "comm", "text", "a program killed for want of memory"},
    {EVENT_UNIT_OOM, "comm", NULL, "systemd: a process of the unit was killed"},
    {EVENT_UNIT_EXIT, "comm", NULL, "systemd: the unit's main process ended"},
    {EVENT_UNIT_FAILED, "comm", NULL, "systemd: the unit's result"},
    {EVENT_UNIT_USAGE, "comm", NULL, "systemd: what the unit took"},
    {EVENT_UNIT_RESTART, "comm", NULL, "systemd: the unit will start again"},
    {EVENT_CONTAINER_OOM, "comm", "text", "docker, containerd, kubelet or kubectl: a container was out of memory"},
    {EVENT_CONTAINER_EXIT, "comm", "text", "a container's end with an exit code that is not 0"},
    {EVENT_CONTAINER_STATE, "comm", "text", "a container that is not well"},
    {EVENT_SERIES, "comm", "series", "a figure over time, at the end of its log"},
    {EVENT_REQUESTS, "app", "route", "requests of one route, at the end of their log"},
    {EVENT_NODE_ERROR, "app", "message", "want of memory that need not end the process"},
    {EVENT_PM2_START, "app", NULL, "PM2 starts a process, or it is online"},
    {EVENT_PM2_STOP, "app", "text", "PM2 stops a process"},
    {EVENT_PM2_BACKOFF, "app", NULL, "PM2 waits before it starts the process again"},
    {EVENT_PM2_ERRORED, "app", "text", "PM2 gave up: the process stays down"},
    {EVENT_PM2_PROCESS, "app", NULL, "how a process was doing when PM2 was asked"},
};
/* clang-format on */

const struct event_fact *event_facts(size_t *ret_count)
{
    *ret_count = ARRAY_LEN(facts);
    return facts;
}

const struct event_key *event_keys(size_t *ret_count)
{
    *ret_count = ARRAY_LEN(keys);
    return keys;
}

const void *event_part(const struct event *e, enum fact_part part)
{
    const void *const parts[PART_COUNT] = {
        [PART_EVENT] = e,          [PART_OOM] = e->oom,
        [PART_V8] = e->v8,         [PART_REPORT] = e->report,
        [PART_PM2] = e->pm2,       [PART_NOTE] = e->note,
        [PART_MEMORY] = e->memory, [PART_KILLER] = e->killer,
        [PART_UNIT] = e->unit,     [PART_CONTAINER] = e->container,
        [PART_SERIES] = e->series, [PART_REQUESTS] = e->requests,
        [PART_ERROR] = e->error,
    };
    return parts[part];
}

const char *fact_part_word(enum fact_part part)
{
    static const char *const words[PART_COUNT] = {
        [PART_EVENT] = "event",
        [PART_OOM] = "kernel OOM",
        [PART_V8] = "V8",
        [PART_REPORT] = "Node report",
        [PART_PM2] = "PM2",
        [PART_NOTE] = "kernel notes",
        [PART_MEMORY] = "memory of the machine",
        [PART_KILLER] = "killers that are programs",
        [PART_UNIT] = "systemd units",
        [PART_CONTAINER] = "containers",
        [PART_SERIES] = "series",
        [PART_REQUESTS] = "requests",
        [PART_ERROR] = "errors of Node",
    };
    return words[part];
}

const char *event_fact_word(const struct event *e, const struct event_fact *f)
{
    const void *at = event_fact_at(e, f);
    switch (at ? f->type : FACT_NUMBER) {
    case FACT_OOM_KIND:
        return oom_kind_word(*(const enum oom_kind *)at);
    case FACT_V8_CAUSE:
        return v8_cause_word(*(const enum v8_cause *)at);
    case FACT_NODE_ERROR:
        return node_error_word(*(const enum node_error *)at);
    case FACT_SERIES_METRIC:
        return series_metric_word(*(const enum series_metric *)at);
    case FACT_SERIES_AXIS:
        return series_axis_word(*(const enum series_axis *)at);
    case FACT_KILLER:
        return killer_word(*(const enum killer *)at);
    default:
        return NULL;
    }
}

bool event_knows(const struct event *e, const struct event_fact *f)
{
    const void *at = event_fact_at(e, f);
    if (!at)
        return false;
    switch (f->type) {
    case FACT_TEXT:
        return *(const char *)at != '\0';
    case FACT_LINE:
        return *(const uint64_t *)at != 0;
    case FACT_FLAG:
        return *(const bool *)at;
    case FACT_BOOL:
    case FACT_COUNT:
    case FACT_OOM_KIND:
    case FACT_V8_CAUSE:
    case FACT_NODE_ERROR:
    case FACT_SERIES_METRIC:
    case FACT_SERIES_AXIS:
    case FACT_KILLER:
        return true;
    default:
        return ((const struct number *)at)->known;
    }
}

const struct event_kind_row *event_kind_row(enum event_kind k)
{
    static const struct event_kind_row none = {EVENT_NONE, "comm", "text", ""};
    for (size_t i = 0; i < ARRAY_LEN(kind_rows); i++)
        if (kind_rows[i].kind == k)
            return &kind_rows[i];
    return &none;
}

/* -- choosing -- */

/* EVENT_NONE and the stamps are no events that anybody sees. */
static bool kind_is_shown(enum event_kind k)
{
    return k != EVENT_NONE && k != EVENT_STAMP;
}

/* The kind of the i-th word, OOM_KIND_COUNT from EVENT_KIND_COUNT on; false behind the last. */
static bool choice_at(size_t i, size_t *ret)
{
    for (size_t k = 0; k < EVENT_KIND_COUNT + OOM_KIND_COUNT; k++) {
        if ((k >= EVENT_KIND_COUNT || kind_is_shown((enum event_kind)k)) && i-- == 0) {
            *ret = k;
            return true;
        }
    }
    return false;
}

const char *event_kind_choice(size_t i)
{
    size_t k;
    if (!choice_at(i, &k))
        return NULL;
    return k < EVENT_KIND_COUNT ? event_kind_word((enum event_kind)k)
                                : oom_kind_word((enum oom_kind)(k - EVENT_KIND_COUNT));
}

void event_kinds_add(struct event_kinds *kinds, size_t choice)
{
    static_assert(EVENT_KIND_COUNT <= 64, "a bit for each kind");
    size_t k;
    if (!choice_at(choice, &k))
        return;
    if (k < EVENT_KIND_COUNT)
        kinds->kinds |= UINT64_C(1) << k;
    else
        kinds->oom_kinds |= 1u << (k - EVENT_KIND_COUNT);
}

bool event_kinds_have(const struct event_kinds *k, const struct event *e)
{
    if (!kind_is_shown(e->kind))
        return false;
    if (!k->kinds && !k->oom_kinds)
        return true;
    return k->kinds >> e->kind & 1 ||
           (e->kind == EVENT_KERNEL_OOM && e->oom && k->oom_kinds >> e->oom->kind & 1);
}
