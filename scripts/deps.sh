#!/bin/sh
# deps.sh [demo|test|lint|fuzz|peers|deb|ci]: makes sure that what the build (and the tests, and so on) needs is there.
#
# Where there is apt-get, and we are root or have sudo, it installs what is missing and nothing else;
# elsewhere it says what is missing and fails. A part that came from elsewhere (a cmake of your own) counts
# as there.
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
ci) wanted="$test ccache clang git python3-numpy python3-venv" ;;
*)
    echo "usage: deps.sh [demo|test|lint|fuzz|peers|deb|ci]" >&2
    exit 2
    ;;
esac

has() { command -v "$1" >/dev/null 2>&1; }
has_library() { has pkg-config && pkg-config --exists "$1"; }

# Is the part of this package there, though dpkg does not know it?
is_there() {
    case $1 in
    build-essential) has cc && has make ;;
    cmake | pkg-config | git | fakeroot | python3 | valgrind | ccache | clang | clang-format | clang-tidy | cppcheck)
        has "$1"
        ;;
    ninja-build) has ninja ;;
    debhelper) has dh ;;
    dpkg-dev) has dpkg-buildpackage ;;
    libjansson-dev) has_library jansson ;;
    libarchive-dev) has_library libarchive ;;
    libcmocka-dev) has_library cmocka ;;
    libcurl4-openssl-dev) has_library libcurl ;;
    libssl-dev) has_library libcrypto ;;
    libpng-dev) has_library libpng ;;
    libturbojpeg0-dev) has_library libturbojpeg ;;
    dataset-fashion-mnist) [ -e /usr/share/datasets/fashion-mnist ] ;;
    python3-numpy) python3 -c 'import numpy' 2>/dev/null ;;
    python3-dev) has python3-config ;;
    python3-venv) python3 -c 'import venv, ensurepip' 2>/dev/null ;;
    *) false ;;
    esac
}

# Parts without which the rest still works.
is_optional() {
    case $1 in
    libcurl4-openssl-dev | libssl-dev | libpng-dev | libturbojpeg0-dev | dataset-fashion-mnist | valgrind | ccache | clang | \
        python3-numpy | python3-dev | python3-venv)
        true
        ;;
    *) false ;;
    esac
}

installed=
if has dpkg-query; then
    # shellcheck disable=SC2086,SC2016
    installed=$(dpkg-query -W -f='${db:Status-Abbrev}${Package} ' $wanted 2>/dev/null) || true
fi
missing=
for package in $wanted; do
    case $installed in
    *"ii $package "*) ;;
    *) is_there "$package" || missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

if has apt-get && { [ "$(id -u)" = 0 ] || has sudo; }; then
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    echo "Installing:$missing" >&2
    $as_root apt-get -q update
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
        apt-get -q -o Dpkg::Use-Pty=0 install -y --no-install-recommends $chosen
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
