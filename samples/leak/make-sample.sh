#!/bin/sh
# Makes the files of samples/ again: installs and builds the shop in /srv/shop, then
#   ./make-sample.sh snapshot    96 rounds of load, a heap snapshot by signal, compressed
#   ./make-sample.sh v8-fatal    a heap limit of 120 MB and load until V8 gives up
#   ./make-sample.sh kernel-oom  a memory cgroup of 320 MB and load until the kernel kills (root, Linux)
# Needs node, npm and the network for the first run, zstd for the snapshot. Listens on 127.0.0.1:3922 only.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
shop=/srv/shop
log=$shop/server.log

build() {
    mkdir -p $shop
    cp -R "$here"/*.js "$here"/package.json "$here"/pages $shop
    cd $shop
    [ -d node_modules/next ] || npm install --no-audit --no-fund
    [ -f .next/BUILD_ID ] || NEXT_TELEMETRY_DISABLED=1 npx next build
}

# start NODE-OPTION...: the server in the background, its process id in $pid. A heap holds the
# environment, so that is nearly empty.
start() {
    env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=$shop NODE_ENV=production \
        node "$@" server.js >$log 2>&1 &
    pid=$!
    trap 'kill $pid 2>/dev/null || :' EXIT
    n=0
    until grep -q '^Next.js' $log; do
        n=$((n + 1))
        [ $n -lt 30 ] || { cat $log; exit 1; }
        sleep 1
    done
}

snapshot() {
    rm -f Heap.*.heapsnapshot
    start --heapsnapshot-signal=SIGUSR2
    node load.js 96
    kill -USR2 $pid
    until tail -c 2 Heap.*.heapsnapshot 2>/dev/null | grep -q '}'; do sleep 1; done
    kill $pid
    chmod 644 Heap.*.heapsnapshot
    zstd -q -f --ultra -22 Heap.*.heapsnapshot -o "$here"/../shop.heapsnapshot.zst
}

v8_fatal() {
    start --max-old-space-size=120
    node load.js 20000
    wait $pid || echo "exit status $?"
    cp $log "$here"/../v8-fatal.log
}

kernel_oom() {
    if [ -d /sys/fs/cgroup/memory ]; then
        group=/sys/fs/cgroup/memory/shop limit=memory.limit_in_bytes
    else
        group=/sys/fs/cgroup/shop limit=memory.max
    fi
    mkdir -p $group
    echo 320M >$group/$limit
    start --max-old-space-size=4096
    echo $pid >$group/cgroup.procs
    node load.js 20000
    wait $pid || echo "exit status $?"
    rmdir $group
    # the report that ends with the death of $pid, from its first line
    dmesg | awk -v killed="Killed process $pid " '
        /invoked oom-killer/ { report = "" }
        { report = report $0 "\n" }
        index($0, killed) { whole = report }
        END { printf "%s", whole }' >"$here"/../kernel-oom.log
}

build
case ${1:-snapshot} in
snapshot) snapshot ;;
v8-fatal) v8_fatal ;;
kernel-oom) kernel_oom ;;
*) sed -n '2,6p' "$here/make-sample.sh"; exit 2 ;;
esac
