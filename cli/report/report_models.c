/*
 * report_models.c - writes for the best run of each group: the weights of the first layer as pictures, the
 * confusion matrix, the mistakes with the highest scores.
 */
#include "../draw/bitmap.h"
#include "../draw/markup.h"
#include "../draw/weight_sheet.h"
#include "../terminal/shown_text.h"
#include "model_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_TABLE_CLASSES = 12,
    MOST_GROUPS = 12,
    MOST_SIDE = 64
}; /* MOST_SIDE: pixels of an example's picture */

/* ---- Pictures */

/* width: of the picture in the page, in pixels */
static int put_picture(FILE *to, const struct color *pixels, size_t rows, size_t cols, size_t width,
                       const char *about)
{
    fprintf(to, "<img class=\"pixels\" width=\"%zu\" alt=\"", width);
    markup_text(to, about);
    fputs("\" src=\"", to);
    const int is_done = bitmap_write(to, pixels, rows, cols);
    fputs("\">", to);
    return is_done;
}

static int put_features(FILE *to, const struct model_view *view)
{
    struct weight_sheet sheet;
    if (!weight_sheet_make(&sheet, view->model))
        return 0;
    if (sheet.why[0])
        fprintf(to, "<p class=\"note\">Not shown: %s.</p>", sheet.why);
    if (!sheet.pixels)
        return 1;
    fprintf(to, "<p>%s of %zu unit%s, %s%s.</p>", sheet.units < sheet.n_units ? "The first 64" : "All",
            sheet.n_units, plural((double)sheet.n_units),
            sheet.is_image  ? "a tile for each"
            : sheet.is_wide ? "a column for each, a row for each input"
                            : "a row for each, a column for each input",
            sheet.channels > 1 ? ", its channels side by side" : "");
    const size_t rows = sheet.rows, cols = sheet.cols, side = rows > cols ? rows : cols;
    const size_t scale = side < 25 ? 12 : 300 / side;
    const size_t shown = side > 150 && side < 300 ? 300 * cols / side
                         : scale > 1              ? scale * cols
                                                  : cols; /* at least about 300 pixels */
    const int is_done =
        put_picture(to, sheet.pixels, rows, cols, shown, "weights of the first layer, a tile for each unit");
    fprintf(to,
            "<p class=\"scale\"><span>−%.3g</span><i class=\"signed\"></i><span>+%.3g</span></p><p>The "
            "largest weights, up to one in 200, are beyond the scale and have its end colours.</p>",
            sheet.most, sheet.most);
    weight_sheet_free(&sheet);
    return is_done;
}

/* ---- The confusion matrix */

static size_t row_sum(const struct model_view *v, int i)
{
    size_t sum = 0;
    for (int k = 0; k < v->n_classes; k++)
        sum += v->confusion[i * v->n_classes + k];
    return sum;
}

/* Returns the share of the examples of class i that were predicted as class k. */
static double share_of(const struct model_view *v, int i, int k)
{
    const size_t sum = row_sum(v, i);
    return sum ? (double)v->confusion[i * v->n_classes + k] / (double)sum : 0.0;
}

static void put_matrix(FILE *to, const struct model_view *v)
{
    fputs("<div class=\"wide\"><table class=\"confusion\"><thead><tr><th></th>", to);
    for (int k = 0; k < v->n_classes; k++) {
        fputs("<th scope=\"col\">", to);
        put_class_name(to, v, k);
        fputs("</th>", to);
    }
    fputs("</tr></thead><tbody>\n", to);
    for (int i = 0; i < v->n_classes; i++) {
        fputs("<tr><th scope=\"row\">", to);
        put_class_name(to, v, i);
        fputs("</th>", to);
        for (int k = 0; k < v->n_classes; k++) {
            const struct color c = color_of_magnitude(share_of(v, i, k));
            const bool is_dark = color_contrast(c, (struct color){255, 255, 255}) > 4.5;
            fprintf(to, "<td style=\"background:#%02x%02x%02x;color:#%s\">%zu</td>", c.red, c.green, c.blue,
                    is_dark ? "fff" : "000", v->confusion[i * v->n_classes + k]);
        }
        fputs("</tr>\n", to);
    }
    fputs("</tbody></table></div>", to);
}

static int put_matrix_picture(FILE *to, const struct model_view *v)
{
    const size_t n = (size_t)v->n_classes;
    struct color *pixels = malloc(n * n * sizeof *pixels);
    if (!pixels)
        return 0;
    for (size_t i = 0; i < n * n; i++)
        pixels[i] = color_of_magnitude(share_of(v, (int)(i / n), (int)(i % n)));
    const int is_done = put_picture(to, pixels, n, n, n < 300 ? 300 : n,
                                    "confusion matrix, a pixel for each pair of classes");
    free(pixels);
    return is_done;
}

static int put_confusion(FILE *to, const struct model_view *v)
{
    int is_done = 1;
    fprintf(to,
            "<p>%zu example%s of the %s set. Rows: the true class. Columns: the predicted class. "
            "Colour: share of the row.</p>",
            bl_data_count(v->data), plural((double)bl_data_count(v->data)),
            strcmp(v->part, "val") == 0 ? "validation" : "test");
    if (v->n_classes <= MOST_TABLE_CLASSES)
        put_matrix(to, v);
    else
        is_done = put_matrix_picture(to, v);
    fputs("<p class=\"scale\"><span>0 %</span><i class=\"magnitude\"></i><span>100 %</span></p>", to);
    return is_done;
}

/* ---- Mistakes */

static unsigned char pixel_of(double x, double least, double most)
{
    const double share = most > least ? (x - least) / (most - least) : 0.0;
    return (unsigned char)lround(255.0 * (share < 0.0 ? 0.0 : share > 1.0 ? 1.0 : share));
}

/* Writes the picture of an example. Pixels from 0 to 255 are shown as read; for other values, the least is
   black and the largest white. */
static int put_example(FILE *to, const struct model_view *v, size_t row)
{
    const bl_shape s = bl_data_shape(v->data);
    const size_t n = (size_t)s.rows * (size_t)s.cols, all = n * (size_t)s.channels;
    double *x = malloc(all * sizeof *x), least = 0.0, most = 255.0;
    struct color *pixels = malloc(n * sizeof *pixels);
    int is_done = x && pixels;
    if (is_done && bl_data_raw_rows(v->data, row, 1, x) == BL_OK) {
        for (size_t i = 0; i < all; i++) {
            least = x[i] < least ? x[i] : least;
            most = x[i] > most ? x[i] : most;
        }
        for (size_t i = 0; i < n; i++)
            pixels[i] = (struct color){pixel_of(x[i], least, most),
                                       pixel_of(x[s.channels == 3 ? n + i : i], least, most),
                                       pixel_of(x[s.channels == 3 ? 2 * n + i : i], least, most)};
        is_done = put_picture(to, pixels, (size_t)s.rows, (size_t)s.cols, 84, "example");
    }
    free(x);
    free(pixels);
    return is_done;
}

static int put_mistakes(FILE *to, const struct model_view *v)
{
    const bl_shape s = bl_data_shape(v->data);
    const bool has_pictures = s.rows > 1 && s.cols > 1 && s.rows <= MOST_SIDE && s.cols <= MOST_SIDE;
    int is_done = 1;
    if (v->n_mistakes == 0) {
        fputs("<p class=\"note\">All predictions are correct.</p>", to);
        return 1;
    }
    fputs("<p>The predicted class and its score, the true class, and the id of the example or its number in "
          "the file.</p>\n<div class=\"mistakes\">\n",
          to);
    for (int i = 0; is_done && i < v->n_mistakes; i++) {
        const struct mistake *m = &v->mistakes[i];
        const char *id = bl_data_id(v->data, m->row);
        fputs("<figure>", to);
        if (has_pictures)
            is_done = put_example(to, v, m->row);
        fputs("<figcaption><b>", to);
        put_class_name(to, v, m->answer);
        fprintf(to, "</b> <span class=\"dim\">%.4f</span><br>is ", m->score);
        put_class_name(to, v, m->label);
        fputs("<br><span class=\"dim\">", to);
        if (id)
            markup_text(to, id);
        else
            fprintf(to, "row %zu", m->row + 1);
        fputs("</span></figcaption></figure>\n", to);
    }
    fputs("</div>", to);
    return is_done;
}

/* ---- Work */

/* "89.4 k" */
static void put_count(FILE *to, double x)
{
    static const char *const units[] = {"", " k", " M", " G"};
    size_t i = 0;
    for (; i < 3 && x >= 1000.0; i++)
        x /= 1000.0;
    fprintf(to, "%.3g%s", x, units[i]);
}

/* Writes the work of a step as one bar with a segment for each part. */
static int put_work(FILE *to, const struct model_view *v)
{
    const struct {
        const char *name;
        double macs;
    } parts[] = {{"forward", v->work.forward}, {"signals", v->work.signal}, {"gradients", v->work.gradient}};
    const double all = parts[0].macs + parts[1].macs + parts[2].macs;
    fputs("<p>Multiply-accumulates of an example in a training step: ", to);
    put_count(to, all);
    fputs(".</p><div class=\"bar\">", to);
    for (size_t i = 0; i < 3; i++)
        fprintf(to, "<i class=\"w%zu\" style=\"flex-grow:%.6g\"></i>", i,
                all > 0.0 ? parts[i].macs / all : 0.0);
    fputs("</div><table class=\"work\">", to);
    for (size_t i = 0; i < 3; i++) {
        fprintf(to, "<tr><td><i class=\"dot w%zu\"></i>%s</td><td>", i, parts[i].name);
        put_count(to, parts[i].macs);
        fprintf(to, "</td><td>%.1f %%</td></tr>", all > 0.0 ? 100.0 * parts[i].macs / all : 0.0);
    }
    fputs("</table>", to);
    return 1;
}

/* ---- Groups */

/* Writes a part of the page by `put`, or the reason why it is missing. why: that reason; "" if the part
   exists. */
static int put_part(FILE *to, const struct model_view *v, const char *title, const char *why,
                    int (*put)(FILE *, const struct model_view *))
{
    int is_done = 1;
    fprintf(to, "<div class=\"part\"><h4>%s</h4>\n", title);
    if (why[0]) {
        fputs("<p class=\"note\">Not there: ", to);
        markup_text(to, why);
        fputs("</p>", to);
    } else {
        is_done = put(to, v);
    }
    fputs("</div>\n", to);
    return is_done;
}

static int put_model_parts(FILE *to, const struct model_view *v)
{
    int is_done = put_part(to, v, "Weights of the first layer", "", put_features);
    fputs("<div>", to);
    is_done = is_done && put_part(to, v, "Confusion matrix", v->why_data, put_confusion) &&
              put_part(to, v, "Work", v->why_work, put_work);
    fputs("</div>", to);
    return is_done && put_part(to, v, "Mistakes with the highest scores", v->why_data, put_mistakes);
}

static int put_group(FILE *to, const struct report *report, const struct report_group *group)
{
    struct model_view view;
    model_view_open(&view, &report->runs[group->best]);
    fprintf(to, "<div class=\"model\" data-group=\"%zu\"><h3><i class=\"dot s%zu\"></i>",
            (size_t)(group - report->groups), group->style);
    markup_text(to, group->short_name);
    fputs(" <span class=\"name\">", to);
    markup_text(to, report->runs[group->best].name);
    fputs("</span></h3>\n<div class=\"parts\">", to);
    const int is_done =
        view.why_model[0] ? put_part(to, &view, "Model", view.why_model, NULL) : put_model_parts(to, &view);
    fputs("</div></div>\n", to);
    model_view_close(&view);
    return is_done;
}

/* Returns the score at the end of the group's best run; infinity if it is not a number. */
static double best_score(const struct report *report, const struct report_group *group)
{
    const double score = row_number(last_epoch(report, &report->runs[group->best]), score_column(report));
    return isnan(score) ? INFINITY : score;
}

/* Returns whether group g has the least score of its rule's groups; of equal scores, the first. */
static bool is_best_of_rule(const struct report *report, size_t g)
{
    const double own = best_score(report, &report->groups[g]);
    for (size_t k = 0; k < report->n_groups; k++) {
        const double other = best_score(report, &report->groups[k]);
        if (k != g && strcmp(report->groups[k].rule, report->groups[g].rule) == 0 &&
            (other < own || (k < g && other <= own)))
            return false;
    }
    return true;
}

int put_models(FILE *to, const struct report *report)
{
    int is_done = 1;
    char score[32];
    snprintf(score, sizeof score, "%s", score_column(report));
    *strchr(score, '_') = ' '; /* "test error" */
    fprintf(
        to,
        "<section id=\"models\"><h2>Models</h2>\n<p>For each rule, the model of the run with the lowest %s "
        "at its end: after the epoch with the lowest validation error if there is a validation set, else "
        "after the last.</p>\n",
        score);
    for (size_t g = 0, n = 0; is_done && g < report->n_groups; g++)
        if (is_best_of_rule(report, g) && n++ < MOST_GROUPS)
            is_done = put_group(to, report, &report->groups[g]);
    fputs("</section>\n", to);
    return is_done;
}
