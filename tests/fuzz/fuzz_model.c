/*
 * fuzz_model.c - a model file from anybody: refused, or good for a prediction, and saved again with the same weights.
 */
#include "fuzz.h"

static void use(bl_context *ctx, const bl_model *model)
{
    char path[FUZZ_PATH], before[17], after[17];
    bl_model *again = NULL;
    bl_tensor t;
    FUZZ_MUST(bl_model_outputs(model) > 0);
    for (int i = 0; bl_model_fact_name(model, i); i++)
        FUZZ_MUST(bl_model_fact(model, bl_model_fact_name(model, i)));
    for (int i = 0; bl_model_tensor(model, i, &t); i++)
        FUZZ_MUST(t.name && t.values && t.rows * t.cols > 0);
    bl_model_hash(model, before);
    fuzz_path("again.safetensors", path);
    if (bl_model_save(model, path) != BL_OK)
        return;
    const bl_status status = bl_model_load(&again, ctx, path);
    FUZZ_MUST(status == BL_OK || status == BL_NO_MEMORY);
    if (status == BL_OK) {
        bl_model_hash(again, after);
        FUZZ_MUST(strcmp(before, after) == 0);
    }
    bl_model_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fuzz_memory memory;
    bl_model *model = NULL;
    bl_data *data = NULL;
    bl_context *ctx = fuzz_context(&memory);
    char path[FUZZ_PATH], table[FUZZ_PATH];
    fuzz_path("model.safetensors", path);
    fuzz_path("two.csv", table);
    fuzz_write(path, bytes, n);
    fuzz_write(table, "1,2\n3,4\n", 8);
    const bl_status status = bl_model_load(&model, ctx, path);
    fuzz_check_failure(ctx, status);
    FUZZ_MUST((status == BL_OK) == (model != NULL));
    if (model) {
        float scores[2 * 4096];
        use(ctx, model);
        const bl_status opened = bl_model_open_data(&data, model, table, "test", NULL);
        fuzz_check_failure(ctx, opened);
        if (opened == BL_OK && bl_model_outputs(model) <= 4096)
            fuzz_check_failure(ctx, bl_model_predict_data(model, data, scores));
    }
    bl_data_free(data);
    bl_model_free(model);
    fuzz_end(ctx, &memory);
    return 0;
}
