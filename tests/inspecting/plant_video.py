"""MP4 and Matroska files made by hand: enough structure to be inspected, no sound."""

import struct

PNG = b"\x89PNG\r\n\x1a\n"


def atom(name, *parts):
    data = b"".join(parts)
    return struct.pack(">I4s", 8 + len(data), name) + data


def full(name, *parts):
    return atom(name, bytes(4), *parts)


def item(name, text, kind=1):
    return atom(name, full(b"data", text)) if kind == 0 else atom(name, data_atom(text, kind))


def data_atom(text, kind=1):
    return atom(b"data", struct.pack(">II", kind, 0), text)


def handler(sort, name=b"SoundHandler\0"):
    return full(b"hdlr", bytes(4), sort, bytes(12), name)


def track(*, sort=b"soun", name=b"SoundHandler\0", made=0, entry=b"", extra=b""):
    table = full(b"stsd", struct.pack(">I", 1), entry or atom(b"mp4a", bytes(28)))
    link = atom(b"dinf", full(b"dref", struct.pack(">I", 1), full(b"url ")))
    media = atom(b"minf", full(b"smhd", bytes(4)), link, atom(b"stbl", table, full(b"stts")))
    head = full(b"mdhd", struct.pack(">IIIII", made, made, 16_000, 0, 0))
    return atom(b"trak", full(b"tkhd", bytes(80)), atom(b"mdia", head, handler(sort, name), media),
                extra)  # fmt: skip


def mp4(*, user=b"", moov=b"", top=b"", made=0, tracks=None, mdat=b"sound", end=b""):
    head = full(b"mvhd", struct.pack(">II", made, made), bytes(88))
    parts = [head, track() if tracks is None else tracks, moov]
    if user:
        parts.append(atom(b"udta", user))
    return (
        atom(b"ftyp", b"M4A \0\0\0\0isom") + top + atom(b"moov", *parts) + atom(b"mdat", mdat) + end
    )


def items(*parts):
    return full(b"meta", handler(b"mdir", b"\0"), atom(b"ilst", *parts))


def freeform(owner, name, value):
    return atom(b"----", full(b"mean", owner), full(b"name", name), data_atom(value))


def element(id, *parts, open_size=False):
    data = b"".join(parts)
    name = bytes.fromhex(id)
    size = b"\x01" + b"\xff" * 7 if open_size else b"\x01" + len(data).to_bytes(7, "big")
    return name + size + data


def simple_tag(name, *parts):
    return element("67C8", element("45A3", name), *parts)


def matroska(*parts, info=b"", tracks=b"", cluster=b"", end=b"", open_size=False):
    head = element("1A45DFA3", element("4282", b"webm"))
    about = element("1549A966", element("2AD7B1", b"\x0f\x42\x40"), element("4D80", b"Lavf"), info)
    track = element("AE", element("D7", b"\1"), element("83", b"\2"), element("86", b"A_OPUS"),
                    tracks)  # fmt: skip
    block = element("1F43B675", element("E7", b"\0"), element("A3", b"\x81\0\0\x80", cluster),
                    open_size=open_size)  # fmt: skip
    body = (about, element("1654AE6B", track), block, *parts)
    return head + element("18538067", *body, open_size=open_size) + end
