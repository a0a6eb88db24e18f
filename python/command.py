#!python
"""The command `backless` of the Python package: becomes the program in the package's folder.

The package is not imported, because NumPy takes longer to load than most commands of the program take.
Installers write the path of the environment's Python into the first line."""

import os
import sys
from importlib.util import find_spec

package = find_spec("backless")
if package is None or not package.submodule_search_locations:
    sys.exit(f"backless: {sys.executable} has no package backless")
program = os.path.join(package.submodule_search_locations[0], "bin", "backless")
try:
    os.execv(program, ["backless", *sys.argv[1:]])
except OSError as error:
    sys.exit(f"backless: cannot start {program}: {error.strerror}")
