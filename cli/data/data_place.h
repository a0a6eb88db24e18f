/*
 * data_place.h - the destination of a download, which may be a link, a pipe or a device.
 */
#ifndef CLI_DATA_PLACE_H
#define CLI_DATA_PLACE_H

#include "download.h"

/* Downloads to `to`, as download_file does. A symbolic link is kept, and the file that it points to is
   downloaded or replaced. A pipe or a device gets the whole file once its digest is verified; until then the
   file is in a temporary folder, and nothing is kept of an interrupted download. */
int data_place(const struct session *session, const struct download *download, const char *to);

#endif
