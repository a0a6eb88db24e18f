/*
 * resumed_files.h - files that a run has read when it began, and that it does not need to be resumed.
 */
#ifndef CLI_RESUMED_FILES_H
#define CLI_RESUMED_FILES_H

#include "backless.h"

/* Replaces, in the configuration of a run that is resumed from the folder, a file that the option init or
   feedback names and that no longer exists, by the run's own model.safetensors: the run continues with the
   weights and the feedback of that file anyway. */
bl_status resumed_files_replace(bl_config *config, const char *folder);

#endif
