/*
 * report_picture.c - writes two charts of runs as one SVG file, for use in a document.
 *
 * The picture has a background of its own, because the document may be light while the reader's system is set
 * to dark. It contains no script, and nothing that differs between two trainings of the same runs.
 */
#include "../draw/chart.h"
#include "report.h"

int picture_write(FILE *to, const struct report *report)
{
    fprintf(to,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"system-ui,"
            "sans-serif\" role=\"img\">\n<title>",
            2 * CHART_WIDTH, PICTURE_TOP + CHART_HEIGHT + PICTURE_MARGIN);
    put_title(to, report);
    fputs("</title>\n<style>\n", to);
    put_chart_styles(to);
    fputs("</style>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"var(--page)\"/>\n", to);
    const int is_done = put_picture_charts(to, report);
    fputs("</svg>\n", to);
    return is_done;
}
