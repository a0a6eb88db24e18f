/*
 * rule_words.c - other names of the rules and of feedback, and of methods that are not implemented.
 */
#include "rule_words.h"

#include "../base/nearest.h"
#include "rule_table.h"
#include "user_rule.h"

static const struct alias rule_aliases[] = {
    {"backprop backpropagation backwardpropagation bprop gradient sgd", "backpropagation is written bp"},
    {"feedbackalignment randomfeedback rfa", "feedback alignment is written fa"},
    {"directfeedbackalignment directfeedback", "direct feedback alignment is written dfa"},
    {"indirectfeedbackalignment", "indirect feedback alignment is written ifa"},
    {"signsymmetry signsymmetric uniformsignfeedback signconcordant ss brsf frsf urfb",
     "sign-concordant feedback is written usf"},
    {"kolenpollack", "Kolen-Pollack learning is written kp"},
    {"directkolenpollack", "direct Kolen-Pollack learning is written dkp"},
    {"weightmirror wm mirror", "the weight mirror is not implemented; the nearest is kp, of the same paper"},
    {"directrandomtargetprojection targetprojection", "direct random target projection is written drtp"},
    {"augmenteddfa augmenteddirectfeedbackalignment", "augmented direct feedback alignment is written adfa"},
    {"forwardforward ff",
     "forward-forward is not implemented; of rules with two forward passes there is pepita"},
    {"none fixed random elm extremelearningmachine reservoir randomfeatures",
     "the rule that does not train hidden blocks is written frozen"},
    {"shallow logisticregression logreg softmaxregression perceptron",
     "the baseline without hidden blocks is written linear"},
    {"targetpropagation tp dtp differencetargetpropagation equilibriumpropagation eqprop ep hebbian hebb "
     "predictivecoding pc stdp contrastivehebbian rbm",
     "that rule is not implemented; backless rules lists those that are"},
    {"adam rmsprop adamw momentum", "that is an optimiser: --optimizer"},
};

static const char *rule_name_at(size_t i)
{
    const struct rule_ops *ops = rule_ops_at(NULL, (int)i);
    return ops ? ops->name : NULL;
}

bl_status rule_unknown(bl_context *ctx, const char *text)
{
    enum { MOST = 32 };
    const char *registered[MOST + 1] = {NULL};
    const struct rule_ops *ops = NULL;
    for (int i = 0; i < MOST && (ops = user_rule_at(ctx, i)); i++)
        registered[i] = ops->name;
    static const struct vocabulary rules = {rule_name_at, NULL, rule_aliases,
                                            sizeof rule_aliases / sizeof *rule_aliases};
    char advice[512];
    vocabulary_advise_more(&rules, registered, slice_of(text), advice, sizeof advice);
    BL_FAIL(ctx, BL_BAD_VALUE, "no rule \"%s\"; %s", text, advice);
}

static const struct alias feedback_aliases[] = {
    {"gaussian gauss randn normaldistribution", "write \"normal S\", S the standard deviation"},
    {"random rand", "write \"uniform X\", which draws from -X to X, or \"normal S\""},
    {"n\xc3\xb8kland nokland2016 n\xc3\xb8kland2016 default auto", "write nokland"},
    {"lillicrap2016", "write lillicrap"},
    {"xavier glorot kaiming he lecun fan",
     "write fanin or \"fanin GAIN\", by the number of terms in a signal's sum"},
    {"sign weights symmetric transpose",
     "feedback that follows the weights belongs to rules: usf takes their signs, bp the weights themselves"},
    {"file npz npy", "write the file's path, as in feedback.npz or ./feedback.npz"},
};

static const char *feedback_name_at(size_t i)
{
    static const char *const names[] = {"nokland", "lillicrap", "fanin", "uniform", "normal"};
    return i < sizeof names / sizeof *names ? names[i] : NULL;
}

static const char *feedback_usage_at(size_t i)
{
    static const char *const usages[] = {"nokland", "lillicrap", "\"fanin [GAIN]\"", "\"uniform X\"",
                                         "\"normal S\", FILE.npz"};
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
