# backend.cmake - compiles the portable kernels once for each instruction set, as the object libraries
# backless_kernels_<variant>; BACKLESS_BACKEND_OBJECTS lists the objects. The program chooses when it starts.
#
# Flags for each kernel_*.c, beside the project's own:
#   plain   -DKERNEL_VARIANT=plain  -DVEC_WIDTH=1
#   avx2    -DKERNEL_VARIANT=avx2   -DVEC_WIDTH=8   -mavx2 -mfma
#   avx512  -DKERNEL_VARIANT=avx512 -DVEC_WIDTH=16  -mavx2 -mfma -mavx512f -mavx512dq -mavx512bw -mavx512vl
#   avx512bf16  the same and -mavx512bf16
#   neon    -DKERNEL_VARIANT=neon   -DVEC_WIDTH=4   (every little-endian AArch64 compiler has it on)
# and portable.c gets -DPORTABLE_HAS_X86 where the AVX ones exist, -DPORTABLE_HAS_NEON where neon does.
set(portable_folder ${CMAKE_CURRENT_LIST_DIR}/portable)
file(GLOB kernel_sources CONFIGURE_DEPENDS ${portable_folder}/kernel_*.c)
set(BACKLESS_BACKEND_OBJECTS)

# Where a loop begins decides its speed on some processors, by 10 % (forward products of 240 terms on a
# Cascade Lake), and without these flags it depends on the order in which files are linked.
include(CheckCCompilerFlag)
set(kernel_alignment)
foreach(flag IN ITEMS -falign-functions=64 -falign-loops=64)
    string(MAKE_C_IDENTIFIER BACKLESS_HAVE${flag} name)
    check_c_compiler_flag(${flag} ${name})
    if(${name})
        list(APPEND kernel_alignment ${flag})
    endif()
endforeach()

# UndefinedBehaviorSanitizer makes kernels slow. It checks these files in the variants plain and avx512 only,
# in which the tests run every function in them (multiply_vector exists for 16 floats only). The others are
# compiled from the same source: all that depends on the width is in the headers of vec.h, where those of the
# vectors have no arithmetic in C beside their shifts. Some functions of the other files are run by no test in
# a variant that is not the fastest. AddressSanitizer checks every variant, because what a kernel reads beyond
# the end of a row depends on the width.
if(CMAKE_C_FLAGS MATCHES "-fsanitize=[a-z,]*undefined")
    set(is_faster $<IN_LIST:$<TARGET_PROPERTY:KERNEL_VARIANT>,avx2$<SEMICOLON>avx512bf16>)
    foreach(name IN ITEMS bf16 gather gemm layernorm optimizer products softmax update_fused)
        set_property(SOURCE ${portable_folder}/kernel_${name}.c APPEND PROPERTY COMPILE_OPTIONS
            "$<${is_faster}:-fno-sanitize=undefined;-fsanitize=shift>")
    endforeach()
endif()

function(backless_kernels variant width)
    set(library backless_kernels_${variant})
    add_library(${library} OBJECT ${kernel_sources})
    target_compile_definitions(${library} PRIVATE KERNEL_VARIANT=${variant} VEC_WIDTH=${width})
    target_compile_options(${library} PRIVATE -fno-math-errno ${kernel_alignment} ${ARGN})
    # Kernels see no input from outside, and clang takes ten minutes to instrument one of them
    if(BACKLESS_FUZZ)
        target_compile_options(${library} PRIVATE -fno-sanitize=all)
    endif()
    set_property(TARGET ${library} PROPERTY KERNEL_VARIANT ${variant})
    set_target_properties(${library} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    set(BACKLESS_BACKEND_OBJECTS ${BACKLESS_BACKEND_OBJECTS} $<TARGET_OBJECTS:${library}> PARENT_SCOPE)
endfunction()

backless_kernels(plain 1)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
    backless_kernels(avx2 8 -mavx2 -mfma)
    backless_kernels(avx512 16 -mavx2 -mfma -mavx512f -mavx512dq -mavx512bw -mavx512vl)
    backless_kernels(avx512bf16 16 -mavx2 -mfma -mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx512bf16)
    set_source_files_properties(${portable_folder}/portable.c PROPERTIES COMPILE_DEFINITIONS PORTABLE_HAS_X86)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
    backless_kernels(neon 4)
    set_source_files_properties(${portable_folder}/portable.c PROPERTIES
        COMPILE_DEFINITIONS PORTABLE_HAS_NEON)
endif()
list(APPEND sources ${portable_folder}/portable.c)
