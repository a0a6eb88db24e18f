/*
 * test_csv_ambiguous.c - ambiguous tables: numbers in other notations, headers of numbers, comments, other
 * line ends and separators. Each is read correctly, or refused with its line, column and value and a
 * suggestion.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../src/data/table/csv_number.h"
#include "data_files.h"

static struct scratch scratch;
static struct counting memory;
static bl_context *ctx;

struct table_case {
    const char *text, *expected; /* the set as text, or a part of the message */
    struct data_options options;
    bool is_refused;
};

static bl_status read_text(bl_data **out, const char *text, const struct data_options *options,
                           const bl_data *schema)
{
    const char *path = scratch_path(&scratch, "table.csv");
    scratch_write(path, text, strlen(text));
    return read_part(out, ctx, path, "train", options, schema);
}

static void check(const struct table_case *c, const bl_data *schema)
{
    bl_data *data = NULL;
    const size_t live = memory.live;
    struct data_options options = c->options;
    options.has_labels = true;
    const bl_status status = read_text(&data, c->text, &options, schema);
    if (status != (c->is_refused ? BL_BAD_DATA : BL_OK))
        fail_msg("%s (%s) of\n%s", bl_status_name(status), status == BL_OK ? data_as_text(data) : ctx->why,
                 c->text);
    if (c->is_refused && !strstr(ctx->why, c->expected))
        fail_msg("expected \"%s\" in: %s", c->expected, ctx->why);
    if (!c->is_refused)
        assert_string_equal(data_as_text(data), c->expected);
    data_free(data);
    assert_int_equal(memory.live, live);
}

static void check_all(const struct table_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check(&cases[i], NULL);
}
#define CHECK(cases) check_all(cases, sizeof cases / sizeof *cases)

static void notations_are_recognised(void **state)
{
    static const struct {
        const char *text;
        enum csv_notation notation;
    } cases[] = {
        {"1,5", NOTATION_COMMA},
        {"-0,25e3", NOTATION_COMMA},
        {"1,234", NOTATION_EITHER},
        {"1,234.5", NOTATION_GROUPS},
        {"1.234,5", NOTATION_GROUPS},
        {"1.234.567", NOTATION_GROUPS},
        {"12,34,567", NOTATION_GROUPS},
        {"1 234", NOTATION_GROUPS},
        {"1'234'567.8", NOTATION_GROUPS},
        {"1\xC2\xA0"
         "234",
         NOTATION_GROUPS},
        {"1_000", NOTATION_GROUPS},
        {"10%", NOTATION_PERCENT},
        {"12,5 %", NOTATION_PERCENT},
        {"5\xE2\x80\xB0", NOTATION_PERCENT},
        {"$10", NOTATION_CURRENCY},
        {"-$1,000.00", NOTATION_CURRENCY},
        {"10 \xE2\x82\xAC", NOTATION_CURRENCY},
        {"USD 5", NOTATION_CURRENCY},
        {"0x1F", NOTATION_BASE},
        {"0b101", NOTATION_BASE},
        {"1D3", NOTATION_EXPONENT},
        {"2.5d-03", NOTATION_EXPONENT},
        {"1.5x10^3", NOTATION_EXPONENT},
        {"1e309", NOTATION_RANGE},
        {"1e-400", NOTATION_RANGE},
        {"1.#QNAN", NOTATION_RANGE},
        {"1.5f", NOTATION_SUFFIX},
        {"10L", NOTATION_SUFFIX},
        {"1/2", NOTATION_FRACTION},
        {"1 1/2", NOTATION_FRACTION},
        {"(5)", NOTATION_SIGN},
        {"5-", NOTATION_SIGN},
        {"\xE2\x88\x92"
         "5",
         NOTATION_CHARACTERS},
        {"\xEF\xBC\x95", NOTATION_CHARACTERS},
        {"\xEF\xBB\xBF"
         "5",
         NOTATION_CHARACTERS},
        {"1 2", NOTATION_SEVERAL},
        {"'5'", NOTATION_QUOTES},
        {"5 # five", NOTATION_COMMENT},
        /* words: dates, times, ranges, codes, measures, and names of classes */
        {"", NOTATION_NONE},
        {"2020-01-02", NOTATION_NONE},
        {"01.02.2020", NOTATION_NONE},
        {"12:30", NOTATION_NONE},
        {"1-2", NOTATION_NONE},
        {"1.2.3", NOTATION_NONE},
        {"<=50K", NOTATION_NONE},
        {"- 50000.", NOTATION_NONE},
        {"A1", NOTATION_NONE},
        {"5kg", NOTATION_NONE},
        {"6'2\"", NOTATION_NONE},
        {"+", NOTATION_NONE},
        {"%", NOTATION_NONE},
        {"e5", NOTATION_NONE},
        {"1,2,3", NOTATION_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (csv_notation(slice_of(cases[i].text), '.') != cases[i].notation)
            fail_msg("\"%s\" is %s, expected %s", cases[i].text,
                     csv_notation_name(csv_notation(slice_of(cases[i].text), '.')),
                     csv_notation_name(cases[i].notation));
    assert_int_equal(csv_notation(slice_of("1.5"), ','), NOTATION_POINT);
    assert_int_equal(csv_notation(slice_of("1.234,5"), ','), NOTATION_POINT);
}

static void other_notations_are_refused(void **state)
{
    static const struct table_case cases[] = {
        {"a;b;label\n1,5;2;x\n1,7;3;y\n",
         .expected = "line 2, column \"a\": found \"1,5\", a decimal comma (2 such rows", .is_refused = true},
        {"1,5;2,5;x\n1,7;2,9;y\n0,3;1,1;x\n",
         .expected = "line 1, column 0 (from 0): found \"1,5\", a decimal comma", .is_refused = true},
        {"1,5\t2\tx\n1,7\t3\ty\n", .expected = "--decimal comma reads it; --categorical \"0\"",
         .is_refused = true},
        {"a,b,label\n\"1,000\",1,x\n\"2,500\",2,y\n", .expected = "a thousands separator or a decimal comma",
         .is_refused = true},
        {"a,label\n1,x\n10%,y\n20%,x\n",
         .expected = "line 3, column \"a\": found \"10%\", a percent sign (2 such", .is_refused = true},
        {"a,label\n?,x\n$1,y\n$2,x\n", .expected = "line 3, column \"a\": found \"$1\", a currency",
         .options = {.imputes = true}, .is_refused = true},
        {"a,label\nlow,x\n1D3,y\n1D4,x\n", .expected = "found \"1D3\", an exponent", .is_refused = true},
        {"a;y\n1;0,5\n2;1,5\n3;2,5\n", .expected = "line 2, column \"y\": found \"0,5\", a decimal comma",
         .options = {.target = TARGET_NUMBER_IF_ALL}, .is_refused = true},
        {"a;y\n1;0,5\n2;1,5\n3;2,5\n", .expected = "line 2, column \"y\": found \"0,5\", a decimal comma",
         .is_refused = true},
        /* values that are meant as words */
        {"a;label\n1,5;x\n1,7;y\n",
         .expected = "1x1x2 of 2: 1 0 = 0, 0 1 = 1; classes x y; columns a=1,5 a=1,7",
         .options = {.categorical = "a"}},
        {"a,label\nlow,x\nhigh,y\n5%,x\n",
         .expected = "1x1x3 of 2: 0 0 1 = 0, 0 1 0 = 1, 1 0 0 = 0; classes x y; columns a=5% a=high a=low"},
        /* --decimal comma */
        {"a;b;label\n1,5;2;x\n-,25;3;y\n",
         .expected = "1x1x2 of 2: 1.5 2 = 0, -0.25 3 = 1; classes x y; columns a b",
         .options = {.decimal = ','}},
        {"a,b,label\n\"1,5\",2,x\n3,4,y\n",
         .expected = "1x1x2 of 2: 1.5 2 = 0, 3 4 = 1; classes x y; columns a b", .options = {.decimal = ','}},
        {"a;b;label\n1.234,5;2;x\n2;3;y\n3;4;y\n", .expected = "found \"1.234,5\", a point, although",
         .options = {.decimal = ','}, .is_refused = true},
        {"a;b;label\n1.5;2;x\n2.5;3;y\n",
         .expected = "found \"1.5\", a point, although the decimal sign is a comma",
         .options = {.decimal = ','}, .is_refused = true},
        {"a,b,label\n1,5,x\n3,4,y\n", .expected = "the decimal sign and the separator are both a comma",
         .options = {.decimal = ','}, .is_refused = true},
    };
    (void)state;
    CHECK(cases);
}

static void models_remember_the_decimal_sign(void **state)
{
    struct data_options options = {.has_labels = true, .decimal = ','};
    struct encoding *encoding = NULL;
    char *text = NULL;
    bl_data *data = NULL;
    (void)state;
    assert_int_equal(read_text(&data, "a;label\n1,5;x\n2,5;y\n", &options, NULL), BL_OK);
    assert_int_equal(encoding_to_text(&text, ctx, data->encoding), BL_OK);
    assert_int_equal(encoding_from_text(&encoding, ctx, "m", text), BL_OK);
    assert_true(encoding->has_decimal_comma);
    const struct table_case right = {"a;label\n3,5;x\n", .expected = "1x1x1 of 2: 3.5 = 0; columns a"},
                            wrong = {"a;label\n3.5;x\n", .expected = "--decimal point", .is_refused = true},
                            told = {"a;label\n3.5;x\n", .expected = "1x1x1 of 2: 3.5 = 0; columns a",
                                    .options = {.decimal = '.'}};
    check(&right, data);
    check(&wrong, data);
    check(&told, data);
    encoding_free(ctx, encoding);
    char *comma = strstr(text, "comma");
    assert_non_null(comma);
    comma[0] = 'k';
    assert_int_equal(encoding_from_text(&encoding, ctx, "m", text), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "expected comma or point"));
    mem_free(ctx, text);
    data_free(data);
}

static void headers_of_numbers_need_the_option_header(void **state)
{
#define ASKS "--header yes treats the line as names, --header no as an example"
    static const struct table_case cases[] = {
        {"350,351,352,label\n.1,.2,.3,x\n.2,.1,.4,y\n", .expected = ASKS, .is_refused = true},
        {"350,360,375,diagnosis\n.1,.2,.3,x\n.2,.1,.4,y\n", .expected = ASKS, .is_refused = true},
        {"350,351,352,speed\n.1,.5,.3,x\n.2,.1,.4,y\n", .expected = ASKS, .is_refused = true},
        {"0,1,2,3\n.1,.2,.3,0\n.2,.1,.4,1\n", .expected = ASKS, .is_refused = true},
        {"1,2,3\n.1,.2,0\n.2,.1,1\n", .expected = ASKS, .is_refused = true},
        {"0,1\n.5,1\n.25,0\n.125,1\n", .expected = ASKS, .is_refused = true},
        {"1990,1995,2000,2005\n3,4,1,0\n4,1,5,1\n", .expected = ASKS, .is_refused = true},
        {"9,8,7.5,7,6,4,3,2\n1,2,1,2,1,2,1,0\n2,1,2,1,2,1,2,1\n", .expected = ASKS, .is_refused = true},
        {"\"7\",\"2\",\"5\"\n1,2,0\n2,1,1\n", .expected = ASKS, .is_refused = true},
        {"7,8,speed\n.1,.2,1\n.2,.1,0\n",
         .expected = "\"speed\" is not a number, but all other labels are; --header yes", .is_refused = true},
        {"7,x,1\n.1,.2,1\n.2,.1,0\n",
         .expected = "found \"x\"; expected a number as in 2 other rows (--header yes", .is_refused = true},
        {"a,b,label\n1,2,x\na,b,label\n2,3,y\n", .expected = "line 3 repeats the header", .is_refused = true},
        {"350,351,label\n1,2,x\n3,4,y\n",
         .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes x y; columns 350 351",
         .options = {.header = "yes"}},
        {"3,5,label\n1,2,x\n3,4,y\n", .expected = "1x1x2 of 3: 3 5 = 0, 1 2 = 1, 3 4 = 2; classes label x y",
         .options = {.header = "no"}},
        /* ordinary tables without a header are read without a question */
        {"5.1,3.5,1.4,setosa\n4.9,3,1.4,other\n",
         .expected = "1x1x3 of 2: 5.1 3.5 1.4 = 1, 4.9 3 1.4 = 0; classes other setosa"},
        {"0,1\n1,0\n3,1\n", .expected = "1x1x1 of 2: 0 = 1, 1 = 0, 3 = 1"},
        {"1,2,3\n2,3,4\n", .expected = "1x1x2 of 2: 1 2 = 0, 2 3 = 1; classes 3 4"},
        {"T,2,8,3\nI,5,12,3\n", .expected = "1x1x3 of 2: 2 8 3 = 1, 5 12 3 = 0; classes I T"},
    };
    (void)state;
    CHECK(cases);
}

#define TWO "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes x y; columns a b"

static void line_ends_are_read_or_refused(void **state)
{
    static const struct table_case cases[] = {
        {"a,b,label\r1,2,x\r3,4,y\r", .expected = TWO},
        {"a,b,label\r1,2,x\r\r3,4,y", .expected = TWO},
        {"\xEF\xBB\xBF"
         "a,b,label\r1,2,x\r3,4,y\r",
         .expected = TWO},
        {"a,b,label\r\r\n1,2,x\r\r\n3,4,y\r\r\n", .expected = TWO},
        {"a,b,label\n\r1,2,x\n\r3,4,y\n\r", .expected = TWO},
        {"a,b,label\r\n1,2,x\n3,4,y\r\n", .expected = TWO},
        {"a,b,label\r1,2,\"x\rz\"\r3,4,y\r",
         .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes x\rz y; columns a b"},
        {"a,b,label\n1,2,\"x\rz\"\n3,4,y\n",
         .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes x\rz y; columns a b"},
        {"a,b,label\n1,2,x\r3,4,y\n", .expected = "line 2: a CR inside the line, while 2 lines end with LF",
         .is_refused = true},
        {"a,b,label\v1,2,x\v", .expected = "found a vertical tab and no line end", .is_refused = true},
        {"a,b,label\xE2\x80\xA8"
         "1,2,x\xE2\x80\xA8",
         .expected = "found U+2028 and no line end", .is_refused = true},
    };
    (void)state;
    CHECK(cases);
}

static void text_before_a_table_is_skipped(void **state)
{
    static const struct table_case cases[] = {
        {"sep=;\na;b;label\n1;2;x\n3;4;y\n", .expected = TWO},
        {"\"sep=|\"\r\na|b|label\r\n1|2|x\r\n3|4|y\r\n", .expected = TWO},
        {"sep=&\na&b\n", .expected = "line 1: \"sep=&\" is not a separator, expected", .is_refused = true},
        {"# made by somebody, in 2020\n\n#\na,b,label\n1,2,x\n3,4,y\n", .expected = TWO},
        {"# a,b,label\n1,2,x\n3,4,y\n", .expected = TWO},
        {"# a b label\n1 2 x\n3 4 y\n", .expected = TWO},
        {"#,b,label\n1,2,x\n3,4,y\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes x y; columns # b"},
        {"#9,9,x\n1,2,x\n3,4,y\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes x y"},
        {"# u,v,w\na,b,label\n1,2,x\n",
         .expected = "line 1 begins with # and has as many fields as the next line", .is_refused = true},
        {"a,b,label\n1,2,x\n# note\n3,4,y\n",
         .expected = "line 3 has 1 fields, expected 3 as in the first line; comments", .is_refused = true},
        {"# one\n# two\n", .expected = "2 lines that begin with # and no row", .is_refused = true},
        {"# one\na,b,label\n1,?,x\n", .expected = "line 3, column \"b\"", .is_refused = true},
    };
    (void)state;
    CHECK(cases);
}

static void separators_are_found_or_named(void **state)
{
    static const struct table_case cases[] = {
        {"a b label\n1 2 x\n3 4 y\n", .expected = TWO},
        {"  a   b \t label\n  1   2.0 x  \n 3 4 y\n", .expected = TWO},
        {"1 2 \"x y\"\n3 4 z\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes x y z"},
        {"1, 2, x\n3, 4, y\n", .expected = "1x1x2 of 2: 1 2 = 0, 3 4 = 1; classes x y"},
        {"a | b | label\n1 | 2 | x\n3 | 4 | y\n", .expected = TWO},
        {"a:b:label\n1:2:x\n3:4:y\n", .expected = TWO, .options = {.separator = ':'}},
        {"a:b:label\n1:2:x\n3:4:y\n", .expected = "--separator names another: space : ^ ~",
         .is_refused = true},
        {"| a | b |\n|---|---|\n| 1 | 2 |\n", .expected = "line 2 is a rule of dashes", .is_refused = true},
        {"\"a\" \"b\" \"label\"\n\"r1\" 1 2 \"x\"\n\"r2\" 3 4 \"y\"\n", .expected = TWO},
        {"a,b,label\nr1,1,2,x\nr2,3,4,y\n", .expected = TWO},
        {"a,b,label\n1,2,x,\n3,4,y,\n", .expected = "line 2 has 4 fields, expected 3", .is_refused = true},
        {"a,b\nfoo bar,x\nq r,y\n",
         .expected = "1x1x2 of 2: 1 0 = 0, 0 1 = 1; classes x y; columns a=foo bar a=q r",
         .options = {.label = "b"}},
    };
    (void)state;
    CHECK(cases);
}

static void empty_lines_are_rows_of_a_single_column(void **state)
{
    static char x[] = "x";
    static struct encoding_column column[] = {{.name = x, .kind = COLUMN_NUMBER, .has_indicator = true}};
    struct encoding encoding = {.columns = column, .n = 1};
    const bl_data schema = {.shape = {1, 1, 2}, .features = 2, .outputs = 2, .encoding = &encoding};
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"x\n1\n\n3\n", "1x1x2 of 2: 1 0, nan 1, 3 0; columns x x is missing"},
        {"x\n1\n\n3\n\n", "1x1x2 of 2: 1 0, nan 1, 3 0; columns x x is missing"},
        {"\nx\r\n1\r\n  \r\n3\r\n", "1x1x2 of 2: 1 0, nan 1, 3 0; columns x x is missing"},
        {"x\n\n\"\"\n3", "1x1x2 of 2: nan 1, nan 1, 3 0; columns x x is missing"},
    };
    struct data_options options = {.imputes = true};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bl_data *data = NULL;
        if (read_text(&data, cases[i].text, &options, &schema) != BL_OK)
            fail_msg("%s", ctx->why);
        assert_string_equal(data_as_text(data), cases[i].expected);
        data_free(data);
    }
    bl_data *none = NULL;
    assert_int_equal(read_text(&none, "x\n1\n\n3\n\n\n", &options, &schema), BL_BAD_DATA);
    assert_non_null(strstr(ctx->why, "2 empty lines at the end of a table of one column"));
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
        EACH (notations_are_recognised),         EACH (other_notations_are_refused),
        EACH (models_remember_the_decimal_sign), EACH (headers_of_numbers_need_the_option_header),
        EACH (line_ends_are_read_or_refused),    EACH (text_before_a_table_is_skipped),
        EACH (separators_are_found_or_named),    EACH (empty_lines_are_rows_of_a_single_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
