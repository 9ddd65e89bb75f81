#include "study/dicom_series.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"

namespace brainmvp::study {
namespace {

constexpr double kSameDirection = 1e-3; // of a cosine
constexpr double kEvenGap = 0.05;       // of the usual distance

std::string rounded(double value) { return shortest(std::round(value * 100) / 100); }

std::array<double, 3> normal_of(const std::array<double, 6>& o) {
  return {o[1] * o[5] - o[2] * o[4], o[2] * o[3] - o[0] * o[5], o[0] * o[4] - o[1] * o[3]};
}

// Rules of thumb for 1.5 to 3 T; the order matters.
std::string modality_of(const io::DicomHeader& h) {
  const double tr = h.repetition_ms.value_or(0);
  const double te = h.echo_ms.value_or(0);
  const double ti = h.inversion_ms.value_or(0);
  if (h.adc_map) {
    return "adc";
  }
  if (h.b_value.value_or(0) > 0) {
    return "dwi";
  }
  if (h.angiography) {
    return "mra";
  }
  if (h.echo_planar || te <= 0 || tr <= 0) {
    return "";
  }
  const std::string t1 = h.contrast_agent ? "t1c" : "t1";
  if (ti >= 1500 && te >= 70) {
    return "flair";
  }
  if (h.gradient_echo) {
    return te < 12 && (tr <= 15 || ti >= 300 || tr >= 100) ? t1 : "";
  }
  if (ti > 0 && te < 30) {
    return ti >= 300 ? t1 : "";
  }
  if (tr <= 1200 && te <= 30) {
    return t1;
  }
  return tr >= 1800 && ti <= 0 ? (te >= 60 ? "t2" : te <= 40 ? "pd" : "") : "";
}

std::string numbers_of(const io::DicomHeader& h) {
  std::vector<std::string> parts;
  const auto add = [&](const std::string& what, const std::optional<double>& value, const std::string& unit) {
    if (value) {
      parts.push_back(what + " " + rounded(*value) + unit);
    }
  };
  add("TR", h.repetition_ms, " ms");
  add("TE", h.echo_ms, " ms");
  add("TI", h.inversion_ms, " ms");
  add("flip", h.flip_degrees, " degrees");
  add("b", h.b_value, "");
  return join(parts, ", ");
}

std::string describe_series(const std::vector<io::DicomHeader>& headers) {
  const io::DicomHeader& first = headers.front();
  std::string text = (first.series_number ? "series " + rounded(*first.series_number) + ": " : "series: ") +
                     std::to_string(headers.size()) + (headers.size() == 1 ? " file, " : " files, ");
  if (!first.magnetic_resonance) {
    return text + "not of MR";
  }
  const ContrastGuess guess = guess_contrast(*std::ranges::max_element(headers, {}, &io::DicomHeader::b_value));
  text += guess.modality.empty() ? "contrast unknown" : "probably " + guess.modality;
  text += guess.numbers.empty() ? "" : " (" + guess.numbers + ")";
  text += ", " + std::to_string(first.columns) + " x " + std::to_string(first.rows);
  if (first.pixel_mm) {
    text += ", pixels of " + rounded((*first.pixel_mm)[1]) + " x " + rounded((*first.pixel_mm)[0]) + " mm";
  }
  const std::string fault = uneven_geometry(headers);
  return text + ", " + (fault.empty() ? "slices even" : fault);
}

} // namespace

ContrastGuess guess_contrast(const io::DicomHeader& header) {
  return {.modality = modality_of(header), .numbers = numbers_of(header)};
}

std::string uneven_geometry(const std::vector<io::DicomHeader>& headers) {
  const io::DicomHeader& first = headers.front();
  if (first.frames > 1) {
    return std::to_string(first.frames) + " frames in a file, whose places are not read";
  }
  std::vector<double> places;
  for (const io::DicomHeader& header : headers) {
    if (!header.orientation || !header.position_mm || !first.orientation) {
      return "slices without position or orientation";
    }
    for (std::size_t i = 0; i < 6; ++i) {
      if (std::abs((*header.orientation)[i] - (*first.orientation)[i]) > kSameDirection) {
        return "slices of several orientations (a localiser, or several volumes)";
      }
    }
    const std::array<double, 3> normal = normal_of(*first.orientation);
    const image::Vector& place = *header.position_mm;
    places.push_back(normal[0] * place[0] + normal[1] * place[1] + normal[2] * place[2]);
  }
  std::ranges::sort(places);
  const auto repeated = std::ranges::unique(places, [](double a, double b) { return std::abs(a - b) < 1e-3; });
  places.erase(repeated.begin(), repeated.end());
  if (places.size() < 3) {
    return places.size() == 1 ? "one slice" : "two slices";
  }
  std::vector<double> gaps;
  for (std::size_t n = 1; n < places.size(); ++n) {
    gaps.push_back(places[n] - places[n - 1]);
  }
  std::vector<double> sorted = gaps;
  std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2));
  const double usual = sorted[sorted.size() / 2];
  for (std::size_t n = 0; n < gaps.size(); ++n) {
    if (std::abs(gaps[n] - usual) > kEvenGap * usual) {
      return "uneven slice gaps: " + rounded(gaps[n]) + " mm between slices " + std::to_string(n + 1) + " and " +
             std::to_string(n + 2) + " of " + std::to_string(places.size()) + " where others have " + rounded(usual) + " mm";
    }
  }
  return "";
}

std::vector<std::string> describe_dicom(std::span<const std::filesystem::path> files) {
  std::map<std::pair<double, std::uint64_t>, std::vector<io::DicomHeader>> series; // by number, then by identity
  std::size_t unreadable = 0;
  std::string example;
  for (const std::filesystem::path& file : files) {
    stop_if_interrupted("reading DICOM headers");
    try {
      const io::DicomHeader header = io::read_dicom_header(file);
      series[{header.series_number.value_or(0), header.series_key}].push_back(header);
    } catch (const Error& error) {
      if (error.code() != ExitCode::kBadInput) {
        throw;
      }
      example = unreadable++ == 0 ? error.message() : example;
    }
  }
  std::vector<std::string> lines;
  for (const auto& [key, headers] : series) {
    lines.push_back(describe_series(headers));
  }
  if (unreadable > 0) {
    lines.push_back(std::to_string(unreadable) + (unreadable == 1 ? " file" : " files") +
                    " without a readable header: " + example);
  }
  return lines;
}

std::string dicom_conversion(const std::filesystem::path& folder) {
  std::string quoted = "'";
  for (const char c : folder.string()) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return "mkdir -p OUT && dcm2niix -z y -f %f_%p -o OUT " + quoted + "'";
}

} // namespace brainmvp::study
