#!/bin/sh
# deb.sh [FOLDER]: builds Debian packages in FOLDER (default: build/deb) from a copy of the tree, so that the
# tree itself is not changed. The tests are not run, unless DEB_BUILD_OPTIONS is set without nocheck.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-build/deb}
version=$(sed -n 's/^#define BL_VERSION "\(.*\)"/\1/p' include/backless.h)
packaged=$(dpkg-parsechangelog -SVersion | sed "s,-[^-]*$,,")
if [ "$version" != "$packaged" ]; then
    echo "deb.sh: debian/changelog is of $packaged, include/backless.h of $version" >&2
    exit 1
fi

tree=$folder/backless-$version
rm -rf "$folder"
mkdir -p "$tree"
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -C "$tree" -xf -
else
    tar --exclude='./build*' --exclude=./runs -cf - . | tar -C "$tree" -xf -
fi

cd "$tree"
export DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS-nocheck}"
case " $DEB_BUILD_OPTIONS " in
*nocheck*) export DEB_BUILD_PROFILES="${DEB_BUILD_PROFILES-nocheck}" ;;
esac
dpkg-buildpackage --build=binary --unsigned-changes --unsigned-buildinfo
cd - >/dev/null
rm -rf "$tree"
# lintian is not a build dependency; a package that it refuses is an error where it is installed.
if command -v lintian >/dev/null 2>&1; then
    lintian --allow-root --fail-on error,warning "$folder"/*.changes
fi
echo "Packages, to be installed by: apt-get install $PWD/$folder/*.deb" | sed "s,$PWD//,/,"
ls -l "$folder"/*.deb
