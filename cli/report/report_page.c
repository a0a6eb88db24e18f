/*
 * report_page.c - writes the page: its head with styles, its parts in order, its script.
 *
 * The page is one file, and its security policy forbids all requests.
 */
#include "../draw/markup.h"
#include "../terminal/shown_text.h"
#include "report.h"
#include "report_assets.h"

#include <stdlib.h>
#include <string.h>

/* Limits in bytes: of the whole page apart from styles and script, of its charts, and the least left for its
   data. */
enum { MOST_BYTES = 1900000, MOST_CHART_BYTES = 1500000, LEAST_DATA_BYTES = 100000 };

static void put_styles(FILE *to)
{
    fputs("<style>\n", to);
    put_chart_styles(to);
    fputs(report_css, to);
    fputs("</style>\n", to);
}

static const char *option_of(const struct report *report, const char *key)
{
    const char *value = json_string_value(json_object_get(report->runs[0].options, key));
    for (size_t i = 1; value && i < report->n_runs; i++) {
        const char *other = json_string_value(json_object_get(report->runs[i].options, key));
        if (!other || strcmp(other, value) != 0)
            return NULL;
    }
    return value;
}

/* "Rules dfa, fa on mnist": the last part of the path of the data. */
void put_title(FILE *to, const struct report *report)
{
    const char *data = option_of(report, "data");
    const char *slash = data ? strrchr(data, '/') : NULL;
    size_t n_shown = 0;
    for (size_t g = 0; g < report->n_groups; g++) {
        size_t first = 0;
        while (strcmp(report->groups[first].rule, report->groups[g].rule) != 0)
            first++;
        if (first != g)
            continue;
        fputs(n_shown++ ? ", " : "", to);
        markup_text(to, report->groups[g].rule);
    }
    if (data) {
        fputs(" on ", to);
        markup_text(to, slash && slash[1] ? slash + 1 : data);
    }
}

static void put_head(FILE *to, const struct report *report)
{
    static const char *const keys[] = {"net", "data", "loss", "optimizer", "batch"};
    fputs(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
        "'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
        to);
    put_title(to, report);
    fputs(" – backless report</title>\n", to);
    put_styles(to);
    fputs("</head><body>\n<header><h1>", to);
    put_title(to, report);
    fprintf(to, "</h1>\n<p>%zu run%s", report->n_runs, plural((double)report->n_runs));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (option_of(report, keys[i])) {
            fprintf(to, " · %s ", keys[i]);
            fputs("<b>", to);
            markup_text(to, option_of(report, keys[i]));
            fputs("</b>", to);
        }
    fprintf(to, "</p></header>\n<main>\n");
}

/* Parts of the page as text. */
struct part_text {
    char *text;
    size_t n;
};

static int put_charts(FILE *to, const struct report *report, enum detail detail)
{
    put_summary(to, report);
    return put_curves(to, report, detail) && put_angles(to, report, detail) &&
           put_norms(to, report, detail) && put_seconds(to, report, detail);
}

/* Makes the charts, with a lower level of detail if the page would be too large. 0: no memory. */
static int make_charts(struct part_text *out, const struct report *report)
{
    int is_done = 1;
    for (int detail = ALL_CHARTS; is_done && detail <= WITHOUT_BANDS; detail++) {
        free(out->text);
        *out = (struct part_text){0};
        FILE *to = open_memstream(&out->text, &out->n);
        is_done = to && put_charts(to, report, (enum detail)detail);
        is_done = to && fclose(to) == 0 && is_done;
        if (out->n <= MOST_CHART_BYTES)
            break;
    }
    return is_done;
}

static int make_models(struct part_text *out, const struct report *report)
{
    FILE *to = open_memstream(&out->text, &out->n);
    const int is_done = to && put_models(to, report);
    if (is_done)
        put_runs(to, report);
    return to && fclose(to) == 0 && is_done;
}

int report_write(FILE *to, const struct report *report)
{
    struct part_text charts = {0}, models = {0};
    int is_done = make_charts(&charts, report) && make_models(&models, report);
    const size_t n = charts.n + models.n;
    if (is_done) {
        put_head(to, report);
        fwrite(charts.text, 1, charts.n, to);
        fwrite(models.text, 1, models.n, to);
        is_done = put_data(to, report, n + LEAST_DATA_BYTES < MOST_BYTES ? MOST_BYTES - n : LEAST_DATA_BYTES);
        fprintf(to,
                "</main>\n<footer>Made by backless %s.</footer>\n<div id=\"tip\" role=\"status\" "
                "hidden></div>\n<script>\n",
                bl_version());
        fputs(report_js, to);
        fputs("</script>\n</body></html>\n", to);
    }
    free(charts.text);
    free(models.text);
    return is_done;
}
