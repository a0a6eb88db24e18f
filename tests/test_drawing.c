/*
 * test_drawing.c - cli/draw: ticks and axes, curves simplified to half a pixel, bands, gaps, labels, escaped
 * text, pictures; and the contrast of the rules' colours.
 */
#include "../cli/draw/bitmap.h"
#include "../cli/draw/chart.h"
#include "../cli/draw/markup.h"
#include "../cli/report/rule_style.h"
#include "backless.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 3000 };
static const double half_pixel = 0.5;
static const double least_contrast = 3.0; /* WCAG 2.2, 1.4.11: graphical objects */

/* Output that is captured as text. */
struct text {
    char *text;
    size_t n;
    FILE *to;
};

static struct text *begin(struct text *t)
{
    t->to = open_memstream(&t->text, &t->n);
    assert_non_null(t->to);
    return t;
}

static void expect(struct text *t, const char *wanted)
{
    assert_int_equal(fclose(t->to), 0);
    assert_string_equal(t->text, wanted);
    free(t->text);
}

static void test_ticks(void **state)
{
    (void)state;
    static const struct {
        double most; /* of the values */
        size_t n;    /* number of requested ticks */
        double last; /* of the axis */
        const char *labels;
    } linear[] = {
        {6.0, 7, 6.0, "0 1 2 3 4 5 6"},
        {0.97, 7, 1.0, "0 0.2 0.4 0.6 0.8 1"},
        {0.021, 7, 0.025, "0 0.005 0.01 0.015 0.02 0.025"},
        {300.0, 7, 300.0, "0 50 100 150 200 250 300"},
        {1e-6, 6, 1e-6, "0 2e-7 4e-7 6e-7 8e-7 1e-6"},
        {0.0, 3, 1.0, "0 0.5 1"},
        {NAN, 3, 1.0, "0 0.5 1"},
        {INFINITY, 3, 1.0, "0 0.5 1"},
    };
    for (size_t i = 0; i < sizeof linear / sizeof *linear; i++) {
        const struct axis axis = axis_from_zero(linear[i].most);
        struct text t;
        double ticks[MAX_TICKS];
        assert_true(fabs(axis.most - linear[i].last) <= 1e-12 * linear[i].last);
        const size_t n = axis_ticks(&axis, linear[i].n, ticks);
        begin(&t);
        for (size_t k = 0; k < n; k++) {
            char label[32];
            tick_label(ticks[k], label);
            fprintf(t.to, "%s%s", k ? " " : "", label);
        }
        expect(&t, linear[i].labels);
    }
}

/* An axis of a count has no ticks at fractions, however short it is. */
static void test_whole_axis(void **state)
{
    (void)state;
    double ticks[MAX_TICKS];
    for (int most = 1; most <= 12; most++) {
        const struct axis axis = {.least = 0.0, .most = most, .is_whole = true};
        const size_t n = axis_ticks(&axis, 7, ticks);
        assert_in_range(n, 2, 7);
        for (size_t i = 0; i < n; i++)
            assert_true(ticks[i] == floor(ticks[i])); /* multiples of a whole number, exactly */
    }
}

static void test_log_axis(void **state)
{
    (void)state;
    double ticks[MAX_TICKS];
    struct axis axis = axis_logarithmic(0.03, 7.0);
    assert_true(fabs(axis.least - 0.02) < 1e-12 && fabs(axis.most - 10.0) < 1e-12);
    assert_int_equal(axis_ticks(&axis, 7, ticks), 3); /* 0.1, 1, 10; by 1, 2 and 5: nine */
    axis.from = 100.0;
    axis.to = 0.0;
    assert_true(fabs(axis_place(&axis, 0.02) - 100.0) < 1e-9 && fabs(axis_place(&axis, 10.0)) < 1e-9);
    assert_true(isnan(axis_place(&axis, 0.0)) && isnan(axis_place(&axis, -1.0)));
    assert_false(axis_around(1.0, 10.0).is_log);
    assert_true(axis_around(1.0, 100.0).is_log);
    assert_false(axis_around(0.0, 100.0).is_log); /* nothing is above 0 */
    axis = (struct axis){.least = 1e-30, .most = 1e30, .is_log = true};
    assert_in_range(axis_ticks(&axis, 7, ticks), 2, 7);
    axis = axis_logarithmic(5.0, 5.0);
    assert_true(axis.least < axis.most);
}

/* The distance of p from the nearest of the kept lines. */
static double distance_to(struct point p, const struct point *kept, size_t n)
{
    double least = INFINITY;
    for (size_t i = 0; i + 1 < n; i++) {
        const double dx = kept[i + 1].x - kept[i].x, dy = kept[i + 1].y - kept[i].y;
        double t = ((p.x - kept[i].x) * dx + (p.y - kept[i].y) * dy) / (dx * dx + dy * dy);
        t = fmin(1.0, fmax(0.0, t));
        least = fmin(least, hypot(p.x - kept[i].x - t * dx, p.y - kept[i].y - t * dy));
    }
    return least;
}

static void test_simplified(void **state)
{
    (void)state;
    static struct point all[MANY], kept[MANY];
    for (size_t i = 0; i < MANY; i++)
        all[i] = (struct point){(double)i * 300.0 / MANY,
                                100.0 * exp(-(double)i / 500.0) + 20.0 * sin((double)i / 90.0)};
    memcpy(kept, all, sizeof all);
    const size_t n = curve_simplify(kept, MANY, half_pixel);
    assert_in_range(n, 10, 150);
    for (size_t i = 0; i < MANY; i++)
        assert_true(distance_to(all[i], kept, n) <= half_pixel + 1e-9);
    assert_memory_equal(&kept[0], &all[0], sizeof *all);
    assert_memory_equal(&kept[n - 1], &all[MANY - 1], sizeof *all);

    struct point line[] = {{0, 0}, {1, 1}, {2, 2.2}, {3, 3}, {4, 9}}; /* a peak is kept */
    assert_int_equal(curve_simplify(line, 5, half_pixel), 3);
    assert_true(line[1].x == 3.0 && line[2].y == 9.0);
    assert_int_equal(curve_simplify(line, 1, half_pixel), 1);
    assert_int_equal(curve_simplify(line, 0, half_pixel), 0);
}

static void test_paths(void **state)
{
    (void)state;
    struct text t;
    struct point with_gap[] = {{0, 0}, {10, 20.04}, {11, NAN}, {12, 5}, {13, NAN}, {20, 1}, {30.5, -0.5}};
    curve_write(begin(&t)->to, with_gap, 7);
    expect(&t, "M0 0l10 20M20 1l10.5-1.5"); /* the point between two gaps is the chart's, as a dot */
    struct point zigzag[] = {{0, 0}, {1, 10}, {2, 0}, {3, 10}};
    curve_write(begin(&t)->to, zigzag, 4);
    expect(&t, "M0 0l1 10 1-10 1 10");
    struct point above[] = {{0, 5}, {10, 9}, {20, NAN}, {30, 1}},
                 below[] = {{0, 1}, {10, 3}, {20, NAN}, {30, 0}};
    band_write(begin(&t)->to, above, below, 4);
    expect(&t, "M0 5l10 4L10 3l-10-2Z");
}

static void test_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"<script>alert('x & \"y\"')</script>",
         "&lt;script&gt;alert(&#39;x &amp; &quot;y&quot;&#39;)&lt;/script&gt;"},
        {"Nøkland ± 0.1", "Nøkland ± 0.1"},
        {"a\x01\x7f"
         "b",
         "a\xEF\xBF\xBD\xEF\xBF\xBD"
         "b"},
        {"\xC0\xBC"
         "\xE2\x82",
         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, /* an overlong '<'; cut off */
        {NULL, ""},
    };
    struct text t;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        markup_text(begin(&t)->to, cases[i].text);
        expect(&t, cases[i].wanted);
    }
    begin(&t);
    static const double numbers[] = {12.0, 0.5, -0.001, 3.14159, 100.0};
    for (size_t i = 0; i < 5; i++) {
        markup_number(t.to, numbers[i]);
        fputc(' ', t.to);
    }
    expect(&t, "12 0.5 0 3.14 100 ");
}

static void test_labels(void **state)
{
    (void)state;
    double apart[] = {10, 40, 90}, close[] = {50, 51, 52, 53}, low[] = {95, 99, 100}, many[50];
    labels_spread(apart, 3, 12, 0, 100);
    assert_true(apart[0] == 10 && apart[1] == 40 && apart[2] == 90);
    labels_spread(close, 4, 12, 0, 100);
    labels_spread(low, 3, 12, 0, 100);
    for (int i = 1; i < 4; i++)
        assert_true(close[i] - close[i - 1] >= 12);
    assert_true(low[2] <= 94 && low[0] <= 70);
    for (int i = 0; i < 50; i++)
        many[i] = 50;
    labels_spread(many, 50, 12, 0, 100);
    assert_true(many[0] >= 0 && many[49] <= 100 && many[49] > many[0]);
    labels_spread(many, 0, 12, 0, 100);
}

static size_t count_of(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, word)); p += strlen(word))
        n++;
    return n;
}

static void test_chart(void **state)
{
    (void)state;
    const struct point points[] = {{1, 0.5}, {2, 0.25}, {3, NAN}, {4, 0.125}};
    const double deviations[] = {0.1, 0.5, NAN, 0.0};
    const struct chart_line lines[] = {{"<dfa>", 3, 0, "0,1,2", points, deviations, 4},
                                       {NULL, 1, 1, "3", points, NULL, 4}};
    const struct chart chart = {
        "a & b", "epoch", "error", "epoch", "test_error", "epochs", axis_from_zero(4), axis_from_zero(0.6),
        0.5,     200,     lines,   2};
    struct text t;
    begin(&t);
    assert_true(chart_write(t.to, &chart));
    assert_int_equal(fclose(t.to), 0);
    assert_int_equal(count_of(t.text, "class=\"curve"), 2);
    assert_int_equal(count_of(t.text, "class=\"band\""), 1);
    assert_int_equal(count_of(t.text, "class=\"mark\""), 1);
    assert_int_equal(count_of(t.text, "class=\"dot\""), 2); /* epoch 4 of both runs, after the gap */
    assert_int_equal(count_of(t.text, "&lt;dfa&gt;"), 1);
    assert_int_equal(count_of(t.text, "class=\"label\""), 1);
    assert_int_equal(count_of(t.text, "nan"), 0);
    assert_non_null(strstr(t.text, "a &amp; b"));
    free(t.text);
}

static void test_pictures(void **state)
{
    (void)state;
    const struct color two[] = {{255, 0, 0}, {0, 0, 255}};
    struct text t;
    /* The expected bytes: BM, 66 bytes, pixels from 62, header of 40, 2 x -1 pixels of 8 bits, 2 colours
     * (blue, green, red, 0), one row. */
    begin(&t);
    assert_true(bitmap_write(t.to, two, 1, 2));
    expect(&t, "data:image/bmp;base64,Qk1CAAAAAAAAAD4AAAAoAAAAAgAAAP////"
               "8BAAgAAAAAAAAAAAAAAAAAAAAAAAIAAAAAAAAAAAD/AP8AAAAAAQAA");
    static struct color many[300];
    for (size_t i = 0; i < 300; i++)
        many[i] = (struct color){(unsigned char)i, (unsigned char)(i / 256), 7};
    begin(&t);
    assert_true(bitmap_write(t.to, many, 1, 300));
    assert_int_equal(fclose(t.to), 0);
    assert_int_equal(t.n, strlen("data:image/bmp;base64,") +
                              (54 + 900 + 2) / 3 * 4); /* 24 bits: more than 256 colours */
    free(t.text);
}

static void test_colors(void **state)
{
    (void)state;
    const struct color black = {0, 0, 0}, white = {255, 255, 255};
    assert_true(fabs(color_contrast(black, white) - 21.0) < 1e-9);
    for (size_t i = 0; rule_style_at(i); i++) {
        assert_true(color_contrast(rule_style_at(i)->hue->light, page_light) >= least_contrast);
        assert_true(color_contrast(rule_style_at(i)->hue->dark, page_dark) >= least_contrast);
        for (size_t k = 0; k < i; k++) /* styles differ in colour or dash */
            assert_true(memcmp(&rule_style_at(i)->hue->light, &rule_style_at(k)->hue->light,
                               sizeof(struct color)) != 0 ||
                        strcmp(rule_style_at(i)->dash, rule_style_at(k)->dash) != 0);
    }
    assert_string_equal(rule_style_at(rule_style_of("dfa"))->rule, "dfa");
    assert_int_equal(rule_style_of("my-rule"), rule_style_of("my-rule"));
    assert_string_equal(rule_style_at(rule_style_of("my-rule"))->rule, "");
    const struct color zero = color_of_signed(0.0);
    assert_true(zero.red == 255 && zero.green == 255 && zero.blue == 255);
    assert_true(color_of_signed(-1.0).blue > color_of_signed(-1.0).red &&
                color_of_signed(1.0).red > color_of_signed(1.0).blue);
    assert_true(color_of_magnitude(2.0).red == 255 && color_of_magnitude(-1.0).red == 0 &&
                color_of_magnitude(NAN).red == 0);
}

/* Every rule of the library has its own line in the table. */
static void test_rules_have_styles(void **state)
{
    (void)state;
    for (int i = 0; bl_rule_name(i); i++)
        assert_string_equal(rule_style_at(rule_style_of(bl_rule_name(i)))->rule, bl_rule_name(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ticks),
        cmocka_unit_test(test_whole_axis),
        cmocka_unit_test(test_log_axis),
        cmocka_unit_test(test_simplified),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_chart),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_colors),
        cmocka_unit_test(test_rules_have_styles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
