# python.cmake - the compiled parts of the Python package, which pyproject.toml installs as a component of
# their own: the shared library beside the package's modules, without the links of a versioned library, which
# a wheel cannot hold; the program, which uses that library; and the command that starts the program.
set_property(TARGET backless_shared PROPERTY VERSION)
set_property(TARGET backless_shared PROPERTY SOVERSION)
set(origin $ORIGIN)
if(APPLE)
    set(origin @loader_path)
endif()
# The build folder's path is not linked in first, because the build ID would depend on it.
set_target_properties(backless PROPERTIES INSTALL_RPATH ${origin}/.. BUILD_WITH_INSTALL_RPATH ON)
install(TARGETS backless_shared LIBRARY DESTINATION backless COMPONENT python)
install(TARGETS backless RUNTIME DESTINATION backless/bin COMPONENT python)
install(PROGRAMS python/command.py DESTINATION ${SKBUILD_SCRIPTS_DIR} RENAME backless COMPONENT python)

# A wheel that is given to others contains other libraries, whose licences must be in it.
if(BACKLESS_STATIC_LIBARCHIVE)
    foreach(package IN ITEMS archive jansson bz2 lzma zstd nettle)
        file(GLOB file /usr/share/doc/lib${package}-dev/copyright /usr/share/doc/${package}-dev/copyright)
        install(FILES ${file} DESTINATION ${SKBUILD_METADATA_DIR}/licenses RENAME ${package}.txt
                COMPONENT python)
    endforeach()
endif()
