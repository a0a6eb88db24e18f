# install.cmake - the libraries, the header, the program, and a file for pkg-config.
include(GNUInstallDirs)
install(TARGETS backless backless_shared backless_static)
install(FILES include/backless.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

set(private_libraries "-lm")
if(BACKLESS_HAVE_ONEDNN)
    string(PREPEND private_libraries "-ldnnl ")
endif()
if(BACKLESS_HAVE_OPENMP)
    string(PREPEND private_libraries "${OpenMP_C_FLAGS} ")
endif()
configure_file(cmake/backless.pc.in backless.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/backless.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
