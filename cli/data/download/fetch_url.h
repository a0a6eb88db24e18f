/*
 * fetch_url.h - downloads one address with libcurl, and appends to a partial file.
 */
#ifndef CLI_DOWNLOAD_FETCH_URL_H
#define CLI_DOWNLOAD_FETCH_URL_H

#include "fetch_progress.h"

enum fetch_end {
    FETCH_DONE,   /* the server says that this is all */
    FETCH_FAILED, /* by the server or on the way; what came so far may be the beginning of the file */
    FETCH_UNFIT,  /* more came than the file has: it is another one */
    FETCH_DISK,   /* what came could not be written */
    FETCH_STOPPED /* by a signal */
};

struct fetch {
    const char *url;
    bool may_use_http; /* else https only, and redirects to https only */
    long stall_seconds;
    int fd;
    long long have, most; /* bytes in the file, and how many there may be */
    struct fetch_progress *progress;
    bool went_on;  /* result: what came continues what the file had */
    char why[512]; /* of every end but FETCH_DONE, without the address */
};

enum fetch_end fetch_url(struct fetch *fetch);

#endif
