/*
 * test_suggestions.c - spelling suggestions, and words of other programs, which are refused with the word to
 * use instead.
 */
#include "backless.h"

#include "../src/base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void the_nearest_name_is_found(void **state)
{
    static const char *const names[] = {"train", "compare", "eval", "predict",    "leaky-relu",
                                        "bp",    "dfa",     "fa",   "completion", NULL};
    static const struct {
        const char *word, *expected; /* NULL: none is near */
    } cases[] = {
        {"train", "train"},
        {"TRAIN", "train"},
        {"trian", "train"}, /* two exchanged neighbours count as one letter */
        {"tain", "train"},
        {"trainn", "train"},
        {"LeakyReLU", "leaky-relu"},
        {"leaky_relu", "leaky-relu"},
        {"DFA", "dfa"},
        {"dfaa", "dfa"},
        {"fda", "dfa"},
        {"pb", NULL}, /* words of two letters have no suggestion */
        {"BP", "bp"},
        {"comp", "compare"},    /* the beginning of a name */
        {"evaluation", "eval"}, /* a word that begins with a name */
        {"co", NULL},           /* too short a beginning of a name */
        {"xyzzy", NULL},
        {"", NULL},
        {"-", NULL},
        {"predictions-of-all-examples-with-a-name-longer-than-any-buffer-has-room", "predict"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = bl_nearest(cases[i].word, names);
        if (!found != !cases[i].expected || (found && strcmp(found, cases[i].expected) != 0))
            fail_msg("\"%s\": %s, expected %s", cases[i].word, found ? found : "none",
                     cases[i].expected ? cases[i].expected : "none");
    }
    assert_null(bl_nearest(NULL, names));
    assert_null(bl_nearest("train", NULL));
    assert_null(bl_nearest("train", (const char *const[]){NULL}));
}

/* Of equally near names the first is suggested, so that the suggestion is deterministic. */
static void ties_go_to_the_first(void **state)
{
    (void)state;
    assert_string_equal(bl_nearest("bat", (const char *const[]){"cat", "rat", NULL}), "cat");
    assert_string_equal(bl_nearest("bat", (const char *const[]){"rat", "cat", NULL}), "rat");
    assert_string_equal(bl_nearest("bat", (const char *const[]){"rat", "bat", NULL}), "bat");
}

struct word_case {
    const char *key, *text, *fragment;
};

/* Words of PyTorch, Keras, scikit-learn and papers. */
static const struct word_case words[] = {
    {"net", "dense 9, sigmoid, dense 2", "written logistic"},
    {"net", "dense 9, Sigmoid, dense 2", "written logistic"},
    {"net", "dense 9, softmax, dense 2", "the loss ce applies the softmax"},
    {"net", "dense 9, LogSoftmax, dense 2", "the loss ce applies the softmax"},
    {"net", "linear 9, tanh, dense 2", "dense UNITS"},
    {"net", "Linear(784, 9), tanh, dense 2", "dense UNITS"},
    {"net", "fc 9, tanh, dense 2", "dense UNITS"},
    {"net", "Dense 9, tanh, dense 2", "did you mean \"dense\"?"},
    {"net", "dense(9), tanh, dense 2", "a blank separates name and argument"},
    {"net", "dense9, tanh, dense 2", "a blank separates name and argument"},
    {"net", "784, 9, 2", "written dense 784"},
    {"net", "dense 9, 100, dense 2", "written dense 100"},
    {"net", "784-100-10", "as in dense 100, tanh, dense 10"},
    {"net", "[100, 50]", "as in dense 100, tanh, dense 10"},
    {"net", "dense 9 tanh dense 2", "a comma before the next layer"},
    {"net", "dense 9, tanh dense 2", "a comma separates layers"},
    {"net", "conv2d 8 3x3, relu, dense 2", "conv CHANNELS"},
    {"net", "Conv2d(1, 8, 3), relu, dense 2", "conv CHANNELS"},
    {"net", "dense 9, batch_norm, dense 2", "did you mean \"batchnorm\"?"},
    {"net", "dense 9, BatchNorm1d, dense 2", "written batchnorm"},
    {"net", "dense 9, bn, dense 2", "written batchnorm"},
    {"net", "dense 9, leakyrelu, dense 2", "did you mean \"leaky-relu\"?"},
    {"net", "dense 9, LeakyReLU 0.1, dense 2", "did you mean \"leaky-relu\"?"},
    {"net", "dense 9, relu6, dense 2", "the nearest are relu"},
    {"net", "dense 9, silu, dense 2", "the nearest are relu"},
    {"net", "conv 8 3x3, relu, max_pool 2, dense 2", "did you mean \"maxpool\"?"},
    {"net", "conv 8 3x3, relu, MaxPool2d 2, dense 2", "maxpool SIZE"},
    {"net", "dense 9, Dropout 0.5, dense 2", "did you mean \"dropout\"?"},
    {"net", "dense 9, tnah, dense 2", "did you mean \"tanh\"?"},
    {"net", "input 784, dense 9, dense 2", "leave it out"},
    {"net", "dense 9, xyzzy, dense 2", "there are: dense UNITS [nobias], tanh"},
    {"rule", "DFA", "did you mean \"dfa\"?"},
    {"rule", "Direct_Feedback_Alignment", "written dfa"},
    {"rule", "backprop", "written bp"},
    {"rule", "forward-forward", "not implemented"},
    {"rule", "adam", "--optimizer"},
    {"rule", "xyzzy", "there are: bp, fa, dfa"},
    {"feedback", "Nokland", "did you mean \"nokland\"?"},
    {"feedback", "n\xc3\xb8kland", "write nokland"},
    {"feedback", "gaussian 0.1", "normal S"},
    {"feedback", "xyzzy", "there are: nokland"},
    {"feedback-at", "before_pool", "did you mean \"before-pool\"?"},
    {"loss", "cross-entropy", "written ce"},
    {"loss", "categorical_crossentropy", "written ce"},
    {"loss", "NLLLoss", "written ce"},
    {"loss", "BCEWithLogitsLoss", "written bce"},
    {"loss", "l2", "written mse"},
    {"loss", "MeanSquaredError", "written mse"},
    {"loss", "mae", "eval reports mae"},
    {"loss", "hinge", "not implemented"},
    {"loss", "CE", "did you mean \"ce\"?"},
    {"loss", "xyzzy", "there are: ce, bce, mse"},
    {"optimizer", "AdamW", "adam weight-decay X"},
    {"optimizer", "SGD", "did you mean \"sgd\"?"},
    {"optimizer", "momentum 0.9", "sgd momentum 0.9"},
    {"optimizer", "lbfgs", "not implemented"},
    {"optimizer", "sgd lr 0.1", "--lr"},
    {"optimizer", "sgd momentum=0.9", "with a blank between"},
    {"optimizer", "adam weight_decay 0.1", "did you mean \"weight-decay\"?"},
    {"optimizer", "adam eps 1e-8", "epsilon E"},
    {"optimizer", "sgd beta1 0.9", "usage: sgd"},
    {"optimizer", "xyzzy", "there are: sgd [momentum M]"},
    {"schedule", "cos", "write cosine"},
    {"schedule", "StepLR", "step EVERY FACTOR"},
    {"schedule", "MultiStepLR", "multistep 50,75 0.1"},
    {"schedule", "exponential", "step 1 FACTOR"},
    {"schedule", "ReduceLROnPlateau", "write auto"},
    {"schedule", "OneCycleLR", "not implemented"},
    {"schedule", "Constant", "did you mean \"constant\"?"},
    {"schedule", "step 10", "there are: constant"},
    {"init", "xavier", "write glorot"},
    {"init", "uniform", "expected a number above 0"},
    {"init", "uniform 0", "expected a number above 0"},
    {"init", "uniform x", "expected a number above 0"},
    {"init", "gaussian 0.1", "there are zero, fanin, fanin-first, glorot, he and \"uniform X\""},
    {"init", "fanin 2", "no init \"fanin 2\""},
    {"init", "random", "write \"uniform X\""},
    {"init", "kaiming_normal", "write he"},
    {"init", "zeros", "write zero"},
    {"init", "orthogonal", "not implemented"},
    {"init", "xyzzy", "there are: zero"},
    {"batch_size", "3", "did you mean \"batch\"?"},
    {"Learning-Rate", "3", "did you mean \"lr\"?"},
    {"hidden_layer_sizes", "100", "the layers are those of --net"},
    {"epohcs", "3", "did you mean \"epochs\"?"},
    {"xyzzy", "3", "there are: data, test"},
};

static void words_of_other_programs_are_refused_with_advice(void **state)
{
    (void)state;
    bl_context *ctx = bl_context_new(NULL);
    bl_config *config = NULL;
    assert_int_equal(bl_config_create(&config, ctx), BL_OK);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (bl_config_set(config, words[i].key, words[i].text) != BL_BAD_VALUE)
            fail_msg("%s \"%s\" is accepted", words[i].key, words[i].text);
        if (!strstr(bl_why(ctx), words[i].fragment))
            fail_msg("expected \"%s\" in: %s", words[i].fragment, bl_why(ctx));
        if (bl_config_get(config, words[i].key) && bl_config_is_set(config, words[i].key))
            fail_msg("%s is set after a refusal", words[i].key);
    }
    bl_config_free(config);
    bl_context_free(ctx);
}

static bool is_option(const char *key)
{
    for (int i = 0; bl_option_at(i); i++)
        if (strcmp(bl_option_at(i)->key, key) == 0)
            return true;
    return false;
}

static void aliases_name_options(void **state)
{
    static const char *const foreign[] = {"batch-size",  "learning_rate", "n_epochs",   "lr-schedule",
                                          "optim",       "random_state",  "output_dir", "val_split",
                                          "num_workers", "delimiter"};
    const char *advice = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        const char *meant = bl_option_alias(foreign[i], &advice);
        if (!meant || !is_option(meant))
            fail_msg("%s: %s is no option", foreign[i], meant ? meant : "nothing");
    }
    assert_string_equal(bl_option_alias("hidden", &advice), "");
    assert_non_null(strstr(advice, "--net"));
    assert_string_equal(bl_option_alias("batch_size", NULL), "batch");
    assert_null(bl_option_alias("xyzzy", &advice));
    assert_null(bl_option_alias(NULL, &advice));
    for (int i = 0; bl_option_at(i); i++) /* the name of an option is no alias of another */
        if (bl_option_alias(bl_option_at(i)->key, NULL))
            fail_msg("the option %s is also an alias", bl_option_at(i)->key);
}

static void long_lists_are_cut_not_overrun(void **state)
{
    static const struct alias aliases[] = {{"xyzzy", "advice that is longer than the buffer"}};
    char out[8], word[4096];
    (void)state;
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = 0;
    struct nearest search;
    nearest_begin(&search, slice_of("xyzzy"));
    nearest_offer_aliases(&search, aliases, 1);
    assert_int_equal(search.distance, 0);
    out[0] = 0;
    text_append(out, sizeof out, "%s", search.found);
    assert_string_equal(out, "advice ");
    assert_null(bl_nearest(word, (const char *const[]){"train", "eval", NULL}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_name_is_found),
        cmocka_unit_test(ties_go_to_the_first),
        cmocka_unit_test(words_of_other_programs_are_refused_with_advice),
        cmocka_unit_test(aliases_name_options),
        cmocka_unit_test(long_lists_are_cut_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
