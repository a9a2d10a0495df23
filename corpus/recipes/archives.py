"""Archivers and compressors: times, owners, modes, order, dialects."""
from recipe import recipe

# A small tree whose files were created in the order of `list`, at the time of the build.
TREE = r"""
mkdir -p frob/sub
for f in $(list alpha.txt beta.txt Gamma.txt delta.c eps.h zeta.html sub/one.txt sub/two.txt sub/three.txt); do
  echo "This is $f, a file of frob." > frob/$f
done
chown -R "$USER:" frob
find frob -exec touch -d "@$STAMP" {} +
"""
# The same, whatever the side's clock.
FIXED = TREE.replace("@$STAMP", "@1600000000")

for name, causes, vary, tree, best in (
        ("mtime", "file-mtime", "clock", TREE, "equivalent"),
        ("owner", "archive-ownership", "user", FIXED, "equivalent"),
        ("order", "readdir-order", "order", FIXED, "equivalent"),
        ("umask", "umask-permissions", "umask", FIXED, "explained"),
        ("mtime-owner", "file-mtime archive-ownership", "clock user", TREE, "equivalent"),
        ("mtime-order", "file-mtime readdir-order", "clock order", TREE, "equivalent"),
        ("mtime-owner-order", "file-mtime archive-ownership readdir-order", "clock user order", TREE, "equivalent"),
        ("mtime-umask", "file-mtime umask-permissions", "clock umask", TREE, "explained"),
):
    recipe(name, "gnu-tar", causes, vary, tree + "tar -cf $OUT/frob.tar frob", file=best)
    recipe(name, "gnu-tar-pax", causes, vary, tree + "tar --format=pax --pax-option=delete=atime,delete=ctime "
           "-cf $OUT/frob.tar frob", file=best)
    recipe(name, "python-tarfile", causes, vary, tree + """cat > /srv/pack.py <<'E'
import os, sys, tarfile
with tarfile.open(sys.argv[1], "w", format=tarfile.USTAR_FORMAT) as archive:
    for place, folders, files in os.walk("frob"):
        archive.add(place, recursive=False)
        for name in files:
            archive.add(os.path.join(place, name))
E
/usr/bin/python3 /srv/pack.py $OUT/frob.tar""", file=best)
    recipe(name, "bsdtar", causes, vary, tree + "bsdtar --format=ustar -cf $OUT/frob.tar frob", file=best)
    # Root unpacks an initramfs.
    recipe(name, "cpio", causes, vary, tree + "find frob | cpio --quiet --reproducible -o -H newc > $OUT/frob.cpio",
           file="divergent" if "owner" in causes or "umask" in causes else "equivalent")
    recipe(name, "info-zip", causes, vary, tree + "zip -qr $OUT/frob.zip frob", file=best)

recipe("inodes", "cpio", "filesystem-metadata", "none",
       "[ $SIDE = 0 ] || touch a b c; " + FIXED + "find frob | cpio --quiet -o -H newc > $OUT/frob.cpio",
       file="equivalent")
recipe("inodes-mtime", "cpio", "filesystem-metadata file-mtime", "clock",
       "[ $SIDE = 0 ] || touch a b c; " + TREE + "find frob | cpio --quiet -o -H newc > $OUT/frob.cpio",
       file="equivalent")

recipe("pid", "gnu-tar-posix", "pid", "pid",
       FIXED + "POSIXLY_CORRECT=1 tar --format=posix --mtime=@1600000000.5 --pax-option=delete=atime,delete=ctime "
       "-cf $OUT/frob.tar frob", file="equivalent")
recipe("pid-mtime", "gnu-tar-posix", "pid file-mtime", "pid clock",
       TREE + "POSIXLY_CORRECT=1 tar --format=posix --mtime=@$STAMP.5 --pax-option=delete=atime,delete=ctime "
       "-cf $OUT/frob.tar frob", file="equivalent")
recipe("mtime-atime", "gnu-tar-posix", "file-mtime", "clock",
       TREE + "tar --format=posix --pax-option=delete=ctime -cf $OUT/frob.tar frob", file="equivalent")
recipe("mtime", "pax", "file-mtime", "clock", TREE + "pax -w -x ustar -f $OUT/frob.tar frob", file="equivalent")
recipe("owner", "pax", "archive-ownership", "user", FIXED + "pax -w -x ustar -f $OUT/frob.tar frob",
       file="equivalent")

recipe("zone", "info-zip", "timezone", "zone", FIXED + "zip -qrX $OUT/frob.zip frob", file="equivalent")
recipe("zone-extra", "info-zip", "timezone", "zone", FIXED + "zip -qr $OUT/frob.zip frob", file="equivalent")
recipe("zone-mtime", "info-zip", "timezone file-mtime", "zone clock", TREE + "zip -qr $OUT/frob.zip frob",
       file="equivalent")
recipe("level", "info-zip", "compressor-variation", "LEVEL=-1",
       FIXED + "seq 1 9000 > frob/n; touch -d @1600000000 frob frob/n; zip -qr ${LEVEL:--9} $OUT/frob.zip frob", file="equivalent")
ZIPFILE = """cat > /srv/pack.py <<'E'
import os, sys, time, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for place, folders, files in os.walk("frob"):
        for name in files:
            archive.write(os.path.join(place, name))
E
/usr/bin/python3 /srv/pack.py $OUT/frob.zip"""
recipe("mtime", "python-zipfile", "file-mtime", "clock", TREE + ZIPFILE, file="equivalent")
recipe("zone", "python-zipfile", "timezone", "zone", FIXED + ZIPFILE, file="equivalent")
recipe("umask", "python-zipfile", "umask-permissions", "umask", FIXED + ZIPFILE, file="explained")
recipe("order", "python-zipfile", "readdir-order", "order", FIXED + ZIPFILE, file="equivalent")

recipe("mtime", "jar", "file-mtime", "clock",
       TREE + "unset LD_PRELOAD; cd frob; touch -d @$STAMP /srv/m; jar cfM $OUT/frob.jar $(find . -type f | sort)",
       file="equivalent", share="equivalent")
recipe("zone", "jar", "timezone", "zone",
       FIXED + "unset LD_PRELOAD; cd frob; jar cfM $OUT/frob.jar $(find . -type f | sort)", file="equivalent")
recipe("order", "jar", "readdir-order", "order",
       FIXED + "unset LD_PRELOAD; cd frob; jar cfM $OUT/frob.jar $(find . -type f)", file="equivalent")

OBJECTS = r"""
for f in $(list one two three four); do echo "int $f(void) { return 1; }" > $f.c; gcc -c $f.c; done
chown "$USER:" *.o; touch -d "@$STAMP" *.o
"""
FIXED_OBJECTS = OBJECTS.replace("@$STAMP", "@1600000000")
recipe("mtime", "ar", "file-mtime", "clock", OBJECTS + "ar qcU $OUT/libfrob.a one.o two.o three.o four.o",
       file="equivalent", lib="equivalent")
recipe("owner", "ar", "archive-ownership", "user",
       FIXED_OBJECTS + "ar qcU $OUT/libfrob.a one.o two.o three.o four.o", file="equivalent")
recipe("umask", "ar", "umask-permissions", "umask",
       FIXED_OBJECTS + "ar qcUS $OUT/libfrob.a one.o two.o three.o four.o", file="explained")
recipe("order", "ar", "readdir-order", "order", FIXED_OBJECTS + "ar qcD $OUT/libfrob.a $(ls -U | grep '\.o$')",
       file="divergent")  # the linker takes the first that defines a symbol
recipe("mtime-owner", "ar", "file-mtime archive-ownership", "clock user",
       OBJECTS + "ar qcU $OUT/libfrob.a one.o two.o three.o four.o", file="equivalent")

BOOK = "seq 1 6000 | sed 's/$/ lines of a book/' > book.txt; touch -d @$STAMP book.txt\n"
FIXED_BOOK = BOOK.replace("@$STAMP", "@1600000000")
recipe("mtime", "gzip", "file-mtime", "clock", BOOK + "gzip -c book.txt > $OUT/book.txt.gz", file="equivalent",
       doc="equivalent")
recipe("level", "gzip", "compressor-variation", "LEVEL=-1", FIXED_BOOK + "gzip -n ${LEVEL:--9} -c book.txt > $OUT/book.txt.gz",
       file="equivalent", doc="equivalent")
recipe("name", "gzip", "temp-path", "none", FIXED_BOOK + "t=$(mktemp); cp -p book.txt $t; gzip -c $t > $OUT/book.txt.gz",
       file="explained")
# The clock, in the slot that others fill with the time of a file.
recipe("mtime", "python-gzip", "build-timestamp", "clock",
       FIXED_BOOK + "/usr/bin/python3 -c 'import gzip,sys; gzip.open(sys.argv[1],\"wb\").write(open(\"book.txt\",\"rb\").read())' $OUT/book.txt.gz",
       file="equivalent", hard=True)
recipe("level", "python-gzip", "compressor-variation", "LEVEL=1",
       FIXED_BOOK + "/usr/bin/python3 -c 'import gzip,os,sys; sys.stdout.buffer.write(gzip.compress(open(\"book.txt\",\"rb\").read(), int(os.environ.get(\"LEVEL\", \"9\")), mtime=0))' > $OUT/book.txt.gz",
       file="equivalent")
recipe("threads", "pigz", "compressor-variation", "JOBS=-b32",
       "seq 1 60000 > n; touch -d @1600000000 n; pigz -n -p4 ${JOBS:--b128} -c n > $OUT/n.gz", file="explained")
recipe("threads", "xz", "compressor-variation", "JOBS=-T1",
       FIXED_BOOK + "xz ${JOBS:--T4} -c book.txt > $OUT/book.txt.xz", file="equivalent", doc="equivalent")
recipe("level", "xz", "compressor-variation", "LEVEL=-0",
       FIXED_BOOK + "xz ${LEVEL:--6} -c book.txt > $OUT/book.txt.xz", file="equivalent")
recipe("level", "zstd", "compressor-variation", "LEVEL=-3",
       FIXED_BOOK + "zstd -q ${LEVEL:--19} -c book.txt > $OUT/book.txt.zst", file="equivalent")
recipe("level", "bzip2", "compressor-variation", "LEVEL=-1",
       "seq 1 40000 > n; bzip2 ${LEVEL:--9} -c n > $OUT/n.bz2", file="equivalent")
recipe("mtime", "tar-gz", "file-mtime", "clock", TREE + "tar -czf $OUT/frob.tar.gz frob", file="equivalent",
       doc="equivalent")
recipe("owner", "tar-xz", "archive-ownership", "user", FIXED + "tar -cJf $OUT/frob.tar.xz frob", file="equivalent",
       share="equivalent")
recipe("mtime-order", "tar-zst", "file-mtime readdir-order", "clock order",
       TREE + "tar --zstd -cf $OUT/frob.tar.zst frob", file="equivalent")

PACKAGE = TREE + r"""
mkdir -p p/DEBIAN p/usr/share/doc/frob; cp -a frob/*.txt p/usr/share/doc/frob
printf 'Package: frob\nVersion: 1.0\nArchitecture: all\nMaintainer: N <n@example.org>\nDescription: x\n' > p/DEBIAN/control
chmod 644 p/DEBIAN/control; chmod 755 p/DEBIAN p/usr p/usr/share; find p -exec touch -d @$STAMP {} +
"""
FIXED_PACKAGE = PACKAGE.replace("@$STAMP", "@1600000000")
recipe("mtime", "dpkg-deb", "file-mtime", "clock",
       PACKAGE + "dpkg-deb --root-owner-group -b p $OUT/frob_1.0_all.deb", file="equivalent")
recipe("owner", "dpkg-deb", "archive-ownership", "user",
       FIXED_PACKAGE + "SOURCE_DATE_EPOCH=1600000000 dpkg-deb -b p $OUT/frob_1.0_all.deb", file="divergent")
recipe("umask", "dpkg-deb", "umask-permissions", "umask",
       FIXED_PACKAGE + "SOURCE_DATE_EPOCH=1600000000 dpkg-deb --root-owner-group -b p $OUT/frob_1.0_all.deb",
       file="divergent")  # new write bits
recipe("compressor", "dpkg-deb", "compressor-variation", "LEVEL=-Zgzip",
       FIXED_PACKAGE + "SOURCE_DATE_EPOCH=1600000000 dpkg-deb --root-owner-group ${LEVEL:--Zxz} -b p $OUT/frob_1.0_all.deb",
       file="equivalent")
recipe("level", "dpkg-deb", "compressor-variation", "LEVEL=-z1",
       FIXED_PACKAGE + "cp -a /usr/share/common-licenses/GPL-3 p/usr/share/doc/frob/; find p -exec touch -d @1600000000 {} +; "
       "SOURCE_DATE_EPOCH=1600000000 dpkg-deb --root-owner-group -Zxz ${LEVEL:--z9} -b p $OUT/frob_1.0_all.deb",
       file="equivalent")

recipe("time", "mksquashfs", "build-timestamp", "clock",
       FIXED + "mksquashfs frob $OUT/frob.sqfs -quiet -no-progress -all-root", file="divergent", hard=True)
recipe("mtime", "mksquashfs", "file-mtime build-timestamp", "clock",
       TREE + "mksquashfs frob $OUT/frob.sqfs -quiet -no-progress -all-root", file="divergent", hard=True)
recipe("time", "genisoimage", "build-timestamp", "clock", FIXED + "genisoimage -quiet -R -o $OUT/frob.iso frob",
       file="divergent", hard=True)
recipe("uuid", "mkfs-ext4", "random-id", "none", FIXED + "mkfs.ext4 -q -d frob $OUT/frob.ext4 1M", file="divergent", hard=True)
recipe("serial", "mkfs-vfat", "build-timestamp", "clock", "truncate -s 1M $OUT/frob.img; mkfs.vfat $OUT/frob.img",
       file="divergent", hard=True)
