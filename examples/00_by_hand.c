/*
 * 00_by_hand.c - backpropagation, and three ways to learn without it, in plain loops and without the library.
 * A test compares these loops with the library.
 *
 *     cc -O2 00_by_hand.c -lm -o 00_by_hand && ./00_by_hand
 *
 * The net consists of layers a = W h + b, h = tanh(a). The last one ends in a softmax p, and the loss is the
 * cross-entropy. Every layer learns by the same step, W -= rate * delta * h^T, where h is the layer's input
 * and delta the derivative of the loss with respect to a, or what stands in its place. At the output delta is
 * the error e = p - y. The methods differ in the signal that a hidden layer l receives:
 *
 *     BP   the delta of the next layer, back through its weights            W[l+1]^T delta[l+1]
 *     FA   the same, through a fixed random matrix instead                  B[l+1]^T delta[l+1]
 *     DFA  the error itself, through a fixed random matrix for each layer   B[l]^T e
 *     IFA  the error at the first layer, from there forward by the weights  W[l] delta[l-1]
 *
 * The signal times the derivative of tanh, 1 - h^2, is the layer's delta.
 *
 * It prints:
 *
 *     three spiral arms, 2-30-20-3, error on 5000 new points after 100000 examples
 *     BP    58.8 % ->  0.9 %
 *     FA    58.8 % ->  1.2 %
 *     DFA   58.8 % ->  0.8 %
 *     IFA   58.8 % ->  2.9 %
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

enum { LAYERS = 3, INPUTS = 2, CLASSES = 3, WIDEST = 30 };
static const int size[LAYERS + 1] = {INPUTS, 30, 20, CLASSES}; /* of the input, and of each layer */

enum method { BP, FA, DFA, IFA, METHODS };
static const char *const method_name[METHODS] = {"BP", "FA", "DFA", "IFA"};

struct net {
    double W[LAYERS][WIDEST][WIDEST]; /* W[l]: size[l + 1] rows, size[l] columns */
    double b[LAYERS][WIDEST];
    double B[LAYERS][WIDEST][WIDEST]; /* FA: like W[l]; DFA, IFA: CLASSES rows, size[l + 1] columns */
    double h[LAYERS + 1][WIDEST];     /* h[0]: the input; h[l + 1]: of layer l; the last: probabilities */
    double delta[LAYERS][WIDEST];
};

/* The forward pass: the probabilities of the classes in h[LAYERS]. */
static void forward(struct net *net, const double *x)
{
    for (int j = 0; j < INPUTS; j++)
        net->h[0][j] = x[j];
    double sum = 0;
    for (int l = 0; l < LAYERS; l++)
        for (int i = 0; i < size[l + 1]; i++) {
            double a = net->b[l][i];
            for (int j = 0; j < size[l]; j++)
                a += net->W[l][i][j] * net->h[l][j];
            net->h[l + 1][i] = l < LAYERS - 1 ? tanh(a) : exp(a);
            sum += l < LAYERS - 1 ? 0 : exp(a);
        }
    for (int i = 0; i < CLASSES; i++)
        net->h[LAYERS][i] /= sum;
}

/* delta = (M^T from) * slope, M with `rows` rows: the signal comes back from a later layer. */
static void signal_back(struct net *net, int l, double M[WIDEST][WIDEST], int rows, const double *from)
{
    for (int j = 0; j < size[l + 1]; j++) {
        double s = 0;
        for (int i = 0; i < rows; i++)
            s += M[i][j] * from[i];
        net->delta[l][j] = s * (1 - net->h[l + 1][j] * net->h[l + 1][j]);
    }
}

/* delta = (W from) * slope: the signal comes from the layer before. */
static void signal_on(struct net *net, int l)
{
    for (int i = 0; i < size[l + 1]; i++) {
        double s = 0;
        for (int j = 0; j < size[l]; j++)
            s += net->W[l][i][j] * net->delta[l - 1][j];
        net->delta[l][i] = s * (1 - net->h[l + 1][i] * net->h[l + 1][i]);
    }
}

/* The backward pass: the deltas of all layers. The four methods differ here and nowhere else. */
static void teach(struct net *net, enum method method, int label)
{
    const int last = LAYERS - 1;
    double *e = net->delta[last];
    for (int i = 0; i < CLASSES; i++)
        e[i] = net->h[LAYERS][i] - (i == label);
    for (int l = last - 1; l >= 0; l--)
        if (method == BP)
            signal_back(net, l, net->W[l + 1], size[l + 2], net->delta[l + 1]);
        else if (method == FA)
            signal_back(net, l, net->B[l + 1], size[l + 2], net->delta[l + 1]);
        else if (method == DFA)
            signal_back(net, l, net->B[l], CLASSES, e);
    if (method == IFA) {
        signal_back(net, 0, net->B[0], CLASSES, e);
        for (int l = 1; l < last; l++)
            signal_on(net, l);
    }
}

/* A training step on one example. */
static void learn(struct net *net, enum method method, const double *x, int label, double rate)
{
    forward(net, x);
    teach(net, method, label);
    for (int l = 0; l < LAYERS; l++)
        for (int i = 0; i < size[l + 1]; i++) {
            for (int j = 0; j < size[l]; j++)
                net->W[l][i][j] -= rate * net->delta[l][i] * net->h[l][j];
            net->b[l][i] -= rate * net->delta[l][i];
        }
}

#ifndef BY_HAND_NO_MAIN

/* Uniform on (-limit, limit). */
static double draw(uint64_t *state, double limit)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return limit * ((double)(*state >> 40) / 8388608.0 - 1);
}

static void start(struct net *net, uint64_t seed)
{
    for (int l = 0; l < LAYERS; l++)
        for (int i = 0; i < WIDEST; i++) {
            net->b[l][i] = 0;
            for (int j = 0; j < WIDEST; j++) {
                net->W[l][i][j] = draw(&seed, 1 / sqrt(size[l]));
                net->B[l][i][j] = draw(&seed, 1);
            }
        }
}

/* Three arms of a spiral, one for each class, which no straight line separates. */
static int spiral(uint64_t *state, double *x)
{
    const int arm = (int)((draw(state, 1) + 1) * 1.4999999);
    const double along = (draw(state, 1) + 1) / 2, angle = 2.1 * arm + 3.5 * along + draw(state, 0.25);
    x[0] = 2 * along * cos(angle);
    x[1] = 2 * along * sin(angle);
    return arm;
}

static double error_of(struct net *net, uint64_t seed, int n)
{
    int wrong = 0;
    for (int k = 0; k < n; k++) {
        double x[INPUTS];
        const int label = spiral(&seed, x);
        int best = 0;
        forward(net, x);
        for (int i = 1; i < CLASSES; i++)
            best = net->h[LAYERS][i] > net->h[LAYERS][best] ? i : best;
        wrong += best != label;
    }
    return (double)wrong / n;
}

int main(void)
{
    enum { STEPS = 100000, TESTS = 5000, SEED = 1, UNSEEN = 2 };
    static struct net net;
    printf("three spiral arms, %d-%d-%d-%d, error on %d new points after %d examples\n", size[0], size[1],
           size[2], size[3], TESTS, STEPS);
    for (int method = BP; method < METHODS; method++) {
        uint64_t state = SEED;
        start(&net, SEED);
        const double before = error_of(&net, UNSEEN, TESTS);
        for (int step = 0; step < STEPS; step++) {
            double x[INPUTS];
            const int label = spiral(&state, x);
            learn(&net, (enum method)method, x, label, 0.05);
        }
        printf("%-4s %5.1f %% -> %4.1f %%\n", method_name[method], 100 * before,
               100 * error_of(&net, UNSEEN, TESTS));
    }
    return 0;
}

#endif
