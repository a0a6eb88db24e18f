/*
 * unsupported_formats.c - common file formats that are not supported: their names, and how to convert them.
 *
 * Most begin with a magic number. The others are texts (JSON, ARFF, libsvm, a Git LFS pointer), recognised by
 * their first line, and texts in UTF-16 and UTF-32, recognised by a byte order mark or by the positions of
 * their zero bytes.
 */
#include "unsupported_formats.h"

#include "../base/mem.h"
#include "../base/text.h"
#include "../base/utf8.h"

#include <ctype.h>
#include <string.h>

enum {
    HEAD = 8192, /* bytes that are searched for names at both ends of an archive */
    LINES = 100  /* lines of a text that are examined */
};

struct kind {
    const char *magic;
    size_t n, at; /* length of the magic number, and its offset in the file */
    const char *name, *advice;
};

#define MAGIC(text) text, sizeof text - 1, 0
static const char save_as_csv[] = "save the table as CSV in UTF-8",
                  export_it[] = "write the table as CSV (pandas: to_csv) or as .npy or .npz (numpy.savez)",
                  give_a_folder[] = "--data takes a folder of images, FOLDER/CLASS/*.png";

static const struct kind kinds[] = {
    {MAGIC("\xFF\xFE\0\0"), "text in UTF-32", "convert it: iconv -f UTF-32 -t UTF-8 FILE >NEW.csv"},
    {MAGIC("\0\0\xFE\xFF"), "text in UTF-32", "convert it: iconv -f UTF-32 -t UTF-8 FILE >NEW.csv"},
    {MAGIC("\xFF\xFE"), "text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8 FILE >NEW.csv"},
    {MAGIC("\xFE\xFF"), "text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8 FILE >NEW.csv"},
    {MAGIC("\x1F\x8B"), "a gzip file inside a gzip file", "unpack it once: gunzip -c FILE >NEW.gz"},
    {MAGIC("\xFD"
           "7zXZ\0"),
     "an xz file", "unpack it: xz -d FILE"},
    {"1AY&SY", 6, 4, "a bzip2 file", "unpack it: bunzip2 FILE"},
    {MAGIC("BZh"), "a bzip2 file", "unpack it: bunzip2 FILE"},
    {MAGIC("\x28\xB5\x2F\xFD"), "a Zstandard file", "unpack it: zstd -d FILE"},
    {MAGIC("\x04\x22\x4D\x18"), "an LZ4 file", "unpack it: lz4 -d FILE"},
    {MAGIC("LZIP"), "an lzip file", "unpack it: lzip -d FILE"},
    {MAGIC("\x1F\x9D"), "a file packed by compress", "unpack it: uncompress FILE"},
    {MAGIC("7z\xBC\xAF\x27\x1C"), "a 7-Zip archive", "unpack it: 7z x FILE"},
    {MAGIC("Rar!\x1A\x07"), "a RAR archive", "unpack it: unrar x FILE"},
    {MAGIC("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "an old Office file (.xls)", save_as_csv},
    {MAGIC("PAR1"), "a Parquet file", export_it},
    {MAGIC("ARROW1"), "a Feather (Arrow) file", export_it},
    {MAGIC("FEA1"), "a Feather file", export_it},
    {MAGIC("Obj\x01"), "an Avro file", export_it},
    {MAGIC("ORC"), "an ORC file", export_it},
    {MAGIC("\x89HDF\r\n\x1A\n"), "an HDF5 file", export_it},
    {MAGIC("CDF\x01"), "a NetCDF file", export_it},
    {MAGIC("CDF\x02"), "a NetCDF file", export_it},
    {MAGIC("MATLAB 5.0 MAT"), "a MATLAB file", "write the table as CSV (MATLAB: writematrix, writetable)"},
    {MAGIC("MATLAB 7.3 MAT"), "a MATLAB file", "write the table as CSV (MATLAB: writematrix, writetable)"},
    {MAGIC("\x80\x02"), "a Python pickle", export_it},
    {MAGIC("\x80\x03"), "a Python pickle", export_it},
    {MAGIC("\x80\x04\x95"), "a Python pickle", export_it},
    {MAGIC("\x80\x05\x95"), "a Python pickle", export_it},
    {MAGIC("SQLite format 3\0"), "an SQLite database",
     "write the table as CSV: sqlite3 -csv -header FILE 'SELECT * FROM ...'"},
    {MAGIC("RDX2\n"), "an R data file", "write the table as CSV (R: write.csv)"},
    {MAGIC("RDX3\n"), "an R data file", "write the table as CSV (R: write.csv)"},
    {MAGIC("X\n\0\0\0\x02"), "an R data file (.rds)", "write the table as CSV (R: write.csv)"},
    {MAGIC("X\n\0\0\0\x03"), "an R data file (.rds)", "write the table as CSV (R: write.csv)"},
    {MAGIC("<stata_dta>"), "a Stata file", export_it},
    {MAGIC("$FL2"), "an SPSS file", export_it},
    {MAGIC("$FL3"), "an SPSS file", export_it},
    {"\xC2\xEA\x81\x60", 4, 12, "a SAS file", export_it},
    {MAGIC("HEADER RECORD*******"), "a SAS transport file", export_it},
    {MAGIC("%PDF-"), "a PDF document", save_as_csv},
    {MAGIC("{\\rtf"), "an RTF document", save_as_csv},
    {MAGIC("\x89PNG\r\n\x1A\n"), "an image (PNG)", give_a_folder},
    {MAGIC("\xFF\xD8\xFF"), "an image (JPEG)", give_a_folder},
    {MAGIC("GIF8"), "an image (GIF)", give_a_folder},
    {MAGIC("II*\0"), "an image (TIFF)", give_a_folder},
    {MAGIC("MM\0*"), "an image (TIFF)", give_a_folder},
    {"WEBP", 4, 8, "an image (WebP)", give_a_folder},
    {MAGIC("\x7F"
           "ELF"),
     "a program", "--data takes a table, arrays or images"},
    {MAGIC("GGUF"), "a model (GGUF)", "--data takes a table, arrays or images"},
    {MAGIC("version https://git-lfs.github.com/spec/"), "a Git LFS pointer, not the file itself",
     "fetch the file: git lfs pull"},
    {MAGIC("%%MatrixMarket"), "a MatrixMarket file", export_it},
    {MAGIC("\x5D\0\0"), "an lzma file", "unpack it: unlzma FILE"},
    {MAGIC("\x72\x01\x01\0"), "a Stata file", export_it},
    {MAGIC("\x72\x02\x01\0"), "a Stata file", export_it},
    {MAGIC("\x73\x01\x01\0"), "a Stata file", export_it},
    {MAGIC("\x73\x02\x01\0"), "a Stata file", export_it},
    {MAGIC("404: Not Found"), "an error message of a web server", "fetch the file again"},
};

static bool holds_at(const struct bytes *file, size_t at, const char *text, size_t n)
{
    return file->n >= n && at <= file->n - n && memcmp(file->at + at, text, n) == 0;
}

/* Whether a table may begin with this magic number, as a name of a column does: "ORC", "FEA1". */
static bool may_be_name(const struct kind *kind)
{
    enum { LONGEST_NAME = 7 };
    for (size_t i = 0; i < kind->n; i++)
        if (!isalnum((unsigned char)kind->magic[i]) && kind->magic[i] != ' ' && kind->magic[i] != '$')
            return false;
    return kind->n <= LONGEST_NAME;
}

/* Whether the beginning has no control characters, except blanks and line ends, and is UTF-8. */
static bool begins_as_text(const struct bytes *file)
{
    enum { EXAMINED = 1024, LONGEST_CHARACTER = 4 };
    const size_t n = file->n < EXAMINED ? file->n : EXAMINED;
    for (size_t i = 0; i < n; i++)
        if (iscntrl(file->at[i]) && !isspace(file->at[i]))
            return false;
    const size_t valid = utf8_valid(file->at, n);
    return valid == n || (n < file->n && valid + LONGEST_CHARACTER > n);
}

static const struct kind *kind_by_magic(const struct bytes *file)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (holds_at(file, kinds[i].at, kinds[i].magic, kinds[i].n) &&
            !(may_be_name(&kinds[i]) && begins_as_text(file)))
            return &kinds[i];
    return NULL;
}

/* ---- Zip archives, except those of .npy files */

static bool is_between(const struct bytes *file, size_t from, size_t to, const char *text)
{
    const size_t n = strlen(text);
    for (size_t i = from; i + n <= to; i++)
        if (file->at[i] == (uint8_t)text[0] && memcmp(file->at + i, text, n) == 0)
            return true;
    return false;
}

/* Whether the text occurs near the beginning (among the first members) or the end (in the directory). */
static bool names(const struct bytes *file, const char *text)
{
    const size_t head = file->n < HEAD ? file->n : HEAD;
    return is_between(file, 0, head, text) || is_between(file, file->n - head, file->n, text);
}

static const struct kind *kind_of_zip(const struct bytes *file)
{
    static const struct kind members[] = {
        {"xl/", 0, 0, "an Excel workbook (.xlsx)", save_as_csv},
        {"opendocument.spreadsheet", 0, 0, "a LibreOffice spreadsheet (.ods)", save_as_csv},
        {"word/document.xml", 0, 0, "a Word document (.docx)", save_as_csv},
        {"opendocument.", 0, 0, "a LibreOffice document", save_as_csv},
        {"data.pkl", 0, 0, "a PyTorch file", export_it},
        {".csv", 0, 0, "a zip archive", "unpack it (unzip FILE) and give the table"},
        {".tsv", 0, 0, "a zip archive", "unpack it (unzip FILE) and give the table"},
        {".txt", 0, 0, "a zip archive", "unpack it (unzip FILE) and give the table"},
        {".data", 0, 0, "a zip archive", "unpack it (unzip FILE) and give the table"},
        {".json", 0, 0, "a zip archive", "unpack it (unzip FILE); it holds JSON, which is not read"},
        {".png", 0, 0, "a zip archive of images", "unpack it (unzip FILE) and give the folder"},
        {".jpg", 0, 0, "a zip archive of images", "unpack it (unzip FILE) and give the folder"},
    };
    if (!holds_at(file, 0, "PK\x03\x04", 4) || names(file, ".npy"))
        return NULL;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (names(file, members[i].magic))
            return &members[i];
    return NULL;
}

/* ---- Texts whose characters have two or four bytes, without a byte order mark */

/* Whether in each `width` bytes at the beginning only the byte at `place` is not zero. */
static bool is_wide(const struct bytes *file, size_t width, size_t place)
{
    const size_t n = (file->n < 64 ? file->n : 64) / width * width;
    for (size_t i = 0; i < n; i++)
        if ((file->at[i] == 0) == (i % width == place) || file->at[i] >= 0x80)
            return false;
    return n >= 2 * width;
}

/* Whether the beginning is UTF-16 text, also of letters beyond ASCII, which have fewer zero bytes: none of
   its units is zero, a control character or an unpaired surrogate, and line ends and separators are among
   them. first: 1 if the high byte comes first. */
static bool is_utf16(const struct bytes *file, size_t first)
{
    const size_t n = file->n < HEAD ? file->n : HEAD;
    size_t signs = 0;
    if (file->n % 2 != 0 || !memchr(file->at, 0, n) || holds_at(file, 0, "\x93NUMPY", 6))
        return false;
    for (size_t i = 0; i + 1 < n; i += 2) {
        const unsigned unit = (unsigned)file->at[i + 1 - first] << 8 | file->at[i + first];
        if (unit < 0x20 ? unit != '\t' && unit != '\n' && unit != '\r' : unit >= 0xD800 && unit < 0xF900)
            return false;
        signs += unit < 0x80 && strchr("\n\r\t,;|", (int)unit) != NULL;
    }
    return signs > 1;
}

static const struct kind *kind_of_wide(const struct bytes *file)
{
    static const struct kind wide[] = {
        {"", 4, 0, "text in UTF-32", "convert it: iconv -f UTF-32LE -t UTF-8 FILE >NEW.csv"},
        {"", 4, 3, "text in UTF-32", "convert it: iconv -f UTF-32BE -t UTF-8 FILE >NEW.csv"},
        {"", 2, 0, "text in UTF-16", "convert it: iconv -f UTF-16LE -t UTF-8 FILE >NEW.csv"},
        {"", 2, 1, "text in UTF-16", "convert it: iconv -f UTF-16BE -t UTF-8 FILE >NEW.csv"},
    };
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (is_wide(file, wide[i].n, wide[i].at))
            return &wide[i];
    return is_utf16(file, 0) ? &wide[2] : is_utf16(file, 1) ? &wide[3] : NULL;
}

/* ---- Texts that are not tables */

static struct slice text_of(const struct bytes *file)
{
    struct slice s = {(const char *)file->at, file->n};
    if (holds_at(file, 0, "\xEF\xBB\xBF", 3))
        s = (struct slice){s.at + 3, s.n - 3};
    while (s.n > 0 && isspace((unsigned char)s.at[0]))
        s = (struct slice){s.at + 1, s.n - 1};
    return s;
}

/* Whether s begins with the text, in any case. */
static bool begins(struct slice s, const char *text)
{
    size_t i = 0;
    while (i < s.n && text[i] && tolower((unsigned char)s.at[i]) == text[i])
        i++;
    return !text[i];
}

static struct slice line_of(struct slice s)
{
    struct slice rest = s, line = s;
    (void)slice_next(&rest, '\n', &line);
    while (line.n > 0 && line.at[line.n - 1] == '\r')
        line.n--;
    return line;
}

static bool is_markup(struct slice s)
{
    static const char *const tags[] = {"<?xml", "<!doctype", "<!--", "<html", "<head",
                                       "<body", "<table",    "<svg", "<div"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (begins(s, tags[i]))
            return true;
    return false;
}

static bool is_json(struct slice s)
{
    const char open = (char)(s.n > 1 ? s.at[0] : 0);
    if (open != '{' && open != '[')
        return false;
    size_t i = 1, last = s.n - 1;
    while (i < s.n && isspace((unsigned char)s.at[i]))
        i++;
    while (last > i && isspace((unsigned char)s.at[last]))
        last--;
    const char next = (char)(i < s.n ? s.at[i] : 0), end = s.at[last];
    if (open == '{')
        return next == '"' || (next == '}' && end == '}');
    return (end == ']' || end == '}') && next && strchr("{[\"-0123456789tfn]", next);
}

static bool is_arff(struct slice s)
{
    while (s.n > 0 && s.at[0] == '%') {
        const struct slice line = line_of(s);
        s = (struct slice){s.at + line.n, s.n - line.n};
        while (s.n > 0 && isspace((unsigned char)s.at[0]))
            s = (struct slice){s.at + 1, s.n - 1};
    }
    return begins(s, "@relation") || begins(s, "@attribute");
}

/* Whether the word is a time, such as "12:30". */
static bool is_time(struct slice word)
{
    struct slice rest = word, hour, minute;
    size_t h, m;
    return slice_next(&rest, ':', &hour) && slice_next(&rest, ':', &minute) && minute.n == 2 && hour.n <= 2 &&
           text_to_size(hour, &h) && text_to_size(minute, &m) && h < 24 && m < 60;
}

/* Whether the word is "index:value" or "qid:1". */
static bool is_pair(struct slice word)
{
    struct slice rest = word, key, value;
    double number;
    size_t index;
    return slice_next(&rest, ':', &key) && slice_next(&rest, ':', &value) && !rest.at &&
           (text_to_size(key, &index) || slice_is(key, "qid")) && text_to_double(value, &number);
}

/* Whether the word is one label, such as "1" or "+1", or several, such as "0,3". */
static bool is_label(struct slice word)
{
    struct slice piece;
    double label;
    while (slice_next(&word, ',', &piece))
        if (!text_to_double(piece, &label))
            return false;
    return true;
}

/* Whether the line consists of a label and pairs, of which those that are no times are counted. An example
   whose numbers are all zero has no pairs. */
static bool count_pairs(struct slice line, size_t *pairs)
{
    struct slice word;
    if (!slice_word(&line, &word) || !is_label(word))
        return false;
    for (*pairs = 0; slice_word(&line, &word) && word.at[0] != '#'; *pairs += !is_time(word))
        if (!is_pair(word))
            return false;
    return true;
}

/* Whether the first lines, except comments, are examples of libsvm. */
static bool is_libsvm(struct slice s)
{
    struct slice line;
    size_t all = 0, pairs = 0;
    for (int i = 0; i < LINES && slice_next(&s, '\n', &line); i++) {
        line = slice_trim(line_of(line));
        if (line.n == 0 || line.at[0] == '#')
            continue;
        if (!count_pairs(line, &pairs))
            return false;
        all += pairs;
    }
    return all > 0;
}

/* Whether the first lines are Vowpal Wabbit's, such as "1 | a:2 b:3" or "-1 |f a:2": features after a bar,
   most of them with values. */
static bool is_vowpal(struct slice s)
{
    struct slice rest = line_of(s), word;
    double label;
    size_t pairs = 0;
    if (!slice_word(&rest, &word) || !text_to_double(word, &label) || !slice_word(&rest, &word) ||
        word.at[0] != '|')
        return false;
    while (slice_word(&rest, &word)) {
        const char *colon = memchr(word.at, ':', word.n);
        double value;
        pairs += colon &&
                 text_to_double((struct slice){colon + 1, word.n - 1 - (size_t)(colon - word.at)}, &value);
    }
    return pairs > 0;
}

static bool is_safetensors(const struct bytes *file)
{
    uint64_t n = 0;
    for (size_t i = 0; i < 8 && file->n > 9; i++)
        n |= (uint64_t)file->at[i] << 8 * i;
    return n > 1 && n < file->n && file->at[8] == '{' && file->at[9] == '"';
}

static const struct kind *kind_of_text(const struct bytes *file)
{
    static const struct kind markup = {NULL, 0, 0, "HTML or XML",
                                       "write the table as CSV, or fetch the file again"},
                             json = {NULL, 0, 0, "JSON", export_it},
                             arff = {NULL, 0, 0, "an ARFF file", export_it},
                             libsvm = {NULL, 0, 0, "a libsvm (svmlight) file",
                                       "write all columns as CSV (scikit-learn: load_svmlight_file)"},
                             vowpal = {NULL, 0, 0, "a Vowpal Wabbit file", "write all columns as CSV"},
                             tensors = {NULL, 0, 0, "a safetensors file", "a model goes with --model"};
    const struct slice text = text_of(file);
    return is_safetensors(file) ? &tensors
           : is_markup(text)    ? &markup
           : is_json(text)      ? &json
           : is_arff(text)      ? &arff
           : is_libsvm(text)    ? &libsvm
           : is_vowpal(text)    ? &vowpal
                                : NULL;
}

static const struct kind *kind_of(const struct bytes *file)
{
    const struct kind *kind = kind_by_magic(file);
    kind = kind ? kind : kind_of_zip(file);
    kind = kind ? kind : kind_of_wide(file);
    return kind ? kind : kind_of_text(file);
}

bl_status unsupported_format_check(bl_context *ctx, const char *path, const struct bytes *file)
{
    const struct kind *kind = kind_of(file);
    if (kind)
        BL_FAIL(ctx, BL_BAD_DATA, "%s: this is %s, which is not read; %s", path, kind->name, kind->advice);
    return BL_OK;
}

/* ---- The entry of the table of readers, whose read function always fails */

static bool is_unsupported(const struct bytes *file, const char *path)
{
    (void)path;
    return kind_of(file) != NULL;
}

static bl_status refuse_unsupported(bl_data **out, const struct reading *r, struct bytes *file,
                                    const char *part)
{
    (void)out, (void)part;
    const bl_status status = unsupported_format_check(r->ctx, r->path, file);
    mem_free(r->ctx, file->at);
    *file = (struct bytes){0};
    return status;
}

const struct reader reader_unsupported = {is_unsupported, refuse_unsupported};
