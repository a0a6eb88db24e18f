# aarch64-linux-gnu.cmake - a toolchain file: builds for 64-bit ARM Linux on a Debian machine of another kind,
# and runs what it built by QEMU. `scripts/deps.sh arm64` installs what it needs; `cmake --preset arm64` uses
# it.
#
# The libraries are those of Debian's multiarch: the foreign architecture arm64 beside the machine's own.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
find_program(QEMU_AARCH64 NAMES qemu-aarch64-static qemu-aarch64)
mark_as_advanced(QEMU_AARCH64)
if(QEMU_AARCH64)
    set(CMAKE_CROSSCOMPILING_EMULATOR ${QEMU_AARCH64})
endif()

# Programs such as python3 are those of this machine; pkg-config finds the libraries of the target.
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
