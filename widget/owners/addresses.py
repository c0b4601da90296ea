"""Where the admin's pages are."""

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse


def admin_url(request: HttpRequest, name: str, *args: object) -> str:
    """The address of this page in the admin that the request came to: a project may have two."""
    match = request.resolver_match
    here = match.namespace if match else None
    return reverse(f"admin:{name}", args=args, current_app=here)


def to_admin(request: HttpRequest, name: str, *args: object) -> HttpResponseRedirect:
    """On to this page of that admin."""
    return redirect(admin_url(request, name, *args))
