/*
 * explain_picture.c - writes the wiring of a net as one SVG file, for use in a document.
 *
 * The picture has a background of its own, because the document may be light while the reader's system is set
 * to dark. It contains no script.
 */
#include "../draw/markup.h"
#include "../report/report.h"
#include "../report/rule_style.h"
#include "explain_assets.h"
#include "explain_page.h"

enum { KEY_HIGH = 20, KEYS_TOP = 12, KEY_WIDE = 40, MARGIN = 14 };

bool explain_is_ink(size_t style)
{
    const struct color c = rule_style_at(style)->hue->light;
    return c.red == c.green && c.green == c.blue;
}

static void put_keys(FILE *to, const struct wiring_key *keys, int n, int left)
{
    for (int i = 0; i < n; i++) {
        const int y = KEYS_TOP + KEY_HIGH * i + KEY_HIGH / 2;
        fprintf(to, "<path class=\"%s key\" d=\"M%d %dh%d\"/><text x=\"%d\" y=\"%d\">%s</text>\n",
                keys[i].class, left + MARGIN, y, KEY_WIDE, left + MARGIN + KEY_WIDE + 8, y + 4, keys[i].text);
    }
}

static void put_styles(FILE *to)
{
    fputs("<style>\n", to);
    put_chart_styles(to);
    fputs(wiring_css, to);
    fputs("</style>\n", to);
}

int explain_picture_write(FILE *to, const struct explain_page *page, const struct sample *sample)
{
    const char *rule = sample->session->words[0];
    const size_t style = rule_style_of(rule);
    struct wiring_key keys[MOST_KEYS];
    const int n_keys = wiring_keys(&page->wiring, keys), top = KEYS_TOP + KEY_HIGH * n_keys;
    const struct wiring_area area = wiring_area(&page->wiring);
    if (page->wiring.is_full)
        return 0;
    fprintf(to,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wiring s%zu%s\" width=\"%d\" height=\"%g\" "
            "viewBox=\"%d 0 %d %g\" font-family=\"system-ui,sans-serif\" role=\"img\">\n<title>",
            style, explain_is_ink(style) ? " ink" : "", area.width, top + area.height, area.left, area.width,
            top + area.height);
    markup_text(to, rule);
    fputs(" on the net ", to);
    markup_text(to, bl_config_get(sample->session->config, "net"));
    fputs("</title>\n", to);
    put_styles(to);
    fprintf(to, "<rect x=\"%d\" width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"var(--page)\"/>\n",
            area.left);
    put_keys(to, keys, n_keys, area.left);
    fprintf(to, "<g transform=\"translate(0 %d)\">\n", top);
    wiring_draw(to, &page->wiring);
    fputs("</g>\n</svg>\n", to);
    return 1;
}
