#include "io/dicom.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "io/bytes.h"
#include "io/dicom_fields.h"
#include "io/input_file.h"

namespace brainmvp::io {
namespace {

constexpr std::size_t kPreamble = 132;
constexpr std::uint32_t kUndefined = 0xFFFFFFFF;
constexpr std::uint32_t kFirstUnread = 0x00290000; // all that is wanted of a single slice stands before
constexpr std::size_t kDeepest = 32;               // sequences within sequences
constexpr std::size_t kLongestValue = 256;         // bytes of a value that is wanted

struct DataElement {
  std::uint32_t tag = 0;
  std::uint32_t length = 0;
  std::size_t value = 0; // offset
};

bool is_long_form(std::string_view vr) {
  constexpr std::array<std::string_view, 13> kLong{"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"};
  return std::ranges::find(kLong, vr) != kLong.end();
}

// The element at `at`; nothing where the bytes end within its head.
std::optional<DataElement> element_at(std::span<const std::byte> bytes, std::size_t at, bool explicit_vr,
                                      const std::string& name) {
  if (at > bytes.size() || bytes.size() - at < 12) { // a value of at least a few bytes follows every head that is wanted
    return std::nullopt;
  }
  const FieldReader reader(bytes.subspan(at, 12), std::endian::little);
  const std::uint32_t tag = (std::uint32_t{reader.at<std::uint16_t>(0)} << 16U) | reader.at<std::uint16_t>(2);
  if (!explicit_vr || tag >> 16U == 0xFFFE) {
    return DataElement{.tag = tag, .length = reader.at<std::uint32_t>(4), .value = at + 8};
  }
  const std::string_view vr = as_text(bytes.subspan(at + 4, 2));
  if (!std::ranges::all_of(vr, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    refuse_input(name, "a damaged DICOM header: no type of value at byte " + std::to_string(at + 4));
  }
  return is_long_form(vr) ? DataElement{.tag = tag, .length = reader.at<std::uint32_t>(8), .value = at + 12}
                          : DataElement{.tag = tag, .length = reader.at<std::uint16_t>(6), .value = at + 8};
}

enum class Syntax { kImplicit, kExplicit };

Syntax syntax_of(std::string_view uid, const std::string& name) {
  if (uid == "1.2.840.10008.1.2") {
    return Syntax::kImplicit;
  }
  if (uid == "1.2.840.10008.1.2.2") {
    refuse_input(name, "a DICOM header in big endian, which is not read");
  }
  if (uid == "1.2.840.10008.1.2.1.99") {
    refuse_input(name, "a deflated DICOM file, whose header is not read");
  }
  return Syntax::kExplicit; // compressed pixels come with explicit headers
}

// Goes through a header element by element. Of sequences it enters the functional groups of enhanced images: of what the frames
// have in common and the first one has, all that is wanted, of the others the b-value. Other sequences are passed over.
class HeaderWalk {
public:
  HeaderWalk(std::span<const std::byte> bytes, const std::string& name, DicomHeader& out)
      : bytes_(bytes), name_(name), out_(out) {}

  // Whether the header was read to its end; false where the bytes end first.
  bool run() {
    while (true) {
      leave_ended();
      follow_syntax();
      const auto element = element_at(bytes_, at_, syntax_ == Syntax::kExplicit, name_);
      if (!element) {
        return false;
      }
      if (is_end(*element)) {
        return true;
      }
      if (!enters(*element) && element->length > bytes_.size() - element->value) {
        return false;
      }
      pass(*element);
    }
  }

private:
  struct Level {
    std::uint32_t tag = 0;
    std::size_t end = 0; // offset; kOpen: where its delimiter stands
    bool wanted = false;
  };
  static constexpr std::size_t kOpen = std::numeric_limits<std::size_t>::max();
  static constexpr std::uint32_t kItem = 0xFFFEE000, kEndOfItem = 0xFFFEE00D, kEndOfSequence = 0xFFFEE0DD;
  static constexpr std::uint32_t kShared = 0x52009229, kPerFrame = 0x52009230;

  void leave() {
    frames_ += levels_.size() == 2 && levels_[0].tag == kPerFrame ? 1 : 0;
    levels_.pop_back();
  }

  void leave_ended() {
    while (!levels_.empty() && levels_.back().end != kOpen && at_ >= levels_.back().end) {
      leave();
    }
  }

  void follow_syntax() {
    if (syntax_ != rest_ && bytes_.size() >= at_ + 2 &&
        FieldReader(bytes_.subspan(at_, 2), std::endian::little).at<std::uint16_t>(0) != 2) {
      syntax_ = rest_;
    }
  }

  [[nodiscard]] bool is_end(const DataElement& element) const {
    const std::uint32_t first_unread = out_.frames > 1 ? kPerFrame + 1 : kFirstUnread;
    return levels_.empty() && element.tag >= first_unread;
  }

  // Whether the sequence or item is of the functional groups, and holds what is wanted: timing, echo, modifier, diffusion,
  // pixels.
  [[nodiscard]] bool is_of_groups(std::uint32_t tag) const {
    constexpr std::array<std::uint32_t, 6> kInside{kItem, 0x00189112, 0x00189114, 0x00189115, 0x00189117, 0x00289110};
    return levels_.empty() ? tag == kShared || tag == kPerFrame
                           : levels_.back().wanted && std::ranges::find(kInside, tag) != kInside.end();
  }

  [[nodiscard]] bool enters(const DataElement& element) const {
    return element.length == kUndefined || is_of_groups(element.tag);
  }

  void enter(const DataElement& element) {
    if (levels_.size() == kDeepest) {
      refuse_input(name_, "a damaged DICOM header: sequences deeper than " + std::to_string(kDeepest));
    }
    levels_.push_back({.tag = element.tag,
                       .end = element.length == kUndefined ? kOpen : element.value + element.length,
                       .wanted = is_of_groups(element.tag)});
    at_ = element.value;
  }

  void pass(const DataElement& element) {
    if (element.tag == kEndOfItem || element.tag == kEndOfSequence) {
      if (!levels_.empty()) {
        leave();
      }
      at_ = element.value;
      return;
    }
    if (element.tag == 0x00180012 && levels_.empty()) { // ContrastBolusAgentSequence: that there is one, not which
      out_.contrast_agent = element.length != 0;
    }
    if (enters(element)) {
      enter(element);
      return;
    }
    take(element.tag, bytes_.subspan(element.value, element.length));
    at_ = element.value + element.length;
  }

  void take(std::uint32_t tag, std::span<const std::byte> value) {
    if (tag == 0x00020010) {
      rest_ = syntax_of(without_padding(as_text(value)), name_);
    } else if (tag == 0x00190010 && levels_.empty()) { // whose private group 0019 is
      is_siemens_ = without_padding(as_text(value)) == "SIEMENS MR HEADER";
    } else if (is_wanted(tag) && value.size() <= kLongestValue) {
      take_dicom_field(out_, tag, value);
    }
  }

  [[nodiscard]] bool is_wanted(std::uint32_t tag) const {
    if (tag >> 16U == 0x0019) {
      return is_siemens_ && levels_.empty();
    }
    return levels_.empty() || (levels_.back().wanted && (frames_ == 0 || tag == kDiffusionBValue));
  }

  std::span<const std::byte> bytes_;
  const std::string& name_;
  DicomHeader& out_;
  std::size_t at_ = kPreamble;
  std::vector<Level> levels_;
  Syntax syntax_ = Syntax::kExplicit; // the group 0002 always is
  Syntax rest_ = Syntax::kExplicit;
  bool is_siemens_ = false;
  std::size_t frames_ = 0; // whose functional groups were read
};

} // namespace

bool is_dicom(std::span<const std::byte> front) { return front.size() >= kPreamble && as_text(front.subspan(128, 4)) == "DICM"; }

DicomHeader parse_dicom(std::span<const std::byte> front, const std::string& name) {
  if (!is_dicom(front)) {
    refuse_input(name, "no DICOM file: \"DICM\" is missing at byte 128");
  }
  DicomHeader out;
  (void)HeaderWalk(front, name, out).run();
  return out;
}

DicomHeader read_dicom_header(const std::filesystem::path& path) {
  const InputFile input = find_input(path);
  DicomHeader out;
  for (const std::uint64_t bytes : {std::uint64_t{1} << 14U, std::uint64_t{1} << 18U, std::uint64_t{1} << 22U}) {
    const Buffer front = read_front(input, bytes);
    out = {};
    if (!is_dicom(front.bytes())) {
      refuse_input(input.name, "no DICOM file: \"DICM\" is missing at byte 128");
    }
    if (HeaderWalk(front.bytes(), input.name, out).run() || front.size >= input.size) {
      break;
    }
  }
  return out;
}

} // namespace brainmvp::io
