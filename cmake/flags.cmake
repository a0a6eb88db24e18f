# flags.cmake - the compiler flags of every file. Contracted or reassociated sums would change the results of
# every seed.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
add_compile_options(-ffp-contract=off)
# Warnings are enabled for developers only, because newer compilers have new ones that do not concern users.
# They are errors only with CMAKE_COMPILE_WARNING_AS_ERROR, which some presets set.
if(BACKLESS_WARNINGS STREQUAL "ON" OR (BACKLESS_WARNINGS STREQUAL "AUTO" AND BACKLESS_TESTS STREQUAL "ON"))
    add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow)
endif()
add_compile_definitions(_POSIX_C_SOURCE=200809L)
# GCC 12.2 for AArch64 stops with an internal error (in vect_transform_reduction) at some ordered sums. The
# kernels use explicit vectors and are as fast without the option.
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    add_compile_options(-fno-tree-vectorize)
endif()
if(BACKLESS_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR
            "BACKLESS_FUZZ=ON needs clang, which has libFuzzer. On Debian: apt-get install clang, "
                            "and cmake --preset fuzz")
    endif()
    set(sanitizers -fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow)
    add_compile_options(${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(${sanitizers})
endif()
