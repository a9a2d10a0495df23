#include <array>

#include "formats/archive/ar.h"
#include "formats/archive/cpio.h"
#include "formats/archive/tar.h"
#include "formats/archive/zip.h"
#include "formats/debian/changes.h"
#include "formats/debian/control.h"
#include "formats/debian/control_members.h"
#include "formats/debian/deb.h"
#include "formats/debian/deb822.h"
#include "formats/debian/md5sums.h"
#include "formats/elf/elf.h"
#include "formats/format.h"
#include "formats/graphics/png.h"
#include "formats/java/class_file.h"
#include "formats/opaque.h"
#include "formats/python/pyc.h"
#include "formats/stream/bzip2.h"
#include "formats/stream/gzip.h"
#include "formats/stream/lz4.h"
#include "formats/stream/lzma.h"
#include "formats/stream/raw_deflate.h"
#include "formats/stream/stored.h"
#include "formats/stream/xz.h"
#include "formats/stream/zstd.h"
#include "formats/text/mo.h"
#include "formats/text/text.h"

namespace unrepro {

std::span<const Format> formats() {
  static const std::array kFormats = {
      kDeb,       kAr,        kCpio,         kTar,      kZip,     kGzip,       kXz,        kZstd,
      kBzip2,     kLzip,      kLz4,          kLzma,     kElf,     kRawDeflate, kStored,    kDebControl,
      kDebScript, kMd5sums,   kDebConffiles, kDebLines, kChanges, kDsc,        kBuildinfo, kDeb822,
      kPyc,       kClassFile, kPng,          kMo,       kText,    kOpaque,
  };
  return kFormats;
}

const Format& format_by_id(std::string_view id) {
  for (const Format& format : formats()) {
    if (format.id == id) return format;
  }
  return formats().back();
}

const Format& probe(Bytes bytes, const Context& context) {
  const ProbeInput input{bytes, context};
  const Format* best = &formats().back();
  Bits most = 0;
  for (const Format& format : formats()) {
    const Bits bits = format.probe(input);
    if (bits > most) {
      most = bits;
      best = &format;
    }
  }
  return *best;
}

}  // namespace unrepro
