"""The rights inside a file: XMP with IPTC, PLUS and Dublin Core fields (P4).

Fields and values: IPTC Photo Metadata Standard, PLUS LDF (http://ns.useplus.org/ldf/vocab/), XMP
Specification part 1. Nothing of the camera is ever in it: files are rebuilt from pixels before.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape, quoteattr

PLUS = "http://ns.useplus.org/ldf/vocab/"
XMP_BOX = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
"""The `uuid` box that holds XMP in MP4 (XMP Specification part 3, 1.1.2)."""
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
}


@dataclass(frozen=True)
class FileRights:
    """What a file says of itself, in words and addresses."""

    credit: str
    """The name shown with it; also its author and the owner of its copyright."""
    shop: str
    terms: str
    """The licence text, whole."""
    terms_url: str
    licensor_url: str
    constraints: str
    """What it may be used for and what not, in a sentence."""
    people: bool
    """Whether people are in it; their release is on record, or it could not leave."""
    children: bool
    ends_on: date | None = None


def xmp_packet(rights: FileRights) -> bytes:
    """The packet as files carry it, UTF-8."""
    declared = " ".join(f"xmlns:{name}={quoteattr(uri)}" for name, uri in NAMESPACES.items())
    fields = "\n".join(_fields(rights))
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        f'<rdf:RDF {declared}>\n<rdf:Description rdf:about="">\n'
        f"{fields}\n</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode()


def with_xmp_box(mp4: bytes, packet: bytes) -> bytes:
    """The film with the packet in a box of its own at the end: no offset inside it moves."""
    return mp4 + struct.pack(">I", 24 + len(packet)) + b"uuid" + XMP_BOX + packet


def saving_options(kind: str, packet: bytes) -> dict[str, Any]:
    """What Pillow's `save` is told so that a picture of this kind carries the packet."""
    if kind != "PNG":
        return {"xmp": packet}
    from PIL.PngImagePlugin import PngInfo

    chunks = PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", packet.decode())
    return {"pnginfo": chunks}


def _fields(rights: FileRights) -> list[str]:
    fields = [
        _list("dc:creator", "Seq", rights.credit),
        _words("dc:rights", f"© {rights.credit}"),
        _one("photoshop:Credit", rights.credit),
        _one("xmpRights:Marked", "True"),
        _one("xmpRights:WebStatement", rights.terms_url),
        _words("xmpRights:UsageTerms", rights.terms),
        _named("plus:Licensor", "Licensor", rights.shop, rights.licensor_url),
        _named("plus:CopyrightOwner", "CopyrightOwner", rights.credit),
        # Released use by use, so never "unlimited".
        _one("plus:ModelReleaseStatus", PLUS + ("MR-LMR" if rights.people else "MR-NAP")),
        _one("plus:PropertyReleaseStatus", PLUS + "PR-NAP"),
        _one("plus:DataMining", PLUS + "DMI-PROHIBITED-AIMLTRAINING"),
        _one("plus:CreditLineRequired", PLUS + "CR-CAI"),
        _one("plus:TermsAndConditionsURL", rights.terms_url),
        _words("plus:OtherConstraints", rights.constraints),
    ]
    if rights.children:
        fields.append(_one("plus:MinorModelAgeDisclosure", PLUS + "AG-UNK"))
    if rights.ends_on:
        fields.append(_one("plus:LicenseEndDate", rights.ends_on.isoformat()))
    return fields


def _one(name: str, value: str) -> str:
    return f"<{name}>{_text(value)}</{name}>"


def _words(name: str, value: str) -> str:
    alternative = f'<rdf:Alt><rdf:li xml:lang="x-default">{_text(value)}</rdf:li></rdf:Alt>'
    return f"<{name}>{alternative}</{name}>"


def _list(name: str, kind: str, value: str) -> str:
    return f"<{name}><rdf:{kind}><rdf:li>{_text(value)}</rdf:li></rdf:{kind}></{name}>"


def _named(name: str, prefix: str, person: str, url: str = "") -> str:
    inside = _one(f"plus:{prefix}Name", person)
    if url:
        inside += _one(f"plus:{prefix}URL", url)
    member = f'<rdf:li rdf:parseType="Resource">{inside}</rdf:li>'
    return f"<{name}><rdf:Seq>{member}</rdf:Seq></{name}>"


def _text(value: str) -> str:
    """XML 1.0 text: its control characters cannot be written at all, so they go."""
    return escape("".join(c for c in value if c in "\t\n" or _is_xml(c)))


def _is_xml(character: str) -> bool:
    code = ord(character)
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
