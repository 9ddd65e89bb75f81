#include "study/study_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <string_view>

#include "base/text.h"
#include "image/orientation.h"
#include "study/reference_image.h"
#include "study/set_check.h"

namespace brainmvp::study {
namespace {

constexpr const char* kLeftOutImage = "images left out";

std::string channels_fault(const Study& study, const FileFacts& facts) {
  const std::size_t names = study.images.size() == 1 ? study.modalities.size() : 1;
  const std::size_t channels = facts.header.channels;
  if (channels == names) {
    return "";
  }
  const std::string file = study.images.front().filename().string();
  if (names == 1) {
    return "a 4D image with " + std::to_string(channels) +
           " channels that have no names; list it in a studies file with a `modality` for each channel, or give it a "
           "dataset.json with channel_names, or split it into 3D files";
  }
  return std::to_string(names) + " modalities are named for it, but it has " + std::to_string(channels) + " channel(s)";
}

// Why an image cannot be part of the study, as (kind, reason); empty when it can.
std::pair<std::string, std::string> exclusion(const Study& study, const FileFacts& facts) {
  if (!facts.fault.empty()) {
    return {kLeftOutImage, facts.fault};
  }
  if (const std::string fault = channels_fault(study, facts); !fault.empty()) {
    return {kLeftOutImage, fault};
  }
  if (facts.few_values > 0) {
    return {"label maps named as images (left out)",
            "holds " + std::to_string(facts.few_values) +
                " whole values, as label maps do; if it is an image all the same: --pattern " +
                (study.images.size() == study.modalities.size() ? "MODALITY" : "NAME") + "=FILE, with the name of the file"};
  }
  if (facts.all_zero) {
    return {"images that are 0 everywhere (count as missing)", "no voxel but 0"};
  }
  return {};
}

void pass_on_remarks(const std::string& id, const std::string& what, const FileFacts& facts, Findings& findings) {
  for (const std::string& text : facts.header.warnings) {
    findings.warn("remarks on files", id, what + ": " + text);
  }
}

// Keeps what can be used; `study.images` and `facts` stay parallel.
void drop_unusable(Study& study, std::vector<FileFacts>& facts, Findings& findings) {
  const Study before = study;
  const bool one_4d = before.images.size() == 1 && before.modalities.size() > 1;
  std::vector<FileFacts> kept;
  study.images.clear();
  study.modalities.clear();
  for (std::size_t i = 0; i < before.images.size(); ++i) {
    const std::string name = one_4d ? join(before.modalities, " ") : before.modalities[i];
    const auto [kind, reason] = exclusion(before, facts[i]);
    if (!kind.empty()) {
      const std::string file = before.images[i].filename().string();
      const std::string text = name + ": " + (reason.find(file) == std::string::npos ? file + ": " : "") + reason;
      kind == kLeftOutImage ? findings.error(kind, study.id, text) : findings.warn(kind, study.id, text);
      continue;
    }
    pass_on_remarks(study.id, name, facts[i], findings);
    if (const std::string doubt = size_doubt(facts[i].header); !doubt.empty()) {
      findings.warn("images of a size that no head has", study.id, name + ": " + doubt);
    }
    study.images.push_back(before.images[i]);
    if (one_4d) {
      study.modalities = before.modalities;
    } else {
      study.modalities.push_back(before.modalities[i]);
    }
    kept.push_back(std::move(facts[i]));
  }
  facts = std::move(kept);
}

// Of the images whose background is not cut away by how they are made (as that of maps is).
HeadKind head_of(const Study& study, const std::vector<FileFacts>& images) {
  constexpr std::array<std::string_view, 5> kStructural{"t1", "t1c", "t2", "flair", "pd"};
  HeadKind kind = HeadKind::kUnknown;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (std::ranges::find(kStructural, study.modalities[i]) == kStructural.end() || images[i].head == HeadKind::kUnknown) {
      continue;
    }
    if (kind != HeadKind::kUnknown && kind != images[i].head) {
      return HeadKind::kUnknown;
    }
    kind = images[i].head;
  }
  return kind;
}

// With the axes as `prepare` orders them, which needs no interpolation.
io::ImageHeader in_ras(io::ImageHeader header) {
  const image::AxisOrder order = image::order_to_ras(header.affine);
  header.affine = image::reordered_affine(header.affine, header.size, order);
  header.size = image::reordered_size(header.size, order);
  return header;
}

// A mask of which the name does not say what it shows, and that covers a brain.
bool covers_brain(const FileFacts& label, const std::vector<FileFacts>& images) {
  std::size_t voxels = 0;
  for (const auto& [value, count] : label.values) {
    voxels += value == 0 ? 0 : count;
  }
  const double mm3 = static_cast<double>(voxels) * std::abs(label.header.affine.determinant());
  const bool most_of_image = std::ranges::any_of(images, [&](const FileFacts& image) {
    return image.filled > 0 && same_grid(in_ras(image.header), in_ras(label.header)) && 2 * voxels > image.filled;
  });
  return mm3 > kLeastBrainMm3 || most_of_image;
}

// The place of the image whose grid `prepare` takes where there is no label.
std::size_t reference_of_images(const Study& study, const std::vector<FileFacts>& images, const std::string& named) {
  std::vector<io::ImageHeader> headers;
  std::ranges::transform(images, std::back_inserter(headers), &FileFacts::header);
  return reference_image(study.images, study.modalities, headers, named);
}

void warn_of_grids(const Study& study, const std::vector<FileFacts>& images, const io::ImageHeader& stored_reference,
                   const std::string& reference_name, Findings& findings) {
  const io::ImageHeader reference = in_ras(stored_reference);
  for (std::size_t i = 0; i < images.size(); ++i) {
    const io::ImageHeader header = in_ras(images[i].header);
    if (same_grid(header, reference)) {
      continue;
    }
    std::array<char, 32> distance{};
    std::snprintf(distance.data(), distance.size(), "%.3g", field_of_view_distance_mm(header, reference));
    findings.warn("images on another grid than their study (`prepare` will resample them)", study.id,
                  (images.size() == study.modalities.size() ? study.modalities[i] : "image") + ": " + size_text(header) + " at " +
                      spacing_text(header) + " mm, corners up to " + distance.data() + " mm from those of " + reference_name);
  }
}

void warn_of_equal_images(const Study& study, const std::vector<FileFacts>& images, Findings& findings) {
  for (std::size_t i = 0; i < images.size() && images.size() == study.modalities.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const io::ImageHeader& header = images[i].header;
      if (!images[i].content.empty() && images[i].content == images[j].content &&
          image::corner_distance_mm(header.affine, images[j].header.affine, header.size) == 0) {
        findings.warn("the same image as two modalities of a study", study.id,
                      study.modalities[j] + " (" + study.images[j].string() + ") and " + study.modalities[i] + " (" +
                          study.images[i].string() + "); replace the one that is a copy, or leave it out");
      }
    }
  }
}

} // namespace

std::optional<StudyFacts> check_study(Study& study, CheckedFiles files, const std::string& reference, Findings& findings) {
  drop_unusable(study, files.images, findings);
  if (files.label && files.label->fault.empty() && files.label->header.channels != 1) {
    files.label->fault = study.label->string() + ": a label map in 4D; expected one volume";
  }
  if (files.label && !files.label->fault.empty()) {
    findings.error("label maps left out", study.id, files.label->fault);
    study.label.reset();
    files.label.reset();
  }
  if (files.label && files.label->unsure && covers_brain(*files.label, files.images)) {
    findings.warn("masks left out", study.id,
                  study.label->filename().string() +
                      ": covers a whole brain, so it is taken for a brain mask; if it is the label map: --pattern label=FILE");
    study.label.reset();
    files.label.reset();
  }
  if (study.images.empty()) {
    findings.error("studies left out", study.id, "no image of it can be used");
    return std::nullopt;
  }
  const std::size_t place = reference_of_images(study, files.images, reference);
  StudyFacts facts{.id = study.id, .layout = {}, .reference = files.label ? files.label->header : files.images[place].header};
  facts.head = head_of(study, files.images);
  std::ranges::transform(files.images, std::back_inserter(facts.contents), &FileFacts::content);
  std::string reference_name = "the label";
  if (files.label) {
    pass_on_remarks(study.id, "label", *files.label, findings);
    facts.label_values = files.label->values;
  } else if (study.images.size() == study.modalities.size()) {
    reference_name = study.modalities[place];
  }
  warn_of_equal_images(study, files.images, findings);
  warn_of_grids(study, files.images, facts.reference, reference_name, findings);
  return facts;
}

} // namespace brainmvp::study
