/*
 * test_unsupported_formats.c - files of unsupported formats are refused with the name of the format and a
 * suggestion; tables that resemble them are read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/data/unsupported_formats.h"
#include "data_files.h"

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

struct foreign_case {
    const char *bytes;
    size_t n;
    const char *name;
};
#define BYTES(text) text, sizeof text - 1

static const struct foreign_case cases[] = {
    {BYTES("\xFF\xFE"
           "1\0,\0"
           "2\0\n\0"),
     "text in UTF-16"},
    {BYTES("\xFE\xFF\0"
           "1\0,\0"
           "2"),
     "text in UTF-16"},
    {BYTES("1\0,\0"
           "2\0\n\0"
           "3\0,\0"
           "4\0\n\0"),
     "iconv -f UTF-16LE"},
    {BYTES("\0"
           "1\0,\0"
           "2\0\n"),
     "iconv -f UTF-16BE"},
    {BYTES("\xFF\xFE\0\0"
           "1\0\0\0"),
     "text in UTF-32"},
    {BYTES("\0\0\xFE\xFF\0\0\0"
           "1"),
     "text in UTF-32"},
    {BYTES("1\0\0\0,\0\0\0"
           "2\0\0\0"),
     "text in UTF-32"},
    {BYTES("PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0....[Content_Types].xml xl/workbook.xml"),
     "an Excel workbook (.xlsx)"},
    {BYTES("PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), "a LibreOffice spreadsheet"},
    {BYTES("PK\x03\x04 iris.csv"), "a zip archive, which is not read; unpack it"},
    {BYTES("PK\x03\x04 archive/data.pkl"), "a PyTorch file"},
    {BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "an old Office file (.xls)"},
    {BYTES("\xFD"
           "7zXZ\0\0"),
     "an xz file, which is not read; unpack it: xz -d"},
    {BYTES("BZh91AY&SY"), "a bzip2 file"},
    {BYTES("\x28\xB5\x2F\xFD\x04"), "a Zstandard file"},
    {BYTES("7z\xBC\xAF\x27\x1C\0"), "a 7-Zip archive"},
    {BYTES("Rar!\x1A\x07\x01"), "a RAR archive"},
    {BYTES("PAR1\x15"), "a Parquet file"},
    {BYTES("ARROW1\0\0"), "a Feather (Arrow) file"},
    {BYTES("\x89HDF\r\n\x1A\n"), "an HDF5 file"},
    {BYTES("\x80\x04\x95\x10"), "a Python pickle"},
    {BYTES("MATLAB 5.0 MAT-file"), "a MATLAB file"},
    {BYTES("MATLAB 7.3 MAT-file"), "a MATLAB file"},
    {BYTES("SQLite format 3\0"), "an SQLite database"},
    {BYTES("RDX3\nX\n"), "an R data file"},
    {BYTES("%PDF-1.4"), "a PDF document"},
    {BYTES("{\\rtf1 a,b}"), "an RTF document"},
    {BYTES("\x89PNG\r\n\x1A\n"), "an image (PNG)"},
    {BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n"), "git lfs pull"},
    {BYTES("{\"a\": 1}\n{\"a\": 2}\n"), "JSON"},
    {BYTES("[[1, 2], [3, 4]]\n"), "JSON"},
    {BYTES(" [\n {\"a\": 1}]"), "JSON"},
    {BYTES("<!DOCTYPE html><html>"), "HTML or XML"},
    {BYTES("\xEF\xBB\xBF<?xml version=\"1.0\"?>"), "HTML or XML"},
    {BYTES("404: Not Found"), "an error message of a web server"},
    {BYTES("% a comment\n\n@RELATION iris\n"), "an ARFF file"},
    {BYTES("+1 1:0.5 7:1\n-1 2:0.25\n"), "a libsvm (svmlight) file"},
    {BYTES("3 qid:1 1:0.5 # doc\n"), "a libsvm (svmlight) file"},
};

static void each_format_is_refused_by_name(void **state)
{
    static const struct data_options options = {.has_labels = true};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bl_data *data = NULL;
        const size_t live = memory.live;
        const char *path = scratch_path(&scratch, "table.csv");
        scratch_write(path, cases[i].bytes, cases[i].n);
        assert_int_equal(read_part(&data, ctx, path, "train", &options, NULL), BL_BAD_DATA);
        if (!strstr(ctx->why, "table.csv: this is ") || !strstr(ctx->why, cases[i].name))
            fail_msg("case %zu: expected \"%s\" in: %s", i, cases[i].name, ctx->why);
        assert_int_equal(memory.live, live);
    }
}

static void gzip_in_gzip_is_refused(void **state)
{
    static const struct data_options options = {.has_labels = true};
    bl_data *data = NULL;
    size_t n = 0;
    (void)state;
    write_gz(scratch_path(&scratch, "one.gz"), "1,2,0\n3,4,1\n", 12);
    unsigned char *packed = scratch_read(scratch_path(&scratch, "one.gz"), &n);
    write_gz(scratch_path(&scratch, "two.gz"), packed, n);
    free(packed);
    assert_int_equal(read_part(&data, ctx, scratch_path(&scratch, "two.gz"), "train", &options, NULL),
                     BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "gzip"));
}

static void tables_are_not_mistaken_for_them(void **state)
{
    static const char *const tables[] = {
        "1,2,0\n3,4,1\n",
        "<5,1,x\n>5,2,y\n",
        "[a],b,label\n1,2,x\n3,4,y\n",
        "{a},b,label\n1,2,x\n3,4,y\n",
        "time,b\n1:30,2\n",
        "@home,b\n1,2\n",
        "version,b\n1,2\n",
        "1 2 0\n3 4 1\n",
        "PAR1,PAR2,y\n1,2,0\n",
        "ORCHID,FEA1,y\n1,2,0\n",
        "BZh,LZIP,y\n1,2,0\n",
        "GIF8,b,y\n1,2,0\n",
        "MATLAB score,b,y\n1,2,0\n",
        "abcdefghWEBP,b,y\n1,2,0\n",
        "5\t12:30\n6\t23:59\n",
        "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        size_t n = strlen(tables[i]);
        uint8_t *copy = malloc(n + 1); /* of its exact size, so that a sanitizer finds overruns */
        memcpy(copy, tables[i], n);
        const struct bytes file = {copy, n};
        if (unsupported_format_check(ctx, "table.csv", &file) != BL_OK)
            fail_msg("%s", ctx->why);
        free(copy);
    }
}

static int begin(void **state)
{
    (void)state;
    scratch_make(&scratch);
    ctx = counting_context(&memory);
    return ctx ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    scratch_remove(&scratch);
    context_destroy(ctx);
    return memory.live == 0 ? 0 : 1;
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (each_format_is_refused_by_name),
        EACH (gzip_in_gzip_is_refused),
        EACH (tables_are_not_mistaken_for_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
