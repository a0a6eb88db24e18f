# python.cmake - the shared library as a part of the Python package: one file beside the package's modules,
# without the links of a versioned library, which a wheel cannot hold. pyproject.toml installs this component
# alone.
set_property(TARGET backless_shared PROPERTY VERSION)
set_property(TARGET backless_shared PROPERTY SOVERSION)
install(TARGETS backless_shared LIBRARY DESTINATION backless COMPONENT python)
