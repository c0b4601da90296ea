"""“An hour ago”, from django.contrib.humanize, which a project need not have among its apps."""

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime

register = template.Library()
register.filter(naturaltime)
