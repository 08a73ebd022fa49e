/* view/view: see view.h. */
#include "view.h"

#include <stdlib.h>

#include "../base/memory.h"

#define SECOND INT64_C(1000000)

void view_release(struct view *v)
{
	free(v->item);
	free(v->arrow);
	*v = (struct view){0};
}

int view_add(struct view *v, const struct view_item *item)
{
	if (v->items >= VIEW_ITEMS) {
		v->left_out++;
		return -1;
	}
	if (v->items == v->item_room) {
		v->item_room = v->item_room ? 2 * v->item_room : 64;
		v->item = memory_resize(v->item, v->item_room * sizeof *v->item);
	}
	v->item[v->items] = *item;
	return (int)v->items++;
}

void view_point(struct view *v, int from, int to, bool is_fallback)
{
	struct view_arrow new = {from, to, is_fallback};

	for (size_t i = 0; i < v->arrows; i++)
		if (v->arrow[i].from == from && v->arrow[i].to == to &&
		    v->arrow[i].is_fallback == is_fallback)
			return;
	if (from == to || v->arrows >= VIEW_ARROWS)
		return;
	if (v->arrows == v->arrow_room) {
		v->arrow_room = v->arrow_room ? 2 * v->arrow_room : 64;
		v->arrow = memory_resize(v->arrow, v->arrow_room * sizeof *v->arrow);
	}
	v->arrow[v->arrows++] = new;
}

int view_role(struct view *v, const char *name)
{
	for (size_t i = 0; i < v->roles; i++)
		if (!strcmp(v->role[i].name, name))
			return (int)i;
	if (v->roles == VIEW_ROLES)
		return -1;
	v->role[v->roles] = (struct view_role){name, name, ""};
	return (int)v->roles++;
}

static const struct {
	const char *standing, *says;
} standings[] = {
	{"in-preparation", "in preparation"},
	{"out-of-cluster", "out of the cluster"},
	{"retired", "retired"},
	{"paused", "paused"},
};

const char *view_says(const struct view_item *i)
{
	static const char *const light[VIEW_LIGHTS] = {[VIEW_UP] = "up",
						       [VIEW_DEGRADED] = "degraded",
						       [VIEW_UNCONFIRMED] =
							       "failing, checked again",
						       [VIEW_PARTIAL] = "partial outage",
						       [VIEW_DOWN] = "down",
						       [VIEW_UNKNOWN] = "not known",
						       [VIEW_MAINTENANCE] = "in maintenance",
						       [VIEW_OUT] = "out of service"};

	for (size_t s = 0; i->light == VIEW_OUT && s < sizeof standings / sizeof *standings; s++)
		if (!strcmp(standings[s].standing, i->standing))
			return standings[s].says;
	return light[i->light];
}

void view_add_span(struct text *t, int64_t us)
{
	long long minutes = us / (60 * SECOND), hours = minutes / 60, days = hours / 24;

	if (days)
		text_printf(t, "%lld d %lld h", days, hours % 24);
	else if (hours)
		text_printf(t, "%lld h %lld min", hours, minutes % 60);
	else if (minutes)
		text_printf(t, "%lld min", minutes);
	else
		text_printf(t, "%lld s", (long long)(us / SECOND));
}

void view_add_says(struct text *t, const struct view_item *i)
{
	text_puts(t, view_says(i));
	if ((i->light != VIEW_DOWN && i->light != VIEW_PARTIAL) || i->lasts_us < 0)
		return;
	text_putc(t, ' ');
	view_add_span(t, i->lasts_us);
}

void view_add_online(struct text *t, const struct view_item *i)
{
	if (i->lasts_us < 0 ||
	    (i->light != VIEW_UP && i->light != VIEW_DEGRADED && i->light != VIEW_MAINTENANCE))
		return;
	text_puts(t, "online ");
	view_add_span(t, i->lasts_us);
}

char view_letter(int role)
{
	return role < 0 ? ' ' : (char)('A' + role);
}
