#!/bin/sh
# install.sh PROGRAM - installs the build that the program is in, with and without DESTDIR, and builds small
# programs against it as a user would: by pkg-config and by find_package, shared and static, as C and C++.
set -u
build=$(cd "$(dirname "$1")" && pwd)
tree=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
failures=0
complain() {
    echo "FAILED: $1"
    failures=$((failures + 1))
}
# The manifest that `uninstall` reads is restored at the end, because it may belong to the user's own
# installation.
manifest=$build/install_manifest.txt
[ ! -e "$manifest" ] || cp -p "$manifest" "$folder/manifest"
tidy() {
    rm -f "$manifest"
    [ ! -e "$folder/manifest" ] || mv "$folder/manifest" "$manifest"
    rm -rf "$folder"
}
trap tidy EXIT
cd "$folder" || exit 1

if nm -D --undefined-only "$build/libbackless.so" | grep -q -e __asan_init -e __ubsan; then
    echo "SKIP: the installed library needs a sanitizer's runtime, which other programs do not link"
    exit 77
fi
for file in libbackless.so libbackless.a pages/backless.1; do
    [ -e "$build/$file" ] || { echo "SKIP: $file was not built" && exit 77; }
done
for tool in cmake pkg-config; do
    command -v $tool >/dev/null 2>&1 || { echo "SKIP: $tool is not installed" && exit 77; }
done

# run LABEL COMMAND...: runs a command; prints its output only if it fails.
run() {
    label=$1
    shift
    "$@" >log 2>&1 && return 0
    complain "$label: $*"
    cat log
    return 1
}
equals() { [ "$2" = "$3" ] || complain "$1: found \"$2\", expected \"$3\""; }

# ---- installation
prefix=$folder/there
run "cmake --install" cmake --install "$build" --prefix "$prefix" || exit 1
DESTDIR=$folder/stage run "DESTDIR" cmake --install "$build" --prefix /opt/backless || exit 1
(cd there && find . -type f -o -type l) | sort >with-prefix
(cd stage/opt/backless && find . -type f -o -type l) | sort >with-destdir
cmp -s with-prefix with-destdir || { complain "DESTDIR: other files" && diff with-prefix with-destdir; }
equals "outside of the prefix" "$(find stage -type f | grep -cv '^stage/opt/backless/')" 0
grep -rlF -e "$folder" -e "$build" -e "$tree" stage/opt/backless --include='*.pc' --include='*.cmake' &&
    complain "a path of this machine is in it"

equals "empty folders" "$(find there -type d -empty)" ""

lib=$(dirname "$(find there -name libbackless.so)")
for file in bin/backless include/backless.h include/backless_experimental.h include/backless_rule.h \
    include/backless_types.h share/man/man1/backless.1 share/bash-completion/completions/backless \
    share/zsh/site-functions/_backless share/fish/vendor_completions.d/backless.fish \
    share/doc/backless/examples/01_train.c share/doc/backless/docs/pictures/iris.svg; do
    [ -s "there/$file" ] || complain "$file is missing"
done
grep -q '^\.SH NAME' there/share/man/man1/backless.1 || complain "backless.1 is no manual page"
version=$(sed -n 's/^#define BL_VERSION "\(.*\)"/\1/p' there/include/backless.h)
# LD_LIBRARY_PATH is set because the program may be linked to the shared library.
equals "the program's version" "$(LD_LIBRARY_PATH=$prefix/${lib#there/} "$prefix/bin/backless" --version)" \
    "backless $version"
# Versions with equal major and minor numbers have the same binary interface.
soname=libbackless.so.${version%.*}
equals "soname" "$(objdump -p "$lib/libbackless.so" | awk '$1 == "SONAME" {print $2}')" "$soname"
equals "file behind the soname" "$(readlink -f "$lib/$soname")" \
    "$(readlink -f "$lib/libbackless.so.$version")"
for binary in "$lib/libbackless.so" there/bin/backless; do
    objdump -p "$binary" | grep -E 'R(UN)?PATH' && complain "$binary has a path to look for libraries"
done

# ---- a small program, outside of the tree, that is C17 and C++11
cat >app.c <<'END'
#include <backless.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    static const float x[4] = {0.0f, 1.0f, 1.0f, 0.0f};
    static const int32_t labels[2] = {0, 1};
    const bl_shape shape = {1, 1, 2};
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = NULL;
    bl_data *data = NULL;
    bl_trainer *trainer = NULL;
    double loss = 0.0;
    int ok = bl_config_create(&config, ctx) == BL_OK && bl_config_set(config, "net", "dense 2") == BL_OK &&
             bl_data_wrap(&data, ctx, x, labels, 2, shape, 2) == BL_OK &&
             bl_trainer_create(&trainer, ctx, config, data) == BL_OK &&
             bl_trainer_step(trainer, x, labels, 2, &loss) == BL_OK;
    if (!ok)
        fprintf(stderr, "%s\n", bl_why(ctx));
    ok = ok && strcmp(bl_version(), BL_VERSION) == 0;
    bl_trainer_free(trainer);
    bl_data_free(data);
    bl_config_free(config);
    bl_context_free(ctx);
    return ok && loss > 0.0 ? 0 : 1;
}
END
cp app.c app.cpp
warnings="-Wall -Wextra -Wpedantic -Werror"
cc=${CC:-cc}
cxx=${CXX:-c++}
command -v "$cxx" >/dev/null 2>&1 || cxx=

# starts LABEL PROGRAM NEEDED: the program runs, and is linked to the shared library or not.
starts() {
    LD_LIBRARY_PATH=$prefix/${lib#there/} run "$1 runs" "$2"
    equals "$1 needs $soname" "$(objdump -p "$2" | grep -c "NEEDED *$soname\$")" "$3"
}

# ---- pkg-config
PKG_CONFIG_PATH=$prefix/${lib#there/}/pkgconfig
export PKG_CONFIG_PATH
equals "pkg-config's version" "$(pkg-config --modversion backless)" "$version"
equals "jansson in Requires.private" "$(pkg-config --print-requires-private backless | grep -c '^jansson')" 1
flags=$(pkg-config --cflags --libs backless)
# libbackless.a with the shared libraries that it needs. (pkg-config --static would also require the libraries
# of a static libarchive, which Debian's libarchive-dev does not install.)
below=$(pkg-config --print-requires-private backless | sed 's/ .*//')
# shellcheck disable=SC2086
static="$(pkg-config --cflags --libs backless $below | sed 's/-lbackless/-l:libbackless.a/') -lm -lpthread"
# shellcheck disable=SC2086
{
    run "C, shared" "$cc" -std=c17 $warnings app.c $flags -o c-shared && starts "C, shared" ./c-shared 1
    run "C, static" "$cc" -std=c17 $warnings app.c $static -o c-static && starts "C, static" ./c-static 0
    [ -z "$cxx" ] || {
        run "C++, shared" "$cxx" -std=c++11 $warnings app.cpp $flags -o cxx-shared &&
            starts "C++, shared" ./cxx-shared 1
        run "C++, static" "$cxx" -std=c++11 $warnings app.cpp $static -o cxx-static &&
            starts "C++, static" ./cxx-static 0
    }
}
mkdir "$folder/alone"
for header in backless backless_experimental backless_rule backless_types; do
    echo "#include <$header.h>" >alone/header.c
    # shellcheck disable=SC2086
    run "$header.h alone" "$cc" -std=c17 $warnings -I"$prefix/include" -fsyntax-only alone/header.c
done

# ---- find_package, from a prefix that was moved after the installation
mv there moved
mkdir project
if [ -n "$cxx" ]; then languages="C CXX" kinds="c cpp"; else languages=C kinds=c; fi
cat >project/CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES $languages)
set(CMAKE_C_STANDARD 17)
set(CMAKE_CXX_STANDARD 11)
add_compile_options(-Wall -Wextra -Wpedantic -Werror)
find_package(backless 9 QUIET)
if(backless_FOUND)
    message(FATAL_ERROR "version 9 of backless was found")
endif()
find_package(backless 0.2 REQUIRED COMPONENTS static)
foreach(kind IN ITEMS $kinds)
    add_executable(\${kind}_shared ../app.\${kind})
    target_link_libraries(\${kind}_shared PRIVATE backless::backless)
    add_executable(\${kind}_static ../app.\${kind})
    target_link_libraries(\${kind}_static PRIVATE backless::static)
endforeach()
END
generator=
command -v ninja >/dev/null 2>&1 && generator="-G Ninja"
# shellcheck disable=SC2086
if run "find_package" cmake $generator -S project -B project/build -DCMAKE_PREFIX_PATH="$folder/moved" \
    -DCMAKE_C_COMPILER="$cc" ${cxx:+-DCMAKE_CXX_COMPILER="$cxx"} &&
    run "find_package" cmake --build project/build; then
    for kind in $kinds; do
        run "find_package, shared, $kind" "project/build/${kind}_shared"
        starts "find_package, static, $kind" "project/build/${kind}_static" 0
    done
fi

# ---- uninstallation
DESTDIR=$folder/stage run "uninstall" cmake -DMANIFEST="$manifest" -P "$tree/cmake/uninstall.cmake"
equals "files that uninstall leaves" "$(find stage -type f -o -type l | wc -l)" 0

[ -n "$cxx" ] || echo "left out: C++, there is no compiler for it"
[ "$failures" = 0 ] || { echo "$failures failed" && exit 1; }
echo "everything as expected"
