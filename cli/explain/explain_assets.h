/*
 * explain_assets.h - explain.css as text; CMake makes the file that holds it.
 */
#ifndef CLI_EXPLAIN_ASSETS_H
#define CLI_EXPLAIN_ASSETS_H

extern const char explain_css[];

#endif
