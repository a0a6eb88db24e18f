/*
 * set_sources.c - the sources of the named data sets.
 *
 * Mirrors are not trusted: a file without the pinned digest is deleted.
 */
#include "set_sources.h"

#include <stddef.h>
#include <string.h>

static const struct set_source sources[] = {
    {"fashion-mnist",
     {"https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
      "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/"},
     {{"train-images-idx3-ubyte.gz", 26421880,
       "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"},
      {"train-labels-idx1-ubyte.gz", 29515,
       "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"},
      {"t10k-images-idx3-ubyte.gz", 4422102,
       "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"},
      {"t10k-labels-idx1-ubyte.gz", 5148,
       "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"}}},
    {"mnist",
     {"https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/"},
     {{"train-images-idx3-ubyte.gz", 9912422,
       "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
      {"train-labels-idx1-ubyte.gz", 28881,
       "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
      {"t10k-images-idx3-ubyte.gz", 1648877,
       "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
      {"t10k-labels-idx1-ubyte.gz", 4542,
       "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"}}},
    {"kmnist",
     {"https://codh.rois.ac.jp/kmnist/dataset/kmnist/", NULL},
     {{"train-images-idx3-ubyte.gz", 18165135,
       "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"},
      {"train-labels-idx1-ubyte.gz", 29497,
       "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"},
      {"t10k-images-idx3-ubyte.gz", 3041136,
       "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"},
      {"t10k-labels-idx1-ubyte.gz", 5120,
       "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"}}},
    {"cifar10",
     {"https://www.cs.toronto.edu/~kriz/", NULL},
     {{"cifar-10-binary.tar.gz", 170052171,
       "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"}}},
    {"cifar100",
     {"https://www.cs.toronto.edu/~kriz/", NULL},
     {{"cifar-100-binary.tar.gz", 168513733,
       "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"}}},
    {"svhn", /* published at the address with http */
     {"https://ufldl.stanford.edu/housenumbers/", "http://ufldl.stanford.edu/housenumbers/"},
     {{"train_32x32.mat", 182040794, "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8"},
      {"test_32x32.mat", 64275384, "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b"}}},
};

const struct set_source *set_source_at(int i)
{
    return i >= 0 && i < (int)(sizeof sources / sizeof *sources) ? &sources[i] : NULL;
}

const struct set_source *set_source_find(const char *set)
{
    for (int i = 0; set_source_at(i); i++)
        if (strcmp(set_source_at(i)->set, set) == 0)
            return set_source_at(i);
    return NULL;
}

int set_source_files(const struct set_source *source)
{
    int n = 0;
    while (n < MOST_SET_FILES && source->files[n].name)
        n++;
    return n;
}
