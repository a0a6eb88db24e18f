/*
 * explain_assets.h - explain.css and wiring.css as text; CMake makes the files that hold them.
 */
#ifndef CLI_EXPLAIN_ASSETS_H
#define CLI_EXPLAIN_ASSETS_H

extern const char explain_css[], wiring_css[];

#endif
