/*
 * explain_page.c - the page: the wiring, the equations with their shapes, the program of the step, and the
 * numbers of a step on an example.
 *
 * The styles are those of reports. The page's security policy forbids requests to anywhere, and there is no
 * script.
 */
#include "explain_page.h"

#include "../draw/markup.h"
#include "../report/report.h"
#include "../report/report_assets.h"
#include "../report/rule_style.h"
#include "equations.h"
#include "explain_assets.h"
#include "program_text.h"
#include "sample_sum.h"

#include <stdlib.h>
#include <string.h>

/* ---- What is collected during the step */

int explain_page_begin(struct explain_page *page, int n_blocks)
{
    *page = (struct explain_page){.n_blocks = n_blocks};
    page->to = open_memstream(&page->equations, &page->n);
    return page->to && wiring_begin(&page->wiring, n_blocks);
}

void explain_page_free(struct explain_page *page)
{
    if (page->to)
        fclose(page->to);
    free(page->equations);
    wiring_free(&page->wiring);
    *page = (struct explain_page){.n_blocks = 0};
}

static void put_cell(FILE *to, const bl_trace *now, int n_blocks,
                     void (*write)(FILE *to, const bl_trace *now, int n_blocks))
{
    char *text = NULL;
    size_t n = 0;
    FILE *cell = open_memstream(&text, &n);
    if (cell)
        write(cell, now, n_blocks);
    if (cell && fclose(cell) == 0)
        markup_text(to, text);
    free(text);
}

void explain_page_visit(void *user, const bl_trace *now)
{
    struct explain_page *page = user;
    wiring_add(&page->wiring, now);
    if (!now->is_done || !sample_shows(now->instruction.block, page->n_blocks))
        return;
    fputs("<tr><td>", page->to);
    markup_text(page->to, now->instruction.op);
    fputs("</td><td class=\"equation\">", page->to);
    put_cell(page->to, now, page->n_blocks, equation_write);
    fputs("</td><td class=\"shapes\">", page->to);
    put_cell(page->to, now, page->n_blocks, equation_write_shapes);
    fputs("</td></tr>\n", page->to);
}

/* ---- Parts of the page */

/* net: as it was typed, because the full text of a deep net is long. */
static void put_head(FILE *to, const char *rule, const char *net)
{
    fputs(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
        "'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
        to);
    markup_text(to, rule);
    fputs(" – backless explain</title>\n<style>\n", to);
    put_chart_styles(to);
    fputs(report_css, to);
    fputs(wiring_css, to);
    fputs(explain_css, to);
    fputs("</style>\n</head><body>\n<header><h1>", to);
    markup_text(to, rule);
    fputs("</h1>\n<p>", to);
    markup_text(to, bl_rule_about(rule));
    fputs("</p>\n<p>net <b>", to);
    markup_text(to, net);
    fputs("</b></p></header>\n<main>\n", to);
}

static void put_key(FILE *to, const struct wiring_key *key)
{
    fprintf(
        to,
        "<span><svg class=\"key\" viewBox=\"0 0 44 12\"><path class=\"%s\" d=\"M2 6H40\"/></svg> %s</span>\n",
        key->class, key->text);
}

static void put_wiring(FILE *to, const struct wiring *w, size_t style)
{
    struct wiring_key keys[MOST_KEYS];
    const int n_keys = wiring_keys(w, keys);
    const struct wiring_area area = wiring_area(w);
    fprintf(to, "<h2>Wiring</h2>\n<figure class=\"figure%s\">\n<figcaption class=\"legend s%zu\">",
            explain_is_ink(style) ? " ink" : "", style);
    for (int i = 0; i < n_keys; i++)
        put_key(to, &keys[i]);
    fprintf(to,
            "</figcaption>\n<svg class=\"wiring s%zu\" style=\"max-width:%dpx\" viewBox=\"%d 0 %d %g\" "
            "role=\"img\" aria-label=\"The blocks of the net and the arrows between them\">\n",
            style, area.width * 6 / 5, area.left, area.width, area.height);
    wiring_draw(to, w);
    fputs("</svg>\n</figure>\n", to);
}

static void put_equations(FILE *to, struct explain_page *page, const struct sample *sample)
{
    fputs("<h2>Equations</h2>\n<p class=\"rule\">", to);
    markup_text(to, bl_rule_equation(sample->session->words[0]));
    fputs(
        "</p>\n<p class=\"note\">x: input, W, b: weights and biases, a: pre-activations or scores, h: "
        "output, B: feedback, e: error, s: signal, d: delta, dW, db: gradients, each with the number of its "
        "block. Arrays have a row for each of the batch's n examples. A convolution is written *.",
        to);
    if (sample->n_folded > 0)
        fprintf(to, " %zu instructions of blocks 3 to %d are left out.", sample->n_folded,
                sample->n_blocks - 3);
    fputs("</p>\n<div class=\"wide\"><table class=\"list\"><thead><tr><th>instruction</th><th>computes</th>"
          "<th>shapes</th></tr></thead><tbody>\n",
          to);
    fputs(page->equations, to);
    fputs("</tbody></table></div>\n", to);
}

static void put_instruction(FILE *to, const bl_instruction *item)
{
    const struct operand_lists operands = program_operands(item);
    fprintf(to, "<tr><td>%d</td><td>%d</td><td>", item->stage, item->block);
    markup_text(to, item->op);
    fputs("</td><td>", to);
    markup_text(to, operands.reads);
    fputs("</td><td>", to);
    markup_text(to, operands.writes);
    fprintf(to, "</td><td class=\"number\">%.0f</td></tr>\n", item->work);
}

static void put_program(FILE *to, const struct sample *sample)
{
    bl_instruction item;
    int n_hidden = 0;
    fputs("<h2>Program of a step</h2>\n<p class=\"note\">The stages run one after the other. Where "
          "possible, the trainer computes a gradient and applies the update at once (update_fused). A task "
          "computes a range of a block's channels; an operand without \"all\" or \"columns\" is that range. "
          "MACs: multiply-accumulates for an example.</p>\n<div class=\"wide\"><table "
          "class=\"list\"><thead><tr><th>stage</th><th>block</th>"
          "<th>instruction</th><th>reads</th><th>writes</th><th "
          "class=\"number\">MACs</th></tr></thead><tbody>\n",
          to);
    for (int i = 0; bl_trainer_instruction(sample->trainer, i, &item); i++)
        if (sample_shows(item.block, sample->n_blocks))
            put_instruction(to, &item);
        else
            n_hidden++;
    fputs("</tbody></table></div>\n", to);
    if (n_hidden > 0)
        fprintf(to, "<p class=\"note\">%d instructions of blocks 3 to %d are left out.</p>\n", n_hidden,
                sample->n_blocks - 3);
}

static void put_array(FILE *to, const struct sample_array *a)
{
    fprintf(to, "<tr><td>%s</td><th>", a->is_written ? "writes" : "reads");
    markup_text(to, a->name);
    fprintf(to, "</th><td class=\"dim\">%zu x %zu", a->rows, a->cols);
    if (a->n_rows < a->rows)
        fprintf(to, ",<br> rows %zu to %zu", a->first_row, a->first_row + a->n_rows - 1);
    if (a->n_cols < a->cols)
        fprintf(to, ",<br> columns %zu to %zu", a->first_col, a->first_col + a->n_cols - 1);
    fputs("</td><td class=\"values\">", to);
    for (size_t r = 0; r < a->n_rows; r++) {
        fputs("<div>", to);
        for (size_t c = 0; c < a->n_cols; c++) {
            char number[16];
            sum_number(number, (double)a->values[r * a->n_cols + c]);
            fprintf(to, "<span>%s</span>", number);
        }
        fputs("</div>", to);
    }
    fputs("</td></tr>\n", to);
}

static void put_step(FILE *to, const struct sample *sample, size_t i)
{
    const struct sample_step *step = &sample->steps[i];
    const int block = step->instruction.block;
    fprintf(to, "<section class=\"step\"><h3>%zu. ", i + 1);
    markup_text(to, step->instruction.op);
    fprintf(to, ", block %d", block);
    if (strcmp(step->instruction.op, "forward") == 0) {
        fputs(": ", to);
        markup_text(to, sample->heads[block]);
    }
    fputs("</h3>\n<div class=\"wide\"><table class=\"arrays\"><tbody>\n", to);
    for (size_t k = 0; k < step->n_arrays; k++)
        put_array(to, &step->arrays[k]);
    fputs("</tbody></table></div>\n", to);
    if (step->arithmetic[0]) {
        fputs("<pre class=\"arithmetic\">", to);
        markup_text(to, step->arithmetic);
        fputs("</pre>\n", to);
    }
    fputs("</section>\n", to);
}

static void put_sample(FILE *to, const struct sample *sample)
{
    static const char *const keys[] = {"loss", "optimizer", "lr", "init", "feedback", "seed"};
    const bl_config *config = bl_trainer_config(sample->trainer);
    fprintf(to, "<h2>One step on an example</h2>\n<p>Example %zu of ", sample->example + 1);
    markup_text(to, sample->source);
    if (sample->n_examples > 1)
        fputs(" and the next one, because batch norm takes the statistics of a batch", to);
    if (sample->label >= 0)
        fprintf(to, ", class %d%s", sample->label, sample->of_class ? " " : "");
    markup_text(to, sample->of_class);
    sample_put_targets(to, sample);
    fprintf(to, ". The loss before the update is %.6g.", sample->loss);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (bl_config_get(config, keys[i])[0]) {
            fprintf(to, "%s%s <b>", i ? ", " : "</p>\n<p class=\"note\">", keys[i]);
            markup_text(to, bl_config_get(config, keys[i]));
            fputs("</b>", to);
        }
    fputs("</p>\n<p class=\"note\">The first numbers of each array, with 6 digits, and the arithmetic of one "
          "element. Rows are examples, or rows of a matrix; all are counted from 0.</p>\n",
          to);
    for (size_t i = 0; i < sample->n_steps; i++)
        put_step(to, sample, i);
}

int explain_page_write(FILE *to, struct explain_page *page, const struct sample *sample, bool shows_sample)
{
    const char *rule = sample->session->words[0];
    if (fflush(page->to) != 0 || page->wiring.is_full)
        return 0;
    put_head(to, rule, bl_config_get(sample->session->config, "net"));
    put_wiring(to, &page->wiring, rule_style_of(rule));
    put_equations(to, page, sample);
    put_program(to, sample);
    if (shows_sample)
        put_sample(to, sample);
    fprintf(to, "</main>\n<footer>Made by backless %s.</footer>\n</body></html>\n", bl_version());
    return 1;
}
