# static_libarchive.cmake - the target backless_libarchive: libarchive.a and the shared libraries that its
# readers of tar, zip and gzip call. `make wheel` uses it. libarchive.so also needs libxml2, for a format that
# backless does not read, and Debian's libxml2 needs the 30 MB of ICU; a wheel would have to contain both.
#
# The libraries are those of libarchive's own list that are installed here. The linker drops those that
# nothing calls, and fails if one is missing that something calls.
find_library(BACKLESS_LIBARCHIVE_A libarchive.a PATHS ${LIBARCHIVE_LIBRARY_DIRS})
mark_as_advanced(BACKLESS_LIBARCHIVE_A)
if(NOT BACKLESS_LIBARCHIVE_A)
    backless_missing("BACKLESS_STATIC_LIBARCHIVE=ON, but libarchive.a" libarchive-dev)
endif()
add_library(backless_libarchive INTERFACE)
target_include_directories(backless_libarchive INTERFACE ${LIBARCHIVE_INCLUDE_DIRS})
target_link_options(backless_libarchive INTERFACE LINKER:--as-needed LINKER:-z,defs)
target_link_libraries(backless_libarchive INTERFACE ${BACKLESS_LIBARCHIVE_A})
foreach(name IN LISTS LIBARCHIVE_STATIC_LIBRARIES)
    find_library(BACKLESS_LIBARCHIVE_${name} ${name})
    mark_as_advanced(BACKLESS_LIBARCHIVE_${name})
    if(BACKLESS_LIBARCHIVE_${name} AND NOT name STREQUAL "archive")
        target_link_libraries(backless_libarchive INTERFACE ${BACKLESS_LIBARCHIVE_${name}})
    endif()
endforeach()
