"""The customer sends a file."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chatproxy import conversation
from chatproxy.acting import ActingCustomer
from widget.customers.custom_ids import custom_id_field, say_by
from widget.customers.failures import on_failure, reason, refuse
from widget.customers.photos import without_metadata
from widget.customers.photos.pieces import Damaged
from widget.customers.security import CustomerRequest, customer_required, widget_view
from widget.models import Widget

# What LiveChat takes. Source: Customer Chat API v3.6, "Upload File".
SIZE_LIMIT = 10 * 1024 * 1024  # bytes
BYTES = "application/octet-stream"  # of a kind nobody has said
# What runs when somebody opens it, and what leads to such a thing or carries it unmarked.
# Source: "Blocked attachments in Outlook", without documents and certificates.
PROGRAMS = """
    apk app appcontent-ms appinstaller application appref-ms appx appxbundle bat chm cmd com command
    cpl csh desktop diagcab dll drv exe fxp gadget grp hlp hpj hta htc img inf ins iso isp its jar
    jnlp js jse ksh library-ms lnk msc msh msh1 msh1xml msh2 msh2xml mshxml msi msix msixbundle msp
    mst msu ocx osd pcd pif pl plg prg printerexport ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 psm1
    py pyc pyo pyw pyz pyzw rdp reg scf scr sct search-ms searchconnector-ms settingcontent-ms sh
    shb shs sys theme themepack udl url vb vbe vbp vbs vhd vhdx vsmacros vsto vsw webpnp website wim
    ws wsb wsc wsf wsh xbap xll xnk
"""
REFUSED = frozenset(f".{suffix}" for suffix in PROGRAMS.split())


class FileForm(forms.Form):
    """One file, and the words that stand in for a picture."""

    file = forms.FileField(
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("This file is empty."),
        }
    )
    custom_id = custom_id_field()
    attempt = forms.IntegerField(min_value=0, required=False)
    alternative_text = forms.CharField(max_length=500, required=False)

    def clean_file(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > SIZE_LIMIT:
            raise forms.ValidationError(_("This file is larger than 10 MB."))
        if suffix_of(file.name or "") in REFUSED:
            raise forms.ValidationError(_("Programs can't be sent here."))
        return clean(file)


def clean(file: UploadedFile[bytes]) -> UploadedFile[bytes]:
    """Without what a photo says beside its picture. Raises ValidationError if it is damaged."""
    content = file.read()
    file.seek(0)
    try:
        clean = without_metadata(content)
    except Damaged:
        raise forms.ValidationError(_("This picture is damaged and can't be sent.")) from None
    return (
        file
        if clean is content
        else SimpleUploadedFile(file.name or "", clean, file.content_type or BYTES)
    )


def suffix_of(name: str) -> str:
    """As Windows reads it, which forgets dots and spaces at the end, and what follows a colon.

    Source: "Naming Files, Paths, and Namespaces" in Microsoft's documentation of Win32.
    """
    _before, dot, suffix = name.partition(":")[0].rstrip(" .").rpartition(".")
    return f".{suffix}".lower() if dot else ""


@require_POST
@widget_view
@customer_required
@on_failure(reason)
def send(request: CustomerRequest, widget: Widget) -> HttpResponse:
    """Send a file. 204: LiveChat has it. 200: the reason why not."""
    form = FileForm(request.POST, request.FILES)
    if not widget.files:
        form.add_error(None, _("Files can't be sent here."))
    if not form.is_valid():
        return refuse(request, form)
    upload(request.api, form)
    return HttpResponse(status=204)


def upload(api: ActingCustomer, form: FileForm) -> None:
    """Give LiveChat the file, then say so in the chat. Raises LiveChatError."""
    file = form.cleaned_data["file"]
    content_type = file.content_type or BYTES
    url = api.upload_file(file.name, file, content_type)
    custom_id, words = form.cleaned_data["custom_id"], form.cleaned_data["alternative_text"]
    say_by(form.cleaned_data["attempt"])(api, conversation.file(url, custom_id, words))
