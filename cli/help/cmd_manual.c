/*
 * cmd_manual.c - backless manual: generates the manual page, in the format of man(7), from the tables that
 * the parser of the command line uses. To read it: backless manual | man -l -
 */
#include "listing.h"

#include <ctype.h>
#include <string.h>

static const char *const description[] = {
    "backless trains neural networks by rules that do not send the error back through the weights: feedback "
    "alignment and related rules, beside backpropagation and baselines. The rule is an option; nets, "
    "optimisers and data are the same for all, and the same seed gives the "
    "same bits for any number of threads.",
    "Results go to standard output, messages and progress to standard error. SIGINT, SIGTERM and SIGHUP stop "
    "a run after the current step; with a run folder (--out) it is saved first, and --resume goes "
    "on with it. "
    "The same happens when standard output is closed. Under nohup, SIGHUP is ignored.",
    "An output file (--output, --to, the file of bench --json, and those of a run folder) replaces an "
    "existing file atomically and keeps its permission bits. A symbolic link is kept, and its target is "
    "replaced. A pipe, "
    "a device and /dev/fd/N are opened and written. A file that the command reads is refused as output, "
    "under any of its "
    "names.",
};

static const struct {
    int code;
    const char *text;
} statuses[] = {
    {EXIT_DONE, "The command succeeded."},
    {EXIT_OTHER, "Out of memory; of reproduce --check: the run is not equal to its result."},
    {EXIT_USAGE, "The command line is wrong, or needs a part that this build does not have."},
    {EXIT_DATA, "A data set or a model is missing or invalid."},
    {EXIT_IO, "A file could not be read or written."},
    {EXIT_DIVERGED, "A weight or the loss is NaN or infinite. The last good state is kept."},
    {EXIT_VERIFY, "A check of this machine failed."},
    {EXIT_STOPPED, "The run was stopped, and can be resumed if it has a run folder."},
};

static const struct extra extras[] = {
    {"quiet", NULL, "no messages"},
    {NULL, NULL, NULL},
};

struct item {
    const char *name, *text;
};

static const struct item variables[] = {
    {"BACKLESS_OPTION",
     "Any option of the tables above and of the commands: BACKLESS_LR for --lr, BACKLESS_TEST_FRACTION for "
     "--test-fraction, BACKLESS_QUIET for --quiet; true for a switch. It takes precedence over the file of "
     "--config, and the command line over it. The checks are the same as on the command line, so an empty "
     "value is refused where it is refused there. The file of --config takes only the options of the tables "
     "above, "
     "not those of a command (--quiet, --json, --model and so on). Exceptions: --data, because BACKLESS_DATA "
     "is the folder below; --json of bench, because it names a file and BACKLESS_JSON is the switch of the "
     "other commands; --help. A run that is resumed keeps the options that affect its bits, whatever the "
     "environment contains. Any other variable BACKLESS_... is reported in a note, with the nearest name."},
    {"BACKLESS_DATA", "Folder that is searched for named data sets; an empty value is ignored."},
    {"XDG_CACHE_HOME",
     "The folder that contains backless, the folder of the user's data sets and of what --cache keeps. "
     "Default: ~/.cache."},
    {"NO_COLOR", "If it is set, data info draws samples in letters, without colours."},
    {"COLUMNS", "If it is less than the width of the terminal, tables and progress lines are this wide."},
};

static const struct item files[] = {
    {"DIR/config.json",
     "In a run folder: every option with its value in use, the version, the machine, the data, and the "
     "working folder, to which paths of data and feedback are relative wherever the file is read."},
    {"DIR/log.jsonl",
     "One object for each epoch: losses, errors, rate, time, angles; with --angles STEPS also one for each "
     "of these steps, of the kind \"step\"."},
    {"DIR/model.safetensors",
     "The latest state: weights, feedback, and everything needed to resume and to predict."},
    {"DIR/best.safetensors", "The state with the lowest validation error, if there is a validation set."},
    {"DIR/result.json", "The final figures."},
    {"DIR/plan.json",
     "Of a sweep, or of a comparison with seeds: the options and the list of its runs, each of "
     "which has a run folder in DIR."},
    {"DIR/NAME/failure.json", "Of such a run that diverged or failed: why, and the exit code."},
    {"~/.cache/backless/NAME", "A data set of the user's."},
    {"/usr/share/datasets/NAME", "A data set of the system's; also below /usr/local/share/datasets."},
};

static const struct item examples[] = {
    {"backless train --data fashion-mnist --net \"dense 800, tanh, dense 10\" --rule dfa --out run",
     "Trains one net by direct feedback alignment, and keeps the run."},
    {"backless train --resume run", "Continues the run after a stop."},
    {"backless compare --data iris.csv --net \"dense 50, tanh, dense 3\" --test-fraction 0.3",
     "Compares all rules on a table."},
    {"backless report run1 run2 -o report.html",
     "Draws the curves, angles and mistakes of two runs in one page."},
    {"backless compare --data mnist --rules bp,dfa --seeds 5 --tune lr",
     "Compares two rules over five seeds, each at its own best learning rate."},
    {"backless sweep --data mnist --val 10000 --lr 1e-5:1e-2:log --batch 32,64 --rule dfa,bp",
     "Trains with every combination of these values, several runs at once."},
    {"backless predict --model run --data test.csv --output predictions.csv",
     "Writes the model's predictions for a file of examples."},
    {"backless explain dfa --net \"dense 800, tanh, dense 10\" --program",
     "Shows the instructions of a training step, what they read and write, and what runs in parallel."},
    {"backless explain dfa --net \"dense 4, tanh, dense 3\" --data iris.csv --html dfa.html",
     "Draws which block sends what to which, and follows one training step on an example number by number."},
    {"backless bench --nets 2x800,conv --rules bp,dfa --json bench.json",
     "Measures steps of two nets by two rules on this machine, and writes all figures to a file."},
    {"backless reproduce nokland2016 --table 1 --row \"2x800 tanh\" --rule dfa --seeds 3",
     "Trains a cell of a published table with three seeds, and compares the mean with the published one."},
};

/* Prints text escaped for man(7): hyphens that can be copied, backslashes, and no line that begins with a dot
 * or a quote. */
static void put_roff(FILE *to, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((text[i] == '.' || text[i] == '\'') && (i == 0 || text[i - 1] == '\n'))
            fputs("\\&", to);
        switch (text[i]) {
        case '\\':
            fputs("\\(rs", to);
            break;
        case '-':
            fputs("\\-", to);
            break;
        case '~':
            fputs("\\(ti", to);
            break;
        case '^':
            fputs("\\(ha", to);
            break;
        case '`':
            fputs("\\(ga", to);
            break;
        case '\'':
            fputs("\\(aq", to);
            break;
        default:
            fputc(text[i], to);
        }
    }
}

static void put_plain(FILE *to, const char *text)
{
    put_roff(to, text, strlen(text));
}

/* Prints a usage line: literal text in bold; placeholders, which are words in capitals and "options", in
   italics. */
static void put_usage(FILE *to, const char *usage)
{
    while (*usage) {
        size_t n = 0;
        while (isalnum((unsigned char)usage[n]) ||
               (usage[n] && strchr("-._", usage[n]) && strncmp(usage + n, "...", 3) != 0))
            n++;
        const bool stands_for = isupper((unsigned char)usage[0]) || strncmp(usage, "options", 7) == 0;
        if (n > 0)
            fputs(stands_for ? "\\fI" : "\\fB", to);
        put_roff(to, usage, n ? n : 1);
        if (n > 0)
            fputs("\\fR", to);
        usage += n ? n : 1;
    }
}

static void put_option(FILE *to, const char *key, const char *argument, const char *help,
                       const char *default_value)
{
    fputs(".TP\n\\fB\\-\\-", to);
    put_plain(to, key);
    fputs("\\fR", to);
    if (argument) {
        fputc(' ', to);
        put_usage(to, argument);
    }
    fputc('\n', to);
    put_plain(to, help);
    if (argument && default_value[0]) {
        fputs(" (default: ", to);
        put_plain(to, default_value);
        fputc(')', to);
    }
    fputc('\n', to);
}

static void put_synopsis(FILE *to, const struct command_table *program)
{
    fputs(".SH SYNOPSIS\n", to);
    for (int i = 0; listing_command(program, i); i++) {
        if (command_below(program, listing_command(program, i), 0))
            continue;
        fputs("\\fBbackless\\fR ", to);
        put_usage(to, listing_command(program, i)->usage);
        fputs("\n.br\n", to);
    }
    fputs("\\fBbackless help\\fR [\\fICOMMAND\\fR]\n.br\n\\fBbackless \\-\\-version\\fR\n", to);
}

static void put_groups(FILE *to, const char *groups)
{
    fputs(".PP\nTakes the options of the groups ", to);
    for (; *groups; groups++)
        if (*groups == ' ')
            fputs(strchr(groups + 1, ' ') ? ", " : " and ", to);
        else
            fputc(*groups, to);
    fputs(", listed under OPTIONS.\n", to);
}

static void put_command(FILE *to, const struct command_table *program, const struct command *command)
{
    fputs(".SS backless ", to);
    put_plain(to, command->name);
    fputs("\n\\fBbackless\\fR ", to);
    put_usage(to, command->usage);
    fprintf(to, "\n.PP\n%c", toupper((unsigned char)command->about[0]));
    put_plain(to, command->about + 1);
    fputs(".\n", to);
    if (command_story(program, command)) {
        put_plain(to, command_story(program, command));
        fputc('\n', to);
    }
    for (int i = 0; command->extras && command->extras[i].key; i++)
        put_option(to, command->extras[i].key, command->extras[i].argument, command->extras[i].help, "");
    if (command->groups)
        put_groups(to, command->groups);
}

static void put_all_options(FILE *to)
{
    const char *group = "";
    fputs(".SH OPTIONS\nThe commands above say which of these groups they take. A value can also be joined "
          "by an equals "
          "sign, as in \\fB\\-\\-seed=7\\fR.\n",
          to);
    for (int i = 0; bl_option_at(i); i++) {
        const bl_option *o = bl_option_at(i);
        if (strcmp(o->group, "former") == 0)
            continue;
        if (strcmp(o->group, group) != 0)
            fprintf(to, ".SS Group: %s\n", group = o->group);
        put_option(to, o->key, o->argument, o->help, o->default_value);
    }
}

static void put_item(FILE *to, const char *name, const char *text)
{
    fputs(".TP\n\\fB", to);
    put_plain(to, name);
    fputs("\\fR\n", to);
    put_plain(to, text);
    fputc('\n', to);
}

static void put_rules(FILE *to)
{
    fputs(".SH \"LEARNING RULES\"\n", to);
    for (int i = 0; bl_rule_name(i); i++)
        put_item(to, bl_rule_name(i), bl_rule_about(bl_rule_name(i)));
}

static void put_examples(FILE *to)
{
    fputs(".SH EXAMPLES\n", to);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        fputs(".PP\n", to);
        put_plain(to, examples[i].text);
        fputs("\n.PP\n.RS 4\n.nf\n", to);
        put_plain(to, examples[i].name);
        fputs("\n.fi\n.RE\n", to);
    }
}

static void put_tail(FILE *to)
{
    char code[16];
    fputs(".SH \"EXIT STATUS\"\n", to);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        snprintf(code, sizeof code, "%d", statuses[i].code);
        put_item(to, code, statuses[i].text);
    }
    fputs(".SH ENVIRONMENT\n", to);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        put_item(to, variables[i].name, variables[i].text);
    fputs(".SH FILES\n", to);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        put_item(to, files[i].name, files[i].text);
    put_examples(to);
    fputs(".SH \"SEE ALSO\"\n"
          "The header \\fIbackless.h\\fR is the manual of the library libbackless, "
          "\\fIbackless_rule.h\\fR that of its rules of a user's own, and "
          "\\fIbackless_experimental.h\\fR that of its functions for measuring and inspection. "
          "\\fBbackless completion\\fR writes completions for \\fBbash\\fR(1), \\fBzsh\\fR(1) and "
          "\\fBfish\\fR(1).\n",
          to);
}

static int run_manual(struct session *s)
{
    const struct command_table *program = s->program;
    fprintf(stdout, ".TH BACKLESS 1 \"\" \"backless %s\" \"User Commands\"\n", bl_version());
    fputs(".nh\n.ad l\n.SH NAME\nbackless \\- train neural networks without backpropagation\n", stdout);
    put_synopsis(stdout, program);
    fputs(".SH DESCRIPTION\n", stdout);
    for (size_t i = 0; i < sizeof description / sizeof *description; i++) {
        fputs(i ? ".PP\n" : "", stdout);
        put_plain(stdout, description[i]);
        fputc('\n', stdout);
    }
    fputs(".SH COMMANDS\n", stdout);
    for (int i = 0; listing_command(program, i); i++)
        if (!command_below(program, listing_command(program, i), 0))
            put_command(stdout, program, listing_command(program, i));
    put_all_options(stdout);
    put_rules(stdout);
    put_tail(stdout);
    return EXIT_DONE;
}

const struct command command_manual = {
    "manual", "manual", "the manual page, for man: backless manual | man -l -", NULL, extras, 0, run_manual};
