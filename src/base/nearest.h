/*
 * nearest.h - spelling suggestions: the known word nearest to an unknown one, and the text of the suggestion.
 *
 * Case, '-', '_' and blanks are ignored. A word is near if few letters have to be substituted, inserted,
 * deleted or transposed with a neighbour (none in words of 2 letters, 1 up to 4 letters, 2 up to 7, else 3),
 * or if one of the two words is a prefix of the other.
 */
#ifndef BL_BASE_NEAREST_H
#define BL_BASE_NEAREST_H

#include "text.h"

enum { NEAREST_ROOM = 64 }; /* letters of a word that are compared, plus a terminating zero */

/* One search: the best of the words offered so far. */
struct nearest {
    char word[NEAREST_ROOM]; /* the unknown word, in normal form */
    const char *found;       /* NULL: no word offered so far is near */
    size_t distance;         /* of `found` */
};
void nearest_begin(struct nearest *search, struct slice word);
/* Offers a known name. means: the result of the search if `name` is the nearest. Of equally near names the
   first is chosen. */
void nearest_offer(struct nearest *search, struct slice name, const char *means);

/* Spellings of one thing in other programs or papers, and a clause about what to write instead. */
struct alias {
    const char *words;  /* with blanks between them, in normal form: lower case, without '-' and '_' */
    const char *advice; /* "write logistic, ...": completes the sentence `no layer "sigmoid"; ` */
};

/* Offers every spelling of the aliases; the result of the search is the advice. */
void nearest_offer_aliases(struct nearest *search, const struct alias *aliases, size_t n);

/* The known words of one kind, such as the layers. */
struct vocabulary {
    const char *(*name_at)(size_t i);  /* NULL past the last */
    const char *(*usage_at)(size_t i); /* the usage of each word, for the list; NULL: the names are listed */
    const struct alias *aliases;
    size_t n_aliases;
};
/* Writes what completes `no layer "..."; `: the advice of an alias, "did you mean "tanh"?", or the list of
   all words. */
void vocabulary_advise(const struct vocabulary *v, struct slice word, char *out, size_t room);
/* As above, with further names after those of the vocabulary, up to NULL. */
void vocabulary_advise_more(const struct vocabulary *v, const char *const *more, struct slice word, char *out,
                            size_t room);

#endif
