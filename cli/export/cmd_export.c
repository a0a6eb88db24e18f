/*
 * cmd_export.c - backless export: a model in the format of another program.
 */
#include "../model/open_model.h"
#include "onnx.h"

#include <stdlib.h>
#include <string.h>

static const struct extra extras[] = {
    {"onnx", "FILE",
     "the ONNX file to write: raw inputs to predictions, with any number of examples at once"},
    {"logits", NULL, "the outputs of the net, without softmax or logistic, instead of probabilities"},
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

static const size_t most_bytes = (1u << 31) - 1; /* of a file of protocol buffers */

static int write_onnx(const struct session *s, const bl_model *model)
{
    const char *path = extra_of(s, "onnx");
    const bool is_logits = extra_of(s, "logits") != NULL;
    struct message file = {NULL, 0, 0, false};
    int code = EXIT_OTHER;
    if (!onnx_encode(&file, model, is_logits)) {
        if (file.has_failed)
            usage_error("no memory for the ONNX file");
    } else if (file.n > most_bytes)
        usage_error("the ONNX file would have %zu bytes, but its format ends at %zu", file.n, most_bytes);
    else {
        const bl_status status = bl_file_write(s->ctx, path, file.bytes, file.n);
        code = status == BL_OK ? EXIT_DONE : fail_with(s, status);
    }
    free(file.bytes);
    if (code == EXIT_DONE)
        note(s, "%s: input \"input\", output \"%s\"", path, onnx_output(model, is_logits));
    return code;
}

static int run_export(struct session *s)
{
    bl_model *model = NULL;
    char target[BL_PATH_ROOM];
    if (s->n_words != 1 || !extra_of(s, "onnx"))
        return usage_error("%s is missing; usage: backless %s", s->n_words != 1 ? "the model" : "--onnx",
                           s->command->usage);
    bl_status status = open_model(&model, s, s->words[0]);
    if (status == BL_OK)
        status = bl_file_target(s->ctx, extra_of(s, "onnx"), target, sizeof target); /* is not the model */
    int code = status == BL_OK ? EXIT_DONE : fail_with(s, status);
    if (code == EXIT_DONE && extra_of(s, "logits") && strcmp(onnx_output(model, false), "outputs") == 0)
        code = usage_error("--logits is for classes, but this model predicts numbers");
    if (code == EXIT_DONE)
        code = write_onnx(s, model);
    bl_model_free(model);
    return code;
}

const struct command command_export = {"export",
                                       "export DIR|FILE --onnx FILE.onnx",
                                       "a model as a file for other programs: ONNX",
                                       NULL,
                                       extras,
                                       1,
                                       run_export};
