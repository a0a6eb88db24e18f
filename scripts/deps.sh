#!/bin/sh
# deps.sh [demo|test|lint|fuzz|peers|deb|wheel|arm64|ci]: installs missing packages that a task needs;
# default: test.
#
# With apt-get, as root or with sudo, deps.sh installs the missing packages and nothing else; otherwise it
# prints their names and fails. A part that was not installed by the package manager (your own cmake) counts
# as present.
#
# arm64 is for tests in a build for another processor: a compiler, an emulator, and the libraries of Debian's
# architecture arm64, which is added to this system (dpkg --add-architecture), and removed again if its
# packages are not available.
set -eu

build="build-essential cmake ninja-build pkg-config libjansson-dev libarchive-dev
 libcurl4-openssl-dev libssl-dev libpng-dev libturbojpeg0-dev"
demo="$build dataset-fashion-mnist"
test="$demo libcmocka-dev python3 valgrind"
case ${1:-test} in
demo) wanted=$demo ;;
test) wanted=$test ;;
deb) wanted="$build debhelper dpkg-dev fakeroot" ;;
lint) wanted="$test clang-format clang-tidy cppcheck" ;;
fuzz) wanted="$test clang" ;;
peers) wanted="$build python3-dev python3-venv" ;;
wheel) # with what the static libarchive calls
    wanted="$build python3-venv zlib1g-dev libbz2-dev liblzma-dev libzstd-dev nettle-dev"
    ;;
arm64)
    wanted="build-essential cmake ninja-build pkg-config"
    # On an ARM machine the libraries are those of the machine itself.
    [ "$(uname -m)" = aarch64 ] && wanted="$wanted libjansson-dev libarchive-dev libcmocka-dev" ||
        wanted="$wanted gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
 libjansson-dev:arm64 libarchive-dev:arm64 libcmocka-dev:arm64"
    ;;
ci) wanted="$test ccache chromium-driver clang git python3-numpy python3-venv" ;;
*)
    echo "usage: deps.sh [demo|test|lint|fuzz|peers|deb|wheel|arm64|ci]" >&2
    exit 2
    ;;
esac

has() { command -v "$1" >/dev/null 2>&1; }
has_library() { has pkg-config && pkg-config --exists "$1"; }
has_arm64_library() { [ -e "/usr/lib/aarch64-linux-gnu/pkgconfig/$1.pc" ]; }

# Whether the file or command of this package exists although dpkg has not installed it.
is_there() {
    case $1 in
    build-essential) has cc && has make ;;
    cmake | pkg-config | git | fakeroot | python3 | valgrind | ccache | clang | clang-format | clang-tidy | \
        cppcheck)
        has "$1"
        ;;
    ninja-build) has ninja ;;
    chromium-driver) has chromedriver ;;
    debhelper) has dh ;;
    dpkg-dev) has dpkg-buildpackage ;;
    libjansson-dev) has_library jansson ;;
    libarchive-dev) has_library libarchive ;;
    libcmocka-dev) has_library cmocka ;;
    libcurl4-openssl-dev) has_library libcurl ;;
    libssl-dev) has_library libcrypto ;;
    libpng-dev) has_library libpng ;;
    libturbojpeg0-dev) has_library libturbojpeg ;;
    zlib1g-dev) has_library zlib ;;
    libbz2-dev) [ -e /usr/include/bzlib.h ] ;;
    liblzma-dev) has_library liblzma ;;
    libzstd-dev) has_library libzstd ;;
    nettle-dev) has_library nettle ;;
    dataset-fashion-mnist) [ -e /usr/share/datasets/fashion-mnist ] ;;
    gcc-aarch64-linux-gnu) has aarch64-linux-gnu-gcc ;;
    libc6-dev-arm64-cross) [ -e /usr/aarch64-linux-gnu/include/stdio.h ] ;;
    qemu-user-static) has qemu-aarch64-static || has qemu-aarch64 ;;
    libjansson-dev:arm64) has_arm64_library jansson ;;
    libarchive-dev:arm64) has_arm64_library libarchive ;;
    libcmocka-dev:arm64) has_arm64_library cmocka ;;
    python3-numpy) python3 -c 'import numpy' 2>/dev/null ;;
    python3-dev) has python3-config ;;
    python3-venv) python3 -c 'import venv, ensurepip' 2>/dev/null ;;
    *) false ;;
    esac
}

# Packages whose absence is not an error.
is_optional() {
    case $1 in
    libcurl4-openssl-dev | libssl-dev | libpng-dev | libturbojpeg0-dev | dataset-fashion-mnist | valgrind | \
        ccache | chromium-driver | clang | python3-numpy | python3-dev | python3-venv)
        true
        ;;
    *) false ;;
    esac
}

# Adds arm64 to the architectures of this system. If its packages cannot be installed then, the change is
# undone, because an apt source without arm64 (Ubuntu's main mirrors) would make every later `apt-get update`
# fail.
add_arm64() {
    case " $(dpkg --print-foreign-architectures | tr '\n' ' ')" in
    *" arm64 "*) return ;;
    esac
    $as_root dpkg --add-architecture arm64
    trap '$as_root dpkg --remove-architecture arm64
        echo "The arm64 packages could not be installed: this system no longer has the architecture arm64." \
            >&2' EXIT
}

# Another process holds apt's locks for as long as it installs packages. `apt-get install` can wait for them,
# `apt-get update` cannot: it is tried again.
lock_timeout=600
update_lists() {
    waited=0
    until said=$($as_root apt-get -q update 2>&1); do
        case $said in
        *"Could not get lock"*) ;;
        *) waited=$lock_timeout ;;
        esac
        [ $waited -lt $lock_timeout ] || { echo "$said" >&2 && return 1; }
        sleep 5
        waited=$((waited + 5))
    done
}

installed=
native=
if has dpkg-query; then
    native=$(dpkg --print-architecture)
    # shellcheck disable=SC2086,SC2016
    installed=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}:${Architecture} ' $wanted 2>/dev/null) || true
fi
missing=
for package in $wanted; do
    case $installed in
    *"ii $package "* | *"ii $package:$native "* | *"ii $package:all "*) ;;
    *) is_there "$package" || missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

if has apt-get && { [ "$(id -u)" = 0 ] || has sudo; }; then
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    echo "Installing:$missing" >&2
    case $missing in
    *:arm64*) add_arm64 ;;
    esac
    update_lists
    chosen=
    for package in $missing; do
        if ! is_optional "$package" || apt-cache show "$package" >/dev/null 2>&1; then
            chosen="$chosen $package"
        else
            echo "This system has no package $package: going on without it." >&2
        fi
    done
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=$lock_timeout install -y \
        --no-install-recommends $chosen
    trap - EXIT
    exit 0
fi

echo "Missing, by their Debian names:$missing" >&2
if has apt-get; then
    echo "Please install them as root: apt-get install --no-install-recommends$missing" >&2
else
    echo "Please install them with your system's tools." >&2
fi
for package in $missing; do
    is_optional "$package" || exit 1
done
echo "They are optional: going on without them." >&2
