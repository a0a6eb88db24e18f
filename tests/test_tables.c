/*
 * test_tables.c - real tables: words become one-hot features, missing values are refused or imputed, columns
 * that number the rows are omitted, and a model reads the raw file with its columns in any order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/data/set/data_internal.h"
#include "../src/data/source/source.h"
#include "reading_fixture.h"

#include <math.h>

/* A table, how to read it, and the set as text or a part of the message. */
struct table_case {
    const char *text;
    struct data_options options;
    const char *expected;
};

static bl_status read_text(bl_data **out, const char *text, const struct data_options *options,
                           const bl_data *schema)
{
    const char *path = scratch_path(&scratch, "table.csv");
    scratch_write(path, text, strlen(text));
    return read_part(out, ctx, path, "train", options, schema);
}

static bl_data *must_read_text(const char *text, const struct data_options *options, const bl_data *schema)
{
    bl_data *data = NULL;
    if (read_text(&data, text, options, schema) != BL_OK)
        fail_msg("%s\nof\n%s", ctx->why, text);
    return data;
}

static void assert_reads(const struct table_case *c, const bl_data *schema)
{
    bl_data *data = must_read_text(c->text, &c->options, schema);
    assert_string_equal(data_as_text(data), c->expected);
    data_free(data);
}

static void assert_refuses(const struct table_case *c, const bl_data *schema)
{
    bl_data *data = NULL;
    const size_t live = memory.live;
    if (read_text(&data, c->text, &c->options, schema) != BL_BAD_DATA)
        fail_msg("was not refused:\n%s", c->text);
    assert_null(data);
    assert_int_equal(memory.live, live);
    if (!strstr(ctx->why, c->expected) || !strstr(ctx->why, "table.csv: "))
        fail_msg("expected \"%s\" and the file in: %s", c->expected, ctx->why);
}

/* ---- columns of words ---- */

static void words_become_one_hot_features(void **state)
{
    static const struct table_case cases[] = {
        {"c,n,y\nred,1,0\nblue,2,1\nred,3,1\n",
         {.label = "y", .has_labels = true},
         "1x1x3 of 2: 0 1 1 = 0, 1 0 2 = 1, 0 1 3 = 1; columns c=blue c=red n"},
        {"red,1,0\nblue,2,1\nred,3,1\n",
         {.label = "last", .has_labels = true},
         "1x1x3 of 2: 0 1 1 = 0, 1 0 2 = 1, 0 1 3 = 1"},
        {"a,b,y\nx,\"p \"\"q\"\", r\",0\nz,s,1\n",
         {.label = "y", .has_labels = true},
         "1x1x4 of 2: 1 0 1 0 = 0, 0 1 0 1 = 1; columns a=x a=z b=p \"q\", r b=s"},
        /* numbers that are read as words because the user chose so */
        {"n,m,y\n1,7,0\n2,8,1\n1,9,1\n",
         {.label = "y", .categorical = "n", .has_labels = true},
         "1x1x3 of 2: 1 0 7 = 0, 0 1 8 = 1, 1 0 9 = 1; columns n=1 n=2 m"},
        {"n,m,y\n1,7,0\n2,8,1\n1,9,1\n",
         {.label = "y", .categorical = " 0 , m", .has_labels = true},
         "1x1x5 of 2: 1 0 1 0 0 = 0, 0 1 0 1 0 = 1, 1 0 0 0 1 = 1; columns n=1 n=2 m=7 m=8 m=9"},
        {"n,y\n1,0\nx,1\n3,1\n4,0\n",
         {.label = "y", .categorical = "n", .has_labels = true},
         "1x1x4 of 2: 1 0 0 0 = 0, 0 0 0 1 = 1, 0 1 0 0 = 1, 0 0 1 0 = 0; columns n=1 n=3 n=4 n=x"},
        /* words that otherwise mean a missing number are words among words */
        {"n,m,y\nnone,1,0\nlow,2,1\ninf,3,0\nlow,4,1\n",
         {.label = "y", .has_labels = true},
         "1x1x4 of 2: 0 0 1 1 = 0, 0 1 0 2 = 1, 1 0 0 3 = 0, 0 1 0 4 = 1; columns n=inf n=low n=none m"},
        /* a table that has only words, with and without a header */
        {"class,cap,stalk\ne,x,s\np,y,s\ne,x,b\np,x,b\n",
         {.has_labels = true},
         "1x1x4 of 2: 1 0 0 1 = 0, 0 1 0 1 = 1, 1 0 1 0 = 0, 1 0 1 0 = 1; classes e p; columns cap=x cap=y "
         "stalk=b stalk=s"},
        {"e,x,s\np,y,s\ne,x,b\np,x,b\n",
         {.label = "0", .has_labels = true},
         "1x1x4 of 2: 1 0 0 1 = 0, 0 1 0 1 = 1, 1 0 1 0 = 0, 1 0 1 0 = 1; classes e p"},
        /* a quoted field may hold the separator and line ends */
        {"c,n,y\n\"a\nb\",1,0\n\"a\r\n\r\nb\",2,1\nd,3,1\n",
         {.label = "y", .has_labels = true},
         "1x1x4 of 2: 1 0 0 1 = 0, 0 1 0 2 = 1, 0 0 1 3 = 1; columns c=a\nb c=a\r\n\r\nb c=d n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_reads(&cases[i], NULL);
}

static void stray_words_are_refused(void **state)
{
    static const struct table_case cases[] = {
        {"n,m,y\n1,7,0\n2,word,1\n3,9,1\n",
         {.label = "y", .has_labels = true},
         "line 3, column \"m\": found \"word\"; expected a number as in 2 other rows (--categorical \"m\""},
        {"n,m,y\n1,7,0\n2,nan,1\n3,9,1\n",
         {.label = "y", .imputes = true, .has_labels = true},
         "line 3, column \"m\": found \"nan\"; expected a number"},
        {"n,m,y\n1,7,0\n2,-inf,1\n3,9,1\n",
         {.label = "y", .imputes = true, .has_labels = true},
         "found \"-inf\""},
        {"n,\"m\n\",y\n1,7,0\n2,9,1\n3,word,1\n",
         {.label = "y", .has_labels = true},
         "line 5, column \"m?\": found \"word\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refuses(&cases[i], NULL);
}

/* A column may have 256 different words, not 257. */
static void too_many_words_are_refused(void **state)
{
    static const int counts[] = {256, 257};
    (void)state;
    for (int k = 0; k < 2; k++) {
        char text[8192] = "c,n,y\n";
        for (int i = 0; i < counts[k]; i++)
            text_append(text, sizeof text, "w%d,%d,%d\n", i, i % 3, i % 2);
        const struct table_case c = {
            text, {.label = "y", .has_labels = true}, "more than 256 different words"};
        if (counts[k] > 256)
            assert_refuses(&c, NULL);
        bl_data *data = counts[k] > 256 ? NULL : must_read_text(c.text, &c.options, NULL);
        if (data)
            assert_int_equal(data->features, 257);
        data_free(data);
    }
    char text[1024] = "c,n,y\nx,1,0\n", *end = text + strlen(text);
    memset(end, 'w', 300);
    strcpy(end + 300, ",2,1\nx,3,1\n");
    const struct table_case c = {
        text,
        {.label = "y", .has_labels = true},
        "line 3, column \"c\": a text of 300 bytes, expected a column of few different words"};
    assert_refuses(&c, NULL);
}

/* ---- missing values ---- */

static void missing_values_are_refused_by_default(void **state)
{
    static const char *const missing[] = {"", "\"\"", "?", "NA", "na", "N/A", " "};
    (void)state;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        char text[200];
        snprintf(text, sizeof text, "n,c,y\n1,a,0\n%s,b,1\n3,a,1\n", missing[i]);
        const struct data_options options = {.label = "y", .has_labels = true};
        assert_refuses(&(struct table_case){text, options, "line 3, column \"n\": found \""}, NULL);
        assert_non_null(strstr(ctx->why, "--missing impute"));
        snprintf(text, sizeof text, "n,c,y\n1,a,0\n2,%s,1\n3,a,1\n", missing[i]);
        assert_refuses(&(struct table_case){text, options, "line 3, column \"c\": found \""}, NULL);
    }
}

static void missing_values_are_filled_in(void **state)
{
    static const struct data_options options = {.label = "y", .imputes = true, .has_labels = true};
    (void)state;
    bl_data *data = must_read_text("n,c,m,y\n1,a,5,0\n,b,6,1\n4,?,7,1\n", &options, NULL);
    assert_string_equal(data_as_text(data), "1x1x6 of 2: 1 0 1 0 0 5 = 0, nan 1 0 1 0 6 = 1, 4 0 0 0 1 7 = "
                                            "1; columns n n is missing c=a c=b c is "
                                            "missing m");
    assert_int_equal(scaling_fit(data), BL_OK);
    float x[18];
    data_gather(data, ctx->backend, NULL, 0, 3, x);
    /* n: mean 2.5, deviation 1.5 of its two values; indicators are not scaled; m is standardised */
    const float m = sqrtf(1.5f);
    const float expected[18] = {-1, 0, 1, 0, 0, -m, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, m};
    for (int i = 0; i < 18; i++)
        assert_true(fabsf(x[i] - expected[i]) < 1e-6f);
    data_free(data);
    const struct table_case none = {"n,m,y\n1,,0\n2,,1\n3,,1\n", options,
                                    "1x1x1 of 2: 1 = 0, 2 = 1, 3 = 1; columns n"};
    assert_reads(&none, NULL); /* a column without any value gives no feature */
}

/* ---- columns that are left out ---- */

static void ids_are_left_out(void **state)
{
    static const struct {
        struct table_case table;
        const char *note; /* NULL: none */
    } cases[] = {
        {{"Id,n,y\n1,5,0\n2,6,1\n3,7,1\n",
          {.label = "y", .has_labels = true},
          "1x1x1 of 2: 5 = 0, 6 = 1, 7 = 1; columns n"},
         "column \"Id\" left out: it numbers the rows"},
        {{"PassengerId,n,y\n9,5,0\n4,6,1\n7,7,1\n",
          {.label = "y", .has_labels = true},
          "1x1x1 of 2: 5 = 0, 6 = 1, 7 = 1; columns n"},
         "column \"PassengerId\" left out"},
        {{"row_id,n,y\n9,5,0\n4,6,1\n7,7,1\n",
          {.label = "y", .has_labels = true},
          "1x1x1 of 2: 5 = 0, 6 = 1, 7 = 1; columns n"},
         "left out"},
        {{",n,y\n0,5,0\n1,6,1\n2,7,1\n",
          {.label = "y", .has_labels = true},
          "1x1x1 of 2: 5 = 0, 6 = 1, 7 = 1; columns n"},
         "left out"},
        /* columns whose name only ends with these letters, or whose values are different by chance, are
           kept */
        {{"acid,n,y\n1,5,0\n2,6,1\n3,7,1\n",
          {.label = "y", .has_labels = true},
          "1x1x2 of 2: 1 5 = 0, 2 6 = 1, 3 7 = 1; columns acid n"},
         NULL},
        {{"Id,n,y\n1,5,0\n2,6,1\n2,7,1\n",
          {.label = "y", .has_labels = true},
          "1x1x2 of 2: 1 5 = 0, 2 6 = 1, 2 7 = 1; columns Id n"},
         NULL},
        {{"Id,n,y\n1.5,5,0\n2,6,1\n3,7,1\n",
          {.label = "y", .has_labels = true},
          "1x1x2 of 2: 1.5 5 = 0, 2 6 = 1, 3 7 = 1; columns Id n"},
         NULL},
        /* because the user chose so */
        {{"Id,n,y\n1,5,0\n2,6,1\n3,7,1\n",
          {.label = "y", .ignore = "none", .has_labels = true},
          "1x1x2 of 2: 1 5 = 0, 2 6 = 1, 3 7 = 1; columns Id n"},
         NULL},
        {{"k,n,y\nu,5,0\nv,6,1\nw,7,1\n",
          {.label = "y", .ignore = "k", .has_labels = true},
          "1x1x1 of 2: 5 = 0, 6 = 1, 7 = 1; columns n"},
         NULL},
        {{"k,n,y\nu,5,0\nv,6,1\nw,7,1\n",
          {.label = "y", .id_column = "k", .has_labels = true},
          "1x1x1 of 2: 5 = 0, 6 = 1, 7 = 1; columns n"},
         NULL},
        {{"1,5,0\n2,6,1\n3,7,1\n", {.ignore = "0", .has_labels = true}, "1x1x1 of 2: 5 = 0, 6 = 1, 7 = 1"},
         NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bl_data *data = must_read_text(cases[i].table.text, &cases[i].table.options, NULL);
        assert_string_equal(data_as_text(data), cases[i].table.expected);
        const char *note = data->n_notes > 0 ? data->notes[0] : NULL;
        if (cases[i].note ? !note || !strstr(note, cases[i].note) : note && strstr(note, "left out"))
            fail_msg("note \"%s\", expected \"%s\"", note ? note : "", cases[i].note ? cases[i].note : "");
        data_free(data);
    }
}

static void ids_are_kept_in_subsets(void **state)
{
    static const struct data_options options = {.label = "y", .id_column = "k", .has_labels = true};
    (void)state;
    bl_data *data = must_read_text("k,n,y\n\"u \"\"1\"\"\",5,0\nv,6,1\nv,7,1\n", &options, NULL);
    bl_data *part = NULL;
    assert_string_equal(data->ids[0], "u \"1\"");
    assert_string_equal(data->ids[2], "v");
    assert_int_equal(data_subset(&part, ctx, data, (const uint32_t[]){2, 0}, 2, "a part"), BL_OK);
    assert_string_equal(part->ids[1], "u \"1\"");
    data_free(part);
    data_free(data);
}

static void unknown_columns_are_refused(void **state)
{
    static const struct table_case cases[] = {
        {"k,n,y\n1,5,0\n2,6,1\n",
         {.label = "y", .ignore = "z", .has_labels = true},
         "no column to ignore \"z\""},
        {"k,n,y\n1,5,0\n2,6,1\n",
         {.label = "y", .categorical = "n,9", .has_labels = true},
         "no categorical column \"9\""},
        {"k,n,y\n1,5,0\n2,6,1\n", {.label = "y", .id_column = "z", .has_labels = true}, "no id column \"z\""},
        {"k,n,y\n1,5,0\n2,6,1\n",
         {.label = "y", .ignore = "y", .has_labels = true},
         "the label column \"y\" is also the id column or a column to ignore"},
        {"k,n,y\n1,5,0\n2,6,1\n",
         {.label = "y", .ignore = "k,n", .has_labels = true},
         "only one column that is not left out"},
        {"Id,y\n1,0\n2,1\n", {.label = "y", .has_labels = true}, "no column is left to learn from"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refuses(&cases[i], NULL);
}

/* ---- regression targets ---- */

static void targets_are_read(void **state)
{
    static const struct {
        const char *text;
        enum target_kind target;
        int labels, outputs; /* labels 0: targets; -1: refused */
        const char *why;     /* the message of a refusal */
    } cases[] = {
        {"n,y\n1,2.5\n2,3\n3,-1\n", TARGET_NUMBER, 0, 1, NULL},
        {"n,y\n1,2.5\n2,3\n3,-1\n", TARGET_NUMBER_IF_ALL, 0, 1, NULL},
        {"n,y\n1,2\n2,3\n3,2\n", TARGET_NUMBER_IF_ALL, 0, 1, NULL},
        {"n,y\n1,2\n2,3\n3,2\n", TARGET_CLASS, 1, 2, NULL},
        {"n,y\n1,a\n2,b\n3,a\n", TARGET_NUMBER_IF_ALL, 1, 2, NULL},
        {"n,y\n1,a\n2,b\n3,a\n", TARGET_NUMBER, -1, 0, "is not a number"},
        {"n,y\n1,2\n2,\n3,2\n", TARGET_NUMBER, -1, 0, "is not a label (1 such line)"},
        {"n,y\n1,2\n2,nan\n3,2\n", TARGET_NUMBER, -1, 0, "is not a label (1 such line)"},
        {"n,y\n1,2\n2,1e39\n3,2\n", TARGET_NUMBER, 0, 1, NULL},
        {"n,y\n1,2\n2,1e309\n3,2\n", TARGET_NUMBER, -1, 0, "beyond the range of a double"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct data_options options = {.label = "y", .target = cases[i].target, .has_labels = true};
        if (cases[i].labels < 0) {
            assert_refuses(&(struct table_case){cases[i].text, options, cases[i].why}, NULL);
            continue;
        }
        bl_data *data = must_read_text(cases[i].text, &options, NULL);
        assert_int_equal(data->labels != NULL, cases[i].labels);
        assert_int_equal(data->targets != NULL, !cases[i].labels);
        assert_int_equal(data->has_targets, !cases[i].labels);
        assert_int_equal(data->outputs, cases[i].outputs);
        data_free(data);
    }
}

static void targets_are_standardised(void **state)
{
    static const struct data_options options = {.label = "y", .target = TARGET_NUMBER, .val = 1, .seed = 3};
    bl_data *train = NULL, *val = NULL, *test = NULL;
    const char *path = scratch_path(&scratch, "table.csv");
    static const char text[] = "n,y\n1,10\n2,20\n3,30\n4,40\n5,50\n", flat[] = "n,y\n1,7\n2,7\n3,7\n";
    (void)state;
    scratch_write(path, text, sizeof text - 1);
    assert_int_equal(data_load(&train, &val, &test, ctx, path, NULL, &options), BL_OK);
    assert_int_equal(train->n, 4);
    float y[4], sum = 0, square = 0, other;
    data_gather_targets(train, NULL, 0, 4, y);
    for (int i = 0; i < 4; i++) {
        sum += y[i];
        square += y[i] * y[i];
    }
    assert_true(fabsf(sum) < 1e-5f && fabsf(square - 4) < 1e-5f);
    data_gather_targets(val, NULL, 0, 1, &other); /* scaled by the constants of the training set */
    const struct scaling *s = &train->target_scaling;
    assert_true(fabs((double)other - (val->targets[0] - s->offset[0]) * s->scale[0]) < 1e-6);
    data_free(train);
    data_free(val);
    scratch_write(path, flat, sizeof flat - 1);
    assert_int_equal(data_load(&train, &val, &test, ctx, path, NULL, &options), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "training examples have the same target"));
}

/* ---- for a model ---- */

static const char training[] = "Id,c,n,m,y\n1,red,1,5,a\n2,blue,,6,b\n3,red,4,7,b\n4,green,2,8,a\n";

static void raw_files_are_read_for_a_model(void **state)
{
    static const struct table_case right[] = {
        {"m,y,n,c\n5,b,1,red\n6,a,3,green\n",
         {.has_labels = true},
         "1x1x6 of 2: 0 0 1 1 0 5 = 1, 0 1 0 3 0 6 = 0; columns c=blue c=green c=red n n is missing m"},
        {"m,n,c\n5,1,red\n",
         {.has_labels = false},
         "1x1x6 of 2: 0 0 1 1 0 5; columns c=blue c=green c=red n n is missing m"},
        {"extra,m,n,Id,c\nx,5,,7,blue\n",
         {.has_labels = false},
         "1x1x6 of 2: 1 0 0 nan 1 5; columns c=blue c=green c=red n n is missing m"},
        /* without names: the columns of the training file, with or without the label */
        {"9,red,1,5,a\n8,blue,2,6,b\n",
         {.header = "no", .has_labels = true},
         "1x1x6 of 2: 0 0 1 1 0 5 = 0, 1 0 0 2 0 6 = 1; columns c=blue c=green c=red n n is missing m"},
        {"red,1,5\nblue,2,6\n",
         {.header = "no", .has_labels = false},
         "1x1x6 of 2: 0 0 1 1 0 5, 1 0 0 2 0 6; columns c=blue c=green c=red n n is missing m"},
        /* a missing value in a column that had none: filled in because training filled in others */
        {"m,n,c\n,1,red\n",
         {.has_labels = false},
         "1x1x6 of 2: 0 0 1 1 0 nan; columns c=blue c=green c=red n n is missing m"},
        /* an unknown word: accepted with the option */
        {"m,n,c\n,1,violet\n",
         {.imputes = true, .has_labels = false},
         "1x1x6 of 2: 0 0 0 1 0 nan; columns c=blue c=green c=red n n is missing m"},
    };
    static const struct table_case wrong[] = {
        {"m,n\n5,1\n", {.has_labels = false}, "no column \"c\", which is feature 0"},
        {"m,n,c\n5,1,violet\n",
         {.has_labels = false},
         "line 2, column \"c\": \"violet\" is none of the 3 words of the training set"},
        {"m,n,c\n,1,red\n",
         {.refuses_missing = true, .has_labels = false},
         "line 2, column \"m\": found \"\", no value"},
        {"m,n,c\n1,,red\n",
         {.refuses_missing = true, .has_labels = false},
         "line 2, column \"n\": found \"\", no value"},
        {"m,n,c\nx,1,red\n", {.has_labels = false}, "line 2, column \"m\": found \"x\"; expected a number"},
        {"m,n,c,y\n5,1,red,z\n", {.has_labels = false}, "label \"z\", which is none of the 2 classes"},
        {"m,n,c\n5,1,red\n", {.has_labels = true}, "no label column in addition to the 3 features"},
    };
    static const struct data_options options = {.imputes = true, .has_labels = true, .label = "y"};
    (void)state;
    bl_data *schema = must_read_text(training, &options, NULL);
    names_free(ctx, schema->class_names, 2);
    assert_int_equal(names_copy(ctx, &schema->class_names, (char *[]){(char[]){"a"}, (char[]){"b"}}, 2),
                     BL_OK);
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        assert_reads(&right[i], schema);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_refuses(&wrong[i], schema);
    data_free(schema);
}

static void encodings_survive_as_text(void **state)
{
    static const struct data_options options = {.imputes = true, .has_labels = true, .label = "y"};
    char *text = NULL, *again = NULL;
    struct encoding *encoding = NULL;
    (void)state;
    bl_data *data = must_read_text(training, &options, NULL);
    assert_int_equal(encoding_to_text(&text, ctx, data->encoding), BL_OK);
    assert_string_equal(
        text, "[{\"name\":\"Id\",\"kind\":\"left out\"},{\"name\":\"c\",\"kind\":\"words\",\"words\":"
              "[\"blue\",\"green\",\"red\"]},{\"name\":\"n\",\"kind\":\"number\",\"indicator\":true},"
              "{\"name\":\"m\",\"kind\":\"number\"},{\"name\":\"y\",\"kind\":\"label\"}]");
    assert_int_equal(encoding_from_text(&encoding, ctx, "a file", text), BL_OK);
    assert_int_equal(encoding_to_text(&again, ctx, encoding), BL_OK);
    assert_string_equal(again, text);
    mem_free(ctx, text);
    mem_free(ctx, again);
    encoding_free(ctx, encoding);
    data_free(data);
}

static void broken_encodings_are_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "{}",
                                        "[]",
                                        "[1]",
                                        "[{\"kind\":\"none\"}]",
                                        "[{\"kind\":\"words\"}]",
                                        "[{\"kind\":\"words\",\"words\":[]}]",
                                        "[{\"kind\":\"words\",\"words\":[1]}]",
                                        "[{\"kind\":\"words\",\"words\":[\"b\",\"a\"]}]",
                                        "[{\"kind\":\"words\",\"words\":[\"a\",\"a\"]}]",
                                        "[{\"kind\":\"number\",\"kind\":\"number\"}]"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct encoding *encoding = NULL;
        const size_t live = memory.live;
        if (encoding_from_text(&encoding, ctx, "a file", texts[i]) != BL_BAD_DATA)
            fail_msg("was not refused: %s", texts[i]);
        assert_null(encoding);
        assert_int_equal(memory.live, live);
    }
}

/* ---- splits ---- */

/* 90 of one class, 9 of another, 1 of a third. */
static const char *uneven_table(void)
{
    const char *path = scratch_path(&scratch, "uneven.csv");
    FILE *file = fopen(path, "w");
    if (!file)
        abort();
    for (int i = 0; i < 100; i++)
        fprintf(file, "%d,%d\n", i, i < 90 ? 0 : i < 99 ? 1 : 2);
    fclose(file);
    return path;
}

static void validation_is_drawn_by_class(void **state)
{
    static const struct {
        struct data_options options;
        size_t n, of_class_1;
    } cases[] = {
        {{.val = 10, .seed = 1}, 10, 1},         {{.val = 50, .seed = 2}, 50, 5},
        {{.val = 97, .seed = 2}, 97, 8},         {{.val_fraction = 0.2, .seed = 1}, 20, 2},
        {{.val = 5, .val_is_last = true}, 5, 4},
    };
    (void)state;
    const char *path = uneven_table();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bl_data *train = NULL, *val = NULL, *test = NULL;
        size_t counts[3] = {0};
        bool seen[100] = {false};
        assert_int_equal(data_load(&train, &val, &test, ctx, path, NULL, &cases[i].options), BL_OK);
        assert_int_equal(val->n, cases[i].n);
        assert_int_equal(train->n, 100 - cases[i].n);
        for (size_t k = 0; k < val->n; k++)
            counts[val->labels[k]]++;
        assert_int_equal(counts[1], cases[i].of_class_1);
        assert_int_equal(counts[2], cases[i].options.val_is_last);
        for (size_t k = 0; k < train->n; k++) { /* the remaining rows keep their order */
            assert_true(k == 0 || train->doubles[k] > train->doubles[k - 1]);
            seen[(size_t)train->doubles[k]] = true;
        }
        for (size_t k = 0; k < val->n; k++)
            assert_false(seen[(size_t)val->doubles[k]]);
        data_free(train);
        data_free(val);
    }
}

/* ---- memory ---- */

static void failing_allocations_lose_no_memory(void **state)
{
    static const struct data_options options = {
        .imputes = true, .has_labels = true, .label = "y", .id_column = "Id"};
    (void)state;
    bl_data *schema = must_read_text(training, &options, NULL);
    const char *path = scratch_path(&scratch, "table.csv");
    scratch_write(path, training, strlen(training));
    must_survive_failing_memory(path, &options, NULL, 40);
    must_survive_failing_memory(path, &options, schema, 40);
    data_free(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH (words_become_one_hot_features),
        EACH (stray_words_are_refused),
        EACH (too_many_words_are_refused),
        EACH (missing_values_are_refused_by_default),
        EACH (missing_values_are_filled_in),
        EACH (ids_are_left_out),
        EACH (ids_are_kept_in_subsets),
        EACH (unknown_columns_are_refused),
        EACH (targets_are_read),
        EACH (targets_are_standardised),
        EACH (raw_files_are_read_for_a_model),
        EACH (encodings_survive_as_text),
        EACH (broken_encodings_are_refused),
        EACH (validation_is_drawn_by_class),
        EACH (failing_allocations_lose_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
