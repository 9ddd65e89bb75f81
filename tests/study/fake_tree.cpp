#include "study/fake_tree.h"

#include "base/text.h"
#include "io/image_file.h"
#include "study/layout.h"

namespace brainmvp::test {
namespace fs = std::filesystem;

std::string tiny_image(std::size_t size, double shift_mm) {
  image::Volume volume{.size = {size, size, size}, .affine = {}, .data = {}};
  volume.affine.translation[0] = shift_mm;
  for (std::size_t i = 0; i < volume.voxels(); ++i) {
    volume.data.push_back(static_cast<float>(i % 7));
  }
  const TemporaryFolder folder;
  io::write_nifti(folder / "x.nii", volume);
  return read_text(folder / "x.nii");
}

std::string tiny_label(const std::vector<std::int32_t>& values) {
  image::LabelVolume volume{.size = {4, 4, 4}, .affine = {}, .data = std::vector<std::int32_t>(64, 0)};
  for (std::size_t i = 0; i < values.size(); ++i) {
    volume.data[i + 1] = values[i];
  }
  const TemporaryFolder folder;
  io::write_nifti(folder / "x.nii", volume, {.type = io::StoredType::kUint8});
  return read_text(folder / "x.nii");
}

void put_images(const fs::path& root, std::initializer_list<std::string> names) {
  static const std::string image = tiny_image();
  static const std::string map = tiny_label();
  for (const std::string& name : names) {
    const std::string file = to_lower(fs::path(name).filename().string());
    bool label = false;
    for (const char* word : {"seg", "msk", "mask", "label", "gold"}) {
      label |= file.find(word) != std::string::npos;
    }
    write_text(root / name, label ? map : image);
  }
}

study::Findings find(const fs::path& root, const std::string& layout) {
  study::Findings findings;
  for (const auto& folder : study::list_folders({root}, findings)) {
    study::find_studies(*folder, std::vector{layout}, study::ModalityTable::standard(), findings);
  }
  return findings;
}

namespace {

std::string line(const study::Study& one) {
  return one.id + ": " + join(one.modalities, " ") + (one.label ? " | " + one.label->filename().string() : "");
}

} // namespace

std::vector<std::string> lines(const study::Findings& findings) {
  std::vector<std::string> texts;
  for (const study::FoundStudy& found : findings.studies) {
    texts.push_back(line(found.study));
  }
  return texts;
}

std::vector<std::string> lines(const study::Index& index) {
  std::vector<std::string> texts;
  for (const study::Study& one : index.file.studies) {
    texts.push_back(line(one));
  }
  return texts;
}

std::map<std::string, std::size_t> skipped_by_reason(const study::Findings& findings) {
  std::map<std::string, std::size_t> counts;
  for (const study::Skipped& skipped : findings.skipped) {
    ++counts[skipped.reason];
  }
  return counts;
}

bool notes(const std::vector<study::Notice>& notices, study::Notice::Severity severity, const std::string& text) {
  for (const study::Notice& notice : notices) {
    if (notice.severity == severity &&
        (notice.kind.find(text) != std::string::npos || notice.text.find(text) != std::string::npos)) {
      return true;
    }
  }
  return false;
}

} // namespace brainmvp::test
