/*
 * data_place.h - the destination of a download, which may be a link, a pipe or a device.
 */
#ifndef CLI_DATA_PLACE_H
#define CLI_DATA_PLACE_H

#include "download.h"

/* As download_file, to `to`: a symbolic link stays, and the file that it points to is fetched or replaced. A
   pipe or a device gets the whole file when its digest is right; until then it is in a temporary folder, and
   of an interrupted download nothing is kept. */
int data_place(const struct session *session, const struct download *download, const char *to);

#endif
