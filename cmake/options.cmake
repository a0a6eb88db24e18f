# options.cmake - the options of the build. AUTO: used if it is found; ON: required; OFF: not used.
foreach(choice IN ITEMS
        "PICTURES|folders of PNG and JPEG files as data, by libpng and TurboJPEG"
        "DOWNLOAD|backless data get, by libcurl and OpenSSL's libcrypto"
        "TESTS|tests, by cmocka")
    string(REPLACE "|" ";" choice "${choice}")
    list(GET choice 0 name)
    list(GET choice 1 help)
    set(BACKLESS_${name} AUTO CACHE STRING "${help}: AUTO, ON or OFF")
    set_property(CACHE BACKLESS_${name} PROPERTY STRINGS AUTO ON OFF)
endforeach()
set(BACKLESS_WARNINGS AUTO CACHE STRING
    "the compiler's warnings: ON, OFF, or AUTO: with the tests (BACKLESS_TESTS=ON)")
set_property(CACHE BACKLESS_WARNINGS PROPERTY STRINGS AUTO ON OFF)
option(BACKLESS_FUZZ "the fuzz targets as libFuzzer programs (clang)" OFF)
option(BACKLESS_SHARED_PROGRAM
       "the program uses libbackless.so, as in a distribution; else it contains the library" OFF)
option(BACKLESS_PYTHON_WHEEL
       "only the shared library and a program that uses it, for the Python package (pyproject.toml)" OFF)
option(BACKLESS_STATIC_LIBARCHIVE
       "links libarchive.a, for wheels that are given to others (cmake/static_libarchive.cmake)" OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, or Debug with assertions" FORCE)
endif()
