/*
 * curl_functions.h - the functions of libcurl that a download calls.
 */
#ifndef CLI_DOWNLOAD_CURL_FUNCTIONS_H
#define CLI_DOWNLOAD_CURL_FUNCTIONS_H

#include <curl/curl.h>

struct curl_functions {
    __typeof__(curl_easy_init) *init;
    __typeof__(curl_easy_setopt) *set;
    __typeof__(curl_easy_perform) *perform;
    __typeof__(curl_easy_header) *header;
    __typeof__(curl_easy_getinfo) *info;
    __typeof__(curl_easy_strerror) *error_text;
    __typeof__(curl_easy_cleanup) *cleanup;
};

/* Valid after curl_load has returned NULL. */
extern struct curl_functions curl_functions;

/* Loads libcurl at the first call. Returns NULL, or why it cannot be loaded. */
const char *curl_load(void);

#endif
