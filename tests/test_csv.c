/*
 * test_csv.c - tables: separator, header, label column and classes are recognised or taken from options; a
 * fault is refused with its line, column and text; no memory leaks when an allocation fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reading_fixture.h"

enum {
    FUZZ_ROUNDS = 3000, /* a second or two with the sanitizers */
    LONG_NUMBER = 600   /* digits; more than a number may have */
};

struct table_case {
    const char *text;
    const char *label, *header;
    char separator;
    const char *expected; /* the set as text, or a part of the message */
};

static struct data_options options_of(const struct table_case *c, bool has_labels)
{
    return (struct data_options){
        .label = c->label, .header = c->header, .separator = c->separator, .has_labels = has_labels};
}

static bl_status read_text(bl_data **out, const void *text, size_t n, const struct data_options *options,
                           const bl_data *schema)
{
    const char *path = scratch_path(&scratch, "table.csv");
    scratch_write(path, text, n);
    return read_part(out, ctx, path, "train", options, schema);
}

static void assert_table(const struct table_case *c, const struct data_options *options,
                         const bl_data *schema)
{
    bl_data *data = NULL;
    if (read_text(&data, c->text, strlen(c->text), options, schema) != BL_OK)
        fail_msg("%s\nof\n%s", ctx->why, c->text);
    assert_string_equal(data_as_text(data), c->expected);
    data_free(data);
}

static void assert_refused(const struct table_case *c, size_t n, const struct data_options *options,
                           const bl_data *schema)
{
    bl_data *data = NULL;
    const size_t live = memory.live;
    const bl_status status = read_text(&data, c->text, n, options, schema);
    if (status != BL_BAD_DATA)
        fail_msg("status %d of\n%s", status, c->text);
    assert_null(data);
    assert_int_equal(memory.live, live);
    if (!strstr(ctx->why, c->expected) || !strstr(ctx->why, "table.csv: "))
        fail_msg("expected \"%s\" and the file in: %s", c->expected, ctx->why);
}

/* ---- valid tables ---- */

static void valid_tables_are_read(void **state)
{
    static const struct table_case cases[] = {
        /* separators, line ends, blanks, marks */
        {"1,2,0\n3,4,1\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"1;2;0\n3;4;1\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"1\t2\t0\n3\t4\t1\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"1|2|0\n3|4|1\n", .separator = '|', .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"1,2,0\r\n3,4,1\r\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"1,2,0\n3,4,1", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"1,2,0\n3,4,1\n\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"\n1,2,0\n  \n3,4,1\r\n\r\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"\xEF\xBB\xBF"
         "1,2,0\n3,4,1\n",
         .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {" 1 , 2,0\n3 ,\t4 , 1 \n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"a;b;y\n\"1\";\"2\";\"a,b\"\n\"3\";\"4\";\"c,d\"\n",
         .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes a,b c,d; columns a b"},
        {"-1.5e1,+2.25,0\n1e-3,.5,1\n", .expected = "1x1x2 of 2: -15 2.25 = 0, 0.001 0.5 = 1"},
        /* quotes */
        {"\"1\",\"2\",\"x\"\n\"3\", \"4\" ,\"y\"\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes x y"},
        {"1,2,\"a \"\"b\"\"\"\n3,4,\"c, d\"\n",
         .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes a \"b\" c, d"},
        {"\"u \"\"m\"\"\",v,label\n1,2,0\n3,4,1\n",
         .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; columns u \"m\" v"},
        /* header */
        {"u,v,w\n1,2,0\n3,4,1\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; columns u v"},
        {"u,v,w\n1,2,a\n3,4,b\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes a b; columns u v"},
        {"0,1,target\n1,2,0\n3,4,1\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; columns 0 1"},
        {"0,1,species\n1,2,a\n3,4,b\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes a b; columns 0 1"},
        {"7,2,w\n1,2,0\n3,4,1\n", .header = "yes", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; columns 7 2"},
        {"1,2,0\n3,4,1\n5,6,1\n", .header = "yes",
         .expected = "1x1x2 of 1: 3 4 = 0, 5 6 = 0; classes 1; columns 1 2"},
        {"1,2,a\n3,4,b\n", .header = "no", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes a b"},
        /* label column */
        {"a,1,2\nb,3,4\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes a b"},
        {"1,b,2\n3,a,4\n", .expected = "1x1x2 of 2: 1 2 = 1, 3 4 = 0; classes a b"},
        {"Class,u,v\n0,1,2\n1,3,4\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; columns u v"},
        {"u,TARGET,v\n1,0,2\n3,1,4\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; columns u v"},
        {"quality,u,label\n0,1,1\n1,3,0\n", .expected = "1x1x2 of 2: 0 1 = 1, 1 3 = 0; columns quality u"},
        {"0,1,2\n1,3,4\n", .label = "first", .header = "no", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"label,1,0\n0,1,1\n1,3,0\n", .label = "last", .header = "yes",
         .expected = "1x1x2 of 2: 0 1 = 1, 1 3 = 0; columns label 1"},
        {"1,0,2\n3,1,4\n", .label = "1", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1"},
        {"u,y,v\n1,0,2\n3,1,4\n", .label = "y", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; columns u v"},
        {"1,0,y\n1,0,2\n3,1,1\n", .label = "0", .header = "yes",
         .expected = "1x1x2 of 2: 1 2 = 0, 3 1 = 1; columns 1 y"},
        /* classes */
        {"1,3\n2,8\n3,5\n", .expected = "1x1x1 of 3: 1 = 0, 2 = 2, 3 = 1; classes 3 5 8"},
        {"1,10\n2,9\n3,-1\n", .expected = "1x1x1 of 3: 1 = 2, 2 = 1, 3 = 0; classes -1 9 10"},
        {"1,1.0\n2,0\n3,1\n4,-0\n", .expected = "1x1x1 of 2: 1 = 1, 2 = 0, 3 = 1, 4 = 0"},
        {"1,2\n2,1\n3,0\n", .expected = "1x1x1 of 3: 1 = 2, 2 = 1, 3 = 0"},
        {"1,b\n2,B\n3,a\n4,ab\n", .expected = "1x1x1 of 4: 1 = 3, 2 = 0, 3 = 1, 4 = 2; classes B a ab b"},
        {"\xE2\x82\xAC,label\n1,\xF0\x9F\x90\x88\n2,\xC3\xA4\n",
         .expected = "1x1x1 of 2: 1 = 1, 2 = 0; classes \xC3\xA4 \xF0\x9F\x90\x88; columns \xE2\x82\xAC"},
        {"1,+\n2,-\n3,none\n", .expected = "1x1x1 of 3: 1 = 0, 2 = 1, 3 = 2; classes + - none"},
        {"1,0\n2,A\n3,1\n4,A\n5,B\n",
         .expected = "1x1x1 of 4: 1 = 0, 2 = 2, 3 = 1, 4 = 2, 5 = 3; classes 0 1 A B"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct data_options options = options_of(&cases[i], true);
        assert_table(&cases[i], &options, NULL);
    }
}

static void compressed_tables_are_read(void **state)
{
    static const char text[] = "u,v,label\n1,2,0\n3,4,1\n";
    static const struct data_options options = {.has_labels = true};
    bl_data *plain = NULL, *packed = NULL;
    (void)state;
    write_gz(scratch_path(&scratch, "table.gz"), text, sizeof text - 1);
    assert_int_equal(read_text(&plain, text, sizeof text - 1, &options, NULL), BL_OK);
    assert_int_equal(read_part(&packed, ctx, scratch_path(&scratch, "table.gz"), "train", &options, NULL),
                     BL_OK);
    assert_true(plain->hash == packed->hash);
    assert_string_equal(data_as_text(packed), "1x1x2 of 2: 1 2 = 0, 3 4 = 1; columns u v");
    data_free(plain);
    data_free(packed);
}

/* ---- broken files ---- */

static void broken_tables_are_refused(void **state)
{
    static const struct table_case cases[] = {
        {"", .expected = "the file is empty"},
        {"\n \r\n\n", .expected = "the file is empty"},
        {"\xEF\xBB\xBF", .expected = "the file is empty"},
        {"u,v,label\n", .expected = "has only a header (line 1)"},
        {"\nu,v,label", .expected = "has only a header (line 2)"},
        {"1\n2\n", .expected = "only one column"},
        /* what is not a number */
        {"1,2,0\n3,word,1\n5,6,0\n7,8,1\n",
         .expected = "line 2, column 1 (from 0): found \"word\"; expected a number"},
        {"u,v,label\n1,2,0\n\n3,word,1\n5,6,0\n7,8,1\n", .expected = "line 4, column \"v\": found \"word\""},
        {"1,word,0\n3,4,1\n5,6,0\n", .expected = "line 1, column 1 (from 0): found \"word\""},
        {"1,?,0\n3,4,1\n5,6,0\n", .expected = "line 1, column 1 (from 0): found \"?\""},
        {"NA,?,0\n3,4,1\n5,6,0\n", .expected = "line 1, column 0 (from 0): found \"NA\""},
        {"1,2,0\n3,,1\n5,6,0\n", .expected = "line 2, column 1 (from 0): found \"\""},
        {"1,2,0\n3,\"\",1\n5,6,0\n", .expected = "found \"\", no value (1 such row in this column)"},
        {"1,2,0\n3,nan,1\n5,6,0\n", .expected = "found \"nan\""},
        {"1,2,0\n3,NaN,1\n5,6,0\n", .expected = "found \"NaN\""},
        {"1,2,0\n3,-inf,1\n5,6,0\n", .expected = "found \"-inf\""},
        {"1,2,0\n3,Infinity,1\n5,6,0\n", .expected = "found \"Infinity\""},
        {"1,2,0\n3,0x10,1\n5,6,0\n", .expected = "found \"0x10\""},
        {"1,2,0\n3,4 5,1\n5,6,0\n", .expected = "found \"4 5\""},
        {"1;2,5;0\n3;4;1\n5;6;0\n", .expected = "line 1, column 1 (from 0): found \"2,5\""},
        {"1,2,0\n3,1e309,1\n5,6,0\n", .expected = "1e309"},
        {"1,2,0\n3,1e999,1\n5,6,0\n", .expected = "found \"1e999\""},
        {"1,2,0\n3,a\x01\x7f\tb,1\n5,6,0\n", .expected = "found \"a???b\""},
        {"1,2,0\n3,4,1\n5,6,0\n", .header = "yes", .label = "nope",
         .expected = "no label column \"nope\"; the file has columns 0 to 2: \"1\", \"2\", \"0\""},
        {"u,v,label\n1,2,0\n3,4,1\n", .header = "no", .expected = "line 1, column 0 (from 0): found \"u\""},
        /* shape */
        {"1,2,0\n3,4\n5,6,0\n", .expected = "line 2 has 2 fields, expected 3"},
        {"1,2,0\n3,4,1,\n5,6,0\n", .expected = "line 2 has 4 fields, expected 3"},
        {"u,v,label\n1,2\n3,4,1\n5,6,0\n", .expected = "line 2 has 2 fields, expected 3"},
        {"1,2,0\n3;4;1\n5,6,0\n", .expected = "line 2 has 1 fields, expected 3"},
        {"1,2,0\n3,\"4,1\n5,6,0\n", .expected = "line 2, column 1 (from 0): a quote that does not end"},
        {"1,2,0\n3,\"4\"4,1\n5,6,0\n", .expected = "line 2, column 1 (from 0): a quote that does not end"},
        {"u,v,u\n1,2,0\n3,4,1\n",
         .expected = "the header names \"u\" twice, in columns 0 and 2 (from 0); give"},
        {"\xFC,v,label\n1,2,0\n3,4,1\n", .expected = "line 1: byte 0xfc is not UTF-8"},
        {"1,2,0\n3,4,\xC3\n5,6,0\n", .expected = "line 2: byte 0xc3 is not UTF-8"},
        {"1,2,0\n3,4,1\n5,6,\xED\xA0\x80", .expected = "line 3: byte 0xed is not UTF-8"},
        {"1,2,0\n3,4,\xC0\x80\n", .expected = "byte 0xc0 is not UTF-8"},
        {"1,2,0\n3,4,\xF4\x90\x80\x80\n", .expected = "byte 0xf4 is not UTF-8"},
        {"1,2,0\n3,4,\xE2\x82", .expected = "byte 0xe2 is not UTF-8"},
        /* labels */
        {"1,2,0\n3,4,1\n", .label = "3",
         .expected = "no label column \"3\"; the file has columns 0 to 2 and no header"},
        {"1,2,0\n3,4,1\n", .label = "y", .expected = "no label column \"y\""},
        {"1,2,0\n3,4,1\n", .label = "-1", .expected = "no label column \"-1\""},
        {"1,2,a\n3,4,\n5,6,b\n", .expected = "line 2, column 2 (from 0): \"\" is not a label"},
        {"1,2,0\n3,4,NaN\n5,6,1\n", .expected = "line 2, column 2 (from 0): \"NaN\" is not a label"},
        {"1,2,0\n3,4,?\n5,6,1\n", .expected = "\"?\" is not a label (1 such line)"},
        {"1,2,0\n3,4,inf\n5,6,1\n7,8,0\n",
         .expected = "line 2, column 2 (from 0): \"inf\" is not a number, but most"},
        {"1,2,0\n3,4,word\n5,6,1\n7,8,0\n",
         .expected = "line 2, column 2 (from 0): \"word\" is not a number, but most"},
        {"1,2,0\n3,4,1\n5,6,2.5\n",
         .expected = "line 3, column 2 (from 0): label 2.5, expected whole numbers or words"},
        {"1,2,0\n3,4,1e20\n", .expected = "label 1e20"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct data_options options = options_of(&cases[i], true);
        assert_refused(&cases[i], strlen(cases[i].text), &options, NULL);
    }
}

static void binary_files_are_refused(void **state)
{
    static const char text[] = "1,2,0\n3,4,1\n5,\0,0\n", utf16[] = "\xFF\xFE"
                                                                   "1\0,\0"
                                                                   "2\0\n\0";
    static const struct data_options options = {.has_labels = true};
    const struct table_case cases[] = {
        {text, .expected = "a zero byte in line 3"},
        {utf16, .expected = "this is text in UTF-16, which is not read; convert it"}};
    (void)state;
    assert_refused(&cases[0], sizeof text - 1, &options, NULL);
    assert_refused(&cases[1], sizeof utf16 - 1, &options, NULL);
}

static void long_texts_are_refused_and_cut(void **state)
{
    static const struct data_options options = {.has_labels = true};
    char text[LONG_NUMBER + 100] = "1,2,0\n3,4,1\n5,";
    const size_t start = strlen(text);
    struct table_case c = {text, .expected = "line 3, column 1 (from 0): found \"99999999999999999999"};
    (void)state;
    memset(text + start, '9', LONG_NUMBER);
    snprintf(text + start + LONG_NUMBER, 20, ",0\n7,8,1\n");
    assert_refused(&c, strlen(text), &options, NULL);
    assert_non_null(strstr(ctx->why, "999...\""));
    assert_true(strlen(ctx->why) < 300);
    memset(text + start, 0, LONG_NUMBER); /* two-byte characters, which must not be cut in the middle */
    for (size_t i = 0; i < 100; i++)
        memcpy(text + start + 2 * i, "\xC3\xA4", 2);
    snprintf(text + start + 200, 20, ",0\n7,8,1\n");
    c.expected = "\xC3\xA4...\"";
    assert_refused(&c, strlen(text), &options, NULL);
}

/* ---- for a model ---- */

struct like_case {
    struct table_case table;
    bool has_labels;
    bool is_right;
};

static void columns_and_classes_are_matched(void **state)
{
    static char u[] = "u", v[] = "v", y[] = "y", cat[] = "cat", dog[] = "dog", three[] = "3", five[] = "5";
    static char *words[] = {cat, dog}, *numbers[] = {three, five};
    static struct encoding_column columns[] = {{u, COLUMN_NUMBER, NULL, 0, false},
                                               {v, COLUMN_NUMBER, NULL, 0, false},
                                               {y, COLUMN_LABEL, NULL, 0, false}};
    static struct encoding encoding = {.columns = columns, .n = 3};
    static const struct like_case by_name[] = {
        {{"u,v,y\n1,2,dog\n3,4,cat\n", .expected = "1x1x2 of 2: 1 2 = 1, 3 4 = 0; columns u v"}, true, true},
        {{"y,v,u\ndog,2,1\ncat,4,3\n", .expected = "1x1x2 of 2: 1 2 = 1, 3 4 = 0; columns u v"}, true, true},
        {{"v,id,u,label\n2,7,1,dog\n4,8,3,dog\n", .expected = "1x1x2 of 2: 1 2 = 1, 3 4 = 1; columns u v"},
         true,
         true},
        {{"v,a,u,b\n2,7,1,dog\n4,8,3,cat\n", .label = "b",
          .expected = "1x1x2 of 2: 1 2 = 1, 3 4 = 0; columns u v"},
         true,
         true},
        {{"v,a,u,b\n2,7,1,1\n4,8,3,0\n", .label = "b", /* a number is not the index of a class with a name */
          .expected = "line 2, column \"b\": label \"1\", which is none of the 2 classes of the training set "
                      "(\"cat\", \"dog\")"},
         true,
         false},
        {{"v,u\n2,1\n4,3\n", .expected = "1x1x2 of 2: 1 2, 3 4; columns u v"}, false, true},
        {{"v,id,u\n2,7,1\n4,8,3\n", .expected = "1x1x2 of 2: 1 2, 3 4; columns u v"}, false, true},
        /* the label of the training set is called y */
        {{"v,label,u\n2,cat,1\n4,dog,3\n", .expected = "1x1x2 of 2: 1 2, 3 4; columns u v"}, false, true},
        {{"v,label,u\n2,cat,1\n4,dog,3\n", .label = "label",
          .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; columns u v"},
         false,
         true},
        {{"1,2,dog\n3,4,cat\n", .expected = "1x1x2 of 2: 1 2 = 1, 3 4 = 0; columns u v"}, true, true},
        {{"1,2\n3,4\n", .expected = "1x1x2 of 2: 1 2, 3 4; columns u v"}, false, true},
        {{"1,2\n", .expected = "1x1x2 of 2: 1 2; columns u v"}, false, true},
        {{"1,2,cat\n3,4,dog\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; columns u v"}, false, true},
        {{"1,2,0\n", .expected = "line 1, column 2 (from 0): label \"0\""}, false, false},
        {{"v,u\n2,1\n", .label = "first", .expected = "the label column \"v\" is one of the features"},
         false,
         false},
        {{"v,w,y\n1,2,dog\n3,4,cat\n", .expected = "no column \"u\", which is feature 0"}, true, false},
        {{"v,u\n2,1\n4,3\n", .expected = "no label column in addition to the 2 features"}, true, false},
        {{"v,a,u,b\n2,7,1,1\n4,8,3,0\n", .expected = "no label column in addition to the 2 features"},
         true,
         false},
        {{"v,u,y\n2,1,0\n4,3,1\n", .label = "u", .expected = "the label column \"u\" is one of the features"},
         true,
         false},
        {{"1,2\n3,4\n", .expected = "2 columns, which are the features; the label column is missing"},
         true,
         false},
        {{"1,2,3,4\n3,4,5,6\n", .expected = "4 columns, expected 2 features and a label"}, true, false},
        {{"1\n3\n", .expected = "1 column, expected 2 features and a label (or no label)"}, false, false},
        {{"5,2,x\n3,4,5\n", .label = "7", .expected = "no label column \"7\""}, false, false},
        {{"u,v,y\n1,2,dog\n\n3,4,cow\n",
          .expected = "line 4, column \"y\": label \"cow\", which is none of the 2 classes"},
         true,
         false},
        {{"u,v,y\n1,2,2\n", .expected = "line 2, column \"y\": label \"2\""}, true, false},
        {{"u,v\n1,x\n3,4\n5,6\n", .expected = "line 2, column \"v\": found \"x\""}, false, false},
        {{"u,v\n", .expected = "only a header"}, false, false},
    };
    static const struct like_case by_number[] = {
        {{"1,2,5\n3,4,3.0\n", .expected = "1x1x2 of 2: 1 2 = 1, 3 4 = 0"}, true, true},
        {{"a,b,c\n1,2,5\n3,4,3\n", .expected = "1x1x2 of 2: 1 2 = 1, 3 4 = 0"}, true, true},
        {{"1,2,0\n3,4,1\n", .expected = "line 1, column 2 (from 0): label \"0\""}, true, false},
    };
    static const struct like_case unnamed[] = {
        {{"1,2,1\n3,4,0.0\n", .expected = "1x1x2 of 2: 1 2 = 1, 3 4 = 0"}, true, true},
        {{"1,2,1\n3,4,2\n", .expected = "line 2, column 2 (from 0): label \"2\""}, true, false},
        {{"1,2,1\n3,4,-1\n", .expected = "label \"-1\""}, true, false},
        {{"1,2,1\n3,4,0.5\n", .expected = "label \"0.5\""}, true, false},
        {{"1,2,1\n3,4,1e300\n", .expected = "label \"1e300\""}, true, false},
        {{"1,2,1\n3,4,dog\n", .expected = "label \"dog\""}, true, false},
    };
    const bl_data base = {.shape = {1, 1, 2}, .features = 2, .outputs = 2};
    bl_data with_names = base, with_numbers = base;
    with_names.encoding = &encoding;
    with_names.class_names = words;
    with_names.class_match = CLASS_BY_TEXT;
    with_numbers.class_names = numbers;
    const struct {
        const struct like_case *cases;
        size_t n;
        const bl_data *schema;
    } groups[] = {{by_name, sizeof by_name / sizeof *by_name, &with_names},
                  {by_number, sizeof by_number / sizeof *by_number, &with_numbers},
                  {unnamed, sizeof unnamed / sizeof *unnamed, &base}};
    (void)state;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        for (size_t i = 0; i < groups[g].n; i++) {
            const struct like_case *c = &groups[g].cases[i];
            const struct data_options options = options_of(&c->table, c->has_labels);
            if (c->is_right)
                assert_table(&c->table, &options, groups[g].schema);
            else
                assert_refused(&c->table, strlen(c->table.text), &options, groups[g].schema);
        }
    }
}

/* Rows of a table can be the pixels of images; the shape is that of the model. */
static void rows_take_the_shape_of_images(void **state)
{
    static const struct data_options options = {.has_labels = true};
    static const struct table_case c = {"1,2,3,4,0\n5,6,7,8,1\n",
                                        .expected = "1x2x2 of 2: 1 2 3 4 = 0, 5 6 7 8 = 1"};
    const bl_data schema = {.shape = {1, 2, 2}, .features = 4, .outputs = 2};
    (void)state;
    assert_table(&c, &options, &schema);
}

/* ---- failing allocations and random changes ---- */

static void failing_allocations_lose_no_memory(void **state)
{
    static const char text[] = "\"u \"\"\",v,species\n1,2,b\n3,4,a\n";
    static const struct data_options options = {.has_labels = true};
    (void)state;
    const char *path = scratch_path(&scratch, "table.csv");
    scratch_write(path, text, sizeof text - 1);
    must_survive_failing_memory(path, &options, NULL, 15);
}

static void random_changes_do_no_harm(void **state)
{
    static const char text[] = "\"u\",v,species\n1,2.5,\"b\"\n3e1,-4,a\r\n5,6,a\n";
    static const struct data_options options = {.has_labels = true};
    unsigned char damaged[sizeof text - 1];
    uint32_t random = 3;
    (void)state;
    const size_t live = memory.live;
    for (int round = 0; round < FUZZ_ROUNDS; round++) {
        bl_data *data = NULL;
        memcpy(damaged, text, sizeof damaged);
        flip_bits(&random, damaged, sizeof damaged);
        const size_t n = sizeof damaged - scratch_random(&random) % 8;
        const bl_status status = read_text(&data, damaged, n, &options, NULL);
        assert_true(status == BL_OK || status == BL_BAD_DATA);
        for (size_t i = 0; data && i < data->n; i++)
            assert_in_range(data->labels[i], 0, data->outputs - 1);
        data_free(data);
        /* the context stores the files that it has read, and a new file may have a new inode number */
        assert_in_range(memory.live, live, live + 1);
    }
}

/* ---- real tables ---- */

static void real_tables_need_no_options(void **state)
{
    static const struct {
        const char *name;
        size_t n, features;
        int outputs;
        int first, last; /* labels */
        const char *class_0, *column_0;
    } cases[] = {
        {"tabular/iris.data", 150, 4, 3, 0, 2, "Iris-setosa", NULL},
        {"tabular/iris.csv", 150, 4, 3, 0, 2, "setosa", "sepal_length"},
        {"tabular/letter-recognition.data", 20000, 16, 26, 'T' - 'A', 0, "A", NULL},
        {"tabular/optdigits.tra", 3823, 64, 10, 0, 7, NULL, NULL},
        {"tabular/optdigits.tes", 1797, 64, 10, 0, 8, NULL, NULL},
        {"tabular/winequality-red.csv", 1599, 11, 6, 2, 3, "3", "fixed acidity"},
        {"digit-recognizer/train-first1537.csv.gz", 1537, 784, 10, 1, 5, NULL, "pixel0"},
    };
    static const struct data_options options = {.has_labels = true};
    (void)state;
    const char *folder = real_data();
    if (!folder)
        skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[SCRATCH_PATH];
        bl_data *d = NULL;
        snprintf(path, sizeof path, "%s/%s", folder, cases[i].name);
        if (read_part(&d, ctx, path, "train", &options, NULL) != BL_OK)
            fail_msg("%s", ctx->why);
        assert_int_equal(d->n, cases[i].n);
        assert_int_equal(d->features, cases[i].features);
        assert_int_equal(d->outputs, cases[i].outputs);
        assert_int_equal(d->labels[0], cases[i].first);
        assert_int_equal(d->labels[d->n - 1], cases[i].last);
        assert_int_equal(cases[i].class_0 != NULL, d->class_names != NULL);
        assert_int_equal(cases[i].column_0 != NULL, d->column_names != NULL);
        if (d->class_names)
            assert_string_equal(d->class_names[0], cases[i].class_0);
        if (d->column_names)
            assert_string_equal(d->column_names[0], cases[i].column_0);
        data_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (valid_tables_are_read),          EACH (compressed_tables_are_read),
        EACH (broken_tables_are_refused),      EACH (binary_files_are_refused),
        EACH (long_texts_are_refused_and_cut), EACH (columns_and_classes_are_matched),
        EACH (rows_take_the_shape_of_images),  EACH (failing_allocations_lose_no_memory),
        EACH (random_changes_do_no_harm),      EACH (real_tables_need_no_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
