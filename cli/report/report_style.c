/*
 * report_style.c - writes the styles of charts: the colours of the light and the dark theme as variables, a
 * class for each rule's colour and dash, and the content of chart.css.
 */
#include "report.h"
#include "report_assets.h"
#include "rule_style.h"

static void put_color(FILE *to, struct color c)
{
    fprintf(to, "#%02x%02x%02x", c.red, c.green, c.blue);
}

/* Writes a variable for each style's colour: --s0, --s1, ... */
static void put_colors(FILE *to, bool is_dark)
{
    fputs("--page:", to);
    put_color(to, is_dark ? page_dark : page_light);
    for (size_t i = 0; rule_style_at(i); i++) {
        fprintf(to, ";--s%zu:", i);
        put_color(to, is_dark ? rule_style_at(i)->hue->dark : rule_style_at(i)->hue->light);
    }
}

void put_chart_styles(FILE *to)
{
    fputs(":root{", to);
    put_colors(to, false);
    fputs("}\n@media screen and (prefers-color-scheme:dark){:root{", to);
    put_colors(to, true);
    fputs("}}\n", to);
    for (size_t i = 0; rule_style_at(i); i++)
        fprintf(to, ".s%zu{--c:var(--s%zu);--dash:%s}\n", i, i, rule_style_at(i)->dash);
    fputs(chart_css, to);
}
