/*
 * run_folder.h - the files of a run: config.json, log.jsonl, model.safetensors, best.safetensors,
 * result.json.
 */
#ifndef BL_TRAIN_RUN_FOLDER_H
#define BL_TRAIN_RUN_FOLDER_H

#include "../../file/folder_lock.h"
#include "../../runlog/runlog.h"
#include "../trainer/trainer.h"

struct run_folder {
    bl_context *ctx;
    const char *path; /* NULL: no files are written */
    struct runlog *log;
    struct folder_lock lock; /* held until the run ends */
};

/* Creates the folder, or continues the run in it if the trainer was resumed. A folder that contains another
   run is refused, or emptied with the option force. A folder in which another process trains is always
   refused. Removes incomplete files of a killed process. Writes config.json and the first checkpoint. If a
   write fails, here or later, the message says what the folder still contains. */
bl_status run_folder_open(struct run_folder *out, bl_trainer *trainer, const bl_data *train);
void run_folder_close(struct run_folder *folder);

bl_status run_folder_log(struct run_folder *folder, const json_t *line);
bl_status run_folder_checkpoint(struct run_folder *folder, bl_trainer *trainer, const char *name);
/* If the process ended between the last checkpoint and the result, so that the folder has no result.json,
   *out is the log's line of `epoch`, the last finished one; else NULL. The caller releases it with
   json_decref. */
bl_status run_folder_lacking_result(struct run_folder *folder, size_t epoch, json_t **out);
bl_status run_folder_result(struct run_folder *folder, const bl_trainer *trainer, const json_t *last_line);

#endif
