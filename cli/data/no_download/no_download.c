/*
 * no_download.c - the build without downloads.
 */
#include "../download.h"

const char *download_missing(void)
{
    return "this build has no libcurl (install libcurl4-openssl-dev and libssl-dev, then build it anew)";
}

int download_file(const struct session *session, const struct download *download)
{
    (void)session;
    return download_by_hand(download);
}
