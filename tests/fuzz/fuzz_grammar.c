/*
 * fuzz_grammar.c - the grammars of the options. Input: a text; every option is set to it.
 *
 * An accepted text is stored; a refused text leaves the option unchanged. The canonical text of a net gives
 * the same net, and the numbers of optimisers, schedules and feedback are in the ranges that their messages
 * state, also after rounding to float.
 */
#include "fuzz_target.h"

#include "../../src/net/net.h"
#include "../../src/optim/optimizer.h"
#include "../../src/rules/feedback/feedback.h"
#include "../../src/train/step/schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Checks */

static void check_layers(const struct net *net)
{
    for (size_t i = 0; i < net->n_layers; i++) {
        const struct layer *layer = &net->layers[i];
        if (strcmp(layer->ops->name, "leaky-relu") == 0)
            FUZZ_CHECK(layer->slope > 0.0f && layer->slope < 1.0f, "layer %s has the slope %g", layer->text,
                       (double)layer->slope);
    }
}

static size_t count_follower(const struct net *net, size_t l, size_t follower)
{
    size_t n = 0;
    for (size_t i = 0; i < net->blocks[l].n_followers; i++)
        n += net->followers[net->blocks[l].followers + i] == follower;
    return n;
}

/* Sources are before their block and have it as a follower; a module is identified by its last block. */
static void check_blocks(const struct net *net)
{
    size_t n_followers = 0, n_sources = 0;
    for (size_t l = 0; l < net->n_blocks; l++) {
        const struct block *block = &net->blocks[l];
        FUZZ_CHECK(block->n_sources == 1 || (block->n_sources == 2 && !block->is_weighted),
                   "block %zu has %zu sources", l, block->n_sources);
        for (size_t i = 0; i < block->n_sources; i++) {
            const size_t source = block->sources[i];
            FUZZ_CHECK(source == NET_INPUT ? block->is_weighted : source < l, "block %zu reads block %zu", l,
                       source);
            FUZZ_CHECK(source == NET_INPUT || count_follower(net, source, l) > 0,
                       "block %zu does not know its follower %zu", source, l);
            n_sources += source != NET_INPUT;
        }
        n_followers += block->n_followers;
        FUZZ_CHECK((block->n_followers == 0) == (l + 1 == net->n_blocks), "block %zu has %zu followers", l,
                   block->n_followers);
        FUZZ_CHECK(block->module >= l && block->module < net->n_blocks &&
                       net->blocks[block->module].module == block->module,
                   "block %zu is of module %zu", l, block->module);
    }
    FUZZ_CHECK(n_followers == n_sources, "%zu followers and %zu sources", n_followers, n_sources);
}

static bl_status check_net(bl_context *ctx, const char *text)
{
    const bl_shape input = {1, 2, 3};
    struct net *net = NULL, *again = NULL;
    const bl_status status = net_create(&net, ctx, input, text);
    if (status != BL_OK) /* the text is right, but the net may be too large */
        return status;
    check_layers(net);
    check_blocks(net);
    const bl_status repeated = net_create(&again, ctx, input, net->text);
    if (fuzz_went_well(ctx, repeated, "a net from its own text")) {
        FUZZ_CHECK(strcmp(net->text, again->text) == 0, "\"%s\", then \"%s\"", net->text, again->text);
        FUZZ_CHECK(net->n_params == again->n_params && net->n_blocks == again->n_blocks, "another net");
        for (size_t i = 0; i < net->n_layers; i++)
            FUZZ_CHECK(net->layers[i].slope == again->layers[i].slope, "layer %zu has the slope %g, then %g",
                       i, (double)net->layers[i].slope, (double)again->layers[i].slope);
        net_free(again);
    }
    net_free(net);
    return repeated;
}

static void check_optimizer(bl_context *ctx, const char *text)
{
    struct optimizer o;
    FUZZ_CHECK(optimizer_parse(ctx, &o, text) == BL_OK, "%s", bl_why(ctx));
    const float shares[] = {o.rho, o.beta1, o.beta2, o.momentum, o.decay};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        FUZZ_CHECK(shares[i] >= 0.0f && shares[i] < 1.0f, "optimizer \"%s\" has read %g", text,
                   (double)shares[i]);
    FUZZ_CHECK(o.weight_decay >= 0.0f && isfinite(o.weight_decay) && o.l2 >= 0.0f && isfinite(o.l2),
               "optimizer \"%s\" has read %g and %g", text, (double)o.weight_decay, (double)o.l2);
    FUZZ_CHECK(o.epsilon > 0.0f && o.epsilon < 1.0f && o.initial >= 0.0f && isfinite(o.initial),
               "optimizer \"%s\" has read %g and %g", text, (double)o.epsilon, (double)o.initial);
    optimizer_begin(&o, 0.1, 1);
    FUZZ_CHECK(o.correction1 > 0.0f && o.correction2 > 0.0f, "optimizer \"%s\" divides by 0", text);
}

static void check_schedule(bl_context *ctx, const char *text)
{
    static const double progress[] = {0.0, 0.5, 1.0, 7.25, 9.999, 10.0, 300.0, 5000.5};
    struct schedule s;
    FUZZ_CHECK(schedule_parse(ctx, &s, text) == BL_OK, "%s", bl_why(ctx));
    for (size_t i = 0; i < sizeof progress / sizeof *progress; i++) {
        const double rate = schedule_rate(&s, 0.5, progress[i], 10);
        FUZZ_CHECK(rate >= 0.0 && rate <= 0.5, "schedule \"%s\" gives %g after %g epochs", text, rate,
                   progress[i]);
    }
}

static void check_feedback(bl_context *ctx, const char *text)
{
    struct feedback_spec spec;
    FUZZ_CHECK(feedback_parse(ctx, &spec, text) == BL_OK, "%s", bl_why(ctx));
    if (spec.kind == FEEDBACK_UNIFORM || spec.kind == FEEDBACK_NORMAL)
        FUZZ_CHECK((float)spec.size > 0.0f && (float)spec.size <= 1e6f, "feedback \"%s\" has the size %g",
                   text, spec.size);
}

static bl_status check_value(bl_context *ctx, const char *key, const char *text)
{
    if (strcmp(key, "optimizer") == 0)
        check_optimizer(ctx, text);
    if (strcmp(key, "schedule") == 0)
        check_schedule(ctx, text);
    if (strcmp(key, "feedback") == 0)
        check_feedback(ctx, text);
    return strcmp(key, "net") == 0 ? check_net(ctx, text) : BL_OK;
}

/* ---- Options */

static bl_status set_one(bl_context *ctx, bl_config *config, const char *key, const char *text)
{
    const bl_status status = bl_config_set(config, key, text);
    FUZZ_CHECK(status == BL_OK || status == BL_BAD_VALUE || status == BL_NO_MEMORY, "%s: %s (%s)", key,
               bl_why(ctx), bl_status_name(status));
    FUZZ_CHECK(bl_config_is_set(config, key) == (status == BL_OK), "%s: whether it is set", key);
    if (status == BL_OK)
        FUZZ_CHECK(strcmp(bl_config_get(config, key), text) == 0, "%s is \"%s\"", key,
                   bl_config_get(config, key));
    if (status == BL_BAD_VALUE)
        FUZZ_CHECK(fuzz_is_plain(bl_why(ctx)) && bl_why(ctx)[0], "%s: %s", key, bl_why(ctx));
    if (status == BL_OK && check_value(ctx, key, text) == BL_NO_MEMORY)
        return BL_NO_MEMORY;
    return status == BL_NO_MEMORY ? status : BL_OK;
}

static bl_status set_all(bl_context *ctx, const char *text)
{
    bl_config *config = NULL;
    BL_TRY(bl_config_create(&config, ctx));
    bl_status status = BL_OK;
    for (int i = 0; status == BL_OK && bl_option_at(i); i++)
        status = set_one(ctx, config, bl_option_at(i)->key, text);
    bl_config_free(config);
    return status;
}

static bl_status attempt(bl_context *ctx, const uint8_t *bytes, size_t n)
{
    char *text = fuzz_text(bytes, n);
    const bl_status status = set_all(ctx, text);
    free(text);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    fuzz_run(attempt, bytes, n);
    return 0;
}
