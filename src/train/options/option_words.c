/*
 * option_words.c - names of options in other programs, for suggestions. None is accepted as an option,
 * because many have a slightly different meaning in the other program.
 */
#include "option_words.h"

#include "../../base/nearest.h"
#include "option_table.h"

#include "backless.h"

#include <string.h>

struct option_alias {
    const char *words;  /* as in struct alias */
    const char *key;    /* the option with that meaning; NULL: none, or more than one */
    const char *advice; /* further advice; NULL: none */
};

static const struct option_alias aliases[] = {
    {"batchsize batches minibatch minibatchsize bs trainbatchsize", "batch", NULL},
    {"rate learningrate learnrate initiallearningrate learningrateinit eta stepsize baselr alpha", "lr",
     NULL},
    {"lrschedule lrscheduler scheduler learningrateschedule lrdecay decayschedule", "schedule", NULL},
    {"nepochs numepochs maxepochs totalepochs maxiter iterations niter ep", "epochs", NULL},
    {"steps maxsteps numsteps totalsteps", NULL,
     "the length of a run is given in passes over the training set: --epochs N"},
    {"hidden hiddenlayers hiddenlayersizes hiddensize hiddenunits hiddendim units layers layer nlayers "
     "nhidden numlayers width depth size arch architecture model network topology activation activations "
     "nonlinearity act actfn dropout batchnorm neurons",
     NULL,
     "the layers are those of --net, as in --net \"dense 100, tanh, dense 10\", whose last has a unit for "
     "each class"},
    {"lossfunction lossfn objective criterion cost", "loss", NULL},
    {"opt optim optimiser solver algorithm", "optimizer", NULL},
    {"momentum nesterov", NULL,
     "momentum is a word of the optimiser: --optimizer \"sgd momentum 0.9 nesterov\""},
    {"weightdecay wd l2 regularization reg", NULL,
     "weight decay is a word of the optimiser: --optimizer \"adam weight-decay 0.01\""},
    {"beta1 beta2 betas epsilon eps rho", NULL,
     "that is a word of the optimiser: --optimizer \"adam beta1 0.9 beta2 0.999 epsilon 1e-8\""},
    {"warmup warmupepochs warmupsteps", NULL,
     "a warm-up belongs to the schedule: --schedule \"cosine warmup N\""},
    {"randomstate randomseed rngseed manualseed", "seed", NULL},
    {"initializer initialization initialisation weightinit kernelinitializer winit", "init", NULL},
    {"feedbackinit feedbackmatrix b fb", "feedback", NULL},
    {"module block blocks grouping modulesize blocksize", "modules", "it takes layer, residual or a number"},
    {"method learningrule trainingrule", "rule", NULL},
    {"clip gradclip gradientclip gradclipnorm gradientclipval clipgradnorm maxgradnorm", "clip-norm",
     "it bounds the norm of all gradients together; clip-value bounds each number"},
    {"clipgradvalue gradclipvalue", "clip-value", NULL},
    {"frozen freezelayers freezeblocks freezelayer freezebackbone frozenlayers trainable requiresgrad",
     "freeze", "it takes the numbers of blocks, as in \"0 1 until 5\""},
    {"outdir outputdir output savedir save logdir checkpointdir rundir workdir dir dest o", "out", NULL},
    {"overwrite yes", "force", NULL},
    {"train trainfile traindata trainset dataset datafile file input inputfile csv datapath trainingdata",
     "data", NULL},
    {"dataroot root datafolder datadirectory", "data-dir", NULL},
    {"testfile testset testdata", "test", NULL},
    {"testsize testsplit testshare testratio holdout", "test-fraction", NULL},
    {"kfold nfold foldindex", "fold", NULL},
    {"valfraction valsize valsplit validation validationfraction validationsplit validationsize validset "
     "devset evalfraction valratio",
     "val", NULL},
    {"labelcolumn labelcol targetcolumn targetcol classcolumn ycolumn y response outcome dependent", "label",
     NULL},
    {"id idcol index indexcol indexcolumn rowid key", "id-column", NULL},
    {"exclude drop skip ignorecolumns dropcolumns excludecolumns", "ignore", NULL},
    {"sep delimiter delim fieldseparator", "separator", NULL},
    {"hasheader noheader headers", "header", "it takes auto, yes or no"},
    {"impute na nan navalues missingvalues", "missing", "it takes refuse or impute"},
    {"categoricalcolumns cat factors nominal", "categorical", NULL},
    {"decimalpoint decimalcomma", "decimal", "it takes auto, point or comma"},
    {"task problem problemtype regression classification", "target", "it takes auto, class or number"},
    {"imagesize imgsize resizeto", "resize", "its value is ROWSxCOLS, as in 32x32"},
    {"normalise normalization normalisation standardize standardise scale scaling", "normalize",
     "it takes auto, none, range, global, channel, feature, image or zca"},
    {"augmentation augmentations dataaugmentation transform transforms randomcrop padcrop flip hflip "
     "randomflip horizontalflip translate",
     "augment", "it takes terms, as in \"pad-crop 4, flip\""},
    {"whiten whitening zca zcawhitening", "normalize", "it takes zca, as in \"zca 1e-5\""},
    {"shuffle", NULL, "examples are shuffled in every epoch, as --order-seed says"},
    {"earlystopping earlystop earlystoppingpatience niternochange", "patience",
     "it needs a validation set: --val N"},
    {"tol tolerance", NULL,
     "a run ends after --epochs, or after --patience epochs without a better validation error"},
    {"timelimit maxseconds maxtimeseconds timeout walltime", "max-time", "it takes seconds"},
    {"workers numworkers nworkers jobs njobs nproc cpus cores numthreads nthreads processes", "threads",
     NULL},
    {"device gpu cuda cpu mps accelerator", NULL,
     "there is one engine, on the processor's cores: --threads N"},
    {"fp16 amp mixedprecision half dtype bfloat16", "precision", "it takes float32, bf16 or bf16-dense"},
    {"engine", "backend", NULL},
    {"noangle skipangles withoutangles", "no-angles", NULL},
};
enum { N_ALIASES = sizeof aliases / sizeof *aliases };

/* Finds exact words of other programs only, not similar spellings. */
const char *bl_option_alias(const char *word, const char **advice)
{
    for (size_t i = 0; word && i < N_ALIASES; i++) {
        struct slice rest = slice_of(aliases[i].words), spelling;
        while (slice_word(&rest, &spelling)) {
            struct nearest search;
            nearest_begin(&search, slice_of(word));
            nearest_offer(&search, spelling, word);
            if (!search.found || search.distance > 0)
                continue;
            if (advice)
                *advice = aliases[i].advice;
            return aliases[i].key ? aliases[i].key : "";
        }
    }
    return NULL;
}

static const char *key_at(size_t i)
{
    return i < option_count ? option_table[i].option.key : NULL;
}

bl_status option_unknown(bl_context *ctx, const char *key)
{
    static const struct vocabulary options = {key_at, NULL, NULL, 0};
    const char *advice = NULL, *meant = bl_option_alias(key, &advice);
    char text[800];
    vocabulary_advise(&options, slice_of(key), text, sizeof text);
    if (meant && meant[0])
        BL_FAIL(ctx, BL_BAD_VALUE, "no option \"%.100s\"; did you mean \"%s\"?%s%s%s", key, meant,
                advice ? " (" : "", advice ? advice : "", advice ? ")" : "");
    BL_FAIL(ctx, BL_BAD_VALUE, "no option \"%.100s\"; %s", key, meant ? advice : text);
}
