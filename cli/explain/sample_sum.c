/*
 * sample_sum.c - sums and formulas in lines of SUM_WIDTH characters.
 */
#include "sample_sum.h"

#include <string.h>

void sum_number(char text[16], double x)
{
    snprintf(text, 16, "%.6g", x == 0.0 ? 0.0 : x);
}

void sum_factor(char text[20], double x)
{
    char number[16];
    sum_number(number, x);
    snprintf(text, 20, x < 0.0 ? "(%s)" : "%s", number);
}

void sum_element(char to[SUM_TEXT], const char *array, size_t col)
{
    snprintf(to, SUM_TEXT, "%.60s[%zu]", array, col);
}

void sum_element_at(char to[SUM_TEXT], const char *array, size_t row, size_t col)
{
    snprintf(to, SUM_TEXT, "%.50s[%zu,%zu]", array, row, col);
}

void sum_add(struct sum *sum, const char *a_name, double a, const char *b_name, double b)
{
    char first[16], second[20];
    if (b_name && (a == 0.0 || b == 0.0)) {
        sum->n_zero++;
        return;
    }
    if (sum->n < SUM_TERMS) {
        struct sum_term *term = &sum->terms[sum->n];
        sum_number(first, a);
        sum_factor(second, b);
        snprintf(term->names, SUM_TEXT, b_name ? "%.44s %.44s" : "%.44s", a_name, b_name);
        snprintf(term->numbers, SUM_TEXT, b_name ? "%s * %s" : "%s", first, second);
    }
    sum->n++;
}

/* A line that is broken before a piece that no longer fits. */
struct broken {
    FILE *to;
    size_t column, indent;
};

static void put_piece(struct broken *line, const char *piece)
{
    const size_t n = strlen(piece);
    if (line->column > line->indent && line->column + n > SUM_WIDTH) {
        fprintf(line->to, "\n%*s", (int)line->indent, "");
        line->column = line->indent;
        piece += *piece == ' ';
    }
    fputs(piece, line->to);
    line->column += n;
}

static void put_terms(FILE *to, size_t indent, const struct sum *sum, bool are_names)
{
    struct broken line = {to, indent, indent};
    const size_t n = sum->n > SUM_TERMS ? SUM_FEW : sum->n;
    char piece[SUM_TEXT + 8];
    for (size_t i = 0; i < n; i++) {
        const char *text = are_names ? sum->terms[i].names : sum->terms[i].numbers;
        const bool is_less = i > 0 && text[0] == '-';
        snprintf(piece, sizeof piece, "%s%s", i == 0 ? "" : is_less ? " - " : " + ", text + is_less);
        put_piece(&line, piece);
    }
    if (sum->n > n) {
        snprintf(piece, sizeof piece, " + ... (%zu more terms)", sum->n - n);
        put_piece(&line, piece);
    }
    if (n == 0)
        put_piece(&line, "0");
    fputc('\n', to);
}

void sum_write(FILE *to, const char *name, const struct sum *sum, double result)
{
    char number[16];
    const int margin = (int)strlen(name);
    sum_number(number, result);
    fprintf(to, "%s = ", name);
    put_terms(to, (size_t)margin + 3, sum, true);
    if (sum->n > 0) {
        fprintf(to, "%*s = ", margin, "");
        put_terms(to, (size_t)margin + 3, sum, false);
    }
    if (sum->n > 1 || strchr(sum->terms[0].numbers, '*'))
        fprintf(to, "%*s = %s\n", margin, "", number);
    if (sum->n_zero > 0 && sum->n + sum->n_zero > SUM_TERMS)
        fprintf(to, "%*s   (without %zu terms that are 0)\n", margin, "", sum->n_zero);
}

void sum_write_formula(FILE *to, const char *name, const char *names, const char *numbers, double result)
{
    char number[16];
    sum_number(number, result);
    const int margin = (int)strlen(name);
    if (!numbers) {
        fprintf(to, "%s = %s = %s\n", name, names, number);
        return;
    }
    if (strlen(name) + strlen(names) + strlen(numbers) + strlen(number) + 9 <= SUM_WIDTH)
        fprintf(to, "%s = %s = %s = %s\n", name, names, numbers, number);
    else
        fprintf(to, "%s = %s\n%*s = %s\n%*s = %s\n", name, names, margin, "", numbers, margin, "", number);
}
