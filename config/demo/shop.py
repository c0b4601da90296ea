"""The demo's shop: a website that carries the widget exactly as any other would.

On `shop.localhost` the chat comes from `chat.localhost`, so that the two are different sites,
as in real life; on any other host name both are one.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import include, path
from django.views.decorators.http import require_safe

from widget.customers.security import picture_schemes
from widget.models import Widget


@dataclass(frozen=True)
class Plant:
    """Something the shop sells; its picture is `static/demo/<slug>.svg`."""

    slug: str
    name: str
    latin: str
    price: str
    light: str
    water: str
    story: str


PLANTS = (
    Plant(
        slug="monstera",
        name="Monstera",
        latin="Monstera deliciosa",
        price="€38",
        light="Bright, out of the midday sun",
        water="Once a week",
        story="Grows a new leaf every few weeks and asks for little more than a stake to lean on.",
    ),
    Plant(
        slug="snake-plant",
        name="Snake plant",
        latin="Dracaena trifasciata",
        price="€24",
        light="Anywhere but the dark",
        water="Every two or three weeks",
        story="The one to begin with: it forgives a holiday, a dark corner and a forgotten can.",
    ),
    Plant(
        slug="rubber-fig",
        name="Rubber fig",
        latin="Ficus elastica",
        price="€32",
        light="Bright",
        water="When the top of the soil is dry",
        story="Broad, glossy, calm. Wipe a leaf now and then and it will outgrow the bookcase.",
    ),
    Plant(
        slug="string-of-pearls",
        name="String of pearls",
        latin="Curio rowleyanus",
        price="€19",
        light="A sunny sill",
        water="Every two weeks, sparingly",
        story="Hang it high. In a year the pearls reach the table, in two they reach the cat.",
    ),
    Plant(
        slug="aloe",
        name="Aloe",
        latin="Aloe vera",
        price="€16",
        light="Full sun",
        water="Every three weeks",
        story="A sculpture in summer, a first-aid kit in the kitchen, and nearly no work.",
    ),
    Plant(
        slug="peace-lily",
        name="Peace lily",
        latin="Spathiphyllum wallisii",
        price="€22",
        light="Shade or half shade",
        water="Twice a week: it droops to remind you",
        story="Flowers where nothing else will, and tells you plainly when it is thirsty.",
    ),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The shop window."""
    return page(request, "demo/home.html")


@require_safe
def plant(request: HttpRequest, slug: str) -> HttpResponse:
    """One plant's page."""
    for one in PLANTS:
        if one.slug == slug:
            return page(request, "demo/plant.html", plant=one)
    raise Http404(slug)


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Where customers with a question look first."""
    return page(request, "demo/contact.html")


def page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    """A page of the shop under the strictest policy that a website with the widget can have."""
    widget = get_object_or_404(Widget, key="demo")
    chat = chat_url(request)
    context |= {"plants": PLANTS, "snippet": widget.snippet(chat)}
    response = render(request, template, context)
    faces = picture_schemes()  # agents' beside the launcher: see docs/host-site.md
    response["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; img-src 'self' {faces}; "
        f"{widget.host_policy(chat)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    response["Referrer-Policy"] = "strict-origin-when-cross-origin"  # what browsers do by default
    return response


def chat_url(request: HttpRequest) -> str:
    """Where this shop's chat comes from."""
    host = request.get_host()
    if host.startswith("shop."):
        host = host.replace("shop.", "chat.", 1)
    return f"{request.scheme}://{host}"


urlpatterns = [
    path("", home, name="demo-home"),
    path("demo/", home),
    path("plants/<slug:slug>/", plant, name="demo-plant"),
    path("contact/", contact, name="demo-contact"),
    path("gallery/", include("config.demo.gallery")),
]
