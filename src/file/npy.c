/*
 * npy.c - reads one .npy file. The header is Python source. Only the dictionary of three keys that NumPy
 * writes is accepted, with its keys in any order; the message about anything else gives its position.
 */
#include "npy.h"

#include "../base/text.h"
#include "float_bytes.h"
#include "tensor_table.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { MOST_TEXT = 1 << 20 }; /* characters of a value */

static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

struct npy {
    bl_context *ctx;
    const char *where;
    struct slice descr; /* "<f4" */
    bool is_fortran, has_order, has_shape, is_structured;
    size_t sizes[NPY_MOST_DIMENSIONS], n_dims;
    const unsigned char *values; /* after the header; n_bytes bytes */
    size_t n_bytes;
};

#define REFUSE(a, ...) BL_FAIL((a)->ctx, BL_BAD_DATA, __VA_ARGS__)

bool npy_is(const unsigned char *bytes, size_t n)
{
    return n >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

static void skip_blanks(struct slice *s)
{
    while (s->n > 0 && (*s->at == ' ' || *s->at == '\n')) {
        s->at++;
        s->n--;
    }
}

static bool take_prefix(struct slice *s, const char *word)
{
    const size_t n = strlen(word);
    skip_blanks(s);
    if (s->n < n || memcmp(s->at, word, n) != 0)
        return false;
    *s = (struct slice){s->at + n, s->n - n};
    return true;
}

static bool take_text(struct slice *s, struct slice *text)
{
    const char *quote = take_prefix(s, "'") ? "'" : take_prefix(s, "\"") ? "\"" : NULL;
    if (!quote)
        return false;
    size_t n = 0;
    while (n < s->n && s->at[n] != *quote && s->at[n] >= 0x20 && s->at[n] < 0x7f && s->at[n] != '\\')
        n++;
    *text = (struct slice){s->at, n};
    *s = (struct slice){s->at + n, s->n - n};
    return s->n > 0 && take_prefix(s, quote);
}

static bool take_size(struct slice *s, size_t *size)
{
    skip_blanks(s);
    size_t n = 0;
    while (n < s->n && s->at[n] >= '0' && s->at[n] <= '9')
        n++;
    const struct slice digits = {s->at, n};
    *s = (struct slice){s->at + n, s->n - n};
    return text_to_size(digits, size);
}

/* Parses a shape such as "(3,)", "(3, 4)" or "()"; sizes after the fourth are counted but not stored. */
static bool take_shape(struct slice *s, struct npy *a)
{
    if (!take_prefix(s, "("))
        return false;
    while (!take_prefix(s, ")")) {
        size_t size = 0;
        if (!take_size(s, &size))
            return false;
        if (a->n_dims < NPY_MOST_DIMENSIONS)
            a->sizes[a->n_dims] = size;
        a->n_dims++;
        if (!take_prefix(s, ","))
            return a->n_dims > 1 && take_prefix(s, ")"); /* "(3)" is a number, not a shape */
    }
    return true;
}

static bool take_order(struct slice *s, bool *is_fortran)
{
    *is_fortran = take_prefix(s, "True");
    return *is_fortran || take_prefix(s, "False");
}

/* Parses one "key: value"; false if it is malformed or the key is repeated. */
static bool take_item(struct slice *s, struct npy *a)
{
    struct slice key;
    if (!take_text(s, &key) || !take_prefix(s, ":"))
        return false;
    a->is_structured = a->is_structured || (slice_is(key, "descr") && take_prefix(s, "["));
    if (slice_is(key, "descr") && !a->descr.at && !a->is_structured)
        return take_text(s, &a->descr);
    if (slice_is(key, "fortran_order") && !a->has_order)
        return a->has_order = take_order(s, &a->is_fortran);
    if (slice_is(key, "shape") && !a->has_shape)
        return a->has_shape = take_shape(s, a);
    return false;
}

static bool take_dictionary(struct slice *s, struct npy *a)
{
    if (!take_prefix(s, "{"))
        return false;
    while (!take_prefix(s, "}")) {
        if (!take_item(s, a))
            return false;
        if (!take_prefix(s, ",")) {
            if (!take_prefix(s, "}"))
                return false;
            break;
        }
    }
    skip_blanks(s);
    return s->n == 0 && a->descr.at && a->has_order && a->has_shape;
}

/* Parses the header and sets a->values to the bytes after it. */
static bl_status read_header(struct npy *a, const unsigned char *bytes, size_t n, size_t n_all)
{
    if (!npy_is(bytes, n) || n < 10)
        REFUSE(a, "%s: is not a .npy file, whose first bytes are 93 NUMPY and a version", a->where);
    const int major = bytes[6], minor = bytes[7], length_bytes = major == 1 ? 2 : 4;
    if (major < 1 || major > 3 || minor != 0)
        REFUSE(a, "%s: .npy version %d.%d, expected 1.0, 2.0 or 3.0", a->where, major, minor);
    const size_t begin = 8 + (size_t)length_bytes;
    const uint64_t length = n < begin ? 0 : bytes_to_u64(bytes + 8, length_bytes);
    if (n < begin || length > n - begin)
        REFUSE(a, "%s: the .npy header's %llu bytes reach past the end of %zu bytes", a->where,
               (unsigned long long)length, n);
    struct slice s = {(const char *)bytes + begin, (size_t)length};
    const bool is_dictionary = take_dictionary(&s, a);
    if (a->is_structured)
        REFUSE(a,
               "%s: a structured array (values with named fields), expected one type; save each field alone",
               a->where);
    if (!is_dictionary)
        REFUSE(a,
               "%s: the .npy header is not a dictionary of descr (a text), fortran_order and shape (numbers) "
               "at its byte %zu",
               a->where, (size_t)length - s.n);
    a->values = bytes + begin + length;
    a->n_bytes = n_all - begin - (size_t)length;
    return BL_OK;
}

/* The name in NumPy of a type that is not supported; NULL: the type is unknown. */
static const char *unsupported_kind(struct slice descr)
{
    switch (descr.n > 1 && strchr("<>|=", descr.at[0]) ? descr.at[1] : descr.n > 0 ? descr.at[0] : 0) {
    case 'O':
        return "Python objects, which only Python can read; save numbers or fixed-width texts "
               "(y.astype(str))";
    case 'c':
        return "complex numbers; save real and imaginary part as two features";
    case 'M':
        return "dates (datetime64); save them as numbers";
    case 'm':
        return "spans of time (timedelta64); save them as numbers";
    case 'V':
        return "raw bytes or a structured type (void); save each field alone";
    case 'f':
        return "floats of another width (longdouble); save x.astype(numpy.float64)";
    default:
        return NULL;
    }
}

/* Whether the type is text: "<U5" is text of 5 characters, "|S5" of 5 bytes. *size: the bytes of one
   value. */
static bool is_text_kind(struct slice d, size_t *size)
{
    size_t length = 0;
    if (d.n < 3 || !strchr("<>|=", d.at[0]) || (d.at[1] != 'U' && d.at[1] != 'S') ||
        !text_to_size((struct slice){d.at + 2, d.n - 2}, &length) || length == 0 || length > MOST_TEXT)
        return false;
    *size = d.at[1] == 'U' ? 4 * length : length;
    return true;
}

/* Checks the type, such as "<f4" or "|u1": the byte order, the kind and the size. */
static bl_status check_kind(const struct npy *a, struct npy_view *view)
{
    static const char *const known[] = {"f2", "f4", "f8", "u1", "u2", "u4",
                                        "u8", "i1", "i2", "i4", "i8", "b1"};
    const struct slice d = a->descr;
    bool is_known = is_text_kind(d, &view->size);
    for (size_t i = 0; d.n == 3 && !is_known && i < sizeof known / sizeof *known; i++) {
        is_known = strchr("<>|=", d.at[0]) && memcmp(d.at + 1, known[i], 2) == 0;
        view->size = (size_t)(d.at[2] - '0');
    }
    const char *unsupported = is_known ? NULL : unsupported_kind(d);
    if (unsupported)
        REFUSE(a, "%s: holds %s (type '%.*s'), expected numbers", a->where, unsupported,
               (int)(d.n < 30 ? d.n : 30), d.at);
    if (!is_known)
        REFUSE(a, "%s: values of type '%.*s', expected numbers, as '<f4', '|u1' or '<i8'", a->where,
               (int)(d.n < 30 ? d.n : 30), d.at);
    view->is_big = d.at[0] == '>';
    view->is_fortran = a->is_fortran && a->n_dims > 1;
    view->kind = d.at[1];
    return BL_OK;
}

static bl_status check_shape(const struct npy *a, struct npy_view *view)
{
    if (a->n_dims < 1 || a->n_dims > NPY_MOST_DIMENSIONS)
        REFUSE(a, "%s: has %zu dimensions, expected 1 to %d", a->where, a->n_dims, NPY_MOST_DIMENSIONS);
    view->count = 1;
    view->n_dims = a->n_dims;
    for (size_t i = 0; i < a->n_dims; i++) {
        if (a->sizes[i] == 0)
            REFUSE(a, "%s: is empty, a dimension is 0", a->where);
        if (a->sizes[i] > SIZE_MAX / sizeof(double) / view->count)
            REFUSE(a, "%s: the shape is more than can be addressed", a->where);
        view->count *= a->sizes[i];
        view->sizes[i] = a->sizes[i];
    }
    if (view->size > SIZE_MAX / view->count)
        REFUSE(a, "%s: the shape is more than can be addressed", a->where);
    if (a->n_bytes != view->count * view->size)
        REFUSE(a, "%s: has %zu bytes of values, its shape needs %zu", a->where, a->n_bytes,
               view->count * view->size);
    view->values = a->values;
    return BL_OK;
}

bl_status npy_open_head(struct npy_view *out, bl_context *ctx, const char *where, const unsigned char *bytes,
                        size_t n, size_t n_all)
{
    struct npy a = {.ctx = ctx, .where = where};
    struct npy_view view = {0};
    BL_TRY(read_header(&a, bytes, n, n_all));
    BL_TRY(check_kind(&a, &view));
    BL_TRY(check_shape(&a, &view));
    *out = view;
    return BL_OK;
}

bl_status npy_open(struct npy_view *out, bl_context *ctx, const char *where, const unsigned char *bytes,
                   size_t n)
{
    return npy_open_head(out, ctx, where, bytes, n, n);
}

bool npy_is_text(const struct npy_view *view)
{
    return view->kind == 'U' || view->kind == 'S';
}

/* The position in Fortran order of value i of C order: the sum over the dimensions of the value's index times
   the product of the sizes of the dimensions before it. */
static size_t fortran_place(const struct npy_view *view, size_t i)
{
    size_t place = 0, step = view->count;
    for (size_t d = view->n_dims; d-- > 0; i /= view->sizes[d]) {
        step /= view->sizes[d];
        place += i % view->sizes[d] * step;
    }
    return place;
}

const unsigned char *npy_at(const struct npy_view *view, size_t i)
{
    return view->values + (view->is_fortran ? fortran_place(view, i) : i) * view->size;
}

/* The value of an IEEE 754 binary16 number: 5 bits of exponent, 10 of fraction. */
static double half_of_bits(unsigned bits)
{
    const int exponent = (int)(bits >> 10 & 31);
    const double fraction = (double)(bits & 1023) / 1024.0, sign = bits & 0x8000 ? -1.0 : 1.0;
    if (exponent == 31)
        return fraction > 0.0 ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent == 0 ? ldexp(fraction, -14) : ldexp(1.0 + fraction, exponent - 15));
}

static double float_value(uint64_t bits, size_t size)
{
    if (size == 2)
        return half_of_bits((unsigned)bits);
    return size == 4 ? (double)float_of_bits((uint32_t)bits) : double_of_bits(bits);
}

double npy_value(const struct npy_view *view, size_t i)
{
    const unsigned char *b = npy_at(view, i);
    const int size = (int)view->size;
    const uint64_t bits = view->is_big ? big_bytes_to_u64(b, size) : bytes_to_u64(b, size);
    if (view->kind == 'f')
        return float_value(bits, view->size);
    if (view->kind != 'i')
        return (double)bits;
    const uint64_t sign = (uint64_t)1 << (8 * size - 1);
    return bits & sign ? -(double)((~bits & (sign - 1)) + 1) : (double)bits;
}

bool npy_is_exact(const struct npy_view *view, size_t i)
{
    if (view->kind == 'f' || view->size < 8)
        return true;
    const unsigned char *b = npy_at(view, i);
    const uint64_t bits = view->is_big ? big_bytes_to_u64(b, 8) : bytes_to_u64(b, 8);
    const uint64_t magnitude = view->kind == 'i' && bits >> 63 ? ~bits + 1 : bits;
    /* exact: no bit that is set is 53 or more places below the highest one */
    uint64_t rest = magnitude;
    while (rest >> 53 && !(rest & 1))
        rest >>= 1;
    return rest >> 53 == 0;
}

static bl_status check_floats(const struct npy_view *view, bl_context *ctx, const char *where)
{
    if (view->kind != 'f')
        BL_FAIL(ctx, BL_BAD_DATA, "%s: values of type '%c%zu', expected floats ('<f2', '<f4', '<f8')", where,
                view->kind, view->size);
    if (view->n_dims > 2)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: has %zu dimensions, expected 1 or 2", where, view->n_dims);
    return BL_OK;
}

bl_status npy_add(struct tensors *t, bl_context *ctx, const char *where, const char *name,
                  const unsigned char *bytes, size_t n)
{
    struct npy_view view;
    float *values = NULL;
    BL_TRY(npy_open(&view, ctx, where, bytes, n));
    BL_TRY(check_floats(&view, ctx, where));
    BL_TRY(tensors_add(t, ctx, name, view.sizes[0], view.n_dims == 2 ? view.sizes[1] : 0, &values));
    for (size_t i = 0; i < view.count; i++) {
        const double x = npy_value(&view, i);
        if (!isfinite(x) || fabs(x) > (double)FLT_MAX)
            BL_FAIL(ctx, BL_BAD_DATA,
                    "%s: holds %g at index %zu, expected numbers that are finite as float32", where, x, i);
        values[i] = (float)x;
    }
    return BL_OK;
}
