/*
 * named_nets.c - the table of named nets, each as in its paper or in the code published with the paper.
 */
#include "named_nets.h"

#include "../base/text.h"

const char net_with_residuals[] =
    "dense 3, tanh, residual (dense 4, tanh, dense 3), residual (tanh, dense 5 | dense 5), dense 2";

/* Residual blocks of two convolutions of C channels. SAME: the shortcut is the identity. HALF: the output has
   half the rows and columns, and the shortcut is a 1x1 convolution (option B). HALF_A: the same with a
   shortcut without parameters, subsampling and channels of zeros (option A). */
#define TWO(C, first)                                                                                        \
    "residual (conv " C " 3x3 " first "pad 1 nobias, batchnorm, relu, conv " C " 3x3 pad 1 nobias, "         \
    "batchnorm"
#define SAME(C) TWO(C, "") "), relu"
#define HALF(C) TWO(C, "stride 2 ") " | conv " C " 1x1 stride 2 nobias, batchnorm), relu"
#define HALF_A(C) TWO(C, "stride 2 ") " | subsample 2 pad-channels " C "), relu"
/* The nets of He and others for CIFAR: three groups of `blocks` blocks; the second and the third group begin
   with a block of half the size, which `rest` further blocks follow. */
#define CIFAR_RESNET(blocks, rest, HALF)                                                                     \
    "conv 16 3x3 pad 1 nobias, batchnorm, relu, " blocks                                                     \
    " x (" SAME("16") "), " HALF("32") ", " rest " x (" SAME("32") "), " HALF("64") ", " rest " x (" SAME(   \
        "64") "), avgpool all, dense C"

static const struct named_net table[] = {
    {"nokland-mlp",
     "2 x (dense 800, tanh), dense C",
     "two hidden layers of 800, tables 1 to 3 of Nøkland 2016 (arXiv:1609.01596)",
     {1, 28, 28}},
    {"nokland-conv",
     "conv 96 5x5 pad 2, tanh, maxpool 3 stride 2, conv 128 5x5 pad 2, tanh, maxpool 3 stride 2, "
     "conv 256 5x5 pad 2, tanh, maxpool 3 stride 2, flatten, 2 x (dense 2048, tanh), dense C",
     "the convolutional net of tables 2 and 3 of Nøkland 2016 (arXiv:1609.01596)",
     {3, 32, 32}},
    {"lenet",
     "conv 6 5x5 pad 2, tanh, avgpool 2, conv 16 5x5, tanh, avgpool 2, conv 120 5x5, tanh, flatten, "
     "dense 84, tanh, dense C",
     "LeNet-5 of LeCun and others 1998, with all maps connected and a plain dense output",
     {1, 28, 28}},
    {"vgg8b",
     "conv 128 3x3 pad 1, batchnorm, relu, conv 256 3x3 pad 1, batchnorm, relu, maxpool 2, "
     "conv 256 3x3 pad 1, batchnorm, relu, conv 512 3x3 pad 1, batchnorm, relu, maxpool 2, "
     "2 x (conv 512 3x3 pad 1, batchnorm, relu, maxpool 2), flatten, dense 1024, batchnorm, relu, dense C",
     "VGG8b of Nøkland and Eidnes 2019 (arXiv:1901.06656), without dropout",
     {3, 32, 32}},
    {"resnet20",
     CIFAR_RESNET("3", "2", HALF),
     "the residual net of 20 layers for CIFAR-10 of He and others 2015 (arXiv:1512.03385), with option B",
     {3, 32, 32}},
    {"resnet20a",
     CIFAR_RESNET("3", "2", HALF_A),
     "the same with option A, whose shortcuts have no parameters, as BioTorch's",
     {3, 32, 32}},
    {"resnet56", CIFAR_RESNET("9", "8", HALF), "resnet20 with 56 layers", {3, 32, 32}},
    {"resnet18",
     "conv 64 3x3 pad 1 nobias, batchnorm, relu, 2 x (" SAME("64") "), " HALF("128") ", " SAME(
         "128") ", " HALF("256") ", " SAME("256") ", " HALF("512") ", " SAME("512") ", avgpool all, dense C",
     "the residual net of 18 layers of He and others 2015, for images of 32 x 32: its first convolution is "
     "3x3 and no pooling follows",
     {3, 32, 32}},
};

const struct named_net *named_net_at(size_t i)
{
    return i < sizeof table / sizeof *table ? &table[i] : NULL;
}

const struct named_net *named_net_find(const char *name)
{
    const struct slice asked = slice_trim(slice_of(name));
    for (size_t i = 0; named_net_at(i); i++)
        if (slice_is(asked, table[i].name))
            return &table[i];
    return NULL;
}
