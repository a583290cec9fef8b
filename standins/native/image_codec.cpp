// The decoder and encoder behind the MLImage stand-in: JPEG through TurboJPEG, PNG through libpng, BMP by hand.
// Decoding always gives 8-bit B, G, R, A with the colours multiplied by alpha, top row first, as the real library's
// bitmaps are. EXIF orientation is not applied. Nothing is allocated on a header's word: the caller learns the size
// from mlimage_info, which has refused implausible ones, and hands in the buffer.
#include <png.h>
#include <turbojpeg.h>

#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

enum Result : int32_t { kDecoded = 0, kUndecodable = 1, kForeignFormat = 2, kPartial = 3 };

// 134 million pixels are 512 MiB of BGRA, still one managed array.
constexpr uint64_t kMostPixels = uint64_t{1} << 27;
// Images above this size must also be backed by a file that could hold them.
constexpr uint64_t kUnquestionedPixels = uint64_t{1} << 24;
// Deflate packs at most about 1032 bytes into one (RFC 1951: 258 bytes a 2-bit code), eight 1-bit pixels a byte.
constexpr uint64_t kMostPixelsPerByte = 1032 * 8;

struct Message {
  char* text;
  int32_t capacity;
  Result set(Result result, const char* what) const {
    if (text && capacity > 0) snprintf(text, static_cast<size_t>(capacity), "%s", what);
    return result;
  }
};

struct Bytes {
  const uint8_t* data;
  size_t size;
  bool starts(const char* magic, size_t length, size_t at = 0) const {
    return size >= at + length && memcmp(data + at, magic, length) == 0;
  }
  uint16_t u16(size_t at) const { return at + 2 <= size ? static_cast<uint16_t>(data[at] | data[at + 1] << 8) : 0; }
  uint32_t u32(size_t at) const { return u16(at) | static_cast<uint32_t>(u16(at + 2)) << 16; }
};

bool plausible(uint64_t width, uint64_t height, size_t size) {
  if (width == 0 || height == 0 || width > kMostPixels || height > kMostPixels) return false;
  const uint64_t pixels = width * height;
  return pixels <= kMostPixels && (pixels <= kUnquestionedPixels || pixels / kMostPixelsPerByte <= size);
}

// a * b / 255, rounded to nearest without a division.
inline uint8_t scale255(unsigned a, unsigned b) {
  const unsigned product = a * b + 128;
  return static_cast<uint8_t>((product + (product >> 8)) >> 8);
}

void premultiply(uint8_t* bgra, size_t pixels) {
  for (size_t i = 0; i < pixels; i++, bgra += 4) {
    const unsigned alpha = bgra[3];
    if (alpha == 255) continue;
    for (int c = 0; c < 3; c++) bgra[c] = scale255(bgra[c], alpha);
  }
}

// ---------------------------------------------------------------- JPEG

// A handle holds its tables between calls; one a thread spares building them for every image.
// After a failure it keeps the state that it failed in and spoils the next image, so it is replaced.
class Turbo {
 public:
  explicit Turbo(tjhandle (*make)()) : make_(make) {}
  Turbo(const Turbo&) = delete;
  ~Turbo() { discard(); }
  tjhandle get() { return handle_ ? handle_ : handle_ = make_(); }
  void discard() {
    if (handle_) tjDestroy(handle_);
    handle_ = nullptr;
  }
  // What the last call said, after which the handle is not used again.
  Result refuse(const Message& message, Result result) {
    message.set(result, handle_ ? tjGetErrorStr2(handle_) : "TurboJPEG could not be started");
    discard();
    return result;
  }

 private:
  tjhandle (*make_)();
  tjhandle handle_ = nullptr;
};

thread_local Turbo decompressor(tjInitDecompress);
thread_local Turbo compressor(tjInitCompress);

bool is_jpeg(const Bytes& in) { return in.starts("\xFF\xD8\xFF", 3); }

// Progressive scans refine one another, so a truncated file has no finished rows and counts as undecodable.
bool is_progressive(const Bytes& in) {
  size_t at = 2;
  while (at + 4 <= in.size && in.data[at] == 0xFF) {
    const uint8_t marker = in.data[at + 1];
    if (marker == 0xFF) { at++; continue; }
    if (marker == 0xC2 || marker == 0xC6 || marker == 0xCA || marker == 0xCE) return true;
    if (marker == 0xDA || marker == 0xD9) return false;
    at += 2 + static_cast<size_t>(in.data[at + 2] << 8 | in.data[at + 3]);
  }
  return false;
}

Result jpeg_size(const Bytes& in, int32_t* width, int32_t* height, const Message& message) {
  int w = 0, h = 0, subsampling = 0, colours = 0;
  tjhandle turbo = decompressor.get();
  if (!turbo) return decompressor.refuse(message, kUndecodable);
  const int failed = tjDecompressHeader3(turbo, in.data, in.size, &w, &h, &subsampling, &colours);
  if (failed && (tjGetErrorCode(turbo) != TJERR_WARNING || w <= 0 || h <= 0)) return decompressor.refuse(message, kUndecodable);
  if (failed) decompressor.discard();
  *width = w;
  *height = h;
  return kDecoded;
}

// CMYK files store inverted ink, as Adobe's do: what is stored is how much light each ink lets through.
void light_of_inverted_ink(uint8_t* pixels, size_t count) {
  for (size_t i = 0; i < count; i++, pixels += 4) {
    const uint8_t c = pixels[0], m = pixels[1], y = pixels[2], k = pixels[3];
    pixels[0] = scale255(y, k);
    pixels[1] = scale255(m, k);
    pixels[2] = scale255(c, k);
    pixels[3] = 255;
  }
}

Result jpeg_decode(const Bytes& in, uint8_t* bgra, int32_t width, int32_t height, const Message& message) {
  int w = 0, h = 0, subsampling = 0, colours = 0;
  tjhandle turbo = decompressor.get();
  if (!turbo) return decompressor.refuse(message, kUndecodable);
  int failed = tjDecompressHeader3(turbo, in.data, in.size, &w, &h, &subsampling, &colours);
  if (w != width || h != height) return decompressor.refuse(message, kUndecodable);
  const bool ink = colours == TJCS_CMYK || colours == TJCS_YCCK;
  failed = tjDecompress2(turbo, in.data, in.size, bgra, width, 0, height, ink ? TJPF_CMYK : TJPF_BGRA, TJFLAG_LIMITSCANS);
  if (failed && tjGetErrorCode(turbo) != TJERR_WARNING) return decompressor.refuse(message, kUndecodable);
  if (ink) light_of_inverted_ink(bgra, static_cast<size_t>(width) * height);
  if (!failed) return kDecoded;
  const bool ended_early = strstr(tjGetErrorStr2(turbo), "remature end") != nullptr;
  return decompressor.refuse(message, ended_early && is_progressive(in) ? kUndecodable : kPartial);
}

// ---------------------------------------------------------------- PNG

bool is_png(const Bytes& in) { return in.starts("\x89PNG\r\n\x1a\n", 8); }

struct PngReader {
  const Bytes* in;
  size_t at;
  bool ran_out;
  char error[128];
};

void png_on_error(png_structp png, png_const_charp what) {
  auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
  snprintf(reader->error, sizeof reader->error, "%s", what);
  png_longjmp(png, 1);
}

void png_on_warning(png_structp, png_const_charp) {}

void png_on_read(png_structp png, png_bytep to, size_t count) {
  auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
  if (count > reader->in->size - reader->at) {
    reader->ran_out = true;
    png_error(png, "the PNG data end early");
  }
  memcpy(to, reader->in->data + reader->at, count);
  reader->at += count;
}

Result png_size(const Bytes& in, int32_t* width, int32_t* height, const Message& message) {
  // Signature (8), length (4), "IHDR" (4), then both sizes, big-endian: PNG specification 11.2.1.
  if (!in.starts("IHDR", 4, 12) || in.size < 33) return message.set(kUndecodable, "the PNG has no header chunk");
  auto big = [&](size_t at) {
    const uint8_t* p = in.data + at;
    return static_cast<uint32_t>(p[0]) << 24 | static_cast<uint32_t>(p[1]) << 16 | static_cast<uint32_t>(p[2]) << 8 | p[3];
  };
  const uint32_t w = big(16), h = big(20);
  if (w > INT32_MAX || h > INT32_MAX) return message.set(kUndecodable, "the PNG header declares a size beyond 2^31");
  *width = static_cast<int32_t>(w);
  *height = static_cast<int32_t>(h);
  return kDecoded;
}

void png_to_bgra8(png_structp png, png_infop info) {
  const int colour = png_get_color_type(png, info);
  const bool transparency = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (colour == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png, info) < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (transparency) png_set_tRNS_to_alpha(png);
  if (png_get_bit_depth(png, info) == 16) png_set_scale_16(png);
  if ((colour & PNG_COLOR_MASK_COLOR) == 0) png_set_gray_to_rgb(png);
  if ((colour & PNG_COLOR_MASK_ALPHA) == 0 && !transparency) png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
  png_set_bgr(png);
}

Result png_decode(const Bytes& in, uint8_t* bgra, int32_t width, int32_t height, const Message& message) {
  PngReader reader{&in, 0, false, {}};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, png_on_error, png_on_warning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  if (!info) {
    png_destroy_read_struct(&png, &info, nullptr);
    return message.set(kUndecodable, "libpng could not be started");
  }
  // Both change between setjmp and longjmp, so they must not live in registers.
  volatile bool in_rows = false, interlaced = false;
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, nullptr);
    message.set(kUndecodable, reader.error);
    if (!reader.ran_out || !in_rows || interlaced) return kUndecodable;
    premultiply(bgra, static_cast<size_t>(width) * height);
    return kPartial;
  }
  png_set_read_fn(png, &reader, png_on_read);
  png_set_user_limits(png, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height));
  png_set_chunk_malloc_max(png, 8u << 20);
  png_set_chunk_cache_max(png, 128);
  // A truncated file loses what libpng asks for at once beyond its end, so it is to ask for little.
  png_set_compression_buffer_size(png, 1024);
  png_read_info(png, info);
  interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  png_to_bgra8(png, info);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  const size_t stride = static_cast<size_t>(width) * 4;
  if (png_get_rowbytes(png, info) != stride || png_get_image_height(png, info) != static_cast<png_uint_32>(height))
    png_error(png, "the PNG's rows do not have the declared size");
  memset(bgra, 0, stride * height);
  in_rows = true;
  for (int pass = 0; pass < passes; pass++)
    for (int32_t y = 0; y < height; y++) png_read_row(png, bgra + y * stride, nullptr);
  in_rows = false;
  // What follows the pixels (text, the end chunk) is not worth losing the image for, so it is not read.
  png_destroy_read_struct(&png, &info, nullptr);
  premultiply(bgra, static_cast<size_t>(width) * height);
  return kDecoded;
}

// ---------------------------------------------------------------- BMP

// Layout after Microsoft's BITMAPFILEHEADER, BITMAPCOREHEADER and BITMAPINFOHEADER to BITMAPV5HEADER.
struct Bmp {
  uint32_t pixels, header, bits, compression, colours, entry;
  int64_t width, height;
  bool top_down;
  uint32_t mask[4];
};

enum { kRgb = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaBitFields = 6 };

bool is_bmp(const Bytes& in) { return in.starts("BM", 2) && in.size >= 26; }

Result bmp_header(const Bytes& in, Bmp& b, const Message& message) {
  b = {};
  b.pixels = in.u32(10);
  b.header = in.u32(14);
  const bool core = b.header == 12;
  if (!core && (b.header < 40 || b.header > 256)) return message.set(kUndecodable, "the BMP has an unknown header size");
  if (in.size < 14 + static_cast<size_t>(b.header)) return message.set(kUndecodable, "the BMP ends within its header");
  b.width = core ? in.u16(18) : static_cast<int32_t>(in.u32(18));
  b.height = core ? in.u16(20) : static_cast<int32_t>(in.u32(22));
  b.bits = in.u16(core ? 24 : 28);
  b.compression = core ? 0 : in.u32(30);
  b.colours = core ? 0 : in.u32(46);
  b.entry = core ? 3 : 4;
  b.top_down = b.height < 0;
  if (b.top_down) b.height = -b.height;
  const bool known = b.bits == 1 || b.bits == 4 || b.bits == 8 || b.bits == 16 || b.bits == 24 || b.bits == 32;
  const bool fits = b.compression == kRgb || (b.compression == kRle8 && b.bits == 8) || (b.compression == kRle4 && b.bits == 4) ||
                    ((b.compression == kBitFields || b.compression == kAlphaBitFields) && (b.bits == 16 || b.bits == 32));
  if (!known || !fits) return message.set(kUndecodable, "the BMP has an unknown bit depth or compression");
  if (b.width <= 0 || b.height <= 0) return message.set(kUndecodable, "the BMP declares an empty image");
  if (b.compression == kBitFields || b.compression == kAlphaBitFields) {
    for (int c = 0; c < 3; c++) b.mask[c] = in.u32(54 + 4 * c);
    if (b.header >= 56 || b.compression == kAlphaBitFields) b.mask[3] = in.u32(66);
  } else if (b.bits == 16) {
    b.mask[0] = 0x7C00, b.mask[1] = 0x3E0, b.mask[2] = 0x1F;
  } else if (b.bits == 32) {
    b.mask[0] = 0xFF0000, b.mask[1] = 0xFF00, b.mask[2] = 0xFF;
  }
  return kDecoded;
}

uint8_t field(uint32_t value, uint32_t mask) {
  if (mask == 0) return 0;
  const int shift = __builtin_ctz(mask);
  const uint64_t top = mask >> shift;
  return static_cast<uint8_t>(((value & mask) >> shift) * uint64_t{255} / top);
}

void bmp_palette(const Bytes& in, const Bmp& b, uint8_t (&palette)[256][4]) {
  memset(palette, 0, sizeof palette);
  if (b.bits > 8) return;
  const uint32_t most = 1u << b.bits, count = b.colours == 0 || b.colours > most ? most : b.colours;
  for (uint32_t i = 0; i < 256; i++) {
    palette[i][3] = 255;
    const size_t at = 14 + static_cast<size_t>(b.header) + static_cast<size_t>(i) * b.entry;
    if (i < count && at + 3 <= in.size) memcpy(palette[i], in.data + at, 3);
  }
}

void bmp_row(const uint8_t* from, uint8_t* to, const Bmp& b, const uint8_t (&palette)[256][4]) {
  for (int64_t x = 0; x < b.width; x++, to += 4) {
    if (b.bits <= 8) {
      const int64_t bit = x * b.bits;
      const unsigned index = from[bit / 8] >> (8 - b.bits - bit % 8) & ((1u << b.bits) - 1);
      memcpy(to, palette[index], 4);
    } else if (b.bits == 24) {
      memcpy(to, from + x * 3, 3);
      to[3] = 255;
    } else {
      const uint8_t* p = from + x * (b.bits / 8);
      uint32_t value = static_cast<uint32_t>(p[0] | p[1] << 8);
      if (b.bits == 32) value |= static_cast<uint32_t>(p[2]) << 16 | static_cast<uint32_t>(p[3]) << 24;
      for (int c = 0; c < 3; c++) to[c] = field(value, b.mask[2 - c]);
      to[3] = b.mask[3] ? field(value, b.mask[3]) : 255;
    }
  }
}

bool bmp_runs(const Bytes& in, const Bmp& b, uint8_t* bgra, const uint8_t (&palette)[256][4]) {
  size_t at = b.pixels;
  int64_t x = 0, y = 0;
  auto put = [&](unsigned index) {
    if (x < b.width && y < b.height) memcpy(bgra + ((b.top_down ? y : b.height - 1 - y) * b.width + x) * 4, palette[index], 4);
    x++;
  };
  auto nibble = [](unsigned byte, unsigned i) { return i % 2 == 0 ? byte >> 4 : byte & 15; };
  const bool four = b.bits == 4;
  while (y < b.height) {
    if (at > in.size || in.size - at < 2) return false;
    const unsigned count = in.data[at], value = in.data[at + 1];
    at += 2;
    if (count > 0) {
      for (unsigned i = 0; i < count; i++) put(four ? nibble(value, i) : value);
    } else if (value == 0) {
      x = 0, y++;
    } else if (value == 1) {
      return true;
    } else if (value == 2) {
      if (in.size - at < 2) return false;
      x += in.data[at], y += in.data[at + 1], at += 2;
    } else {
      const size_t bytes = four ? (value + 1) / 2 : value;
      if (in.size - at < bytes) return false;
      for (unsigned i = 0; i < value; i++) put(four ? nibble(in.data[at + i / 2], i) : in.data[at + i]);
      at += bytes + bytes % 2;
    }
  }
  return true;
}

Result bmp_decode(const Bytes& in, uint8_t* bgra, int32_t width, int32_t height, const Message& message) {
  Bmp b;
  if (Result refused = bmp_header(in, b, message)) return refused;
  if (b.width != width || b.height != height) return message.set(kUndecodable, "the BMP does not have the size that was announced");
  uint8_t palette[256][4];
  bmp_palette(in, b, palette);
  const size_t pixels = static_cast<size_t>(b.width * b.height);
  for (size_t i = 0; i < pixels; i++) memcpy(bgra + i * 4, "\0\0\0\xFF", 4);
  if (b.compression == kRle8 || b.compression == kRle4)
    return bmp_runs(in, b, bgra, palette) ? kDecoded : message.set(kPartial, "the BMP's runs end early");
  const uint64_t stride = (static_cast<uint64_t>(b.width) * b.bits + 31) / 32 * 4;
  const uint64_t used = (static_cast<uint64_t>(b.width) * b.bits + 7) / 8;
  for (int64_t y = 0; y < b.height; y++) {
    const uint64_t at = b.pixels + stride * static_cast<uint64_t>(y);
    if (at > in.size || in.size - at < used)
      return y == 0 ? message.set(kUndecodable, "the BMP holds no pixels") : message.set(kPartial, "the BMP's rows end early");
    bmp_row(in.data + at, bgra + (b.top_down ? y : b.height - 1 - y) * b.width * 4, b, palette);
  }
  if (b.mask[3]) premultiply(bgra, pixels);
  return kDecoded;
}

// ---------------------------------------------------------------- encoding

using Buffer = std::vector<uint8_t>;

void png_on_write(png_structp png, png_bytep from, size_t count) {
  auto* out = static_cast<Buffer*>(png_get_io_ptr(png));
  bool grown = true;
  // An exception must not cross libpng's C frames; png_error leaves by longjmp.
  try { out->insert(out->end(), from, from + count); } catch (const std::bad_alloc&) { grown = false; }
  if (!grown) png_error(png, "out of memory");
}

void png_on_flush(png_structp) {}

// Undoes the multiplication by alpha and puts the bytes into R, G, B(, A) order.
void straight_row(const uint8_t* from, uint8_t* to, int32_t width, bool bgr, bool alpha) {
  for (int32_t x = 0; x < width; x++, from += 4) {
    const unsigned a = from[3];
    for (int c = 0; c < 3; c++) {
      unsigned value = from[bgr ? 2 - c : c];
      if (alpha && a != 255) value = a == 0 ? 0 : (value * 255 + a / 2) / a;
      *to++ = static_cast<uint8_t>(value > 255 ? 255 : value);
    }
    if (alpha) *to++ = static_cast<uint8_t>(a);
  }
}

bool png_encode(const uint8_t* pixels, int32_t width, int32_t height, bool bgr, bool alpha, uint8_t* row, Buffer* out, PngReader* state) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, state, png_on_error, png_on_warning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    return false;
  }
  png_set_write_fn(png, out, png_on_write, png_on_flush);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8,
               alpha ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (int32_t y = 0; y < height; y++) {
    straight_row(pixels + static_cast<size_t>(y) * width * 4, row, width, bgr, alpha);
    png_write_row(png, row);
  }
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return true;
}

Result hand_over(const uint8_t* bytes, size_t size, uint8_t** out, size_t* out_size, const Message& message) {
  *out = static_cast<uint8_t*>(malloc(size ? size : 1));
  if (!*out) return message.set(kUndecodable, "out of memory");
  memcpy(*out, bytes, size);
  *out_size = size;
  return kDecoded;
}

}  // namespace

/// Size of the image in pixels. 0: known and plausible; 1: undecodable; 2: an image format that this codec lacks.
EXPORT int32_t mlimage_info(const uint8_t* data, size_t size, int32_t* width, int32_t* height, char* text, int32_t capacity) {
  const Bytes in{data, size};
  const Message message{text, capacity};
  Result result;
  *width = *height = 0;
  if (is_jpeg(in)) {
    result = jpeg_size(in, width, height, message);
  } else if (is_png(in)) {
    result = png_size(in, width, height, message);
  } else if (is_bmp(in)) {
    Bmp b;
    result = bmp_header(in, b, message);
    if (result == kDecoded && b.width <= INT32_MAX && b.height <= INT32_MAX) {
      *width = static_cast<int32_t>(b.width);
      *height = static_cast<int32_t>(b.height);
    }
  } else if (in.starts("GIF8", 4)) {
    return message.set(kForeignFormat, "GIF");
  } else if (in.starts("RIFF", 4) && in.starts("WEBP", 4, 8)) {
    return message.set(kForeignFormat, "WebP");
  } else if (in.starts("\0\0\1\0", 4) && in.u16(4) > 0 && in.size > 22 && in.data[9] == 0) {
    return message.set(kForeignFormat, "ICO");
  } else {
    return message.set(kUndecodable, "the data start as no JPEG, PNG or BMP does");
  }
  if (result != kDecoded) return result;
  if (plausible(static_cast<uint64_t>(*width), static_cast<uint64_t>(*height), size)) return kDecoded;
  char refusal[160];
  snprintf(refusal, sizeof refusal, "the header declares %d x %d pixels, which is too large or more than %zu bytes can hold",
           *width, *height, size);
  return message.set(kUndecodable, refusal);
}

/// Decodes into bgra, width * height * 4 bytes with the sizes that mlimage_info gave.
/// 0: whole; 1: undecodable; 3: truncated or damaged, the rows that could not be read are grey, black or transparent.
EXPORT int32_t mlimage_decode(const uint8_t* data, size_t size, uint8_t* bgra, int32_t width, int32_t height, char* text,
                              int32_t capacity) {
  const Bytes in{data, size};
  const Message message{text, capacity};
  if (is_jpeg(in)) return jpeg_decode(in, bgra, width, height, message);
  if (is_png(in)) return png_decode(in, bgra, width, height, message);
  if (is_bmp(in)) return bmp_decode(in, bgra, width, height, message);
  return message.set(kUndecodable, "the data start as no JPEG, PNG or BMP does");
}

/// PNG of width * height pixels of 4 bytes, colours multiplied by alpha; RGB when every pixel is opaque. Free *out with mlimage_free.
EXPORT int32_t mlimage_encode_png(const uint8_t* pixels, int32_t width, int32_t height, int32_t bgr, uint8_t** out,
                                  size_t* out_size, char* text, int32_t capacity) {
  const Message message{text, capacity};
  const size_t count = static_cast<size_t>(width) * height;
  bool alpha = false;
  for (size_t i = 0; i < count && !alpha; i++) alpha = pixels[i * 4 + 3] != 255;
  try {
    Buffer row(static_cast<size_t>(width) * 4), encoded;
    PngReader state{};
    if (!png_encode(pixels, width, height, bgr != 0, alpha, row.data(), &encoded, &state)) return message.set(kUndecodable, state.error);
    return hand_over(encoded.data(), encoded.size(), out, out_size, message);
  } catch (const std::bad_alloc&) {
    return message.set(kUndecodable, "out of memory");
  }
}

/// JPEG (4:2:0) of the colour bytes alone, quality 1 to 100. Free *out with mlimage_free.
EXPORT int32_t mlimage_encode_jpeg(const uint8_t* pixels, int32_t width, int32_t height, int32_t bgr, int32_t quality, uint8_t** out,
                                   size_t* out_size, char* text, int32_t capacity) {
  const Message message{text, capacity};
  tjhandle turbo = compressor.get();
  if (!turbo) return compressor.refuse(message, kUndecodable);
  unsigned char* encoded = nullptr;
  unsigned long bytes = 0;
  const int failed = tjCompress2(turbo, pixels, width, 0, height, bgr ? TJPF_BGRX : TJPF_RGBX, &encoded, &bytes, TJSAMP_420, quality, 0);
  const Result result = failed ? compressor.refuse(message, kUndecodable) : hand_over(encoded, bytes, out, out_size, message);
  tjFree(encoded);
  return result;
}

EXPORT void mlimage_free(uint8_t* encoded) { free(encoded); }
