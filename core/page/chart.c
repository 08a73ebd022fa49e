/* page/chart: see chart.h. */
#include "chart.h"

#include "../render/draw.h"
#include "../render/svg.h"

static const struct page_value nothing;

#define EMPTY "This chart is being computed. Load the page again in a few seconds."

static void begin(struct page *p, const struct chart_order *o, uint32_t kind, uint32_t type,
		  int64_t from_us, int64_t to_us)
{
	page_chart(p, &(struct page_chart){.kind = kind,
					   .type = type,
					   .title = o->title,
					   .from_us = from_us,
					   .to_us = to_us});
}

static void fill_days(struct page *p, const struct chart_order *o)
{
	const struct figure *f = o->figure;

	begin(p, o, PAGE_CALENDAR, PAGE_SECONDS, f->day[0].from_us, f->day[f->days - 1].to_us);
	page_chart_series(p, f->name, nothing);
	for (size_t i = 0; i < f->days; i++)
		page_chart_point(p,
				 &(struct page_point){f->day[i].from_us, f->day[i].to_us,
						      f->day[i].counted_down_us, f->day[i].state});
}

static void add_series(struct page *p, const struct figure_parts *all, size_t offset)
{
	for (size_t i = 0; i < all->parts; i++) {
		const struct figure_part *part = &all->part[i];
		int64_t us = *(const int64_t *)((const char *)part + offset);

		page_chart_point(p, &(struct page_point){part->from_us, part->to_us,
							 us < 0 ? PAGE_UNKNOWN : us, 0});
	}
}

static void fill_response(struct page *p, const struct chart_order *o)
{
	static const struct {
		const char *name;
		size_t offset;
	} line[] = {{"p50", offsetof(struct figure_part, p50_us)},
		    {"p95", offsetof(struct figure_part, p95_us)},
		    {"p99", offsetof(struct figure_part, p99_us)}};
	const struct figure_parts *all = o->parts;

	begin(p, o, PAGE_BAND, PAGE_ELAPSED, all->part[0].from_us, all->part[all->parts - 1].to_us);
	for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
		page_chart_series(p, line[i].name, nothing);
		add_series(p, all, line[i].offset);
	}
}

static bool is_taken(const struct figure_parts *all, size_t step)
{
	for (size_t i = 0; i < all->parts; i++)
		if (all->part[i].mean_us[step] >= 0)
			return true;
	return false;
}

static void fill_steps(struct page *p, const struct chart_order *o)
{
	const struct figure_parts *all = o->parts;

	begin(p, o, PAGE_STACK, PAGE_ELAPSED, all->part[0].from_us,
	      all->part[all->parts - 1].to_us);
	for (size_t i = 0; i < all->steps; i++)
		if (is_taken(all, i)) {
			page_chart_series(p, all->step[i], nothing);
			add_series(p, all,
				   offsetof(struct figure_part, mean_us) + i * sizeof(int64_t));
		}
}

/* False: there is nothing to draw yet. */
static bool fill(struct page *p, const struct chart_order *o)
{
	static void (*const way[])(struct page *, const struct chart_order *) = {
		[CHART_DAYS] = fill_days,
		[CHART_RESPONSE] = fill_response,
		[CHART_STEPS] = fill_steps,
	};

	page_init(p, "web", o->zone, &(struct page_period){.zone = zone_name(o->zone)});
	if (o->kind == CHART_DAYS ? !o->figure->days : !o->parts->parts)
		return false;
	way[o->kind](p, o);
	return !p->wrong.size;
}

static void draw_nothing(struct drawing *d, const struct chart_order *o)
{
	*d = (struct drawing){.title = o->title,
			      .says = EMPTY,
			      .width = (int32_t)(DRAWING_WIDTH * 100),
			      .height = 5000};
	drawing_text(d, SHAPE_INK, SHAPE_START, 0, 14, DRAW_SIZE, DRAWING_WIDTH, o->title);
	drawing_text(d, SHAPE_DIM, SHAPE_START, 0, 36, DRAW_SIZE, DRAWING_WIDTH, EMPTY);
}

void chart_add(struct text *t, const struct chart_order *o)
{
	struct drawing d = {0};
	struct text says = {0};
	struct page p;

	if (fill(&p, o)) {
		draw_says(&says, &p.last->picture);
		draw_chart(&d, &p.last->picture, 0);
		d.says = text_get(&says);
	} else {
		draw_nothing(&d, o);
	}
	svg_add_document(t, &d);
	drawing_release(&d);
	page_release(&p);
	text_release(&says);
}

void chart_says(struct text *t, const struct chart_order *o)
{
	struct page p;

	if (fill(&p, o))
		draw_says(t, &p.last->picture);
	else
		text_puts(t, EMPTY);
	page_release(&p);
}
