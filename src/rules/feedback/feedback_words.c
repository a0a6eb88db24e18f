/*
 * feedback_words.c - the suggestion for an unknown distribution of feedback: the forms of the option, and
 * their names in other programs.
 */
#include "feedback_words.h"

#include "../../base/nearest.h"

static const struct alias feedback_aliases[] = {
    {"gaussian gauss randn normaldistribution", "write \"normal S\", S the standard deviation"},
    {"random rand", "write \"uniform X\", which draws from -X to X, or \"normal S\""},
    {"n\xc3\xb8kland nokland2016 n\xc3\xb8kland2016 default auto", "write nokland"},
    {"lillicrap2016", "write lillicrap"},
    {"xavier glorot kaiming he lecun fan",
     "write fanin or \"fanin GAIN\", by the number of terms in a signal's sum"},
    {"weight w copy copyweights initialweights", "write weights, which copies the initial weights"},
    {"sign symmetric transpose",
     "feedback that follows the weights belongs to rules: usf takes their signs, bp the weights themselves"},
    {"file npz npy", "write the file's path, as in feedback.npz or ./feedback.npz"},
};

static const char *feedback_name_at(size_t i)
{
    static const char *const names[] = {"nokland", "lillicrap", "fanin", "uniform", "normal", "weights"};
    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

static const char *feedback_usage_at(size_t i)
{
    static const char *const usages[] = {"nokland",       "lillicrap",    "\"fanin [GAIN]\"",
                                         "\"uniform X\"", "\"normal S\"", "weights, FILE.npz"};
    return usages[i];
}

bl_status feedback_unknown(bl_context *ctx, const char *text)
{
    static const struct vocabulary feedback = {feedback_name_at, feedback_usage_at, feedback_aliases,
                                               sizeof feedback_aliases / sizeof *feedback_aliases};
    struct slice rest = slice_of(text), word = {"", 0};
    char advice[256];
    (void)slice_word(&rest, &word);
    vocabulary_advise(&feedback, word, advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_VALUE, "no feedback \"%s\"; %s", text, advice);
}
