"""Opens containers member by member and writes them back with one member exchanged, all other bytes kept."""
import bz2
import gzip
import hashlib
import io
import lzma
import re
import subprocess
import zipfile
import zlib

BLOCK = 512


def tar_entries(data):
    """(header offset, data offset, size, type) of each entry; stops at what is no header."""
    at = 0
    while at + BLOCK <= len(data) and any(data[at:at + BLOCK]):
        try:
            size = int(data[at + 124:at + 136].split(b"\0")[0] or b"0", 8)
        except ValueError:
            return
        yield at, at + BLOCK, size, data[at + 156:at + 157]
        at += BLOCK + -(-size // BLOCK) * BLOCK


def with_checksum(header):
    """A tar header whose checksum is right."""
    blank = header[:148] + b" " * 8 + header[156:]
    return header[:148] + b"%06o\0 " % sum(blank) + header[156:]


def tar_replace(data, entry, payload):
    begin, content, size, _ = entry
    header = data[begin:begin + 124] + b"%011o\0" % len(payload) + data[begin + 136:content]
    end = content + -(-size // BLOCK) * BLOCK
    return data[:begin] + with_checksum(header) + payload + b"\0" * (-len(payload) % BLOCK) + data[end:]


def tar_name(data, entry):
    header = data[entry[0]:entry[0] + BLOCK]
    name = header[:100].split(b"\0")[0]
    prefix = header[345:500].split(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    return (prefix + b"/" + name if prefix else name).decode("utf-8", "replace")


def is_tar(data):
    return len(data) >= 2 * BLOCK and data[257:262] == b"ustar"


def ar_entries(data):
    at = 8
    while at + 60 <= len(data):
        size = int(data[at + 48:at + 58])
        yield at, at + 60, size
        at += 60 + size + size % 2


def ar_replace(data, entry, payload):
    begin, content, size = entry
    header = data[begin:begin + 48] + b"%-10d`\n" % len(payload)
    return data[:begin] + header + payload + b"\n" * (len(payload) % 2) + data[content + size + size % 2:]


def zip_replace(data, name, payload):
    """Rewrites the archive with the metadata of each member; the streams are Python's."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
        for info in source.infolist():
            content = payload if info.filename == name else source.read(info)
            extra, info.extra = info.extra, b""
            info.extra = extra
            copy.writestr(info, content)
    return target.getvalue()


def decompress(data):
    """The payload and a function that compresses another one alike; None when it is no stream we know."""
    if data[:3] == b"\x1f\x8b\x08":
        flags, end = data[3], 10
        if flags & 8:
            end = data.index(b"\0", end) + 1
        if flags & ~8:
            return None

        def repack(payload):
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
            body = deflate.compress(payload) + deflate.flush()
            tail = zlib.crc32(payload).to_bytes(4, "little") + (len(payload) & 0xffffffff).to_bytes(4, "little")
            return data[:end] + body + tail
        return gzip.decompress(data), repack
    if data[:6] == b"\xfd7zXZ\0":
        return lzma.decompress(data), lambda payload: lzma.compress(payload, check=lzma.CHECK_CRC64)
    if data[:3] == b"BZh":
        return bz2.decompress(data), bz2.compress
    if data[:4] == b"\x28\xb5\x2f\xfd":
        run = lambda flag, content: subprocess.run(["zstd", "-q", "-c", flag], input=content, capture_output=True,
                                                   check=True).stdout
        return run("-d", data), lambda payload: run("-19", payload)
    return None


def is_deb(data):
    return data[:8] == b"!<arch>\n" and data[8:21] == b"debian-binary"


def deb_parts(data):
    """The entries of control.tar and data.tar."""
    entries = list(ar_entries(data))
    return entries[1], entries[2]


def with_md5sums(data):
    """A package whose md5sums hold again: what an attacker would not forget."""
    for_control, for_data = deb_parts(data)
    content, _ = decompress(data[for_data[1]:for_data[1] + for_data[2]])
    lines = "".join(f"{hashlib.md5(content[entry[1]:entry[1] + entry[2]]).hexdigest()}  "
                    f"{tar_name(content, entry).removeprefix('./')}\n"
                    for entry in tar_entries(content) if entry[3] in (b"0", b"\0"))
    control, repack = decompress(data[for_control[1]:for_control[1] + for_control[2]])
    for entry in tar_entries(control):
        if tar_name(control, entry).endswith("md5sums"):
            return ar_replace(data, for_control, repack(tar_replace(control, entry, lines.encode())))
    return data


def leaves(data, name="", depth=0):
    """Yields (path, payload, rebuild) of all leaves; rebuild(payload) gives the whole artifact anew."""
    if depth < 6:
        if is_tar(data):
            for entry in tar_entries(data):
                if entry[3] in (b"0", b"\0") and entry[2]:
                    inner = data[entry[1]:entry[1] + entry[2]]
                    for path, payload, rebuild in leaves(inner, tar_name(data, entry), depth + 1):
                        yield path, payload, lambda new, entry=entry, rebuild=rebuild: tar_replace(
                            data, entry, rebuild(new))
            return
        if data[:8] == b"!<arch>\n":
            finish = with_md5sums if is_deb(data) else lambda content: content
            for entry in ar_entries(data):
                label = data[entry[0]:entry[0] + 16].decode("latin-1").strip(" /")
                if is_deb(data) and label.startswith("control"):
                    continue
                for path, payload, rebuild in leaves(data[entry[1]:entry[1] + entry[2]], label, depth + 1):
                    yield path, payload, lambda new, entry=entry, rebuild=rebuild: finish(
                        ar_replace(data, entry, rebuild(new)))
            return
        if data[:4] == b"PK\3\4":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                contents = [(info.filename, archive.read(info)) for info in archive.infolist() if info.file_size]
            for member, inner in contents:
                for path, payload, rebuild in leaves(inner, member, depth + 1):
                    yield path, payload, lambda new, member=member, rebuild=rebuild: zip_replace(
                        data, member, rebuild(new))
            return
        opened = decompress(data)
        if opened:
            for path, payload, rebuild in leaves(opened[0], re.sub(r"[.](gz|xz|zst|bz2)$", "", name), depth + 1):
                yield path, payload, lambda new, rebuild=rebuild: opened[1](rebuild(new))
            return
    yield name, data, lambda new: new


def tars(data, depth=0):
    """Yields (tar, rebuild) of the tars in an artifact, for changes of their headers and members."""
    if depth > 4:
        return
    if is_tar(data):
        yield data, lambda new: new
    elif is_deb(data):
        entry = deb_parts(data)[1]
        for inner, rebuild in tars(data[entry[1]:entry[1] + entry[2]], depth + 1):
            yield inner, lambda new, rebuild=rebuild: with_md5sums(ar_replace(data, entry, rebuild(new)))
    elif opened := decompress(data):
        for inner, rebuild in tars(opened[0], depth + 1):
            yield inner, lambda new, rebuild=rebuild: opened[1](rebuild(new))
