# build_parts.cmake - what bl_build_part and `backless doctor` cannot ask a library when they run: the
# versions of parts that were found when the build was configured. A part without a version here is missing.

# backless_tell FILE NAME VERSION: defines NAME as a text for that file.
function(backless_tell file name version)
    set_property(SOURCE ${file} APPEND PROPERTY COMPILE_DEFINITIONS "${name}=\"${version}\"")
endfunction()

backless_tell(src/base/compiler.c BL_BUILD_TYPE "$<CONFIG>")
if(BACKLESS_HAVE_PICTURES)
    pkg_check_modules(PART_PNG QUIET libpng)
    pkg_check_modules(PART_JPEG QUIET libturbojpeg)
    backless_tell(src/build_parts.c BL_PNG_VERSION "${PART_PNG_VERSION}")
    backless_tell(src/build_parts.c BL_JPEG_VERSION "${PART_JPEG_VERSION}")
endif()
if(BACKLESS_HAVE_DOWNLOAD)
    pkg_check_modules(PART_CURL QUIET libcurl)
    backless_tell(cli/doctor/doctor_build.c CLI_CURL_VERSION "${PART_CURL_VERSION}")
endif()
