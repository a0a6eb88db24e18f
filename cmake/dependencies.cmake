# dependencies.cmake - finds the libraries below this one; sets BACKLESS_LIBRARIES, BACKLESS_MODULES (those of
# them that are pkg-config modules, which users of the static library need) and BACKLESS_HAVE_*.
#
# The folders of the headers of libpng and TurboJPEG are given only to the files that include them
# (LINK_ONLY): all others are compiled by the same command with and without pictures, so that a compiler cache
# finds them at once.

# Fails with the name of the package to install.
function(backless_missing what package)
    message(FATAL_ERROR "${what} was not found. On Debian: apt-get install ${package} (or: make deps)")
endfunction()

# Settles an AUTO, ON, OFF option by whether the part was found.
function(backless_settle option is_found what package)
    if(BACKLESS_${option} STREQUAL "ON" AND NOT is_found)
        backless_missing("BACKLESS_${option}=ON, but ${what}" ${package})
    endif()
    message(STATUS "${what}: ${BACKLESS_${option}}, found: ${is_found}")
endfunction()

find_package(PkgConfig QUIET)
if(NOT PKG_CONFIG_FOUND)
    backless_missing("pkg-config" pkg-config)
endif()
pkg_check_modules(JANSSON QUIET IMPORTED_TARGET "jansson>=2.8") # the first that orders keys
if(NOT JANSSON_FOUND)
    backless_missing("Jansson 2.8 or newer" libjansson-dev)
endif()
pkg_check_modules(LIBARCHIVE QUIET IMPORTED_TARGET libarchive)
if(NOT LIBARCHIVE_FOUND)
    backless_missing("libarchive" libarchive-dev)
endif()
set(libarchive PkgConfig::LIBARCHIVE)
if(BACKLESS_STATIC_LIBARCHIVE)
    include(cmake/static_libarchive.cmake)
    set(libarchive backless_libarchive)
endif()
set(BACKLESS_LIBRARIES PkgConfig::JANSSON ${libarchive} m pthread)
set(BACKLESS_MODULES "jansson>=2.8" libarchive)

set(BACKLESS_HAVE_PICTURES OFF)
if(NOT BACKLESS_PICTURES STREQUAL "OFF")
    pkg_check_modules(PNG QUIET IMPORTED_TARGET "libpng>=1.6")
    pkg_check_modules(TURBOJPEG QUIET IMPORTED_TARGET "libturbojpeg>=2.1") # the first to limit scans
    if(PNG_FOUND AND TURBOJPEG_FOUND)
        set(BACKLESS_HAVE_PICTURES ON)
        list(APPEND BACKLESS_LIBRARIES $<LINK_ONLY:PkgConfig::PNG> $<LINK_ONLY:PkgConfig::TURBOJPEG>)
        list(APPEND BACKLESS_MODULES "libpng>=1.6" "libturbojpeg>=2.1")
    endif()
    backless_settle(PICTURES ${BACKLESS_HAVE_PICTURES} "libpng and TurboJPEG (for pictures)"
                    "libpng-dev libturbojpeg0-dev")
endif()

set(BACKLESS_HAVE_DOWNLOAD OFF)
if(NOT BACKLESS_DOWNLOAD STREQUAL "OFF")
    pkg_check_modules(CURL QUIET "libcurl>=7.85") # CURLOPT_PROTOCOLS_STR
    pkg_check_modules(CRYPTO QUIET libcrypto)
    if(CURL_FOUND AND CRYPTO_FOUND)
        set(BACKLESS_HAVE_DOWNLOAD ON)
    endif()
    backless_settle(DOWNLOAD ${BACKLESS_HAVE_DOWNLOAD} "libcurl 7.85 and libcrypto (for backless data get)"
                    "libcurl4-openssl-dev libssl-dev")
endif()

set(BACKLESS_HAVE_CMOCKA OFF)
if(NOT BACKLESS_TESTS STREQUAL "OFF")
    pkg_check_modules(CMOCKA QUIET IMPORTED_TARGET cmocka)
    if(CMOCKA_FOUND)
        set(BACKLESS_HAVE_CMOCKA ON)
    endif()
    backless_settle(TESTS ${BACKLESS_HAVE_CMOCKA} "cmocka (for the tests)" libcmocka-dev)
endif()
