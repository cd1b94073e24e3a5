// The reader of card images on arbitrary bytes: no crash, and what it takes has the one spelling
// that is written for it.
#include <cstdlib>

#include "host/card/image/image.h"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace image = vitrine::card::image;
  const vitrine::Bytes bytes(data, size);
  const auto read = image::parse_image(bytes);
  if (!read) {
    require(!read.status().message().empty());
    return 0;
  }
  const image::SignedManifest& header = read->header;
  require(header.size + read->bitstream.size() + read->firmware.size() == size);
  const auto text = image::manifest_text(header.manifest);
  require(text.is_ok() && *text == header.said);
  require(*text + image::signature_line(header.signature) ==
          vitrine::as_text(bytes.first(header.size)));
  return 0;
}
