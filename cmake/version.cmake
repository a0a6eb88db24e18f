# version.cmake - reads the version from its only definition, BL_VERSION in the public header.
file(STRINGS include/backless.h version_line REGEX "^#define BL_VERSION ")
string(REGEX REPLACE ".*\"([0-9.]+)\".*" "\\1" BACKLESS_VERSION "${version_line}")
