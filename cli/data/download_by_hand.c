/*
 * download_by_hand.c - prints what to download by hand, and where to put it.
 */
#include "download.h"

int download_by_hand(const struct download *download)
{
    printf("%s\n    sha256 %s\n", download->to, download->sha256);
    if (download->size > 0)
        printf("    size   %lld bytes\n", download->size);
    for (int i = 0; i < download->n_sources; i++)
        printf("    %s   %s\n", i == 0 ? "from" : "  or", download->sources[i].url);
    return exit_code_of(BL_UNSUPPORTED);
}
