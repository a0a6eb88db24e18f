/*
 * report_tables.c - writes the summary of the groups, and the list of runs with their options.
 */
#include "../draw/markup.h"
#include "../terminal/shown_text.h"
#include "report.h"
#include "rule_style.h"

#include <math.h>
#include <string.h>

/* Writes an error in percent, any other figure as a number with so many digits. */
static void put_figure(FILE *to, const char *column, double value, int digits)
{
    const size_t n = strlen(column);
    if (!isfinite(value))
        fputs("–", to);
    else if (n > 6 && strcmp(column + n - 6, "_error") == 0)
        fprintf(to, "%.2f %%", 100.0 * value);
    else
        fprintf(to, "%.*g", digits, value);
}

/* Writes the mean over a group's runs at their last epochs. */
static void put_mean(FILE *to, const struct report *report, const struct report_group *group,
                     const char *column)
{
    double sum = 0.0, squares = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < group->n_runs; i++) {
        const double x = row_number(last_epoch(report, &report->runs[group->runs[i]]), column);
        n += isfinite(x) ? 1 : 0;
        sum += isfinite(x) ? x : 0.0;
    }
    const double mean = n == group->n_runs ? sum / (double)n : NAN;
    for (size_t i = 0; i < group->n_runs; i++) {
        const double d = row_number(last_epoch(report, &report->runs[group->runs[i]]), column) - mean;
        squares += d * d;
    }
    put_figure(to, column, mean, 4);
    if (isfinite(mean) && group->n_runs >= BAND_RUNS) {
        fputs(" <span class=\"dim\">± ", to);
        put_figure(to, column, sqrt(squares / (double)(n - 1)), 2);
        fputs("</span>", to);
    }
}

/* Returns the training time of a run in seconds. */
static double seconds_of(const struct report *report, const struct report_run *run)
{
    for (size_t i = run->n_rows; i-- > 0;)
        if (row_is_among(report_row(report, run, i), EPOCHS))
            return run->elapsed[i];
    return NAN;
}

static void put_time(FILE *to, const struct report *report, const struct report_group *group)
{
    double seconds = 0.0, epochs = 0.0;
    for (size_t i = 0; i < group->n_runs; i++) {
        const struct report_run *run = &report->runs[group->runs[i]];
        seconds += seconds_of(report, run);
        epochs += row_number(last_epoch(report, run), "epoch");
    }
    const double n = (double)group->n_runs;
    fprintf(to, "<td>%.4g</td><td>", epochs / n);
    if (isfinite(seconds))
        fprintf(to, "%.3g", seconds / epochs);
    fputs("</td><td>", to);
    if (isfinite(seconds))
        fprintf(to, "%.4g", seconds / n);
    fputs("</td>", to);
}

/* Writes the line of the charts' legend, in the group's colour and dash. */
static void put_swatch(FILE *to, size_t style)
{
    fprintf(to,
            "<svg class=\"swatch s%zu\" viewBox=\"0 0 36 10\" aria-hidden=\"true\"><path class=\"curve\" "
            "d=\"M2 5H34\"/></svg>",
            style);
}

static const struct {
    const char *column, *name;
} figures[] = {{"test_error", "test error"},      {"test_rmse", "test RMSE"},
               {"val_error", "validation error"}, {"val_rmse", "validation RMSE"},
               {"train_error", "training error"}, {"train_loss", "training loss"}};
enum { N_FIGURES = sizeof figures / sizeof *figures };

/* Returns whether a group has enough runs for a standard deviation. */
static bool has_band(const struct report *report)
{
    for (size_t g = 0; g < report->n_groups; g++)
        if (report->groups[g].n_runs >= BAND_RUNS)
            return true;
    return false;
}

void put_summary(FILE *to, const struct report *report)
{
    bool has[N_FIGURES];
    for (size_t i = 0; i < N_FIGURES; i++)
        has[i] = report_has(report, figures[i].column);
    fputs("<section id=\"summary\"><div class=\"wide\"><table "
          "class=\"summary\"><thead><tr><th>rule</th><th>runs</th>",
          to);
    for (size_t i = 0; i < N_FIGURES; i++)
        if (has[i])
            fprintf(to, "<th>%s</th>", figures[i].name);
    fputs("<th>epochs</th><th>s/epoch</th><th>seconds</th></tr></thead><tbody>\n", to);
    for (size_t g = 0; g < report->n_groups; g++) {
        const struct report_group *group = &report->groups[g];
        fprintf(to,
                "<tr><th scope=\"row\"><button class=\"switch\" data-switch=\"%zu\" aria-pressed=\"true\" "
                "title=\"Show or hide\">",
                g);
        put_swatch(to, group->style);
        markup_text(to, group->short_name);
        fputs("</button>", to);
        if (group->options[0]) {
            fputs("<small>", to);
            markup_text(to, group->options);
            fputs("</small>", to);
        }
        fprintf(to, "</th><td>%zu</td>", group->n_runs);
        for (size_t i = 0; i < N_FIGURES; i++)
            if (has[i]) {
                fputs("<td>", to);
                put_mean(to, report, group, figures[i].column);
                fputs("</td>", to);
            }
        put_time(to, report, group);
        fputs("</tr>\n", to);
    }
    fprintf(to, "</tbody></table></div>\n<p class=\"note\">After the last epoch%s%s.</p></section>\n",
            report->n_runs > report->n_groups ? "; the mean where a row stands for several runs" : "",
            has_band(report) ? ", with ± one standard deviation from three runs on, which is also the "
                               "band in the charts"
                             : "");
}

static void put_options(FILE *to, const struct report_run *run)
{
    fputs("<dl class=\"options\">", to);
    for (int i = 0; bl_option_at(i); i++) {
        const char *key = bl_option_at(i)->key;
        const char *value = json_string_value(json_object_get(run->options, key));
        if (!value || strcmp(bl_option_at(i)->group, "former") == 0)
            continue;
        fprintf(to, "<div><dt>%s</dt><dd>", key);
        markup_text(to, value);
        fputs("</dd></div>", to);
    }
    fputs("</dl>", to);
}

/* Writes the list of runs: the options of each group once, as those of its best run, and the commands of all
   runs. */
void put_runs(FILE *to, const struct report *report)
{
    fputs("<section id=\"runs\"><h2>Runs</h2>\n", to);
    for (size_t g = 0; g < report->n_groups; g++) {
        const struct report_group *group = &report->groups[g];
        fprintf(to, "<details%s><summary>", report->n_groups == 1 ? " open" : "");
        put_swatch(to, group->style);
        markup_text(to, group->short_name);
        fprintf(to, ": %zu run%s, commands and options</summary>\n<p>%s again:</p><ol class=\"commands\">",
                group->n_runs, plural((double)group->n_runs),
                group->n_runs == 1 ? "To train it" : "To train them");
        for (size_t i = 0; i < group->n_runs; i++) {
            const struct report_run *run = &report->runs[group->runs[i]];
            fprintf(to, "<li data-run=\"%zu\"><b>%zu</b> <span class=\"name\">", group->runs[i],
                    group->runs[i]);
            markup_text(to, run->name);
            fputs("</span>", to);
            if (json_object_size(run->options) > 0) {
                fputs("<pre>", to);
                put_command(to, run);
                fputs("</pre>", to);
            } else {
                fputs("<p class=\"note\">The folder has no config.json, so the options are unknown.</p>", to);
            }
            fputs("</li>\n", to);
        }
        fputs("</ol>\n<p>Options of run ", to);
        fprintf(to, "%zu:</p>", group->best);
        put_options(to, &report->runs[group->best]);
        fputs("</details>\n", to);
    }
    fputs("</section>\n", to);
}
