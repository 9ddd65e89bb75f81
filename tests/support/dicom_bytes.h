// DICOM files for the tests, byte by byte.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace brainmvp::test {

inline constexpr std::string_view kExplicitLittle = "1.2.840.10008.1.2.1";
inline constexpr std::string_view kImplicitLittle = "1.2.840.10008.1.2";

class DicomBytes {
public:
  explicit DicomBytes(std::string_view transfer_syntax = kExplicitLittle) : bytes_(128, '\0') {
    bytes_ += "DICM";
    add(0x00020010, "UI", transfer_syntax);
    explicit_ = transfer_syntax != kImplicitLittle;
  }

  // Values are padded to an even length.
  DicomBytes& add(std::uint32_t tag, std::string_view vr, std::string_view value) {
    std::string padded(value);
    padded.resize((value.size() + 1) / 2 * 2, vr == "UI" ? '\0' : ' ');
    head(tag, vr, static_cast<std::uint32_t>(padded.size()));
    bytes_ += padded;
    return *this;
  }

  DicomBytes& add(std::uint32_t tag, std::uint16_t value) {
    head(tag, "US", 2);
    number(value, 2);
    return *this;
  }

  DicomBytes& add_double(std::uint32_t tag, double value) {
    head(tag, "FD", 8);
    number(std::bit_cast<std::uint64_t>(value), 8);
    return *this;
  }

  // A sequence of undefined length with items of undefined length, which hold what each of `inner` adds.
  template <class... Inner>
  DicomBytes& sequence(std::uint32_t tag, Inner... inner) {
    head(tag, "SQ", 0xFFFFFFFF);
    const auto item = [&](auto& add_to) {
      mark(0xFFFEE000, 0xFFFFFFFF);
      add_to(*this);
      mark(0xFFFEE00D, 0);
    };
    (item(inner), ...);
    mark(0xFFFEE0DD, 0);
    return *this;
  }

  // The same with the lengths written out and one item.
  template <class Inner>
  DicomBytes& measured_sequence(std::uint32_t tag, Inner inner) {
    DicomBytes item = *this;
    item.bytes_.clear();
    inner(item);
    const auto length = static_cast<std::uint32_t>(item.bytes_.size());
    head(tag, "SQ", length + 8);
    mark(0xFFFEE000, length);
    bytes_ += item.bytes_;
    return *this;
  }

  // Followed by a little of what stands behind the header.
  [[nodiscard]] std::string bytes() const {
    DicomBytes whole = *this;
    whole.head(0x7FE00010, "OW", 16);
    whole.bytes_ += std::string(16, '\1');
    return whole.bytes_;
  }

private:
  void number(std::uint64_t value, int count) {
    for (int n = 0; n < count; ++n) {
      bytes_ += static_cast<char>((value >> (8 * n)) & 0xFFU);
    }
  }

  void mark(std::uint32_t tag, std::uint32_t length) {
    number(tag >> 16U, 2);
    number(tag & 0xFFFFU, 2);
    number(length, 4);
  }

  void head(std::uint32_t tag, std::string_view vr, std::uint32_t length) {
    number(tag >> 16U, 2);
    number(tag & 0xFFFFU, 2);
    if (!explicit_) {
      number(length, 4);
      return;
    }
    bytes_ += vr;
    const bool long_form = vr == "SQ" || vr == "OW" || vr == "OB" || vr == "UN";
    number(long_form ? 0 : length, 2);
    if (long_form) {
      number(length, 4);
    }
  }

  std::string bytes_;
  bool explicit_ = true;
};

// Three frames of a diffusion series in one file, of the kind "enhanced MR".
inline std::string enhanced_diffusion() {
  const auto frame = [](double b_value) {
    return [b_value](DicomBytes& item) {
      item.sequence(0x00189114,
                    [b_value](DicomBytes& echo) { echo.add_double(0x00189082, 80 + b_value); }); // the first frame's counts
      item.sequence(0x00189117, [b_value](DicomBytes& diffusion) { diffusion.add_double(0x00189087, b_value); });
    };
  };
  return DicomBytes()
      .add(0x00080060, "CS", "MR")
      .sequence(0x00081140, [](DicomBytes& item) { item.add(0x00180080, "DS", "1"); })
      .add(0x00189008, "CS", "SPIN")
      .add(0x00189018, "CS", "YES")
      .add(0x0020000E, "UI", "1.2.3.SECRET")
      .add(0x00200011, "IS", "7")
      .add(0x00280008, "IS", "3")
      .add(0x00280010, 128)
      .add(0x00280011, 112)
      .add(0x00291010, "OB", std::string(100, 'x'))
      .measured_sequence(0x52009229,
                         [](DicomBytes& shared) {
                           shared.measured_sequence(0x00189112, [](DicomBytes& timing) { timing.add(0x00180080, "DS", "5200"); });
                           shared.sequence(0x00289110, [](DicomBytes& pixels) { pixels.add(0x00280030, "DS", "2\\2.5"); });
                         })
      .sequence(0x52009230, frame(0), frame(1000), frame(500))
      .bytes();
}

// One slice of a FLAIR series, `place_mm` along the feet-to-head axis, with a patient's name in it.
inline std::string flair_slice(double place_mm, std::string_view transfer_syntax = kExplicitLittle, double series = 5) {
  return DicomBytes(transfer_syntax)
      .add(0x00080008, "CS", "ORIGINAL\\PRIMARY\\M")
      .add(0x00080060, "CS", "MR")
      .add(0x0008103E, "LO", "SECRET description")
      .sequence(0x00081140, [](DicomBytes& item) { item.add(0x00180081, "DS", "1"); })
      .add(0x00100010, "PN", "SECRET^NAME")
      .add(0x00100020, "LO", "SECRET-ID")
      .add(0x00180020, "CS", "SE\\IR")
      .add(0x00180080, "DS", "9000")
      .add(0x00180081, "DS", "125")
      .add(0x00180082, "DS", "2500")
      .add(0x0020000E, "UI", "1.2.3.SECRET")
      .add(0x00200011, "IS", std::to_string(static_cast<int>(series)))
      .add(0x00200032, "DS", "-110\\-120\\" + std::to_string(place_mm))
      .add(0x00200037, "DS", "1\\0\\0\\0\\1\\0")
      .add(0x00280010, 320)
      .add(0x00280011, 256)
      .add(0x00280030, "DS", "0.72\\0.75")
      .bytes();
}

} // namespace brainmvp::test
