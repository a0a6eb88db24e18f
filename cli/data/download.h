/*
 * download.h - downloads a file with a known SHA-256; in a build without libcurl, and where libcurl cannot be
 * loaded, prints how to get it by hand.
 */
#ifndef CLI_DOWNLOAD_H
#define CLI_DOWNLOAD_H

#include "../command.h"

struct download_source {
    const char *url;
    bool may_use_http; /* the address is http; otherwise only https is used, also in redirects */
};

enum { MOST_SOURCES = 4 };

struct download {
    const char *to;                               /* where the file goes; its folders are made */
    const char *sha256;                           /* 64 hexadecimal digits in lower case */
    long long size;                               /* in bytes; 0: not known */
    struct download_source sources[MOST_SOURCES]; /* in the order in which they are tried */
    int n_sources;
    long stall_seconds; /* a source that stays below 1 kB/s for so long is given up */
    bool replaces;      /* replaces an existing file with another digest */
    bool is_temporary;  /* nothing is kept of an interrupted download */
};

/* Downloads a file. An existing file with the right digest stays. Otherwise the download is written to
   TO.part, which is kept when interrupted and continued the next time, and is renamed when its digest is
   right. Prints progress and failures. Returns EXIT_DONE; EXIT_IO if no source provided the file or the
   disk failed; EXIT_DATA if TO is a different file; EXIT_STOPPED after a signal. */
int download_file(const struct session *session, const struct download *download);

/* Returns why this program cannot download, or NULL if it can. */
const char *download_missing(void);

/* Prints what to download by hand, and where to put it. Returns the exit code of something unsupported. */
int download_by_hand(const struct download *download);

#endif
