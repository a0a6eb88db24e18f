# text_asset.cmake - text_asset(LIST NAME FILE): appends to LIST a C file that defines `const char NAME[]`,
# the bytes of FILE and a 0.
#
# The C file is written when CMake runs, which happens again when FILE changes.
function(text_asset list name file)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/assets/${name}.c)
    file(READ ${file} bytes HEX)
    string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
    file(CONFIGURE OUTPUT ${out}
        CONTENT "extern const char ${name}[];\nconst char ${name}[] = {@bytes@0};\n" @ONLY)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    set(${list} ${${list}} ${out} PARENT_SCOPE)
endfunction()
