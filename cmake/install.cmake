# install.cmake - libraries, header, program, manual page, completions, documents, and the files by which
# pkg-config and find_package find them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# ---- What the program says of itself. A program for another machine runs only where CMake has an emulator.
set(pages ${PROJECT_BINARY_DIR}/pages)
if(NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR)
    file(MAKE_DIRECTORY ${pages})
    add_custom_command(
        OUTPUT ${pages}/backless.1 ${pages}/backless ${pages}/_backless ${pages}/backless.fish
        COMMAND backless manual > ${pages}/backless.1
        COMMAND backless completion bash > ${pages}/backless
        COMMAND backless completion zsh > ${pages}/_backless
        COMMAND backless completion fish > ${pages}/backless.fish
        DEPENDS backless
        COMMENT "Writing the manual page and the completions")
    add_custom_target(backless_pages ALL DEPENDS ${pages}/backless.1)
    install(FILES ${pages}/backless.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    install(FILES ${pages}/backless DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
    install(FILES ${pages}/_backless DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
    install(FILES ${pages}/backless.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
else()
    add_custom_target(backless_pages)
    message(STATUS "manual page and completions: left out, the program does not run here")
endif()

install(TARGETS backless)
install(FILES include/backless.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs examples DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING
        PATTERN "*.md" PATTERN "*.c" PATTERN "*.csv")

# ---- What libbackless.a needs behind it, by names: those to look for (names_to_find), those that compilers bring
# (names_at_hand), and all as a linker takes them (private_libraries), with folders where no linker looks.
function(backless_add_private folder name)
    if(folder AND NOT folder MATCHES "^/(usr/)?lib(64|/[^/]*-linux-[^/]*)?$" AND NOT folder MATCHES "/gcc/")
        list(APPEND private_libraries -L${folder})
    endif()
    set(private_libraries ${private_libraries} -l${name} PARENT_SCOPE)
endfunction()

foreach(library IN LISTS BACKLESS_LIBRARIES)
    if(library MATCHES "^PkgConfig::(.*)$")
        set(prefix ${CMAKE_MATCH_1})
        foreach(name IN LISTS ${prefix}_LIBRARIES)
            list(APPEND names_to_find ${name})
            backless_add_private("${${prefix}_LIBRARY_DIRS}" ${name})
        endforeach()
    elseif(library MATCHES "^(/.*)/lib([^/]*)\\.(so|a)$")
        set(name ${CMAKE_MATCH_2})
        set(folder ${CMAKE_MATCH_1})
        backless_add_private(${folder} ${name})
        list(APPEND names_to_find ${name})
    elseif(library MATCHES "^[a-z]+$")
        list(APPEND names_at_hand ${library})
        backless_add_private("" ${library})
    else()
        message(FATAL_ERROR "install.cmake cannot tell the users of libbackless.a how to link ${library}")
    endif()
endforeach()
list(REMOVE_DUPLICATES names_to_find)
list(JOIN names_to_find " " names_to_find)
list(JOIN names_at_hand " " names_at_hand)
list(JOIN private_libraries " " private_libraries)

# ---- pkg-config: the prefix is the one that is installed to, which `cmake --install --prefix` may change.
foreach(kind IN ITEMS LIB INCLUDE)
    if(IS_ABSOLUTE "${CMAKE_INSTALL_${kind}DIR}")
        set(pc_${kind} "${CMAKE_INSTALL_${kind}DIR}")
    else()
        set(pc_${kind} "\${prefix}/${CMAKE_INSTALL_${kind}DIR}")
    endif()
endforeach()
set(pc_prefix "@CMAKE_INSTALL_PREFIX@")
configure_file(cmake/backless.pc.in installed/backless.pc.in @ONLY)
install(CODE "configure_file(
    \"${PROJECT_BINARY_DIR}/installed/backless.pc.in\" \"${PROJECT_BINARY_DIR}/installed/backless.pc\" @ONLY)")
install(FILES ${PROJECT_BINARY_DIR}/installed/backless.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# ---- find_package(backless): backless::backless and backless::static.
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/backless)
foreach(pair IN ITEMS "backless_shared backless" "backless_static static")
    separate_arguments(pair)
    list(GET pair 0 target)
    list(GET pair 1 name)
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
    add_library(backless::${name} ALIAS ${target})
    install(TARGETS ${target} EXPORT ${target} INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    install(EXPORT ${target} NAMESPACE backless:: FILE ${target}.cmake DESTINATION ${package_folder})
endforeach()
configure_file(cmake/backless-config.cmake.in installed/backless-config.cmake @ONLY)
write_basic_package_version_file(installed/backless-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/installed/backless-config.cmake
    ${PROJECT_BINARY_DIR}/installed/backless-config-version.cmake DESTINATION ${package_folder})

# ---- cmake --build build --target uninstall
add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -DMANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt
    -P ${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake)
