/*
 * report_assets.h - report.css and report.js as text; CMake makes the file that holds them.
 */
#ifndef CLI_REPORT_ASSETS_H
#define CLI_REPORT_ASSETS_H

extern const char chart_css[], report_css[], report_js[];

#endif
