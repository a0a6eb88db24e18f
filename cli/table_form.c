/*
 * table_form.c - reads the form of a table from the command's options.
 */
#include "table_form.h"

/* Reads the form from the options whose values `value_of` returns; *out is FORM_TEXT if none is given. */
static int read_form(enum table_form *out, const struct session *s,
                     const char *(*value_of)(const struct session *, const char *))
{
    static const char *const names[] = {
        [FORM_JSON] = "json", [FORM_CSV] = "csv", [FORM_MARKDOWN] = "markdown", [FORM_LATEX] = "latex"};
    *out = FORM_TEXT;
    for (int i = FORM_JSON; i <= FORM_LATEX; i++)
        if (value_of(s, names[i]) && *out != FORM_TEXT)
            return usage_error("--%s and --%s: expected one of the two", names[*out], names[i]);
        else if (value_of(s, names[i]))
            *out = (enum table_form)i;
    return EXIT_DONE;
}

/* Reads the form; the command line overrides the environment. */
int table_form_read(enum table_form *out, const struct session *s)
{
    const int code = read_form(out, s, extra_typed);
    return code == EXIT_DONE && *out == FORM_TEXT ? read_form(out, s, extra_of) : code;
}
