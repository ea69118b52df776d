/* Owners of cgroups out of their paths: the layouts of every runtime and driver, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "parsers/cgroup_identity.h"

#define ID "2260b35b008a15bd118e629c0c5d74e7f3a1fe18c724fbac61a54862fea196dc"
#define UID_DASH "dfc377c9-c533-4d51-af9e-6e0e0b3db83b"
#define UID_LINE "dfc377c9_c533_4d51_af9e_6e0e0b3db83b"
#define STATIC_UID "0123456789abcdef0123456789abcdef"

static const struct {
    const char *path;
    struct cgroup_identity is;
} rows[] = {
    {"/kubepods/burstable/pod" UID_DASH "/" ID,
     {.pod_uid = UID_DASH, .qos = "burstable", .container_id = ID}},
    {"/kubepods/pod" UID_DASH "/" ID,
     {.pod_uid = UID_DASH, .qos = "guaranteed", .container_id = ID}},
    {"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_LINE
     ".slice/cri-containerd-" ID ".scope",
     {.pod_uid = UID_DASH,
      .qos = "burstable",
      .container_id = ID,
      .runtime = "cri-containerd",
      .unit = "cri-containerd-" ID ".scope"}},
    {"/kubepods.slice/kubepods-pod" UID_LINE ".slice/crio-" ID ".scope",
     {.pod_uid = UID_DASH,
      .qos = "guaranteed",
      .container_id = ID,
      .runtime = "crio",
      .unit = "crio-" ID ".scope"}},
    {"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_LINE ".slice",
     {.pod_uid = UID_DASH,
      .qos = "besteffort",
      .unit = "kubepods-besteffort-pod" UID_LINE ".slice"}},
    {"/kubepods/besteffort/pod" STATIC_UID "/" ID,
     {.pod_uid = STATIC_UID, .qos = "besteffort", .container_id = ID}},
    {"/system.slice/containerd.service/kubepods-burstable-pod" UID_LINE ".slice:cri-containerd:" ID,
     {.pod_uid = UID_DASH,
      .qos = "burstable",
      .container_id = ID,
      .runtime = "cri-containerd",
      .unit = "containerd.service"}},
    {"/docker/" ID, {.container_id = ID, .runtime = "docker"}},
    {"/system.slice/docker-" ID ".scope",
     {.container_id = ID, .runtime = "docker", .unit = "docker-" ID ".scope"}},
    {"/machine.slice/libpod-" ID ".scope/container",
     {.container_id = ID, .runtime = "libpod", .unit = "libpod-" ID ".scope"}},
    {"/machine.slice/libpod-conmon-" ID ".scope", {.unit = "libpod-conmon-" ID ".scope"}},
    {"/lxc/web-1", {.container = "web-1", .runtime = "lxc"}},
    {"/lxc.payload.web-1/system.slice/shop.service",
     {.container = "web-1", .runtime = "lxc", .unit = "shop.service"}},
    {"/machine.slice/machine-qemu\\x2d1\\x2dweb.scope",
     {.container = "qemu-1-web", .unit = "machine-qemu-1-web.scope"}},
    {"/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-firefox\\x2dw-2504.scope",
     {.unit = "app-gnome-firefox-w-2504.scope", .user = "1000"}},
    {"/system.slice/shop.service", {.unit = "shop.service"}},
    {"/system.slice", {.unit = "system.slice"}},
    {"/sys/fs/cgroup/kubepods/burstable/pod" UID_DASH, {.pod_uid = UID_DASH, .qos = "burstable"}},
    {"/", {.unit = ""}},
    {"", {.unit = ""}},
    {"/oomlab/pod1", {.unit = ""}},
    {"/podium/" ID "0", {.unit = ""}},
    {"/x\\x", {.unit = ""}},
    {"/a\\x0.slice", {.unit = "a\\x0.slice"}},
    {"/a\\x00b.slice", {.unit = "a?b.slice"}},
};

static void every_layout_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct cgroup_identity is;
        const struct cgroup_identity *want = &rows[i].is;
        memset(&is, 'x', sizeof is);
        cgroup_identity(rows[i].path, &is);
        assert_string_equal(is.pod_uid, want->pod_uid);
        assert_string_equal(is.container_id, want->container_id);
        assert_string_equal(is.container, want->container);
        assert_string_equal(is.unit, want->unit);
        assert_string_equal(is.user, want->user);
        assert_string_equal(is.qos, want->qos);
        assert_string_equal(is.runtime, want->runtime);
    }
}

static void long_and_cut_paths_do_no_harm(void **state)
{
    static const char whole[] =
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_LINE
        ".slice/cri-containerd-" ID ".scope";
    char path[4096];
    struct cgroup_identity is;
    (void)state;
    for (size_t n = 0; n < sizeof whole; n++) {
        memcpy(path, whole, n);
        path[n] = '\0';
        cgroup_identity(path, &is);
        assert_true(n >= sizeof whole - 7 || !is.container_id[0]);
    }
    memset(path, 'a', sizeof path - 1);
    memcpy(path + sizeof path - 10, ".service", 9);
    cgroup_identity(path, &is);
    assert_int_equal(strlen(is.unit), sizeof is.unit - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_is_known),
        cmocka_unit_test(long_and_cut_paths_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
