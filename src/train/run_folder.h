/*
 * run_folder.h - what a run leaves behind: config.json, log.jsonl, model.safetensors, best.safetensors, result.json.
 */
#ifndef BL_TRAIN_RUN_FOLDER_H
#define BL_TRAIN_RUN_FOLDER_H

#include "../file/folder_lock.h"
#include "../runlog/runlog.h"
#include "trainer.h"

struct run_folder {
    bl_context *ctx;
    const char *path; /* NULL: nothing is kept */
    struct runlog *log;
    struct folder_lock lock; /* held as long as the run goes on */
};

/* Makes the folder, or empties it with the option force; takes it up when the trainer was resumed. Refuses one with a
   run in it otherwise, and one in which another process trains. Clears away what a killed process left half written.
   Writes config.json and the first checkpoint. A failure to write, then or later, says what the folder still holds. */
bl_status run_folder_open(struct run_folder *out, bl_trainer *trainer, const bl_data *train);
void run_folder_close(struct run_folder *folder);

bl_status run_folder_log(struct run_folder *folder, const json_t *line);
bl_status run_folder_checkpoint(struct run_folder *folder, bl_trainer *trainer, const char *name);
bl_status run_folder_result(struct run_folder *folder, const bl_trainer *trainer, const json_t *last_line);

#endif
