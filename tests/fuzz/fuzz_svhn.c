/*
 * fuzz_svhn.c - SVHN's digits in MATLAB 5 files. Input: the file without its header, which has a fixed
 * content.
 *
 * Reading a set again with its own encoding must give the same set.
 */
#include "fuzz_data.h"
#include "fuzz_target.h"

#include "../../src/base/mem.h"

#include <string.h>

enum { HEADER = 128, PIXELS = 3072 };

static bl_status read_set(bl_data **out, bl_context *ctx, const uint8_t *bytes, size_t n,
                          const bl_data *schema)
{
    static const char begins[] = "MATLAB 5.0 MAT-file", ends[4] = {0, 1, 'I', 'M'};
    const struct data_options options = {.has_labels = true};
    const struct reading reading = {ctx, "digits.mat", &options, schema};
    struct bytes file = {NULL, HEADER + n};
    bl_data *const untouched = (bl_data *)&file;
    *out = untouched;
    BL_TRY(MEM_ARRAY(ctx, &file.at, file.n, "a file"));
    memcpy(file.at, begins, sizeof begins);
    memcpy(file.at + HEADER - sizeof ends, ends, sizeof ends);
    memcpy(file.at + HEADER, bytes, n);
    FUZZ_CHECK(reader_for(&file, reading.path) == &reader_svhn, "another reader");
    const bl_status status = reader_svhn.read(out, &reading, &file, "train");
    FUZZ_CHECK(status == BL_OK || *out == untouched, "a set was returned although the function failed");
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_DATA || status == BL_NO_MEMORY, "%s: %s",
               bl_status_name(status), bl_why(ctx));
    return status;
}

static bl_status check_set(bl_context *ctx, const uint8_t *bytes, size_t n, bl_data *first)
{
    bl_data *second = NULL;
    FUZZ_CHECK(first->n > 0 && first->features == PIXELS && first->labels && first->outputs == 10,
               "no set of digits");
    if (!fuzz_check_data(first, false))
        return BL_NO_MEMORY;
    const bl_status status = read_set(&second, ctx, bytes, n, first);
    if (!fuzz_went_well(ctx, status, "reading a set like itself"))
        return status;
    fuzz_check_same_data(first, second);
    data_free(second);
    return BL_OK;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    bl_data *first = NULL;
    bl_status status = read_set(&first, ctx, bytes, n, NULL);
    if (status == BL_OK) {
        status = check_set(ctx, bytes, n, first);
        data_free(first);
    }
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}
