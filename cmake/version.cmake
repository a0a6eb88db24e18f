# version.cmake - the version stands in one place: BL_VERSION in the public header.
file(STRINGS include/backless.h version_line REGEX "^#define BL_VERSION ")
string(REGEX REPLACE ".*\"([0-9.]+)\".*" "\\1" BACKLESS_VERSION "${version_line}")
