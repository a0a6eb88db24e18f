/*
 * fuzz_csv.c - tables: the first two bytes choose the options.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const labels[] = {NULL, "first", "last", "0", "y", "1"}, *const headers[] = {"auto", "yes", "no"},
                             *const columns[] = {NULL, "0", "a,b", "none"};
    static const char separators[] = {0, ',', ';', '\t', '|'};
    const uint8_t first = fuzz_byte(&bytes, &n), second = fuzz_byte(&bytes, &n);
    struct data_options options = {.label = labels[first % 6],
                                   .header = headers[first / 6 % 3],
                                   .separator = separators[first / 18 % 5],
                                   .ignore = columns[second % 4],
                                   .categorical = columns[second / 4 % 3],
                                   .id_column = columns[second / 12 % 2],
                                   .imputes = second / 24 % 2,
                                   .target = (enum target_kind)(second / 48 % 3),
                                   .val = first / 90 % 2};
    struct fuzz_memory memory;
    bl_context *ctx = fuzz_context(&memory);
    char path[FUZZ_PATH];
    fuzz_path("table.csv", path);
    fuzz_write(path, bytes, n);
    fuzz_read_data(ctx, path, &options);
    fuzz_end(ctx, &memory);
    return 0;
}
