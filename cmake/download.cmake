# download.cmake - the part of the program that downloads. It is compiled with the headers of libcurl and
# libcrypto and not linked to them, because it loads them when it downloads
# (cli/data/download/loaded_library.h). Sets DOWNLOAD_SOURCES.
file(GLOB DOWNLOAD_SOURCES CONFIGURE_DEPENDS cli/data/download/*.c)
set_source_files_properties(${DOWNLOAD_SOURCES} PROPERTIES
    INCLUDE_DIRECTORIES "${CURL_INCLUDE_DIRS};${CRYPTO_INCLUDE_DIRS}")

# Sets OUT to the name by which the program loads a library: libcurl.so.4, if libcurl.so is a link to
# libcurl.so.4.8.0.
function(backless_name_to_load out library)
    file(REAL_PATH "${library}" file)
    if(NOT file MATCHES "/(lib[^/]*\\.so\\.[0-9]+)")
        message(FATAL_ERROR
                "${library} is no shared library with a version; build with BACKLESS_DOWNLOAD=OFF")
    endif()
    set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()

backless_name_to_load(curl ${CURL_LINK_LIBRARIES})
backless_name_to_load(crypto ${CRYPTO_LINK_LIBRARIES})
backless_define_text(cli/data/download/curl_functions.c CLI_CURL_FILE ${curl})
backless_define_text(cli/data/download/sha256_file.c CLI_CRYPTO_FILE ${crypto})
