# build_parts.cmake - compiles in the versions of libraries that bl_build_part and `backless doctor` report
# but cannot query at run time: those found when the build was configured. A library without a version is
# missing.

# backless_define_text FILE NAME TEXT: defines the macro NAME as a string when FILE is compiled.
function(backless_define_text file name text)
    set_property(SOURCE ${file} APPEND PROPERTY COMPILE_DEFINITIONS "${name}=\"${text}\"")
endfunction()

backless_define_text(src/base/compiler.c BL_BUILD_TYPE "$<CONFIG>")
if(BACKLESS_HAVE_PICTURES)
    pkg_check_modules(PART_PNG QUIET libpng)
    pkg_check_modules(PART_JPEG QUIET libturbojpeg)
    backless_define_text(src/build_parts.c BL_PNG_VERSION "${PART_PNG_VERSION}")
    backless_define_text(src/build_parts.c BL_JPEG_VERSION "${PART_JPEG_VERSION}")
endif()
if(BACKLESS_HAVE_DOWNLOAD)
    pkg_check_modules(PART_CURL QUIET libcurl)
    backless_define_text(cli/doctor/doctor_build.c CLI_CURL_VERSION "${PART_CURL_VERSION}")
endif()
