/*
 * rule_words.c - other names of the rules, and of methods that are not implemented.
 */
#include "../base/nearest.h"
#include "rule.h"
#include "user/user_rule.h"

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
     "forward-forward is not implemented; the only rule with two forward passes is pepita"},
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

static bl_status rule_unknown(bl_context *ctx, const char *text)
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

bl_status rule_check_text(bl_context *ctx, const char *text)
{
    return rule_find(ctx, text) ? BL_OK : rule_unknown(ctx, text);
}
