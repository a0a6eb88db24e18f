/*
 * fetch_url.h - downloads one address with libcurl, and appends to a partial file.
 */
#ifndef CLI_DOWNLOAD_FETCH_URL_H
#define CLI_DOWNLOAD_FETCH_URL_H

#include "fetch_progress.h"

enum fetch_end {
    FETCH_DONE,   /* the server says that this is all */
    FETCH_FAILED, /* by the server or the connection; the received bytes may be the beginning of the file */
    FETCH_UNFIT,  /* more bytes came than the file has: it is a different file */
    FETCH_DISK,   /* the received bytes could not be written */
    FETCH_STOPPED /* by a signal */
};

struct fetch {
    const char *url;
    bool may_use_http; /* else https only, and redirects to https only */
    long stall_seconds;
    int fd;
    long long have, most; /* bytes in the partial file, and the most that it may have */
    struct fetch_progress *progress;
    bool is_continued; /* result: the received bytes continue the partial file */
    char why[512];     /* result: why it failed, without the address; not set for FETCH_DONE */
};

enum fetch_end fetch_url(struct fetch *fetch);

#endif
