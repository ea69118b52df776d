#!/bin/sh
# Installs what mortem needs to be built and tested, when something is missing: a C compiler, make and
# the libraries of the table below. Says what it will install first; silent when nothing is missing.
# With the argument "aarch64": what `make check-neon` needs, a cross compiler and an emulator.
set -eu

# library | header | linked with | apt | dnf | apk | brew
table='yajl|yajl/yajl_parse.h|-lyajl|libyajl-dev|yajl-devel|yajl-dev|yajl
libyaml|yaml.h|-lyaml|libyaml-dev|libyaml-devel|yaml-dev|libyaml
pcre2|pcre2.h|-lpcre2-8|libpcre2-dev|pcre2-devel|pcre2-dev|pcre2
ncurses, wide|curses.h|-lncursesw|libncurses-dev|ncurses-devel|ncurses-dev|ncurses
zlib|zlib.h|-lz|zlib1g-dev|zlib-devel|zlib-dev|zlib
zstd|zstd.h|-lzstd|libzstd-dev|libzstd-devel|zstd-dev|zstd
cmocka|cmocka.h|-lcmocka|libcmocka-dev|libcmocka-devel|cmocka-dev|cmocka'

case $(uname -s) in
Darwin) system=brew column=7 ;;
*)
    if command -v apt-get >/dev/null; then system=apt column=4
    elif command -v dnf >/dev/null; then system=dnf column=5
    elif command -v apk >/dev/null; then system=apk column=6
    else system=unknown column=1
    fi ;;
esac

if [ $system = brew ] && command -v brew >/dev/null; then
    brew=$(brew --prefix)
    export C_INCLUDE_PATH="$brew/include:$brew/opt/ncurses/include"
    export LIBRARY_PATH="$brew/lib:$brew/opt/ncurses/lib"
fi
cc=${CC:-cc}

# compiles HEADER... -- FLAG...: does a program with them compile and link?
compiles() {
    text='#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#define PCRE2_CODE_UNIT_WIDTH 8
int main(void) { return 0; }'
    while [ "$1" != -- ]; do
        text=$(printf '%s\n#include <%s>' "$text" "$1")
        shift
    done
    shift
    echo "$text" | $cc -x c - -o /dev/null "$@" 2>/dev/null
}

missing=
add() { missing="$missing $1"; }

root=
[ "$(id -u)" = 0 ] || ! command -v sudo >/dev/null || root=sudo

apt_install() {
    echo "Installing with apt-get:$missing"
    $root apt-get update -q
    # shellcheck disable=SC2086 # one word each
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}

if [ "${1:-}" = aarch64 ]; then
    command -v aarch64-linux-gnu-gcc >/dev/null || add 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross'
    command -v qemu-aarch64 >/dev/null || add qemu-user
    [ -n "$missing" ] || exit 0
    if [ $system != apt ]; then
        echo "Only Debian's names of these are known, install them by hand:$missing" >&2
        exit 1
    fi
    apt_install
    exit 0
fi

column_of() { echo "$table" | cut -d'|' -f"$1"; }

# What only makes mortem do more: taken along when something is installed anyway, and not on macOS.
# libsystemd reads binary journals; without it they must be converted with journalctl.
optional() {
    compiles systemd/sd-journal.h -- -lsystemd && return
    case $system in
    apt) echo libsystemd-dev ;;
    dnf) echo systemd-devel ;;
    esac
}

# shellcheck disable=SC2046 # one word each
if command -v make >/dev/null && compiles $(column_of 2) -- $(column_of 3); then exit 0; fi

missing=
add() { missing="$missing $1"; }
command -v make >/dev/null || add make
if ! compiles --; then
    case $system in
    apt) add 'gcc libc6-dev' ;;
    apk) add 'gcc musl-dev' ;;
    brew) echo 'A C compiler is missing: run "xcode-select --install" first.' >&2; exit 1 ;;
    unknown) add '"a C compiler"' ;;
    *) add gcc ;;
    esac
    cc=false
fi
old_ifs=$IFS
IFS='
'
for row in $table; do
    IFS=$old_ifs
    header=$(echo "$row" | cut -d'|' -f2) flag=$(echo "$row" | cut -d'|' -f3)
    [ "$cc" != false ] && compiles "$header" -- "$flag" && continue
    name=$(echo "$row" | cut -d'|' -f$column)
    [ $system = unknown ] && name="\"$name\""
    add "$name"
done

more=$(optional)
[ -z "$more" ] || add "$more"

case $system in
apt) apt_install ;;
dnf)
    echo "Installing with dnf:$missing"
    # shellcheck disable=SC2086
    $root dnf install -y $missing ;;
apk)
    echo "Installing with apk:$missing"
    # shellcheck disable=SC2086
    $root apk add $missing ;;
brew)
    command -v brew >/dev/null || { echo "Homebrew is not here. Missing:$missing" >&2; exit 1; }
    echo "Installing with brew:$missing"
    # shellcheck disable=SC2086
    brew install $missing ;;
*)
    echo "No package manager known here (apt, dnf, apk, brew). Install these with their headers:$missing" >&2
    exit 1 ;;
esac
