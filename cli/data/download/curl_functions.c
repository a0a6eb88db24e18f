/*
 * curl_functions.c - loads libcurl.
 */
#include "curl_functions.h"

#include "loaded_library.h"

struct curl_functions curl_functions;

const char *curl_load(void)
{
    static const struct loaded_function functions[] = {
        {"curl_easy_init", &curl_functions.init},       {"curl_easy_setopt", &curl_functions.set},
        {"curl_easy_perform", &curl_functions.perform}, {"curl_easy_header", &curl_functions.header},
        {"curl_easy_getinfo", &curl_functions.info},    {"curl_easy_strerror", &curl_functions.error_text},
        {"curl_easy_cleanup", &curl_functions.cleanup},
    };
    if (curl_functions.cleanup)
        return NULL;
    return load_library(CLI_CURL_FILE, functions, sizeof functions / sizeof *functions);
}
