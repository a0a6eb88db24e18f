# install.cmake - libraries, header, program, manual page, completions, documents, and the files by which
# pkg-config and find_package find them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# ---- Manual page and completions, which the program prints. One for another machine needs an
#      emulator to run.
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
install(FILES include/backless.h include/backless_types.h include/backless_experimental.h
    include/backless_rule.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs examples DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING
        PATTERN "*.md" PATTERN "*.svg" PATTERN "*.ipynb" PATTERN "*.c" PATTERN "*.py" PATTERN "*.csv")

# ---- What users of libbackless.a must link: the pkg-config modules in BACKLESS_MODULES, with their versions,
#      and libraries that come with the compiler.
foreach(library IN LISTS BACKLESS_LIBRARIES)
    if(library MATCHES "^[a-z]+$")
        list(APPEND private_libraries -l${library})
    elseif(NOT library MATCHES "^(\\$<LINK_ONLY:)?PkgConfig::")
        message(FATAL_ERROR "install.cmake does not know how users of libbackless.a link ${library}")
    endif()
endforeach()
list(JOIN private_libraries " " private_libraries)
# "jansson>=2.8" is "jansson >= 2.8" in a .pc file.
list(JOIN BACKLESS_MODULES ", " private_modules)
string(REPLACE ">=" " >= " private_modules "${private_modules}")
list(JOIN BACKLESS_MODULES " " modules_to_find)

# ---- pkg-config: the prefix is that of the installation, which `cmake --install --prefix` may change.
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
    \"${PROJECT_BINARY_DIR}/installed/backless.pc.in\"
    \"${PROJECT_BINARY_DIR}/installed/backless.pc\" @ONLY)")
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
